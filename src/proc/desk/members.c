/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/members.h"
#include "src/base/escape.h"
#include "src/base/hex.h"
#include "src/base/mem.h"
#include "src/proc/desk/tag.h"

#include <string.h>

#define MEMBERS_AHEAD 4096 /* whose bytes came before anybody spoke of them */
#define MEMBERS_BARE  4096 /* that wait only for their turn */

/* One member that was told and is not handed on. */
struct members_row {
	struct members_row *next;
	uint64_t job, child;
	bool waits; /* for its bytes */
	bool kept;
	uint8_t sha256[32];
	struct work_child told;
	char *why; /* owned, as what told points to */
};

/* What the vault said of one that was not told yet. */
struct members_early {
	uint64_t child, bytes;
	uint8_t sha256[32];
	bool kept;
};

struct members {
	struct desk *desk;
	const struct members_events *events;
	void *arg;
	uint64_t tag;
	struct members_row *first, *last;
	struct members_row *next_bytes; /* the first that waits for its bytes */
	size_t n;
	uint64_t told; /* the last number */
	struct members_early *early;
	size_t nearly;
	bool ended; /* the pipe is no more */
};

#define MEMBERS_NOT_COME "its bytes did not arrive"

/* --- rows -------------------------------------------------------------------------- */

static struct members_row *
members_row_free(struct members_row *r)
{
	struct members_row *next = r->next;
	free((void *)(uintptr_t)r->told.name);
	free((void *)(uintptr_t)r->told.link);
	free((void *)(uintptr_t)r->told.kind);
	free(r->why);
	free(r);
	return next;
}

static void
members_hand_on(struct members *m, struct members_row *r)
{
	r->told.why = r->why;
	r->told.sha256 = r->kept ? r->sha256 : NULL;
	m->events->member(m->arg, r->job, &r->told);
}

/* Everything whose turn it is. */
static void
members_go_on(struct members *m)
{
	bool any = false;
	while (m->first != NULL && !m->first->waits) {
		struct members_row *r = m->first;
		members_hand_on(m, r);
		m->first = members_row_free(r);
		m->n--;
		any = true;
	}
	if (m->first == NULL)
		m->last = NULL;
	if (any)
		m->events->settled(m->arg);
}

static void
members_put_bytes(struct members *m, struct members_row *r, const uint8_t *sha256,
    uint64_t bytes, const char *why)
{
	r->waits = false;
	r->kept = sha256 != NULL;
	if (sha256 != NULL) {
		memcpy(r->sha256, sha256, 32);
		r->told.size_bytes = bytes;
	} else {
		free(r->why);
		r->why = mem_strdup(why);
	}
	if (m->next_bytes != r)
		return;
	while (m->next_bytes != NULL && !m->next_bytes->waits)
		m->next_bytes = m->next_bytes->next;
}

void
members_kept(
    struct members *m, uint64_t child, const uint8_t *sha256, uint64_t bytes, const char *why)
{
	struct members_row *r = m->next_bytes;
	if (r != NULL && child == r->child) {
		members_put_bytes(m, r, sha256, bytes, why);
		members_go_on(m);
		return;
	}
	/* what is told with its bytes comes in one order in both places */
	if (r != NULL || child <= m->told) {
		m->events->broken(m->arg, "it sent the bytes of something else than it told");
		return;
	}
	if (m->nearly == MEMBERS_AHEAD) {
		m->events->broken(m->arg, "it sent bytes of things that it did not tell");
		return;
	}
	m->early = mem_resize(m->early, m->nearly + 1, sizeof(*m->early));
	struct members_early *e = &m->early[m->nearly++];
	*e = (struct members_early){.child = child, .bytes = bytes, .kept = sha256 != NULL};
	if (sha256 != NULL)
		memcpy(e->sha256, sha256, 32);
}

/* It was told now: its bytes may be there already. */
static bool
members_take_early(struct members *m, struct members_row *r)
{
	if (m->nearly == 0)
		return false;
	struct members_early e = m->early[0];
	if (e.child != r->child)
		return false;
	m->nearly--;
	memmove(m->early, m->early + 1, m->nearly * sizeof(*m->early));
	members_put_bytes(m, r, e.kept ? e.sha256 : NULL, e.bytes, MEMBERS_NOT_COME);
	return true;
}

void
members_ended(struct members *m)
{
	m->ended = true;
	for (struct members_row *r = m->first; r != NULL; r = r->next)
		if (r->waits)
			members_put_bytes(m, r, NULL, 0, MEMBERS_NOT_COME);
	members_go_on(m);
}

/* --- what the scanner says ------------------------------------------------------------ */

static const char *
members_kind(const char *word)
{
	static const char *const kinds[] = {"file", "directory", "link", "hardlink", "special"};
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i], word) == 0)
			return kinds[i];
	return NULL;
}

static void
members_append(struct members *m, struct members_row *r)
{
	if (m->last != NULL)
		m->last->next = r;
	else
		m->first = r;
	m->last = r;
	m->n++;
	if (!r->waits)
		return;
	if (m->next_bytes == NULL)
		m->next_bytes = r;
	if (m->ended)
		members_put_bytes(m, r, NULL, 0, MEMBERS_NOT_COME);
	else
		members_take_early(m, r);
}

void
members_tell(struct members *m, struct msg *msg)
{
	const char *kind = members_kind(msg_str(msg, "kind"));
	uint64_t child = msg_uint(msg, "child");
	if (kind == NULL || child <= m->told || m->n >= LIM_INSIDE_PENDING) {
		m->events->broken(m->arg, kind == NULL ? "it told of something of no known kind"
					  : child <= m->told
					      ? "it told of two things with one number"
					      : "it told of too much whose bytes do not come");
		return;
	}
	m->told = child;
	struct members_row *r = mem_alloc(sizeof(*r));
	*r = (struct members_row){.job = msg_uint(msg, "id"), .child = child};
	r->told.name = msg_bytes(msg, "name", &r->told.name_len);
	r->told.link = msg_bytes(msg, "link", &r->told.link_len);
	r->told.kind = mem_strdup(kind);
	r->told.size_bytes = msg_uint(msg, "size");
	r->told.mode = msg_uint(msg, "mode") & 07777;
	r->why = escape_checked(msg_str(msg, "why"));
	r->waits = strcmp(kind, "file") == 0 && r->why[0] == '\0';
	if (!r->waits && m->n >= MEMBERS_BARE) {
		/* its turn is not worth the memory */
		members_hand_on(m, r);
		members_row_free(r);
		return;
	}
	members_append(m, r);
	members_go_on(m);
}

bool
members_settled(const struct members *m, uint64_t job)
{
	for (const struct members_row *r = m->first; r != NULL; r = r->next)
		if (r->job == job)
			return false;
	return true;
}

/* --- what the vault says ---------------------------------------------------------------- */

static void
members_on_vault(void *arg, uint64_t tag, struct msg *m)
{
	struct members *members = arg;
	uint8_t sha256[32];
	(void)tag;
	if (m->id == MSG_VAULT_KEPT && hex_decode(msg_str(m, "sha256"), 64, sha256, 32))
		members_kept(members, msg_uint(m, "item"), sha256, msg_uint(m, "bytes"), "");
	else if (m->id == MSG_VAULT_FAILED && msg_uint(m, "item") != 0)
		members_kept(members, msg_uint(m, "item"), NULL, 0,
		    msg_bool(m, "full") ? "the vault's disk has no room for it"
					: MEMBERS_NOT_COME);
	else if (m->id == MSG_VAULT_ENDED)
		members_ended(members);
}

static const struct tag_handler members_handler = {.vault = members_on_vault};

struct members *
members_new(struct desk *d, const struct members_events *events, void *arg)
{
	struct members *m = mem_alloc(sizeof(*m));
	*m = (struct members){.desk = d, .events = events, .arg = arg};
	if (d != NULL)
		m->tag = tag_new(d, &members_handler, m);
	return m;
}

struct members *
members_free(struct members *m)
{
	if (m == NULL)
		return NULL;
	if (m->desk != NULL)
		tag_drop(m->desk, m->tag);
	while (m->first != NULL)
		m->first = members_row_free(m->first);
	free(m->early);
	free(m);
	return NULL;
}

uint64_t
members_tag(const struct members *m)
{
	return m->tag;
}

/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/look.h"
#include "db/work.h"
#include "src/base/escape.h"
#include "src/base/hex.h"
#include "src/base/mem.h"
#include "src/ipc/next.h"
#include "src/ipc/sandbox.h"
#include "src/proc/desk/tag.h"

#include <stdio.h>
#include <string.h>

#define LOOK_WHY_SIZE 192
#define LOOK_NEXT     "ask again; if it stays so, hold the item and see the station's log"

struct look {
	struct desk *desk;
	uint64_t session, tag;
	uint8_t sha256[32];
	struct channel *channel;
	bool ready;       /* it said hello, and the vault was asked for the object */
	bool again;       /* it ended, and was started again for this question */
	uint64_t answers; /* of this process */
	uint64_t req;
	json_t *ask; /* the question under way (preview.look without req), or NULL */
	int timer;   /* start, answer or idleness end in time */
};

static void look_start(struct look *);

static void
look_stop(struct look *l)
{
	loop_del_timer(l->desk->loop, l->timer);
	l->timer = 0;
	if (l->channel != NULL)
		loop_del_channel(l->desk->loop, l->channel);
	l->channel = channel_free(l->channel);
	if (l->tag != 0) {
		tag_kill(l->desk, l->tag);
		tag_drop(l->desk, l->tag);
	}
	l->tag = 0;
	l->ready = false;
	l->answers = 0;
}

struct look *
look_free(struct look *l)
{
	if (l == NULL)
		return NULL;
	look_stop(l);
	json_decref(l->ask);
	free(l);
	return NULL;
}

/* The end of this look; whoever waits is told why. */
static void
look_end(struct look *l, int status, const char *why, const char *next)
{
	struct session *s = session_find(l->desk, l->session);
	if (l->ask != NULL)
		session_refuse(s, status, why, next);
	s->look = look_free(l);
}

static void
look_wait(struct look *l, int64_t ms, loop_timer_fn *fn)
{
	loop_del_timer(l->desk->loop, l->timer);
	l->timer = loop_add_timer(l->desk->loop, ms, fn, l);
}

static void
look_on_idle(void *arg)
{
	look_end(arg, 3, "", "");
}

static void
look_on_late(void *arg)
{
	look_end(arg, 3, "the previewer did not answer in time and was ended", LOOK_NEXT);
}

/* --- question and answer ------------------------------------------------------------ */

static void
look_send(struct look *l)
{
	json_t *body = json_copy(l->ask);
	json_object_set_new(body, "req", json_integer((json_int_t)++l->req));
	channel_send(l->channel, MSG_PREVIEW_LOOK, body, -1);
	look_wait(l, LIM_PREVIEW_ANSWER_MS, look_on_late);
}

static void
look_copy(json_t *to, const json_t *from, const char *key)
{
	json_t *v = json_object_get(from, key);
	if (json_is_true(v) || (json_is_integer(v) && json_integer_value(v) >= 0))
		json_object_set(to, key, v);
}

/* What of an answer's lines is what it should be; the terminal looks at the texts again. */
static json_t *
look_lines(const json_t *lines)
{
	static const char *const facts[] = {
	    "number", "more", "goes_on", "control", "bidi", "invisible"};
	json_t *checked = json_array(), *line;
	size_t i;
	json_array_foreach (lines, i, line) {
		const char *text = json_string_value(json_object_get(line, "text"));
		json_int_t at = json_integer_value(json_object_get(line, "at"));
		if (text == NULL || at < 0 || i >= LIM_PREVIEW_LINES)
			continue;
		MEM_FREE char *safe = escape_checked(text);
		json_t *row = json_pack("{s:I, s:s}", "at", at, "text", safe);
		for (size_t k = 0; k < sizeof(facts) / sizeof(facts[0]); k++)
			look_copy(row, line, facts[k]);
		json_array_append_new(checked, row);
	}
	return checked;
}

static void
look_on_lines(struct look *l, struct msg *m)
{
	struct session *s = session_find(l->desk, l->session);
	if (l->ask == NULL || msg_uint(m, "req") != l->req) {
		look_end(l, 3, "the previewer answered what was not asked", LOOK_NEXT);
		return;
	}
	json_t *body = json_pack("{s:O, s:I, s:I, s:I, s:b, s:o}", "mode",
	    json_object_get(l->ask, "mode"), "at", (json_int_t)msg_uint(m, "at"), "next",
	    (json_int_t)msg_uint(m, "next"), "total", (json_int_t)msg_uint(m, "total"), "found",
	    (int)msg_bool(m, "found"), "lines", look_lines(json_object_get(m->body, "lines")));
	json_decref(l->ask);
	l->ask = NULL;
	l->again = false;
	l->answers++;
	look_wait(l, LIM_PREVIEW_IDLE_MS, look_on_idle);
	if (channel_send(s->channel, MSG_DESK_PREVIEW, body, -1) == ERR_LIMIT)
		session_refuse(s, 3, "the previewer answered more than fits", LOOK_NEXT);
}

static void
look_on_hello(struct look *l, struct msg *m)
{
	bool sandboxed = false;
	char sha256[HEX_DIGEST_SIZE];
	if (channel_accept_hello(l->channel, m, &sandboxed) != ERR_OK) {
		look_end(l, 3, "the previewer speaks another protocol",
		    "install all programs of one version");
		return;
	}
	/* a station of test programs has none at all, and says so everywhere */
	if (!sandboxed && sandbox_active()) {
		look_end(l, 3, "the previewer runs without its sandbox and gets no object",
		    "install all programs of one version");
		return;
	}
	hex_encode(l->sha256, 32, sha256);
	enum err e = channel_send(l->desk->vault, MSG_VAULT_GIVE,
	    json_pack("{s:I, s:i, s:s, s:s, s:s}", "tag", (json_int_t)l->tag, "id", 1, "sha256",
		sha256, "type", "", "mime", ""),
	    -1);
	if (e != ERR_OK) {
		look_end(l, 3, "the vault is too busy to give the object", "ask again");
		return;
	}
	l->ready = true;
	if (l->ask != NULL)
		look_send(l);
}

static void
look_on_message(void *arg, struct channel *ch, struct msg *m)
{
	struct look *l = arg;
	(void)ch;
	if (m->id == MSG_HELLO)
		look_on_hello(l, m);
	else if (m->id == MSG_PREVIEW_LINES)
		look_on_lines(l, m);
	else if (m->id == MSG_PREVIEW_FAILED)
		look_end(l, 3, "the object could not be read from the vault", NEXT_CHECKS);
}

/* One that has served long may have used up its time; a fresh one gets the question once more.
 */
static void
look_on_gone(void *arg, struct channel *ch, enum err why)
{
	struct look *l = arg;
	bool again = why == ERR_CLOSED && l->answers > 0 && l->ask != NULL && !l->again;
	(void)ch;
	if (!again) {
		look_end(l, 3, "the previewer ended while at work", LOOK_NEXT);
		return;
	}
	look_stop(l);
	l->again = true;
	look_start(l);
}

/* --- the process ------------------------------------------------------------------------ */

static void
look_on_spawned(void *arg, uint64_t tag, int fd)
{
	struct look *l = arg;
	(void)tag;
	l->channel = channel_new(fd, ROLE_DESK, ROLE_PREVIEW);
	channel_hello(l->channel, "sallyport-desk", true);
	loop_add_channel(l->desk->loop, l->channel, look_on_message, look_on_gone, l);
}

static void
look_on_refused(void *arg, uint64_t tag, const char *why)
{
	struct look *l = arg;
	(void)tag;
	l->tag = 0;
	look_end(l, 3, why, LOOK_NEXT);
}

static void
look_on_exited(void *arg, uint64_t tag, int status, int signum)
{
	struct look *l = arg;
	(void)tag;
	(void)status;
	(void)signum;
	/* what it said last is still in the socket */
	if (l->channel == NULL)
		look_end(l, 3, "the previewer could not start", LOOK_NEXT);
}

static void
look_on_vault(void *arg, uint64_t tag, struct msg *m)
{
	(void)tag;
	if (m->id == MSG_VAULT_MISSING)
		look_end(arg, 1, "the vault does not hold this object any more",
		    "it was removed as the policy says; the record still names it");
}

static const struct tag_handler look_tag = {
    .spawned = look_on_spawned,
    .refused = look_on_refused,
    .exited = look_on_exited,
    .vault = look_on_vault,
};

static void
look_start(struct look *l)
{
	l->tag = tag_new(l->desk, &look_tag, l);
	look_wait(l, LIM_PREVIEW_START_MS, look_on_late);
	channel_send(l->desk->parent, MSG_DESK_SPAWN,
	    json_pack(
		"{s:I, s:s, s:s}", "tag", (json_int_t)l->tag, "role", "preview", "name", ""),
	    -1);
}

/* --- requests -------------------------------------------------------------------------------
 */

/* The digest of the item's object; false when it was refused. */
static bool
look_find(struct session *s, const struct msg *m, uint8_t ret_sha256[32])
{
	const char *id = msg_str(m, "transfer");
	struct work *work;
	struct work_item it;
	char why[LOOK_WHY_SIZE];
	if (custody_transfer_find(s->desk->custody, id) == NULL) {
		session_refuse(s, 1, "there is no such transfer", NEXT_TRANSFERS);
		return false;
	}
	if (desk_work(s->desk, id, &work) != ERR_OK) {
		session_refuse(s, 3, "the work database cannot be opened", NEXT_CHECKS);
		return false;
	}
	if (work_item_get(work, msg_uint(m, "item"), &it) != ERR_OK) {
		session_refuse(s, 1, "there is no such item", NEXT_ITEMS);
		return false;
	}
	if (it.sha256 != NULL) {
		memcpy(ret_sha256, it.sha256, 32);
		return true;
	}
	if (strcmp(it.kind, "file") == 0)
		snprintf(why, sizeof(why), "the contents of this file are not in the vault: %s",
		    it.state);
	else
		snprintf(why, sizeof(why), "this item has no contents to look at: %s", it.kind);
	session_refuse(s, 1, why, NEXT_ITEM);
	return false;
}

/* The question as the previewer gets it; NULL when it was refused. */
static json_t *
look_parse(struct session *s, const struct msg *m)
{
	const struct custody_person *p = custody_person_find(s->desk->custody, s->officer);
	const char *mode = msg_str(m, "mode");
	uint64_t lines = msg_uint(m, "lines");
	size_t n = 0;
	MEM_FREE uint8_t *find = msg_bytes(m, "find", &n);
	if (p == NULL || (p->roles & CUSTODY_OFFICER) == 0) {
		session_refuse(
		    s, 1, "only a transfer officer may look into an object", NEXT_ROLE);
		return NULL;
	}
	if ((strcmp(mode, "hex") != 0 && strcmp(mode, "text") != 0) || lines == 0 ||
	    lines > LIM_PREVIEW_LINES) {
		session_refuse(
		    s, 2, "a window is hex or text, of 1 to 256 lines", "ask for fewer lines");
		return NULL;
	}
	if (find != NULL && (n == 0 || n > LIM_PREVIEW_FIND_BYTES)) {
		session_refuse(
		    s, 2, "what is searched for has 1 to 256 bytes", "search for less of it");
		return NULL;
	}
	json_t *ask =
	    json_pack("{s:s, s:I, s:I, s:b}", "mode", mode, "at", (json_int_t)msg_uint(m, "at"),
		"lines", (json_int_t)lines, "back", (int)msg_bool(m, "back"));
	if (find != NULL)
		json_object_set(ask, "find", json_object_get(m->body, "find"));
	return ask;
}

void
look_answer(struct session *s, struct msg *m)
{
	uint8_t sha256[32];
	json_t *ask = look_parse(s, m);
	if (ask == NULL)
		return;
	if (!look_find(s, m, sha256)) {
		json_decref(ask);
		return;
	}
	if (s->look != NULL && s->look->ask != NULL) {
		json_decref(ask);
		session_refuse(s, 1, "the window asked for before has no answer yet",
		    "ask for one window at a time");
		return;
	}
	if (s->look != NULL && memcmp(s->look->sha256, sha256, 32) != 0)
		s->look = look_free(s->look);
	bool fresh = s->look == NULL;
	if (fresh) {
		s->look = mem_alloc(sizeof(*s->look));
		*s->look = (struct look){.desk = s->desk, .session = s->number};
		memcpy(s->look->sha256, sha256, 32);
	}
	s->look->ask = ask;
	if (fresh)
		look_start(s->look);
	else if (s->look->ready)
		look_send(s->look);
}

/* SPDX-License-Identifier: ISC */
/* A set with a scanner of scope "transfer": what it asks for, and what it says of each object.
 */
#include "src/base/clock.h"
#include "src/base/escape.h"
#include "src/base/hex.h"
#include "src/base/mem.h"
#include "src/proc/desk/worker_in.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct worker_set {
	uint64_t id, bytes;
	uint8_t sha256[32];
	int64_t since_ms, heard_ms;
	uint64_t seen, budget_bytes; /* the set, and all objects that were asked for */
	unsigned findings;
	bool waits; /* the vault had no room for the last one yet */
	uint8_t (*given)[32];
	size_t ngiven; /* at most LIM_SCAN_WANTS */
};

void
worker_set_free(struct worker *w)
{
	if (w->set != NULL)
		free(w->set->given);
	free(w->set);
	w->set = NULL;
}

void
worker_give_set(struct worker *w, int fd, const uint8_t sha256[32], uint64_t bytes)
{
	struct worker_set *set = mem_alloc(sizeof(*set));
	char hex[HEX_DIGEST_SIZE];
	*set = (struct worker_set){.id = ++w->next_id, .bytes = bytes, .budget_bytes = bytes};
	memcpy(set->sha256, sha256, sizeof(set->sha256));
	set->since_ms = set->heard_ms = clock_mono_ms();
	w->set = set;
	w->given++;
	hex_encode(sha256, 32, hex);
	channel_send(w->channel, MSG_SCAN_SET,
	    json_pack("{s:I, s:s, s:I}", "id", (json_int_t)set->id, "sha256", hex, "bytes",
		(json_int_t)bytes),
	    fd);
	close(fd);
}

/* --- what it asks for ------------------------------------------------------------------ */

/* False while the vault's line is full. */
static bool
worker_set_ask(struct worker *w)
{
	struct worker_set *set = w->set;
	char sha256[HEX_DIGEST_SIZE];
	set->waits = channel_room(w->desk->vault) < 4;
	if (set->waits)
		return false;
	hex_encode(set->given[set->ngiven - 1], 32, sha256);
	channel_send(w->desk->vault, MSG_VAULT_GIVE,
	    json_pack("{s:I, s:I, s:s, s:s, s:s}", "tag", (json_int_t)w->tag, "id",
		(json_int_t)w->wants, "sha256", sha256, "type", "", "mime", ""),
	    -1);
	return true;
}

static void
worker_set_on_want(struct worker *w, struct msg *m)
{
	struct worker_set *set = w->set;
	uint8_t sha256[32];
	uint64_t bytes = 0;
	if (msg_uint(m, "want") != w->wants + 1 || set->waits) {
		worker_lose(w, "it asked for two objects under one number");
		return;
	}
	if (!hex_decode(msg_str(m, "sha256"), 64, sha256, 32) ||
	    !w->events->has(w->arg, sha256, &bytes)) {
		worker_lose(w, "it asked for an object that is not in the set");
		return;
	}
	if (set->ngiven == LIM_SCAN_WANTS) {
		worker_lose(w, "it asked for more objects than one set allows");
		return;
	}
	/* doubled at each power of two */
	if ((set->ngiven & (set->ngiven - 1)) == 0)
		set->given = mem_resize(
		    set->given, set->ngiven == 0 ? 1 : set->ngiven * 2, sizeof(*set->given));
	memcpy(set->given[set->ngiven++], sha256, 32);
	w->wants++;
	set->budget_bytes += bytes;
	set->heard_ms = clock_mono_ms();
	(void)worker_set_ask(w);
}

bool
worker_set_missing(struct worker *w, const struct msg *m)
{
	struct worker_set *set = w->set;
	if (set == NULL || set->ngiven == 0 || msg_uint(m, "id") != w->wants)
		return false;
	/* its own end is on the way when it is the one that has gone */
	if (!msg_bool(m, "gone"))
		channel_send(w->channel, MSG_SCAN_MISSING,
		    json_pack("{s:I, s:I, s:s}", "id", (json_int_t)set->id, "want",
			(json_int_t)w->wants, "why", "the vault does not give this object"),
		    -1);
	return true;
}

static bool
worker_set_has_given(const struct worker_set *set, const uint8_t sha256[32])
{
	for (size_t i = 0; i < set->ngiven; i++)
		if (memcmp(set->given[i], sha256, 32) == 0)
			return true;
	return false;
}

/* --- what it says */

static void
worker_set_on_finding(struct worker *w, struct msg *m)
{
	uint8_t sha256[32];
	uint64_t bytes = 0, item = 0;
	size_t n = 0;
	MEM_FREE uint8_t *path = msg_bytes(m, "path", &n);
	const char *hex = msg_str(m, "sha256");
	bool object = hex != NULL && path == NULL && hex_decode(hex, 64, sha256, 32) &&
	              w->events->has(w->arg, sha256, &bytes);
	bool place = hex == NULL && path != NULL && w->events->has_path(w->arg, path, n, &item);
	if (!object && !place)
		worker_lose(w, "it reported a finding about something that is not in the set");
	else if (++w->set->findings > LIM_FINDINGS)
		worker_lose(w, "it reported more findings than one set can have");
	else
		worker_tell_finding(w, m, object ? sha256 : NULL, item);
}

static void
worker_set_on_object(struct worker *w, struct msg *m)
{
	uint8_t sha256[32];
	uint64_t bytes = 0, read_bytes = msg_uint(m, "read");
	char why[256];
	if (!hex_decode(msg_str(m, "sha256"), 64, sha256, 32) ||
	    !w->events->has(w->arg, sha256, &bytes)) {
		worker_lose(w, "it judged an object that is not in the set");
		return;
	}
	if (read_bytes > bytes || (read_bytes > 0 && !worker_set_has_given(w->set, sha256))) {
		worker_lose(w, "it says that it read an object it did not ask for");
		return;
	}
	worker_keep(why, sizeof(why), msg_str(m, "why"));
	const struct worker_result r = {.verdict = verdict_parse_scanner(msg_str(m, "verdict")),
	    .why = why,
	    .bytes = bytes,
	    .read_bytes = read_bytes};
	if (!w->events->object(w->arg, sha256, &r))
		worker_lose(w, "it judged one object twice");
}

static void
worker_set_on_result(struct worker *w, struct msg *m)
{
	uint8_t sha256[32];
	const uint64_t bytes = w->set->bytes;
	char why[256];
	if (!hex_decode(msg_str(m, "sha256"), 64, sha256, 32) ||
	    memcmp(sha256, w->set->sha256, 32) != 0 || msg_uint(m, "bytes") != bytes) {
		worker_lose(w, "it answered for a set it was not given");
		return;
	}
	worker_keep(why, sizeof(why), msg_str(m, "why"));
	struct worker_result r = {.verdict = verdict_parse_scanner(msg_str(m, "verdict")),
	    .why = why,
	    .bytes = bytes,
	    .read_bytes = msg_uint(m, "read")};
	/* what it did not read it cannot vouch for, nor say that it is nothing for it */
	if ((r.verdict == VERDICT_CLEAN || r.verdict == VERDICT_NA) && r.read_bytes != bytes) {
		r.verdict = r.read_bytes < bytes ? VERDICT_INCOMPLETE : VERDICT_ERROR;
		r.why = "it did not read the whole set";
	}
	worker_set_free(w);
	w->events->set(w->arg, &r);
}

static void
worker_set_on_progress(struct worker *w, struct msg *m)
{
	if (msg_uint(m, "bytes") <= w->set->seen)
		return;
	w->set->seen = msg_uint(m, "bytes");
	w->set->heard_ms = clock_mono_ms();
}

/* A fact about a set is for nobody. */
static void
worker_set_on_fact(struct worker *w, struct msg *m)
{
	(void)m;
	worker_lose(w, "it reported a fact about a set");
}

static const struct {
	enum msg_id id;
	bool only; /* of sets alone */
	void (*fn)(struct worker *, struct msg *);
} worker_set_handlers[] = {
    {MSG_SCAN_WANT, true, worker_set_on_want},
    {MSG_SCAN_OBJECT_VERDICT, true, worker_set_on_object},
    {MSG_SCAN_FINDING, false, worker_set_on_finding},
    {MSG_SCAN_FACT, false, worker_set_on_fact},
    {MSG_SCAN_RESULT, false, worker_set_on_result},
    {MSG_SCAN_PROGRESS, false, worker_set_on_progress},
};

bool
worker_set_takes(struct worker *w, struct msg *m)
{
	for (size_t i = 0; i < sizeof(worker_set_handlers) / sizeof(worker_set_handlers[0]);
	     i++) {
		if (worker_set_handlers[i].id != m->id)
			continue;
		if (w->set != NULL && msg_uint(m, "id") == w->set->id) {
			worker_set_handlers[i].fn(w, m);
			return true;
		}
		if (worker_set_handlers[i].only)
			worker_lose(w, "it speaks of a set it was not given");
		return worker_set_handlers[i].only;
	}
	return false;
}

const char *
worker_set_late(struct worker *w)
{
	if (w == NULL || w->set == NULL || w->state == WORKER_ENDING)
		return NULL;
	struct worker_set *set = w->set;
	const int64_t now = clock_mono_ms();
	const uint64_t stall = w->manifest->stall_ms;
	const char *why = NULL;
	if (set->waits)
		(void)worker_set_ask(w);
	if ((uint64_t)(now - set->since_ms) >=
	    manifest_timeout_ms(w->manifest, set->budget_bytes))
		why = "no answer within the time the size of the set allows";
	else if (stall != 0 && (uint64_t)(now - set->heard_ms) >= stall)
		why = "the scanner did not get on with the set";
	if (why != NULL)
		worker_end(w);
	return why;
}

/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/draft.h"
#include "db/work.h"
#include "db/work_pick.h"
#include "src/base/escape.h"
#include "src/base/hex.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/core/where.h"
#include "src/ipc/next.h"
#include "src/proc/desk/answer.h"
#include "src/proc/desk/order.h"
#include "src/proc/desk/room.h"

#include <stdio.h>
#include <string.h>

#define DRAFT_SAMPLE     5   /* names shown of a bulk decision */
#define DRAFT_NAME_CELLS 200 /* and of each */

/* What a terminal was shown last: exactly this can be done. */
struct bulk {
	char transfer[TRANSFER_ID_SIZE];
	char set[HEX_DIGEST_SIZE];
	enum item_decision decision;
	uint64_t turn; /* times that this set was shown before: another sample */
	uint32_t *ids;
	struct work_weight weight;
};

/* The database of a transfer this officer may decide now; NULL after a refusal. */
static struct work *
draft_work(struct session *s, const char *transfer)
{
	if (!session_is_officer(s))
		return NULL;
	const struct custody_transfer *t = session_transfer(s, transfer, 1u << TRANSFER_REVIEW);
	if (t == NULL)
		return NULL;
	if (strcmp(t->holder, s->officer) != 0) {
		char why[128];
		snprintf(why, sizeof(why), "%s has this transfer", t->holder);
		session_refuse(s, 1, why, NEXT_TAKE);
		return NULL;
	}
	return answer_work(s, transfer);
}

/* Blanks alone are no reason. */
static const char *
draft_reason(const struct msg *m)
{
	const char *text = msg_str(m, "reason");
	return text[strspn(text, " \t\r\n")] != '\0' ? text : "";
}

static bool
draft_reason_fits(struct session *s, const char *reason)
{
	if (strlen(reason) <= LIM_REASON_BYTES)
		return true;
	session_refuse(s, 2, "the reason is too long", "1024 bytes are enough");
	return false;
}

static bool
draft_decision(struct session *s, const char *word, enum item_decision *ret)
{
	if (item_decision_parse(word, ret))
		return true;
	session_refuse(s, 2, "a decision is approve, reject, hold or none", "");
	return false;
}

static void
draft_unwritten(struct session *s)
{
	bool full = room_is_full(s->desk, ROOM_WORK);
	session_refuse(s, 3,
	    full ? "nothing was decided: the disk of the work databases is full"
		 : "nothing was decided: the decisions cannot be written to the disk",
	    full ? NEXT_WORK : NEXT_CHECKS);
}

/* Adds the counts and sends; body is stolen. */
static void
draft_done(struct session *s, struct work *work, json_t *body)
{
	json_t *counts = order_counts(work);
	if (counts != NULL)
		json_object_set_new(body, "counts", counts);
	session_done(s, body);
}

/* --- deciding --------------------------------------------------------------------------------
 */

/* The items a request is about; caller frees.  After a failure it was refused. */
static enum err
draft_selection(
    struct session *s, struct work *work, struct msg *m, uint32_t **ret_ids, size_t *ret_n)
{
	const char *text = msg_str(m, "where");
	struct work_item it;
	MEM_FREE struct where *where = NULL;
	if (json_object_get(m->body, "item") != NULL) {
		uint64_t item = msg_uint(m, "item");
		*ret_ids = mem_array(1, sizeof(**ret_ids));
		(*ret_ids)[0] = (uint32_t)item;
		*ret_n = work_item_get(work, item, &it) == ERR_OK ? 1 : 0;
		return ERR_OK;
	}
	enum err e = order_where(s, text != NULL ? text : "", &where);
	if (e != ERR_OK)
		return e;
	e = work_pick(work, where, WORK_PATH, false, ret_ids, ret_n);
	if (e != ERR_OK)
		session_refuse(s, 3, work_why(work), NEXT_CHECKS);
	return e;
}

void
draft_decide(struct session *s, struct msg *m)
{
	uint64_t changed = 0, skipped = 0;
	enum item_decision decision;
	const char *reason_text = draft_reason(m);
	enum err e;
	struct work *work = draft_work(s, msg_str(m, "transfer"));
	if (work == NULL || !draft_reason_fits(s, reason_text) ||
	    !draft_decision(s, msg_str(m, "decision"), &decision))
		return;
	if (msg_bool(m, "proposed")) {
		e = work_decide_proposed(work, s->officer, &changed, &skipped);
	} else {
		uint32_t *ids;
		size_t n;
		MEM_FREE char *reason = escape_dup(reason_text);
		if (draft_selection(s, work, m, &ids, &n) != ERR_OK)
			return;
		e = work_decide(work, ids, n, decision, s->officer, reason, &changed);
		skipped = n - changed;
		free(ids);
	}
	if (e != ERR_OK) {
		draft_unwritten(s);
		return;
	}
	json_t *body = json_pack(
	    "{s:I, s:I}", "count", (json_int_t)changed, "skipped", (json_int_t)skipped);
	if (json_object_get(m->body, "item") != NULL)
		json_object_set(body, "item", json_object_get(m->body, "item"));
	draft_done(s, work, body);
}

/* --- taking back
 * ------------------------------------------------------------------------------ */

void
draft_undo(struct session *s, struct msg *m)
{
	static const char *const acts[ITEM_DECISION__MAX] = {
	    [ITEM_NONE] = "clearing",
	    [ITEM_APPROVE] = "approval",
	    [ITEM_REJECT] = "rejection",
	    [ITEM_HOLD] = "hold",
	};
	struct work_step step;
	char text[128];
	bool redo = msg_bool(m, "redo");
	struct work *work = draft_work(s, msg_str(m, "transfer"));
	if (work == NULL)
		return;
	enum err e = work_undo(work, redo, s->officer, &step);
	if (e == ERR_DENIED) {
		session_refuse(s, 1,
		    "this would bring back what another officer decided, in that "
		    "officer's name",
		    "decide the items anew; that is in your name");
		return;
	}
	if (e == ERR_NOTFOUND) {
		session_refuse(s, 1,
		    redo ? "nothing was taken back that could be made again"
			 : "there is no decision to take back",
		    redo ? "a new decision ends what could be made again"
			 : "decisions can be taken back until the transfer is submitted");
		return;
	}
	if (e != ERR_OK) {
		draft_unwritten(s);
		return;
	}
	const char *end = redo ? "made again" : "taken back";
	if (step.item != 0)
		snprintf(text, sizeof(text), "%s of item %llu %s", acts[step.decision],
		    (unsigned long long)step.item, end);
	else
		snprintf(text, sizeof(text), "%s of %llu items %s", acts[step.decision],
		    (unsigned long long)step.items, end);
	json_t *body = json_pack("{s:I, s:s}", "count", (json_int_t)step.items, "text", text);
	if (step.item != 0)
		json_object_set_new(body, "item", json_integer((json_int_t)step.item));
	draft_done(s, work, body);
}

void
draft_settle(struct desk *d, const char *transfer)
{
	struct work *work;
	enum err e = desk_work(d, transfer, &work);
	if (e == ERR_OK)
		e = work_settle(work);
	if (e != ERR_OK)
		log_warn("the steps to take back in %s stay: %s", transfer, err_str(e));
}

/* --- many at once
 * ------------------------------------------------------------------------------ */

void
draft_bulk_free(struct session *s)
{
	if (s->bulk != NULL)
		free(s->bulk->ids);
	free(s->bulk);
	s->bulk = NULL;
}

/* SHA-256 over the transfer, the decision's word, a NUL each, and each id as 32 bits, highest
 * byte first. */
static void
draft_bulk_digest(struct bulk *b)
{
	uint8_t sha256[DIGEST_SIZE], part[4096];
	size_t used = 0;
	const char *word = item_decision_print(b->decision);
	struct digest *d = digest_new();
	digest_add(d, b->transfer, strlen(b->transfer) + 1);
	digest_add(d, word, strlen(word) + 1);
	for (size_t i = 0; i < b->weight.change; i++) {
		for (int shift = 24; shift >= 0; shift -= 8)
			part[used++] = (uint8_t)(b->ids[i] >> shift);
		if (used == sizeof(part) || i + 1 == b->weight.change) {
			digest_add(d, part, used);
			used = 0;
		}
	}
	digest_final(d, sha256);
	digest_free(d);
	hex_encode(sha256, sizeof(sha256), b->set);
}

/* An item's name, cut in the middle when it is long. */
static json_t *
draft_name(struct work *work, uint64_t id)
{
	struct work_item it;
	char text[DRAFT_NAME_CELLS + 1] = "";
	if (work_item_get(work, id, &it) == ERR_OK)
		escape_fit(it.path, it.path_len, text, sizeof(text), DRAFT_NAME_CELLS, NULL);
	return json_string(text);
}

/* Names spread evenly over what changes. */
static json_t *
draft_sample(struct work *work, const struct bulk *b)
{
	json_t *sample = json_array();
	size_t n = b->weight.change, shown = n < DRAFT_SAMPLE ? n : DRAFT_SAMPLE;
	size_t shift = shown > 0 ? (size_t)b->turn * (n / shown / 3 + 1) : 0;
	for (size_t i = 0; i < shown; i++)
		json_array_append_new(
		    sample, draft_name(work, b->ids[(i * n / shown + shift) % n]));
	return sample;
}

static void
draft_bulk_send(struct session *s, struct work *work, const struct bulk *b, size_t total)
{
	const struct work_weight *w = &b->weight;
	uint64_t largest = 0, bytes = 0;
	json_t *name;
	enum err e = work_pick_largest(work, b->ids, w->change, &largest, &bytes);
	if (e != ERR_OK && e != ERR_NOTFOUND)
		log_warn("the largest item of %s: %s", b->transfer, work_why(work));
	name = largest != 0 ? draft_name(work, largest) : json_string("");
	json_t *before = json_object();
	for (int i = 0; i < ITEM_DECISION__MAX; i++)
		json_object_set_new(before, item_decision_print((enum item_decision)i),
		    json_integer((json_int_t)w->before[i]));
	channel_send(s->channel, MSG_DESK_BULK,
	    json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:I}", "set", b->set,
		"total", (json_int_t)total, "change", (json_int_t)w->change, "same",
		(json_int_t)w->same, "blocked", (json_int_t)w->blocked, "other",
		(json_int_t)w->other, "reasons", (json_int_t)w->reasons, "before", before,
		"sample", draft_sample(work, b), "largest", name, "largest_bytes",
		(json_int_t)bytes),
	    -1);
}

void
draft_bulk(struct session *s, struct msg *m)
{
	enum item_decision decision;
	struct order *o = order_get(s, msg_uint(m, "list"));
	struct work *work = o != NULL ? draft_work(s, o->transfer) : NULL;
	if (work == NULL || !draft_decision(s, msg_str(m, "decision"), &decision))
		return;
	char last[HEX_DIGEST_SIZE] = "";
	uint64_t turn = s->bulk != NULL ? s->bulk->turn + 1 : 0;
	if (s->bulk != NULL)
		memcpy(last, s->bulk->set, sizeof(last));
	draft_bulk_free(s);
	struct bulk *b = mem_alloc(sizeof(*b));
	s->bulk = b;
	b->decision = decision;
	b->ids = mem_array(o->n + 1, sizeof(*b->ids));
	snprintf(b->transfer, sizeof(b->transfer), "%s", o->transfer);
	if (work_weigh(work, o->ids, o->n, decision, &b->weight, b->ids) != ERR_OK) {
		draft_bulk_free(s);
		session_refuse(s, 3, "the work database cannot be read", NEXT_CHECKS);
		return;
	}
	draft_bulk_digest(b);
	b->turn = strcmp(last, b->set) == 0 ? turn : 0;
	draft_bulk_send(s, work, b, o->n);
}

/* This is what was shown, to the last item; else a refusal. */
static bool
draft_bulk_agrees(struct session *s, struct msg *m)
{
	const struct bulk *b = s->bulk;
	if (b == NULL || strcmp(b->set, msg_str(m, "set")) != 0) {
		session_refuse(s, 1, "this is not the bulk decision that was shown last",
		    "look at it again, then confirm it");
		return false;
	}
	if (b->weight.change != msg_uint(m, "count")) {
		session_refuse(s, 1, "the number is not the number of items that would change",
		    "type the number that is shown");
		return false;
	}
	if (b->weight.reasons > 0 && draft_reason(m)[0] == '\0') {
		char why[128];
		snprintf(why, sizeof(why), "the policy wants a reason for %llu of these items",
		    (unsigned long long)b->weight.reasons);
		session_refuse(s, 1, why, "write one, or limit the list to gate=pass");
		return false;
	}
	return true;
}

/* The items are still what the officer was shown; else a refusal. */
static bool
draft_bulk_holds(struct session *s, struct work *work)
{
	const struct bulk *b = s->bulk;
	struct work_weight now;
	MEM_FREE uint32_t *ids = mem_array(b->weight.change + 1, sizeof(*ids));
	if (work_weigh(work, b->ids, b->weight.change, b->decision, &now, ids) != ERR_OK) {
		session_refuse(s, 3, "the work database cannot be read", NEXT_CHECKS);
		return false;
	}
	if (now.change == b->weight.change && now.reasons == b->weight.reasons &&
	    memcmp(now.before, b->weight.before, sizeof(now.before)) == 0)
		return true;
	draft_bulk_free(s);
	session_refuse(s, 1, "some of these items were decided otherwise since it was shown",
	    "nothing was decided; look at it again, then confirm it");
	return false;
}

void
draft_bulk_do(struct session *s, struct msg *m)
{
	uint64_t changed;
	if (!draft_bulk_agrees(s, m) || !draft_reason_fits(s, draft_reason(m)))
		return;
	struct bulk *b = s->bulk;
	struct work *work = draft_work(s, b->transfer);
	if (work == NULL || !draft_bulk_holds(s, work))
		return;
	MEM_FREE char *reason = escape_dup(draft_reason(m));
	enum err e = work_decide(
	    work, b->ids, b->weight.change, b->decision, s->officer, reason, &changed);
	if (e != ERR_OK) {
		draft_unwritten(s);
		return;
	}
	json_t *body = json_pack("{s:I, s:I}", "count", (json_int_t)changed, "skipped",
	    (json_int_t)(b->weight.change - changed));
	draft_bulk_free(s);
	draft_done(s, work, body);
}

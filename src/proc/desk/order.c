/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/order.h"
#include "db/work.h"
#include "db/work_pick.h"
#include "db/work_fit.h"
#include "src/base/escape.h"
#include "src/base/hex.h"
#include "src/base/mem.h"
#include "src/core/where.h"
#include "src/ipc/next.h"
#include "src/proc/desk/answer.h"
#include "src/proc/desk/rows.h"

#include <stdio.h>
#include <string.h>

#define ORDER_BASE_BYTES 4096 /* a longer last component is not sent again beside its path */
#define ORDER_FLAGS_SIZE 24   /* letters of a name, and a NUL */
#define ORDER_TRY        1024 /* items looked at one by one before all are */

/* --- the lists of a session ----------------------------------------------------------------
 */

static void
order_forget(struct order *o)
{
	free(o->ids);
	free(o->find);
	free(o->fits);
	*o = (struct order){.number = 0};
}

void
order_free(struct session *s)
{
	for (size_t i = 0; s->orders != NULL && i < LIM_LISTS; i++)
		order_forget(&s->orders->list[i]);
	free(s->orders);
	s->orders = NULL;
}

/* An empty list with a new number, in place of the one used longest ago. */
static struct order *
order_new(struct session *s, const char *transfer)
{
	if (s->orders == NULL)
		s->orders = mem_alloc(sizeof(*s->orders));
	struct order *o = &s->orders->list[0];
	for (size_t i = 1; i < LIM_LISTS; i++)
		if (s->orders->list[i].used < o->used)
			o = &s->orders->list[i];
	order_forget(o);
	o->number = ++s->orders->last;
	o->used = ++s->orders->clock;
	snprintf(o->transfer, sizeof(o->transfer), "%s", transfer);
	return o;
}

struct order *
order_get(struct session *s, uint64_t number)
{
	for (size_t i = 0; s->orders != NULL && number != 0 && i < LIM_LISTS; i++) {
		struct order *o = &s->orders->list[i];
		if (o->number == number) {
			o->used = ++s->orders->clock;
			return o;
		}
	}
	session_refuse(s, 1, "this list is not kept any more", "make it again");
	return NULL;
}

/* --- parts of answers ------------------------------------------------------------------------
 */

enum err
order_where(struct session *s, const char *text, struct where **ret_where)
{
	size_t at;
	char why[WHERE_WHY_SIZE];
	enum err e = where_parse(text, strlen(text), ret_where, &at, why);
	if (e != ERR_OK)
		channel_send(s->channel, MSG_DESK_REFUSED,
		    json_pack("{s:i, s:s, s:s, s:I}", "status", 2, "why", why, "next",
			"see sallyport(1), LIMITS", "at", (json_int_t)at),
		    -1);
	return e;
}

/*
 * Letters for what the raw last component holds (escape.h), X: it is not what it says,
 * E: an exception covers something of it.
 */
static void
order_flags(const struct work_item *it, char out[ORDER_FLAGS_SIZE])
{
	char letters[16];
	unsigned flags = 0;
	const uint8_t *slash = it->path_len > 0 ? memrchr(it->path, '/', it->path_len) : NULL;
	const uint8_t *base = slash != NULL ? slash + 1 : it->path;
	size_t n = it->path_len - (size_t)(base - it->path);
	MEM_FREE char *text = mem_alloc(ESCAPE_SIZE(n));
	escape_bytes(base, n, text, ESCAPE_SIZE(n), &flags);
	escape_letters(flags, letters);
	snprintf(out, ORDER_FLAGS_SIZE, "%s%s%s", letters,
	    (it->classes & 1u << FINDING_MISMATCH) != 0 ? "X" : "",
	    (it->classes & WORK_EXCEPTED) != 0 ? "E" : "");
}

json_t *
order_row(const struct work_item *it)
{
	char sha256[HEX_DIGEST_SIZE] = "", flags[ORDER_FLAGS_SIZE];
	if (it->sha256 != NULL)
		hex_encode(it->sha256, 32, sha256);
	order_flags(it, flags);
	json_t *row = json_pack("{s:I, s:s, s:s, s:s, s:s, s:I, s:s, s:s, s:s, s:s, s:s, s:s, "
				"s:I, s:s, s:s, s:s, s:s}",
	    "id", (json_int_t)it->id, "name", it->name, "kind", it->kind, "state", it->state,
	    "why", it->why, "size", (json_int_t)it->size_bytes, "type", it->type, "mime",
	    it->mime, "verdict", it->verdict, "gate", it->gate, "severity", it->severity,
	    "decision", it->decision, "finds", (json_int_t)it->finds, "reason", it->reason,
	    "by", it->by, "flags", flags, "sha256", sha256);
	if (strlen(it->base) <= ORDER_BASE_BYTES &&
	    strlen(it->name) + strlen(it->base) <= ORDER_BASE_BYTES)
		json_object_set_new(row, "base", json_string(it->base));
	return row;
}

json_t *
order_counts(struct work *work)
{
	struct work_counts c;
	if (work_counts(work, &c) != ERR_OK)
		return NULL;
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "items",
	    (json_int_t)c.items, "files", (json_int_t)c.files, "undecided",
	    (json_int_t)c.undecided, "approve", (json_int_t)c.approve, "reject",
	    (json_int_t)c.reject, "hold", (json_int_t)c.hold, "blocked", (json_int_t)c.blocked,
	    "unread", (json_int_t)c.unread, "none", (json_int_t)c.none, "undo",
	    (json_int_t)c.undo, "redo", (json_int_t)c.redo);
}

static void
order_unreadable(struct session *s)
{
	session_refuse(s, 3, "the work database cannot be read", NEXT_CHECKS);
}

/* --- requests --------------------------------------------------------------------------------
 */

void
order_list(struct session *s, struct msg *m)
{
	const char *transfer = msg_str(m, "transfer"), *text = msg_str(m, "where");
	enum work_sort sort;
	uint32_t *ids;
	size_t n;
	struct work *work = answer_work(s, transfer);
	MEM_FREE struct where *where = NULL;
	if (work == NULL)
		return;
	if (!work_sort_parse(msg_str(m, "sort"), &sort)) {
		session_refuse(s, 2, "there is no such order",
		    "path, severity, type, size, decision, verdict or id");
		return;
	}
	if (text[0] != '\0' && order_where(s, text, &where) != ERR_OK)
		return;
	enum err e = work_pick(work, where, sort, msg_bool(m, "reverse"), &ids, &n);
	json_t *counts = e == ERR_OK ? order_counts(work) : NULL;
	if (counts == NULL) {
		if (e == ERR_OK)
			free(ids);
		order_unreadable(s);
		return;
	}
	struct order *o = order_new(s, transfer);
	o->ids = ids;
	o->n = n;
	channel_send(s->channel, MSG_DESK_LIST,
	    json_pack("{s:I, s:I, s:o}", "list", (json_int_t)o->number, "total", (json_int_t)n,
		"counts", counts),
	    -1);
}

void
order_page(struct session *s, struct msg *m)
{
	struct order *o = order_get(s, msg_uint(m, "list"));
	struct work *work = o != NULL ? answer_work(s, o->transfer) : NULL;
	uint64_t from = msg_uint(m, "from"), count = msg_uint(m, "count");
	struct rows rows;
	if (work == NULL)
		return;
	if (count > LIM_PAGE_ITEMS)
		count = LIM_PAGE_ITEMS;
	if (from > o->n)
		from = o->n;
	rows_init(&rows);
	for (uint64_t pos = from; pos < from + count && pos < o->n && !rows.full; pos++) {
		struct work_item it;
		enum err e = work_item_get(work, o->ids[pos], &it);
		if (e != ERR_OK) {
			json_decref(rows.list);
			if (e == ERR_NOTFOUND)
				session_refuse(s, 1,
				    "the medium was read again since this "
				    "list was made",
				    "make it again");
			else
				order_unreadable(s);
			return;
		}
		json_t *row = order_row(&it);
		json_object_set_new(row, "pos", json_integer((json_int_t)pos));
		rows_add(&rows, row);
	}
	uint64_t next = from + json_array_size(rows.list);
	channel_send(s->channel, MSG_DESK_ROWS,
	    json_pack("{s:o, s:b, s:I, s:I}", "rows", rows.list, "more", next < o->n, "next",
		(json_int_t)next, "total", (json_int_t)o->n),
	    -1);
}

/* --- searching
 * -------------------------------------------------------------------------------- */

/* The set of items that fit, as it was made before or anew. */
static enum err
order_fits(struct order *o, struct work *work, const char *text, const struct where *where)
{
	if (o->find != NULL && strcmp(o->find, text) == 0 &&
	    o->fits_facts == work_facts_generation(work) &&
	    (!o->fits_drafts || o->fits_generation == work_generation(work)))
		return ERR_OK;
	free(o->find);
	free(o->fits);
	o->find = NULL;
	o->fits = NULL;
	enum err e = work_pick_set(work, where, &o->fits, &o->fits_max);
	if (e != ERR_OK)
		return e;
	o->find = mem_strdup(text);
	o->fits_drafts = work_fit_drafts(where);
	o->fits_generation = work_generation(work);
	o->fits_facts = work_facts_generation(work);
	return ERR_OK;
}

static bool
order_fit(const struct order *o, uint32_t id)
{
	return id <= o->fits_max && (o->fits[id / 8] & 1u << id % 8) != 0;
}

/* The next position behind (back: before) from; ERR_NOTFOUND at the end. */
static enum err
order_seek(struct order *o, struct work *work, const char *text, const struct where *where,
    uint64_t from, bool back, uint64_t *ret_at)
{
	/* what is looked for is mostly near: positions first .. first + n - 1 */
	size_t first = back ? (from > ORDER_TRY ? from - ORDER_TRY : 0) : from + 1, at;
	size_t n = back ? from - first : first < o->n ? o->n - first : 0;
	n = n < ORDER_TRY ? n : ORDER_TRY;
	bool all = back ? first == 0 : first + n >= o->n;
	enum err e =
	    n == 0 ? ERR_NOTFOUND : work_pick_first(work, where, o->ids + first, n, back, &at);
	if (e == ERR_OK)
		*ret_at = first + at;
	if (e != ERR_NOTFOUND || all)
		return e;
	e = order_fits(o, work, text, where);
	if (e != ERR_OK)
		return e;
	for (uint64_t i = from; back ? i > 0 : i + 1 < o->n;) {
		i = back ? i - 1 : i + 1;
		if (order_fit(o, o->ids[i])) {
			*ret_at = i;
			return ERR_OK;
		}
	}
	return ERR_NOTFOUND;
}

void
order_find(struct session *s, struct msg *m)
{
	struct order *o = order_get(s, msg_uint(m, "list"));
	struct work *work = o != NULL ? answer_work(s, o->transfer) : NULL;
	const char *text = msg_str(m, "where");
	uint64_t from = msg_uint(m, "from"), at = 0;
	MEM_FREE struct where *where = NULL;
	if (work == NULL || order_where(s, text, &where) != ERR_OK)
		return;
	if (from > o->n)
		from = o->n;
	enum err e = order_seek(o, work, text, where, from, msg_bool(m, "back"), &at);
	if (e != ERR_OK && e != ERR_NOTFOUND) {
		order_unreadable(s);
		return;
	}
	channel_send(s->channel, MSG_DESK_FOUND,
	    json_pack("{s:b, s:I}", "found", e == ERR_OK, "at", (json_int_t)at), -1);
}

/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/choice.h"
#include "db/work.h"
#include "src/base/escape.h"
#include "src/base/mem.h"
#include "src/ipc/next.h"
#include "src/proc/desk/choosing.h"
#include "src/proc/desk/early.h"
#include "src/proc/desk/rows.h"
#include "src/proc/desk/scope.h"
#include "src/proc/desk/unlock.h"

#include <stdio.h>
#include <string.h>

#define CHOICE_WHY_SIZE    512
#define CHOICE_NAME_CELLS  120 /* of a path in a status */
#define CHOICE_LABEL_CELLS 40
#define CHOICE_MANY        "more than 16384 things would be left out one by one"

/* --- what it looks like ------------------------------------------------------------------- */

static json_t *
choice_row(const struct intake *in, uint64_t id, bool whole)
{
	struct work_item it;
	char name[CHOICE_NAME_CELLS + 1];
	if (work_item_get(in->work, id, &it) != ERR_OK)
		return NULL;
	struct scope_weight w = scope_weight(in->scope, id);
	uint64_t out = scope_out(in->scope, id);
	const char *text = whole ? it.name : it.base;
	escape_shorten(text, strlen(text), name, sizeof(name), CHOICE_NAME_CELLS);
	return json_pack("{s:I, s:s, s:s, s:I, s:I, s:s}", "item", (json_int_t)id, "name", name,
	    "kind", it.kind, "files", (json_int_t)w.files, "bytes", (json_int_t)w.bytes, "out",
	    out == 0    ? ""
	    : out == id ? "left out"
			: "within");
}

static json_t *
choice_largest(const struct intake *in)
{
	uint64_t ids[LIM_SCOPE_NAMED];
	json_t *rows = json_array();
	size_t n = in->scope != NULL ? scope_largest(in->scope, ids, LIM_SCOPE_NAMED) : 0;
	for (size_t i = 0; i < n; i++)
		json_array_append_new(rows, choice_row(in, ids[i], true));
	return rows;
}

static json_t *
choice_volumes(const struct intake *in)
{
	json_t *rows = json_array(), *v;
	size_t i;
	json_array_foreach (json_object_get(in->medium, "volumes"), i, v) {
		char label[CHOICE_LABEL_CELLS + 1];
		const char *text = json_string_value(json_object_get(v, "label"));
		escape_shorten(text, strlen(text), label, sizeof(label), CHOICE_LABEL_CELLS);
		json_t *row = json_copy(v);
		json_object_set_new(row, "label", json_string(label));
		json_object_set_new(
		    row, "locked", json_boolean(json_is_true(json_object_get(v, "locked"))));
		json_array_append_new(rows, row);
	}
	return rows;
}

json_t *
choice_status(const struct intake *in)
{
	const char *word;
	json_t *words = json_array();
	struct scope_weight out = {0};
	uint64_t room = choosing_room(in), bytes = choosing_bytes(in);
	unsigned why =
	    hold_judge(in->hold, choosing_locked(in), bytes, room, in->early != NULL);
	for (size_t i = 0; (word = hold_word(why, i)) != NULL; i++)
		json_array_append_new(words, json_string(word));
	if (in->scope != NULL)
		out = scope_left_weight(in->scope);
	size_t left = in->scope != NULL ? scope_count(in->scope) : 0;
	json_t *all = json_pack("{s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "why", words,
	    "items", (json_int_t)in->items, "files", (json_int_t)in->files, "bytes",
	    (json_int_t)in->bytes, "left_out", (json_int_t)left, "left_files",
	    (json_int_t)out.files, "left_bytes", (json_int_t)out.bytes, "room",
	    (json_int_t)room, "missing", (json_int_t)hold_missing(bytes, room));
	json_object_set_new(all, "left_saved", json_integer((json_int_t)out.saved));
	json_object_set_new(all, "volumes", choice_volumes(in));
	json_object_set_new(all, "largest", choice_largest(in));
	json_object_set_new(all, "opening", json_integer((json_int_t)unlock_volume(in)));
	json_t *request = early_status(in);
	if (request != NULL)
		json_object_set_new(all, "request", request);
	if (in->tried != NULL)
		json_object_set(all, "tried", in->tried);
	json_object_set_new(all, "wait_s", json_integer((json_int_t)unlock_wait_s(in)));
	return all;
}

/* --- answers ---------------------------------------------------------------------------- */

struct intake *
choice_find(struct session *s, const char *transfer)
{
	struct intake *in = intake_find(s->desk, transfer);
	const char *why = NULL;
	if (custody_transfer_find(s->desk->custody, transfer) == NULL)
		why = "there is no such transfer";
	else if (in == NULL)
		why = "this transfer is not being read; nothing is to be chosen";
	else if (in->stage < STAGE_HELD)
		why = "what is on the medium is still being listed; wait for its end";
	else if (in->stage > STAGE_RELISTING)
		why = "its contents are being read, or are read already; nothing is to be "
		      "chosen any more";
	else if (in->unlock != NULL)
		why = "a volume of it is being opened; wait for its end";
	if (why == NULL)
		return in;
	session_refuse(s, 1, why, in == NULL ? NEXT_TRANSFERS : NEXT_STATUS);
	return NULL;
}

void
choice_go(struct session *s, struct msg *m)
{
	char why[CHOICE_WHY_SIZE];
	if (!session_is_officer(s))
		return;
	struct intake *in = choice_find(s, msg_str(m, "transfer"));
	if (in == NULL)
		return;
	uint64_t room = choosing_room(in), missing = hold_missing(choosing_bytes(in), room);
	if (missing > 0) {
		snprintf(why, sizeof(why),
		    "the vault has room for %llu MiB, and that is %llu MiB too little",
		    (unsigned long long)(room >> 20), choosing_mib(missing));
		session_refuse(
		    s, 1, why, "leave folders out, or make room in the vault, and try again");
		return;
	}
	MEM_FREE char *transfer = mem_strdup(in->transfer);
	choosing_leave_all(in); /* may end the intake */
	session_done(s, json_object());
	session_progress(s->desk, transfer);
}

/* The path that was chosen outlasts a medium that is pulled out, and a power cut. */
static enum err
choice_record(struct intake *in, uint64_t id, const char *by)
{
	const uint8_t *path;
	size_t n;
	enum err e = work_item_path(in->work, id, &path, &n);
	if (e != ERR_OK)
		return e;
	MEM_FREE uint8_t *own = mem_dup(path, n);
	return by != NULL ? work_scope_put(in->work, own, n, by)
	                  : work_scope_del(in->work, own, n);
}

static const char *
choice_refusal(enum err e, bool include)
{
	if (include)
		return "just this was not left out; take back the folder that it is in";
	return e == ERR_EXISTS  ? "it is left out already, with the folder that it is in"
	       : e == ERR_LIMIT ? CHOICE_MANY "; leave out the folder that they are in"
	                        : "only a file or a folder of the medium can be left out";
}

void
choice_scope(struct session *s, struct msg *m)
{
	if (!session_is_officer(s))
		return;
	struct intake *in = choice_find(s, msg_str(m, "transfer"));
	if (in == NULL)
		return;
	uint64_t id = msg_uint(m, "item");
	bool include = msg_bool(m, "include");
	if (!include && early_is_its(in, id)) {
		session_refuse(s, 1, "the request was read already, to show what it says",
		    "leave other things out");
		return;
	}
	enum err e = include ? scope_take(in->scope, id) : scope_leave(in->scope, id);
	/* twice the same is no mistake */
	if (e == ERR_EXISTS && scope_out(in->scope, id) == id)
		e = ERR_OK;
	if (e != ERR_OK) {
		session_refuse(s, 1, choice_refusal(e, include), NEXT_STATUS);
		return;
	}
	intake_check(in, choice_record(in, id, include ? NULL : s->officer));
	/* by name: a number is easily taken for another one */
	json_t *row = choice_row(in, id, true);
	session_done(
	    s, json_pack("{s:I, s:s*, s:O*, s:O*}", "item", (json_int_t)id, "text",
		   json_string_value(json_object_get(row, "name")), "count",
		   json_object_get(row, "files"), "bytes", json_object_get(row, "bytes")));
	json_decref(row);
}

/* What the officer left out by hand stays left out; nothing is taken back by a list. */
static enum err
choice_leave_others(struct intake *in, const bool *keep, size_t n, const char *by)
{
	MEM_FREE uint64_t *ids = mem_array(LIM_SCOPE, sizeof(*ids));
	size_t added;
	enum err e = scope_leave_others(in->scope, keep, n, ids, &added);
	if (e == ERR_OK)
		intake_check(in, work_scope_put_items(in->work, ids, added, by));
	return e;
}

void
choice_requested(struct session *s, struct msg *m)
{
	size_t n = 0;
	const char *why = NULL;
	if (!session_is_officer(s))
		return;
	struct intake *in = choice_find(s, msg_str(m, "transfer"));
	if (in == NULL)
		return;
	if (msg_bool(m, "take")) {
		scope_take_all(in->scope);
		intake_check(in, work_scope_clear(in->work));
	} else {
		const bool *keep = early_keep(in, &n, &why);
		if (keep == NULL) {
			session_refuse(s, 1, why, "leave out by hand what is not wanted");
			return;
		}
		if (choice_leave_others(in, keep, n, s->officer) == ERR_LIMIT) {
			session_refuse(s, 1, CHOICE_MANY,
			    "leave folders out by hand first, or read more than was asked for");
			return;
		}
	}
	session_done(s, json_pack("{s:I, s:I}", "count", (json_int_t)scope_count(in->scope),
			    "bytes", (json_int_t)scope_left_weight(in->scope).bytes));
}

/* The one item with this path. */
static void
choice_send_one(struct session *s, const struct intake *in, const uint8_t *path, size_t n)
{
	uint64_t id;
	struct rows rows;
	if (work_item_find(in->work, path, n, &id) != ERR_OK) {
		session_refuse(s, 1, "nothing on the medium has this path",
		    "write it as the medium has it, without a slash at its beginning; with "
		    "more than one volume it begins with v1/, v2/");
		return;
	}
	rows_init(&rows);
	rows_add(&rows, choice_row(in, id, true));
	rows_send(&rows, s, 1);
}

void
choice_folders(struct session *s, struct msg *m)
{
	uint64_t ids[LIM_PAGE_ITEMS];
	size_t n = 0;
	if (!session_is_officer(s))
		return;
	struct intake *in = choice_find(s, msg_str(m, "transfer"));
	if (in == NULL)
		return;
	MEM_FREE uint8_t *path = msg_bytes(m, "path", &n);
	if (path != NULL) {
		choice_send_one(s, in, path, n);
		return;
	}
	uint64_t from = msg_uint(m, "from"), folder = msg_uint(m, "in");
	size_t total = scope_list(in->scope, folder, from, ids, LIM_PAGE_ITEMS);
	size_t left = from < total ? total - (size_t)from : 0;
	size_t count = left < LIM_PAGE_ITEMS ? left : LIM_PAGE_ITEMS;
	json_t *rows = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(rows, choice_row(in, ids[i], folder == 0));
	channel_send(s->channel, MSG_DESK_ROWS,
	    json_pack("{s:o, s:b, s:I, s:I}", "rows", rows, "more", left > count, "next",
		(json_int_t)(from + count), "total", (json_int_t)total),
	    -1);
}

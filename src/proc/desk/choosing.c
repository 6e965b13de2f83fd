/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/choosing.h"
#include "db/work.h"
#include "src/base/hex.h"
#include "src/base/log.h"
#include "src/base/mem.h"
#include "src/proc/desk/early.h"
#include "src/proc/desk/purge.h"
#include "src/proc/desk/reading.h"
#include "src/proc/desk/resume.h"
#include "src/proc/desk/scope.h"
#include "src/proc/desk/unlock.h"

#include <stdio.h>
#include <string.h>

#define CHOOSING_WHY_SIZE 512

/* --- room --------------------------------------------------------------------------- */

/* What the vault can still take. */
uint64_t
choosing_room(const struct intake *in)
{
	static const enum msg_id answers[] = {MSG_VAULT_SPACE_IS, MSG_NONE};
	struct msg space;
	if (channel_call(in->desk->vault, MSG_VAULT_SPACE, NULL, -1, answers, &space) != ERR_OK)
		log_fatal("the vault does not answer");
	uint64_t free_bytes = msg_uint(&space, "free"), floor = msg_uint(&space, "floor");
	msg_done(&space);
	return free_bytes > floor ? free_bytes - floor : 0;
}

unsigned long long
choosing_mib(uint64_t bytes)
{
	return (unsigned long long)((bytes + (1 << 20) - 1) >> 20);
}

/* False, and the intake has ended, when what is to be read does not fit. */
static bool
choosing_fits(struct intake *in, uint64_t room)
{
	char why[CHOOSING_WHY_SIZE], advice[256];
	if (hold_missing(in->bytes, room) == 0)
		return true;
	purge_advice(in->desk, advice, sizeof(advice));
	snprintf(why, sizeof(why),
	    "the vault has room for %llu MiB and %llu are to be read; %s; then repeat the "
	    "intake, or repeat it with a choice of folders and leave some out",
	    (unsigned long long)(room >> 20), choosing_mib(in->bytes), advice);
	intake_fail(in, "reading", why);
	return false;
}

/* --- what lies on the medium ---------------------------------------------------------- */

static void
choosing_add(void *arg, const struct work_size *row)
{
	enum scope_kind kind = strcmp(row->kind, "file") == 0        ? SCOPE_FILE
	                       : strcmp(row->kind, "directory") == 0 ? SCOPE_FOLDER
	                                                             : SCOPE_OTHER;
	scope_add(arg, row->id, row->parent, kind, row->bytes, row->saved);
}

/* [path in base64, who]: the statement must be over before items are looked up. */
static void
choosing_collect(void *arg, const struct work_scope *row)
{
	json_t *list = arg;
	MEM_FREE char *path = mem_alloc(HEX_B64_SIZE(row->path_len));
	hex_b64_encode(row->path, row->path_len, path);
	json_array_append_new(list, json_pack("[s, s]", path, row->by));
}

enum err
choosing_kept(struct work *w, json_t **ret)
{
	json_t *list = json_array();
	enum err e = work_scope_each(w, choosing_collect, list);
	if (e == ERR_OK)
		*ret = list;
	else
		json_decref(list);
	return e;
}

/* The same of the reading under way; when it cannot be read, that ends soon. */
static json_t *
choosing_kept_now(struct intake *in)
{
	json_t *kept;
	enum err e = choosing_kept(in->work, &kept);
	intake_check(in, e);
	return e == ERR_OK ? kept : json_array();
}

/* The i-th of them: its path, to be freed, and who left it out. */
static uint8_t *
choosing_kept_at(const json_t *kept, size_t i, size_t *ret_len, const char **ret_by)
{
	const json_t *row = json_array_get(kept, i);
	const char *text = json_string_value(json_array_get(row, 0));
	uint8_t *path = mem_alloc(strlen(text) + 1);
	*ret_by = json_string_value(json_array_get(row, 1));
	if (!hex_b64_decode(text, strlen(text), path, ret_len))
		*ret_len = 0;
	return path;
}

enum err
choosing_keep(struct work *w, const json_t *kept)
{
	enum err e = ERR_OK;
	for (size_t i = 0; i < json_array_size(kept) && e == ERR_OK; i++) {
		size_t n;
		const char *by;
		MEM_FREE uint8_t *path = choosing_kept_at(kept, i, &n, &by);
		if (n > 0)
			e = work_scope_put(w, path, n, by);
	}
	return e;
}

/* Items, what is below each, and what was left out before. */
static void
choosing_look(struct intake *in)
{
	scope_free(in->scope);
	in->scope = scope_new();
	intake_check(in, work_sizes(in->work, choosing_add, in->scope));
	scope_sum(in->scope);
	json_t *kept = choosing_kept_now(in);
	for (size_t i = 0; i < json_array_size(kept); i++) {
		size_t n;
		uint64_t id;
		const char *by;
		MEM_FREE uint8_t *path = choosing_kept_at(kept, i, &n, &by);
		if (n > 0 && work_item_find(in->work, path, n, &id) == ERR_OK)
			scope_leave_apart(in->scope, id);
	}
	json_decref(kept);
	early_weigh(in);
}

uint64_t
choosing_bytes(const struct intake *in)
{
	uint64_t left = in->scope != NULL ? scope_left_weight(in->scope).saved : 0;
	/* what the vault has needs no room; some of it may be left out, too */
	uint64_t had = resume_bytes(in), gone = had > left ? had : left;
	return in->bytes > gone ? in->bytes - gone : 0;
}

size_t
choosing_locked(const struct intake *in)
{
	size_t i, n = 0;
	json_t *v;
	json_array_foreach (json_object_get(in->medium, "volumes"), i, v)
		n += json_is_true(json_object_get(v, "locked"));
	return n;
}

/* --- leaving it ------------------------------------------------------------------------- */

/* "left out by anna: 12 files, 4096 bytes, 15 items below it in all" */
static enum err
choosing_leave(struct intake *in, uint64_t id, const char *by, uint64_t *gone)
{
	struct scope_weight w = scope_weight(in->scope, id);
	uint64_t n = 0;
	MEM_FREE char *why = mem_printf("left out by %s: %llu file%s, %llu bytes", by,
	    (unsigned long long)w.files, w.files == 1 ? "" : "s", (unsigned long long)w.bytes);
	/* links, folders and what else is no file */
	if (w.below > w.files) {
		char *all = mem_printf(
		    "%s, %llu items below it in all", why, (unsigned long long)w.below);
		free(why);
		why = all;
	}
	enum err e = work_item_leave(in->work, id, why, &n);
	*gone += n;
	return e;
}

/* Rows of what is left out become one each; the numbers of them for the reader, in parts. */
static json_t *
choosing_apply(struct intake *in)
{
	json_t *parts = json_array(), *part = NULL, *kept = choosing_kept_now(in);
	uint64_t gone = 0;
	for (size_t i = 0; i < json_array_size(kept); i++) {
		size_t n;
		uint64_t id;
		const char *by;
		MEM_FREE uint8_t *path = choosing_kept_at(kept, i, &n, &by);
		if (n == 0 || work_item_find(in->work, path, n, &id) != ERR_OK ||
		    scope_out(in->scope, id) != id || id <= in->base)
			continue;
		intake_check(in, choosing_leave(in, id, by, &gone));
		if (part == NULL || json_array_size(part) == LIM_SCOPE_TOLD)
			json_array_append_new(parts, part = json_array());
		json_array_append_new(part, json_integer((json_int_t)(id - in->base)));
	}
	json_decref(kept);
	in->items -= gone < in->items ? gone : in->items;
	intake_check(in, work_commit(in->work));
	return parts;
}

void
choosing_ready(struct intake *in)
{
	if (choosing_fits(in, choosing_room(in)))
		reading_go(in);
}

/* Nothing more is left out: what the vault has is no more to be read. */
static void
choosing_settled(struct intake *in)
{
	if (!resume_begin(in))
		choosing_ready(in);
}

/* The word to go on: the reader is told what is left out, and counts again. */
void
choosing_leave_all(struct intake *in)
{
	bool any = in->scope != NULL && scope_count(in->scope) > 0;
	json_t *parts = any ? choosing_apply(in) : NULL, *part;
	size_t i;
	if (in->lost != ERR_OK) {
		json_decref(parts);
		return;
	}
	choosing_end(in);
	early_end(in);
	in->skips = (unsigned)json_array_size(parts);
	json_array_foreach (parts, i, part) {
		in->stage = STAGE_SKIPPING;
		channel_send(in->reader, MSG_READ_SKIP, json_pack("{s:O}", "items", part), -1);
	}
	json_decref(parts);
	if (in->skips == 0)
		choosing_settled(in);
}

/* --- entering it -------------------------------------------------------------------------- */

static void
choosing_begin(struct intake *in)
{
	json_t *kept = choosing_kept_now(in);
	bool scoped = json_array_size(kept) > 0;
	json_decref(kept);
	/* nothing is read that may have been left out */
	if (in->lost != ERR_OK)
		return;
	if (scoped)
		choosing_look(in);
	unsigned why = hold_judge(in->hold, choosing_locked(in), choosing_bytes(in),
	    choosing_room(in), early_is_there(in));
	if (why == 0) {
		choosing_leave_all(in);
		return;
	}
	if (!scoped)
		choosing_look(in);
	if (!early_begin(in))
		choosing_hold(in);
}

void
choosing_hold(struct intake *in)
{
	in->stage = STAGE_HELD;
	session_progress(in->desk, in->transfer);
}

void
choosing_totals(struct intake *in)
{
	if (in->stage == STAGE_LISTING || in->stage == STAGE_RELISTING)
		resume_listed(in);
	if (in->stage == STAGE_LISTING) {
		choosing_begin(in);
	} else if (in->stage == STAGE_RELISTING) {
		in->stage = STAGE_HELD;
		choosing_look(in);
		unlock_listed(in);
		if (!early_begin(in))
			choosing_hold(in);
	} else if (in->skips > 1) {
		in->skips--;
	} else if (in->stage == STAGE_HAVING) {
		resume_told(in);
		choosing_ready(in);
	} else {
		choosing_settled(in);
	}
}

void
choosing_end(struct intake *in)
{
	in->scope = scope_free(in->scope);
}

bool
choosing_waits(const struct intake *in)
{
	return in->stage == STAGE_HELD || in->stage == STAGE_UNLOCKING ||
	       in->stage == STAGE_RELISTING;
}

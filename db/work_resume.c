/* SPDX-License-Identifier: ISC */
/* What an earlier reading of the same medium brought into the vault. */
#include "db/work_in.h"

#include <stdio.h>
#include <string.h>

enum err
work_medium_get(struct work *w, char ret_before[WORK_BEFORE_SIZE], bool *ret_opened)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_MEDIUM_GET);
	enum err e = sql_step(s);
	if (e != ERR_OK)
		return e;
	snprintf(ret_before, WORK_BEFORE_SIZE, "%s", sql_text(s, 0));
	*ret_opened = sql_uint(s, 1) != 0;
	sql_reset(s);
	return ERR_OK;
}

enum err
work_medium_put(struct work *w, const char *before)
{
	struct sql_stmt *s = work_change(w, STMT_MEDIUM_PUT);
	sql_bind_text(s, 1, before);
	return sql_run(s);
}

enum err
work_again(struct work *w)
{
	static const enum work_stmt steps[] = {STMT_OBJECT_CLEAR, STMT_VERDICT_FORGET,
	    STMT_FINDING_FORGET, STMT_FACT_FORGET, STMT_STRIKE_FORGET, STMT_TODO_CLEAR,
	    STMT_SORT_CLEAR, STMT_JUDGED_CLEAR, STMT_CHOICE_CLEAR, STMT_DRAFT_CLEAR,
	    STMT_STEP_FORGET, STMT_CHILD_CLEAR, STMT_OPENED_CLEAR, STMT_PART_CLEAR};
	enum err e = work_run_all(w, steps, sizeof(steps) / sizeof(steps[0]));
	work_draft_drop(w);
	return e == ERR_OK ? work_commit(w) : e;
}

enum err
work_had_take(struct work *w, bool same, const char *left)
{
	static const enum work_stmt keep[] = {
	    STMT_BROUGHT_ADD, STMT_HAD_TAKE, STMT_STOPPED_CLEAR, STMT_ITEM_CLEAR};
	static const enum work_stmt stop[] = {
	    STMT_BROUGHT_ADD, STMT_HAD_TAKE, STMT_ITEM_CLEAR_OTHERS};
	static const enum work_stmt drop[] = {
	    STMT_BROUGHT_ADD, STMT_HAD_CLEAR, STMT_STOPPED_CLEAR, STMT_ITEM_CLEAR};
	if (!same || left == NULL)
		return work_run_all(w, same ? keep : drop, 4);
	enum err e = work_run_all(w, stop, 3);
	if (e != ERR_OK)
		return e;
	struct sql_stmt *s = work_change(w, STMT_ITEM_STOPPED);
	sql_bind_text(s, 1, left);
	return sql_run(s);
}

enum err
work_stopped_add(struct work *w, uint64_t volume)
{
	struct sql_stmt *s = work_change(w, STMT_STOPPED_ADD);
	sql_bind_uint(s, 1, volume);
	return sql_run(s);
}

enum err
work_item_count(struct work *w, uint64_t *ret_n, uint64_t *ret_last)
{
	uint64_t n[2];
	enum err e = work_numbers(w, STMT_ITEM_COUNT, n, 2);
	if (e != ERR_OK)
		return e;
	*ret_n = n[0];
	*ret_last = n[1];
	return ERR_OK;
}

enum err
work_had_count(struct work *w, uint64_t *ret_files, uint64_t *ret_bytes)
{
	uint64_t n[2];
	enum err e = work_numbers(w, STMT_HAD_COUNT, n, 2);
	if (e != ERR_OK)
		return e;
	*ret_files = n[0];
	*ret_bytes = n[1];
	return ERR_OK;
}

enum err
work_had_next(struct work *w, uint64_t after, struct work_had *ret, size_t max, size_t *ret_n)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_HAD_NEXT);
	size_t n = 0, len;
	enum err e = ERR_NOTFOUND;
	sql_bind_uint(s, 1, after);
	sql_bind_uint(s, 2, max);
	while (n < max && (e = sql_step(s)) == ERR_OK) {
		const uint8_t *sha256 = sql_bytes(s, 2, &len);
		ret[n] = (struct work_had){.item = sql_uint(s, 0),
		    .bytes = sql_uint(s, 1),
		    .known = sql_uint(s, 3) != 0};
		if (len == sizeof(ret[n].sha256))
			memcpy(ret[n].sha256, sha256, len);
		n++;
	}
	sql_reset(s);
	*ret_n = n;
	return n == max || e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err
work_bytes_next(struct work *w, const uint8_t after[32], uint8_t ret_sha256[32])
{
	struct sql_stmt *s = sql_use(w->sql, STMT_BYTES_NEXT);
	size_t n = 0;
	sql_bind_bytes(s, 1, after, 32);
	enum err e = sql_step(s);
	if (e != ERR_OK)
		return e;
	const uint8_t *sha256 = sql_is_null(s, 0) ? NULL : sql_bytes(s, 0, &n);
	if (n == 32)
		memcpy(ret_sha256, sha256, 32);
	sql_reset(s);
	return n == 32 ? ERR_OK : ERR_NOTFOUND;
}

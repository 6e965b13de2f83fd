/* SPDX-License-Identifier: ISC */
#include "db/work_split.h"
#include "db/work_in.h"

#include <stdio.h>

/* Columns: item, holder, path, sha256, bytes. */
static enum err
work_split_rows(struct sql_stmt *s, bool (*fn)(void *arg, const struct work_named *), void *arg)
{
	enum err e;
	while ((e = sql_step(s)) == ERR_OK) {
		size_t n;
		struct work_named row = {.item = sql_uint(s, 0), .bytes = sql_uint(s, 4)};
		if (!sql_is_null(s, 1))
			row.holder = sql_bytes(s, 1, &n);
		row.path = sql_bytes(s, 2, &row.path_len);
		row.sha256 = sql_bytes(s, 3, &n);
		if (n == 32 && !fn(arg, &row))
			break;
	}
	sql_reset(s);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err
work_split_names(struct work *w, enum work_split_names which,
    bool (*fn)(void *arg, const struct work_named *), void *arg)
{
	static const enum work_stmt steps[WORK_SPLIT__MAX][2] = {
	    [WORK_SPLIT_NUMBERS] = {STMT_SPLIT_ITEMS, STMT_SPLIT_MEMBERS},
	    [WORK_SPLIT_LETTERS] = {STMT_SPLIT_LETTER_ITEMS, STMT_SPLIT_LETTER_MEMBERS},
	    [WORK_SPLIT_ZIPS] = {STMT_SPLIT_ZIP_ITEMS, STMT_SPLIT_ZIP_MEMBERS},
	};
	enum err e = work_split_rows(sql_use(w->sql, steps[which][0]), fn, arg);
	return e == ERR_OK ? work_split_rows(sql_use(w->sql, steps[which][1]), fn, arg) : e;
}

enum err
work_split_items(struct work *w, const uint8_t sha256[32], uint64_t *ret_n)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_SPLIT_SAME);
	sql_bind_bytes(s, 1, sha256, 32);
	enum err e = sql_step(s);
	if (e == ERR_OK)
		*ret_n = sql_uint(s, 0);
	sql_reset(s);
	return e;
}

enum err
work_split_members(struct work *w, void (*fn)(void *arg, const uint8_t sha256[32]), void *arg)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_SPLIT_DIGESTS);
	enum err e;
	while ((e = sql_step(s)) == ERR_OK) {
		size_t n;
		const uint8_t *sha256 = sql_bytes(s, 0, &n);
		if (n == 32)
			fn(arg, sha256);
	}
	sql_reset(s);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err
work_split_share(struct work *w, const uint8_t from[32], const uint8_t to[32],
    const char *scanner, uint64_t *ret_n)
{
	struct sql_stmt *s = work_change(w, STMT_SPLIT_SHARE);
	sql_bind_bytes(s, 1, from, 32);
	sql_bind_bytes(s, 2, to, 32);
	sql_bind_text(s, 3, scanner);
	enum err e = sql_run(s);
	if (e == ERR_OK)
		*ret_n = sql_changes(w->sql);
	return e;
}

enum err
work_apart_clear(struct work *w)
{
	return sql_run(work_derive(w, STMT_APART_CLEAR));
}

enum err
work_apart_put(struct work *w, uint64_t item, const char *why)
{
	struct sql_stmt *s = work_derive(w, STMT_APART_PUT);
	sql_bind_uint(s, 1, item);
	sql_bind_text(s, 2, why);
	return sql_run(s);
}

enum err
work_apart_get(struct work *w, uint64_t item, char ret_why[WORK_APART_SIZE])
{
	struct sql_stmt *s = sql_use(w->sql, STMT_APART_GET);
	sql_bind_uint(s, 1, item);
	enum err e = sql_step(s);
	snprintf(ret_why, WORK_APART_SIZE, "%s", e == ERR_OK ? sql_text(s, 0) : "");
	sql_reset(s);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

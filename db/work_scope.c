/* SPDX-License-Identifier: ISC */
/* What is left out of a reading, and volumes that were opened while it waited. */
#include "db/work_in.h"
#include "src/base/mem.h"

#include <string.h>

enum err
work_sizes(struct work *w, void (*fn)(void *arg, const struct work_size *), void *arg)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_ITEM_SIZES);
	enum err e;
	while ((e = sql_step(s)) == ERR_OK) {
		struct work_size row = {sql_uint(s, 0), sql_uint(s, 1), sql_text(s, 2),
		    sql_uint(s, 3), sql_uint(s, 4)};
		fn(arg, &row);
	}
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err
work_item_find(struct work *w, const uint8_t *path, size_t path_len, uint64_t *ret_id)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_ITEM_FIND);
	sql_bind_bytes(s, 1, path, path_len);
	enum err e = sql_step(s);
	if (e == ERR_OK) {
		*ret_id = sql_uint(s, 0);
		sql_reset(s);
	}
	return e;
}

/* Binds what the paths of all that is below begin with, and the first text behind them. */
static void
work_bind_below(struct sql_stmt *s, int at, const uint8_t *path, size_t n)
{
	MEM_FREE uint8_t *text = mem_alloc(n + 1);
	memcpy(text, path, n);
	text[n] = '/';
	sql_bind_bytes(s, at, text, n + 1);
	text[n]++;
	sql_bind_bytes(s, at + 1, text, n + 1);
}

/* Runs what removes items; ret_gone: how many. */
static enum err
work_run_gone(struct work *w, struct sql_stmt *s, uint64_t *ret_gone)
{
	enum err e = sql_run(s);
	if (e == ERR_OK)
		*ret_gone = sql_changes(w->sql);
	return e;
}

static enum err
work_below_del(struct work *w, uint64_t id, uint64_t *ret_gone)
{
	const uint8_t *path;
	size_t n;
	enum err e = work_item_path(w, id, &path, &n);
	if (e != ERR_OK)
		return e;
	MEM_FREE uint8_t *own = mem_dup(path, n);
	struct sql_stmt *s = work_change(w, STMT_ITEM_LEAVE_BELOW);
	sql_bind_uint(s, 1, id);
	work_bind_below(s, 2, own, n);
	return work_run_gone(w, s, ret_gone);
}

enum err
work_item_leave(struct work *w, uint64_t id, const char *why, uint64_t *ret_gone)
{
	struct sql_stmt *s = work_change(w, STMT_ITEM_LEAVE);
	sql_bind_uint(s, 1, id);
	sql_bind_text(s, 2, why);
	enum err e = work_run_found(w, s);
	return e == ERR_OK ? work_below_del(w, id, ret_gone) : e;
}

enum err
work_volume_opened(struct work *w, uint64_t volume, uint64_t *ret_gone)
{
	struct sql_stmt *s = work_change(w, STMT_VOLUME_OPENED);
	sql_bind_uint(s, 1, volume);
	enum err e = work_run_gone(w, s, ret_gone);
	return e == ERR_OK ? sql_run(work_change(w, STMT_MEDIUM_OPENED)) : e;
}

/* On the disk when this returns; what follows need not be. */
static enum err
work_scope_end(struct work *w, enum err e)
{
	enum err end = work_commit(w);
	if (!w->durable)
		(void)sql_exec(w->sql, "PRAGMA synchronous=NORMAL");
	return e != ERR_OK ? e : end;
}

static enum err
work_scope_start(struct work *w)
{
	enum err e = work_durable(w);
	return e == ERR_OK ? work_begin(w) : e;
}

static enum err
work_scope_cut(struct work *w, const uint8_t *path, size_t path_len)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_SCOPE_CUT);
	sql_bind_bytes(s, 1, path, path_len);
	work_bind_below(s, 2, path, path_len);
	return sql_run(s);
}

static enum err
work_scope_add(struct work *w, const uint8_t *path, size_t path_len, const char *by)
{
	enum err e = work_scope_cut(w, path, path_len);
	if (e != ERR_OK)
		return e;
	struct sql_stmt *s = sql_use(w->sql, STMT_SCOPE_PUT);
	sql_bind_bytes(s, 1, path, path_len);
	sql_bind_text(s, 2, by);
	return sql_run(s);
}

enum err
work_scope_put(struct work *w, const uint8_t *path, size_t path_len, const char *by)
{
	enum err e = work_scope_start(w);
	return work_scope_end(w, e == ERR_OK ? work_scope_add(w, path, path_len, by) : e);
}

enum err
work_scope_del(struct work *w, const uint8_t *path, size_t path_len)
{
	enum err e = work_scope_start(w);
	return work_scope_end(w, e == ERR_OK ? work_scope_cut(w, path, path_len) : e);
}

enum err
work_scope_put_items(struct work *w, const uint64_t *ids, size_t n, const char *by)
{
	enum err e = work_scope_start(w);
	for (size_t i = 0; i < n && e == ERR_OK; i++) {
		const uint8_t *path;
		size_t len;
		e = work_item_path(w, ids[i], &path, &len);
		if (e != ERR_OK)
			break;
		MEM_FREE uint8_t *own = mem_dup(path, len);
		e = work_scope_add(w, own, len, by);
	}
	return work_scope_end(w, e);
}

enum err
work_scope_clear(struct work *w)
{
	enum err e = work_scope_start(w);
	if (e == ERR_OK)
		e = sql_run(sql_use(w->sql, STMT_SCOPE_CLEAR));
	return work_scope_end(w, e);
}

enum err
work_scope_each(struct work *w, void (*fn)(void *arg, const struct work_scope *), void *arg)
{
	struct sql_stmt *s = sql_use(w->sql, STMT_SCOPE_EACH);
	enum err e;
	while ((e = sql_step(s)) == ERR_OK) {
		struct work_scope row = {.by = sql_text(s, 1)};
		row.path = sql_bytes(s, 0, &row.path_len);
		fn(arg, &row);
	}
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

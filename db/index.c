/* SPDX-License-Identifier: ISC */
#include "db/index.h"
#include "db/sql.h"
#include "src/base/mem.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define INDEX_VERSION 1 /* of the schema */

enum index_stmt {
#define STMT(id, text) STMT_##id,
#include "db/index_statements.def"
#undef STMT
	STMT__MAX
};

static const char *const index_texts[STMT__MAX] = {
#define STMT(id, text) [STMT_##id] = text,
#include "db/index_statements.def"
#undef STMT
};

static const char index_schema[] =
#include "db/index_schema.def"
    ;

struct index {
	struct sql *sql;
};

/* --- life ------------------------------------------------------------------------ */

/* Tables that are not ours would otherwise be found out by an assertion. */
static enum err
index_check_statements(struct sql *sql)
{
	enum err e = ERR_OK;
	for (size_t i = 0; i < STMT__MAX && e == ERR_OK; i++) {
		struct sql_stmt *s;
		e = sql_prepare(sql, index_texts[i], &s);
		if (e == ERR_OK)
			sql_drop(s);
	}
	for (size_t i = 0; i < STMT__MAX && e == ERR_OK; i++)
		(void)sql_use(sql, i); /* prepared now, while they can be */
	return e;
}

static enum err
index_try(const char *path, struct index **ret_index)
{
	struct sql *sql;
	enum err e = sql_open(path, index_texts, STMT__MAX, &sql);
	if (e != ERR_OK)
		return e;
	e = sql_form(sql, index_schema, INDEX_VERSION);
	if (e == ERR_OK)
		e = index_check_statements(sql);
	/* what was left by a desk that ended in the middle */
	if (e == ERR_OK)
		e = sql_run(sql_use(sql, STMT_UNSEALED_VERDICTS));
	if (e == ERR_OK)
		e = sql_run(sql_use(sql, STMT_UNSEALED_RUNS));
	if (e != ERR_OK) {
		sql_close(sql);
		return e;
	}
	struct index *x = mem_alloc(sizeof(*x));
	x->sql = sql;
	*ret_index = x;
	return ERR_OK;
}

enum err
index_open(const char *path, struct index **ret_index, bool *ret_anew)
{
	static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
	bool anew = access(path, F_OK) != 0;
	enum err e = index_try(path, ret_index);
	/* it holds nothing that could not be found out again */
	if (e != ERR_OK && e != ERR_NOSPACE && e != ERR_AGAIN) {
		anew = true;
		for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
			MEM_FREE char *file = mem_printf("%s%s", path, ends[i]);
			unlink(file);
		}
		e = index_try(path, ret_index);
	}
	if (e == ERR_OK)
		*ret_anew = anew;
	return e;
}

struct index *
index_close(struct index *x)
{
	if (x == NULL)
		return NULL;
	(void)index_commit(x);
	sql_close(x->sql);
	free(x);
	return NULL;
}

enum err
index_commit(struct index *x)
{
	if (!sql_in_transaction(x->sql))
		return ERR_OK;
	sql_reset_all(x->sql);
	enum err e = sql_exec(x->sql, "COMMIT");
	if (e != ERR_OK)
		(void)sql_exec(x->sql, "ROLLBACK");
	return e;
}

static struct sql_stmt *
index_change(struct index *x, enum index_stmt id)
{
	if (!sql_in_transaction(x->sql))
		(void)sql_exec(x->sql, "BEGIN");
	return sql_use(x->sql, id);
}

/* A digest of a column; false when it is none. */
static bool
index_digest(struct sql_stmt *s, int at, uint8_t out[INDEX_DIGEST_SIZE])
{
	size_t n;
	const uint8_t *bytes = sql_bytes(s, at, &n);
	if (n != INDEX_DIGEST_SIZE)
		return false;
	memcpy(out, bytes, n);
	return true;
}

/* --- names and runs ---------------------------------------------------------------- */

enum err
index_meta_get(struct index *x, const char *key, char *out, size_t size)
{
	struct sql_stmt *s = sql_use(x->sql, STMT_META_GET);
	sql_bind_text(s, 1, key);
	enum err e = sql_step(s);
	if (e != ERR_OK)
		return e;
	bool fits = strlen(sql_text(s, 0)) < size;
	if (fits)
		snprintf(out, size, "%s", sql_text(s, 0));
	sql_reset(s);
	return fits ? ERR_OK : ERR_NOTFOUND;
}

enum err
index_meta_put(struct index *x, const char *key, const char *value)
{
	struct sql_stmt *s = index_change(x, STMT_META_PUT);
	sql_bind_text(s, 1, key);
	sql_bind_text(s, 2, value);
	return sql_run(s);
}

enum err
index_run_new(struct index *x, const uint8_t maker[INDEX_DIGEST_SIZE], const char *scanner,
    int64_t at_s, uint64_t *ret_run)
{
	struct sql_stmt *s = index_change(x, STMT_RUN_ADD);
	sql_bind_bytes(s, 1, maker, INDEX_DIGEST_SIZE);
	sql_bind_text(s, 2, scanner);
	sql_bind_uint(s, 3, (uint64_t)at_s);
	enum err e = sql_run(s);
	if (e != ERR_OK)
		return e;
	s = sql_use(x->sql, STMT_RUN_LAST);
	e = sql_step(s);
	if (e == ERR_OK)
		*ret_run = sql_uint(s, 0);
	sql_reset(s);
	return e;
}

enum err
index_run_seal(struct index *x, uint64_t run, const uint8_t seal[INDEX_DIGEST_SIZE])
{
	struct sql_stmt *s = index_change(x, STMT_RUN_SEAL);
	sql_bind_uint(s, 1, run);
	sql_bind_bytes(s, 2, seal, INDEX_DIGEST_SIZE);
	return sql_run(s);
}

/* ret_rows: verdicts that went with it. */
static enum err
index_run_cut(struct index *x, uint64_t run, uint64_t *ret_rows)
{
	static const enum index_stmt steps[] = {STMT_VERDICT_DEL_RUN, STMT_RUN_DEL};
	enum err e = ERR_OK;
	for (size_t i = 0; i < 2 && e == ERR_OK; i++) {
		struct sql_stmt *s = index_change(x, steps[i]);
		sql_bind_uint(s, 1, run);
		e = sql_run(s);
		if (e == ERR_OK && i == 0)
			*ret_rows = sql_changes(x->sql);
	}
	return e;
}

enum err
index_run_drop(struct index *x, uint64_t run)
{
	uint64_t rows;
	return index_run_cut(x, run, &rows);
}

static enum err
index_run_read(
    struct index *x, enum index_stmt id, uint64_t run, bool sealed, struct index_run *ret_run)
{
	struct index_run r = {.at_s = 0};
	struct sql_stmt *s = sql_use(x->sql, id);
	sql_bind_uint(s, 1, run);
	enum err e = sql_step(s);
	if (e != ERR_OK)
		return e;
	bool whole = index_digest(s, 0, r.maker) && (!sealed || index_digest(s, 3, r.seal)) &&
	             strlen(sql_text(s, 1)) < sizeof(r.scanner);
	if (whole) {
		snprintf(r.scanner, sizeof(r.scanner), "%s", sql_text(s, 1));
		r.at_s = (int64_t)sql_uint(s, 2);
		*ret_run = r;
	}
	sql_reset(s);
	return whole ? ERR_OK : ERR_NOTFOUND;
}

enum err
index_run_find(struct index *x, uint64_t run, struct index_run *ret_run)
{
	return index_run_read(x, STMT_RUN_FIND, run, false, ret_run);
}

enum err
index_run_get(struct index *x, uint64_t run, struct index_run *ret_run)
{
	return index_run_read(x, STMT_RUN_GET, run, true, ret_run);
}

/* --- verdicts ------------------------------------------------------------------------ */

enum err
index_put(struct index *x, const uint8_t object[INDEX_DIGEST_SIZE], const struct index_row *row)
{
	struct sql_stmt *s = index_change(x, STMT_VERDICT_PUT);
	sql_bind_bytes(s, 1, object, INDEX_DIGEST_SIZE);
	sql_bind_bytes(s, 2, row->maker, INDEX_DIGEST_SIZE);
	sql_bind_uint(s, 3, row->run);
	sql_bind_bytes(s, 4, row->body, row->body_len);
	sql_bind_bytes(s, 5, row->seal, INDEX_DIGEST_SIZE);
	return sql_run(s);
}

/* Columns from `at`: run, body, seal.  The statement is left on its row. */
static enum err
index_fill(struct sql_stmt *s, int at, struct index_row *row)
{
	row->run = sql_uint(s, at);
	row->body = sql_bytes(s, at + 1, &row->body_len);
	if (index_digest(s, at + 2, row->seal) && row->body != NULL)
		return ERR_OK;
	sql_reset(s);
	return ERR_NOTFOUND;
}

enum err
index_get(struct index *x, const uint8_t object[INDEX_DIGEST_SIZE],
    const uint8_t maker[INDEX_DIGEST_SIZE], struct index_row *ret_row)
{
	struct index_row row = {.run = 0};
	struct sql_stmt *s = sql_use(x->sql, STMT_VERDICT_GET);
	sql_bind_bytes(s, 1, object, INDEX_DIGEST_SIZE);
	sql_bind_bytes(s, 2, maker, INDEX_DIGEST_SIZE);
	enum err e = sql_step(s);
	if (e == ERR_OK)
		e = index_fill(s, 0, &row);
	if (e != ERR_OK)
		return e;
	memcpy(row.maker, maker, sizeof(row.maker));
	*ret_row = row;
	return ERR_OK;
}

enum err
index_last(struct index *x, const uint8_t object[INDEX_DIGEST_SIZE], const char *scanner,
    uint64_t run, struct index_row *ret_row)
{
	struct index_row row = {.run = 0};
	struct sql_stmt *s = sql_use(x->sql, STMT_VERDICT_LAST);
	sql_bind_bytes(s, 1, object, INDEX_DIGEST_SIZE);
	sql_bind_text(s, 2, scanner);
	sql_bind_uint(s, 3, run < INT64_MAX ? run : INT64_MAX);
	enum err e = sql_step(s);
	if (e == ERR_OK && !index_digest(s, 0, row.maker)) {
		sql_reset(s);
		e = ERR_NOTFOUND;
	}
	if (e == ERR_OK)
		e = index_fill(s, 1, &row);
	if (e == ERR_OK)
		*ret_row = row;
	return e;
}

static enum err
index_number(struct index *x, enum index_stmt id, uint64_t *ret)
{
	struct sql_stmt *s = sql_use(x->sql, id);
	enum err e = sql_step(s);
	if (e != ERR_OK)
		return e;
	*ret = sql_uint(s, 0);
	sql_reset(s);
	return ERR_OK;
}

enum err
index_cut(struct index *x, uint64_t most_rows)
{
	uint64_t rows = 0, oldest, gone;
	/* once: it walks over all of them, and small runs may be many */
	enum err e = index_number(x, STMT_VERDICT_COUNT, &rows);
	while (e == ERR_OK && rows > most_rows) {
		e = index_number(x, STMT_RUN_OLDEST, &oldest);
		if (e == ERR_OK)
			e = index_run_cut(x, oldest, &gone);
		if (e == ERR_OK && gone == 0)
			e = ERR_SYNTAX;
		if (e == ERR_OK)
			rows -= gone;
	}
	return e;
}

/* SPDX-License-Identifier: ISC */
#include "db/sql.h"
#include "src/base/mem.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdio.h>

struct sql {
	sqlite3 *db;
	const char *const *texts;
	sqlite3_stmt **prepared;
	size_t n;
};

/* sqlite3_stmt under our own name, so that only db/ needs sqlite3.h. */
static sqlite3_stmt *
sql_native(struct sql_stmt *s)
{
	return (sqlite3_stmt *)(void *)s;
}

enum err
sql_err(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_DONE:
	case SQLITE_ROW:
		return ERR_OK;
	case SQLITE_FULL:
		return ERR_NOSPACE;
	case SQLITE_CONSTRAINT:
		return ERR_EXISTS;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return ERR_AGAIN;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return ERR_SYNTAX;
	case SQLITE_TOOBIG:
		return ERR_LIMIT;
	default:
		return ERR_IO;
	}
}

enum err
sql_open(const char *path, const char *const *statements, size_t n, struct sql **ret_sql)
{
	struct sql *s = mem_alloc(sizeof(*s));
	int rc =
	    sqlite3_open_v2(path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
	if (rc != SQLITE_OK) {
		sql_close(s);
		return sql_err(rc);
	}
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)NULL);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_DQS_DML, 0, (int *)NULL);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_DQS_DDL, 0, (int *)NULL);
	s->texts = statements;
	s->n = n;
	s->prepared = mem_array(n, sizeof(*s->prepared));
	*ret_sql = s;
	return ERR_OK;
}

struct sql *
sql_close(struct sql *s)
{
	if (s == NULL)
		return NULL;
	for (size_t i = 0; i < s->n; i++)
		sqlite3_finalize(s->prepared[i]);
	free(s->prepared);
	sqlite3_close(s->db);
	free(s);
	return NULL;
}

enum err
sql_exec(struct sql *s, const char *text)
{
	return sql_err(sqlite3_exec(s->db, text, NULL, NULL, NULL));
}

static enum err
sql_check_version(struct sql *sql, unsigned version)
{
	struct sql_stmt *s;
	enum err e = sql_prepare(sql,
	    "SELECT user_version, (SELECT count(*) FROM sqlite_schema)"
	    " FROM pragma_user_version",
	    &s);
	if (e != ERR_OK)
		return e;
	e = sql_step(s);
	if (e == ERR_OK && sql_uint(s, 1) > 0 && sql_uint(s, 0) != version)
		e = ERR_STATE;
	sql_drop(s);
	return e;
}

enum err
sql_form(struct sql *sql, const char *schema, unsigned version)
{
	char pragma[40];
	snprintf(pragma, sizeof(pragma), "PRAGMA user_version=%u", version);
	enum err e = sql_check_version(sql, version);
	if (e == ERR_OK)
		e = sql_exec(sql, schema);
	return e == ERR_OK ? sql_exec(sql, pragma) : e;
}

const char *
sql_why(const struct sql *s)
{
	return sqlite3_errmsg(s->db);
}

bool
sql_in_transaction(const struct sql *s)
{
	return sqlite3_get_autocommit(s->db) == 0;
}

uint64_t
sql_changes(const struct sql *s)
{
	return (uint64_t)sqlite3_changes64(s->db);
}

struct sql_stmt *
sql_use(struct sql *s, size_t id)
{
	assert(id < s->n);
	if (s->prepared[id] == NULL) {
		int rc = sqlite3_prepare_v3(
		    s->db, s->texts[id], -1, SQLITE_PREPARE_PERSISTENT, &s->prepared[id], NULL);
		assert(rc == SQLITE_OK && "statement table does not fit the schema");
		(void)rc;
	}
	sqlite3_reset(s->prepared[id]);
	sqlite3_clear_bindings(s->prepared[id]);
	return (struct sql_stmt *)(void *)s->prepared[id];
}

void
sql_reset_all(struct sql *s)
{
	for (size_t i = 0; i < s->n; i++)
		sqlite3_reset(s->prepared[i]);
}

enum err
sql_prepare(struct sql *s, const char *text, struct sql_stmt **ret_stmt)
{
	sqlite3_stmt *native;
	int rc = sqlite3_prepare_v2(s->db, text, -1, &native, NULL);
	if (rc == SQLITE_OK)
		*ret_stmt = (struct sql_stmt *)(void *)native;
	return sql_err(rc);
}

void
sql_drop(struct sql_stmt *s)
{
	sqlite3_finalize(sql_native(s));
}

bool
sql_like(const char *pattern, const char *text)
{
	return sqlite3_strlike(pattern, text, '\\') == 0;
}

void
sql_bind_uint(struct sql_stmt *s, int at, uint64_t v)
{
	sqlite3_bind_int64(sql_native(s), at, (sqlite3_int64)v);
}

void
sql_bind_text(struct sql_stmt *s, int at, const char *text)
{
	sqlite3_bind_text(sql_native(s), at, text, -1, SQLITE_TRANSIENT);
}

void
sql_bind_bytes(struct sql_stmt *s, int at, const void *bytes, size_t n)
{
	sqlite3_bind_blob64(sql_native(s), at, n > 0 ? bytes : "", n, SQLITE_TRANSIENT);
}

void
sql_bind_null(struct sql_stmt *s, int at)
{
	sqlite3_bind_null(sql_native(s), at);
}

enum err
sql_step(struct sql_stmt *s)
{
	int rc = sqlite3_step(sql_native(s));
	if (rc == SQLITE_ROW)
		return ERR_OK;
	sqlite3_reset(sql_native(s));
	return rc == SQLITE_DONE ? ERR_NOTFOUND : sql_err(rc);
}

enum err
sql_run(struct sql_stmt *s)
{
	enum err e = sql_step(s);
	if (e == ERR_OK)
		sqlite3_reset(sql_native(s));
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

void
sql_reset(struct sql_stmt *s)
{
	sqlite3_reset(sql_native(s));
}

uint64_t
sql_uint(struct sql_stmt *s, int at)
{
	return (uint64_t)sqlite3_column_int64(sql_native(s), at);
}

const char *
sql_text(struct sql_stmt *s, int at)
{
	const unsigned char *text = sqlite3_column_text(sql_native(s), at);
	return text != NULL ? (const char *)text : "";
}

const uint8_t *
sql_bytes(struct sql_stmt *s, int at, size_t *ret_len)
{
	const uint8_t *bytes = sqlite3_column_blob(sql_native(s), at);
	*ret_len = (size_t)sqlite3_column_bytes(sql_native(s), at);
	return bytes;
}

bool
sql_is_null(struct sql_stmt *s, int at)
{
	return sqlite3_column_type(sql_native(s), at) == SQLITE_NULL;
}

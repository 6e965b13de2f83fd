/* SPDX-License-Identifier: ISC */
/*
 * The little we ask of SQLite, with our error codes: open hardened, run
 * statements from a table by number, bind and read by type.  Statements are
 * prepared once, on first use.
 */
#ifndef DB_SQL_H
#define DB_SQL_H

#include "src/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sql;      /* one connection */
struct sql_stmt; /* one statement of it, being run */

/* What a result code of SQLite means; ERR_OK also for a row and for the end of rows. */
enum err sql_err(int rc);
/* Opens or creates path for writing; statements is a table of n texts that outlives it. */
enum err sql_open(
    const char *path, const char *const *statements, size_t n, struct sql **ret_sql);
/* Makes its tables by schema; a file of another version is left alone: ERR_STATE. */
enum err sql_form(struct sql *, const char *schema, unsigned version);
struct sql *sql_close(struct sql *);
/* Runs text that has no parameters: schema, pragmas, begin, commit. */
enum err sql_exec(struct sql *, const char *text);
/* English for the last failure of this connection. */
const char *sql_why(const struct sql *);
/* Between BEGIN and its end; a full disk may have ended it. */
bool sql_in_transaction(const struct sql *);
/* Rows changed by the last statement. */
uint64_t sql_changes(const struct sql *);

/* Statement number id, reset and unbound; belongs to the connection. */
struct sql_stmt *sql_use(struct sql *, size_t id);
/* Ends the rows of all of them that are open. */
void sql_reset_all(struct sql *);
/* A statement made at run time (a limit expression); caller calls sql_drop. */
enum err sql_prepare(struct sql *, const char *text, struct sql_stmt **ret_stmt);
void sql_drop(struct sql_stmt *);

/* Parameters count from 1; bytes and texts are copied. */
void sql_bind_uint(struct sql_stmt *, int at, uint64_t);
void sql_bind_text(struct sql_stmt *, int at, const char *);
void sql_bind_bytes(struct sql_stmt *, int at, const void *, size_t n);
void sql_bind_null(struct sql_stmt *, int at);

/* ERR_OK: a row is there.  ERR_NOTFOUND: no more rows, and the statement is reset. */
enum err sql_step(struct sql_stmt *);
/* Runs a statement that gives no rows. */
enum err sql_run(struct sql_stmt *);
void sql_reset(struct sql_stmt *);

/* LIKE, with a backslash as escape, as statements have it. */
bool sql_like(const char *pattern, const char *text);

/* Columns count from 0; pointers live until the next step. */
uint64_t sql_uint(struct sql_stmt *, int at);
const char *sql_text(struct sql_stmt *, int at); /* "" when NULL */
const uint8_t *sql_bytes(struct sql_stmt *, int at, size_t *ret_len);
bool sql_is_null(struct sql_stmt *, int at);

#endif

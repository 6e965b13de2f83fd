/* SPDX-License-Identifier: ISC */
/* Limit expressions as SQL over work.db's view `seen`. */
#ifndef DB_WORK_WHERE_H
#define DB_WORK_WHERE_H

#include "src/base/buf.h"
#include "src/base/err.h"

struct where;
struct sql_stmt;

/* Parameters ?1 .. ?100 belong to the expression; callers use those above. */
#define WORK_WHERE_PARAMETERS 100

/* Appends a condition in brackets; every value is a parameter, never text. */
enum err work_where_print(const struct where *, struct buf *out);
/* Binds the values of the same expression. */
void work_where_bind(const struct where *, struct sql_stmt *);

#endif

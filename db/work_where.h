/* SPDX-License-Identifier: ISC */
/*
 * Limit expressions as SQL over work.db.  judged: every item has its row in
 * `judged`, and that narrow table is walked; else the items themselves are.
 */
#ifndef DB_WORK_WHERE_H
#define DB_WORK_WHERE_H

#include "src/base/buf.h"
#include "src/base/err.h"

#include <stdbool.h>

struct where;
struct sql_stmt;

/* Parameters ?1 .. ?100 belong to the expression; callers use those above. */
#define WORK_WHERE_PARAMETERS 100

/* The column that is an item's number. */
const char *work_where_id(bool judged);
/* Appends "FROM ... WHERE (...)"; every value is a parameter, never text.  NULL: all items. */
enum err work_where_print(const struct where *, bool judged, struct buf *out);
/* Binds the values of the same expression. */
void work_where_bind(const struct where *, struct sql_stmt *);
/* It looks at what officers drafted. */
bool work_where_drafts(const struct where *);

#endif

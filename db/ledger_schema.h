/* SPDX-License-Identifier: ISC */
/* The published schema (ledger_schema.def) against what a file says. */
#ifndef DB_LEDGER_SCHEMA_H
#define DB_LEDGER_SCHEMA_H

#include "src/base/err.h"

#include <stddef.h>

struct sqlite3;

/* Text i of the schema, in order; NULL after the last. */
const char *ledger_schema_text(size_t i);
/*
 * ERR_SIGNATURE when the file's schema is not ours byte for byte, and what is
 * missing, more or another; ERR_SYNTAX when it cannot be read.
 */
enum err ledger_schema_compare(struct sqlite3 *, char *why, size_t why_size);

#endif

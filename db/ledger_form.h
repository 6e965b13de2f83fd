/* SPDX-License-Identifier: ISC */
/*
 * The form of a ledger.db, judged from its bytes before SQLite believes them:
 * a file that another program made, or that was made to look like ours.
 */
#ifndef DB_LEDGER_FORM_H
#define DB_LEDGER_FORM_H

#include "src/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LEDGER_FORM_HEADER 100 /* bytes of a header */
#define LEDGER_FORM_MAGIC  16  /* of them, what every SQLite file begins with */

/* Whether the bytes begin like any SQLite database. */
bool ledger_form_is_sqlite(const uint8_t *bytes, size_t n);
/*
 * The header alone: ERR_SYNTAX when it is not SQLite's, ERR_RANGE when it is not
 * that of a ledger, and a sentence that lives for ever.
 */
enum err ledger_form_header(const uint8_t header[LEDGER_FORM_HEADER], const char **ret_why);
/* Header and length of a whole file; ERR_SYNTAX when it is longer or shorter than it says. */
enum err ledger_form_file(const uint8_t *bytes, size_t n, const char **ret_why);

#endif

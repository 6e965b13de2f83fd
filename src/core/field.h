/* SPDX-License-Identifier: ISC */
/*
 * Fields: what people say of a transfer, as opposed to what the station finds out.
 * field.def has those that every site knows; a policy adds its own (fieldrule.h).
 *
 * Rows of fields are JSON: [{from?, name, value}], as they stand in entries; from is
 * "request" where the request said it, and absent where an officer did.  Classes are
 * [{limit, word}]: what a limit (where.h) picks bears another word than the transfer.
 */
#ifndef CORE_FIELD_H
#define CORE_FIELD_H

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/hex.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define FIELD_WHY_SIZE 256

enum field_kind {
	FIELD_TEXT,
	FIELD_CHOICE,   /* one of the words that the policy gives with it */
	FIELD_DATE,     /* YYYY-MM-DD, a day of the calendar */
	FIELD_PERSON,   /* a name or an id; nobody needs to be enrolled */
	FIELD_CLASS,    /* one of the policy's classifications; a text where it has none */
	FIELD_REGISTER, /* the medium's control number: never among the rows */
	FIELD_KIND__MAX
};

struct field_row {
	const char *name, *label;
	enum field_kind kind;
	size_t max_bytes;
	const char *help;
};

const char *field_kind_print(enum field_kind); /* text choice date person class register */
/* Those a policy may name: text, choice, date, person. */
bool field_kind_parse(const char *word, enum field_kind *ret);

/* A standard field, or NULL. */
const struct field_row *field_find(const char *name);
/* The i-th standard field, or NULL. */
const struct field_row *field_at(size_t i);

/* A small letter, then at most 31 small letters, digits and '_'. */
bool field_name_ok(const char *);
/* At most 64 bytes of letters, digits, space and "_./-", a letter or digit first. */
bool field_word_ok(const char *);
bool field_date_ok(const char *);

/*
 * Whether rows are of the form that entries have: ERR_SYNTAX or ERR_LIMIT with a
 * sentence.  Says nothing about what a policy asks for.
 */
enum err field_check_rows(const json_t *rows, char why[FIELD_WHY_SIZE]);
enum err field_check_classes(const json_t *classes, char why[FIELD_WHY_SIZE]);

/* The value of this field; NULL when there is none. */
const char *field_value(const json_t *rows, const char *name);
/*
 * The rows that come of these when others are laid over them: a value replaces, "" takes
 * away, and what comes from a request (from NULL: from an officer) only fills what is
 * not there.  Caller decrefs.
 */
json_t *field_lay(const json_t *rows, const json_t *over, const char *from);

/*
 * What an approval covers: SHA-256 of the canonical JSON of {"classes":..,"fields":..}.
 * "" when there is neither a field nor a class.  Either may be NULL.
 */
enum err field_digest(const json_t *rows, const json_t *classes, char ret_hex[HEX_DIGEST_SIZE]);

/* The page of all rows: share/doc/FIELDS.md. */
enum err field_print(struct buf *);

#endif

/* SPDX-License-Identifier: ISC */
#include "db/ledger_schema.h"
#include "db/ledger.h"
#include "db/sql.h"
#include "src/core/digest.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char *const schema[] = {
#define SCHEMA(text) text,
#include "db/ledger_schema.def"
#undef SCHEMA
};

#define SCHEMA_COUNT (sizeof(schema) / sizeof(schema[0]))

const char *
ledger_schema_text(size_t i)
{
	return i < SCHEMA_COUNT ? schema[i] : NULL;
}

void
ledger_schema(char out[HEX_DIGEST_SIZE])
{
	uint8_t digest[DIGEST_SIZE];
	struct digest *d = digest_new();
	for (size_t i = 0; i < SCHEMA_COUNT; i++) {
		digest_add(d, schema[i], strlen(schema[i]));
		digest_add(d, "\n", 1);
	}
	digest_final(d, digest);
	digest_free(d);
	hex_encode(digest, sizeof(digest), out);
}

static const char *
schema_column(sqlite3_stmt *s, int at)
{
	const unsigned char *t = sqlite3_column_text(s, at);
	return t != NULL ? (const char *)t : "";
}

/* "TRIGGER entry_dense": the words of a text of ours that name it. */
static int
schema_name_len(const char *text)
{
	return (int)(strcspn(text, " (") + 1 + strcspn(text + strcspn(text, " (") + 1, " ("));
}

/* Ours and in its place: the file goes on.  Else a sentence about the first that is not. */
static bool
schema_is_next(sqlite3_stmt *s, size_t i, char *why, size_t why_size)
{
	const char *text = schema_column(s, 0);
	bool known = false;
	if (i < SCHEMA_COUNT && strcmp(text, schema[i]) == 0)
		return true;
	for (size_t k = 0; k < SCHEMA_COUNT; k++)
		known = known || strcmp(text, schema[k]) == 0;
	if (known && i < SCHEMA_COUNT)
		snprintf(why, why_size, "the schema is not the published one: %.*s is missing",
		    schema_name_len(schema[i] + 7), schema[i] + 7);
	else
		snprintf(why, why_size,
		    "the schema is not the published one: the %.20s %.60s is another, or one "
		    "that a ledger has not",
		    schema_column(s, 1), schema_column(s, 2));
	return false;
}

/* SQLite's own indexes have no text; everything else must be ours, in order. */
enum err
ledger_schema_compare(struct sqlite3 *db, char *why, size_t why_size)
{
	sqlite3_stmt *s;
	size_t i = 0;
	bool same = true;
	int rc = sqlite3_prepare_v2(db,
	    "SELECT sql, type, name FROM sqlite_schema WHERE sql IS NOT NULL"
	    " OR name NOT LIKE 'sqlite_autoindex_%' ORDER BY rowid",
	    -1, &s, NULL);
	if (rc == SQLITE_OK) {
		while (same && (rc = sqlite3_step(s)) == SQLITE_ROW)
			same = schema_is_next(s, i++, why, why_size);
		sqlite3_finalize(s);
	}
	if (!same)
		return ERR_SIGNATURE;
	if (rc != SQLITE_DONE) {
		snprintf(why, why_size, "%s", sqlite3_errmsg(db));
		return sql_err(rc) == ERR_OK ? ERR_SYNTAX : sql_err(rc);
	}
	if (i == SCHEMA_COUNT)
		return ERR_OK;
	snprintf(why, why_size, "the schema is not the published one: %.*s is missing",
	    schema_name_len(schema[i] + 7), schema[i] + 7);
	return ERR_SIGNATURE;
}

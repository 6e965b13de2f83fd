/* SPDX-License-Identifier: ISC */
#include "src/core/field.h"
#include "src/base/limits.h"
#include "src/core/canon.h"
#include "src/core/digest.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const struct field_row field_rows[] = {
#define FIELD(id, name, label, kind, max_bytes, help) {name, label, kind, max_bytes, help},
#define KNOWN(what, source)
#include "src/core/field.def"
#undef FIELD
#undef KNOWN
};

static const struct {
	const char *what, *source;
} field_known[] = {
#define FIELD(id, name, label, kind, max_bytes, help)
#define KNOWN(what, source) {what, source},
#include "src/core/field.def"
#undef FIELD
#undef KNOWN
};

#define FIELD_ROWS  (sizeof(field_rows) / sizeof(field_rows[0]))
#define FIELD_KNOWN (sizeof(field_known) / sizeof(field_known[0]))

static const char *const field_kinds[FIELD_KIND__MAX] = {
    [FIELD_TEXT] = "text",
    [FIELD_CHOICE] = "choice",
    [FIELD_DATE] = "date",
    [FIELD_PERSON] = "person",
    [FIELD_CLASS] = "class",
    [FIELD_REGISTER] = "register",
};

const char *
field_kind_print(enum field_kind kind)
{
	assert((unsigned)kind < FIELD_KIND__MAX);
	return field_kinds[kind];
}

bool
field_kind_parse(const char *word, enum field_kind *ret)
{
	for (unsigned k = FIELD_TEXT; k <= FIELD_PERSON; k++)
		if (strcmp(word, field_kinds[k]) == 0) {
			*ret = (enum field_kind)k;
			return true;
		}
	return false;
}

const struct field_row *
field_find(const char *name)
{
	for (size_t i = 0; i < FIELD_ROWS; i++)
		if (strcmp(field_rows[i].name, name) == 0)
			return &field_rows[i];
	return NULL;
}

const struct field_row *
field_at(size_t i)
{
	return i < FIELD_ROWS ? &field_rows[i] : NULL;
}

/* --- texts ------------------------------------------------------------------------- */

static bool
field_is_small(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool
field_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool
field_name_ok(const char *name)
{
	size_t n = strlen(name);
	if (n == 0 || n > LIM_FIELD_NAME_BYTES || !field_is_small(name[0]))
		return false;
	for (size_t i = 1; i < n; i++)
		if (!field_is_small(name[i]) && !field_is_digit(name[i]) && name[i] != '_')
			return false;
	return true;
}

bool
field_word_ok(const char *word)
{
	size_t n = strlen(word);
	if (n == 0 || n > LIM_FIELD_WORD_BYTES)
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = word[i];
		bool letter = field_is_small(c) || (c >= 'A' && c <= 'Z') || field_is_digit(c);
		if (!letter && (i == 0 || strchr(" _./-", c) == NULL))
			return false;
	}
	return true;
}

bool
field_date_ok(const char *date)
{
	static const unsigned days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	unsigned v[3] = {0};
	if (strlen(date) != 10 || date[4] != '-' || date[7] != '-')
		return false;
	for (size_t i = 0, k = 0; i < 10; i++) {
		if (i == 4 || i == 7)
			k++;
		else if (!field_is_digit(date[i]))
			return false;
		else
			v[k] = v[k] * 10 + (unsigned)(date[i] - '0');
	}
	bool leap = (v[0] % 4 == 0 && v[0] % 100 != 0) || v[0] % 400 == 0;
	return v[0] > 0 && v[1] >= 1 && v[1] <= 12 && v[2] >= 1 &&
	       v[2] <= days[v[1] - 1] + (leap && v[1] == 2);
}

static bool
field_text_ok(const char *text, size_t max_bytes)
{
	size_t n = strlen(text);
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return false;
	return n > 0 && n <= max_bytes;
}

/* --- rows -------------------------------------------------------------------------- */

static const char *
field_text(const json_t *row, const char *key)
{
	return json_string_value(json_object_get(row, key));
}

static enum err
field_check_row(const json_t *rows, size_t i, char why[FIELD_WHY_SIZE])
{
	const json_t *row = json_array_get(rows, i);
	const char *name = field_text(row, "name"), *value = field_text(row, "value");
	const json_t *from = json_object_get(row, "from");
	if (name == NULL || !field_name_ok(name)) {
		snprintf(why, FIELD_WHY_SIZE,
		    "a field's name is a small letter, then small "
		    "letters, digits and _, at most %d in all",
		    LIM_FIELD_NAME_BYTES);
		return ERR_SYNTAX;
	}
	for (size_t k = 0; k < i; k++)
		if (strcmp(field_text(json_array_get(rows, k), "name"), name) == 0) {
			snprintf(why, FIELD_WHY_SIZE, "the field %s stands there twice", name);
			return ERR_SYNTAX;
		}
	if (value == NULL || !field_text_ok(value, LIM_FIELD_BYTES)) {
		snprintf(why, FIELD_WHY_SIZE,
		    "the field %s is empty, longer than %d bytes, or holds what cannot be "
		    "shown",
		    name, LIM_FIELD_BYTES);
		return ERR_SYNTAX;
	}
	if (from == NULL ||
	    (json_is_string(from) && strcmp(json_string_value(from), "request") == 0))
		return ERR_OK;
	snprintf(why, FIELD_WHY_SIZE, "the field %s comes from nowhere we know", name);
	return ERR_SYNTAX;
}

enum err
field_check_rows(const json_t *rows, char why[FIELD_WHY_SIZE])
{
	enum err e = ERR_OK;
	if (json_array_size(rows) > LIM_FIELDS) {
		snprintf(why, FIELD_WHY_SIZE, "a transfer has at most %d fields", LIM_FIELDS);
		return ERR_LIMIT;
	}
	size_t bytes = 0;
	for (size_t i = 0; i < json_array_size(rows) && e == ERR_OK; i++) {
		const json_t *row = json_array_get(rows, i);
		e = field_check_row(rows, i, why);
		if (e == ERR_OK)
			bytes +=
			    strlen(field_text(row, "name")) + strlen(field_text(row, "value"));
	}
	if (e != ERR_OK || bytes <= LIM_FIELDS_BYTES)
		return e;
	snprintf(why, FIELD_WHY_SIZE, "the fields of a transfer have more than %d bytes in all",
	    LIM_FIELDS_BYTES);
	return ERR_LIMIT;
}

enum err
field_check_classes(const json_t *classes, char why[FIELD_WHY_SIZE])
{
	size_t i;
	const json_t *row;
	if (json_array_size(classes) > LIM_FIELD_CLASSES) {
		snprintf(why, FIELD_WHY_SIZE,
		    "a transfer has at most %d limits with a classification of their own",
		    LIM_FIELD_CLASSES);
		return ERR_LIMIT;
	}
	json_array_foreach (classes, i, row) {
		const char *limit = field_text(row, "limit"), *word = field_text(row, "word");
		if (limit != NULL && field_text_ok(limit, LIM_FIELD_LIMIT_BYTES) &&
		    word != NULL && field_word_ok(word))
			continue;
		snprintf(why, FIELD_WHY_SIZE,
		    "a limit with a classification of its own has no limit or no word");
		return ERR_SYNTAX;
	}
	return ERR_OK;
}

const char *
field_value(const json_t *rows, const char *name)
{
	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		const char *is = field_text(row, "name");
		if (is != NULL && strcmp(is, name) == 0)
			return field_text(row, "value");
	}
	return NULL;
}

json_t *
field_lay(const json_t *rows, const json_t *over, const char *from)
{
	json_t *all = json_array();
	const json_t *row;
	size_t i;
	json_array_foreach (rows, i, row) {
		const char *value = field_value(over, field_text(row, "name"));
		if (value == NULL || from != NULL)
			json_array_append_new(all, json_deep_copy(row));
		else if (value[0] != '\0')
			json_array_append_new(
			    all, json_pack("{s:s, s:s}", "name", field_text(row, "name"),
				     "value", value));
	}
	json_array_foreach (over, i, row) {
		const char *name = field_text(row, "name"), *value = field_text(row, "value");
		if (name == NULL || value == NULL || value[0] == '\0' ||
		    field_value(rows, name) != NULL)
			continue;
		json_t *added = json_pack("{s:s, s:s}", "name", name, "value", value);
		if (from != NULL)
			json_object_set_new(added, "from", json_string(from));
		json_array_append_new(all, added);
	}
	return all;
}

enum err
field_digest(const json_t *rows, const json_t *classes, char ret_hex[HEX_DIGEST_SIZE])
{
	uint8_t sha256[DIGEST_SIZE];
	struct buf text;
	ret_hex[0] = '\0';
	if (json_array_size(rows) == 0 && json_array_size(classes) == 0)
		return ERR_OK;
	json_t *both = json_object();
	json_object_set_new(
	    both, "classes", classes != NULL ? json_deep_copy(classes) : json_array());
	json_object_set_new(both, "fields", rows != NULL ? json_deep_copy(rows) : json_array());
	buf_init(&text, LIM_ENTRY_BYTES);
	enum err e = canon_print(both, &text);
	if (e == ERR_OK) {
		digest_sha256(text.data, text.len, sha256);
		hex_encode(sha256, sizeof(sha256), ret_hex);
	}
	buf_done(&text);
	json_decref(both);
	return e;
}

/* --- the page ---------------------------------------------------------------------- */

static const char field_head[] =
    "# Fields of a transfer\n\n"
    "Made from `src/core/field.def` by `sh tests/lint/fields.sh --write`; do not edit.\n\n"
    "## What a person gives\n\n"
    "By `intake --set NAME=VALUE`, in the form, from a request, a preset or the transfer\n"
    "before; until it is submitted also later, by `fields`. The policy says which must be\n"
    "given (`fields`), which are offered (`fields_optional`), and which a site adds\n"
    "(`site_fields`): sallyport-policy(5). A transfer that lacks one that must be given\n"
    "cannot be submitted: the ledger and `sallyport-verify` refuse the approval. All\n"
    "approvals sign the same fields. `class`: one of the policy's `classifications`;\n"
    "`date`: a day as YYYY-MM-DD; `person`: a name or an id.\n\n"
    "| name | label | kind | bytes at most | what |\n|---|---|---|---|---|\n";

static const char field_middle[] =
    "\n## What the station knows\n\nNone of this is typed anywhere.\n\n"
    "| what | where it comes from |\n|---|---|\n";

enum err
field_print(struct buf *out)
{
	buf_add_str(out, field_head);
	for (size_t i = 0; i < FIELD_ROWS; i++) {
		const struct field_row *r = &field_rows[i];
		buf_addf(out, "| `%s` | %s | %s | %zu | %s |\n", r->name, r->label,
		    field_kinds[r->kind], r->max_bytes, r->help);
	}
	buf_add_str(out, field_middle);
	for (size_t i = 0; i < FIELD_KNOWN; i++)
		buf_addf(out, "| %s | %s |\n", field_known[i].what, field_known[i].source);
	return out->error;
}

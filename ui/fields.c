/* SPDX-License-Identifier: ISC */
#include "ui/fields.h"
#include "src/base/mem.h"
#include "src/core/field.h"
#include "ui/row.h"

#include <string.h>

#define FIELDS_VALUE_BYTES 256 /* of a field of which nothing is known */

/* --- which ------------------------------------------------------------------------------ */

static bool
fields_has(const json_t *fields, const char *name)
{
	size_t i;
	const json_t *field;
	json_array_foreach (fields, i, field)
		if (strcmp(row_text(field, "name"), name) == 0)
			return true;
	return false;
}

/* As every site knows it, or by its name alone. */
static void
fields_more(json_t *fields, const char *name, bool required)
{
	const struct field_row *row = field_find(name);
	if (fields_has(fields, name) || (row != NULL && row->kind == FIELD_REGISTER))
		return;
	json_array_append_new(
	    fields, json_pack("{s:s, s:s, s:b, s:s, s:s, s:I}", "name", name, "title",
			row != NULL ? row->label : name, "required", (int)required, "kind",
			field_kind_print(row != NULL ? row->kind : FIELD_TEXT), "help",
			row != NULL ? row->help : "", "bytes",
			(json_int_t)(row != NULL ? row->max_bytes : FIELDS_VALUE_BYTES)));
}

json_t *
fields_all(const json_t *policy, const json_t *more)
{
	static const char *const request[] = {
	    "request", "purpose", "approval", "target", "classification"};
	json_t *all = policy != NULL ? json_deep_copy(policy) : json_array();
	size_t i;
	const json_t *name;
	for (size_t k = 0; k < sizeof(request) / sizeof(request[0]); k++)
		fields_more(all, request[k], false);
	json_array_foreach (more, i, name)
		if (json_is_string(name))
			fields_more(all, json_string_value(name), true);
	return all;
}

/* --- rows of the form ------------------------------------------------------------------- */

struct safe
fields_title(struct arena *frame, const json_t *field)
{
	struct safe title = safe_member(frame, field, "title");
	return safe_empty(title) ? safe_member(frame, field, "name") : title;
}

static int
fields_add_one(struct form *form, struct arena *frame, const json_t *field)
{
	const json_t *words = json_object_get(field, "choices"), *word;
	bool required = json_is_true(json_object_get(field, "required"));
	struct safe label = safe_printf(
	    frame, "%s%s", fields_title(frame, field).text, required ? " (needed)" : "");
	uint64_t bytes = row_uint(field, "bytes");
	size_t n = json_array_size(words), i;
	if (n == 0)
		return form_add_text(
		    form, label, bytes > 0 ? (size_t)bytes : FIELDS_VALUE_BYTES, "");
	struct safe *choices = mem_array(n + 1, sizeof(*choices));
	choices[0] = SAFE("(not said: Space or Right picks)");
	json_array_foreach (words, i, word)
		choices[i + 1] =
		    safe_bytes(frame, json_string_value(word), json_string_length(word));
	int row = form_add_choice(form, label, choices, n + 1);
	free(choices);
	return row;
}

int
fields_add(struct form *form, struct arena *frame, const json_t *fields)
{
	int first = -1;
	size_t i;
	const json_t *field;
	json_array_foreach (fields, i, field) {
		int row = fields_add_one(form, frame, field);
		if (first < 0)
			first = row;
	}
	return first;
}

const char *
fields_value(const struct form *form, int first, const json_t *fields, size_t i)
{
	int row = first + (int)i;
	const json_t *words = json_object_get(json_array_get(fields, i), "choices");
	if (form_kind(form, row) == FORM_TEXT)
		return form_text(form, row);
	size_t at = form_choice(form, row);
	return at > 0 ? json_string_value(json_array_get(words, at - 1)) : "";
}

bool
fields_set(struct form *form, int first, const json_t *fields, size_t i, const char *value)
{
	int row = first + (int)i;
	const json_t *words = json_object_get(json_array_get(fields, i), "choices"), *word;
	size_t k, is = 0;
	if (form_kind(form, row) == FORM_TEXT) {
		form_set_text(form, row, value);
		return true;
	}
	json_array_foreach (words, k, word)
		if (strcmp(json_string_value(word), value) == 0)
			is = k + 1;
	form_set_choice(form, row, is);
	return is > 0 || value[0] == '\0';
}

/* --- words ------------------------------------------------------------------------------ */

/* What a kind takes, where its help does not say. */
static struct safe
fields_kind(struct arena *frame, const json_t *field)
{
	const char *kind = row_text(field, "kind");
	if (row_text(field, "ceiling")[0] != '\0')
		return safe_printf(frame, " At most %s goes into this enclave.",
		    safe_member(frame, field, "ceiling").text);
	if (strcmp(kind, "date") == 0 && strstr(row_text(field, "help"), "YYYY") == NULL)
		return SAFE(" A day: YYYY-MM-DD.");
	return SAFE("");
}

struct safe
fields_help(struct arena *frame, const json_t *field)
{
	struct safe help = safe_member(frame, field, "help");
	if (safe_empty(help))
		help = safe_printf(frame, "%s.", fields_title(frame, field).text);
	return safe_printf(frame, "%s%s%s", help.text, fields_kind(frame, field).text,
	    json_is_true(json_object_get(field, "required"))
		? " Without it the transfer cannot be submitted."
		: "");
}

struct safe
fields_missing(const struct form *form, int first, const json_t *fields, struct arena *frame,
    size_t *ret_first)
{
	struct safe all = SAFE("");
	size_t i;
	const json_t *field;
	json_array_foreach (fields, i, field) {
		const char *value = fields_value(form, first, fields, i);
		if (!json_is_true(json_object_get(field, "required")) ||
		    value[strspn(value, " ")] != '\0')
			continue;
		if (safe_empty(all))
			*ret_first = i;
		all = safe_printf(frame, "%s%s%s", all.text, safe_empty(all) ? "" : ", ",
		    fields_title(frame, field).text);
	}
	return all;
}

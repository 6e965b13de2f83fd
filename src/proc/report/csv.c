/* SPDX-License-Identifier: ISC */
#include "src/proc/report/csv.h"
#include "src/core/fact.h"

#include <inttypes.h>
#include <string.h>

static const char *const csv_items_lists[] = {"not_gone", "went", NULL};
static const char *const csv_items_columns[] = {"item", "outcome", "name", "dest", "kind",
    "size", "sha256", "type", "mime", "verdict", "by", "reason", "why", "inside", "exceptions",
    "classification", NULL};
static const char *const csv_findings_lists[] = {"findings", NULL};
static const char *const csv_findings_columns[] = {
    "item", "name", "scanner", "rule", "class", "severity", "title", "detail", "at", NULL};

static const char *const csv_transfers_lists[] = {"transfers", NULL};
static const char *const csv_transfers_columns[] = {"transfer", "state", "opened", "changed",
    "requester", "holder", "approved_by", "items", "files", "bytes", "manifest", "control",
    "disposition", "why", NULL};
static const char *const csv_people_lists[] = {"people", NULL};
static const char *const csv_people_columns[] = {"id", "name", "roles", "key", NULL};

static const struct csv_table {
	const char *name;
	const char *const *lists;   /* NULL at the end */
	const char *const *columns; /* keys of the rows; NULL at the end */
} csv_tables[] = {
    {"items", csv_items_lists, csv_items_columns},
    {"findings", csv_findings_lists, csv_findings_columns},
    {"transfers", csv_transfers_lists, csv_transfers_columns},
    {"people", csv_people_lists, csv_people_columns},
};

/* The first when there is no such table. */
static const struct csv_table *
csv_table_of(const struct sheet *s)
{
	for (size_t i = 0; i < sizeof(csv_tables) / sizeof(csv_tables[0]); i++)
		if (strcmp(csv_tables[i].name, s->about) == 0)
			return &csv_tables[i];
	return &csv_tables[0];
}

/* What begins so is a formula to a spreadsheet. */
#define CSV_ARMED "=+-@\t\r"

static void
csv_cell(struct buf *out, const char *text)
{
	buf_add_byte(out, '"');
	if (text[0] != '\0' && strchr(CSV_ARMED, text[0]) != NULL)
		buf_add_byte(out, '\'');
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '"')
			buf_add_byte(out, '"');
		buf_add_byte(out, (uint8_t)*p);
	}
	buf_add_byte(out, '"');
}

static void
csv_value(struct buf *out, const json_t *value)
{
	if (json_is_integer(value))
		buf_addf(out, "%" PRId64, (int64_t)json_integer_value(value));
	else if (json_is_boolean(value))
		buf_add_str(out, json_is_true(value) ? "true" : "false");
	else
		csv_cell(out, json_is_string(value) ? json_string_value(value) : "");
}

static void
csv_begin(struct sheet *s, const struct sheet_head *head)
{
	const struct csv_table *t = csv_table_of(s);
	(void)head;
	for (size_t i = 0; t->columns[i] != NULL; i++)
		buf_addf(&s->out, "%s%s", i > 0 ? "," : "", t->columns[i]);
	buf_add_str(&s->out, "\r\n");
}

/* own is a flag: rows of this list belong to the table. */
static void
csv_list(struct sheet *s, const char *name)
{
	const struct csv_table *t = csv_table_of(s);
	bool *mine = s->own;
	*mine = false;
	for (size_t i = 0; name != NULL && t->lists[i] != NULL; i++)
		*mine |= strcmp(t->lists[i], name) == 0;
}

static void
csv_item(struct sheet *s, const struct sheet_item *it)
{
	const struct csv_table *t = csv_table_of(s);
	const bool *mine = s->own;
	if (!*mine || it->facts == NULL)
		return;
	for (size_t i = 0; t->columns[i] != NULL; i++) {
		const json_t *value = json_object_get(it->facts, t->columns[i]);
		if (i > 0)
			buf_add_byte(&s->out, ',');
		/* Rows of what went have no outcome of their own. */
		if (value == NULL && strcmp(t->columns[i], "outcome") == 0)
			csv_cell(&s->out, it->tag);
		else
			csv_value(&s->out, value);
	}
	buf_add_str(&s->out, "\r\n");
}

const struct sheet_format *
csv(void)
{
	static const struct sheet_format format = {
	    .begin = csv_begin,
	    .list = csv_list,
	    .item = csv_item,
	};
	return &format;
}

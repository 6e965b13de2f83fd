/* SPDX-License-Identifier: ISC */
#include "src/core/sheet.h"

#include <stdlib.h>

#define SHEET_JSON_FLAGS (JSON_SORT_KEYS | JSON_ENSURE_ASCII | JSON_ENCODE_ANY)

/* own: how many rows the list has so far; a list is open when it is not NULL. */
static const char sheet_json_states[3];
#define JSON_NO_LIST    (&sheet_json_states[0]) /* after a list, or before the first */
#define JSON_EMPTY_LIST (&sheet_json_states[1])
#define JSON_LIST       (&sheet_json_states[2])

static void
sheet_json_become(struct sheet *s, const char *state)
{
	s->own = (void *)(uintptr_t)state;
}

static void
sheet_json_value(struct sheet *s, const json_t *value, size_t indent)
{
	char *text = json_dumps(value, SHEET_JSON_FLAGS | JSON_INDENT(indent));
	if (text == NULL)
		sheet_fail(s, ERR_RANGE);
	else
		buf_add_str(&s->out, text);
	free(text);
}

/* The facts without their last brace: what follows are the lists. */
static void
sheet_json_begin(struct sheet *s, const struct sheet_head *head)
{
	sheet_json_value(s, head->facts, 1);
	while (s->out.len > 0 && s->out.data[s->out.len - 1] <= ' ')
		s->out.len--;
	if (s->out.len >= 2)
		s->out.len -= s->out.data[s->out.len - 2] == '\n' ? 2 : 1;
	buf_add_str(&s->out, ",\n \"lists\": {");
	s->about = "";
	sheet_json_become(s, JSON_NO_LIST);
}

static void
sheet_json_list(struct sheet *s, const char *name)
{
	if (s->own != JSON_NO_LIST)
		buf_add_str(&s->out, s->own == JSON_LIST ? "\n  ]" : "]");
	sheet_json_become(s, JSON_NO_LIST);
	if (name == NULL)
		return;
	buf_addf(&s->out, "%s\n  \"%s\": [", s->about, name);
	s->about = ",";
	sheet_json_become(s, JSON_EMPTY_LIST);
}

static void
sheet_json_item(struct sheet *s, const struct sheet_item *it)
{
	if (s->own == JSON_NO_LIST || it->facts == NULL)
		return;
	buf_add_str(&s->out, s->own == JSON_LIST ? ",\n   " : "\n   ");
	sheet_json_become(s, JSON_LIST);
	sheet_json_value(s, it->facts, 0);
}

static void
sheet_json_end(struct sheet *s)
{
	sheet_json_list(s, NULL);
	buf_add_str(&s->out, "\n }\n}\n");
}

const struct sheet_format *
sheet_json(void)
{
	static const struct sheet_format format = {
	    .begin = sheet_json_begin,
	    .list = sheet_json_list,
	    .item = sheet_json_item,
	    .end = sheet_json_end,
	};
	return &format;
}

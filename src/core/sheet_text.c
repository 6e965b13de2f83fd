/* SPDX-License-Identifier: ISC */
#include "src/core/sheet.h"
#include "src/core/fold.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SHEET_LABEL  "  %-12s "
#define SHEET_INDENT 15

static const char sheet_text_demo[] = "*** DEMO: made by a demo station, proves nothing ***\n";

static void
sheet_text_begin(struct sheet *s, const struct sheet_head *head)
{
	char title[96];
	s->own = head->demo ? s : NULL;
	if (head->demo)
		buf_add_str(&s->out, sheet_text_demo);
	snprintf(title, sizeof(title), "%s  %s", head->title, head->id);
	fold_heading(&s->out, title);
}

static void
sheet_text_section(struct sheet *s, const char *title)
{
	fold_heading(&s->out, title);
}

static void
sheet_text_field(struct sheet *s, const char *label, const char *value)
{
	char first[32];
	snprintf(first, sizeof(first), SHEET_LABEL, label);
	fold_text(&s->out, first, SHEET_INDENT, value);
}

static void
sheet_text_line(struct sheet *s, unsigned level, const char *text)
{
	static const char blanks[] = "            ";
	size_t n = 2 + 4 * (size_t)(level < 2 ? level : 2);
	fold_text(&s->out, blanks + sizeof(blanks) - 1 - n, n, text);
}

static void
sheet_text_bar(struct sheet *s, const struct sheet_part *parts, size_t n)
{
	char items[32], bytes[32];
	for (size_t i = 0; i < n; i++)
		buf_addf(&s->out, "  %-12s %10s items %20s bytes%s%s\n", parts[i].word,
		    fold_number(parts[i].count, items), fold_number(parts[i].bytes, bytes),
		    parts[i].note[0] != '\0' ? "  " : "", parts[i].note);
}

static void
sheet_text_item(struct sheet *s, const struct sheet_item *it)
{
	fold_text(&s->out, "  ", 6, it->name);
	for (size_t i = 0; i < it->nlines; i++)
		fold_text(&s->out, "      ", 6, it->lines[i]);
}

static void
sheet_text_event(struct sheet *s, uint64_t seq, const char *at, const struct sheet_item *it)
{
	fold_printf(&s->out, "  ", 11, "%8" PRIu64 " %s  %-13s %s", seq, at, it->tag, it->name);
	for (size_t i = 0; i < it->nlines; i++)
		fold_text(&s->out, "           ", 11, it->lines[i]);
}

static void
sheet_text_end(struct sheet *s)
{
	if (s->own != NULL)
		buf_add_str(&s->out, sheet_text_demo);
}

const struct sheet_format *
sheet_text(void)
{
	static const struct sheet_format format = {
	    .begin = sheet_text_begin,
	    .section = sheet_text_section,
	    .field = sheet_text_field,
	    .line = sheet_text_line,
	    .bar = sheet_text_bar,
	    .item = sheet_text_item,
	    .event = sheet_text_event,
	    .end = sheet_text_end,
	};
	return &format;
}

/* SPDX-License-Identifier: ISC */
/* A banner, the lines behind their gutter, and what is known of what is on the screen. */
#include "ui/desk.h"
#include "ui/view/preview.h"
#include "ui/wrap.h"

#include <stdio.h>
#include <string.h>

#define PREVIEW_WIDE_CELLS 100 /* columns from which hex has the offset in decimal, too */
#define PREVIEW_HEX_BYTES  16  /* of a line, as the previewer makes them */

struct preview_page {
	struct preview *p;
	const struct area *area; /* the rows for lines */
	struct arena *frame;
	int digits;           /* of the gutter, or of offsets */
	uint64_t first, last; /* numbers of lines on the screen; 0: not known */
	uint64_t counts[3];   /* characters of each kind in them */
	bool pointed;         /* the cursor has its place */
};

static const char *const preview_kinds[3] = {"control", "bidi", "invisible"};

/* --- text ------------------------------------------------------------------------ */

static int
preview_digits(uint64_t n)
{
	int digits = 1;
	for (; n >= 10; n /= 10)
		digits++;
	return digits;
}

/* The byte that was searched for is in line i. */
static bool
preview_is_found(const struct preview *p, size_t i)
{
	const json_t *next = preview_line(p, i + 1);
	uint64_t end = next != NULL ? row_uint(next, "at") : p->next;
	return p->found && p->find_len > 0 &&
	       p->found_at >= row_uint(preview_line(p, i), "at") && p->found_at < end;
}

/* "   12 |", and blanks for what goes on: content never stands where a number does. */
static void
preview_draw_gutter(struct preview_page *g, int row, size_t i, bool first)
{
	const json_t *line = preview_line(g->p, i);
	uint64_t number = row_uint(line, "number");
	bool begins = first && !json_is_true(json_object_get(line, "goes_on"));
	bool found = first && preview_is_found(g->p, i);
	struct safe text = !begins ? SAFE("")
	                   : number == 0
	                       ? SAFE("?")
	                       : safe_printf(g->frame, "%llu", (unsigned long long)number);
	area_right(g->area, row, 1, g->digits, found ? STYLE_FOCUS : STYLE_PLAIN, text);
	area_put(g->area, row, g->digits + 2, STYLE_PLAIN, SAFE("|"));
	if (found && !g->pointed) {
		area_cursor(g->area, row, 1);
		g->pointed = true;
	}
}

/* What of a line fits one row, from the scrolled column on; then how much is not shown. */
static void
preview_draw_cut(struct preview_page *g, int row, struct safe text)
{
	int col = g->digits + 3, cells = g->p->cells;
	struct safe rest = wrap_from(text, g->p->left);
	if (safe_cells(rest) <= cells) {
		area_name(g->area, g->frame, row, col, cells, STYLE_PLAIN, rest);
		return;
	}
	int mark_cells = 5 + preview_digits((uint64_t)safe_cells(rest));
	size_t n = wrap_cut(rest, cells - mark_cells);
	struct safe mark = safe_printf(g->frame, "\\..{%d}", safe_cells(rest) - (int)n);
	area_name(g->area, g->frame, row, col, cells - mark_cells, STYLE_PLAIN,
	    wrap_head(g->frame, rest, n));
	area_right(g->area, row, col + cells - mark_cells, mark_cells, STYLE_ESCAPE, mark);
}

/* One line; returns the rows it took. */
static int
preview_draw_text(struct preview_page *g, int row, size_t i, int skip)
{
	struct safe text = safe_member(g->frame, preview_line(g->p, i), "text");
	int used = 0, seen = 0;
	if (!g->p->wrap) {
		preview_draw_gutter(g, row, i, true);
		preview_draw_cut(g, row, text);
		return 1;
	}
	do {
		size_t n = wrap_cut(text, g->p->cells);
		if (seen++ >= skip) {
			preview_draw_gutter(g, row + used, i, seen == 1);
			area_name(g->area, g->frame, row + used, g->digits + 3, g->p->cells,
			    STYLE_PLAIN, wrap_head(g->frame, text, n));
			used++;
		}
		text = safe_from(text, n);
	} while (!safe_empty(text) && row + used < g->area->rows);
	return used;
}

static void
preview_count(struct preview_page *g, const json_t *line)
{
	uint64_t number = row_uint(line, "number");
	g->first = g->first == 0 ? number : g->first;
	g->last = number;
	for (int k = 0; k < 3; k++)
		g->counts[k] += row_uint(line, preview_kinds[k]);
}

static void
preview_draw_texts(struct preview_page *g)
{
	size_t n = json_array_size(g->p->lines);
	uint64_t largest = row_uint(preview_line(g->p, n - 1), "number");
	int row = 0, skip = g->p->skip;
	g->digits = preview_digits(largest) > 5 ? preview_digits(largest) : 5;
	g->p->cells = g->area->cols - g->digits - 4;
	for (size_t i = g->p->top; i < n && row < g->area->rows; i++) {
		preview_count(g, preview_line(g->p, i));
		row += preview_draw_text(g, row, i, skip);
		skip = 0;
	}
	for (; row < g->area->rows; row++)
		area_put(g->area, row, g->digits + 2, STYLE_PLAIN, SAFE("|"));
}

/* "28 control and 1 bidi character here, all shown as escapes.  Line 1-7" */
static struct safe
preview_facts(struct preview_page *g)
{
	char text[160] = "";
	int n = 0;
	uint64_t all = 0;
	for (int k = 0; k < 3; k++) {
		if (g->counts[k] == 0)
			continue;
		all += g->counts[k];
		n += snprintf(text + n, sizeof(text) - (size_t)n, "%s%llu %s",
		    n > 0 ? ", " : "", (unsigned long long)g->counts[k], preview_kinds[k]);
	}
	if (n > 0)
		snprintf(text + n, sizeof(text) - (size_t)n,
		    " character%s here, shown as escapes.  ", all == 1 ? "" : "s");
	if (g->first == 0)
		return safe_printf(g->frame, "%sToo far from the beginning to number.", text);
	return safe_printf(g->frame, "%sLine %s-%s%s", text,
	    safe_count(g->frame, g->first).text, safe_count(g->frame, g->last).text,
	    g->p->left > 0 ? ", scrolled" : "");
}

/* --- hex ------------------------------------------------------------------------------- */

/* The bytes searched for that are in this line stand out, in both columns. */
static void
preview_mark_bytes(struct preview_page *g, int row, int col, uint64_t at)
{
	const struct preview *p = g->p;
	for (uint64_t i = 0; i < PREVIEW_HEX_BYTES; i++) {
		int k = (int)i, cell = col + g->digits + 2 + 3 * k + (k >= 8);
		if (!p->found || at + i < p->found_at || at + i - p->found_at >= p->find_len)
			continue;
		area_style(g->area, row, cell, 2, STYLE_FOCUS);
		area_style(g->area, row, col + g->digits + 3 * 16 + 5 + k, 1, STYLE_FOCUS);
		if (!g->pointed)
			area_cursor(g->area, row, cell);
		g->pointed = true;
	}
}

static void
preview_draw_bytes(struct preview_page *g, const struct area *head)
{
	size_t n = json_array_size(g->p->lines);
	struct safe any = safe_member(g->frame, preview_line(g->p, 0), "text");
	g->digits = (int)strcspn(any.text, " ");
	int col = safe_cells(any) < g->area->cols ? 1 : 0;
	area_put(head, 0, col, STYLE_HEAD,
	    safe_printf(g->frame,
		"%-*s  00 01 02 03 04 05 06 07  08 09 0A 0B 0C 0D 0E 0F  |ASCII only      |",
		g->digits, "Offset"));
	for (int row = 0; row < g->area->rows && g->p->top + (size_t)row < n; row++) {
		const json_t *line = preview_line(g->p, g->p->top + (size_t)row);
		uint64_t at = row_uint(line, "at");
		int end = area_put(
		    g->area, row, col, STYLE_PLAIN, safe_member(g->frame, line, "text"));
		if (g->area->cols >= PREVIEW_WIDE_CELLS)
			area_right(
			    g->area, row, end + 1, 19, STYLE_PLAIN, safe_count(g->frame, at));
		preview_mark_bytes(g, row, col, at);
	}
}

/* --- the whole ---------------------------------------------------------------------------- */

static void
preview_draw_banner(struct preview *p, const struct area *body)
{
	struct arena *frame = p->view.app->frame;
	area_fill(body, 0, 0, body->cols, STYLE_UNTRUSTED, ' ');
	int col = area_put(body, 0, 1, STYLE_UNTRUSTED, SAFE("UNTRUSTED CONTENT"));
	int size = p->known ? 9 : 0;
	area_name(body, frame, 0, col + 3, body->cols - col - 4 - size, STYLE_UNTRUSTED,
	    safe_text(frame, p->name));
	if (p->known)
		area_right(body, 0, body->cols - size, size - 1, STYLE_UNTRUSTED,
		    safe_printf(frame, "%s B", safe_size(frame, p->total).text));
}

/* Instead of lines. */
static struct safe
preview_word(const struct preview *p)
{
	if (p->known && p->total == 0)
		return SAFE("The object is empty: it has no bytes.");
	if (p->stuck)
		return SAFE("The contents cannot be shown now. Esc goes back; the messages (m) "
			    "tell why.");
	return SAFE("reading...");
}

void
preview_draw(struct view *v, const struct area *body)
{
	struct preview *p = preview_of(v);
	int top = p->hex ? 2 : 1;
	struct area lines = area_part(body, top, 0, body->rows - top - 1, body->cols);
	struct area head = area_part(body, 1, 0, 1, body->cols);
	struct preview_page page = {.p = p, .area = &lines, .frame = v->app->frame};
	p->rows = lines.rows;
	preview_draw_banner(p, body);
	area_cursor(&lines, 0, 1);
	if (json_array_size(p->lines) == 0) {
		area_put(body, 2, 1, STYLE_PLAIN, preview_word(p));
		return;
	}
	if (p->hex)
		preview_draw_bytes(&page, &head);
	else
		preview_draw_texts(&page);
	area_put(body, body->rows - 1, 1, STYLE_PLAIN,
	    p->hex ? SAFE("Bytes of the object in the vault, never of the medium.")
		   : preview_facts(&page));
}

/* SPDX-License-Identifier: ISC */
#include "ui/grid.h"
#include "src/base/limits.h"

#include <assert.h>
#include <string.h>

static int
area_clamp(int n, int least, int most)
{
	return n > most ? most : n < least ? least : n;
}

struct area
area_of(struct grid *g)
{
	return (struct area){g, 0, 0, g->rows, g->cols};
}

struct area
area_part(const struct area *a, int row, int col, int rows, int cols)
{
	/* every number fits twice into an int after this */
	row = area_clamp(row, 0, a->rows);
	col = area_clamp(col, 0, a->cols);
	rows = area_clamp(rows, 0, a->rows - row);
	cols = area_clamp(cols, 0, a->cols - col);
	return (struct area){a->grid, a->row + row, a->col + col, rows, cols};
}

/* The cell, or NULL outside the area or the grid. */
static struct cell *
area_cell(const struct area *a, int row, int col)
{
	const struct grid *g = a->grid;
	if (row < 0 || row >= a->rows || col < 0 || col >= a->cols)
		return NULL;
	if (a->row + row < 0 || a->row + row >= g->rows || a->col + col < 0 ||
	    a->col + col >= g->cols)
		return NULL;
	return &g->cells[(size_t)(a->row + row) * (size_t)g->cols + (size_t)(a->col + col)];
}

/* The one place where a character becomes a cell. */
static void
area_set(const struct area *a, int row, int col, enum style style, char ch)
{
	assert(ch >= 0x20 && ch <= 0x7e);
	struct cell *cell = area_cell(a, row, col);
	if (cell != NULL)
		*cell = (struct cell){ch, (unsigned char)style};
}

/* At most n characters of a text. */
static int
area_put_n(const struct area *a, int row, int col, enum style style, const char *s, size_t n)
{
	for (size_t i = 0; i < n && s[i] != '\0'; i++)
		area_set(a, row, col++, style, s[i]);
	return col;
}

int
area_put(const struct area *a, int row, int col, enum style style, struct safe text)
{
	return area_put_n(a, row, col, style, text.text, SIZE_MAX);
}

int
area_field(const struct area *a, struct arena *m, int row, int col, int cells, enum style style,
    struct safe text)
{
	if (cells <= 0)
		return col;
	int end = area_put(a, row, col, style, safe_fit(m, text, cells));
	area_fill(a, row, end, col + cells - end, style, ' ');
	return col + cells;
}

int
area_right(
    const struct area *a, int row, int col, int cells, enum style style, struct safe text)
{
	if (cells <= 0)
		return col;
	int n = safe_cells(text);
	if (n > cells)
		text = safe_from(text, (size_t)(n - cells));
	else
		area_fill(a, row, col, cells - n, style, ' ');
	return area_put(a, row, n < cells ? col + cells - n : col, style, text);
}

/* Length of the escape a text begins with; 0 when it begins with none. */
static size_t
area_escape_len(const char *s)
{
	if (s[0] != '\\' || s[1] == '\0')
		return 0;
	if (s[1] == 'x')
		return s[2] != '\0' && s[3] != '\0' ? 4 : 0;
	if (s[1] == 'u' || s[1] == '.') {
		const char *end = strchr(s, '}');
		return end != NULL ? (size_t)(end - s) + 1 : 0;
	}
	/* \t and \r are a preview's */
	return s[1] == '\\' || s[1] == 't' || s[1] == 'r' ? 2 : 0;
}

/* How many characters of s stay before "..": whole escapes, and words where it can be. */
static size_t
area_clip_len(const char *s, size_t room)
{
	size_t n = 0, blank = 0;
	while (s[n] != '\0') {
		size_t len = area_escape_len(s + n);
		if (n + (len > 0 ? len : 1) > room)
			break;
		if (s[n] == ' ')
			blank = n;
		n += len > 0 ? len : 1;
	}
	if (s[n] == ' ' || s[n] == '\0')
		return n;
	return blank >= room / 2 ? blank : n;
}

int
area_clip(const struct area *a, int row, int col, int cells, enum style style, struct safe text)
{
	if (cells <= 0)
		return col;
	int at = col;
	if (safe_cells(text) <= cells) {
		at = area_put(a, row, col, style, text);
	} else {
		size_t room = cells > 2 ? (size_t)cells - 2 : 0;
		at = area_put_n(a, row, col, style, text.text, area_clip_len(text.text, room));
		at = area_put_n(a, row, at, style, "..", (size_t)cells);
	}
	area_fill(a, row, at, col + cells - at, style, ' ');
	return col + cells;
}

int
area_name(const struct area *a, struct arena *m, int row, int col, int cells, enum style style,
    struct safe name)
{
	if (cells <= 0)
		return col;
	const char *s = safe_fit(m, name, cells).text;
	int at = col;
	while (*s != '\0') {
		size_t n = area_escape_len(s);
		at = area_put_n(a, row, at, n > 0 ? STYLE_ESCAPE : style, s, n > 0 ? n : 1);
		s += n > 0 ? n : 1;
	}
	area_fill(a, row, at, col + cells - at, style, ' ');
	return col + cells;
}

/* How many characters of s go into a row of `room` cells. */
static size_t
area_line_len(const char *s, size_t room)
{
	size_t n = strlen(s), cut = 0;
	if (n <= room)
		return n;
	for (size_t i = 1; i <= room; i++)
		if (s[i] == ' ')
			cut = i;
	return cut > 0 ? cut : room;
}

int
area_words(const struct area *a, int row, int col, int rows, enum style style, struct safe text)
{
	const char *s = text.text;
	int used = 0;
	if (col < 0 || col >= a->cols)
		return 0;
	size_t room = (size_t)(a->cols - col);
	while (*s != '\0' && (rows <= 0 || used < rows)) {
		size_t n = area_line_len(s, room);
		int end = area_put_n(a, row + used++, col, style, s, n);
		s += n;
		s += strspn(s, " ");
		if (*s != '\0' && used == rows) {
			int mark = end + 2 <= a->cols ? end : a->cols - 2;
			area_put(a, row + used - 1, mark, STYLE_ESCAPE, SAFE(".."));
		}
	}
	return used;
}

void
area_fill(const struct area *a, int row, int col, int cells, enum style style, char ch)
{
	int end = cells > 0 ? col + area_clamp(cells, 0, LIM_SCREEN_CELLS) : col;
	for (; col < end; col++)
		area_set(a, row, col, style, ch);
}

void
area_style(const struct area *a, int row, int col, int cells, enum style style)
{
	int end = cells > 0 ? col + area_clamp(cells, 0, LIM_SCREEN_CELLS) : col;
	for (; col < end; col++) {
		struct cell *cell = area_cell(a, row, col);
		if (cell != NULL)
			cell->style = (unsigned char)style;
	}
}

struct area
area_box(const struct area *a, struct safe title)
{
	for (int row = 0; row < a->rows; row++) {
		bool edge = row == 0 || row == a->rows - 1;
		area_fill(a, row, 0, a->cols, STYLE_PLAIN, edge ? '-' : ' ');
		area_fill(a, row, 0, 1, STYLE_PLAIN, edge ? '+' : '|');
		area_fill(a, row, a->cols - 1, 1, STYLE_PLAIN, edge ? '+' : '|');
	}
	if (!safe_empty(title)) {
		struct area top = area_part(a, 0, 2, 1, a->cols - 4);
		area_put(&top, 0, 0, STYLE_PLAIN, SAFE(" "));
		int end = area_put(&top, 0, 1, STYLE_HEAD, title);
		area_put(&top, 0, end, STYLE_PLAIN, SAFE(" "));
	}
	return area_part(a, 1, 2, a->rows - 2, a->cols - 4);
}

void
area_cursor(const struct area *a, int row, int col)
{
	struct grid *g = a->grid;
	row = area_clamp(row, 0, a->rows > 0 ? a->rows - 1 : 0);
	col = area_clamp(col, 0, a->cols > 0 ? a->cols - 1 : 0);
	g->cursor_row = area_clamp(a->row + row, 0, g->rows > 0 ? g->rows - 1 : 0);
	g->cursor_col = area_clamp(a->col + col, 0, g->cols > 0 ? g->cols - 1 : 0);
}

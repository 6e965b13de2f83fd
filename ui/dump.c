/* SPDX-License-Identifier: ISC */
#include "ui/dump.h"

static void
dump_row(const struct grid *g, int row, bool styles, struct buf *out)
{
	const struct cell *cells = &g->cells[(size_t)row * (size_t)g->cols];
	char blank = styles ? style_letter(STYLE_PLAIN) : ' ';
	size_t end = out->len;
	for (int col = 0; col < g->cols; col++) {
		char ch = styles ? style_letter(cells[col].style) : cells[col].ch;
		buf_add_byte(out, (uint8_t)ch);
		if (ch != blank)
			end = out->len;
	}
	if (out->error == ERR_OK)
		out->len = end;
	buf_add_byte(out, '\n');
}

void
dump_text(const struct grid *g, struct buf *out)
{
	for (int row = 0; row < g->rows; row++)
		dump_row(g, row, false, out);
}

void
dump_styles(const struct grid *g, struct buf *out)
{
	for (int row = 0; row < g->rows; row++)
		dump_row(g, row, true, out);
	buf_addf(out, "cursor %d %d\n", g->cursor_row, g->cursor_col);
}

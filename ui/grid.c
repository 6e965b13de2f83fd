/* SPDX-License-Identifier: ISC */
#include "ui/grid.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

static int
grid_clamp(int n)
{
	return n > LIM_SCREEN_CELLS ? LIM_SCREEN_CELLS : n < 0 ? 0 : n;
}

struct grid *
grid_new(void)
{
	return mem_alloc(sizeof(struct grid));
}

void
grid_free(struct grid *g)
{
	if (g == NULL)
		return;
	free(g->cells);
	free(g);
}

void
grid_clear(struct grid *g, int rows, int cols)
{
	rows = grid_clamp(rows);
	cols = grid_clamp(cols);
	size_t n = (size_t)rows * (size_t)cols;
	if (g->cells == NULL || rows != g->rows || cols != g->cols)
		g->cells = mem_resize(g->cells, n > 0 ? n : 1, sizeof(g->cells[0]));
	for (size_t i = 0; i < n; i++)
		g->cells[i] = (struct cell){' ', STYLE_PLAIN};
	g->rows = rows;
	g->cols = cols;
	g->cursor_row = g->cursor_col = 0;
}

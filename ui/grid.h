/* SPDX-License-Identifier: ISC */
/*
 * One frame: cells of one printable ASCII character and a style.  Views draw
 * into areas of a grid and know no terminal; term.c shows a grid, dump.c
 * prints one.  Because nothing but the escaper's output gets in, a byte is a
 * cell and widths are never asked of a library.
 */
#ifndef UI_GRID_H
#define UI_GRID_H

#include "ui/safe.h"
#include "ui/style.h"

struct cell {
	char ch; /* 0x20 to 0x7E */
	unsigned char style;
};

struct grid {
	int rows, cols;
	struct cell *cells;         /* rows * cols, row by row */
	int cursor_row, cursor_col; /* where the focus is; always inside */
};

/* An empty grid of 0 x 0. */
struct grid *grid_new(void);
void grid_free(struct grid *); /* NULL is allowed */
/* Blanks of STYLE_PLAIN, cursor at 0, 0.  Sizes are clamped to 0..LIM_SCREEN_CELLS. */
void grid_clear(struct grid *, int rows, int cols);

/* A rectangle; what is drawn outside it, or outside the grid, is cut off. */
struct area {
	struct grid *grid;
	int row, col, rows, cols;
};

struct area area_of(struct grid *);
/* The part of an area; clamped to it. */
struct area area_part(const struct area *, int row, int col, int rows, int cols);

/* Draws from (row, col) on; returns the column after the text, even when it was cut. */
int area_put(const struct area *, int row, int col, enum style, struct safe);
/* The same in a field of `cells`: cut in the middle when longer, blanks when shorter. */
int area_field(
    const struct area *, struct arena *, int row, int col, int cells, enum style, struct safe);
/* The same for sentences: what is longer loses its end, at a blank if there is one, to "..". */
int area_clip(const struct area *, int row, int col, int cells, enum style, struct safe);
/* The same, flush right (numbers): what is longer loses its front. */
int area_right(const struct area *, int row, int col, int cells, enum style, struct safe);
/* A name: escapes in it get STYLE_ESCAPE, all else `style`; cut in the middle. */
int area_name(
    const struct area *, struct arena *, int row, int col, int cells, enum style, struct safe);
/* Words broken at blanks over at most `rows` rows (0: as many as there are); returns the rows
 * used. */
int area_words(const struct area *, int row, int col, int rows, enum style, struct safe);
/* One character over cells of a row. */
void area_fill(const struct area *, int row, int col, int cells, enum style, char ch);
/* Gives cells of a row a style, keeping the text. */
void area_style(const struct area *, int row, int col, int cells, enum style);
/* Blanks the area and draws a frame of + - | around it; returns what is inside. */
struct area area_box(const struct area *, struct safe title);
/* The hardware cursor: on what has the focus. */
void area_cursor(const struct area *, int row, int col);

#endif

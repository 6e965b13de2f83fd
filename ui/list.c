/* SPDX-License-Identifier: ISC */
/* What the common keys do in every view that has a cursor: acts list_act_*. */
#include "ui/act.h"
#include "ui/app.h"
#include "ui/prompt.h"

#include <stdio.h>

#define LIST_SIDE_CELLS 16 /* scrolled sideways by one key */
#define LIST_SIDE_MOST  8192

static void
list_moved(struct view *v)
{
	if (v->type->moved != NULL)
		v->type->moved(v);
}

static void
list_move(struct view *v, int64_t by)
{
	if (v->cursor == NULL)
		return;
	cursor_move(v->cursor, by);
	list_moved(v);
}

static void
list_turn(struct view *v, int64_t by)
{
	if (v->cursor == NULL)
		return;
	cursor_page(v->cursor, by);
	list_moved(v);
}

static int64_t
list_page(const struct view *v)
{
	return v->cursor != NULL && v->cursor->rows > 1 ? v->cursor->rows - 1 : 1;
}

void
list_act_up(struct view *v)
{
	list_move(v, -1);
}

void
list_act_down(struct view *v)
{
	list_move(v, 1);
}

void
list_act_page_up(struct view *v)
{
	list_turn(v, -list_page(v));
}

void
list_act_page_down(struct view *v)
{
	list_turn(v, list_page(v));
}

void
list_act_half_up(struct view *v)
{
	list_turn(v, -(list_page(v) / 2 + 1));
}

void
list_act_half_down(struct view *v)
{
	list_turn(v, list_page(v) / 2 + 1);
}

void
list_act_top(struct view *v)
{
	list_move(v, INT64_MIN);
}

void
list_act_bottom(struct view *v)
{
	list_move(v, INT64_MAX);
}

static void
list_side(struct view *v, int by)
{
	if (v->cursor == NULL)
		return;
	int left = v->cursor->left + by;
	v->cursor->left = left < 0 ? 0 : left > LIST_SIDE_MOST ? LIST_SIDE_MOST : left;
}

void
list_act_left(struct view *v)
{
	list_side(v, -LIST_SIDE_CELLS);
}

void
list_act_right(struct view *v)
{
	list_side(v, LIST_SIDE_CELLS);
}

/* --- a row by number --------------------------------------------------------- */

static bool
list_take_row(struct view *v, const char *text, int *ret_at, char ret_why[PROMPT_WHY_SIZE])
{
	uint64_t row;
	const char *why;
	if (!cursor_parse(text, v->cursor->total, &row, &why)) {
		*ret_at = 0;
		snprintf(ret_why, PROMPT_WHY_SIZE, "%s", why);
		return false;
	}
	cursor_to(v->cursor, row);
	list_moved(v);
	return true;
}

void
list_act_row(struct view *v)
{
	if (v->cursor != NULL)
		prompt_line(v, SAFE("Row, or part in %: "), "", 16, list_take_row);
}

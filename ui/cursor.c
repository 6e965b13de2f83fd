/* SPDX-License-Identifier: ISC */
#include "ui/cursor.h"

#include <string.h>

/* On the screen, and not past the end when the list would fill the screen. */
static void
cursor_settle(struct cursor *c)
{
	uint64_t rows = c->rows > 0 ? (uint64_t)c->rows : 1;
	if (c->at >= c->total)
		c->at = c->total > 0 ? c->total - 1 : 0;
	if (c->top > c->at)
		c->top = c->at;
	if (c->at - c->top >= rows)
		c->top = c->at - rows + 1;
	if (c->top + rows > c->total)
		c->top = c->total > rows ? c->total - rows : 0;
}

void
cursor_move(struct cursor *c, int64_t by)
{
	uint64_t step = by < 0 ? 0 - (uint64_t)by : (uint64_t)by;
	if (by < 0)
		c->at -= step < c->at ? step : c->at;
	else if (c->total > 0)
		c->at += step < c->total - 1 - c->at ? step : c->total - 1 - c->at;
	cursor_settle(c);
}

void
cursor_page(struct cursor *c, int64_t by)
{
	uint64_t step = by < 0 ? 0 - (uint64_t)by : (uint64_t)by, top = c->top;
	cursor_move(c, by);
	c->top = by > 0 ? top + step : top - (step < top ? step : top);
	cursor_settle(c);
}

void
cursor_to(struct cursor *c, uint64_t at)
{
	c->at = at;
	cursor_settle(c);
}

void
cursor_fit(struct cursor *c, uint64_t total, int rows)
{
	c->total = total;
	c->rows = rows;
	cursor_settle(c);
}

bool
cursor_parse(const char *text, uint64_t total, uint64_t *ret_row, const char **ret_why)
{
	uint64_t n = 0;
	const char *p = text;
	*ret_why = "a row is a number from 1, or a part such as 50%";
	for (; *p >= '0' && *p <= '9' && n <= UINT64_MAX / 100; p++)
		n = n * 10 + (uint64_t)(*p - '0');
	bool part = strcmp(p, "%") == 0;
	if (p == text || (*p != '\0' && !part))
		return false;
	*ret_why = "the list does not have this row";
	if (total == 0 || (part ? n > 100 : n == 0 || n > total))
		return false;
	/* of LIM_ITEMS rows at most: no overflow */
	*ret_row = part ? (total - 1) * n / 100 : n - 1;
	return true;
}

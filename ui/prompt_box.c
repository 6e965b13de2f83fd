/* SPDX-License-Identifier: ISC */
#include "ui/prompt_box.h"

struct area
prompt_box(const struct area *body, struct safe title, int rows, int cells)
{
	int high = rows + 2, wide = cells + 4;
	if (high > body->rows)
		high = body->rows;
	if (wide > body->cols)
		wide = body->cols;
	struct area outer =
	    area_part(body, (body->rows - high) / 2, (body->cols - wide) / 2, high, wide);
	struct area inner = area_box(&outer, title);
	return area_part(&inner, 0, 1, inner.rows, inner.cols - 2);
}

int
prompt_box_words(const struct area *body, struct safe text, int cells)
{
	/* nothing is drawn where there are no rows */
	struct area none = area_part(body, 0, 0, 0, cells);
	return area_words(&none, 0, 0, 0, STYLE_PLAIN, text);
}

struct safe
prompt_box_keep(struct arena *own, struct safe text)
{
	return safe_text(own, text.text);
}

/* SPDX-License-Identifier: ISC */
/* The lines that are kept, and moving among them. */
#include "ui/desk.h"
#include "ui/view/preview.h"
#include "ui/wrap.h"

const json_t *
preview_line(const struct preview *p, size_t i)
{
	return json_array_get(p->lines, i);
}

uint64_t
preview_line_at(const struct preview *p, size_t i)
{
	return row_uint(preview_line(p, i), "at");
}

uint64_t
preview_at(const struct preview *p)
{
	return p->top < json_array_size(p->lines) ? preview_line_at(p, p->top) : p->from;
}

int
preview_height(const struct preview *p, size_t i)
{
	if (!p->wrap || p->hex)
		return 1;
	struct safe text = safe_member(p->view.app->frame, preview_line(p, i), "text");
	int rows = 0;
	do {
		text = safe_from(text, wrap_cut(text, p->cells));
		rows++;
	} while (!safe_empty(text));
	return rows;
}

bool
preview_at_end(const struct preview *p)
{
	size_t n = json_array_size(p->lines);
	int rows = -p->skip;
	if (p->next < p->total)
		return false;
	for (size_t i = p->top; i < n && rows <= p->rows; i++)
		rows += preview_height(p, i);
	return rows <= p->rows;
}

static void
preview_move_down(struct preview *p)
{
	while (p->debt > 0 && !preview_at_end(p)) {
		int height = preview_height(p, p->top);
		if (p->skip + p->debt < height) {
			p->skip += (int)p->debt;
			p->debt = 0;
		} else if (p->top + 1 < json_array_size(p->lines)) {
			p->debt -= height - p->skip;
			p->skip = 0;
			p->top++;
		} else {
			return; /* more is asked for */
		}
	}
	p->debt = p->debt > 0 ? 0 : p->debt;
}

static void
preview_move_up(struct preview *p)
{
	while (p->debt < 0) {
		if (p->skip > 0) {
			int64_t by = p->skip < -p->debt ? p->skip : -p->debt;
			p->skip -= (int)by;
			p->debt += by;
		} else if (p->top > 0) {
			p->top--;
			p->skip = preview_height(p, p->top) - 1;
			p->debt++;
		} else {
			if (p->from == 0)
				p->debt = 0;
			return;
		}
	}
}

void
preview_pay(struct preview *p)
{
	if (p->debt > 0)
		preview_move_down(p);
	else if (p->debt < 0)
		preview_move_up(p);
}

void
preview_trim(struct preview *p)
{
	size_t keep = (size_t)(PREVIEW_MARGIN * 2 * p->rows) + LIM_PREVIEW_LINES;
	while (p->debt == 0 && p->top > keep) {
		json_array_remove(p->lines, 0);
		p->top--;
		p->from = preview_line_at(p, 0);
	}
	while (p->debt == 0 && json_array_size(p->lines) - p->top > keep) {
		size_t last = json_array_size(p->lines) - 1;
		p->next = preview_line_at(p, last);
		json_array_remove(p->lines, last);
	}
}

/* SPDX-License-Identifier: ISC */
#include "src/proc/preview/window.h"

#include <assert.h>
#include <stdlib.h>

void
window_init(struct window *w, size_t want, size_t room_bytes)
{
	assert(want > 0 && want <= LIM_PREVIEW_LINES);
	w->n = 0;
	w->want = want;
	w->room_bytes = room_bytes;
	w->covered_bytes = 0;
}

void
window_done(struct window *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->lines[i].text);
	w->n = 0;
}

/* Bytes of the line in a message, names and punctuation and all; at most. */
static size_t
window_cost(const struct window_line *l)
{
	size_t n = sizeof("{'at':9007199254740991,'text':''},");
	n += l->number != 0 ? sizeof("'number':9007199254740991,") : 0;
	n += l->more ? sizeof("'more':true,") : 0;
	n += l->goes_on ? sizeof("'goes_on':true,") : 0;
	n += l->control + l->bidi + l->invisible != 0
	         ? sizeof("'control':4096,'bidi':4096,'invisible':4096,")
	         : 0;
	for (const char *p = l->text; *p != '\0'; p++)
		n += *p == '\\' || *p == '"' ? 2 : 1;
	return n;
}

bool
window_add(struct window *w, const struct window_line *line)
{
	size_t cost = window_cost(line);
	uint64_t bytes = line->end - line->at;
	if (w->n == w->want)
		return false;
	if (w->n > 0 &&
	    (cost > w->room_bytes || w->covered_bytes + bytes > LIM_PREVIEW_WINDOW_BYTES))
		return false;
	w->room_bytes -= cost < w->room_bytes ? cost : w->room_bytes;
	w->covered_bytes += bytes;
	w->lines[w->n++] = *line;
	return true;
}

void
window_turn(struct window *w)
{
	for (size_t i = 0; i + i + 1 < w->n; i++) {
		struct window_line line = w->lines[i];
		w->lines[i] = w->lines[w->n - 1 - i];
		w->lines[w->n - 1 - i] = line;
	}
}

uint64_t
window_at(const struct window *w, uint64_t at)
{
	return w->n > 0 ? w->lines[0].at : at;
}

uint64_t
window_next(const struct window *w, uint64_t at)
{
	return w->n > 0 ? w->lines[w->n - 1].end : at;
}

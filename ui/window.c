/* SPDX-License-Identifier: ISC */
#include "ui/window.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#define WINDOW_SHOWN (LIM_WINDOW_ROWS / 3) /* most rows of one screen */

struct window_slot {
	uint64_t pos;
	json_t *row; /* NULL: nothing here */
	bool stale;
};

struct window {
	struct link *link;
	void (*changed)(void *arg);
	void *arg;
	uint64_t list, total;
	uint64_t top; /* of the screen */
	uint64_t rows;
	bool upwards; /* the last movement */
	bool asking;
	enum window_state state;
	uint64_t asked;                            /* first position of the page under way */
	struct window_slot slots[LIM_WINDOW_ROWS]; /* position modulo their number */
};

struct window *
window_new(struct link *link, void (*changed)(void *arg), void *arg)
{
	struct window *w = mem_alloc(sizeof(*w));
	w->link = link;
	w->changed = changed;
	w->arg = arg;
	return w;
}

static void
window_empty(struct window *w)
{
	for (size_t i = 0; i < LIM_WINDOW_ROWS; i++) {
		json_decref(w->slots[i].row);
		w->slots[i] = (struct window_slot){0, NULL, false};
	}
}

void
window_free(struct window *w)
{
	if (w == NULL)
		return;
	link_forget(w->link, w);
	window_empty(w);
	free(w);
}

static const struct window_slot *
window_slot(const struct window *w, uint64_t pos)
{
	const struct window_slot *s = &w->slots[pos % LIM_WINDOW_ROWS];
	return s->row != NULL && s->pos == pos ? s : NULL;
}

const json_t *
window_row(const struct window *w, uint64_t pos)
{
	const struct window_slot *s = window_slot(w, pos);
	return s != NULL ? s->row : NULL;
}

bool
window_stale(const struct window *w, uint64_t pos)
{
	const struct window_slot *s = window_slot(w, pos);
	return s != NULL && s->stale;
}

enum window_state
window_state(const struct window *w)
{
	return w->state;
}

size_t
window_count(const struct window *w)
{
	size_t n = 0;
	for (size_t i = 0; i < LIM_WINDOW_ROWS; i++)
		n += w->slots[i].row != NULL;
	return n;
}

/* --- what to ask for ----------------------------------------------------- */

static bool
window_missing(const struct window *w, uint64_t pos)
{
	const struct window_slot *s = window_slot(w, pos);
	return s == NULL || s->stale;
}

/* The positions that may be kept: no two of them share a slot. */
static void
window_keeps(const struct window *w, uint64_t *ret_from, uint64_t *ret_to)
{
	uint64_t middle = w->top + w->rows / 2, half = LIM_WINDOW_ROWS / 2;
	*ret_from = middle > half ? middle - half : 0;
	*ret_to =
	    *ret_from + LIM_WINDOW_ROWS < w->total ? *ret_from + LIM_WINDOW_ROWS : w->total;
}

/* The first missing row of a range and what is missing behind it, a page at most. */
static uint64_t
window_gap_down(const struct window *w, uint64_t from, uint64_t to, uint64_t *ret_from)
{
	uint64_t least, most, n = 0;
	window_keeps(w, &least, &most);
	while (from < to && !window_missing(w, from))
		from++;
	if (from >= to)
		return 0;
	*ret_from = from;
	while (n < LIM_PAGE_ITEMS && from + n < most && window_missing(w, from + n))
		n++;
	return n;
}

/* The last missing row of a range and what is missing before it. */
static uint64_t
window_gap_up(const struct window *w, uint64_t from, uint64_t to, uint64_t *ret_from)
{
	uint64_t least, most, n = 0;
	window_keeps(w, &least, &most);
	while (from < to && !window_missing(w, to - 1))
		to--;
	if (from >= to)
		return 0;
	while (n < LIM_PAGE_ITEMS && to - n > least && window_missing(w, to - n - 1))
		n++;
	*ret_from = to - n;
	return n;
}

/* The screen first, then a page in the direction of the movement, then the other one. */
static uint64_t
window_wanted(const struct window *w, uint64_t *ret_from)
{
	uint64_t end = w->top + w->rows < w->total ? w->top + w->rows : w->total;
	uint64_t above = w->top > w->rows ? w->top - w->rows : 0;
	uint64_t below = end + w->rows < w->total ? end + w->rows : w->total;
	uint64_t n = window_gap_down(w, w->top, end, ret_from);
	if (n == 0 && w->upwards)
		n = window_gap_up(w, above, w->top, ret_from);
	if (n == 0)
		n = window_gap_down(w, end, below, ret_from);
	if (n == 0)
		n = window_gap_up(w, above, w->top, ret_from);
	return n;
}

static void window_on_page(void *owner, struct msg *);

static void
window_ask(struct window *w)
{
	uint64_t from, n;
	if (w->asking || w->state != WINDOW_FINE || w->rows == 0 || w->top >= w->total)
		return;
	n = window_wanted(w, &from);
	if (n == 0)
		return;
	w->asking = true;
	w->asked = from;
	link_ask(w->link, w, MSG_UI_PAGE,
	    json_pack("{s:I, s:I, s:I}", "list", (json_int_t)w->list, "from", (json_int_t)from,
		"count", (json_int_t)n),
	    MSG_DESK_ROWS, window_on_page);
}

/* --- what comes ---------------------------------------------------------- */

static void
window_put(struct window *w, uint64_t pos, json_t *row)
{
	struct window_slot *s = &w->slots[pos % LIM_WINDOW_ROWS];
	json_decref(s->row);
	*s = (struct window_slot){pos, json_incref(row), false};
}

/* Keeps what belongs to the screen as it is now; false when it is no page. */
static bool
window_take(struct window *w, const json_t *rows)
{
	uint64_t least, most;
	size_t i;
	json_t *row;
	window_keeps(w, &least, &most);
	json_array_foreach (rows, i, row) {
		uint64_t pos = w->asked + i;
		const json_t *said = json_object_get(row, "pos");
		if (!json_is_integer(said) || (uint64_t)json_integer_value(said) != pos ||
		    !json_is_integer(json_object_get(row, "id")))
			return false;
		if (pos >= least && pos < most)
			window_put(w, pos, row);
	}
	return json_array_size(rows) > 0;
}

static void
window_on_page(void *owner, struct msg *m)
{
	struct window *w = owner;
	w->asking = false;
	if (m == NULL)
		w->state = WINDOW_LOST;
	else if (m->id != MSG_DESK_ROWS || !window_take(w, json_object_get(m->body, "rows")))
		w->state = WINDOW_REFUSED;
	window_ask(w);
	if (w->changed != NULL)
		w->changed(w->arg);
}

/* --- what is told -------------------------------------------------------- */

void
window_open(struct window *w, uint64_t list, uint64_t total)
{
	link_forget(w->link, w);
	window_empty(w);
	w->list = list;
	w->total = total;
	w->top = w->rows = 0;
	w->upwards = w->asking = false;
	w->state = WINDOW_FINE;
}

void
window_show(struct window *w, uint64_t top, int rows)
{
	if (top != w->top)
		w->upwards = top < w->top;
	w->top = top;
	w->rows = rows < 1 ? 1 : rows > WINDOW_SHOWN ? WINDOW_SHOWN : (uint64_t)rows;
	window_ask(w);
}

static uint64_t
window_item(const struct window_slot *s)
{
	return (uint64_t)json_integer_value(json_object_get(s->row, "id"));
}

bool
window_find(const struct window *w, uint64_t item, uint64_t *ret_pos)
{
	for (size_t i = 0; i < LIM_WINDOW_ROWS; i++)
		if (w->slots[i].row != NULL && window_item(&w->slots[i]) == item) {
			*ret_pos = w->slots[i].pos;
			return true;
		}
	return false;
}

void
window_patch(
    struct window *w, uint64_t item, const char *decision, const char *reason, const char *by)
{
	uint64_t pos;
	if (!window_find(w, item, &pos))
		return;
	json_t *row = w->slots[pos % LIM_WINDOW_ROWS].row;
	json_object_set_new(row, "decision", json_string(decision));
	json_object_set_new(row, "reason", json_string(reason));
	json_object_set_new(row, "by", json_string(by));
}

void
window_expire(struct window *w, uint64_t item)
{
	for (size_t i = 0; i < LIM_WINDOW_ROWS; i++) {
		struct window_slot *s = &w->slots[i];
		if (s->row != NULL && (item == 0 || window_item(s) == item))
			s->stale = true;
	}
	window_ask(w);
}

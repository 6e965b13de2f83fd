/* SPDX-License-Identifier: ISC */
#include "ui/view/details.h"
#include "ui/view/review.h"
#include "ui/views.h"

#include <string.h>

#define DETAILS_TWO_CELLS 120 /* columns from which facts and findings stand side by side */

struct details {
	struct view view;
	struct cursor cursor; /* of the lines */
	struct review *review;
	uint64_t item; /* shown last: another one begins at its first line */
};

struct review *
details_review(struct view *v)
{
	return ((struct details *)v)->review;
}

/* --- drawing ------------------------------------------------------------- */

static void
details_draw_item(struct details *d, const struct area *body, const json_t *item)
{
	struct arena *frame = d->view.app->frame;
	struct details_lines *left = arena_alloc(frame, sizeof(*left)), *right = NULL;
	int half = body->cols;
	if (body->cols >= DETAILS_TWO_CELLS) {
		right = arena_alloc(frame, sizeof(*right));
		half = body->cols / 2;
		details_facts(frame, item, half - 3, left);
		details_looks(frame, item, body->cols - half - 3, right);
	} else {
		details_full(frame, item, body->cols - 2, left);
	}
	size_t lines = right != NULL && right->n > left->n ? right->n : left->n;
	bool more = lines > (size_t)body->rows;
	int rows = more ? body->rows - 1 : body->rows;
	cursor_fit(&d->cursor, lines, rows);
	struct area part = area_part(body, 0, 0, rows, half);
	details_draw_lines(left, &part, frame, d->cursor.top, rows);
	if (right != NULL) {
		part = area_part(body, 0, half, rows, body->cols - half);
		details_draw_lines(right, &part, frame, d->cursor.top, rows);
	}
	if (more)
		area_put(body, rows, 1, STYLE_PLAIN,
		    safe_printf(frame, "-- line %llu of %zu; the arrow keys scroll --",
			(unsigned long long)d->cursor.at + 1, lines));
	area_cursor(body, (int)(d->cursor.at - d->cursor.top), 0);
}

static void
details_draw(struct view *v, const struct area *body)
{
	struct details *d = (struct details *)v;
	struct review *r = d->review;
	const json_t *item = review_item(r);
	if (d->item != review_row_id(r))
		d->cursor.at = d->cursor.top = 0;
	d->item = review_row_id(r);
	if (item != NULL) {
		details_draw_item(d, body, item);
		return;
	}
	area_put(body, 1, 1, STYLE_PLAIN,
	    r->lost ? SAFE("not read: the station has gone")
	    : d->item != 0 && d->item == r->item_refused
		? SAFE("The station does not tell about this item. Esc goes back.")
		: SAFE("reading..."));
	area_cursor(body, 1, 1);
}

static struct safe
details_subject(struct view *v, struct arena *frame)
{
	struct review *r = details_review(v);
	return safe_printf(
	    frame, "%s  item %llu", r->transfer, (unsigned long long)review_row_id(r));
}

static struct safe
details_status(struct view *v, struct arena *frame)
{
	struct review *r = details_review(v);
	enum style style;
	const json_t *row = review_row(r);
	struct safe word = row != NULL ? review_decision_word(frame, row, &style) : SAFE("");
	return safe_printf(frame, "%s of %s %s   %s   undecided %s",
	    safe_count(frame, r->cursor.at + 1).text, safe_count(frame, r->cursor.total).text,
	    r->order.where[0] != '\0' ? "in the limit" : "items", word.text,
	    safe_count(frame, review_count(r, "undecided")).text);
}

static void
details_tick(struct view *v)
{
	review_ask_item(details_review(v));
}

static const struct view_type details_type = {
    .title = "DETAILS",
    .map = MAP_DETAILS,
    .also = MAP_BIT(MAP_ANY) | MAP_BIT(MAP_LIST),
    .draw = details_draw,
    .subject = details_subject,
    .status = details_status,
    .tick = details_tick,
    .shown = details_tick,
};

struct view *
details_view(struct review *r)
{
	struct details *d = view_new(r->view.app, &details_type, sizeof(*d));
	d->view.cursor = &d->cursor;
	d->review = r;
	review_ask_item(r);
	return &d->view;
}

/* --- acts ---------------------------------------------------------------- */

static void
details_step(struct view *v, int by)
{
	struct review *r = details_review(v);
	uint64_t at = r->cursor.at;
	cursor_move(&r->cursor, by);
	if (r->cursor.at == at) {
		app_say(v->app, by > 0 ? "This is the last item of the list."
				       : "This is the first item of the list.");
		return;
	}
	review_to(r, r->cursor.at);
	review_ask_item(r);
}

void
details_act_next(struct view *v)
{
	details_step(v, 1);
}

void
details_act_prev(struct view *v)
{
	details_step(v, -1);
}

const char *
details_may_preview(struct view *v)
{
	const json_t *item = review_item(details_review(v));
	if (app_why_no_desk(v->app) != NULL)
		return app_why_no_desk(v->app);
	if (item == NULL)
		return "the item is not read yet; press the key again";
	if (row_text(item, "sha256")[0] == '\0')
		return "there are no bytes of it on the station: it is no file, or was not "
		       "read";
	return NULL;
}

static void
details_preview(struct view *v, const char *mode)
{
	struct review *r = details_review(v);
	const json_t *item = review_item(r);
	app_push(v->app, preview_view(v->app, r->transfer, row_uint(item, "id"),
			     review_name(v->app->frame, item), mode));
}

void
details_act_hex(struct view *v)
{
	details_preview(v, "hex");
}

void
details_act_text(struct view *v)
{
	details_preview(v, "text");
}

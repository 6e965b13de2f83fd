/* SPDX-License-Identifier: ISC */
#include "ui/desk.h"
#include "ui/media.h"
#include "ui/signin.h"
#include "ui/view/checks.h"
#include "ui/view/home.h"

#include <string.h>

#define HOME_FOOT_ROWS 2   /* what became of a medium */
#define HOME_LIST_ROWS 4   /* of each list at least, its titles included */
#define HOME_WIDE      120 /* columns from which the checks stand beside the lists */
#define HOME_WIDER     160
#define HOME_NAME      31 /* cells of what a medium calls itself */
#define HOME_FOR       95 /* columns of the lists from which the requester is shown */

static enum style
home_row_style(const struct home *h, int list, uint64_t at)
{
	return h->list == list && h->lists[list].cursor.at == at ? STYLE_ROW : STYLE_PLAIN;
}

/* The mark and the style of a row; the hardware cursor is on the focus. */
static enum style
home_begin_row(struct home *h, const struct area *a, int row, int list, uint64_t at)
{
	enum style style = home_row_style(h, list, at);
	area_fill(a, row, 0, a->cols, style, ' ');
	if (style == STYLE_ROW) {
		area_put(a, row, 0, style, SAFE(">"));
		area_cursor(a, row, 0);
	}
	return style;
}

/* Whose signature or proposal a state waits behind: it waits for everybody else. */
static const char *
home_signed_by(const json_t *t)
{
	return strcmp(row_text(t, "state"), "SUBMITTED") == 0 ? row_text(t, "holder")
	                                                      : row_text(t, "proposed_by");
}

/* It waits for whoever sits here: who has it can as a rule not sign again. */
static bool
home_waits_for_me(const struct home *h, const json_t *t)
{
	const struct app *app = h->view.app;
	const char *by = home_signed_by(t);
	const struct custody_person *p = signin_person(app->ui);
	return by[0] != '\0' && p != NULL && (p->roles & CUSTODY_OFFICER) != 0 &&
	       strcmp(by, p->id) != 0;
}

/* What comes next, for whoever sits here. */
static struct safe
home_next(const struct home *h, const json_t *t)
{
	const char *state = row_text(t, "state");
	if (home_waits_for_me(h, t))
		return strcmp(state, "SUBMITTED") == 0 ? SAFE("look at it and sign")
		       : strcmp(state, "RECALL") == 0  ? SAFE("sign the recall, or keep it")
		                                      : SAFE("sign the retirement, or keep it");
	if (json_is_true(json_object_get(t, "choosing")))
		return SAFE("waits: choose what is read");
	return safe_text(h->view.app->frame, work_next(row_text(t, "state")));
}

static void
home_draw_transfer(struct home *h, const struct area *a, int row, uint64_t at)
{
	struct arena *m = h->view.app->frame;
	const json_t *t = json_array_get(h->work.rows, (size_t)at);
	enum style style = home_begin_row(h, a, row, HOME_WORK, at);
	int col = area_field(a, m, row, 2, 12, style, safe_member(m, t, "transfer")) + 1;
	col = area_field(a, m, row, col, 9, style, safe_member(m, t, "state")) + 1;
	col = area_field(a, m, row, col, 10, style, safe_member(m, t, "holder")) + 1;
	col = area_field(a, m, row, col, 11, style, safe_minute(m, row_text(t, "changed"))) + 2;
	if (a->cols >= HOME_FOR)
		col = area_field(a, m, row, col, 14, style, safe_member(m, t, "requester")) + 1;
	area_clip(a, row, col, a->cols - col,
	    style == STYLE_PLAIN && home_waits_for_me(h, t) ? STYLE_STRONG : style,
	    home_next(h, t));
}

/* What is wrong stands in red, in its word and in its reason. */
static enum style
home_medium_style(enum style row, const json_t *medium)
{
	const char *state = row_text(medium, "state");
	bool bad = strcmp(state, "refused") == 0 || strcmp(state, "pulled") == 0;
	return bad && row != STYLE_ROW ? STYLE_FAIL : row;
}

/* The maker stands first in what a device says of itself, the type last in a file's name. */
static int
home_draw_name(struct arena *m, const json_t *medium, const struct area *a, int row, int col,
    enum style style)
{
	return row_text(medium, "device")[0] != '\0'
	           ? area_clip(a, row, col, HOME_NAME, style, media_name(m, medium))
	           : area_name(a, m, row, col, HOME_NAME, style, media_name(m, medium));
}

static void
home_draw_medium(struct home *h, const struct area *a, int row, uint64_t at)
{
	struct arena *m = h->view.app->frame;
	const json_t *t = json_array_get(h->lists[HOME_MEDIA].rows, (size_t)at);
	enum style style = home_begin_row(h, a, row, HOME_MEDIA, at);
	enum style state = home_medium_style(style, t);
	const char *transfer = row_text(t, "transfer");
	uint64_t bytes = row_uint(t, "bytes");
	bool wide = a->cols >= HOME_FOR;
	int col = area_field(a, m, row, 2, 8, style, safe_member(m, t, "port")) + 1;
	col = home_draw_name(m, t, a, row, col, style) + 1;
	col = area_right(a, row, col, 6, style, bytes > 0 ? safe_size(m, bytes) : SAFE("")) + 2;
	col = area_field(a, m, row, col, 8, state, safe_member(m, t, "state")) + 1;
	if (wide)
		col = area_field(a, m, row, col, 11, style, safe_minute(m, row_text(t, "at"))) +
		      2;
	area_clip(a, row, col, a->cols - col, state,
	    transfer[0] != '\0' ? safe_text(m, transfer) : safe_member(m, t, "why"));
}

/* As wide as the fields of the rows. */
#define HOME_WORK_TITLES "  In progress  State     Held by    Last entry   What comes next"
#define HOME_WIDE_TITLES \
	"  In progress  State     Held by    Last entry   For            What comes next"
#define HOME_MEDIA_TITLES \
	"  Port     Medium                            Size  State    Transfer or why"
#define HOME_WIDE_MEDIA_TITLES                                                      \
	"  Port     Medium                            Size  State    When         " \
	"Transfer or why"

struct home_shape {
	const char *titles;
	const char *none; /* what an empty list says */
	const char *more; /* what stands below the rows, when they are not all; or NULL */
	void (*draw)(struct home *, const struct area *, int row, uint64_t at);
};

static void
home_draw_list(struct home *h, const struct area *a, int list, const struct home_shape *shape)
{
	struct arena *m = h->view.app->frame;
	struct home_list *l = &h->lists[list];
	int rows = a->rows - 1 - (shape->more != NULL);
	area_put(a, 0, 0, STYLE_HEAD, safe_text(m, shape->titles));
	if (shape->more != NULL)
		area_clip(
		    a, a->rows - 1, 2, a->cols - 3, STYLE_WARN, safe_text(m, shape->more));
	cursor_fit(&l->cursor, json_array_size(l->rows), rows);
	if (l->cursor.total == 0) {
		bool here = h->list == list;
		area_clip(a, 1, 2, a->cols - 3, STYLE_PLAIN,
		    l->rows == NULL ? SAFE("not known yet") : safe_text(m, shape->none));
		area_put(a, 1, 0, STYLE_PLAIN, here ? SAFE(">") : SAFE(""));
		if (here)
			area_cursor(a, 1, 0);
		return;
	}
	for (int i = 0; i < rows && l->cursor.top + (uint64_t)i < l->cursor.total; i++)
		shape->draw(h, a, 1 + i, l->cursor.top + (uint64_t)i);
}

/* The medium under the cursor in full, and what became of it: its row has not the room. */
static struct safe
home_about(const struct home *h)
{
	struct arena *m = h->view.app->frame;
	const json_t *row = h->list == HOME_MEDIA ? home_row(h) : NULL;
	struct safe name = media_name(m, row), why = SAFE("");
	if (row_text(row, "why")[0] != '\0') {
		struct safe at = safe_minute(m, row_text(row, "at"));
		why = safe_printf(m, "%s%s%s: %s", row_text(row, "state"),
		    safe_empty(at) ? "" : " ", at.text, row_text(row, "why"));
	}
	if (safe_cells(name) <= HOME_NAME)
		return why;
	return safe_empty(why) ? name : safe_printf(m, "%s; %s", why.text, name.text);
}

static void
home_draw_lists(struct home *h, const struct area *a)
{
	struct home_shape work = {HOME_WORK_TITLES,
	    "Nothing is in progress: read a medium with i.", NULL, home_draw_transfer};
	struct home_shape medium = {HOME_MEDIA_TITLES,
	    "Insert a medium into a port. Nothing on it is opened or run.",
	    media_more(h->view.app->media)
		? "and more than one answer holds: read or take out some of these first"
		: NULL,
	    home_draw_medium};
	if (a->cols >= HOME_FOR) {
		work.titles = HOME_WIDE_TITLES;
		medium.titles = HOME_WIDE_MEDIA_TITLES;
	}
	/* the foot's rows are kept free: nothing moves when the focus does */
	int list_rows = a->rows - 1 - HOME_FOOT_ROWS, first = (list_rows + 1) / 2;
	struct area upper = area_part(a, 0, 0, first, a->cols);
	struct area lower = area_part(a, first + 1, 0, list_rows - first, a->cols);
	struct area foot =
	    area_part(a, a->rows - HOME_FOOT_ROWS, 2, HOME_FOOT_ROWS, a->cols - 3);
	home_draw_list(h, &upper, HOME_WORK, &work);
	home_draw_list(h, &lower, HOME_MEDIA, &medium);
	area_words(&foot, 0, 0, HOME_FOOT_ROWS, STYLE_STRONG, home_about(h));
}

void
home_draw(struct view *v, const struct area *a)
{
	struct home *h = (struct home *)v;
	if (a->cols >= HOME_WIDE) {
		int left = a->cols >= HOME_WIDER ? 60 : 39;
		struct area checks = area_part(a, 0, 0, a->rows, left - 2);
		struct area lists = area_part(a, 0, left, a->rows, a->cols - left);
		checks_draw(v->app, h->checks, &checks, true);
		home_draw_lists(h, &lists);
		return;
	}
	struct area checks =
	    area_part(a, 0, 0, a->rows - 2 * HOME_LIST_ROWS - HOME_FOOT_ROWS, a->cols);
	int used = checks_draw(v->app, h->checks, &checks, false);
	struct area lists = area_part(a, used + 1, 0, a->rows - used - 1, a->cols);
	home_draw_lists(h, &lists);
}

struct safe
home_subject(struct view *v, struct arena *m)
{
	const struct app_site *s = &v->app->site;
	return s->known ? safe_printf(m, "Station %s, site %s", s->station, s->site) : SAFE("");
}

struct safe
home_status(struct view *v, struct arena *m)
{
	const struct home *h = (const struct home *)v;
	return h->work.rows != NULL ? work_words(&h->work, m) : SAFE("");
}

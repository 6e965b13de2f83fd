/* SPDX-License-Identifier: ISC */
/* The messages said so far: one that was missed can be read again. */
#include "ui/views.h"

#define SAID_FOOT 5 /* rows below the list: the message under the cursor in full */

struct said {
	struct view view;
	struct cursor cursor;
	size_t seen; /* messages when the cursor was put on the newest */
};

/* The i-th of those that are kept, the oldest first. */
static const struct app_said *
said_at(const struct app *app, size_t i)
{
	size_t first = app->nsaid > APP_SAID ? app->nsaid - APP_SAID : 0;
	return &app->said[(first + i) % APP_SAID];
}

static size_t
said_count(const struct app *app)
{
	return app->nsaid < APP_SAID ? app->nsaid : APP_SAID;
}

static void
said_draw_row(
    struct app *app, const struct area *a, int row, const struct app_said *s, bool here)
{
	struct arena *m = app->frame;
	enum style style = here ? STYLE_ROW : STYLE_PLAIN;
	area_fill(a, row, 0, a->cols, style, ' ');
	area_put(a, row, 0, style, here ? SAFE(">") : SAFE(" "));
	area_field(a, m, row, 2, 5, style, safe_text(m, s->at));
	area_put(a, row, 8, style, s->warn ? SAFE("!") : SAFE(" "));
	area_clip(a, row, 10, a->cols - 11, style, safe_text(m, s->text));
	if (here)
		area_cursor(a, row, 0);
}

static void
said_draw(struct view *v, const struct area *a)
{
	struct said *s = (struct said *)v;
	struct app *app = v->app;
	size_t n = said_count(app);
	struct area list = area_part(a, 0, 0, a->rows - SAID_FOOT, a->cols);
	struct area foot = area_part(a, a->rows - SAID_FOOT, 1, SAID_FOOT, a->cols - 2);
	cursor_fit(&s->cursor, n, list.rows);
	if (s->seen != app->nsaid)
		cursor_to(&s->cursor, n > 0 ? n - 1 : 0);
	s->seen = app->nsaid;
	if (n == 0)
		area_put(&list, 0, 2, STYLE_PLAIN, SAFE("Nothing was said yet."));
	for (int i = 0; i < list.rows && s->cursor.top + (uint64_t)i < n; i++) {
		size_t at = (size_t)s->cursor.top + (size_t)i;
		said_draw_row(app, &list, i, said_at(app, at), at == s->cursor.at);
	}
	area_fill(&foot, 0, 0, foot.cols, STYLE_PLAIN, '-');
	if (n > 0)
		area_words(&foot, 1, 0, SAID_FOOT - 1, STYLE_PLAIN,
		    safe_text(app->frame, said_at(app, (size_t)s->cursor.at)->text));
}

static const struct view_type said_type = {.title = "MESSAGES",
    .map = MAP_SAID,
    .also = MAP_BIT(MAP_LIST) | MAP_BIT(MAP_ANY),
    .draw = said_draw};

struct view *
said_view(struct app *app)
{
	struct said *s = view_new(app, &said_type, sizeof(*s));
	s->view.cursor = &s->cursor;
	s->seen = SIZE_MAX;
	return &s->view;
}

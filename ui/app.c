/* SPDX-License-Identifier: ISC */
#include "ui/app.h"
#include "src/base/mem.h"
#include "ui/anchors.h"
#include "ui/desk.h"
#include "ui/frame.h"
#include "ui/key.h"
#include "ui/look.h"
#include "ui/media.h"
#include "ui/prompt_box.h"
#include "ui/views.h"

#define APP_TICK_MS     250
#define APP_LABEL_CELLS 24
#define APP_TOUCH_ROWS  5
#define APP_TOUCH_CELLS 60
#define APP_LOCK_S      300 /* until the station said after how long a screen locks */

/* --- life ------------------------------------------------------------------------ */

static void
app_news(void *arg, struct msg *m)
{
	struct app *app = arg;
	if (m->id == MSG_DESK_ENDED) { /* nothing of it stays in this process */
		app->ui->ended = signin_find(msg_str(m, "why"));
		app->end = APP_SIGNED_OUT;
		return;
	}
	if (m->id == MSG_DESK_MEDIA_NEWS) {
		media_hear(app->media, m);
		return;
	}
	if (burn_hear(app, m))
		return;
	for (struct view *v = app->top; v != NULL;) {
		struct view *below = v->below; /* a view may close itself */
		if (v->type->news != NULL)
			v->type->news(v, m);
		v = below;
	}
}

struct app *
app_new(struct ui *ui, int64_t now_ms, int64_t now_s)
{
	struct app *app = mem_alloc(sizeof(*app));
	*app = (struct app){.ui = ui,
	    .link = link_new(ui),
	    .frame = arena_new(),
	    .now_ms = now_ms,
	    .now_s = now_s,
	    .key_ms = now_ms,
	    .rows = APP_ROWS,
	    .cols = APP_COLS,
	    .said_seen = true,
	    .want_desk = ui->desk == NULL};
	app->media = media_new(app);
	app->anchors = anchors_new(app);
	link_on_news(app->link, app, app_news);
	ui->screens = app;
	ui->stray = app_news;
	app->top = login_view(app);
	return app;
}

void
app_free(struct app *app)
{
	if (app == NULL)
		return;
	while (app->top != NULL) {
		struct view *below = app->top->below;
		view_free(app->top);
		app->top = below;
	}
	link_free(app->link);
	media_free(app->media);
	anchors_free(app->anchors);
	look_memory_free(app->looked);
	arena_free(app->frame);
	app_site_done(&app->site);
	free(app);
}

/* --- the stack -------------------------------------------------------------------- */

struct view *
app_find_lock(const struct app *app)
{
	struct view *v = app->top;
	while (v != NULL && v->type->map != MAP_LOCK)
		v = v->below;
	return v;
}

void
app_push(struct app *app, struct view *v)
{
	v->below = app->top;
	app->top = v;
	app->flush = true;
}

void
app_pop(struct app *app)
{
	struct view *v = app->top;
	if (v->below == NULL)
		return;
	app->top = v->below;
	view_free(v);
	app->flush = true;
	if (app->top->type->shown != NULL)
		app->top->type->shown(app->top);
}

void
app_replace(struct app *app, struct view *old, struct view *new)
{
	struct view *lock = app_find_lock(app), *rest = old->below;
	struct view **at = lock != NULL ? &lock->below : &app->top;
	while (*at != rest) {
		struct view *below = (*at)->below;
		view_free(*at);
		*at = below;
	}
	new->below = rest;
	*at = new;
	app->flush = true;
}

void
app_home(struct app *app)
{
	while (app->top->below != NULL && app->top->type->map != MAP_LOCK)
		app_pop(app);
}

/* What was typed of a secret does not wait for whoever comes next. */
static void
app_forget(struct app *app)
{
	for (struct view *v = app->top; v != NULL; v = v->below)
		if (v->type->forget != NULL)
			v->type->forget(v);
}

/* There is one lock: from a help screen over it F9 leads back to it. */
void
app_lock(struct app *app)
{
	const struct view *lock = app_find_lock(app);
	if (app->ui->as == NULL || app->top == lock)
		return;
	app_forget(app);
	while (lock != NULL && app->top != lock)
		app_pop(app);
	if (lock == NULL) {
		/* what was said before is of the screens below */
		app->said_seen = true;
		app->hint[0] = '\0';
		app_push(app, lock_view(app));
	}
	app->redraw = true;
}

struct safe
app_mark(const struct app *app)
{
	return app->site.demo ? SAFE("DEMO ") : SAFE("");
}

struct safe
app_subject(struct arena *frame, const char *transfer, const json_t *status)
{
	const json_t *read = json_object_get(status, "read");
	const json_t *volumes = json_object_get(json_object_get(read, "medium"), "volumes");
	struct safe label = safe_member(frame, json_array_get(volumes, 0), "label");
	if (safe_empty(label))
		return safe_text(frame, transfer);
	return safe_printf(
	    frame, "%s  \"%s\"", transfer, safe_fit(frame, label, APP_LABEL_CELLS).text);
}

/* --- time and keys -------------------------------------------------------------------- */

int64_t
app_left_s(const struct app *app)
{
	int64_t all_s = app->site.lock_s > 0 ? (int64_t)app->site.lock_s : APP_LOCK_S;
	int64_t left_ms = all_s * 1000 - (app->now_ms - app->key_ms);
	return left_ms > 0 ? (left_ms + 999) / 1000 : 0;
}

static void
app_tick_views(struct app *app)
{
	if (app->now_ms - app->tick_ms < APP_TICK_MS)
		return;
	app->tick_ms = app->now_ms;
	app->hush = app_find_lock(app) != NULL;
	media_tick(app->media);
	anchors_tick(app->anchors);
	for (struct view *v = app->top; v != NULL;) {
		struct view *below = v->below;
		if (v->type->tick != NULL)
			v->type->tick(v);
		v = below;
	}
	app->hush = false;
}

void
app_tick(struct app *app, int64_t now_ms, int64_t now_s)
{
	app->now_ms = now_ms;
	app->now_s = now_s;
	app->hush = app_find_lock(app) != NULL;
	if (app->ui->desk != NULL)
		link_pump(app->link, now_ms);
	app->hush = false;
	if (app->ui->desk == NULL && app->lost_ms == 0 && !app->want_desk)
		app_lost(app);
	if (app_left_s(app) == 0 || app->keyboard) {
		app_forget(app); /* at the sign-in, too */
		app_lock(app);
		app->keyboard = false;
	}
	app_tick_views(app);
}

void
app_key(struct app *app, int key)
{
	if (key == K_NONE || key == K_SIZE)
		return;
	app->key_ms = app->now_ms;
	app->said_seen = true;
	app->hint[0] = '\0';
	if (key == K_F9) {
		app_lock(app);
		return;
	}
	if (app->rows < APP_ROWS || app->cols < APP_COLS)
		return;
	struct view *v = app->top;
	if (v->type->key == NULL || !v->type->key(v, key))
		act_press(v, key);
}

/* --- drawing ---------------------------------------------------------------------------- */

/* The views over the base, the lowest first. */
static void
app_draw_over(struct app *app, struct view *v, const struct view *base, const struct area *body)
{
	if (v == base)
		return;
	app_draw_over(app, v->below, base, body);
	v->type->draw(v, body);
}

/* Over everything: a token is no part of the screen, and a person looks here. */
static void
app_draw_touch(struct app *app, const struct area *body)
{
	struct area in =
	    prompt_box(body, SAFE("TOUCH THE TOKEN"), APP_TOUCH_ROWS, APP_TOUCH_CELLS);
	area_words(&in, 1, 0, 2, STYLE_STRONG,
	    safe_printf(app->frame, "Touch the token of %s when it blinks.", app->touch_who));
	area_words(&in, 3, 0, 2, STYLE_PLAIN,
	    safe_printf(app->frame, "It waits %d s more. Esc gives up: nothing is signed then.",
		app->touch_left_s));
	area_cursor(&in, 3, 0);
}

void
app_draw(struct app *app, struct grid *grid, int rows, int cols)
{
	arena_reset(app->frame);
	grid_clear(grid, rows, cols);
	app->rows = grid->rows;
	app->cols = grid->cols;
	struct area screen = area_of(grid);
	if (grid->rows < APP_ROWS || grid->cols < APP_COLS) {
		frame_draw_small(app, &screen);
		return;
	}
	struct view *base = app->top;
	while (base->type->overlay && base->below != NULL)
		base = base->below;
	frame_draw(app, base, &screen);
	if (!app->top->type->bare)
		frame_draw_foot(app, &screen);
	struct area body = area_part(
	    &screen, FRAME_TOP, 0, screen.rows - FRAME_TOP - FRAME_BOTTOM, screen.cols);
	app_draw_over(app, app->top, base, &body);
	if (app->touch_who != NULL)
		app_draw_touch(app, &body);
}

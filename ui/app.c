/* SPDX-License-Identifier: ISC */
#include "ui/app.h"
#include "src/base/clock.h"
#include "src/base/escape.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "ui/desk.h"
#include "ui/frame.h"
#include "ui/key.h"
#include "ui/print.h"
#include "ui/prompt.h"
#include "ui/views.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define APP_TICK_MS     250
#define APP_LABEL_CELLS 24
#define APP_SETTLE_MS   5000 /* longest wait for what is under way before a signature */
#define APP_LOCK_S      300  /* until the station said after how long a screen locks */

/* --- what was said ------------------------------------------------------------- */

__attribute__((format(printf, 3, 0))) static void
app_vsay(struct app *app, bool warn, const char *fmt, va_list ap)
{
	struct app_said *s = &app->said[app->nsaid % APP_SAID];
	char at[CLOCK_TEXT_SIZE];
	vsnprintf(s->text, sizeof(s->text), fmt, ap);
	clock_format(app->now_s, at);
	snprintf(s->at, sizeof(s->at), "%.5s", at + 11);
	s->warn = warn;
	app->nsaid++;
	app->said_seen = false;
}

void
app_say(struct app *app, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	app_vsay(app, false, fmt, ap);
	va_end(ap);
}

void
app_warn(struct app *app, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	app_vsay(app, true, fmt, ap);
	va_end(ap);
}

void
app_hint(struct app *app, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(app->hint, sizeof(app->hint), fmt, ap);
	va_end(ap);
}

void
app_refused(struct app *app, const struct msg *m)
{
	if (m == NULL)
		app_warn(app, "The station has gone; nothing was done.");
	else if (msg_str(m, "next")[0] != '\0')
		app_warn(app, "%s; %s", msg_str(m, "why"), msg_str(m, "next"));
	else
		app_warn(app, "%s", msg_str(m, "why"));
}

/* --- life ------------------------------------------------------------------------ */

static void
app_news(void *arg, struct msg *m)
{
	struct app *app = arg;
	for (struct view *v = app->top; v != NULL;) {
		struct view *below = v->below; /* a view may close itself */
		if (v->type->news != NULL)
			v->type->news(v, m);
		v = below;
	}
}

static void
app_site_done(struct app_site *s)
{
	free(s->site);
	free(s->station);
	free(s->banner);
	free(s->contact);
	json_decref(s->reasons);
	json_decref(s->fields);
	*s = (struct app_site){.known = false};
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
	arena_free(app->frame);
	app_site_done(&app->site);
	free(app);
}

/* --- the stack -------------------------------------------------------------------- */

/* The lock, wherever it is in the stack; NULL: it is open. */
static struct view *
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
static void
app_lock(struct app *app)
{
	const struct view *lock = app_find_lock(app);
	if (app->ui->as == NULL || app->top == lock)
		return;
	app_forget(app);
	while (lock != NULL && app->top != lock)
		app_pop(app);
	if (lock == NULL)
		app_push(app, lock_view(app));
	app->redraw = true;
}

/* --- the desk ---------------------------------------------------------------------- */

void
app_ask(struct view *v, enum msg_id id, json_t *body, enum msg_id answer, link_fn *fn)
{
	link_ask(v->app->link, v, id, body, answer, fn);
}

const char *
app_why_no_desk(const struct app *app)
{
	return app->ui->desk == NULL || app->lost_ms != 0
	           ? "the station has gone; what you see is the last state"
	           : NULL;
}

static void
app_on_site(void *owner, struct msg *m)
{
	struct app *app = owner;
	if (m == NULL || m->id != MSG_DESK_SITE)
		return;
	app_site_done(&app->site);
	app->site = (struct app_site){.known = true,
	    .demo = msg_bool(m, "demo"),
	    .site = escape_checked(msg_str(m, "site")),
	    .station = escape_checked(msg_str(m, "station")),
	    .banner = escape_checked(msg_str(m, "banner")),
	    .contact = escape_checked(msg_str(m, "contact")),
	    .reasons = json_incref(json_object_get(m->body, "reasons")),
	    .fields = json_incref(json_object_get(m->body, "fields")),
	    .lock_s = msg_uint(m, "lock_s"),
	    .approvals = msg_uint(m, "approvals")};
}

/* The connection broke: all stays as it was, and is tried again. */
static void
app_lost(struct app *app)
{
	link_down(app->link);
	app->want_desk = true;
	app->lost_ms = app->now_ms != 0 ? app->now_ms : 1;
}

void
app_connected(struct app *app)
{
	char why[APP_SAY_SIZE], next[APP_SAY_SIZE];
	app->ui->gone = false;
	app->want_desk = false;
	app->lost_ms = 0;
	bool known = app_calls_begin(app, "") && desk_refresh(app->ui) == UI_DONE;
	app_calls_end(app, why, next);
	if (app->ui->desk == NULL)
		return;
	if (!known) {
		app_warn(app, "%s; %s", why, next);
		app_lost(app);
		return;
	}
	link_ask(app->link, app, MSG_UI_SITE, json_object(), MSG_DESK_SITE, app_on_site);
	if (app->ui->as == NULL)
		return;
	app_say(app, "The station is back; your passphrase signs you in again.");
	app_lock(app);
}

static void
app_on_problem(void *arg, const char *why, const char *next)
{
	struct app *app = arg;
	snprintf(app->problem, sizeof(app->problem), "%s", why);
	snprintf(app->remedy, sizeof(app->remedy), "%s", next);
}

bool
app_calls_begin(struct app *app, const char *doing)
{
	app->problem[0] = app->remedy[0] = '\0';
	print_problem_to(app_on_problem, app);
	if (doing[0] != '\0')
		app_say(app, "%s", doing);
	if (doing[0] != '\0' && app->show != NULL)
		app->show(app);
	if (app->ui->desk != NULL && link_settle(app->link, APP_SETTLE_MS)) {
		if (doing[0] != '\0')
			app->said_seen = true;
		link_hold(app->link, true);
		return true;
	}
	app_on_problem(app,
	    app->ui->desk == NULL ? "the station has gone" : "the station is busy",
	    "nothing was done; try again");
	app_warn(app, "%s; %s", app->problem, app->remedy);
	return false;
}

void
app_calls_end(struct app *app, char ret_why[APP_SAY_SIZE], char ret_next[APP_SAY_SIZE])
{
	print_problem_to(NULL, NULL);
	link_hold(app->link, false);
	snprintf(ret_why, APP_SAY_SIZE, "%s", app->problem);
	snprintf(ret_next, APP_SAY_SIZE, "%s", app->remedy);
	app->flush = true; /* what was typed meanwhile answers no question */
	if (app->ui->gone)
		app_lost(app);
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

void
app_tick(struct app *app, int64_t now_ms, int64_t now_s)
{
	app->now_ms = now_ms;
	app->now_s = now_s;
	if (app->ui->desk != NULL)
		link_pump(app->link, now_ms);
	if (app->ui->desk == NULL && app->lost_ms == 0 && !app->want_desk)
		app_lost(app);
	if (app_left_s(app) == 0) {
		app_forget(app); /* at the sign-in, too */
		app_lock(app);
	}
	if (now_ms - app->tick_ms < APP_TICK_MS)
		return;
	app->tick_ms = now_ms;
	for (struct view *v = app->top; v != NULL;) {
		struct view *below = v->below;
		if (v->type->tick != NULL)
			v->type->tick(v);
		v = below;
	}
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
}

/* --- acts of every screen ------------------------------------------------------------------
 */

const char *
app_may_back(struct view *v)
{
	return v->below == NULL ? "this is the first screen; F10 signs out" : NULL;
}

void
app_act_back(struct view *v)
{
	if (v->type->leave == NULL || v->type->leave(v))
		app_pop(v->app);
}

void
app_act_help(struct view *v)
{
	app_push(v->app, help_view(v->app));
}

void
app_act_said(struct view *v)
{
	app_push(v->app, said_view(v->app));
}

void
app_act_lock(struct view *v)
{
	app_lock(v->app);
}

static void
app_sign_out(struct view *v)
{
	v->app->end = APP_SIGNED_OUT;
}

void
app_act_out(struct view *v)
{
	prompt_confirm(v, SAFE("SIGN OUT"),
	    SAFE(
		"You are signed out and the next officer signs in. Work goes on, drafts stay."),
	    SAFE("Sign out"), app_sign_out);
}

void
app_act_redraw(struct view *v)
{
	v->app->redraw = true;
}

void
app_act_cancel(struct view *v)
{
	struct app *app = v->app;
	if (link_pending(app->link) == 0) {
		app_say(app, "Nothing is under way; F10 signs out.");
		return;
	}
	link_cancel(app->link);
	app_say(app, "Cancelled.");
}

void
app_act_home(struct view *v)
{
	app_home(v->app);
}

void
app_act_transfers(struct view *v)
{
	struct app *app = v->app;
	if (v->type->map == MAP_TRANSFERS)
		return;
	app_home(app);
	app_push(app, transfers_view(app));
}

void
app_act_nothing(struct view *v)
{
	app_say(v->app, "This key does nothing here, on purpose.");
}

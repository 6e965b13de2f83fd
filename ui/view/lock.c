/* SPDX-License-Identifier: ISC */
/*
 * The lock: nothing of what was on the screen is left on it.  The officer's
 * passphrase opens it by unsealing the key here, or his token by a signature; on a connection
 * that is new it signs in again.
 */
#include "src/base/clock.h"
#include "src/core/guess.h"
#include "ui/desk.h"
#include "ui/form.h"
#include "ui/frame.h"
#include "ui/key.h"
#include "ui/signin.h"
#include "ui/view/bare.h"
#include "ui/view/work.h"
#include "ui/views.h"

#define LOCK_LOOK_MS  5000
#define LOCK_FORM_ROW 11
#define LOCK_COLS     56

struct lock {
	struct view view;
	struct form *form;
	struct work work;
	int64_t locked_s;  /* wall clock */
	int64_t looked_ms; /* 0: not yet */
	bool full;         /* why the station does not answer: its ledger has no room */
};

static void
lock_tick(struct view *v)
{
	struct lock *l = (struct lock *)v;
	struct app *app = v->app;
	l->full = app_why_no_desk(app) != NULL && desk_ledger_is_full(app->ui);
	if (app_why_no_desk(app) != NULL ||
	    (l->looked_ms != 0 && app->now_ms - l->looked_ms < LOCK_LOOK_MS))
		return;
	l->looked_ms = app->now_ms;
	work_ask(&l->work, app);
}

void
lock_act_out(struct view *v)
{
	v->app->end = APP_SIGNED_OUT;
}

/* --- the passphrase ------------------------------------------------------------------- */

/* An enum ui_status; the key lives from here to the end of this function. */
static int
lock_try(struct ui *ui)
{
	if (ui->desk != NULL && channel_phase(ui->desk) != PH_SIGNED) {
		int status = desk_refresh(ui);
		return status == UI_DONE ? signin(ui) : status;
	}
	return signin_prove(ui);
}

static void
lock_refused(struct app *app, int status, bool there, const char *why, const char *next)
{
	if (status == UI_FAULT || app->ui->token_spoke)
		app_warn(app, "%s; %s", why, next);
	else if (there)
		app_warn(app, "Not unlocked; the attempt is recorded.");
	else
		app_warn(
		    app, "Not unlocked; the station has gone, so that it is not recorded.");
}

static void
lock_open(struct lock *l)
{
	struct app *app = l->view.app;
	struct ui *ui = app->ui;
	char why[APP_SAY_SIZE], next[APP_SAY_SIZE];
	ui->passphrase = form_take_secret(l->form, 0);
	ui->token_spoke = false;
	if (ui->passphrase == NULL && signin_means(ui) != SIGNIN_TOUCH) {
		app_say(app, "Type the %s of %s.",
		    signin_means(ui) == SIGNIN_PIN ? "token PIN" : "passphrase", ui->as);
		return;
	}
	/* without the station it opens as well: what is seen is the last state */
	bool there = app_calls_begin(app,
	    guess_wait_ms(ui->refused) > 0 ? "Unlocking; it waits, because tries were refused."
					   : "Unlocking...");
	int status = lock_try(ui);
	seal_secret_free(ui->passphrase);
	ui->passphrase = NULL;
	app_calls_end(app, why, next);
	app->redraw = true;
	if (status != UI_DONE) {
		lock_refused(app, status, there, why, next);
		return;
	}
	app->said_seen = true;
	app->keyboard_s = 0;
	app_pop(app);
	if (app->hushed > 0)
		app_say(app, "While it was locked %zu message%s came; m shows %s.", app->hushed,
		    app->hushed == 1 ? "" : "s", app->hushed == 1 ? "it" : "them");
	app->hushed = 0;
}

static bool
lock_key(struct view *v, int key)
{
	struct lock *l = (struct lock *)v;
	if (key == K_ENTER) {
		lock_open(l);
		return true;
	}
	return app_form_key(v->app, l->form, key) != FORM_IGNORED;
}

/* --- drawing ---------------------------------------------------------------------------- */

/* Nothing that it says of itself: that is for who unlocks. */
static void
lock_draw_keyboard(const struct area *in, struct app *app)
{
	char at[CLOCK_TEXT_SIZE];
	if (app->keyboard_s == 0)
		return;
	clock_format(app->keyboard_s, at);
	area_words(in, LOCK_FORM_ROW + 7, 0, 4, STYLE_WARN,
	    safe_printf(app->frame,
		"A keyboard or mouse was plugged in at %.5s UTC; that is recorded. The "
		"station's own locks, too, when it is plugged in again. If it was not you: "
		"take "
		"it out, and call an administrator.",
		at + 11));
}

static void
lock_draw(struct view *v, const struct area *a)
{
	struct lock *l = (struct lock *)v;
	struct app *app = v->app;
	char since[CLOCK_TEXT_SIZE];
	int shift = (a->rows - APP_ROWS) / 3;
	struct area in =
	    area_part(a, shift, (a->cols - LOCK_COLS) / 2, a->rows - shift, LOCK_COLS);
	bool again = app->ui->desk != NULL && channel_phase(app->ui->desk) != PH_SIGNED;
	clock_format(l->locked_s, since);
	bare_title(app, a, SAFE("LOCKED"));
	area_put(&in, 6, 0, STYLE_STRONG,
	    safe_printf(app->frame, "Locked for %s at %.5s UTC.", app->ui->as, since + 11));
	if (app_why_no_desk(app) != NULL)
		area_words(&in, 8, 0, 2, STYLE_WARN,
		    l->full
			? SAFE("The station does not answer: the disk of its ledger is full. "
			       "An administrator makes room on it.")
			: SAFE("The station does not answer; it is tried every second."));
	else if (l->work.rows != NULL)
		area_words(&in, 8, 0, 2, STYLE_PLAIN,
		    safe_printf(
			app->frame, "Work: %s.", work_words(&l->work, app->frame).text));
	area_words(&in, LOCK_FORM_ROW + 2, 0, 2, STYLE_PLAIN,
	    again ? SAFE("Enter signs in again: the connection to the station is a new one.")
		  : SAFE("Enter unlocks. Work goes on, drafts are kept."));
	area_words(&in, LOCK_FORM_ROW + 5, 0, 2, STYLE_PLAIN,
	    safe_printf(app->frame, "Another officer: press F10 to sign %s out.", app->ui->as));
	lock_draw_keyboard(&in, app);
	frame_draw_foot(app, a);
	form_draw(l->form, &in, app->frame, LOCK_FORM_ROW, 0, true);
}

static void
lock_forget(struct view *v)
{
	form_forget(((struct lock *)v)->form);
}

static void
lock_done(struct view *v)
{
	struct lock *l = (struct lock *)v;
	form_free(l->form);
	work_done(&l->work);
}

static const struct view_type lock_type = {.title = "LOCKED",
    .map = MAP_LOCK,
    .bare = true,
    .draw = lock_draw,
    .key = lock_key,
    .tick = lock_tick,
    .forget = lock_forget,
    .done = lock_done};

struct view *
lock_view(struct app *app)
{
	struct lock *l = view_new(app, &lock_type, sizeof(*l));
	l->locked_s = app->now_s;
	l->form = form_new();
	form_add_secret(l->form,
	    safe_printf(app->frame, "%s for %s",
		signin_means(app->ui) == SIGNIN_PASSPHRASE ? "Passphrase" : "Token PIN",
		app->ui->as));
	return &l->view;
}

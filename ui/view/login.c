/* SPDX-License-Identifier: ISC */
/*
 * Sign-in: two fields, and the state of the station without secrets.  Who is
 * enrolled is not shown, and a refusal never says which field was wrong; what a token
 * says is for the person who holds it.
 */
#include "src/base/clock.h"
#include "src/base/escape.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/guess.h"
#include "ui/desk.h"
#include "ui/form.h"
#include "ui/frame.h"
#include "ui/key.h"
#include "ui/signin.h"
#include "ui/view/bare.h"
#include "ui/view/checks.h"
#include "ui/view/work.h"
#include "ui/views.h"

#include <string.h>

#define LOGIN_LOOK_MS   10000 /* between two looks at the station */
#define LOGIN_AWAY_MS   2000  /* without it until the form gives way to a sentence */
#define LOGIN_FORM_ROW  9
#define LOGIN_STATE_ROW 15
#define LOGIN_COLS      56 /* of the form */
#define LOGIN_CHECKS    4  /* rows for checks that are not OK */

struct login {
	struct view view;
	struct form *form;
	int id, secret;    /* rows of the form */
	json_t *checks;    /* rows of ui.doctor; NULL: not known */
	struct work work;  /* transfers that are not over */
	bool was_there;    /* the station was there at the last tick */
	bool seen;         /* it was there at all */
	bool full;         /* and cannot be: its ledger has no room */
	int64_t away_ms;   /* since when it is not there ... */
	int64_t away_s;    /* ... by the wall clock */
	int64_t looked_ms; /* 0: not yet */
};

/* Who signed in: a process has one officer, and views keep the pointer. */
static char login_who[ESCAPE_SIZE(LIM_PERSON_ID_BYTES)];

/* --- the station ------------------------------------------------------------------- */

static void
login_on_checks(void *owner, struct msg *m)
{
	struct login *l = owner;
	json_decref(l->checks);
	l->checks = m != NULL && m->id == MSG_DESK_ROWS
	                ? json_incref(json_object_get(m->body, "rows"))
	                : NULL;
}

static void
login_look(struct login *l)
{
	l->looked_ms = l->view.app->now_ms;
	app_ask(&l->view, MSG_UI_DOCTOR, json_object(), MSG_DESK_ROWS, login_on_checks);
	work_ask(&l->work, l->view.app);
}

static void
login_tick(struct view *v)
{
	struct login *l = (struct login *)v;
	bool there = app_why_no_desk(v->app) == NULL;
	if (!there && l->was_there) {
		l->away_ms = v->app->now_ms;
		l->away_s = v->app->now_s;
	}
	l->seen |= there;
	l->full = !there && desk_ledger_is_full(v->app->ui);
	if (there && v->app->top == v &&
	    (!l->was_there || v->app->now_ms - l->looked_ms >= LOGIN_LOOK_MS))
		login_look(l);
	l->was_there = there;
}

/* The form makes place for what happens: a short break is not worth a word. */
static bool
login_is_away(const struct login *l)
{
	return app_why_no_desk(l->view.app) != NULL &&
	       l->view.app->now_ms - l->away_ms >= LOGIN_AWAY_MS;
}

void
login_act_checks(struct view *v)
{
	const char *why = app_why_no_desk(v->app);
	if (why != NULL) {
		app_warn(v->app, "The station does not answer; it is tried every second.");
		return;
	}
	login_look((struct login *)v);
	app_say(v->app, "The station is checked again.");
}

const char *
login_may_leave(struct view *v)
{
	return v->app->kiosk ? "this terminal is for the station alone; it cannot be left"
	                     : NULL;
}

void
login_act_leave(struct view *v)
{
	v->app->end = APP_LEFT;
}

/* --- signing in ---------------------------------------------------------------------- */

/*
 * An id that is not enrolled is refused before a key is unsealed: the same
 * work is done for it, so that the time does not tell the two apart.
 */
static void
login_take_as_long(struct ui *ui)
{
	struct seal_secret *seed;
	struct buf file;
	bool demo = ui->authority != NULL && custody_demo(ui->authority);
	if (ui->passphrase == NULL || seal_seed_new(&seed) != ERR_OK)
		return;
	buf_init(&file, LIM_KEY_FILE_BYTES);
	(void)seal_close(
	    seed, ui->passphrase, "nobody", demo ? SEAL_COST_FLOOR : SEAL_COST_MODERATE, &file);
	seal_wipe(file.data, file.len);
	buf_done(&file);
	seal_secret_free(seed);
}

static void
login_forget(struct ui *ui)
{
	seal_secret_free(ui->passphrase);
	ui->passphrase = NULL;
}

/* One sentence for every refusal; a fault of the station is told as it is. */
static void
login_refused(struct login *l, int status, const char *why, const char *next)
{
	struct app *app = l->view.app;
	form_set_focus(l->form, l->secret);
	if (status == UI_FAULT || app->ui->token_spoke)
		app_warn(app, "%s; %s", why, next);
	else
		app_warn(app, "Sign-in refused; the attempt is recorded.");
}

static int
login_calls(struct ui *ui)
{
	int status = desk_refresh(ui); /* people may have been enrolled since */
	if (status == UI_DONE)
		status = signin(ui);
	if (status == UI_NO && !ui->token_spoke)
		login_take_as_long(ui);
	return status;
}

static void
login_sign_in(struct login *l)
{
	struct app *app = l->view.app;
	struct ui *ui = app->ui;
	char why[APP_SAY_SIZE], next[APP_SAY_SIZE];
	const char *id = form_text(l->form, l->id);
	int status = UI_FAULT;
	if (id[0] == '\0') {
		form_set_focus(l->form, l->id);
		app_say(app, "Type your officer id.");
		return;
	}
	if (app_why_no_desk(app) != NULL) {
		app_say(app, "The station does not answer yet; what you typed is kept, Enter "
			     "tries again.");
		return;
	}
	ui->passphrase = form_take_secret(l->form, l->secret);
	ui->token_spoke = false;
	if (ui->passphrase == NULL &&
	    (ui->authority == NULL || custody_token_pin(ui->authority))) {
		form_set_focus(l->form, l->secret);
		app_say(app, "Type your passphrase, or the PIN of your token.");
		return;
	}
	escape_bytes(id, strlen(id), login_who, sizeof(login_who), NULL);
	bool begun =
	    app_calls_begin(app, guess_wait_ms(ui->refused) > 0
				     ? "Signing in; it waits, because sign-ins were refused."
				     : "Signing in...");
	ui->as = login_who;
	if (begun)
		status = login_calls(ui);
	login_forget(ui);
	if (status != UI_DONE)
		ui->as = NULL; /* before app_calls_end: nobody is to be asked to unlock */
	app_calls_end(app, why, next);
	if (status == UI_DONE)
		app_replace(app, &l->view, home_view(app));
	else if (begun)
		login_refused(l, status, why, next);
}

static bool
login_key(struct view *v, int key)
{
	struct login *l = (struct login *)v;
	if (login_is_away(l))
		return false; /* no field is on the screen */
	if (key == K_ENTER && form_focus(l->form) == l->secret) {
		login_sign_in(l);
		return true;
	}
	enum form_event e = app_form_key(v->app, l->form, key);
	if (e == FORM_PRESSED)
		login_sign_in(l);
	return e != FORM_IGNORED;
}

/* --- drawing --------------------------------------------------------------------------- */

static struct safe
login_banner(const struct app *app)
{
	if (app->site.known && app->site.banner[0] != '\0')
		return safe_text(app->frame, app->site.banner);
	return SAFE("Authorised transfer officers only. All actions are recorded.");
}

/* "[FAIL] share: text", without the remedy: that is for those who signed in. */
static void
login_draw_checks(struct login *l, const struct area *a, int row)
{
	struct arena *frame = l->view.app->frame;
	size_t i, ok = 0, n = json_array_size(l->checks);
	const json_t *check;
	int used = 0;
	json_array_foreach (l->checks, i, check)
		ok += checks_is_ok(check);
	area_put(a, row, 11, ok == n && n > 0 ? STYLE_OK : STYLE_WARN,
	    n == 0    ? SAFE("the station gave no checks")
	    : ok == n ? safe_printf(frame, "[OK  ] all %zu checks are good", n)
		      : safe_printf(frame, "%zu of %zu checks are good; the others:", ok, n));
	json_array_foreach (l->checks, i, check) {
		if (checks_is_ok(check) || used == LOGIN_CHECKS)
			continue;
		struct safe text =
		    safe_printf(frame, "[%-4.4s] %s: %s", row_text(check, "state"),
			row_text(check, "check"), row_text(check, "text"));
		area_clip(a, row + ++used, 11, a->cols - 12, STYLE_PLAIN, text);
	}
}

static void
login_draw_state(struct login *l, const struct area *a, int row)
{
	struct app *app = l->view.app;
	area_fill(a, row++, 0, a->cols, STYLE_PLAIN, '-');
	area_put(a, row, 1, STYLE_PLAIN, SAFE("System"));
	if (app_why_no_desk(app) != NULL) {
		area_put(a, row, 11, STYLE_WARN, SAFE("The station does not answer."));
		area_put(a, row + 1, 11, STYLE_PLAIN,
		    SAFE("Nobody can sign in until it does; it is tried every second."));
		return;
	}
	area_put(a, row, 11, STYLE_PLAIN, SAFE("being checked"));
	if (l->checks != NULL) {
		area_fill(a, row, 11, a->cols - 11, STYLE_PLAIN, ' ');
		login_draw_checks(l, a, row);
	}
	if (l->work.rows == NULL)
		return;
	area_put(a, row + 5, 1, STYLE_PLAIN, SAFE("Waiting"));
	area_put(a, row + 5, 11, STYLE_PLAIN, work_words(&l->work, app->frame));
}

/* What is the matter; it ends with what is done about it, as far as that is known. */
static struct safe
login_why_away(const struct login *l)
{
	if (l->full)
		return SAFE("The station does not answer: the disk of its ledger is full, and "
			    "without a record nothing is done. An administrator makes room on "
			    "it.");
	return l->seen
	           ? SAFE("The station does not answer: it has stopped, or is started again.")
	           : SAFE("The station does not answer: it is starting, or has stopped.");
}

/* In the place of the form: what is the matter, and that nothing has to be done for it here. */
static void
login_draw_away(struct login *l, const struct area *middle, int row)
{
	struct app *app = l->view.app;
	char since[CLOCK_TEXT_SIZE];
	clock_format(l->away_s, since);
	area_cursor(middle, row, 0);
	row += area_words(middle, row, 0, 0, STYLE_WARN, login_why_away(l)) + 1;
	row += area_words(middle, row, 0, 0, STYLE_PLAIN,
		   safe_printf(app->frame,
		       "Since %.5s UTC nobody can sign in. It is tried again every second, and "
		       "the "
		       "sign-in appears here by itself. Drafts are kept.",
		       since + 11)) +
	       1;
	area_words(middle, row, 0, 0, STYLE_PLAIN,
	    l->full ? SAFE("Tell the administrator.")
		    : SAFE("If this stays for some minutes, tell the administrator."));
}

static void
login_draw(struct view *v, const struct area *a)
{
	struct login *l = (struct login *)v;
	struct app *app = v->app;
	int left = (a->cols - LOGIN_COLS) / 2, shift = (a->rows - APP_ROWS) / 3;
	struct area middle = area_part(a, 0, left, a->rows, LOGIN_COLS);
	bare_title(app, a, SAFE("SIGN IN"));
	area_words(&middle, 3 + shift, 0, 5, STYLE_PLAIN, login_banner(app));
	if (!login_is_away(l))
		login_draw_state(l, a, a->rows - APP_ROWS + LOGIN_STATE_ROW);
	if (app->site.known && app->site.contact[0] != '\0')
		area_clip(a, LOGIN_FORM_ROW + shift + (login_is_away(l) ? 9 : 5), left,
		    LOGIN_COLS, STYLE_PLAIN,
		    safe_printf(app->frame, "Help: %s", app->site.contact));
	frame_draw_foot(app, a);
	if (login_is_away(l))
		login_draw_away(l, &middle, LOGIN_FORM_ROW + shift);
	else
		form_draw(l->form, &middle, app->frame, LOGIN_FORM_ROW + shift, 0, true);
}

static void
login_wipe(struct view *v)
{
	form_forget(((struct login *)v)->form);
}

static void
login_done(struct view *v)
{
	struct login *l = (struct login *)v;
	form_free(l->form);
	json_decref(l->checks);
	work_done(&l->work);
}

static const struct view_type login_type = {.title = "SIGN IN",
    .map = MAP_LOGIN,
    .bare = true,
    .draw = login_draw,
    .key = login_key,
    .tick = login_tick,
    .forget = login_wipe,
    .done = login_done};

struct view *
login_view(struct app *app)
{
	struct login *l = view_new(app, &login_type, sizeof(*l));
	l->away_ms = app->now_ms;
	l->away_s = app->now_s;
	l->form = form_new();
	l->id = form_add_text(l->form, SAFE("Officer id"), LIM_PERSON_ID_BYTES, "");
	l->secret = form_add_secret(l->form, SAFE("Passphrase"));
	form_add_button(l->form, SAFE("Sign in"));
	return &l->view;
}

/* SPDX-License-Identifier: ISC */
/*
 * Home: is the station ready, what is in progress and what comes next, what
 * lies in the ports and why something was refused.
 */
#include "ui/view/home.h"
#include "src/base/mem.h"
#include "ui/anchors.h"
#include "ui/desk.h"
#include "ui/media.h"
#include "ui/signin.h"
#include "ui/view/checks.h"
#include "ui/views.h"

#include <string.h>

#define HOME_LOOK_MS  5000  /* between two looks at transfers and media */
#define HOME_CHECK_MS 60000 /* and at the ready checks */
#define HOME_TRY_MS   500   /* and at scanners that are being tried */

static void
home_moved(struct view *v)
{
	struct home *h = (struct home *)v;
	home_list_pick(&h->lists[h->list]);
}

/* --- asking ------------------------------------------------------------------------- */

static void
home_on_work(void *arg)
{
	struct home *h = arg;
	home_list_set(&h->lists[HOME_WORK], h->work.rows);
}

static void
home_on_media(void *arg)
{
	struct home *h = arg;
	home_list_set(&h->lists[HOME_MEDIA], media_rows(h->view.app->media));
}

static void home_check(struct home *);

/* "av, ClamAV 1.4.3: passed; type, ...": the desk's words about each scanner. */
static void
home_say_tried(struct home *h, const json_t *rows)
{
	struct app *app = h->view.app;
	struct safe all = SAFE("");
	bool unfit = false;
	size_t i;
	const json_t *row;
	json_array_foreach (rows, i, row) {
		const char *engine = row_text(row, "engine"), *why = row_text(row, "why");
		bool bad = strcmp(row_text(row, "state"), "fit") != 0;
		struct safe one = safe_printf(app->frame, "%s%s%s: %s%s", row_text(row, "name"),
		    engine[0] != '\0' ? ", " : "", engine, bad ? "UNFIT, " : "passed",
		    bad ? why : "");
		unfit |= bad;
		if (safe_empty(all))
			all = one;
		else /* what is wrong comes first */
			all = bad ? safe_printf(app->frame, "%s; %s", one.text, all.text)
			          : safe_printf(app->frame, "%s; %s", all.text, one.text);
	}
	if (unfit)
		app_warn(app, "%s", all.text);
	else
		app_say(app, "Scanners tried: %s.", all.text);
}

static void
home_on_tried(void *owner, struct msg *m)
{
	struct home *h = owner;
	if (m == NULL || m->id != MSG_DESK_ROWS) {
		h->trying_ms = 0;
		if (m != NULL)
			app_refused(h->view.app, m);
		return;
	}
	const json_t *rows = json_object_get(m->body, "rows");
	if (strcmp(row_text(json_array_get(rows, 0), "state"), "trying") == 0)
		return;
	h->trying_ms = 0;
	home_say_tried(h, rows);
	home_check(h);
}

/* Each scanner is shown known bad and known good; that takes its time, and is asked for. */
static void
home_try(struct home *h, bool begin)
{
	h->trying_ms = h->view.app->now_ms;
	app_ask(&h->view, MSG_UI_SCANNERS, json_pack("{s:b}", "selftest", (int)begin),
	    MSG_DESK_ROWS, home_on_tried);
}

static bool
home_scanners_ok(const struct home *h)
{
	size_t i;
	const json_t *check;
	json_array_foreach (h->checks, i, check)
		if (strcmp(row_text(check, "check"), "scanners") == 0)
			return checks_is_ok(check);
	return true;
}

static void
home_on_checks(void *owner, struct msg *m)
{
	struct home *h = owner;
	bool wanted = h->wanted;
	h->wanted = false;
	if (m == NULL || m->id != MSG_DESK_ROWS)
		return;
	json_decref(h->checks);
	h->checks = json_incref(json_object_get(m->body, "rows"));
	if (!wanted || h->trying_ms != 0 || home_scanners_ok(h))
		return;
	app_say(h->view.app, "The station is checked again; the scanners are being tried.");
	home_try(h, true);
}

static void
home_check(struct home *h)
{
	h->checked_ms = h->view.app->now_ms;
	app_ask(&h->view, MSG_UI_DOCTOR, json_object(), MSG_DESK_ROWS, home_on_checks);
}

static void
home_look(struct home *h)
{
	h->looked_ms = h->view.app->now_ms;
	h->work.changed = home_on_work;
	h->work.arg = h;
	work_ask(&h->work, h->view.app);
	media_ask(h->view.app->media);
}

static void
home_tick(struct view *v)
{
	struct home *h = (struct home *)v;
	const struct app *app = v->app;
	if (app->top != v || app_why_no_desk(app) != NULL || link_pending(app->link) > 0)
		return;
	if (h->looked_ms == 0 || app->now_ms - h->looked_ms >= HOME_LOOK_MS)
		home_look(h);
	if (h->checked_ms == 0 || app->now_ms - h->checked_ms >= HOME_CHECK_MS)
		home_check(h);
	if (h->trying_ms != 0 && app->now_ms - h->trying_ms >= HOME_TRY_MS)
		home_try(h, false);
}

static void
home_shown(struct view *v)
{
	struct home *h = (struct home *)v;
	h->looked_ms = 0;
	home_tick(v);
}

/* --- acts ----------------------------------------------------------------------------- */

static const char *
home_why_no_officer(const struct app *app)
{
	const struct custody_person *p = signin_person(app->ui);
	return p != NULL && (p->roles & CUSTODY_OFFICER) != 0
	           ? anchors_bar(app->anchors)
	           : "only an officer reads a medium";
}

/* Why the medium under the cursor cannot be opened. */
static const char *
home_why_not_medium(const struct home *h, const json_t *row)
{
	static const struct {
		const char *state, *why;
	} states[] = {
	    {"refused", "this was refused; the reason stands below the list"},
	    {"empty", "nothing is in this port"},
	    {"export", "this port is for exports: nothing is read from it"},
	};
	if (media_is_ready(row))
		return home_why_no_officer(h->view.app);
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (strcmp(row_text(row, "state"), states[i].state) == 0)
			return states[i].why;
	return row_text(row, "transfer")[0] != '\0' ? NULL : "no transfer belongs to it";
}

/* It is ready, and a transfer waits for it: that one goes on, i begins another. */
static bool
home_is_awaited(const json_t *medium)
{
	return media_is_ready(medium) && row_text(medium, "transfer")[0] != '\0';
}

const char *
home_may_open(struct view *v)
{
	const struct home *h = (const struct home *)v;
	const json_t *row = home_row(h);
	if (row == NULL)
		return h->lists[h->list].rows == NULL ? "the station has not answered yet"
		                                      : "this list is empty";
	return h->list == HOME_MEDIA ? home_why_not_medium(h, row) : NULL;
}

/* Opens a transfer of any list; its state is the list's, or asked from the other one. */
static void
home_open_transfer(struct home *h, const json_t *row)
{
	struct app *app = h->view.app;
	const char *transfer = row_text(row, "transfer"), *state = "CLOSED";
	size_t i;
	const json_t *other;
	json_array_foreach (h->work.rows, i, other)
		if (strcmp(row_text(other, "transfer"), transfer) == 0)
			state = row_text(other, "state");
	app_push(app, transfers_view_of(app, transfer, state));
}

void
home_act_open(struct view *v)
{
	struct home *h = (struct home *)v;
	const json_t *row = home_row(h);
	if (h->list == HOME_MEDIA && media_is_ready(row) && !home_is_awaited(row))
		app_push(v->app, intake_view(v->app, row));
	else
		home_open_transfer(h, row);
}

/* The medium the i key means: the one under the cursor, else the first that is ready. */
static const json_t *
home_medium(const struct home *h)
{
	size_t i;
	const json_t *row = h->list == HOME_MEDIA ? home_row(h) : NULL;
	if (media_is_ready(row))
		return row;
	json_array_foreach (h->lists[HOME_MEDIA].rows, i, row)
		if (media_is_ready(row))
			return row;
	return NULL;
}

const char *
home_may_intake(struct view *v)
{
	const char *why = home_why_no_officer(v->app);
	if (why == NULL)
		why = app_why_no_desk(v->app);
	if (why == NULL && home_medium((const struct home *)v) == NULL)
		why = "no medium lies ready in a port";
	return why;
}

void
home_act_intake(struct view *v)
{
	app_push(v->app, intake_view(v->app, home_medium((const struct home *)v)));
}

void
home_act_transfers(struct view *v)
{
	app_push(v->app, transfers_view(v->app));
}

void
home_act_register(struct view *v)
{
	app_push(v->app, register_view(v->app));
}

void
home_act_people(struct view *v)
{
	app_push(v->app, people_view(v->app));
}

void
home_act_next(struct view *v)
{
	struct home *h = (struct home *)v;
	h->list = 1 - h->list;
	v->cursor = &h->lists[h->list].cursor;
}

void
home_act_check(struct view *v)
{
	struct home *h = (struct home *)v;
	const char *why = app_why_no_desk(v->app);
	if (why != NULL) {
		app_warn(v->app, "%s", why);
		return;
	}
	h->wanted = true;
	app_say(v->app, "The station is checked again.");
	home_check(h);
	home_look(h);
}

/* --- what comes and goes ----------------------------------------------------------------- */

/* The focus goes to the row of a medium: what Esc leads back to. */
static void
home_focus_medium(struct home *h, const json_t *row)
{
	MEM_FREE char *key = home_list_key(row);
	h->list = HOME_MEDIA;
	h->view.cursor = &h->lists[HOME_MEDIA].cursor;
	home_list_to(&h->lists[HOME_MEDIA], key);
	home_list_pick(&h->lists[HOME_MEDIA]);
}

/* Its form, or the transfer that waits for it, is opened; or why not. */
static void
home_inserted(struct home *h, const char *port, const json_t *row)
{
	struct app *app = h->view.app;
	const char *why = home_why_no_officer(app), *transfer = row_text(row, "transfer");
	home_focus_medium(h, row);
	if (!media_is_ready(row))
		app_say(app,
		    "A medium was inserted in the port %s; its row says what became of it.",
		    port);
	else if (why != NULL)
		app_say(app, "A medium was inserted in the port %s; %s.", port, why);
	else if (home_is_awaited(row)) {
		home_open_transfer(h, row);
		app_say(app, "The medium of %s is in the port %s again: Enter goes on with it.",
		    transfer, port);
	} else {
		app_push(app, intake_view(app, row));
		app_say(app,
		    "A medium was inserted in the port %s: this is its form. Esc leaves it.",
		    port);
	}
}

static bool
home_media(struct view *v, const struct media_news *n)
{
	struct home *h = (struct home *)v;
	const char *port = safe_member(v->app->frame, n->said, "port").text;
	if (v->app->top != v || n->event == MEDIA_REFUSED)
		return false;
	if (n->event == MEDIA_INSERTED) {
		home_inserted(h, port, n->row);
		return true;
	}
	if (media_is_pulled(n->row))
		return false;
	app_say(v->app, "The medium in the port %s was taken out.", port);
	return true;
}

static void
home_done(struct view *v)
{
	struct home *h = (struct home *)v;
	media_forget(v->app->media, h);
	work_done(&h->work);
	json_decref(h->checks);
	free(h->lists[0].picked);
	free(h->lists[1].picked);
}

static const struct view_type home_type = {.title = "HOME",
    .map = MAP_HOME,
    .also = MAP_BIT(MAP_ANY) | MAP_BIT(MAP_LIST),
    .draw = home_draw,
    .subject = home_subject,
    .status = home_status,
    .moved = home_moved,
    .tick = home_tick,
    .shown = home_shown,
    .media = home_media,
    .done = home_done};

struct view *
home_view(struct app *app)
{
	struct home *h = view_new(app, &home_type, sizeof(*h));
	h->view.cursor = &h->lists[0].cursor;
	media_on_change(app->media, h, home_on_media);
	home_on_media(h);
	if (app_why_no_desk(app) == NULL) {
		home_look(h);
		home_check(h);
	}
	return &h->view;
}

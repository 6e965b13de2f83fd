/* SPDX-License-Identifier: ISC */
/* The line to the desk: asked, lost, found again, and held while a line of code waits. */
#include "src/base/escape.h"
#include "ui/anchors.h"
#include "ui/app.h"
#include "ui/desk.h"
#include "ui/media.h"
#include "ui/print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define APP_SETTLE_MS 5000 /* longest wait for what is under way before a signature */

void
app_site_done(struct app_site *s)
{
	free(s->site);
	free(s->station);
	free(s->banner);
	free(s->contact);
	json_decref(s->reasons);
	json_decref(s->fields);
	json_decref(s->presets);
	*s = (struct app_site){.known = false};
}

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
	    .presets = json_incref(json_object_get(m->body, "presets")),
	    .lock_s = msg_uint(m, "lock_s"),
	    .approvals = msg_uint(m, "approvals")};
}

/* The connection broke: all stays as it was, and is tried again. */
void
app_lost(struct app *app)
{
	link_down(app->link);
	media_lost(app->media);
	anchors_lost(app->anchors);
	burn_lost(app);
	app->want_desk = true;
	app->lost_ms = app->now_ms != 0 ? app->now_ms : 1;
}

/* A station that starts is met several times before it can do its work: said once. */
static void
app_complain(struct app *app, const char *why, const char *next)
{
	if (strcmp(why, app->complaint) != 0)
		app_warn(app, "%s; %s", why, next);
	snprintf(app->complaint, sizeof(app->complaint), "%s", why);
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
		app_complain(app, why, next);
		app_lost(app);
		return;
	}
	app->complaint[0] = '\0';
	link_ask(app->link, app, MSG_UI_SITE, json_object(), MSG_DESK_SITE, app_on_site);
	if (app->ui->as == NULL)
		return;
	app_lock(app);
	app_say(app, "The station is back; your passphrase signs you in again.");
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
	app->hush = app_find_lock(app) != NULL;
	bool settled = app->ui->desk != NULL && link_settle(app->link, APP_SETTLE_MS);
	app->hush = false;
	if (settled) {
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
	else
		anchors_ask(app->anchors); /* the record grew */
}

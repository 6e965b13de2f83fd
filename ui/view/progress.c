/* SPDX-License-Identifier: ISC */
#include "ui/view/progress.h"
#include "src/base/mem.h"
#include "ui/desk.h"
#include "ui/media.h"
#include "ui/views.h"

#include <string.h>

#define PROGRESS_ASK_MS    3000 /* silence after which the desk is asked again */
#define PROGRESS_CHOOSE_MS 1000 /* the same about what there is to choose */

bool
progress_is_release(const struct progress *p)
{
	return p->state == TRANSFER_APPROVED;
}

bool
progress_at_work(const struct progress *p)
{
	return !p->still && p->state != TRANSFER__MAX;
}

bool
progress_fault_in_release(const struct progress *p)
{
	return p->status != NULL && strcmp(row_text(p->status, "step"), "release") == 0;
}

bool
progress_waits_for_medium(const struct progress *p)
{
	return p->state == TRANSFER_FAULT && !progress_at_work(p) &&
	       !progress_fault_in_release(p);
}

/* --- what the desk says ------------------------------------------ */

static void
progress_on_status(void *owner, struct msg *m)
{
	struct progress *p = owner;
	p->asking_status = false;
	if (m == NULL || m->id != MSG_DESK_STATUS) {
		if (m != NULL)
			app_refused(p->view.app, m);
		return;
	}
	json_decref(p->status);
	p->status = json_incref(json_object_get(m->body, "status"));
	progress_choose_heard(p);
	enum transfer_state s = transfer_state_find(row_text(p->status, "state"));
	if (p->still)
		p->state = s;
}

static void
progress_ask_status(struct progress *p)
{
	if (p->asking_status)
		return;
	p->asking_status = true;
	app_ask(&p->view, MSG_UI_STATUS, json_pack("{s:s}", "transfer", p->transfer),
	    MSG_DESK_STATUS, progress_on_status);
}

/* What is copied and read back is known from what was signed, before its turn comes. */
static void
progress_foresee(const struct progress *p, const char *name, struct pace_count *c)
{
	bool moves = strcmp(name, "copy") == 0 || strcmp(name, "verify") == 0;
	if (!progress_is_release(p) || !moves || c->total > 0 || c->bytes_total > 0)
		return;
	c->total = row_uint(p->status, "files");
	c->bytes_total = row_uint(p->status, "bytes");
}

static void
progress_note(struct progress *p, const json_t *stages)
{
	size_t i;
	const json_t *row;
	json_array_foreach (stages, i, row) {
		struct pace_count c = {row_uint(row, "done"), row_uint(row, "total"),
		    row_uint(row, "bytes"), row_uint(row, "bytes_total")};
		progress_foresee(p, row_text(row, "name"), &c);
		pace_note(&p->pace, p->view.app->now_ms, row_text(row, "name"),
		    pace_state_find(row_text(row, "state")), &c);
	}
}

/* Another piece of work: its stages have other names. */
static bool
progress_is_other_work(const struct progress *p, const json_t *stages)
{
	const char *first = row_text(json_array_get(stages, 0), "name");
	return json_array_size(stages) > 0 &&
	       (p->pace.n == 0 || strcmp(p->pace.stages[0].name, first) != 0 || p->still);
}

/* What came last becomes what is shown. */
static void
progress_take(struct progress *p)
{
	json_t *news = p->news;
	if (news == NULL)
		return;
	p->news = NULL;
	const json_t *stages = json_object_get(news, "stages");
	enum transfer_state before = p->state;
	bool was_still = p->still, last = json_is_true(json_object_get(news, "last"));
	bool waited = p->choosing;
	p->choosing = !last && strcmp(row_text(news, "state"), "choosing") == 0;
	p->state =
	    p->choosing ? TRANSFER_READING : transfer_state_find(row_text(news, "state"));
	if (!last && progress_is_other_work(p, stages))
		pace_init(&p->pace, progress_is_release(p), p->view.app->now_ms);
	p->pulled &= last || !was_still; /* it begins anew */
	progress_note(p, stages);
	p->still = last;
	p->paused = json_is_true(json_object_get(news, "paused"));
	p->errors = row_uint(news, "errors");
	free(p->why);
	p->why = mem_strdup(row_text(news, "why"));
	json_decref(news);
	if (before == p->state && was_still == last && waited == p->choosing)
		return;
	/* what a key would have needed is there now, or something else is */
	if (p->view.app->top == &p->view)
		app_hint(p->view.app, "%s", "");
	progress_ask_status(p);
}

static void
progress_hear(struct progress *p, struct msg *m)
{
	const char *transfer = m->id == MSG_DESK_PROGRESS ? msg_str(m, "transfer") : NULL;
	if (transfer == NULL || strcmp(transfer, p->transfer) != 0)
		return;
	bool first = p->state == TRANSFER__MAX || p->still;
	p->heard_ms = p->view.app->now_ms;
	json_decref(p->news);
	p->news = json_incref(m->body);
	/* the numbers may wait for the next tick, an end and a beginning may not */
	if (first || msg_bool(m, "last"))
		progress_take(p);
}

static void
progress_on_watch(void *owner, struct msg *m)
{
	struct progress *p = owner;
	p->asking_watch = false;
	if (m != NULL && m->id == MSG_DESK_REFUSED)
		app_refused(p->view.app, m);
	else if (m != NULL)
		progress_hear(p, m);
}

void
progress_ask(struct progress *p)
{
	p->asked_ms = p->view.app->now_ms;
	/* the status first: the stages of a release are measured by what it says */
	progress_ask_status(p);
	if (p->asking_watch)
		return;
	p->asking_watch = true;
	app_ask(&p->view, MSG_UI_WATCH, json_pack("{s:s}", "transfer", p->transfer),
	    MSG_DESK_PROGRESS, progress_on_watch);
}

/* --- the view ---------------------------------------------------- */

static void
progress_news(struct view *v, struct msg *m)
{
	progress_hear((struct progress *)v, m);
}

/* Whoever else may have moved it on: another officer, the desk after a new start. */
static void
progress_tick(struct view *v)
{
	struct progress *p = (struct progress *)v;
	int64_t now_ms = v->app->now_ms;
	progress_take(p);
	if (p->choosing && now_ms - p->status_ms >= PROGRESS_CHOOSE_MS &&
	    app_why_no_desk(v->app) == NULL) {
		p->status_ms = now_ms;
		progress_ask_status(p);
	}
	bool ended = p->state != TRANSFER__MAX && transfer_state_ended(p->state);
	bool silent = p->still || now_ms - p->heard_ms >= PROGRESS_ASK_MS;
	if (!ended && silent && now_ms - p->asked_ms >= PROGRESS_ASK_MS &&
	    app_why_no_desk(v->app) == NULL)
		progress_ask(p);
}

/* Its medium is pulled out, or one that can take up the reading is inserted. */
static bool
progress_media(struct view *v, const struct media_news *n)
{
	struct progress *p = (struct progress *)v;
	bool own = strcmp(row_text(n->row, "transfer"), p->transfer) == 0;
	if (n->event == MEDIA_REMOVED && own && media_is_pulled(n->row)) {
		p->pulled = true;
		progress_ask(p);
		return false; /* the general word is said: it may be seen from elsewhere */
	}
	if (v->app->top != v || n->event != MEDIA_INSERTED || !progress_waits_for_medium(p) ||
	    !progress_is_its_medium(p, n->row))
		return false;
	app_say(v->app, "A medium is in the port %s: Enter goes on with the reading of %s.",
	    safe_member(v->app->frame, n->said, "port").text, p->transfer);
	return true;
}

static void
progress_shown(struct view *v)
{
	progress_ask((struct progress *)v);
}

static struct safe
progress_subject(struct view *v, struct arena *a)
{
	struct progress *p = (struct progress *)v;
	return app_subject(a, p->transfer, p->status);
}

static struct safe
progress_status(struct view *v, struct arena *a)
{
	struct progress *p = (struct progress *)v;
	if (p->state == TRANSFER__MAX || p->status == NULL)
		return SAFE("asking the station");
	bool releasing = progress_at_work(p) && progress_is_release(p);
	return safe_printf(a, "%s%s   for %s   held by %s", transfer_state_name(p->state),
	    p->choosing ? ", WAITS FOR YOU"
	    : p->paused ? ", PAUSED"
	    : releasing ? ", being released"
			: "",
	    safe_member(a, p->status, "requester").text,
	    safe_member(a, p->status, "holder").text);
}

static void
progress_done(struct view *v)
{
	struct progress *p = (struct progress *)v;
	json_decref(p->status);
	json_decref(p->news);
	json_decref(p->media);
	free(p->why);
	free(p->reason);
}

static const struct view_type progress_type = {
    .title = "PROGRESS",
    .map = MAP_PROGRESS,
    .also = MAP_BIT(MAP_ANY),
    .draw = progress_draw,
    .subject = progress_subject,
    .status = progress_status,
    .tick = progress_tick,
    .news = progress_news,
    .media = progress_media,
    .shown = progress_shown,
    .done = progress_done,
};

struct view *
progress_view(struct app *app, const char *transfer)
{
	struct progress *p = view_new(app, &progress_type, sizeof(*p));
	snprintf(p->transfer, sizeof(p->transfer), "%s", transfer);
	p->state = TRANSFER__MAX;
	p->why = mem_strdup("");
	pace_init(&p->pace, false, app->now_ms);
	progress_ask(p);
	media_ask(app->media); /* which medium is read now: it may be pulled out */
	return &p->view;
}

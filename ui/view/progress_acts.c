/* SPDX-License-Identifier: ISC */
#include "ui/desk.h"
#include "ui/media.h"
#include "ui/prompt.h"
#include "ui/view/fields.h"
#include "ui/view/progress.h"
#include "ui/view/review.h"
#include "ui/views.h"

#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct progress *
progress_of_view(struct view *v)
{
	return (struct progress *)v;
}

/* Nothing is possible before the desk said where it stands, or while it is away. */
const char *
progress_why_not_yet(struct view *v)
{
	const char *gone = app_why_no_desk(v->app);
	if (gone != NULL)
		return gone;
	return progress_of_view(v)->state == TRANSFER__MAX
	           ? "the station was asked where it stands; wait for the answer"
	           : NULL;
}

/* --- asking the desk to do something ----------------------------- */

static void
progress_on_done(void *owner, struct msg *m)
{
	struct progress *p = owner;
	if (m == NULL || m->id == MSG_DESK_REFUSED)
		app_refused(p->view.app, m);
	progress_ask(p);
	media_ask(p->view.app->media);
}

static void
progress_on_recorded(void *owner, struct msg *m)
{
	struct progress *p = owner;
	if (m != NULL && m->id == MSG_DESK_DONE)
		app_say(p->view.app, "%s: what became of the medium is recorded.", p->transfer);
	progress_on_done(owner, m);
}

void
progress_send(struct progress *p, enum msg_id id, json_t *more)
{
	json_t *body = json_pack("{s:s}", "transfer", p->transfer);
	json_object_update(body, more);
	json_decref(more);
	app_ask(&p->view, id, body, MSG_DESK_DONE,
	    id == MSG_UI_MEDIUM ? progress_on_recorded : progress_on_done);
}

/* What was picked, or typed. */
const char *
progress_picked(const char *const *choices, size_t n, size_t choice, const char *text)
{
	if (text != NULL && text[0] != '\0')
		return text;
	return choice < n ? choices[choice] : "";
}

/* A reason that an entry can hold; says what is wrong with it. */
bool
progress_reason_ok(struct app *app, const char *reason)
{
	if (reason[0] == '\0') {
		app_warn(app, "No reason was given; nothing was done.");
		return false;
	}
	json_t *text = json_string(reason);
	json_decref(text);
	if (text == NULL)
		app_warn(app, "This holds bytes that are no text; type it again.");
	return text != NULL;
}

void
progress_pick(struct progress *p, struct safe title, const char *const *choices, size_t n,
    void (*take)(struct view *, size_t, const char *))
{
	struct safe texts[8];
	for (size_t i = 0; i < n && i < COUNT(texts); i++)
		texts[i] = safe_text(p->view.app->frame, choices[i]);
	prompt_pick(&p->view, title, texts, n, true, take);
}

/* --- go on ------------------------------------------------------- */

const char *
progress_may_open(struct view *v)
{
	struct progress *p = progress_of_view(v);
	const char *why = progress_why_not_yet(v);
	if (why != NULL)
		return why;
	if (p->choosing)
		return progress_choose_may_go(p);
	if (progress_at_work(p))
		return progress_is_release(p)
		           ? "the release is at work; Enter goes on when it is over"
		           : "reading or scanning is at work; Enter goes on when review is "
		             "ready";
	if (progress_waits_for_medium(p))
		return progress_may_retry(v);
	if (p->state == TRANSFER_BLOCKED || p->state == TRANSFER_FAULT ||
	    p->state == TRANSFER_APPROVED)
		return "the next step is R, or another key of the line below";
	return NULL;
}

void
progress_act_open(struct view *v)
{
	struct progress *p = progress_of_view(v);
	struct app *app = v->app;
	if (p->choosing)
		progress_choose_go(p);
	else if (progress_waits_for_medium(p))
		progress_act_retry(v);
	else if (p->state == TRANSFER_REVIEW || p->state == TRANSFER_SUBMITTED)
		app_replace(
		    app, v, transfers_view_of(app, p->transfer, transfer_state_name(p->state)));
	else
		app_push(app, timeline_view(app, p->transfer));
}

/* --- pause and stop ---------------------------------------------- */

const char *
progress_may_pause(struct view *v)
{
	struct progress *p = progress_of_view(v);
	const char *why = progress_why_not_yet(v);
	if (why != NULL)
		return why;
	if (p->choosing && !p->paused)
		return "nothing is being read: it waits for what you choose";
	return progress_at_work(p) && !progress_is_release(p)
	           ? NULL
	           : "only reading and scanning can be paused, and neither is at work";
}

void
progress_act_pause(struct view *v)
{
	struct progress *p = progress_of_view(v);
	progress_send(p, MSG_UI_PAUSE, json_pack("{s:b}", "paused", !p->paused));
}

/* Waiting costs nothing, and is no key: the desk says how long the medium does not answer. */
const char *
progress_may_skip(struct view *v)
{
	struct progress *p = progress_of_view(v);
	const char *why = progress_why_not_yet(v);
	if (why != NULL)
		return why;
	if (p->choosing && row_uint(progress_choice(p), "opening") > 0)
		return NULL;
	return progress_at_work(p) && p->why[0] != '\0'
	           ? NULL
	           : "only a file that the medium does not answer for is skipped, or a secret "
	             "that is being tried";
}

void
progress_act_skip(struct view *v)
{
	progress_send(progress_of_view(v), MSG_UI_GIVE_UP, json_object());
}

const char *
progress_may_stop(struct view *v)
{
	struct progress *p = progress_of_view(v);
	const char *why = progress_why_not_yet(v);
	if (why != NULL)
		return why;
	if (progress_at_work(p) && progress_is_release(p))
		return "a release is not stopped by hand: it ends whole, or nothing appears";
	return progress_at_work(p) ? NULL
	                           : "nobody is at work on it; A ends the transfer instead";
}

static const char *const progress_stop_reasons[] = {
    "it is the wrong medium",
    "it is not what was announced",
    "the requester asked for it",
};

static void
progress_stop(struct view *v, size_t choice, const char *text)
{
	struct progress *p = progress_of_view(v);
	const char *reason =
	    progress_picked(progress_stop_reasons, COUNT(progress_stop_reasons), choice, text);
	if (progress_reason_ok(v->app, reason))
		progress_send(p, MSG_UI_STOP, json_pack("{s:s}", "reason", reason));
}

void
progress_act_stop(struct view *v)
{
	progress_pick(progress_of_view(v), SAFE("Stop: why?  What was read stays as evidence."),
	    progress_stop_reasons, COUNT(progress_stop_reasons), progress_stop);
}

/* --- again ------------------------------------------------------- */

const char *
progress_may_retry(struct view *v)
{
	struct progress *p = progress_of_view(v);
	const char *why = progress_why_not_yet(v);
	if (why != NULL)
		return why;
	if (progress_at_work(p))
		return "it is at work; nothing has to be repeated";
	return p->state == TRANSFER_BLOCKED || p->state == TRANSFER_FAULT ||
	               p->state == TRANSFER_APPROVED
	           ? NULL
	           : "no step failed; nothing has to be repeated";
}

bool
progress_is_its_medium(const struct progress *p, const json_t *row)
{
	const char *state = row_text(row, "state"), *transfer = row_text(row, "transfer");
	bool own = strcmp(transfer, p->transfer) == 0;
	uint64_t bytes = row_uint(row, "bytes"),
		 then = row_uint(
		     json_object_get(json_object_get(p->status, "open"), "medium"), "bytes");
	if (row_text(row, "source")[0] == '\0' || (bytes > 0 && then > 0 && bytes != then))
		return false;
	return strcmp(state, "ready") == 0 || (own && strcmp(state, "read") == 0);
}

/* The reading goes on, from the medium that was picked. */
static void
progress_resume(struct view *v, size_t choice, const char *text)
{
	struct progress *p = progress_of_view(v);
	const json_t *row = json_array_get(p->media, choice);
	(void)text;
	if (row == NULL || p->status == NULL)
		return;
	json_t *body = json_pack("{s:s, s:s, s:[], s:s, s:s}", "source",
	    row_text(row, "source"), "requester", row_text(p->status, "requester"), "fields",
	    "resume", p->transfer, "hold", "locked");
	app_ask(v, MSG_UI_INTAKE_DEVICE, body, MSG_DESK_DONE, progress_on_done);
}

static void
progress_on_media(void *owner, struct msg *m)
{
	struct progress *p = owner;
	struct app *app = p->view.app;
	struct safe names[16];
	size_t i, n = 0;
	json_t *row;
	if (m == NULL || m->id != MSG_DESK_ROWS) {
		app_refused(app, m);
		return;
	}
	json_decref(p->media);
	p->media = json_array();
	json_array_foreach (json_object_get(m->body, "rows"), i, row) {
		if (!progress_is_its_medium(p, row) || n == COUNT(names))
			continue;
		bool own = strcmp(row_text(row, "transfer"), p->transfer) == 0;
		names[n++] = safe_printf(app->frame, "%s%s  %s  %s", own ? "the same: " : "",
		    safe_member(app->frame, row, "port").text,
		    safe_size(app->frame, row_uint(row, "bytes")).text,
		    media_name(app->frame, row).text);
		json_array_append(p->media, row);
	}
	if (n == 0)
		app_warn(app, "The medium is in no port; insert it again, then press Enter.");
	else if (app->top == &p->view)
		prompt_pick(&p->view, SAFE("Go on reading: which medium?"), names, n, false,
		    progress_resume);
}

void
progress_act_retry(struct view *v)
{
	struct progress *p = progress_of_view(v);
	if (p->state == TRANSFER_BLOCKED)
		progress_send(p, MSG_UI_RESCAN, json_object());
	else if (p->state == TRANSFER_APPROVED || progress_fault_in_release(p))
		progress_send(p, MSG_UI_RELEASE, json_object());
	else
		app_ask(v, MSG_UI_MEDIA, json_object(), MSG_DESK_ROWS, progress_on_media);
}

/* --- fields ------------------------------------------------------ */

const char *
progress_may_fields(struct view *v)
{
	const char *why = progress_why_not_yet(v);
	return why != NULL ? why : fields_why_not(progress_of_view(v)->status);
}

void
progress_act_fields(struct view *v)
{
	app_push(v->app, fields_view(v->app, progress_of_view(v)->transfer));
}

/* --- errors ------------------------------------------------------ */

const char *
progress_may_errors(struct view *v)
{
	struct progress *p = progress_of_view(v);
	const char *why = progress_why_not_yet(v);
	if (why != NULL)
		return why;
	const json_t *read = json_object_get(p->status, "read");
	bool any = p->errors > 0 || row_uint(read, "unreadable") > 0;
	return any            ? NULL
	       : read != NULL ? "everything on the medium could be read"
	                      : "so far everything on the medium could be read";
}

void
progress_act_errors(struct view *v)
{
	struct progress *p = progress_of_view(v);
	app_push(v->app, review_view_limited(v->app, p->transfer, "state!=read"));
}

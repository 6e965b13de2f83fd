/* SPDX-License-Identifier: ISC */
/* The keys of a review, and those of details that do the same. */
#include "ui/prompt.h"
#include "ui/sign.h"
#include "ui/signin.h"
#include "ui/view/bulk.h"
#include "ui/view/details.h"
#include "ui/view/fields.h"
#include "ui/view/review.h"
#include "ui/views.h"

#include <stdio.h>
#include <string.h>

/* Another screen over the list; when it closes the transfer is asked for anew. */
static void
review_leave(struct review *r, struct view *to)
{
	r->here = false;
	app_push(r->view.app, to);
}

void
review_act_open(struct view *v)
{
	struct review *r = review_of(v);
	review_leave(r, details_view(r));
}

void
review_act_bulk(struct view *v)
{
	struct review *r = review_of(v);
	if (!r->listed || r->cursor.total == 0)
		app_warn(v->app, "The list is empty: there is nothing to decide in bulk.");
	else
		review_leave(r, bulk_view(r));
}

void
review_act_submit(struct view *v)
{
	struct review *r = review_of(v);
	if (!fields_are_missing(r->status)) {
		review_leave(r, signature_view(v->app, r->transfer));
		return;
	}
	app_say(v->app, "Not yet: the policy asks for this field first. Fill it, then Record.");
	review_leave(r, fields_view(v->app, r->transfer));
}

void
review_act_fields(struct view *v)
{
	struct review *r = review_of(v);
	review_leave(r, fields_view(v->app, r->transfer));
}

/* --- decisions ----------------------------------------------------------- */

void
review_act_approve(struct view *v)
{
	review_decide(v, "approve");
}

void
review_act_reject(struct view *v)
{
	review_decide(v, "reject");
}

void
review_act_hold(struct view *v)
{
	review_decide(v, "hold");
}

/* "approval of item 7 taken back", as a sentence. */
static void
review_say_undone(struct app *app, const char *text)
{
	if (text == NULL || text[0] == '\0')
		app_say(app, "Taken back.");
	else
		app_say(app, "The %s.", text);
}

static void
review_on_undone(void *owner, struct msg *m)
{
	struct review *r = owner;
	struct app *app = r->view.app;
	uint64_t pos, item;
	r->busy = false;
	if (m == NULL || m->id != MSG_DESK_DONE) {
		app_refused(app, m);
		review_expire(r, 0);
		review_ask_status(r);
		return;
	}
	item = msg_uint(m, "item");
	review_take_counts(r, m);
	review_expire(r, item);
	review_say_undone(app, msg_str(m, "text"));
	if (item != 0 && window_find(r->window, item, &pos)) {
		review_to(r, pos);
	} else if (item != 0 && r->listed) {
		char where[32];
		snprintf(where, sizeof(where), "id=%llu", (unsigned long long)item);
		review_seek_from(r, where, r->cursor.total, true,
		    "The item is not in this limit; l changes it.");
	}
}

static void
review_undo(struct review *r, bool redo)
{
	r->busy = true;
	app_ask(&r->view, MSG_UI_UNDO,
	    json_pack("{s:s, s:b}", "transfer", r->transfer, "redo", redo), MSG_DESK_DONE,
	    review_on_undone);
}

void
review_act_undo(struct view *v)
{
	review_undo(review_of(v), false);
}

void
review_act_redo(struct view *v)
{
	review_undo(review_of(v), true);
}

/* --- what the policy proposes --------------------------------------------- */

static void
review_on_proposed(void *owner, struct msg *m)
{
	struct review *r = owner;
	struct app *app = r->view.app;
	r->busy = false;
	review_expire(r, 0);
	if (m == NULL || m->id != MSG_DESK_DONE) {
		app_refused(app, m);
		review_ask_status(r);
		return;
	}
	review_take_counts(r, m);
	uint64_t left = review_count(r, "undecided");
	app_say(app, "%s items: APPR. %s left without a decision%s.",
	    safe_count(app->frame, msg_uint(m, "count")).text,
	    safe_count(app->frame, left).text,
	    left > 0 ? "; } finds the next" : "; u takes all back");
}

static void
review_propose(struct view *v)
{
	struct review *r = review_of(v);
	const char *why = review_may_change(v);
	if (why != NULL || r->plan == NULL) {
		app_warn(v->app, "Nothing was decided: %s.", why != NULL ? why : "ask again");
		return;
	}
	r->busy = true;
	app_ask(&r->view, MSG_UI_BULK_DO,
	    json_pack("{s:s, s:I, s:s}", "set", row_text(r->plan, "set"), "count",
		(json_int_t)row_uint(r->plan, "change"), "reason", ""),
	    MSG_DESK_DONE, review_on_proposed);
}

/* How many they are; asked while the officer still looks at the list. */
static void
review_on_plan(void *owner, struct msg *m)
{
	struct review *r = owner;
	struct app *app = r->view.app;
	struct arena *frame = app->frame;
	r->busy = false;
	if (m == NULL || m->id != MSG_DESK_BULK) {
		app_refused(app, m);
		return;
	}
	if (app->top != &r->view)
		return;
	json_decref(r->plan);
	r->plan = json_incref(m->body);
	uint64_t n = msg_uint(m, "change"), all = review_count(r, "undecided");
	if (n == 0) {
		app_say(app, "The policy lets no undecided item pass without a reason.");
		return;
	}
	prompt_confirm(&r->view, SAFE("APPROVE WHAT THE POLICY LETS PASS"),
	    safe_printf(frame,
		"%s undecided item%s of the whole transfer, whatever the limit shows, "
		"become%s APPR, as drafts of yours. %s need%s a reason and stay undecided. "
		"One u takes all of it back.",
		safe_count(frame, n).text, n == 1 ? "" : "s", n == 1 ? "s" : "",
		safe_count(frame, all > n ? all - n : 0).text, all == n + 1 ? "s" : ""),
	    SAFE("Approve"), review_propose);
}

static void
review_on_proposals(void *owner, struct msg *m)
{
	struct review *r = owner;
	if (m == NULL || m->id != MSG_DESK_LIST) {
		r->busy = false;
		app_refused(r->view.app, m);
		return;
	}
	app_ask(&r->view, MSG_UI_BULK,
	    json_pack(
		"{s:I, s:s}", "list", (json_int_t)msg_uint(m, "list"), "decision", "approve"),
	    MSG_DESK_BULK, review_on_plan);
}

/* The desk counts them and freezes their set; then the officer is asked. */
void
review_act_proposed(struct view *v)
{
	struct review *r = review_of(v);
	if (r->counts != NULL && review_count(r, "undecided") == 0) {
		app_say(v->app, "Everything is decided. F8 submits; u takes back.");
		return;
	}
	r->busy = true;
	app_ask(&r->view, MSG_UI_LIST,
	    json_pack("{s:s, s:s, s:s, s:b}", "transfer", r->transfer, "where", REVIEW_PROPOSED,
		"sort", "path", "reverse", 0),
	    MSG_DESK_LIST, review_on_proposals);
}

/* --- taking over --------------------------------------------------------- */

static void
review_take_over(struct view *v, struct seal_secret *secret)
{
	struct review *r = review_of(v);
	struct app *app = v->app;
	char why[APP_SAY_SIZE], next[APP_SAY_SIZE];
	int status = UI_FAULT;
	seal_secret_free(app->ui->passphrase);
	app->ui->passphrase = secret;
	bool begun = app_calls_begin(app, "Your key is unsealed, and signs.");
	if (begun)
		status = sign_transfer(app->ui, "xfer.take", r->transfer, NULL, NULL);
	signin_forget(app->ui);
	app_calls_end(app, why, next);
	if (status == UI_DONE)
		app_say(app, "You have %s now; drafts of the officer before you stay.",
		    r->transfer);
	else if (begun)
		app_warn(app, "%s; %s", why, next[0] != '\0' ? next : "nothing was signed");
	review_ask_status(r);
}

void
review_act_take(struct view *v)
{
	struct review *r = review_of(v);
	struct arena *frame = v->app->frame;
	prompt_secret(v, SAFE("TAKE OVER"),
	    safe_printf(frame,
		"%s has %s. You take it over with your signature, for the record; drafts stay.",
		safe_text(frame, review_other_holder(r)).text, r->transfer),
	    SAFE("Take over"), review_take_over);
}

void
review_act_wanted(struct view *v)
{
	app_push(v->app, wanted_view(v->app, review_of(v)->transfer));
}

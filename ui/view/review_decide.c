/* SPDX-License-Identifier: ISC */
/* A decision on the item under the cursor, its reason, and the way to the next item. */
#include "ui/view/review.h"
#include "src/core/where.h"
#include "ui/prompt.h"

#include <stdio.h>
#include <string.h>

#define REVIEW_TITLE_CELLS 36 /* of a name in the title of a question */

static const struct {
	const char *decision, *title, *word;
} review_words[] = {
    {"approve", "APPROVE", "APPR"},
    {"reject", "REJECT", "REJ"},
    {"hold", "HOLD", "HOLD"},
};
#define REVIEW_WORDS (sizeof(review_words) / sizeof(review_words[0]))

static size_t
review_word(const char *decision)
{
	size_t i = 0;
	while (i + 1 < REVIEW_WORDS && strcmp(review_words[i].decision, decision) != 0)
		i++;
	return i;
}

/* --- reasons ------------------------------------------------------------- */

size_t
review_reasons(
    struct app *app, const char *decision, struct arena *frame, struct safe ret[LIM_REASONS])
{
	size_t i, n = 0;
	json_t *reason;
	json_array_foreach (json_object_get(app->site.reasons, decision), i, reason)
		if (n < LIM_REASONS)
			ret[n++] = safe_text(frame, json_string_value(reason));
	return n;
}

const char *
review_reason(struct app *app, const char *decision, size_t choice, const char *text)
{
	const json_t *reasons = json_object_get(app->site.reasons, decision);
	const char *site =
	    choice < LIM_REASONS ? json_string_value(json_array_get(reasons, choice)) : NULL;
	return site != NULL ? site : text;
}

/* --- looking for a row --------------------------------------------------- */

static void
review_on_found(void *owner, struct msg *m)
{
	struct review *r = owner;
	if (m == NULL || m->id != MSG_DESK_FOUND) {
		app_refused(r->view.app, m);
		r->lost = true; /* the desk keeps few lists: this one is made anew */
	} else if (msg_bool(m, "found"))
		review_to(r, msg_uint(m, "at"));
	else
		app_say(r->view.app, "%s", r->nothing);
}

void
review_seek_from(
    struct review *r, const char *where, uint64_t from, bool back, const char *nothing)
{
	struct app *app = r->view.app;
	if (app_why_no_desk(app) != NULL || !r->listed) {
		app_warn(app, "%s", !r->listed ? "there is no list yet" : app_why_no_desk(app));
		return;
	}
	if (r->cursor.total == 0) {
		app_say(app, "The list is empty; l changes the limit.");
		return;
	}
	r->nothing = nothing;
	app_ask(&r->view, MSG_UI_FIND,
	    json_pack("{s:I, s:s, s:I, s:b}", "list", (json_int_t)r->list, "where", where,
		"from", (json_int_t)from, "back", back),
	    MSG_DESK_FOUND, review_on_found);
}

void
review_seek(struct review *r, const char *where, bool back, const char *nothing)
{
	review_seek_from(r, where, r->cursor.at, back, nothing);
}

static bool
review_is_undecided(const json_t *row)
{
	const char *kind = row_text(row, "kind");
	return review_decidable(row) && strcmp(row_text(row, "decision"), "none") == 0 &&
	       strcmp(row_text(row, "gate"), "block") != 0 &&
	       (strcmp(kind, "file") == 0 || strcmp(kind, "link") == 0);
}

/* To the next undecided row: as a rule it is here; else the desk knows. */
static void
review_go_on(struct review *r)
{
	if (r->counts != NULL && review_count(r, "undecided") == 0) {
		app_say(r->view.app, "Everything is decided. F8 submits; u takes back.");
		return;
	}
	for (uint64_t pos = r->cursor.at + 1; pos < r->cursor.total; pos++) {
		const json_t *row = window_row(r->window, pos);
		if (row == NULL || window_stale(r->window, pos))
			break;
		if (review_is_undecided(row)) {
			review_to(r, pos);
			return;
		}
	}
	review_seek(r, REVIEW_UNDECIDED, false,
	    "No undecided item below this one; { finds those above.");
}

/* --- deciding ------------------------------------------------------------ */

static void
review_on_decided(void *owner, struct msg *m)
{
	struct review *r = owner;
	struct app *app = r->view.app;
	bool at_it = review_row_id(r) == r->busy_item;
	r->busy = false;
	if (m == NULL || m->id != MSG_DESK_DONE) {
		if (m == NULL)
			app_warn(
			    app, "The station has gone; look whether the decision was kept.");
		else
			app_refused(app, m);
		review_expire(r, r->busy_item);
		review_ask_status(r);
		return;
	}
	review_take_counts(r, m);
	if (msg_uint(m, "count") == 0) {
		app_warn(app, "The station left it as it was: blocked, or without a reason.");
		review_expire(r, r->busy_item);
		return;
	}
	review_patch(r, r->busy_item, r->busy_decision, r->busy_reason);
	app_say(app, "Item %llu: %s, a draft; u takes it back.",
	    (unsigned long long)r->busy_item, review_words[review_word(r->busy_decision)].word);
	if (r->here && at_it)
		review_go_on(r);
}

static void
review_send(struct review *r, const char *reason)
{
	snprintf(r->busy_reason, sizeof(r->busy_reason), "%s", reason);
	r->busy = true;
	app_ask(&r->view, MSG_UI_DECIDE,
	    json_pack("{s:s, s:s, s:s, s:I}", "transfer", r->transfer, "decision",
		r->busy_decision, "reason", r->busy_reason, "item", (json_int_t)r->busy_item),
	    MSG_DESK_DONE, review_on_decided);
}

static void
review_take_reason(struct view *v, size_t choice, const char *text)
{
	struct review *r = review_of(v);
	const char *reason = review_reason(v->app, r->busy_decision, choice, text);
	const char *why = review_may_change(v);
	if (why != NULL)
		app_warn(v->app, "Nothing was decided: %s.", why);
	else if (reason[strspn(reason, " ")] == '\0')
		app_warn(v->app, "Nothing was decided: it needs a reason.");
	else
		review_send(r, reason);
}

/* The item is bound here, whatever moves while the reason is typed. */
void
review_decide(struct view *v, const char *decision)
{
	struct review *r = review_of(v);
	const json_t *row = review_row(r);
	const char *gate = row_text(row, "gate");
	bool approve = strcmp(decision, "approve") == 0;
	if (approve && strcmp(gate, "block") == 0) {
		app_warn(v->app,
		    "The policy blocks item %llu and no reason can lift it; Enter tells why.",
		    (unsigned long long)review_row_id(r));
		return;
	}
	r->busy_item = review_row_id(r);
	snprintf(r->busy_decision, sizeof(r->busy_decision), "%s", decision);
	if (approve && strcmp(gate, "pass") == 0) {
		review_send(r, "");
		return;
	}
	struct safe reasons[LIM_REASONS];
	struct arena *frame = v->app->frame;
	size_t n = review_reasons(v->app, decision, frame, reasons);
	struct safe title = safe_printf(frame, "%s ITEM %llu, WHY?  %s",
	    review_words[review_word(decision)].title, (unsigned long long)r->busy_item,
	    safe_fit(frame, review_name(frame, row), REVIEW_TITLE_CELLS).text);
	prompt_pick(v, title, reasons, n, true, review_take_reason);
}

/* SPDX-License-Identifier: ISC */
/* Why something is not possible in a review, in sentences. */
#include "ui/signin.h"
#include "ui/view/fields.h"
#include "ui/view/review.h"
#include "ui/view/wanted.h"

#include <string.h>

/* NULL for an officer. */
static const char *
review_why_no_officer(const struct review *r)
{
	const struct custody_person *p = signin_person(r->view.app->ui);
	return p != NULL && (p->roles & CUSTODY_OFFICER) != 0
	           ? NULL
	           : "only a transfer officer decides; you may look";
}

const char *
review_other_holder(const struct review *r)
{
	const char *holder = row_text(r->status, "holder");
	return holder[0] != '\0' && r->view.app->ui->as != NULL &&
	               strcmp(holder, r->view.app->ui->as) != 0
	           ? holder
	           : NULL;
}

const char *
review_why_fixed(struct review *r)
{
	struct app *app = r->view.app;
	const char *state = row_text(r->status, "state"), *other = review_other_holder(r);
	if (app_why_no_desk(app) != NULL)
		return app_why_no_desk(app);
	if (review_why_no_officer(r) != NULL)
		return review_why_no_officer(r);
	if (r->status == NULL)
		return "the state of the transfer is not known yet; press the key again";
	if (strcmp(state, "REVIEW") != 0)
		return safe_printf(
		    app->frame, "the transfer is %s; decisions are made in REVIEW", state)
		    .text;
	if (other != NULL)
		return safe_printf(app->frame, "%s has this transfer; T takes it over", other)
		    .text;
	return NULL;
}

const char *
review_may_change(struct view *v)
{
	struct review *r = review_of(v);
	const char *why = review_why_fixed(r);
	if (why == NULL && r->busy)
		return "the decision before is not kept yet; press the key again";
	return why;
}

/* A step of this kind is left; else why not. */
static const char *
review_may_step(struct view *v, const char *kind, const char *none)
{
	struct review *r = review_of(v);
	const char *why = review_may_change(v);
	return why == NULL && r->counts != NULL && review_count(r, kind) == 0 ? none : why;
}

const char *
review_may_undo(struct view *v)
{
	return review_may_step(v, "undo", "no decision is left that could be taken back");
}

const char *
review_may_redo(struct view *v)
{
	return review_may_step(v, "redo", "nothing was taken back that could be decided again");
}

const char *
review_may_open(struct view *v)
{
	struct review *r = review_of(v);
	if (r->listed && r->cursor.total == 0)
		return "the list is empty; l changes the limit";
	return review_row(r) == NULL ? "this row is not read yet; press the key again" : NULL;
}

const char *
review_may_decide(struct view *v)
{
	struct review *r = review_of(v);
	const char *why = review_may_change(v);
	if (why == NULL)
		why = review_may_open(v);
	if (why != NULL || review_decidable(review_row(r)))
		return why;
	const char *kind = row_text(review_row(r), "kind");
	if (strcmp(kind, "directory") == 0)
		return "directories have no decision; they go with their files";
	if (strcmp(row_text(review_row(r), "state"), "read") != 0)
		return "it was not read and stays behind, named in the record";
	return "items of this kind never go and have no decision";
}

const char *
review_may_take(struct view *v)
{
	static const char *const states[] = {"REVIEW", "SUBMITTED", "BLOCKED", "FAULT"};
	struct review *r = review_of(v);
	struct app *app = v->app;
	const char *state = row_text(r->status, "state");
	if (app_why_no_desk(app) != NULL)
		return app_why_no_desk(app);
	if (review_why_no_officer(r) != NULL)
		return review_why_no_officer(r);
	if (r->status == NULL)
		return "the state of the transfer is not known yet; press the key again";
	if (review_other_holder(r) == NULL)
		return "you have this transfer";
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (strcmp(state, states[i]) == 0)
			return NULL;
	return safe_printf(app->frame, "the transfer is %s and is not taken over", state).text;
}

const char *
review_may_submit(struct view *v)
{
	struct review *r = review_of(v);
	struct app *app = v->app;
	const char *why = review_may_change(v);
	if (strcmp(row_text(r->status, "state"), "SUBMITTED") == 0)
		return "it is submitted; Esc, then open it again for the next signature";
	if (why != NULL || review_count(r, "undecided") == 0)
		return why;
	uint64_t n = review_count(r, "undecided");
	return safe_printf(app->frame, "%s item%s no decision yet; } goes to the next one",
	    safe_count(app->frame, n).text, n == 1 ? " has" : "s have")
	    .text;
}

const char *
review_may_fields(struct view *v)
{
	return fields_why_not(review_of(v)->status);
}

const char *
review_may_wanted(struct view *v)
{
	const struct review *r = review_of(v);
	bool early;
	if (r->status == NULL)
		return "the station was asked how it stands; wait for the answer";
	return wanted_find(r->status, &early) != NULL
	           ? NULL
	           : "no request was given, and none lies on the medium";
}

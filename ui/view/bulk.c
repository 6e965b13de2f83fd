/* SPDX-License-Identifier: ISC */
/*
 * One decision for every item of the list.  The desk freezes the set of items
 * and says what would change; it is applied to exactly that set, and only after
 * the officer typed how many items that is.
 */
#include "ui/view/bulk.h"
#include "src/base/mem.h"
#include "src/base/utf8.h"
#include "ui/form.h"
#include "ui/key.h"
#include "ui/view/review.h"

#include <string.h>

#define BULK_SAMPLES 5
#define BULK_ROWS    19 /* of the box: a body of 80x24 */

struct bulk {
	struct view view;
	struct review *review;
	struct form *form;
	int reason, text, number, cancel, apply; /* rows of the form */
	size_t choice;                           /* decision that was asked about */
	uint64_t list;                           /* and list */
	json_t *plan;                            /* desk.bulk; NULL: not here */
	bool asking, applying, refused, over;
};

static const struct {
	const char *decision, *title, *word;
} bulk_decisions[] = {
    {"approve", "APPROVE", "APPR"}, {"reject", "REJECT", "REJ"}, {"hold", "HOLD", "HOLD"}};
#define BULK_DECISIONS (sizeof(bulk_decisions) / sizeof(bulk_decisions[0]))

struct review *
bulk_review(struct view *v)
{
	return ((struct bulk *)v)->review;
}

/* --- the plan ------------------------------------------------------------ */

static void
bulk_on_plan(void *owner, struct msg *m)
{
	struct bulk *b = owner;
	b->asking = false;
	if (m == NULL || m->id != MSG_DESK_BULK) {
		b->refused = m != NULL;
		if (m != NULL)
			app_refused(b->view.app, m);
		return;
	}
	json_decref(b->plan);
	b->plan = json_incref(m->body);
}

static void
bulk_ask(struct bulk *b)
{
	struct review *r = b->review;
	if (b->asking || b->applying)
		return;
	json_decref(b->plan);
	b->plan = NULL;
	b->asking = true;
	b->refused = false;
	b->choice = form_choice(b->form, 0);
	b->list = r->list;
	app_ask(&b->view, MSG_UI_BULK,
	    json_pack("{s:I, s:s}", "list", (json_int_t)b->list, "decision",
		bulk_decisions[b->choice].decision),
	    MSG_DESK_BULK, bulk_on_plan);
}

static void
bulk_tick(struct view *v)
{
	struct bulk *b = (struct bulk *)v;
	if (b->over) {
		/* not when a question over it closes: that still speaks to this view */
		if (v->app->top == v)
			app_pop(v->app);
		return;
	}
	bool stale = b->list != b->review->list || b->choice != form_choice(b->form, 0);
	if ((stale || (b->plan == NULL && !b->refused)) && app_why_no_desk(v->app) == NULL &&
	    !b->review->listing && !b->review->lost)
		bulk_ask(b);
}

void
bulk_act_sample(struct view *v)
{
	struct bulk *b = (struct bulk *)v;
	if (app_why_no_desk(v->app) != NULL)
		app_warn(v->app, "%s", app_why_no_desk(v->app));
	else
		bulk_ask(b);
}

/* --- applying it --------------------------------------------------------- */

static const char *
bulk_reason(struct bulk *b)
{
	const char *typed = form_text(b->form, b->text);
	if (typed[strspn(typed, " ")] != '\0')
		return typed;
	size_t site = form_choice(b->form, b->reason);
	const char *decision = bulk_decisions[form_choice(b->form, 0)].decision;
	return site > 0 ? review_reason(b->view.app, decision, site - 1, "") : "";
}

static bool
bulk_needs_reason(const struct bulk *b)
{
	return b->choice != 0 || row_uint(b->plan, "reasons") > 0;
}

/* "996,328" and "996328" alike; false for anything else. */
static bool
bulk_number(const char *text, uint64_t *ret)
{
	uint64_t n = 0;
	size_t digits = 0;
	for (; *text != '\0'; text++) {
		if (*text == ',' || *text == ' ')
			continue;
		if (*text < '0' || *text > '9' || ++digits > 12)
			return false;
		n = n * 10 + (uint64_t)(*text - '0');
	}
	*ret = n;
	return digits > 0;
}

static void
bulk_on_done(void *owner, struct msg *m)
{
	struct bulk *b = owner;
	struct review *r = b->review;
	struct app *app = b->view.app;
	b->applying = false;
	review_expire(r, 0);
	if (m == NULL || m->id != MSG_DESK_DONE) {
		if (m == NULL)
			app_warn(
			    app, "The station has gone; look whether the decisions were kept.");
		else
			app_refused(app, m);
		review_ask_status(r);
		bulk_ask(b);
		return;
	}
	review_take_counts(r, m);
	app_say(app, "%s items: %s, drafts; one u takes all of them back.",
	    safe_count(app->frame, msg_uint(m, "count")).text, bulk_decisions[b->choice].word);
	b->over = true;
	if (app->top == &b->view)
		app_pop(app);
}

/* NULL: nothing is in the way of Apply.  *ret_row: the field that is wrong. */
static const char *
bulk_why_not(struct bulk *b, int *ret_row)
{
	struct app *app = b->view.app;
	uint64_t change = row_uint(b->plan, "change"), typed = 0;
	const char *why = review_why_fixed(b->review);
	*ret_row = b->cancel;
	if (why != NULL)
		return why;
	if (b->applying)
		return "it is being done; wait for the answer";
	if (b->plan == NULL || b->choice != form_choice(b->form, 0))
		return "it is not counted yet; press Enter again";
	if (change == 0)
		return "no item would change";
	if (bulk_needs_reason(b) && bulk_reason(b)[0] == '\0') {
		*ret_row = b->text;
		return b->choice != 0 ? "it needs a reason: choose one, or type one"
		                      : "some of the items need a reason: choose or type one";
	}
	*ret_row = b->text;
	if (!utf8_is_valid(bulk_reason(b), strlen(bulk_reason(b))))
		return "the reason holds bytes that are no text, shown as \\xHH: type it again";
	*ret_row = b->number;
	if (!bulk_number(form_text(b->form, b->number), &typed))
		return safe_printf(app->frame, "type how many items change: %s",
		    safe_count(app->frame, change).text)
		    .text;
	if (typed != change)
		return safe_printf(app->frame, "%s is not the number of items that change, %s",
		    safe_count(app->frame, typed).text, safe_count(app->frame, change).text)
		    .text;
	return NULL;
}

static void
bulk_apply(struct bulk *b)
{
	int row;
	const char *why = bulk_why_not(b, &row);
	if (why != NULL) {
		app_warn(b->view.app, "Nothing was decided: %s.", why);
		form_set_focus(b->form, row);
		return;
	}
	b->applying = true;
	app_ask(&b->view, MSG_UI_BULK_DO,
	    json_pack("{s:s, s:I, s:s}", "set", row_text(b->plan, "set"), "count",
		(json_int_t)row_uint(b->plan, "change"), "reason", bulk_reason(b)),
	    MSG_DESK_DONE, bulk_on_done);
}

/* --- keys ---------------------------------------------------------------- */

/* The site's reasons for the decision at hand. */
static void
bulk_offer_reasons(struct bulk *b)
{
	struct app *app = b->view.app;
	struct safe choices[LIM_REASONS + 1];
	const char *decision = bulk_decisions[form_choice(b->form, 0)].decision;
	size_t n = review_reasons(app, decision, app->frame, choices + 1);
	choices[0] = n > 0 ? SAFE("none of these") : SAFE("none; type one below");
	form_set_choices(b->form, b->reason, choices, n + 1);
}

/* A number typed while no field takes text is the number of items. */
static void
bulk_aim(struct bulk *b, int key)
{
	if (key >= '0' && key <= '9' && form_kind(b->form, form_focus(b->form)) != FORM_TEXT)
		form_set_focus(b->form, b->number);
}

static bool
bulk_key(struct view *v, int key)
{
	struct bulk *b = (struct bulk *)v;
	bulk_aim(b, key);
	if (form_focus(b->form) == b->number && key > K_SPACE && key < 0x7f &&
	    (key < '0' || key > '9') && key != ',') {
		app_say(v->app, "This field takes a number only.");
		return true;
	}
	enum form_event e = app_form_key(v->app, b->form, key);
	if (e == FORM_PRESSED && form_focus(b->form) == b->apply) {
		bulk_apply(b);
	} else if (e == FORM_PRESSED) {
		app_pop(v->app); /* frees this view */
	} else if (e == FORM_CHANGED && b->choice != form_choice(b->form, 0)) {
		form_set_text(b->form, b->number, "");
		bulk_offer_reasons(b);
		bulk_ask(b);
	}
	return e != FORM_IGNORED;
}

/* --- drawing ------------------------------------------------------------- */

static int
bulk_put(
    const struct area *a, struct arena *frame, int row, const char *label, struct safe text)
{
	area_put(a, row, 0, STYLE_HEAD, safe_text(frame, label));
	area_name(a, frame, row, 11, a->cols - 11, STYLE_PLAIN, text);
	return row + 1;
}

static struct safe
bulk_n(struct bulk *b, const json_t *of, const char *key)
{
	return safe_count(b->view.app->frame, row_uint(of, key));
}

/* What would change, what not and why, and what it is by example. */
static void
bulk_draw_plan(struct bulk *b, const struct area *a, int row, int rows)
{
	struct arena *frame = b->view.app->frame;
	const json_t *p = b->plan, *before = json_object_get(p, "before");
	const json_t *sample = json_object_get(p, "sample");
	size_t n = json_array_size(sample), i = 0;
	const char *reasons =
	    row_uint(p, "reasons") > 0 && b->choice == 0 ? bulk_n(b, p, "reasons").text : NULL;
	row = bulk_put(a, frame, row, "Changes",
	    safe_printf(frame, "%s items become %s; now  ---- %s  APPR %s  REJ %s  HOLD %s",
		bulk_n(b, p, "change").text, bulk_decisions[b->choice].word,
		bulk_n(b, before, "none").text, bulk_n(b, before, "approve").text,
		bulk_n(b, before, "reject").text, bulk_n(b, before, "hold").text));
	row = bulk_put(a, frame, row, "Stay",
	    safe_printf(frame, "%s already so, %s blocked by the policy, %s not for decision",
		bulk_n(b, p, "same").text, bulk_n(b, p, "blocked").text,
		bulk_n(b, p, "other").text));
	row = bulk_put(a, frame, row, "Reason",
	    reasons != NULL
		? safe_printf(frame, "%s of them cannot be approved without one", reasons)
	    : b->choice != 0 ? SAFE("needed")
			     : SAFE("none of them needs one"));
	for (; i < n && i < BULK_SAMPLES && row < rows - 2; i++)
		row = bulk_put(a, frame, row, i == 0 ? "Sample" : "",
		    safe_text(frame, json_string_value(json_array_get(sample, i))));
	if (row_text(p, "largest")[0] != '\0')
		row = bulk_put(a, frame, row, "Largest",
		    safe_printf(frame, "%s  %s",
			safe_size(frame, row_uint(p, "largest_bytes")).text,
			safe_member(frame, p, "largest").text));
	bulk_put(a, frame, row, "Set",
	    safe_printf(
		frame, "frozen, digest %s", safe_digest(frame, row_text(p, "set"), 6).text));
}

static void
bulk_draw(struct view *v, const struct area *body)
{
	struct bulk *b = (struct bulk *)v;
	struct arena *frame = v->app->frame;
	struct review *r = b->review;
	struct area box = area_part(body, 0, 0, BULK_ROWS, body->cols);
	struct area in = area_box(&box,
	    safe_printf(frame, "%s IN BULK", bulk_decisions[form_choice(b->form, 0)].title));
	int fields = form_rows(b->form), info = in.rows - fields - 1;
	const char *where = r->order.where;
	bulk_put(&in, frame, 0, "Target",
	    where[0] != '\0' ? safe_printf(frame, "%s rows of the limit %s",
				   safe_count(frame, r->cursor.total).text, where)
			     : safe_printf(frame, "all %s rows: there is no limit",
				   safe_count(frame, r->cursor.total).text));
	if (b->plan != NULL && b->choice == form_choice(b->form, 0))
		bulk_draw_plan(b, &in, 1, info);
	else
		bulk_put(&in, frame, 1, "Changes",
		    b->refused ? SAFE("refused: see the message below, or m")
			       : SAFE("counting..."));
	form_draw(b->form, &in, frame, in.rows - fields, 0, true);
}

static struct safe
bulk_subject(struct view *v, struct arena *frame)
{
	struct review *r = bulk_review(v);
	return r->view.type->subject(&r->view, frame);
}

static struct safe
bulk_status(struct view *v, struct arena *frame)
{
	(void)v;
	(void)frame;
	return SAFE("Drafts; one u takes all of it back.  Tab next field, Space chooses.");
}

static void
bulk_done(struct view *v)
{
	struct bulk *b = (struct bulk *)v;
	form_free(b->form);
	json_decref(b->plan);
}

static const struct view_type bulk_type = {
    .title = "REVIEW",
    .map = MAP_BULK,
    .also = MAP_BIT(MAP_ANY),
    .draw = bulk_draw,
    .subject = bulk_subject,
    .status = bulk_status,
    .key = bulk_key,
    .tick = bulk_tick,
    .done = bulk_done,
};

static void
bulk_add_fields(struct bulk *b)
{
	const struct safe decisions[] = {SAFE("approve"), SAFE("reject"), SAFE("hold")};
	b->form = form_new();
	form_add_choice(b->form, SAFE("Decision"), decisions, BULK_DECISIONS);
	b->reason = form_add_choice(b->form, SAFE("Reason"), NULL, 0);
	bulk_offer_reasons(b);
	b->text = form_add_text(b->form, SAFE("or typed"), LIM_REASON_BYTES, "");
	b->number = form_add_text(b->form, SAFE("How many items change"), 16, "");
	b->cancel = form_add_button(b->form, SAFE("Cancel"));
	b->apply = form_add_button(b->form, SAFE("Apply"));
	form_set_focus(b->form, b->cancel);
}

struct view *
bulk_view(struct review *r)
{
	struct bulk *b = view_new(r->view.app, &bulk_type, sizeof(*b));
	b->review = r;
	bulk_add_fields(b);
	bulk_ask(b);
	return &b->view;
}

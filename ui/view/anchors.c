/* SPDX-License-Identifier: ISC */
/*
 * What is anchored of the record, and what stands against all work: an anchor
 * that does not agree, or words of the newest page that were not typed yet.
 */
#include "ui/anchors.h"
#include "src/core/sixwords.h"
#include "ui/desk.h"
#include "ui/prompt.h"
#include "ui/signin.h"
#include "ui/view/anchors.h"
#include "ui/views.h"

#include <string.h>

#define ANCHORS_LABEL_CELLS 15

struct anchors_page {
	const struct area *a;
	struct arena *frame;
	int row;
};

static void
anchors_line(struct anchors_page *p, const char *label, enum style style, struct safe text)
{
	struct area right = area_part(p->a, p->row, ANCHORS_LABEL_CELLS, p->a->rows - p->row,
	    p->a->cols - ANCHORS_LABEL_CELLS - 1);
	area_put(p->a, p->row, 1, STYLE_PLAIN, safe_text(p->frame, label));
	int used = area_words(&right, 0, 0, 0, style, text);
	p->row += used > 0 ? used : 1;
}

/* A row from edge to edge. */
static void
anchors_banner(struct anchors_page *p, enum style style, struct safe text)
{
	area_fill(p->a, p->row, 0, p->a->cols, style, ' ');
	area_put(p->a, p->row, 2, style, text);
	area_cursor(p->a, p->row, 2);
	p->row += 2;
}

static struct safe
anchors_contact(const struct app *app)
{
	return app->site.contact != NULL && app->site.contact[0] != '\0'
	           ? safe_printf(app->frame, " Help: %s.", app->site.contact)
	           : SAFE("");
}

/* --- drawing ------------------------------------------------------------------------- */

static void
anchors_draw_restored(struct anchors_page *p, const struct app *app)
{
	struct arena *f = p->frame;
	const json_t *row = anchors_row(app->anchors);
	anchors_banner(
	    p, STYLE_FAIL, SAFE("DO NOT WORK ON THIS STATION: AN ANCHOR DOES NOT AGREE"));
	anchors_line(p, "What happened", STYLE_STRONG, safe_member(f, row, "restored"));
	p->row++;
	anchors_line(p, "Why it counts", STYLE_PLAIN,
	    SAFE("The record was put back from an older copy, or it was changed. What was "
		 "decided, signed or released since may be missing from it."));
	p->row++;
	anchors_line(p, "What to do", STYLE_STRONG,
	    SAFE("Switch nothing off and repair nothing: this disk is the evidence. Keep every "
		 "page with anchor words, and the share as it is."));
	anchors_line(p, "", STYLE_STRONG,
	    safe_printf(f,
		"Sign out with F10 and call an administrator now: the administrators open a "
		"new epoch of the record, and work goes on in that.%s",
		anchors_contact(app).text));
	p->row++;
	anchors_line(p, "Until then", STYLE_PLAIN,
	    SAFE("The station reads no medium, takes no signature under a release, releases "
		 "nothing and gives out no anchor. Looking is possible."));
}

static void
anchors_draw_wanted(struct anchors_page *p, const struct app *app)
{
	anchors_banner(
	    p, STYLE_WARN, SAFE("BEFORE WORK BEGINS: SIX WORDS OF THE NEWEST ANCHOR PAGE"));
	anchors_line(p, "Why", STYLE_PLAIN,
	    SAFE("The station was started. The words on paper show that the record on its disk "
		 "is the one that was there before."));
	anchors_line(p, "What to do", STYLE_STRONG,
	    SAFE("Take the newest page of the paper log. Enter asks for its six words; four "
		 "letters of each are enough."));
	anchors_line(p, "Otherwise", STYLE_PLAIN,
	    safe_printf(p->frame,
		"After %d tries with other words the record counts as put back. Is the page "
		"not the "
		"newest, or not there? Stop, and call an administrator.%s",
		LIM_ANCHOR_TRIES, anchors_contact(app).text));
	p->row++;
}

static struct safe
anchors_last(const struct app *app)
{
	struct arena *f = app->frame;
	const json_t *row = anchors_row(app->anchors);
	uint64_t size = row_uint(row, "size"), anchored = row_uint(row, "anchored");
	if (anchored == 0)
		return SAFE("None: nothing outside this station could tell yet that the record "
			    "was changed.");
	return safe_printf(f, "%s, %s UTC (%s), over %s entries; %s since",
	    safe_member(f, row, "kind").text, safe_minute(f, row_text(row, "at")).text,
	    anchors_ago(app->anchors, f, row_text(row, "at")).text,
	    safe_count(f, anchored).text,
	    safe_count(f, size > anchored ? size - anchored : 0).text);
}

static void
anchors_draw_witnesses(struct anchors_page *p, const json_t *rows)
{
	struct arena *f = p->frame;
	size_t i;
	const json_t *w;
	json_array_foreach (rows, i, w)
		anchors_line(p, i == 0 ? "Witnesses" : "", STYLE_PLAIN,
		    row_uint(w, "size") == 0 ? safe_printf(f, "%s: cosigned nothing yet",
						   safe_member(f, w, "name").text)
					     : safe_printf(f, "%s: %s entries, %s UTC",
						   safe_member(f, w, "name").text,
						   safe_count(f, row_uint(w, "size")).text,
						   safe_minute(f, row_text(w, "at")).text));
	if (json_array_size(rows) == 0)
		anchors_line(p, "Witnesses", STYLE_PLAIN, SAFE("none"));
}

/* The newest epoch, and every gap that one declares; nothing while there is one. */
static void
anchors_draw_epochs(struct anchors_page *p, const json_t *rows)
{
	struct arena *f = p->frame;
	const size_t n = json_array_size(rows);
	const json_t *now = n > 1 ? json_array_get(rows, n - 1) : NULL;
	if (now == NULL)
		return;
	anchors_line(p, "Epoch", STYLE_STRONG,
	    safe_printf(f, "%llu since %s UTC, opened by %s, in force by %s (%s): %s",
		(unsigned long long)row_uint(now, "epoch"),
		safe_minute(f, row_text(now, "at")).text, safe_member(f, now, "by").text,
		safe_member(f, now, "in_force_by").text, safe_member(f, now, "reason").text,
		safe_member(f, now, "why").text));
	for (size_t i = 1; i < n; i++) {
		const uint64_t missing = row_uint(json_array_get(rows, i), "missing"),
			       held = row_uint(json_array_get(rows, i - 1), "size");
		if (missing > 0)
			anchors_line(p, "Missing", STYLE_WARN,
			    safe_printf(f,
				"%s entries of epoch %zu, from %s to %s, are not in this "
				"record: epoch %zu declares it, and every verifier says it",
				safe_count(f, missing).text, i, safe_count(f, held).text,
				safe_count(f, held + missing - 1).text, i + 1));
	}
}

static void
anchors_draw_state(struct anchors_page *p, const struct app *app)
{
	const json_t *row = anchors_row(app->anchors);
	bool late = anchors_late(app->anchors);
	anchors_line(p, "Record", STYLE_STRONG,
	    safe_printf(
		p->frame, "%s entries", safe_count(p->frame, row_uint(row, "size")).text));
	anchors_draw_epochs(p, json_object_get(row, "epochs"));
	anchors_line(p, "Last anchor", late ? STYLE_MEDIUM : STYLE_STRONG, anchors_last(app));
	anchors_draw_witnesses(p, json_object_get(row, "witnesses"));
	p->row++;
	if (late)
		anchors_line(p, "Next", STYLE_STRONG,
		    SAFE(
			"It is time for an anchor: o shows six words for the paper log, s puts "
			"the checkpoint on the share."));
	anchors_line(p, "What it is", STYLE_PLAIN,
	    SAFE("A page with six words, kept where nobody who can reach this station can "
		 "change it, fixes every entry up to it. Who changes one of them later cannot "
		 "hide it from whoever holds the page."));
}

static void
anchors_draw(struct view *v, const struct area *a)
{
	const struct app *app = v->app;
	struct anchors_page p = {a, app->frame, 1};
	area_cursor(a, 1, 1);
	if (anchors_row(app->anchors) == NULL) {
		area_put(a, 1, 1, STYLE_PLAIN, SAFE("The station is asked for its anchors."));
		return;
	}
	if (anchors_restored(app->anchors)) {
		anchors_draw_restored(&p, app);
		return;
	}
	if (anchors_wants_words(app->anchors))
		anchors_draw_wanted(&p, app);
	anchors_draw_state(&p, app);
}

static struct safe
anchors_status(struct view *v, struct arena *f)
{
	(void)f;
	const struct anchors *a = v->app->anchors;
	return anchors_restored(a)      ? SAFE("All work is refused.")
	       : anchors_wants_words(a) ? SAFE("Work is refused until the words were typed.")
	                                : SAFE("Work is possible; times are UTC");
}

/* --- words in ------------------------------------------------------------------------ */

static const char *
anchors_why_not(struct view *v)
{
	const struct custody_person *p = signin_person(v->app->ui);
	const char *gone = app_why_no_desk(v->app);
	if (gone != NULL)
		return gone;
	if (p == NULL || (p->roles & CUSTODY_OFFICER) == 0)
		return "only an officer anchors the record";
	return anchors_restored(v->app->anchors)
	           ? "the record was put back; an administrator opens a new epoch"
	           : NULL;
}

const char *
anchors_may_words(struct view *v)
{
	return anchors_why_not(v);
}

static void
anchors_on_in(void *owner, struct msg *m)
{
	struct view *v = owner;
	struct app *app = v->app;
	anchors_ask(app->anchors);
	if (m == NULL || m->id != MSG_DESK_DONE) {
		app_refused(app, m);
		return;
	}
	const char *what = msg_str(m, "text") != NULL ? msg_str(m, "text") : "";
	if (msg_uint(m, "count") == 0)
		app_say(app, "There is no checkpoint on the share yet; s puts one there.");
	else
		app_say(app, "The record agrees with the %s at %s entries.",
		    strcmp(what, "paper") == 0 ? "page" : "share",
		    safe_count(app->frame, msg_uint(m, "count")).text);
}

static bool
anchors_take_words(struct view *v, const char *text, int *ret_at, char ret_why[PROMPT_WHY_SIZE])
{
	char words[SIXWORDS_SIZE];
	if (!sixwords_parse(text, words)) {
		*ret_at = -1;
		snprintf(ret_why, PROMPT_WHY_SIZE,
		    "these are not six words of the list; nothing was asked, mend the line");
		return false;
	}
	app_ask(v, MSG_UI_ANCHOR_IN, json_pack("{s:s}", "words", words), MSG_DESK_DONE,
	    anchors_on_in);
	return true;
}

void
anchors_act_words(struct view *v)
{
	prompt_line(v, SAFE("Six words of the newest page: "), "", ANCHORS_TYPED_BYTES,
	    anchors_take_words);
}

const char *
anchors_may_hold(struct view *v)
{
	return anchors_why_not(v);
}

void
anchors_act_hold(struct view *v)
{
	app_ask(v, MSG_UI_ANCHOR_IN, json_object(), MSG_DESK_DONE, anchors_on_in);
}

/* --- out ----------------------------------------------------------------------------- */

const char *
anchors_may_out(struct view *v)
{
	return anchors_why_not(v);
}

static void
anchors_on_shared(void *owner, struct msg *m)
{
	struct view *v = owner;
	anchors_ask(v->app->anchors);
	if (m == NULL || m->id != MSG_DESK_DONE)
		app_refused(v->app, m);
	else
		app_say(v->app, "On the share: %s, %s entries.",
		    msg_str(m, "text") != NULL ? msg_str(m, "text") : "",
		    safe_count(v->app->frame, msg_uint(m, "count")).text);
}

void
anchors_act_share(struct view *v)
{
	app_ask(v, MSG_UI_ANCHOR_OUT, json_pack("{s:s}", "to", "share"), MSG_DESK_DONE,
	    anchors_on_shared);
}

static void
anchors_on_page(void *owner, struct msg *m)
{
	struct view *v = owner;
	anchors_ask(v->app->anchors);
	if (m == NULL || m->id != MSG_DESK_ANCHOR) {
		app_refused(v->app, m);
		return;
	}
	struct view *page = anchor_page_view(v->app, m);
	if (page == NULL)
		app_warn(v->app, "The station gave a checkpoint that its log did not sign; "
				 "do not use it, and call an administrator.");
	else if (v->app->top == v)
		app_push(v->app, page);
	else
		view_free(page);
}

void
anchors_act_page(struct view *v)
{
	app_ask(v, MSG_UI_ANCHOR_OUT, json_pack("{s:s}", "to", "paper"), MSG_DESK_ANCHOR,
	    anchors_on_page);
}

/* --- the record itself --------------------------------------------------------------- */

const char *
anchors_may_export(struct view *v)
{
	return sending_why_not(v->app);
}

void
anchors_act_export(struct view *v)
{
	app_push(v->app, sending_view(v->app, NULL));
}

/* --- the view ------------------------------------------------------------------------ */

void
anchors_act_again(struct view *v)
{
	anchors_ask(v->app->anchors);
	app_say(v->app, "The station is asked again.");
}

static const struct view_type anchors_type = {
    .title = "ANCHORS",
    .map = MAP_ANCHORS,
    .also = MAP_BIT(MAP_ANY),
    .draw = anchors_draw,
    .status = anchors_status,
};

struct view *
anchors_view(struct app *app)
{
	anchors_ask(app->anchors);
	return view_new(app, &anchors_type, sizeof(struct view));
}

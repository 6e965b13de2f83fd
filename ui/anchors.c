/* SPDX-License-Identifier: ISC */
#include "ui/anchors.h"
#include "src/base/clock.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "ui/app.h"
#include "ui/row.h"
#include "ui/views.h"

#include <string.h>

#define ANCHORS_AGAIN_MS 10000 /* between two questions */

struct anchors {
	struct app *app;
	json_t *row;      /* NULL: not known */
	bool asking;      /* a question is under way */
	bool asked;       /* on this connection */
	bool told;        /* who signed in was shown what stands against work */
	int64_t asked_ms; /* the last time */
};

struct anchors *
anchors_new(struct app *app)
{
	struct anchors *a = mem_alloc(sizeof(*a));
	*a = (struct anchors){.app = app};
	return a;
}

void
anchors_free(struct anchors *a)
{
	if (a == NULL)
		return;
	json_decref(a->row);
	free(a);
}

/* --- what is known ------------------------------------------------------------------- */

const json_t *
anchors_row(const struct anchors *a)
{
	return a != NULL ? a->row : NULL;
}

bool
anchors_restored(const struct anchors *a)
{
	return row_text(anchors_row(a), "restored")[0] != '\0';
}

bool
anchors_wants_words(const struct anchors *a)
{
	return json_is_true(json_object_get(anchors_row(a), "words"));
}

const char *
anchors_bar(const struct anchors *a)
{
	if (anchors_restored(a))
		return "an anchor does not agree with the record; 5 tells what to do";
	return anchors_wants_words(a)
	           ? "the words of the newest anchor page come first; 5 asks for them"
	           : NULL;
}

/* Seconds since an entry's time; negative: it is none. */
static int64_t
anchors_age_s(const struct anchors *a, const char *at)
{
	int64_t then_s;
	if (!clock_parse(at, &then_s))
		return -1;
	return a->app->now_s > then_s ? a->app->now_s - then_s : 0;
}

bool
anchors_late(const struct anchors *a)
{
	const json_t *row = anchors_row(a);
	if (row == NULL)
		return false;
	return row_uint(row, "anchored") == 0 ||
	       anchors_age_s(a, row_text(row, "at")) > LIM_ANCHOR_LATE_S;
}

/* --- words --------------------------------------------------------------------------- */

struct safe
anchors_ago(const struct anchors *a, struct arena *frame, const char *at)
{
	int64_t age_s = anchors_age_s(a, at);
	if (age_s < 0)
		return SAFE("");
	if (age_s < 60)
		return SAFE("now");
	if (age_s < 2 * 60 * 60)
		return safe_printf(frame, "%lld min ago", (long long)(age_s / 60));
	if (age_s < 48 * 60 * 60)
		return safe_printf(frame, "%lld h ago", (long long)(age_s / (60 * 60)));
	return safe_printf(frame, "%lld days ago", (long long)(age_s / (24 * 60 * 60)));
}

struct safe
anchors_words(const struct anchors *a, struct arena *frame)
{
	const json_t *row = anchors_row(a);
	uint64_t size = row_uint(row, "size"), anchored = row_uint(row, "anchored");
	if (row == NULL)
		return SAFE("");
	struct safe entries = safe_printf(
	    frame, "%s %s", safe_count(frame, size).text, size == 1 ? "entry" : "entries");
	if (anchors_restored(a))
		return safe_printf(
		    frame, "AN ANCHOR DOES NOT AGREE: %s, 5 tells more", entries.text);
	if (anchored == 0)
		return safe_printf(frame, "%s, none anchored yet", entries.text);
	uint64_t since = size > anchored ? size - anchored : 0;
	return safe_printf(frame, "%s, %s since the last anchor, %s%s", entries.text,
	    since > 0 ? safe_count(frame, since).text : "none",
	    anchors_ago(a, frame, row_text(row, "at")).text,
	    anchors_wants_words(a) ? ": WORDS ASKED" : "");
}

enum style
anchors_style(const struct anchors *a)
{
	if (anchors_restored(a))
		return STYLE_FAIL;
	if (anchors_wants_words(a))
		return STYLE_WARN;
	return anchors_late(a) ? STYLE_MEDIUM : STYLE_PLAIN;
}

/* --- asking -------------------------------------------------------------------------- */

/* What stands against all work is the first screen after the sign-in. */
static void
anchors_tell(struct anchors *a)
{
	struct app *app = a->app;
	if (a->told || anchors_bar(a) == NULL || app->ui->as == NULL ||
	    app->top->type->map != MAP_HOME)
		return;
	a->told = true;
	app_push(app, anchors_view(app));
}

static void
anchors_on_answer(void *owner, struct msg *m)
{
	struct anchors *a = owner;
	a->asking = false;
	if (m == NULL || m->id != MSG_DESK_ANCHORS)
		return;
	bool was = anchors_restored(a);
	json_decref(a->row);
	a->row = json_incref(m->body);
	if (!was && anchors_restored(a))
		a->told = false;
	anchors_tell(a);
}

void
anchors_ask(struct anchors *a)
{
	if (a == NULL || a->asking || app_why_no_desk(a->app) != NULL)
		return;
	a->asking = a->asked = true;
	a->asked_ms = a->app->now_ms;
	link_ask(a->app->link, a, MSG_UI_ANCHORS, json_object(), MSG_DESK_ANCHORS,
	    anchors_on_answer);
}

void
anchors_lost(struct anchors *a)
{
	if (a != NULL)
		a->asked = false;
}

void
anchors_tick(struct anchors *a)
{
	if (a == NULL)
		return;
	anchors_tell(a);
	if (link_pending(a->app->link) > 0 ||
	    (a->asked && a->app->now_ms - a->asked_ms < ANCHORS_AGAIN_MS))
		return;
	anchors_ask(a);
}

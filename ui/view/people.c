/* SPDX-License-Identifier: ISC */
/*
 * Who may do what, and which acts wait for an endorsement.  The rows are made
 * from the authority log, which this terminal has read and checked itself.
 */
#include "src/base/clock.h"
#include "src/base/escape.h"
#include "src/base/mem.h"
#include "ui/desk.h"
#include "ui/people.h"
#include "ui/prompt.h"
#include "ui/sign.h"
#include "ui/signin.h"
#include "ui/views.h"

#include <string.h>

#define PEOPLE_PANE  9    /* rows about what is under the cursor */
#define PEOPLE_LABEL 10   /* cells of its labels */
#define PEOPLE_WORDS 8192 /* bytes of one sentence */

struct people {
	struct view view;
	struct cursor cursor;
	json_t *rows; /* acts that wait, then people */
	size_t waiting;
	char why[CUSTODY_WHY_SIZE];
};

static struct people *
people_of(struct view *v)
{
	return (struct people *)v;
}

static const json_t *
people_at(const struct people *l)
{
	return json_array_get(l->rows, (size_t)l->cursor.at);
}

static bool
people_is_act(const json_t *row)
{
	return json_object_get(row, "type") != NULL;
}

/* --- rows -------------------------------------------------------- */

static json_t *
people_act_row(const struct custody *c, const struct custody_proposal *p, const char *as)
{
	char why[CUSTODY_WHY_SIZE] = "";
	struct buf words, waits;
	MEM_FREE char *leaf = mem_strdup(p->leaf);
	MEM_FREE char *reason = escape_dup(people_act_reason(p));
	buf_init(&words, PEOPLE_WORDS);
	buf_init(&waits, PEOPLE_WORDS);
	people_act_print(p, &words);
	people_act_waits(c, p, &waits);
	json_t *row = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "type", p->type,
	    "subj", p->subj, "leaf", leaf, "by", p->by, "at", p->at, "words", buf_str(&words),
	    "waits", buf_str(&waits), "reason", reason);
	if (!custody_may_endorse(c, leaf, as, why))
		json_object_set_new(row, "why_not", json_string(why));
	buf_done(&words);
	buf_done(&waits);
	return row;
}

static void
people_fill(struct people *l)
{
	const struct custody *c = l->view.app->ui->authority;
	struct custody_moment m = custody_moment_now(c, LOG_AUTHORITY, clock_wall_s());
	struct custody_proposal p;
	json_decref(l->rows);
	l->rows = json_array();
	for (l->waiting = 0; custody_pending_at(c, l->waiting, &p); l->waiting++)
		json_array_append_new(l->rows, people_act_row(c, &p, l->view.app->ui->as));
	for (size_t i = 0; i < custody_person_count(c); i++)
		json_array_append_new(l->rows, people_row(custody_person_at(c, i), m));
	cursor_fit(&l->cursor, json_array_size(l->rows), l->cursor.rows);
}

/* What others did meanwhile. */
static void
people_reload(struct people *l)
{
	struct app *app = l->view.app;
	char why[APP_SAY_SIZE], next[APP_SAY_SIZE];
	bool begun = app_calls_begin(app, "");
	if (begun)
		desk_refresh(app->ui);
	app_calls_end(app, why, next);
	if (why[0] != '\0' && begun)
		app_warn(app, "%s; %s", why, next);
	people_fill(l);
}

/* --- drawing ----------------------------------------------------- */

static struct safe
people_roles(struct arena *f, const json_t *row)
{
	struct safe text = SAFE("");
	size_t i;
	const json_t *word;
	json_array_foreach (json_object_get(row, "roles"), i, word)
		text = safe_printf(f, "%s%s%s", text.text, i > 0 ? ", " : "",
		    safe_text(f, json_string_value(word)).text);
	return safe_empty(text) ? SAFE("no role") : text;
}

static void
people_draw_row(struct people *l, const struct area *a, int row, const json_t *r, bool on)
{
	struct arena *f = l->view.app->frame;
	const char *standing = row_text(r, "standing");
	area_put(a, row, 0, STYLE_PLAIN, on ? SAFE(">") : SAFE(" "));
	if (people_is_act(r)) {
		area_field(a, f, row, 2, 10, STYLE_WARN, SAFE("WAITS"));
		area_clip(a, row, 13, a->cols - 14, STYLE_PLAIN, safe_member(f, r, "words"));
	} else {
		area_field(a, f, row, 2, 10,
		    strcmp(standing, "active") == 0 ? STYLE_PLAIN : STYLE_WARN,
		    safe_text(f, standing));
		area_field(a, f, row, 13, 12, STYLE_STRONG, safe_member(f, r, "id"));
		area_field(a, f, row, 26, 24, STYLE_PLAIN, people_roles(f, r));
		area_name(a, f, row, 51, a->cols - 52, STYLE_PLAIN, safe_member(f, r, "name"));
	}
	if (on) {
		area_style(a, row, 0, a->cols, STYLE_ROW);
		area_cursor(a, row, 0);
	}
}

/* A label, and up to `most` lines behind it, when there is something to say. */
static int
people_draw_fact(const struct area *a, int row, int most, struct safe label, struct safe text)
{
	int room = a->rows - row < most ? a->rows - row : most;
	if (safe_empty(text) || room <= 0)
		return row;
	area_put(a, row, 1, STYLE_HEAD, label);
	struct area rest =
	    area_part(a, row, 1 + PEOPLE_LABEL, room, a->cols - 2 - PEOPLE_LABEL);
	return row + area_words(&rest, 0, 0, room, STYLE_PLAIN, text);
}

/* "since 11-22 13:02 by root1, until 11-23 09:00 by root1: reason" */
static struct safe
people_span(struct arena *f, const json_t *row)
{
	const json_t *since = json_object_get(row, "since"),
		     *until = json_object_get(row, "until");
	struct safe text = safe_printf(f, "since %s%s%s",
	    safe_minute(f, row_text(since, "at")).text,
	    row_text(since, "by")[0] != '\0' ? " by " : "", safe_member(f, since, "by").text);
	const char *why = row_text(until != NULL ? until : since, "why");
	MEM_FREE char *shown = escape_dup(why);
	if (until != NULL)
		text = safe_printf(f, "%s, until %s by %s", text.text,
		    safe_minute(f, row_text(until, "at")).text,
		    safe_member(f, until, "by").text);
	else if (row_text(row, "expires")[0] != '\0')
		text = safe_printf(
		    f, "%s, to the end of %s", text.text, safe_member(f, row, "expires").text);
	return shown[0] != '\0' ? safe_printf(f, "%s: %s", text.text, shown) : text;
}

/* Everything that holds now; of what is over only a suspension that is not. */
static void
people_draw_person(struct people *l, const struct area *a, const json_t *r)
{
	struct arena *f = l->view.app->frame;
	size_t i;
	const json_t *one;
	int row = 1;
	json_array_foreach (json_object_get(r, "suspensions"), i, one)
		if (json_object_get(one, "until") == NULL)
			row =
			    people_draw_fact(a, row, 2, SAFE("Suspended"), people_span(f, one));
	if (json_object_get(r, "retired") != NULL)
		row = people_draw_fact(a, row, 2, SAFE("Retired"),
		    safe_printf(f, "%s by %s",
			safe_minute(f, row_text(json_object_get(r, "retired"), "at")).text,
			safe_member(f, json_object_get(r, "retired"), "by").text));
	json_array_foreach (json_object_get(r, "held"), i, one)
		if (json_object_get(one, "until") == NULL)
			row = people_draw_fact(a, row, 2,
			    safe_fit(f, safe_member(f, one, "role"), PEOPLE_LABEL - 1),
			    people_span(f, one));
	row = people_draw_fact(a, row, 1, SAFE("Key"),
	    row_text(r, "key")[0] != '\0' ? safe_member(f, r, "key") : SAFE("none in force"));
	json_array_foreach (json_object_get(r, "keys"), i, one)
		row = people_draw_fact(a, row, 2,
		    json_object_get(one, "until") != NULL ? SAFE("Before") : SAFE(""),
		    json_object_get(one, "until") != NULL
			? safe_printf(f, "%s %s", safe_member(f, one, "key").text,
			      people_span(f, one).text)
			: people_span(f, one));
}

static void
people_draw_act(struct people *l, const struct area *a, const json_t *r)
{
	struct arena *f = l->view.app->frame;
	int row = 1;
	row = people_draw_fact(a, row, 3, SAFE("Act"), safe_member(f, r, "words"));
	row = people_draw_fact(a, row, 2, SAFE("Reason"), safe_member(f, r, "reason"));
	row = people_draw_fact(a, row, 1, SAFE("Proposed"),
	    safe_printf(f, "by %s, %s UTC", safe_member(f, r, "by").text,
		safe_minute(f, row_text(r, "at")).text));
	row = people_draw_fact(a, row, 2, SAFE("Waits"), safe_member(f, r, "waits"));
	people_draw_fact(a, row, 2, SAFE("You"),
	    json_object_get(r, "why_not") != NULL ? safe_member(f, r, "why_not")
						  : SAFE("e endorses it, with your signature"));
}

static void
people_draw(struct view *v, const struct area *a)
{
	struct people *l = people_of(v);
	size_t n = json_array_size(l->rows);
	int rows = a->rows - 1 - PEOPLE_PANE;
	const json_t *under;
	cursor_fit(&l->cursor, n, rows);
	area_put(a, 0, 2, STYLE_HEAD, SAFE("State"));
	area_put(a, 0, 13, STYLE_HEAD, SAFE("Who"));
	area_put(a, 0, 26, STYLE_HEAD, SAFE("Roles"));
	area_put(a, 0, 51, STYLE_HEAD, SAFE("Name"));
	for (int i = 0; i < rows && l->cursor.top + (uint64_t)i < n; i++) {
		uint64_t at = l->cursor.top + (uint64_t)i;
		people_draw_row(
		    l, a, i + 1, json_array_get(l->rows, (size_t)at), at == l->cursor.at);
	}
	struct area pane = area_part(a, 1 + rows, 0, PEOPLE_PANE, a->cols);
	area_fill(&pane, 0, 0, a->cols, STYLE_PLAIN, '-');
	under = people_at(l);
	if (people_is_act(under))
		people_draw_act(l, &pane, under);
	else
		people_draw_person(l, &pane, under);
}

static struct safe
people_status(struct view *v, struct arena *f)
{
	const struct people *l = people_of(v);
	return safe_printf(f,
	    "%zu people, %zu acts wait; %u admins stand behind each act; times are UTC",
	    json_array_size(l->rows) - l->waiting, l->waiting,
	    custody_threshold(v->app->ui->authority));
}

/* --- endorsing --------------------------------------------------- */

const char *
people_may_endorse(struct view *v)
{
	struct people *l = people_of(v);
	const json_t *row = people_at(l);
	const char *gone = app_why_no_desk(v->app);
	if (gone != NULL)
		return gone;
	if (!people_is_act(row))
		return "there is no act under the cursor that waits for an endorsement";
	snprintf(l->why, sizeof(l->why), "%s", row_text(row, "why_not"));
	return l->why[0] != '\0' ? "you cannot endorse this act; the lines below it tell why"
	                         : NULL;
}

static void
people_endorse(struct view *v, struct seal_secret *secret)
{
	struct people *l = people_of(v);
	struct app *app = v->app;
	struct ui *ui = app->ui;
	char why[APP_SAY_SIZE], next[APP_SAY_SIZE];
	struct custody_proposal p;
	MEM_FREE char *leaf = mem_strdup(row_text(people_at(l), "leaf"));
	MEM_FREE char *subj = mem_strdup(row_text(people_at(l), "subj"));
	int status = UI_FAULT;
	seal_secret_free(ui->passphrase);
	ui->passphrase = secret;
	bool begun = app_calls_begin(app, "Your key is unsealed, and signs.");
	if (begun)
		status = sign_entry(ui, "authority", "authority.endorse", subj,
		    json_pack("{s:s}", "leaf", leaf), NULL);
	signin_forget(ui);
	if (status == UI_DONE)
		status = desk_refresh(ui);
	app_calls_end(app, why, next);
	if (!begun)
		return;
	people_fill(l);
	if (status != UI_DONE)
		app_warn(app, "%s; %s", why, next[0] != '\0' ? next : "nothing was signed");
	else if (custody_pending_find(ui->authority, leaf, &p))
		app_say(app, "Signed. It waits for more endorsements.");
	else
		app_say(app, "Signed. The act is in force.");
}

void
people_act_endorse(struct view *v)
{
	struct arena *f = v->app->frame;
	prompt_secret(v, SAFE("ENDORSE"),
	    safe_printf(f, "You agree that this takes force: %s.",
		safe_member(f, people_at(people_of(v)), "words").text),
	    SAFE("Endorse"), people_endorse);
}

/* --- the view ---------------------------------------------------- */

static void
people_shown(struct view *v)
{
	people_fill(people_of(v));
}

void
people_act_reload(struct view *v)
{
	people_reload(people_of(v));
}

static void
people_done(struct view *v)
{
	json_decref(people_of(v)->rows);
}

static const struct view_type people_type = {
    .title = "PEOPLE",
    .map = MAP_PEOPLE,
    .also = MAP_BIT(MAP_ANY) | MAP_BIT(MAP_LIST),
    .draw = people_draw,
    .status = people_status,
    .shown = people_shown,
    .done = people_done,
};

struct view *
people_view(struct app *app)
{
	struct people *l = view_new(app, &people_type, sizeof(*l));
	l->view.cursor = &l->cursor;
	people_reload(l);
	return &l->view;
}

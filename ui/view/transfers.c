/* SPDX-License-Identifier: ISC */
/* All transfers, the newest first. */
#include "src/base/mem.h"
#include "src/core/transfer.h"
#include "ui/desk.h"
#include "ui/view/export.h"
#include "ui/views.h"

#include <string.h>

#define TRANSFERS_AGAIN_MS 5000 /* between two looks at a short list */
#define TRANSFERS_SHORT    256  /* rows: a longer list is read anew when it is opened */

struct transfers {
	struct export export;
	struct cursor cursor;
	json_t *rows;    /* shown, the oldest first; NULL until they came */
	json_t *coming;  /* being asked for; NULL when nothing is */
	uint64_t total;  /* as the desk says */
	int64_t read_ms; /* when the list was complete */
};

/* What is to be done in a state, and the screen for it. */
static const struct transfers_state {
	enum transfer_state state;
	const char *next; /* at most 10 cells */
	struct view *(*view)(struct app *, const char *transfer);
} transfers_states[] = {
    {TRANSFER_OPEN, "wait", progress_view},
    {TRANSFER_READING, "wait", progress_view},
    {TRANSFER_SCANNING, "wait", progress_view},
    {TRANSFER_REVIEW, "decide", review_view},
    {TRANSFER_SUBMITTED, "signature", signature_view},
    {TRANSFER_APPROVED, "wait", progress_view},
    {TRANSFER_RELEASED, "close", progress_view},
    {TRANSFER_CLOSED, "", timeline_view},
    {TRANSFER_RECALL, "signature", progress_view},
    {TRANSFER_RECALLED, "", timeline_view},
    {TRANSFER_RETIRE, "signature", progress_view},
    {TRANSFER_RETIRED, "", timeline_view},
    {TRANSFER_BLOCKED, "scan again", progress_view},
    {TRANSFER_ABORTED, "", timeline_view},
    {TRANSFER_FAULT, "repeat", progress_view},
};

static const struct transfers_state *
transfers_state_of(const char *state)
{
	for (size_t i = 0; i < sizeof(transfers_states) / sizeof(transfers_states[0]); i++)
		if (strcmp(transfer_state_name(transfers_states[i].state), state) == 0)
			return &transfers_states[i];
	return NULL;
}

struct view *
transfers_view_of(struct app *app, const char *transfer, const char *state)
{
	const struct transfers_state *s = transfers_state_of(state);
	return s != NULL ? s->view(app, transfer) : progress_view(app, transfer);
}

/* --- the list ---------------------------------------------------- */

static struct transfers *
transfers_of(struct view *v)
{
	return (struct transfers *)v;
}

/* Row i as it is shown: the newest first. */
static const json_t *
transfers_row(const struct transfers *t, uint64_t i)
{
	size_t n = json_array_size(t->rows);
	return i < n ? json_array_get(t->rows, n - 1 - (size_t)i) : NULL;
}

static const char *
transfers_id(const struct transfers *t)
{
	return row_text(transfers_row(t, t->cursor.at), "transfer");
}

/* The cursor stays on its transfer, wherever that is now. */
static void
transfers_keep_cursor(struct transfers *t, const char *id)
{
	size_t n = json_array_size(t->rows);
	for (size_t i = 0; id[0] != '\0' && i < n; i++)
		if (strcmp(row_text(transfers_row(t, i), "transfer"), id) == 0)
			cursor_to(&t->cursor, i);
}

static void
transfers_complete(struct transfers *t)
{
	MEM_FREE char *id = mem_strdup(transfers_id(t));
	json_decref(t->rows);
	t->rows = t->coming;
	t->coming = NULL;
	t->read_ms = t->export.view.app->now_ms;
	cursor_fit(&t->cursor, json_array_size(t->rows), t->cursor.rows);
	transfers_keep_cursor(t, id);
}

static void transfers_ask(struct transfers *);

static void
transfers_on_rows(void *owner, struct msg *m)
{
	struct transfers *t = owner;
	if (m == NULL || m->id != MSG_DESK_ROWS) {
		if (m != NULL)
			app_refused(t->export.view.app, m);
		json_decref(t->coming);
		t->coming = NULL;
		t->read_ms = t->export.view.app->now_ms;
		return;
	}
	json_t *rows = json_object_get(m->body, "rows");
	json_array_extend(t->coming, rows);
	t->total = msg_uint(m, "total");
	if (msg_bool(m, "more") && json_array_size(rows) > 0)
		transfers_ask(t);
	else
		transfers_complete(t);
}

/* The next page of what is coming. */
static void
transfers_ask(struct transfers *t)
{
	json_t *body = json_object();
	size_t n = json_array_size(t->coming);
	if (n > 0)
		json_object_set(body, "after",
		    json_object_get(json_array_get(t->coming, n - 1), "transfer"));
	app_ask(&t->export.view, MSG_UI_TRANSFERS, body, MSG_DESK_ROWS, transfers_on_rows);
}

static void
transfers_reload(struct transfers *t)
{
	if (t->coming != NULL)
		return;
	t->coming = json_array();
	transfers_ask(t);
}

/* --- drawing ----------------------------------------------------- */

static enum style
transfers_style(const char *state)
{
	enum transfer_state s = transfer_state_find(state);
	if (s == TRANSFER_BLOCKED || s == TRANSFER_FAULT)
		return STYLE_WARN;
	return s == TRANSFER__MAX || transfer_state_ended(s) ? STYLE_PLAIN : STYLE_STRONG;
}

static void
transfers_draw_row(const struct area *a, struct arena *f, int row, const json_t *r, bool on)
{
	const char *state = row_text(r, "state");
	const struct transfers_state *s = transfers_state_of(state);
	struct safe files =
	    row_uint(r, "files") > 0 ? safe_count(f, row_uint(r, "files")) : SAFE("");
	area_put(a, row, 0, STYLE_PLAIN, on ? SAFE(">") : SAFE(" "));
	area_field(a, f, row, 2, 13, STYLE_PLAIN, safe_member(f, r, "transfer"));
	area_field(a, f, row, 16, 9, transfers_style(state), safe_text(f, state));
	area_field(a, f, row, 26, 11, STYLE_PLAIN, safe_member(f, r, "requester"));
	area_field(a, f, row, 38, 11, STYLE_PLAIN, safe_member(f, r, "holder"));
	area_field(a, f, row, 50, 11, STYLE_PLAIN, safe_minute(f, row_text(r, "changed")));
	area_right(a, row, 62, 7, STYLE_PLAIN, files);
	bool waits = json_is_true(json_object_get(r, "choosing"));
	area_put(a, row, 70, STYLE_PLAIN,
	    waits       ? SAFE("choose")
	    : s != NULL ? safe_text(f, s->next)
			: SAFE(""));
	if (on)
		area_style(a, row, 0, a->cols, STYLE_ROW);
}

static void
transfers_draw_nothing(const struct transfers *t, const struct area *a)
{
	area_cursor(a, 1, 2);
	area_put(a, 1, 2, STYLE_PLAIN,
	    t->rows == NULL ? SAFE("The station is asked for its transfers.")
			    : SAFE("There is no transfer yet. A medium in a port of the home "
				   "screen begins one."));
}

static void
transfers_draw(struct view *v, const struct area *a)
{
	struct transfers *t = transfers_of(v);
	struct arena *f = v->app->frame;
	cursor_fit(&t->cursor, json_array_size(t->rows), a->rows - 1);
	if (json_array_size(t->rows) == 0) {
		transfers_draw_nothing(t, a);
		return;
	}
	area_put(a, 0, 2, STYLE_HEAD, SAFE("Transfer"));
	area_put(a, 0, 16, STYLE_HEAD, SAFE("State"));
	area_put(a, 0, 26, STYLE_HEAD, SAFE("For"));
	area_put(a, 0, 38, STYLE_HEAD, SAFE("Held by"));
	area_put(a, 0, 50, STYLE_HEAD, SAFE("Last entry"));
	area_right(a, 0, 62, 7, STYLE_HEAD, SAFE("Files"));
	area_put(a, 0, 70, STYLE_HEAD, SAFE("Next"));
	for (int i = 0; i < t->cursor.rows; i++) {
		uint64_t at = t->cursor.top + (uint64_t)i;
		const json_t *row = transfers_row(t, at);
		if (row == NULL)
			break;
		transfers_draw_row(a, f, i + 1, row, at == t->cursor.at);
		if (at == t->cursor.at)
			area_cursor(a, i + 1, 0);
	}
}

static struct safe
transfers_status(struct view *v, struct arena *a)
{
	struct transfers *t = transfers_of(v);
	size_t n = json_array_size(t->rows);
	if (t->rows == NULL)
		return safe_printf(a, "%s of %s so far",
		    safe_count(a, json_array_size(t->coming)).text,
		    safe_count(a, t->total).text);
	if (n == 0)
		return SAFE("none");
	return safe_printf(a, "%s of %s, the newest first; times are UTC",
	    safe_count(a, t->cursor.at + 1).text, safe_count(a, n).text);
}

/* --- acts -------------------------------------------------------- */

const char *
transfers_may_open(struct view *v)
{
	return transfers_row(transfers_of(v), transfers_of(v)->cursor.at) != NULL
	           ? NULL
	           : "there is no transfer under the cursor";
}

void
transfers_act_open(struct view *v)
{
	struct transfers *t = transfers_of(v);
	const json_t *row = transfers_row(t, t->cursor.at);
	app_push(v->app,
	    transfers_view_of(v->app, row_text(row, "transfer"), row_text(row, "state")));
}

void
transfers_act_record(struct view *v)
{
	app_push(v->app, timeline_view(v->app, transfers_id(transfers_of(v))));
}

void
transfers_act_state(struct view *v)
{
	app_push(v->app, progress_view(v->app, transfers_id(transfers_of(v))));
}

void
transfers_act_period(struct view *v)
{
	app_push(v->app, report_view(v->app));
}

const char *
transfers_may_export(struct view *v)
{
	const char *why = transfers_may_open(v);
	return why != NULL ? why : sending_why_not(v->app);
}

void
transfers_act_export(struct view *v)
{
	app_push(v->app, sending_view(v->app, transfers_id(transfers_of(v))));
}

void
transfers_act_papers(struct view *v)
{
	export_start(&transfers_of(v)->export, transfers_id(transfers_of(v)));
}

/* --- the view ---------------------------------------------------- */

static void
transfers_tick(struct view *v)
{
	struct transfers *t = transfers_of(v);
	bool few = json_array_size(t->rows) <= TRANSFERS_SHORT;
	if (v->app->top == v && few && v->app->now_ms - t->read_ms >= TRANSFERS_AGAIN_MS &&
	    app_why_no_desk(v->app) == NULL)
		transfers_reload(t);
}

static void
transfers_shown(struct view *v)
{
	transfers_reload(transfers_of(v));
}

static void
transfers_done(struct view *v)
{
	struct transfers *t = transfers_of(v);
	json_decref(t->rows);
	json_decref(t->coming);
}

static const struct view_type transfers_type = {
    .title = "TRANSFERS",
    .map = MAP_TRANSFERS,
    .also = MAP_BIT(MAP_ANY) | MAP_BIT(MAP_LIST),
    .draw = transfers_draw,
    .status = transfers_status,
    .tick = transfers_tick,
    .shown = transfers_shown,
    .done = transfers_done,
};

struct view *
transfers_view(struct app *app)
{
	struct transfers *t = view_new(app, &transfers_type, sizeof(*t));
	t->export.view.cursor = &t->cursor;
	t->read_ms = app->now_ms;
	transfers_reload(t);
	return &t->export.view;
}

/* SPDX-License-Identifier: ISC */
#include "ui/view/timeline.h"
#include "src/base/io.h"
#include "src/base/mem.h"
#include "ui/views.h"
#include "ui/wrap.h"

#include <string.h>

#define TIMELINE_AGAIN_MS   5000
#define TIMELINE_MARK_CELLS 9 /* of the longest mark of a cut */

static struct timeline *
timeline_of(struct view *v)
{
	return (struct timeline *)v;
}

static void
timeline_drop(struct timeline *t)
{
	for (size_t i = 0; i < t->n; i++)
		entry_free(t->entries[i]);
	free(t->entries);
	t->entries = NULL;
	t->n = 0;
}

/* --- what the desk gives ----------------------------------------- */

/* Takes the list apart; entries before a bad one stay.  False: there is a bad one. */
static bool
timeline_parse(struct timeline *t, const uint8_t *list, size_t len)
{
	size_t at = 0, n;
	const uint8_t *bytes;
	enum err e;
	timeline_drop(t);
	while ((e = entry_list_next(list, len, &at, &bytes, &n)) == ERR_OK) {
		struct entry *one;
		if (entry_parse(bytes, n, NULL, &one) != ERR_OK)
			return false;
		t->entries = mem_resize(t->entries, t->n + 1, sizeof(struct entry *));
		t->entries[t->n++] = one;
	}
	return e == ERR_NOTFOUND;
}

static void
timeline_on_list(void *owner, struct msg *m)
{
	struct timeline *t = owner;
	struct app *app = t->export.view.app;
	uint8_t *list;
	size_t len;
	bool first = !t->known;
	t->asking = false;
	t->read_ms = app->now_ms;
	if (m == NULL || m->id != MSG_DESK_TIMELINE) {
		if (m != NULL)
			app_refused(app, m);
		return;
	}
	if (io_memfd_read(m->fd, LIM_SEALED_BYTES, &list, &len) != ERR_OK) {
		app_warn(app, "The record cannot be read; look at the station's checks.");
		return;
	}
	if (!timeline_parse(t, list, len))
		app_warn(app,
		    "An entry of the record is damaged; an administrator has to verify "
		    "the record.");
	free(list);
	t->known = true;
	cursor_fit(&t->cursor, t->n, t->cursor.rows);
	if (first && t->n > 0)
		cursor_to(&t->cursor, t->n - 1);
}

static void
timeline_ask(struct timeline *t)
{
	if (t->asking)
		return;
	t->asking = true;
	app_ask(&t->export.view, MSG_UI_TIMELINE, json_pack("{s:s}", "transfer", t->transfer),
	    MSG_DESK_TIMELINE, timeline_on_list);
}

/* --- drawing ----------------------------------------------------- */

/* What does not fit is cut at the end, with the escaper's mark: the beginning says most. */
static struct safe
timeline_cut(struct arena *f, struct safe text, int cells)
{
	int all = safe_cells(text);
	if (all <= cells)
		return text;
	struct safe head = wrap_head(f, text, wrap_cut(text, cells - TIMELINE_MARK_CELLS));
	return safe_printf(f, "%s\\..{%d}", head.text, all - safe_cells(head));
}

/* The first entry in a later log says so before its facts. */
static struct safe
timeline_row_facts(const struct timeline *t, struct arena *f, size_t at)
{
	const struct custody *c = t->export.view.app->ui->authority;
	const struct entry *e = t->entries[at];
	const struct custody_epoch *epoch;
	struct safe facts = timeline_facts(f, e);
	if (at == 0 || c == NULL || strcmp(t->entries[at - 1]->log, e->log) == 0 ||
	    (epoch = custody_epoch_find(c, e->log)) == NULL)
		return facts;
	return safe_printf(
	    f, "epoch %u%s%s", epoch->number, safe_empty(facts) ? "" : "; ", facts.text);
}

static void
timeline_draw_row(const struct timeline *t, const struct area *a, int row, size_t at)
{
	struct arena *f = t->export.view.app->frame;
	const struct entry *e = t->entries[at];
	const bool on = at == t->cursor.at;
	area_put(a, row, 0, STYLE_PLAIN, on ? SAFE(">") : SAFE(" "));
	area_field(a, f, row, 2, 11, STYLE_PLAIN, safe_minute(f, e->at));
	area_field(a, f, row, 14, 12, STYLE_PLAIN, timeline_who(f, e));
	area_field(a, f, row, 27, 13, STYLE_STRONG, timeline_what(f, e));
	area_put(a, row, 41, STYLE_PLAIN,
	    timeline_cut(f, timeline_row_facts(t, f, at), a->cols - 41));
	if (on) {
		area_style(a, row, 0, a->cols, STYLE_ROW);
		area_cursor(a, row, 0);
	}
}

static void
timeline_draw_list(struct timeline *t, const struct area *a)
{
	cursor_fit(&t->cursor, t->n, a->rows - 1);
	area_put(a, 0, 2, STYLE_HEAD, SAFE("When (UTC)"));
	area_put(a, 0, 14, STYLE_HEAD, SAFE("Who"));
	area_put(a, 0, 27, STYLE_HEAD, SAFE("What"));
	area_put(a, 0, 41, STYLE_HEAD, SAFE("Facts"));
	for (int i = 0; i < a->rows - 1 && t->cursor.top + (uint64_t)i < t->n; i++) {
		uint64_t at = t->cursor.top + (uint64_t)i;
		timeline_draw_row(t, a, i + 1, (size_t)at);
	}
}

static void
timeline_draw_entry(struct timeline *t, const struct area *a)
{
	struct timeline_page p = {.frame = t->export.view.app->frame, .cells = a->cols - 3};
	timeline_print(&p, t, t->entries[t->cursor.at]);
	cursor_fit(&t->line, p.n, a->rows);
	for (int i = 0; i < a->rows && t->line.top + (uint64_t)i < p.n; i++) {
		uint64_t at = t->line.top + (uint64_t)i;
		area_put(a, i, 0, STYLE_PLAIN, at == t->line.at ? SAFE(">") : SAFE(" "));
		area_put(a, i, 2, STYLE_PLAIN, p.lines[at]);
		if (at == t->line.at)
			area_cursor(a, i, 0);
	}
	free(p.lines);
}

static void
timeline_draw(struct view *v, const struct area *a)
{
	struct timeline *t = timeline_of(v);
	if (t->open && t->cursor.at < t->n) {
		timeline_draw_entry(t, a);
	} else if (t->n > 0) {
		timeline_draw_list(t, a);
	} else {
		area_cursor(a, 1, 2);
		area_put(a, 1, 2, STYLE_PLAIN,
		    t->known ? SAFE("There is no entry about this transfer.")
			     : SAFE("The station is asked for the record."));
	}
}

static struct safe
timeline_subject(struct view *v, struct arena *a)
{
	return safe_text(a, timeline_of(v)->transfer);
}

static struct safe
timeline_status(struct view *v, struct arena *a)
{
	struct timeline *t = timeline_of(v);
	if (t->n == 0)
		return SAFE("");
	return safe_printf(a, "entry %s of %s%s", safe_count(a, t->cursor.at + 1).text,
	    safe_count(a, t->n).text, t->open ? ", whole; Esc closes it" : ", oldest first");
}

/* --- acts -------------------------------------------------------- */

static void
timeline_set_open(struct timeline *t, bool open)
{
	t->open = open;
	t->line = (struct cursor){.rows = t->line.rows};
	t->export.view.cursor = open ? &t->line : &t->cursor;
}

void
timeline_act_entry(struct view *v)
{
	struct timeline *t = timeline_of(v);
	if (t->n == 0)
		app_warn(v->app, "There is no entry to open.");
	else
		timeline_set_open(t, !t->open);
}

void
timeline_act_state(struct view *v)
{
	app_push(v->app, progress_view(v->app, ((struct timeline *)v)->transfer));
}

const char *
timeline_may_export(struct view *v)
{
	return sending_why_not(v->app);
}

void
timeline_act_export(struct view *v)
{
	app_push(v->app, sending_view(v->app, timeline_of(v)->transfer));
}

void
timeline_act_papers(struct view *v)
{
	export_start(&timeline_of(v)->export, timeline_of(v)->transfer);
}

/* --- the view ---------------------------------------------------- */

static bool
timeline_leave(struct view *v)
{
	struct timeline *t = timeline_of(v);
	bool open = t->open;
	timeline_set_open(t, false);
	return !open;
}

static void
timeline_tick(struct view *v)
{
	struct timeline *t = timeline_of(v);
	if (v->app->top == v && !t->open && v->app->now_ms - t->read_ms >= TIMELINE_AGAIN_MS &&
	    app_why_no_desk(v->app) == NULL)
		timeline_ask(t);
}

static void
timeline_done(struct view *v)
{
	timeline_drop(timeline_of(v));
}

static const struct view_type timeline_type = {
    .title = "RECORD",
    .map = MAP_TIMELINE,
    .also = MAP_BIT(MAP_ANY) | MAP_BIT(MAP_LIST),
    .draw = timeline_draw,
    .subject = timeline_subject,
    .status = timeline_status,
    .tick = timeline_tick,
    .leave = timeline_leave,
    .done = timeline_done,
};

struct view *
timeline_view(struct app *app, const char *transfer)
{
	struct timeline *t = view_new(app, &timeline_type, sizeof(*t));
	snprintf(t->transfer, sizeof(t->transfer), "%s", transfer);
	t->read_ms = app->now_ms;
	timeline_set_open(t, false);
	timeline_ask(t);
	return &t->export.view;
}

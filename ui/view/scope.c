/* SPDX-License-Identifier: ISC */
/*
 * What lies in a folder of a medium whose reading waits, the largest first;
 * each can be left out or taken back.  A folder in it is another of these
 * views on top.
 */
#include "src/base/mem.h"
#include "ui/desk.h"
#include "ui/view/wanted.h"
#include "ui/views.h"

#include <string.h>

#define SCOPE_MOST 1024 /* rows: the others are smaller */

struct scope {
	struct view view;
	struct cursor cursor;
	char transfer[TRANSFER_ID_SIZE];
	uint64_t folder;
	char *name;     /* of the folder, escaped; "" at the top */
	bool out;       /* it is left out: everything here with it */
	json_t *rows;   /* shown; NULL until they came */
	json_t *coming; /* being asked for, or NULL */
	json_t *choice; /* `choosing` of the status, or NULL */
	uint64_t total; /* as the desk says */
	bool taking;    /* everything is being taken back */
	char *did;      /* what is being done, to be said when it is; or NULL */
};

static struct scope *
scope_of(struct view *v)
{
	return (struct scope *)v;
}

static const json_t *
scope_row(const struct scope *s)
{
	return json_array_get(s->rows, (size_t)s->cursor.at);
}

static bool
scope_is_folder(const json_t *row)
{
	return strcmp(row_text(row, "kind"), "directory") == 0;
}

/* --- asking ------------------------------------------------------ */

static void scope_ask(struct scope *);

/* The cursor stays on its item, wherever that is now. */
static void
scope_complete(struct scope *s)
{
	uint64_t item = row_uint(scope_row(s), "item");
	size_t i;
	const json_t *row;
	json_decref(s->rows);
	s->rows = s->coming;
	s->coming = NULL;
	cursor_fit(&s->cursor, json_array_size(s->rows), s->cursor.rows);
	json_array_foreach (s->rows, i, row)
		if (row_uint(row, "item") == item)
			cursor_to(&s->cursor, i);
}

static void
scope_on_rows(void *owner, struct msg *m)
{
	struct scope *s = owner;
	if (m == NULL || m->id != MSG_DESK_ROWS) {
		if (m != NULL)
			app_refused(s->view.app, m);
		json_decref(s->coming);
		s->coming = NULL;
		return;
	}
	json_t *rows = json_object_get(m->body, "rows");
	json_array_extend(s->coming, rows);
	s->total = msg_uint(m, "total");
	if (msg_bool(m, "more") && json_array_size(rows) > 0 &&
	    json_array_size(s->coming) < SCOPE_MOST)
		scope_ask(s);
	else
		scope_complete(s);
}

/* The next page of what is coming. */
static void
scope_ask(struct scope *s)
{
	app_ask(&s->view, MSG_UI_FOLDERS,
	    json_pack("{s:s, s:I, s:I}", "transfer", s->transfer, "in", (json_int_t)s->folder,
		"from", (json_int_t)json_array_size(s->coming)),
	    MSG_DESK_ROWS, scope_on_rows);
}

static void
scope_on_status(void *owner, struct msg *m)
{
	struct scope *s = owner;
	if (m == NULL || m->id != MSG_DESK_STATUS)
		return;
	json_decref(s->choice);
	s->choice =
	    json_incref(json_object_get(json_object_get(m->body, "status"), "choosing"));
}

static void
scope_reload(struct scope *s)
{
	if (s->coming != NULL || app_why_no_desk(s->view.app) != NULL)
		return;
	s->coming = json_array();
	scope_ask(s);
	app_ask(&s->view, MSG_UI_STATUS, json_pack("{s:s}", "transfer", s->transfer),
	    MSG_DESK_STATUS, scope_on_status);
}

/* --- acts -------------------------------------------------------- */

static void
scope_on_changed(void *owner, struct msg *m)
{
	struct scope *s = owner;
	MEM_FREE char *did = s->did;
	s->did = NULL;
	if (m == NULL || m->id != MSG_DESK_DONE)
		app_refused(s->view.app, m);
	else
		app_say(s->view.app, "%s", did);
	scope_reload(s);
}

const char *
scope_may_change(struct view *v)
{
	const struct scope *s = scope_of(v);
	const json_t *row = scope_row(s);
	if (app_why_no_desk(v->app) != NULL)
		return app_why_no_desk(v->app);
	if (row == NULL)
		return "there is nothing under the cursor";
	if (s->did != NULL)
		return "the station was asked already; wait for its answer";
	return strcmp(row_text(row, "out"), "within") == 0
	           ? "the folder that it is in is left out; take that one back, one Esc higher"
	           : NULL;
}

void
scope_act_change(struct view *v)
{
	struct scope *s = scope_of(v);
	const json_t *row = scope_row(s);
	bool out = row_text(row, "out")[0] != '\0', folder = scope_is_folder(row);
	s->did = mem_printf("%s: %s%s",
	    out      ? "Taken back, to be read"
	    : folder ? "Left out, with all that is in it"
		     : "Left out",
	    safe_fit(v->app->frame, safe_member(v->app->frame, row, "name"), 32).text,
	    folder ? "/" : "");
	app_ask(v, MSG_UI_SCOPE,
	    json_pack("{s:s, s:I, s:b}", "transfer", s->transfer, "item",
		(json_int_t)row_uint(row, "item"), "include", (int)out),
	    MSG_DESK_DONE, scope_on_changed);
}

const char *
scope_may_open(struct view *v)
{
	const json_t *row = scope_row(scope_of(v));
	if (row == NULL)
		return "there is nothing under the cursor";
	return scope_is_folder(row) ? NULL : "it is a file; x leaves it out";
}

void
scope_act_open(struct view *v)
{
	struct scope *s = scope_of(v);
	struct arena *f = v->app->frame;
	const json_t *row = scope_row(s);
	app_push(v->app, scope_view(v->app, s->transfer, row_uint(row, "item"),
			     safe_printf(f, "%s%s/", s->name, safe_member(f, row, "name").text),
			     s->out || row_text(row, "out")[0] != '\0'));
}

/* All of the medium at once. */
static void
scope_on_others(void *owner, struct msg *m)
{
	struct scope *s = owner;
	wanted_said(s->view.app, m, s->taking);
	scope_reload(s);
}

static const char *
scope_why_not_all(const struct scope *s)
{
	if (app_why_no_desk(s->view.app) != NULL)
		return app_why_no_desk(s->view.app);
	if (s->choice == NULL)
		return "the station was asked what there is to choose; wait for the answer";
	return s->folder != 0 ? "it is about the whole medium: Esc leads to its top" : NULL;
}

const char *
scope_may_others(struct view *v)
{
	const char *why = scope_why_not_all(scope_of(v));
	return why != NULL ? why : wanted_why_no_list(scope_of(v)->choice);
}

void
scope_act_others(struct view *v)
{
	scope_of(v)->taking = false;
	wanted_ask(v, scope_of(v)->transfer, false, scope_on_others);
}

const char *
scope_may_take_all(struct view *v)
{
	const char *why = scope_why_not_all(scope_of(v));
	if (why != NULL)
		return why;
	return row_uint(scope_of(v)->choice, "left_out") > 0 ? NULL : "nothing is left out";
}

void
scope_act_take_all(struct view *v)
{
	scope_of(v)->taking = true;
	wanted_ask(v, scope_of(v)->transfer, true, scope_on_others);
}

/* --- drawing ----------------------------------------------------- */

static void
scope_draw_row(struct scope *s, const struct area *a, int row, const json_t *r, bool on)
{
	struct arena *f = s->view.app->frame;
	const char *out = row_text(r, "out");
	bool folder = scope_is_folder(r);
	area_put(a, row, 0, STYLE_PLAIN, on ? SAFE(">") : SAFE(" "));
	area_put(a, row, 2, out[0] != '\0' ? STYLE_MEDIUM : STYLE_PLAIN,
	    out[0] == '\0'               ? SAFE("to read")
	    : strcmp(out, "within") == 0 ? SAFE("left out")
					 : SAFE("LEFT OUT"));
	area_right(a, row, 12, 6, STYLE_PLAIN, safe_size(f, row_uint(r, "bytes")));
	if (folder)
		area_right(a, row, 20, 9, STYLE_PLAIN, safe_count(f, row_uint(r, "files")));
	struct safe name =
	    safe_printf(f, "%s%s", safe_member(f, r, "name").text, folder ? "/" : "");
	area_name(
	    a, f, row, 31, a->cols - 32, STYLE_PLAIN, safe_from(name, (size_t)s->cursor.left));
	if (on) {
		area_style(a, row, 0, a->cols, STYLE_ROW);
		area_cursor(a, row, 0);
	}
}

static void
scope_draw(struct view *v, const struct area *a)
{
	struct scope *s = scope_of(v);
	size_t n = json_array_size(s->rows);
	cursor_fit(&s->cursor, n, a->rows - 3);
	area_put(a, 0, 2, STYLE_HEAD, SAFE("State"));
	area_right(a, 0, 12, 6, STYLE_HEAD, SAFE("Size"));
	area_right(a, 0, 20, 9, STYLE_HEAD, SAFE("Files"));
	area_put(a, 0, 31, STYLE_HEAD, SAFE("Name"));
	if (n == 0) {
		area_cursor(a, 1, 2);
		area_put(a, 1, 2, STYLE_PLAIN,
		    s->rows == NULL ? SAFE("The station is asked what is in it.")
				    : SAFE("There is no file and no folder in it."));
	}
	for (int i = 0; i < s->cursor.rows && s->cursor.top + (uint64_t)i < n; i++) {
		uint64_t at = s->cursor.top + (uint64_t)i;
		scope_draw_row(
		    s, a, i + 1, json_array_get(s->rows, (size_t)at), at == s->cursor.at);
	}
	area_clip(a, a->rows - 1, 1, a->cols - 2, STYLE_PLAIN,
	    s->folder == 0
		? SAFE("x leaves out, or takes back. Enter looks into a folder. Esc: the "
		       "totals.")
		: SAFE("x leaves out, or takes back. Enter looks into a folder. Esc: one up."));
}

static struct safe
scope_status(struct view *v, struct arena *a)
{
	const struct scope *s = scope_of(v);
	const json_t *c = s->choice;
	size_t n = json_array_size(s->rows);
	if (c == NULL)
		return SAFE("");
	uint64_t bytes = row_uint(c, "bytes"), out = row_uint(c, "left_bytes"),
		 saved = row_uint(c, "left_saved"), missing = row_uint(c, "missing");
	return safe_printf(a, "to read %s, left out %s; %s %s%s",
	    safe_size(a, bytes > saved ? bytes - saved : 0).text, safe_size(a, out).text,
	    missing > 0 ? "TOO LITTLE ROOM by" : "room for",
	    safe_size(a, missing > 0 ? missing : row_uint(c, "room")).text,
	    s->total > n && s->rows != NULL
		? safe_printf(a, "; the %s largest of %s", safe_count(a, n).text,
		      safe_count(a, s->total).text)
		      .text
		: "");
}

static struct safe
scope_subject(struct view *v, struct arena *a)
{
	const struct scope *s = scope_of(v);
	return safe_printf(a, "%s%s%s%s", s->transfer, s->name[0] != '\0' ? "  " : "", s->name,
	    s->out ? "  (left out)" : "");
}

static void
scope_shown(struct view *v)
{
	scope_reload(scope_of(v));
}

static void
scope_done(struct view *v)
{
	struct scope *s = scope_of(v);
	json_decref(s->rows);
	json_decref(s->coming);
	json_decref(s->choice);
	free(s->name);
	free(s->did);
}

static const struct view_type scope_type = {
    .title = "LEAVE OUT",
    .map = MAP_SCOPE,
    .also = MAP_BIT(MAP_ANY) | MAP_BIT(MAP_LIST),
    .draw = scope_draw,
    .subject = scope_subject,
    .status = scope_status,
    .shown = scope_shown,
    .done = scope_done,
};

struct view *
scope_view(struct app *app, const char *transfer, uint64_t folder, struct safe name, bool out)
{
	struct scope *s = view_new(app, &scope_type, sizeof(*s));
	s->view.cursor = &s->cursor;
	snprintf(s->transfer, sizeof(s->transfer), "%s", transfer);
	s->folder = folder;
	s->name = mem_strdup(name.text);
	s->out = out;
	scope_reload(s);
	return &s->view;
}

/* SPDX-License-Identifier: ISC */
/*
 * What was found right in an item that was opened, or in something inside it: name, size,
 * type and verdict of each.  What was opened itself is another of these views on top.
 */
#include "src/base/mem.h"
#include "ui/desk.h"
#include "ui/inside.h"
#include "ui/view/details.h"
#include "ui/view/review.h"
#include "ui/views.h"

#include <string.h>

#define MEMBERS_MOST  4096 /* rows that are asked for */
#define MEMBERS_TYPE  12   /* cells */
#define MEMBERS_BELOW 2    /* rows under the list */

struct members {
	struct view view;
	struct cursor cursor;
	char transfer[TRANSFER_ID_SIZE];
	uint64_t item;
	json_t *way;  /* rows from the item down to here */
	char *name;   /* the same as names, escaped */
	size_t below; /* where in it the names inside the item begin */
	json_t *rows; /* that came so far */
	uint64_t next, total;
	bool waiting, over;
};

static struct members *
members_of(struct view *v)
{
	return (struct members *)v;
}

static const json_t *
members_row(const struct members *m)
{
	return json_array_get(m->rows, (size_t)m->cursor.at);
}

/* --- asking ------------------------------------------------------ */

static void members_ask(struct members *);

static void
members_on_rows(void *owner, struct msg *msg)
{
	struct members *m = owner;
	m->waiting = false;
	if (msg == NULL || msg->id != MSG_DESK_ROWS) {
		m->over = true;
		if (msg != NULL)
			app_refused(m->view.app, msg);
		return;
	}
	json_t *rows = json_object_get(msg->body, "rows");
	json_array_extend(m->rows, rows);
	m->total = msg_uint(msg, "total");
	m->next = msg_uint(msg, "next");
	m->over = !msg_bool(msg, "more") || json_array_size(rows) == 0 ||
	          json_array_size(m->rows) >= MEMBERS_MOST;
	if (!m->over)
		members_ask(m);
}

static void
members_ask(struct members *m)
{
	if (m->waiting || m->over || app_why_no_desk(m->view.app) != NULL)
		return;
	m->waiting = true;
	app_ask(&m->view, MSG_UI_INSIDE,
	    json_pack("{s:s, s:I, s:O, s:I}", "transfer", m->transfer, "item",
		(json_int_t)m->item, "way", m->way, "from", (json_int_t)m->next),
	    MSG_DESK_ROWS, members_on_rows);
}

/* --- acts -------------------------------------------------------- */

const char *
members_may_open(struct view *v)
{
	const json_t *row = members_row(members_of(v));
	if (row == NULL)
		return "there is nothing under the cursor";
	return json_object_get(row, "inside") != NULL
	           ? NULL
	           : "nothing was found in it: it holds nothing, or was not opened";
}

void
members_act_open(struct view *v)
{
	struct members *m = members_of(v);
	struct arena *f = v->app->frame;
	const json_t *row = members_row(m);
	json_t *way = json_deep_copy(m->way);
	json_array_append(way, json_object_get(row, "n"));
	struct view *to = members_view(v->app, m->transfer, m->item, way,
	    safe_printf(f, "%s > %s", m->name, safe_member(f, row, "name").text));
	members_of(to)->below = m->below;
	app_push(v->app, to);
}

const char *
members_may_password(struct view *v)
{
	const json_t *row = members_row(members_of(v));
	if (app_why_no_desk(v->app) != NULL)
		return app_why_no_desk(v->app);
	if (row == NULL)
		return "there is nothing under the cursor";
	return strcmp(row_text(row, "verdict"), "incomplete") == 0 &&
	               row_text(row, "sha256")[0] != '\0'
	           ? NULL
	           : "it is no archive that was found locked";
}

/* The station goes by the names on the way, as they stand here. */
void
members_act_password(struct view *v)
{
	struct members *m = members_of(v);
	struct arena *f = v->app->frame;
	struct safe name =
	    safe_printf(f, "%s > %s", m->name, safe_member(f, members_row(m), "name").text);
	app_push(
	    v->app, password_view(v->app, m->transfer, m->item, name.text + m->below, name));
}

/* In the details of an item. */
const char *
members_may_inside(struct view *v)
{
	const json_t *item = review_item(details_review(v));
	if (app_why_no_desk(v->app) != NULL)
		return app_why_no_desk(v->app);
	if (item == NULL)
		return "the item is not read yet; press the key again";
	return json_object_get(item, "inside") != NULL
	           ? NULL
	           : "nothing was found in it: it holds nothing, or was not opened";
}

void
members_act_inside(struct view *v)
{
	struct review *r = details_review(v);
	const json_t *item = review_item(r);
	app_push(v->app, members_view(v->app, r->transfer, row_uint(item, "id"), json_array(),
			     review_name(v->app->frame, item)));
}

/* --- drawing ----------------------------------------------------- */

/* Only what is not a file has no verdict; nothing but clean looks like it. */
static enum style
members_style(const json_t *row)
{
	const char *verdict = row_text(row, "verdict");
	if (strcmp(row_text(row, "kind"), "file") != 0)
		return STYLE_PLAIN;
	return details_verdict_style(verdict[0] != '\0' ? verdict : "unscanned");
}

static void
members_draw_row(struct members *m, const struct area *a, int row, const json_t *r, bool on)
{
	struct arena *f = m->view.app->frame;
	const char *kind = row_text(r, "kind"), *type = row_text(r, "type");
	bool file = strcmp(kind, "file") == 0;
	area_put(a, row, 0, STYLE_PLAIN, on ? SAFE(">") : SAFE(" "));
	area_field(a, f, row, 2, 10, members_style(r),
	    file ? safe_member(f, r, "verdict") : SAFE("-"));
	area_right(
	    a, row, 13, 6, STYLE_PLAIN, file ? safe_size(f, row_uint(r, "size")) : SAFE("-"));
	area_clip(
	    a, row, 20, MEMBERS_TYPE, STYLE_PLAIN, safe_text(f, type[0] != '\0' ? type : kind));
	struct safe name = safe_printf(f, "%s%s", safe_member(f, r, "name").text,
	    json_object_get(r, "inside") != NULL ? " >" : "");
	area_name(
	    a, f, row, 33, a->cols - 34, STYLE_PLAIN, safe_from(name, (size_t)m->cursor.left));
	if (on) {
		area_style(a, row, 0, a->cols, STYLE_ROW);
		area_cursor(a, row, 0);
	}
}

/* What more there is to say of the one under the cursor. */
static struct safe
members_more(struct members *m)
{
	struct arena *f = m->view.app->frame;
	const json_t *row = members_row(m);
	char words[INSIDE_WORDS_SIZE];
	struct safe why = safe_member(f, row, "why"), link = safe_member(f, row, "link");
	if (!safe_empty(why))
		return safe_printf(f, "its bytes are not there: %s", why.text);
	if (!safe_empty(link))
		return safe_printf(f, "leads to %s", link.text);
	if (row != NULL && inside_words(row, words)[0] != '\0')
		return safe_printf(f, "%s. Enter looks into it.", words);
	return safe_member(f, row, "mime");
}

static void
members_draw(struct view *v, const struct area *a)
{
	struct members *m = members_of(v);
	size_t n = json_array_size(m->rows);
	cursor_fit(&m->cursor, n, a->rows - 1 - MEMBERS_BELOW);
	area_put(a, 0, 2, STYLE_HEAD, SAFE("Verdict"));
	area_right(a, 0, 13, 6, STYLE_HEAD, SAFE("Size"));
	area_put(a, 0, 20, STYLE_HEAD, SAFE("Type"));
	area_put(a, 0, 33, STYLE_HEAD, SAFE("Name"));
	if (n == 0) {
		area_cursor(a, 1, 2);
		area_put(a, 1, 2, STYLE_PLAIN,
		    m->over ? SAFE("Nothing was found in it.")
			    : SAFE("The station is asked what is in it."));
	}
	for (int i = 0; i < m->cursor.rows && m->cursor.top + (uint64_t)i < n; i++) {
		uint64_t at = m->cursor.top + (uint64_t)i;
		members_draw_row(
		    m, a, i + 1, json_array_get(m->rows, (size_t)at), at == m->cursor.at);
	}
	struct area below =
	    area_part(a, a->rows - MEMBERS_BELOW, 1, MEMBERS_BELOW, a->cols - 2);
	area_words(&below, 0, 0, MEMBERS_BELOW, STYLE_PLAIN, members_more(m));
}

static struct safe
members_status(struct view *v, struct arena *a)
{
	const struct members *m = members_of(v);
	size_t n = json_array_size(m->rows);
	if (m->total > n && m->over)
		return safe_printf(a,
		    "the first %s of %s are shown; the report names the worst",
		    safe_count(a, n).text, safe_count(a, m->total).text);
	return safe_printf(a, "%s of %s, no decision of their own: they go with their item",
	    safe_count(a, n > 0 ? m->cursor.at + 1 : 0).text, safe_count(a, m->total).text);
}

static struct safe
members_subject(struct view *v, struct arena *a)
{
	const struct members *m = members_of(v);
	return safe_printf(a, "%s  %s", m->transfer, m->name);
}

static void
members_shown(struct view *v)
{
	members_ask(members_of(v));
}

static void
members_done(struct view *v)
{
	struct members *m = members_of(v);
	json_decref(m->rows);
	json_decref(m->way);
	free(m->name);
}

static const struct view_type members_type = {
    .title = "INSIDE",
    .map = MAP_MEMBERS,
    .also = MAP_BIT(MAP_ANY) | MAP_BIT(MAP_LIST),
    .draw = members_draw,
    .subject = members_subject,
    .status = members_status,
    .shown = members_shown,
    .done = members_done,
};

struct view *
members_view(
    struct app *app, const char *transfer, uint64_t item, json_t *way, struct safe name)
{
	struct members *m = view_new(app, &members_type, sizeof(*m));
	m->view.cursor = &m->cursor;
	snprintf(m->transfer, sizeof(m->transfer), "%s", transfer);
	m->item = item;
	m->way = way;
	m->name = mem_strdup(name.text);
	m->below = strlen(m->name) + strlen(" > ");
	m->rows = json_array();
	members_ask(m);
	return &m->view;
}

/* SPDX-License-Identifier: ISC */
#include "ui/view/review.h"
#include "ui/view/bulk.h"
#include "ui/view/details.h"
#include "ui/view/wanted.h"
#include "ui/views.h"

#include <stdio.h>
#include <string.h>

#define REVIEW_LOOK_MS 3000 /* between two looks at how the transfer stands */
#define REVIEW_IDLE_MS 1000 /* without a key, before such a look */

/* --- the row under the cursor -------------------------------------------- */

const json_t *
review_row(const struct review *r)
{
	return r->listed && r->cursor.total > 0 ? window_row(r->window, r->cursor.at) : NULL;
}

uint64_t
review_row_id(const struct review *r)
{
	return row_uint(review_row(r), "id");
}

const json_t *
review_item(const struct review *r)
{
	uint64_t id = review_row_id(r);
	return id != 0 && row_uint(r->item, "id") == id ? r->item : NULL;
}

static void
review_show(struct review *r)
{
	int rows = r->cursor.rows > 0 ? r->cursor.rows : r->view.app->rows;
	if (r->listed)
		window_show(r->window, r->cursor.top, rows);
}

void
review_to(struct review *r, uint64_t pos)
{
	cursor_to(&r->cursor, pos);
	review_show(r);
}

static void
review_moved(struct view *v)
{
	review_show((struct review *)v);
}

struct review *
review_of(struct view *v)
{
	if (v->type->map == MAP_DETAILS)
		return details_review(v);
	return v->type->map == MAP_BULK ? bulk_review(v) : (struct review *)v;
}

/* --- counts, state, one item --------------------------------------------- */

uint64_t
review_count(const struct review *r, const char *word)
{
	return row_uint(r->counts, word);
}

void
review_take_counts(struct review *r, const struct msg *m)
{
	json_t *counts = json_object_get(m->body, "counts");
	if (!json_is_object(counts))
		return;
	json_decref(r->counts);
	r->counts = json_incref(counts);
}

/* What another officer did to it is told to who had it. */
static void
review_tell_change(struct review *r, const json_t *now)
{
	struct app *app = r->view.app;
	const char *holder = row_text(now, "holder"), *state = row_text(now, "state");
	if (r->status == NULL)
		return;
	if (strcmp(row_text(r->status, "holder"), holder) != 0 && app->ui->as != NULL &&
	    strcmp(holder, app->ui->as) != 0)
		app_warn(app, "%s has taken %s over: decisions are made there from now on.",
		    safe_text(app->frame, holder).text, r->transfer);
	else if (strcmp(row_text(r->status, "state"), state) != 0)
		app_say(app, "%s is %s now.", r->transfer, safe_text(app->frame, state).text);
}

/* Once, when it is opened: what was asked for is no row of the list. */
static void
review_tell_request(struct review *r, const json_t *now)
{
	struct app *app = r->view.app;
	bool early;
	const json_t *request = wanted_find(now, &early);
	if (r->status != NULL || request == NULL || app->top != &r->view)
		return;
	if (wanted_is_off(request))
		app_warn(app, "Request: %s; w shows it.",
		    wanted_is_good(request) ? wanted_counts(app->frame, request).text
					    : wanted_whose(app->frame, request).text);
	else
		app_say(
		    app, "Request: %s; w shows it.", wanted_counts(app->frame, request).text);
}

static void
review_on_status(void *owner, struct msg *m)
{
	struct review *r = owner;
	r->status_asked = false;
	if (m == NULL)
		r->lost = true;
	else if (m->id != MSG_DESK_STATUS)
		app_refused(r->view.app, m);
	else {
		review_tell_change(r, json_object_get(m->body, "status"));
		review_tell_request(r, json_object_get(m->body, "status"));
		json_decref(r->status);
		r->status = json_incref(json_object_get(m->body, "status"));
	}
}

void
review_ask_status(struct review *r)
{
	r->status_ms = r->view.app->now_ms;
	r->status_asked = true;
	app_ask(&r->view, MSG_UI_STATUS, json_pack("{s:s}", "transfer", r->transfer),
	    MSG_DESK_STATUS, review_on_status);
}

static void
review_on_item(void *owner, struct msg *m)
{
	struct review *r = owner;
	r->item_asked = false;
	if (m == NULL)
		return;
	if (m->id != MSG_DESK_ITEM) {
		r->item_refused = review_row_id(r);
		return;
	}
	json_decref(r->item);
	r->item = json_incref(json_object_get(m->body, "item"));
	review_ask_item(r); /* the cursor may have moved on */
}

void
review_ask_item(struct review *r)
{
	uint64_t id = review_row_id(r);
	if (id == 0 || r->item_asked || id == r->item_refused ||
	    (review_item(r) != NULL && !r->item_stale))
		return;
	r->item_asked = true;
	r->item_stale = false;
	app_ask(&r->view, MSG_UI_ITEM,
	    json_pack("{s:s, s:I}", "transfer", r->transfer, "item", (json_int_t)id),
	    MSG_DESK_ITEM, review_on_item);
}

void
review_expire(struct review *r, uint64_t item)
{
	window_expire(r->window, item);
	if (item == 0 || row_uint(r->item, "id") == item)
		r->item_stale = true;
	r->item_refused = 0;
}

void
review_patch(struct review *r, uint64_t item, const char *decision, const char *reason)
{
	window_patch(r->window, item, decision, reason, r->view.app->ui->as);
	if (r->item == NULL || row_uint(r->item, "id") != item)
		return;
	json_object_set_new(r->item, "decision", json_string(decision));
	json_object_set_new(r->item, "reason", json_string(reason));
	json_object_set_new(r->item, "by", json_string(r->view.app->ui->as));
}

/* --- the list ------------------------------------------------------------ */

static void
review_on_keep(void *owner, struct msg *m)
{
	struct review *r = owner;
	if (m != NULL && m->id == MSG_DESK_FOUND && msg_bool(m, "found"))
		review_to(r, msg_uint(m, "at"));
}

/* Where the item is now that had the cursor before. */
static void
review_find_kept(struct review *r)
{
	char where[32];
	if (r->keep == 0 || r->cursor.total == 0)
		return;
	snprintf(where, sizeof(where), "id=%llu", (unsigned long long)r->keep);
	app_ask(&r->view, MSG_UI_FIND,
	    json_pack("{s:I, s:s, s:I, s:b}", "list", (json_int_t)r->list, "where", where,
		"from", (json_int_t)r->cursor.total, "back", 1),
	    MSG_DESK_FOUND, review_on_keep);
}

static void
review_on_list(void *owner, struct msg *m)
{
	struct review *r = owner;
	r->listing = false;
	if (m == NULL) {
		r->lost = true;
		return;
	}
	if (r->next) { /* another limit was typed: what came is out of date */
		review_list_next(r);
		return;
	}
	if (m->id != MSG_DESK_LIST) {
		app_refused(r->view.app, m);
		r->wanted = r->order;
		r->told = true;
		review_ask_status(r);
		return;
	}
	r->order = r->wanted;
	r->listed = true;
	r->told = false;
	r->list = msg_uint(m, "list");
	review_take_counts(r, m);
	window_open(r->window, r->list, msg_uint(m, "total"));
	r->cursor.at = r->cursor.top = 0;
	r->cursor.total = msg_uint(m, "total");
	review_show(r);
	review_find_kept(r);
}

void
review_list(struct review *r)
{
	uint64_t id = review_row_id(r);
	if (r->listing)
		return;
	if (id != 0)
		r->keep = id;
	r->listing = true;
	r->lost = false;
	app_ask(&r->view, MSG_UI_LIST,
	    json_pack("{s:s, s:s, s:s, s:b}", "transfer", r->transfer, "where", r->wanted.where,
		"sort", r->wanted.sort, "reverse", r->wanted.reverse),
	    MSG_DESK_LIST, review_on_list);
}

void
review_list_next(struct review *r)
{
	if (r->listing || !r->next)
		return;
	r->next = false;
	memcpy(r->wanted.where, r->next_where, sizeof(r->wanted.where));
	review_list(r);
}

/* Rows came, or will not come. */
static void
review_changed(void *arg)
{
	struct review *r = arg;
	if (window_state(r->window) != WINDOW_FINE)
		r->lost = true;
}

/* --- the view ------------------------------------------------------------ */

/* The desk came back, or its list was gone: once more, at the same item. */
static void
review_renew(struct review *r)
{
	struct app *app = r->view.app;
	if (app_why_no_desk(app) != NULL) {
		r->lost = true; /* a list lives as long as the connection */
		return;
	}
	if (!r->lost || r->listing || r->told || channel_phase(app->ui->desk) != PH_SIGNED)
		return;
	if (r->listed)
		app_say(app, "The list was made anew.");
	r->busy = r->item_asked = false;
	review_ask_status(r);
	review_list(r);
}

/* Another officer may have taken it over: asked now and then, never while keys are pressed. */
static void
review_look(struct review *r)
{
	const struct app *app = r->view.app;
	if (r->status != NULL && !r->status_asked && !r->lost && app_why_no_desk(app) == NULL &&
	    app->now_ms - r->status_ms >= REVIEW_LOOK_MS &&
	    app->now_ms - app->key_ms >= REVIEW_IDLE_MS)
		review_ask_status(r);
}

static void
review_tick(struct view *v)
{
	struct review *r = (struct review *)v;
	review_renew(r);
	review_look(r);
	review_show(r);
	if (r->view.app->top == v)
		review_ask_item(r);
}

static void
review_shown(struct view *v)
{
	struct review *r = (struct review *)v;
	if (!r->here)
		review_ask_status(r);
	r->here = true;
	r->limiting = false;
	review_show(r);
}

static void
review_news(struct view *v, struct msg *m)
{
	struct review *r = (struct review *)v;
	const char *transfer = msg_str(m, "transfer");
	if (m->id == MSG_DESK_PROGRESS && transfer != NULL &&
	    strcmp(transfer, r->transfer) == 0 &&
	    strcmp(msg_str(m, "state"), row_text(r->status, "state")) != 0)
		review_ask_status(r);
}

static void
review_done(struct view *v)
{
	struct review *r = (struct review *)v;
	window_free(r->window);
	json_decref(r->status);
	json_decref(r->counts);
	json_decref(r->item);
	json_decref(r->plan);
}

static struct safe
review_subject(struct view *v, struct arena *frame)
{
	struct review *r = (struct review *)v;
	return app_subject(frame, r->transfer, r->status);
}

static const struct view_type review_type = {
    .title = "REVIEW",
    .map = MAP_REVIEW,
    .also = MAP_BIT(MAP_ANY) | MAP_BIT(MAP_LIST),
    .draw = review_draw,
    .subject = review_subject,
    .status = review_status,
    .moved = review_moved,
    .tick = review_tick,
    .news = review_news,
    .shown = review_shown,
    .done = review_done,
};

struct view *
review_view_limited(struct app *app, const char *transfer, const char *where)
{
	struct review *r = view_new(app, &review_type, sizeof(*r));
	r->view.cursor = &r->cursor;
	r->here = true;
	snprintf(r->transfer, sizeof(r->transfer), "%s", transfer);
	snprintf(r->wanted.where, sizeof(r->wanted.where), "%s", where);
	snprintf(r->wanted.sort, sizeof(r->wanted.sort), "path");
	r->order = r->wanted;
	r->window = window_new(app->link, review_changed, r);
	review_ask_status(r);
	review_list(r);
	return &r->view;
}

struct view *
review_view(struct app *app, const char *transfer)
{
	return review_view_limited(app, transfer, "");
}

/* SPDX-License-Identifier: ISC */
#include "ui/media.h"
#include "src/base/mem.h"
#include "ui/app.h"
#include "ui/desk.h"

#include <string.h>

#define MEDIA_AGAIN_MS 5000 /* after an answer that was none */

struct media {
	struct app *app;
	json_t *rows; /* NULL: not known */
	bool more;
	bool asking, again; /* a question is under way; it is to be asked once more */
	bool followed;      /* the desk of this connection tells of news */
	int64_t asked_ms;   /* on this connection; 0: not yet */
	json_t *came;       /* news of what came, until its row is here */
	json_t *pulled;     /* transfers whose medium went while it was read: told already */
	void (*changed)(void *);
	void *arg;
};

struct media *
media_new(struct app *app)
{
	struct media *m = mem_alloc(sizeof(*m));
	*m = (struct media){.app = app, .came = json_array(), .pulled = json_object()};
	return m;
}

void
media_free(struct media *m)
{
	if (m == NULL)
		return;
	json_decref(m->rows);
	json_decref(m->came);
	json_decref(m->pulled);
	free(m);
}

void
media_on_change(struct media *m, void *arg, void (*changed)(void *arg))
{
	if (m == NULL)
		return;
	m->arg = arg;
	m->changed = changed;
}

void
media_forget(struct media *m, const void *arg)
{
	if (m != NULL && m->arg == arg)
		m->changed = NULL;
}

/* --- rows -------------------------------------------------------------------------- */

const json_t *
media_rows(const struct media *m)
{
	return m != NULL ? m->rows : NULL;
}

bool
media_more(const struct media *m)
{
	return m != NULL && m->more;
}

const json_t *
media_find(const struct media *m, const char *source)
{
	size_t i;
	const json_t *row;
	json_array_foreach (media_rows(m), i, row)
		if (source[0] != '\0' && strcmp(row_text(row, "source"), source) == 0)
			return row;
	return NULL;
}

bool
media_is_ready(const json_t *row)
{
	return strcmp(row_text(row, "state"), "ready") == 0;
}

struct safe
media_name(struct arena *frame, const json_t *row)
{
	struct safe words = safe_member(frame, row, "device");
	return safe_empty(words) ? safe_member(frame, row, "name") : words;
}

struct safe
media_size(struct arena *frame, const json_t *row)
{
	uint64_t bytes = row_uint(row, "bytes"), tenths = (bytes + 50000000) / 100000000;
	if (bytes == 0)
		return SAFE("");
	struct safe exact = safe_printf(frame, "%s bytes", safe_count(frame, bytes).text);
	if (tenths == 0)
		return exact;
	/* as makers print it: powers of ten */
	if (tenths % 10 == 0 || tenths > 1000)
		return safe_printf(frame, "%s: %llu GB on a label", exact.text,
		    (unsigned long long)(tenths + 5) / 10);
	return safe_printf(frame, "%s: %llu.%llu GB on a label", exact.text,
	    (unsigned long long)tenths / 10, (unsigned long long)tenths % 10);
}

/* What needs somebody comes first; what has been refused is behind what is there. */
static int
media_rank(const json_t *row)
{
	static const char *const order[] = {
	    "pulled", "ready", "reading", "read", "export", "empty"};
	int n = (int)(sizeof(order) / sizeof(order[0]));
	for (int i = 0; i < n; i++)
		if (strcmp(row_text(row, "state"), order[i]) == 0)
			return i;
	return n;
}

static bool
media_before(const json_t *a, const json_t *b)
{
	int x = media_rank(a), y = media_rank(b);
	if (x != y || strcmp(row_text(a, "state"), "refused") != 0)
		return x < y;
	return strcmp(row_text(a, "at"), row_text(b, "at")) > 0;
}

static json_t *
media_in_order(const json_t *rows)
{
	json_t *all = json_array(), *row;
	size_t i;
	json_array_foreach (rows, i, row) {
		size_t at = json_array_size(all);
		while (at > 0 && media_before(row, json_array_get(all, at - 1)))
			at--;
		json_array_insert(all, at, row);
	}
	return all;
}

/* Steals the rows. */
static void
media_set(struct media *m, json_t *rows)
{
	json_t *old = m->rows;
	m->rows = rows;
	if (m->changed != NULL)
		m->changed(m->arg);
	json_decref(old);
}

/* --- telling ------------------------------------------------------------------------- */

bool
media_is_pulled(const json_t *row)
{
	const char *state = row_text(row, "state");
	return row_text(row, "transfer")[0] != '\0' &&
	       (strcmp(state, "reading") == 0 || strcmp(state, "pulled") == 0);
}

/* One line for who is elsewhere; nothing a medium says of itself. */
static void
media_say(struct app *app, const struct media_news *n)
{
	const char *port = safe_member(app->frame, n->said, "port").text;
	const char *transfer = row_text(n->row, "transfer");
	if (n->event == MEDIA_REFUSED)
		app_warn(app, "Refused in the port %s: %s", port,
		    safe_member(app->frame, n->said, "why").text);
	else if (n->event == MEDIA_INSERTED)
		app_say(app,
		    "A medium was inserted in the port %s; 1 leads home, which shows it.",
		    port);
	else if (media_is_pulled(n->row))
		app_warn(app, "%s: its medium was pulled out of the port %s; insert it again.",
		    transfer, port);
}

static void
media_tell(struct media *m, enum media_event event, const json_t *said, const json_t *row)
{
	struct app *app = m->app;
	const struct media_news n = {event, said, row};
	bool told = false;
	if (event == MEDIA_REMOVED && media_is_pulled(row))
		json_object_set_new(m->pulled, row_text(row, "transfer"), json_true());
	for (struct view *v = app->top; v != NULL;) {
		struct view *below = v->below; /* a view may put another on top */
		if (v->type->media != NULL)
			told |= v->type->media(v, &n);
		v = below;
	}
	if (!told)
		media_say(app, &n);
}

/* Their rows are here; one that has gone again meanwhile has none. */
static void
media_tell_came(struct media *m)
{
	json_t *came = m->came, *said;
	size_t i;
	m->came = json_array();
	json_array_foreach (came, i, said) {
		json_t *row = json_deep_copy(media_find(m, row_text(said, "source")));
		if (row != NULL)
			media_tell(m, MEDIA_INSERTED, said, row);
		json_decref(row);
	}
	json_decref(came);
}

/* The rows can know of it before the news, or without. */
static void
media_tell_pulled(struct media *m, bool first)
{
	json_t *rows = json_incref(m->rows), *row;
	size_t i;
	json_array_foreach (rows, i, row) {
		const char *transfer = row_text(row, "transfer");
		if (strcmp(row_text(row, "state"), "pulled") != 0)
			json_object_del(m->pulled, transfer); /* it is there again */
		else if (json_object_get(m->pulled, transfer) == NULL && !first)
			media_tell(m, MEDIA_REMOVED, row, row);
		else
			json_object_set_new(m->pulled, transfer, json_true());
	}
	json_decref(rows);
}

/* --- asking -------------------------------------------------------------------------- */

static void
media_on_rows(void *owner, struct msg *msg)
{
	struct media *m = owner;
	m->asking = false;
	if (msg == NULL || msg->id != MSG_DESK_ROWS)
		return; /* the last state stays */
	m->followed = true;
	m->more = msg_bool(msg, "more");
	bool first = m->rows == NULL;
	media_set(m, media_in_order(json_object_get(msg->body, "rows")));
	media_tell_pulled(m, first);
	if (m->again)
		media_ask(m); /* this answer may be older than the news */
	else
		media_tell_came(m);
}

void
media_ask(struct media *m)
{
	if (m == NULL)
		return;
	m->again = m->asking;
	if (m->asking)
		return;
	m->asking = true;
	m->asked_ms = m->app->now_ms;
	link_ask(m->app->link, m, MSG_UI_MEDIA, json_pack("{s:b}", "follow", 1), MSG_DESK_ROWS,
	    media_on_rows);
}

/* The row is gone before the desk is asked for the others. */
static void
media_drop(struct media *m, const json_t *row)
{
	json_t *rows = json_copy(m->rows), *one;
	size_t i;
	json_array_foreach (rows, i, one)
		if (one == row) {
			json_array_remove(rows, i);
			break;
		}
	media_set(m, rows);
}

static void
media_removed(struct media *m, const json_t *said)
{
	const char *source = row_text(said, "source");
	json_t *row = json_deep_copy(media_find(m, source)), *one;
	size_t i;
	/* it came and went before its row was here */
	for (i = json_array_size(m->came); i > 0; i--) {
		one = json_array_get(m->came, i - 1);
		if (strcmp(row_text(one, "source"), source) == 0)
			json_array_remove(m->came, i - 1);
	}
	if (row != NULL)
		media_drop(m, media_find(m, source));
	media_tell(m, MEDIA_REMOVED, said, row);
	json_decref(row);
}

/*
 * Whoever plugged it in could type in the officer's name.  What it calls itself
 * is for who unlocks.
 */
static void
media_keyboard(struct app *app, const json_t *said)
{
	bool hush = app->hush;
	app->keyboard = true;
	app->keyboard_s = app->now_s;
	app->hush = true;
	app_warn(app, "%s was plugged in, and the screen locked: %s",
	    safe_member(app->frame, said, "why").text,
	    safe_member(app->frame, said, "name").text);
	app->hush = hush;
}

void
media_hear(struct media *m, struct msg *msg)
{
	static const char *const events[] = {[MEDIA_INSERTED] = "inserted",
	    [MEDIA_REMOVED] = "removed",
	    [MEDIA_REFUSED] = "refused"};
	const char *event = msg_str(msg, "event");
	if (m == NULL || m->app->ui->as == NULL)
		return; /* who is not signed in learns nothing of a medium */
	if (strcmp(event, "keyboard") == 0) {
		media_keyboard(m->app, msg->body);
		return;
	}
	if (strcmp(event, events[MEDIA_INSERTED]) == 0)
		json_array_append(m->came, msg->body);
	else if (strcmp(event, events[MEDIA_REMOVED]) == 0)
		media_removed(m, msg->body);
	else if (strcmp(event, events[MEDIA_REFUSED]) == 0)
		media_tell(m, MEDIA_REFUSED, msg->body, NULL);
	media_ask(m);
}

void
media_lost(struct media *m)
{
	if (m == NULL)
		return;
	m->followed = m->asking = m->again = false;
	m->asked_ms = 0;
	json_array_clear(m->came);
}

void
media_tick(struct media *m)
{
	if (m == NULL || m->followed || m->asking || m->app->ui->as == NULL ||
	    app_why_no_desk(m->app) != NULL || channel_phase(m->app->ui->desk) != PH_SIGNED)
		return;
	if (m->asked_ms == 0 || m->app->now_ms - m->asked_ms >= MEDIA_AGAIN_MS)
		media_ask(m);
}

/* SPDX-License-Identifier: ISC */
#include "ui/view/preview.h"
#include "src/base/hex.h"
#include "src/base/mem.h"
#include "ui/desk.h"
#include "ui/key.h"
#include "ui/views.h"
#include "ui/wrap.h"

#include <string.h>

struct preview *
preview_of(struct view *v)
{
	return (struct preview *)v;
}

static void preview_tick(struct view *);
static void preview_done(struct view *);
static bool preview_key(struct view *, int key);
static struct safe preview_subject(struct view *, struct arena *);
static struct safe preview_status(struct view *, struct arena *);

#define PREVIEW_TYPE(name)                                                                  \
	{                                                                                   \
		.title = (name), .map = MAP_PREVIEW, .also = MAP_BIT(MAP_ANY),              \
		.draw = preview_draw, .subject = preview_subject, .status = preview_status, \
		.key = preview_key, .tick = preview_tick, .done = preview_done              \
	}

static const struct view_type preview_types[2] = {PREVIEW_TYPE("TEXT"), PREVIEW_TYPE("HEX")};

/* --- questions and answers ----------------------------------------------------------- */

static void
preview_replace(struct preview *p, struct msg *m, uint64_t from)
{
	p->hex = strcmp(msg_str(m, "mode"), "hex") == 0;
	p->view.type = &preview_types[p->hex];
	json_decref(p->lines);
	p->lines = json_incref(json_object_get(m->body, "lines"));
	p->from = json_array_size(p->lines) > 0 ? preview_line_at(p, 0) : from;
	p->next = msg_uint(m, "next");
	p->top = 0;
	p->skip = 0;
	p->debt = 0;
}

static void
preview_took_jump(struct preview *p, struct msg *m)
{
	preview_replace(p, m, msg_uint(m, "at"));
	size_t n = json_array_size(p->lines);
	if (p->to_end && n > 0) {
		p->top = n - 1;
		p->skip = preview_height(p, n - 1) - 1;
		p->debt = 1 - (int64_t)p->rows;
	}
	p->to_end = false;
}

static void
preview_took_found(struct preview *p, struct msg *m)
{
	uint64_t at = msg_uint(m, "at");
	if (!p->searching)
		return; /* given up */
	if (msg_bool(m, "found")) {
		p->searching = false;
		p->found = true;
		p->found_at = at;
		preview_replace(p, m, at);
		app_say(p->view.app, "Found at offset %llu (0x%llX).", (unsigned long long)at,
		    (unsigned long long)at);
		return;
	}
	p->search_at = msg_uint(m, "next");
	if (p->search_at != (p->search_back ? 0 : p->total))
		return; /* preview_settle goes on */
	p->searching = false;
	app_warn(p->view.app, p->search_back
				  ? "Not found between the beginning and here; n searches on."
				  : "Not found between here and the end; N searches back.");
}

static void
preview_took(struct preview *p, enum preview_asked asked, struct msg *m)
{
	json_t *lines = json_object_get(m->body, "lines");
	p->total = msg_uint(m, "total");
	if (p->jump)
		return; /* of a place, or a mode, that is not wanted any more */
	p->known = true;
	if (asked == PREVIEW_JUMP) {
		preview_took_jump(p, m);
	} else if (asked == PREVIEW_SEARCH) {
		preview_took_found(p, m);
	} else if (json_array_size(lines) == 0) {
		p->stuck = true; /* the desk has no more, though it should */
	} else if (asked == PREVIEW_AFTER) {
		json_array_extend(p->lines, lines);
		p->next = msg_uint(m, "next");
	} else {
		p->top += json_array_size(lines);
		lines = json_copy(lines);
		json_array_extend(lines, p->lines);
		json_decref(p->lines);
		p->lines = lines;
		p->from = msg_uint(m, "at");
	}
}

static void
preview_on_answer(void *owner, struct msg *m)
{
	struct preview *p = owner;
	enum preview_asked asked = p->asked;
	p->asked = PREVIEW_NOTHING;
	if (m != NULL && m->id == MSG_DESK_PREVIEW) {
		preview_took(p, asked, m);
		preview_settle(p);
		return;
	}
	/* cancelled by the officer, gone, or refused: what is shown stays */
	p->stuck = true;
	p->searching = p->jump = p->to_end = false;
	p->debt = 0;
	if (m != NULL)
		app_refused(p->view.app, m);
}

static void
preview_ask(struct preview *p, enum preview_asked asked, uint64_t at, bool back)
{
	int lines = PREVIEW_MARGIN * (p->rows + 1);
	json_t *body = json_pack("{s:s, s:I, s:s, s:I, s:i, s:b}", "transfer", p->transfer,
	    "item", (json_int_t)p->item, "mode", p->want_hex ? "hex" : "text", "at",
	    (json_int_t)at, "lines", lines < LIM_PREVIEW_LINES ? lines : LIM_PREVIEW_LINES,
	    "back", (int)back);
	if (asked == PREVIEW_SEARCH) {
		char find[HEX_B64_SIZE(LIM_PREVIEW_FIND_BYTES)];
		hex_b64_encode(p->find, p->find_len, find);
		json_object_set_new(body, "find", json_string(find));
	}
	p->asked = asked;
	app_ask(&p->view, MSG_UI_PREVIEW, body, MSG_DESK_PREVIEW, preview_on_answer);
}

/* More of the lines around the screen, where it moves to first. */
static void
preview_fill(struct preview *p)
{
	size_t want = (size_t)(PREVIEW_MARGIN * p->rows), n = json_array_size(p->lines);
	bool before = p->from > 0 && (p->debt < 0 || p->top < (size_t)p->rows);
	bool after = p->next < p->total && (p->debt > 0 || n - p->top < want);
	if (after && (p->debt >= 0 || !before))
		preview_ask(p, PREVIEW_AFTER, p->next, false);
	else if (before)
		preview_ask(p, PREVIEW_BEFORE, p->from, true);
}

void
preview_settle(struct preview *p)
{
	if (p->known)
		preview_pay(p);
	if (p->asked != PREVIEW_NOTHING || p->stuck || app_why_no_desk(p->view.app) != NULL)
		return;
	if (p->jump) {
		p->jump = false;
		preview_ask(p, PREVIEW_JUMP, p->jump_at, p->to_end);
	} else if (p->searching) {
		preview_ask(p, PREVIEW_SEARCH, p->search_at, p->search_back);
	} else if (p->known) {
		preview_trim(p);
		preview_fill(p);
	}
}

void
preview_jump(struct preview *p, uint64_t at, bool to_end)
{
	p->jump = true;
	p->jump_at = at;
	p->to_end = to_end;
	p->stuck = false;
	p->searching = false;
	p->debt = 0;
	preview_settle(p);
}

void
preview_search(struct preview *p, bool back)
{
	if (p->find_len == 0) {
		app_warn(p->view.app, "There is nothing to search for yet: / text, X bytes.");
		return;
	}
	p->search_at = !p->found ? preview_at(p) : back ? p->found_at : p->found_at + 1;
	p->search_back = back;
	p->searching = true;
	p->stuck = false;
	p->jump = false;
	preview_settle(p);
}

void
preview_move(struct preview *p, int64_t rows)
{
	int64_t most = 4 * ((int64_t)p->rows + 1);
	if (p->known && rows > 0 && preview_at_end(p))
		app_say(p->view.app, "This is the end of the object.");
	else if (p->known && rows < 0 && p->from == 0 && p->top == 0 && p->skip == 0)
		app_say(p->view.app, "This is the beginning of the object.");
	p->stuck = false;
	p->debt += rows;
	if (p->debt > most)
		p->debt = most;
	if (p->debt < -most)
		p->debt = -most;
	preview_settle(p);
}

/* --- the view -------------------------------------------------------------------------- */

static struct safe
preview_subject(struct view *v, struct arena *frame)
{
	struct preview *p = preview_of(v);
	return safe_printf(frame, "%s  item %llu   UNTRUSTED CONTENT", p->transfer,
	    (unsigned long long)p->item);
}

static struct safe
preview_status(struct view *v, struct arena *frame)
{
	struct preview *p = preview_of(v);
	if (!p->known)
		return SAFE("");
	uint64_t at = p->searching ? p->search_at : preview_at(p);
	/* in tenths of a per cent, without running over */
	uint64_t tenths = p->total >= 1000 ? at / (p->total / 1000) : 0;
	if (p->total < 1000 && p->total > 0)
		tenths = at * 1000 / p->total;
	if (tenths > 1000)
		tenths = 1000;
	return safe_printf(frame, "%s offset %s (0x%llX) of %s bytes, %llu.%llu%%%s",
	    p->searching ? "Searching at" : "From", safe_count(frame, at).text,
	    (unsigned long long)at, safe_count(frame, p->total).text,
	    (unsigned long long)tenths / 10, (unsigned long long)tenths % 10,
	    p->searching ? "; Esc stops" : "");
}

/* A search ends with the next key; Esc and Ctrl-C do nothing else then. */
static bool
preview_key(struct view *v, int key)
{
	struct preview *p = preview_of(v);
	bool searching = p->searching;
	p->searching = false;
	if (!searching || (key != K_ESC && key != K_CTRL('C')))
		return false;
	app_say(v->app, "The search was stopped; n goes on.");
	/* as if it had been found there, so that n does not begin again */
	p->found = true;
	p->found_at = p->search_back || p->search_at == 0 ? p->search_at : p->search_at - 1;
	return true;
}

static void
preview_tick(struct view *v)
{
	preview_settle(preview_of(v));
}

static void
preview_done(struct view *v)
{
	struct preview *p = preview_of(v);
	json_decref(p->lines);
	free(p->name);
}

/* The same place in the other mode. */
static void
preview_set_mode(struct preview *p, bool hex)
{
	if (p->want_hex == hex) {
		app_say(p->view.app, hex ? "These are the bytes; t shows lines of text."
					 : "These are lines of text; x shows the bytes.");
		return;
	}
	p->want_hex = hex;
	p->left = 0;
	preview_jump(p, preview_at(p), false);
}

void
preview_act_hex(struct view *v)
{
	preview_set_mode(preview_of(v), true);
}

void
preview_act_text(struct view *v)
{
	preview_set_mode(preview_of(v), false);
}

struct view *
preview_view(
    struct app *app, const char *transfer, uint64_t item, struct safe name, const char *mode)
{
	bool hex = strcmp(mode, "hex") == 0;
	struct preview *p = view_new(app, &preview_types[hex], sizeof(*p));
	snprintf(p->transfer, sizeof(p->transfer), "%s", transfer);
	p->item = item;
	p->name = mem_strdup(name.text);
	p->hex = p->want_hex = hex;
	p->lines = json_array();
	p->rows = app->rows > 8 ? app->rows - 8 : 1;
	p->cells = app->cols > 24 ? app->cols - 8 : 16;
	preview_jump(p, 0, false);
	return &p->view;
}

/* SPDX-License-Identifier: ISC */
/* Media with a control number: where each of them is, since when, and who said so. */
#include "ui/view/register.h"
#include "src/base/mem.h"
#include "ui/desk.h"
#include "ui/views.h"

#include <string.h>

#define REGISTER_AGAIN_MS 5000 /* between two looks */
#define REGISTER_PANE     8    /* rows about the medium under the cursor */
#define REGISTER_LABEL    12   /* cells of its labels */

struct register_list {
	struct view view;
	struct cursor cursor;
	json_t *rows;   /* shown; NULL until they came */
	json_t *coming; /* being asked for; NULL when nothing is */
	bool all;       /* those that have gone as well */
	bool coming_all;
	int64_t read_ms;
};

static struct register_list *
register_of(struct view *v)
{
	return (struct register_list *)v;
}

static const json_t *
register_row_at(const struct register_list *l)
{
	return json_array_get(l->rows, (size_t)l->cursor.at);
}

/* --- asking ------------------------------------------------------ */

static void register_ask(struct register_list *);

/* The cursor stays on its medium, wherever that is now. */
static void
register_complete(struct register_list *l)
{
	MEM_FREE char *number = mem_strdup(row_text(register_row_at(l), "number"));
	size_t i;
	const json_t *row;
	json_decref(l->rows);
	l->rows = l->coming;
	l->coming = NULL;
	l->read_ms = l->view.app->now_ms;
	cursor_fit(&l->cursor, json_array_size(l->rows), l->cursor.rows);
	json_array_foreach (l->rows, i, row)
		if (number[0] != '\0' && strcmp(row_text(row, "number"), number) == 0)
			cursor_to(&l->cursor, i);
}

static void
register_on_rows(void *owner, struct msg *m)
{
	struct register_list *l = owner;
	if (m == NULL || m->id != MSG_DESK_ROWS || l->coming_all != l->all) {
		if (m != NULL && m->id != MSG_DESK_ROWS)
			app_refused(l->view.app, m);
		json_decref(l->coming);
		l->coming = NULL;
		l->read_ms = l->view.app->now_ms;
		return;
	}
	json_t *rows = json_object_get(m->body, "rows");
	json_array_extend(l->coming, rows);
	if (msg_bool(m, "more") && json_array_size(rows) > 0)
		register_ask(l);
	else
		register_complete(l);
}

/* The next page of what is coming. */
static void
register_ask(struct register_list *l)
{
	size_t n = json_array_size(l->coming);
	json_t *body = json_pack("{s:b}", "all", (int)l->coming_all);
	if (n > 0)
		json_object_set(
		    body, "after", json_object_get(json_array_get(l->coming, n - 1), "number"));
	app_ask(&l->view, MSG_UI_REGISTER, body, MSG_DESK_ROWS, register_on_rows);
}

static void
register_reload(struct register_list *l)
{
	if (l->coming != NULL || app_why_no_desk(l->view.app) != NULL)
		return;
	l->coming = json_array();
	l->coming_all = l->all;
	register_ask(l);
}

/* --- drawing ----------------------------------------------------- */

/* Somebody has to see it, or it was never seen: it does not stay so. */
static enum style
register_style(const char *state)
{
	if (strcmp(state, "WIPED") == 0 || strcmp(state, "ENDING") == 0)
		return STYLE_WARN;
	return strcmp(state, "HELD") == 0 ? STYLE_STRONG : STYLE_PLAIN;
}

static void
register_draw_row(
    struct register_list *l, const struct area *a, int row, const json_t *r, bool on)
{
	struct arena *f = l->view.app->frame;
	const char *state = row_text(r, "state");
	area_put(a, row, 0, STYLE_PLAIN, on ? SAFE(">") : SAFE(" "));
	area_field(a, f, row, 2, 12, STYLE_PLAIN, safe_member(f, r, "number"));
	area_field(a, f, row, 15, 9, register_style(state), safe_text(f, state));
	area_field(a, f, row, 25, 11, STYLE_PLAIN, safe_minute(f, row_text(r, "changed")));
	area_field(a, f, row, 37, 11, STYLE_PLAIN, safe_member(f, r, "owner"));
	area_field(a, f, row, 49, 12, STYLE_PLAIN, safe_member(f, r, "classification"));
	area_name(a, f, row, 62, a->cols - 63, STYLE_PLAIN, safe_member(f, r, "label"));
	if (on) {
		area_style(a, row, 0, a->cols, STYLE_ROW);
		area_cursor(a, row, 0);
	}
}

/* "returned to K. Ode", in words that fit the state. */
static struct safe
register_where(struct arena *f, const json_t *r)
{
	static const struct {
		const char *state, *text;
	} places[] = {
	    {"HELD", "at the station"},
	    {"RETAINED", "kept: "},
	    {"WIPED", "at the station, sanitised: "},
	    {"SANITISED", "at the station, sanitised; "},
	    {"RETURNED", "handed to "},
	    {"ENDING", "said to be destroyed: "},
	    {"DESTROYED", "destroyed; "},
	};
	const char *state = row_text(r, "state");
	struct safe words = safe_member(f, r, "words");
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (strcmp(places[i].state, state) == 0)
			return safe_printf(f, "%s%s", places[i].text, i == 0 ? "" : words.text);
	return words;
}

/* A label, and one or two lines behind it, when there is something to say. */
static int
register_draw_fact(const struct area *a, int row, struct safe label, struct safe text)
{
	int room = a->rows - row < 2 ? a->rows - row : 2;
	if (safe_empty(text) || room <= 0)
		return row;
	area_put(a, row, 1, STYLE_HEAD, label);
	struct area rest =
	    area_part(a, row, 1 + REGISTER_LABEL, room, a->cols - 2 - REGISTER_LABEL);
	return row + area_words(&rest, 0, 0, room, STYLE_PLAIN, text);
}

static void
register_draw_pane(struct register_list *l, const struct area *a, const json_t *r)
{
	struct arena *f = l->view.app->frame;
	struct safe seal = safe_member(f, r, "seal"),
		    device = safe_printf(f, "%s %s %s", safe_member(f, r, "vendor").text,
			safe_member(f, r, "model").text, safe_member(f, r, "serial").text);
	bool sealed = json_is_true(json_object_get(r, "sealed"));
	int row = 1;
	area_fill(a, 0, 0, a->cols, STYLE_PLAIN, '-');
	row = register_draw_fact(a, row, SAFE("Label"), safe_member(f, r, "label"));
	row = register_draw_fact(a, row, SAFE("Where"),
	    safe_printf(f, "%s  (%s, %s UTC)", register_where(f, r).text,
		safe_member(f, r, "officer").text,
		safe_minute(f, row_text(r, "changed")).text));
	row = register_draw_fact(a, row, SAFE("Received"),
	    safe_printf(f, "%s UTC from %s%s%s", safe_minute(f, row_text(r, "received")).text,
		safe_member(f, r, "from").text, sealed ? ", sealed " : ", not sealed",
		sealed ? seal.text : ""));
	if (row_text(r, "serial")[0] != '\0')
		row = register_draw_fact(a, row, SAFE("Device"), device);
	register_draw_fact(a, row, SAFE("Transfer"), safe_member(f, r, "transfer"));
}

static void
register_draw_nothing(const struct register_list *l, const struct area *a)
{
	struct area text = area_part(a, 1, 2, 4, a->cols - 4);
	area_cursor(a, 1, 2);
	area_words(&text, 0, 0, 4, STYLE_PLAIN,
	    l->rows == NULL ? SAFE("The station is asked for its register.")
	    : l->all ? SAFE("No medium has a control number yet. n gives one to a medium "
			    "that was received.")
		     : SAFE("No medium of the register is here. n gives a control number to "
			    "one that was received; a shows those that have gone."));
}

static void
register_draw(struct view *v, const struct area *a)
{
	struct register_list *l = register_of(v);
	size_t n = json_array_size(l->rows);
	int rows = a->rows - 1 - REGISTER_PANE;
	cursor_fit(&l->cursor, n, rows);
	if (n == 0) {
		register_draw_nothing(l, a);
		return;
	}
	area_put(a, 0, 2, STYLE_HEAD, SAFE("Number"));
	area_put(a, 0, 15, STYLE_HEAD, SAFE("State"));
	area_put(a, 0, 25, STYLE_HEAD, SAFE("Since"));
	area_put(a, 0, 37, STYLE_HEAD, SAFE("Owner"));
	area_put(a, 0, 49, STYLE_HEAD, SAFE("Class."));
	area_put(a, 0, 62, STYLE_HEAD, SAFE("Label"));
	for (int i = 0; i < rows && l->cursor.top + (uint64_t)i < n; i++) {
		uint64_t at = l->cursor.top + (uint64_t)i;
		register_draw_row(
		    l, a, i + 1, json_array_get(l->rows, (size_t)at), at == l->cursor.at);
	}
	struct area pane = area_part(a, 1 + rows, 0, REGISTER_PANE - 1, a->cols),
		    last = area_part(a, a->rows - 1, 0, 1, a->cols);
	register_draw_pane(l, &pane, register_row_at(l));
	register_draw_fact(
	    &last, 0, SAFE("Next"), safe_member(v->app->frame, register_row_at(l), "next"));
}

static struct safe
register_status(struct view *v, struct arena *a)
{
	const struct register_list *l = register_of(v);
	size_t n = json_array_size(l->rows);
	if (l->rows == NULL)
		return SAFE("");
	return safe_printf(a, "%s of %s media%s; times are UTC",
	    safe_count(a, n > 0 ? l->cursor.at + 1 : 0).text, safe_count(a, n).text,
	    l->all ? ", those that have gone as well" : " that are here");
}

/* --- acts -------------------------------------------------------- */

static const char *
register_may(struct view *v, enum register_move move)
{
	static const char *const whys[REGISTER_MOVE__MAX] = {
	    [REGISTER_RETURN] = "in this state it cannot be returned; what can be done stands "
				"below the list",
	    [REGISTER_RETAIN] =
		"in this state it cannot be kept; what can be done stands below "
		"the list",
	    [REGISTER_SANITISE] =
		"in this state it cannot be sanitised; what can be done stands "
		"below the list",
	    [REGISTER_DESTROY] =
		"in this state it cannot be destroyed; what can be done stands "
		"below the list",
	    [REGISTER_CONFIRM] =
		"there is nothing to confirm about it; what can be done stands "
		"below the list",
	};
	const json_t *row = register_row_at(register_of(v));
	const char *state = row_text(row, "state"), *why = move_why_not(v->app);
	unsigned s = REGISTER_NONE;
	if (why != NULL)
		return why;
	if (row == NULL)
		return "there is no medium under the cursor";
	while (s < REGISTER__MAX &&
	       strcmp(register_state_name((enum register_state)s), state) != 0)
		s++;
	if (s == REGISTER__MAX || register_next((enum register_state)s, move) == REGISTER_NONE)
		return whys[move];
	return move == REGISTER_CONFIRM && v->app->ui->as != NULL &&
	               strcmp(row_text(row, "officer"), v->app->ui->as) == 0
	           ? "you did it yourself, and another officer confirms it"
	           : NULL;
}

static void
register_show(struct view *v, enum register_move move)
{
	app_push(v->app, move_view(v->app, move, register_row_at(register_of(v))));
}

const char *
register_may_return(struct view *v)
{
	return register_may(v, REGISTER_RETURN);
}

void
register_act_return(struct view *v)
{
	register_show(v, REGISTER_RETURN);
}

const char *
register_may_retain(struct view *v)
{
	return register_may(v, REGISTER_RETAIN);
}

void
register_act_retain(struct view *v)
{
	register_show(v, REGISTER_RETAIN);
}

const char *
register_may_sanitise(struct view *v)
{
	return register_may(v, REGISTER_SANITISE);
}

void
register_act_sanitise(struct view *v)
{
	register_show(v, REGISTER_SANITISE);
}

const char *
register_may_destroy(struct view *v)
{
	return register_may(v, REGISTER_DESTROY);
}

void
register_act_destroy(struct view *v)
{
	register_show(v, REGISTER_DESTROY);
}

const char *
register_may_confirm(struct view *v)
{
	return register_may(v, REGISTER_CONFIRM);
}

void
register_act_confirm(struct view *v)
{
	register_show(v, REGISTER_CONFIRM);
}

/* A number that is given now, or given anew to a medium that comes again. */
const char *
register_may_new(struct view *v)
{
	return move_why_not(v->app);
}

void
register_act_new(struct view *v)
{
	const json_t *row = register_row_at(register_of(v));
	bool back = strcmp(row_text(row, "state"), "RETURNED") == 0;
	app_push(v->app, move_view(v->app, REGISTER_REGISTER, back ? row : NULL));
}

void
register_act_all(struct view *v)
{
	struct register_list *l = register_of(v);
	l->all = !l->all;
	l->read_ms = 0;
	register_reload(l);
}

const char *
register_may_transfer(struct view *v)
{
	return row_text(register_row_at(register_of(v)), "transfer")[0] != '\0'
	           ? NULL
	           : "no transfer has read the medium under the cursor";
}

void
register_act_transfer(struct view *v)
{
	app_push(v->app,
	    timeline_view(v->app, row_text(register_row_at(register_of(v)), "transfer")));
}

/* --- the view ---------------------------------------------------- */

static void
register_tick(struct view *v)
{
	struct register_list *l = register_of(v);
	if (v->app->top == v && v->app->now_ms - l->read_ms >= REGISTER_AGAIN_MS)
		register_reload(l);
}

static void
register_shown(struct view *v)
{
	register_reload(register_of(v));
}

static void
register_done(struct view *v)
{
	json_decref(register_of(v)->rows);
	json_decref(register_of(v)->coming);
}

static const struct view_type register_type = {
    .title = "REGISTER",
    .map = MAP_REGISTER,
    .also = MAP_BIT(MAP_ANY) | MAP_BIT(MAP_LIST),
    .draw = register_draw,
    .status = register_status,
    .tick = register_tick,
    .shown = register_shown,
    .done = register_done,
};

struct view *
register_view(struct app *app)
{
	struct register_list *l = view_new(app, &register_type, sizeof(*l));
	l->view.cursor = &l->cursor;
	l->read_ms = app->now_ms;
	register_reload(l);
	return &l->view;
}

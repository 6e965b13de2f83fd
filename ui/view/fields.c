/* SPDX-License-Identifier: ISC */
/* The fields of a transfer that is not submitted: what the policy asks for, filled late. */
#include "ui/fields.h"
#include "src/core/transfer.h"
#include "ui/desk.h"
#include "ui/view/fields.h"
#include "ui/views.h"

#include <string.h>

#define FIELDS_NOTE_ROWS 3

struct fields {
	struct view view;
	char transfer[TRANSFER_ID_SIZE];
	json_t *status; /* NULL until the desk said */
	json_t *fields; /* of the form */
	struct form *form;
	int first, cancel, save;
	bool asked; /* it was told what is to be recorded */
};

static struct fields *
fields_of(struct view *v)
{
	return (struct fields *)v;
}

/* --- the form ------------------------------------------------------------------------ */

static const char *
fields_said(const json_t *status, const char *name)
{
	size_t i;
	const json_t *row;
	json_array_foreach (json_object_get(status, "fields"), i, row)
		if (strcmp(row_text(row, "name"), name) == 0)
			return row_text(row, "value");
	return "";
}

/* The cursor is on the first that is missing. */
static void
fields_make(struct fields *w)
{
	struct app *app = w->view.app;
	size_t i, missing = 0;
	const json_t *field;
	w->fields = fields_all(app->site.fields, json_object_get(w->status, "missing"));
	w->form = form_new();
	w->first = fields_add(w->form, app->frame, w->fields);
	w->cancel = form_add_button(w->form, SAFE("Cancel"));
	w->save = form_add_button(w->form, SAFE("Record"));
	json_array_foreach (w->fields, i, field)
		fields_set(w->form, w->first, w->fields, i,
		    fields_said(w->status, row_text(field, "name")));
	if (!safe_empty(fields_missing(w->form, w->first, w->fields, app->frame, &missing)))
		form_set_focus(w->form, w->first + (int)missing);
}

static void
fields_on_status(void *owner, struct msg *m)
{
	struct fields *w = owner;
	if (m == NULL || m->id != MSG_DESK_STATUS) {
		app_refused(w->view.app, m);
		return;
	}
	w->status = json_incref(json_object_get(m->body, "status"));
	fields_make(w);
}

/* --- recording ----------------------------------------------------------------------- */

/* What differs from what is recorded; what is there stays as it is, escapes and all. */
static json_t *
fields_changed(const struct fields *w)
{
	json_t *rows = json_array();
	size_t i;
	const json_t *field;
	json_array_foreach (w->fields, i, field) {
		const char *name = row_text(field, "name"),
			   *value = fields_value(w->form, w->first, w->fields, i);
		if (strcmp(value, fields_said(w->status, name)) != 0)
			json_array_append_new(
			    rows, json_pack("{s:s, s:s}", "name", name, "value", value));
	}
	return rows;
}

static void
fields_on_done(void *owner, struct msg *m)
{
	struct fields *w = owner;
	struct app *app = w->view.app;
	size_t at;
	w->asked = false;
	if (m == NULL || m->id != MSG_DESK_DONE) {
		app_refused(app, m);
		return;
	}
	struct safe missing = fields_missing(w->form, w->first, w->fields, app->frame, &at);
	if (safe_empty(missing))
		app_say(app, "%s: recorded; no field is missing.", w->transfer);
	else
		app_say(app, "%s: recorded; still missing: %s.", w->transfer, missing.text);
	if (app->top == &w->view)
		app_pop(app);
}

static void
fields_record(struct fields *w)
{
	struct app *app = w->view.app;
	const char *gone = app_why_no_desk(app);
	json_t *rows = fields_changed(w);
	if (gone != NULL || w->asked || json_array_size(rows) == 0) {
		app_warn(app, "%s",
		    gone != NULL ? gone
		    : w->asked   ? "The station was asked already; wait for its answer."
				 : "Nothing was changed, and nothing is recorded.");
		json_decref(rows);
		return;
	}
	w->asked = true;
	app_ask(&w->view, MSG_UI_FIELDS,
	    json_pack("{s:s, s:o}", "transfer", w->transfer, "fields", rows), MSG_DESK_DONE,
	    fields_on_done);
}

static bool
fields_key(struct view *v, int key)
{
	struct fields *w = fields_of(v);
	if (w->form == NULL)
		return false;
	enum form_event e = app_form_key(v->app, w->form, key);
	if (e == FORM_PRESSED && form_focus(w->form) == w->cancel)
		app_pop(v->app); /* frees this view */
	else if (e == FORM_PRESSED)
		fields_record(w);
	return e != FORM_IGNORED;
}

/* --- the view ------------------------------------------------------------------------ */

static void
fields_draw(struct view *v, const struct area *a)
{
	struct fields *w = fields_of(v);
	struct arena *f = v->app->frame;
	if (w->form == NULL) {
		area_cursor(a, 1, 1);
		area_put(a, 1, 1, STYLE_PLAIN, SAFE("The station is asked what it has."));
		return;
	}
	struct area form = area_part(a, 1, 2, a->rows - 2 - FIELDS_NOTE_ROWS, a->cols - 4);
	struct area note =
	    area_part(a, a->rows - FIELDS_NOTE_ROWS, 2, FIELDS_NOTE_ROWS, a->cols - 4);
	form_draw(w->form, &form, f, 0, 0, true);
	int at = form_focus(w->form) - w->first;
	area_words(&note, 0, 0, FIELDS_NOTE_ROWS, STYLE_PLAIN,
	    at >= 0 && (size_t)at < json_array_size(w->fields)
		? fields_help(f, json_array_get(w->fields, (size_t)at))
		: SAFE("What was changed is recorded under your name, as an entry."));
}

static struct safe
fields_status(struct view *v, struct arena *f)
{
	const struct fields *w = (const struct fields *)v;
	size_t at;
	if (w->form == NULL)
		return SAFE("");
	struct safe missing = fields_missing(w->form, w->first, w->fields, f, &at);
	return safe_empty(missing) ? SAFE("Every field that the policy asks for is filled.")
	                           : safe_printf(f, "Needed and empty: %s", missing.text);
}

static struct safe
fields_subject(struct view *v, struct arena *f)
{
	const struct fields *w = (const struct fields *)v;
	return app_subject(f, w->transfer, w->status);
}

static void
fields_done(struct view *v)
{
	struct fields *w = fields_of(v);
	json_decref(w->status);
	json_decref(w->fields);
	form_free(w->form);
}

static const struct view_type fields_type = {
    .title = "FIELDS",
    .map = MAP_FIELDS,
    .also = MAP_BIT(MAP_ANY),
    .draw = fields_draw,
    .subject = fields_subject,
    .status = fields_status,
    .key = fields_key,
    .done = fields_done,
};

struct view *
fields_view(struct app *app, const char *transfer)
{
	struct fields *w = view_new(app, &fields_type, sizeof(*w));
	snprintf(w->transfer, sizeof(w->transfer), "%s", transfer);
	app_ask(&w->view, MSG_UI_STATUS, json_pack("{s:s}", "transfer", transfer),
	    MSG_DESK_STATUS, fields_on_status);
	return &w->view;
}

/* --- for views of a transfer --------------------------------------------------------- */

const char *
fields_why_not(const json_t *status)
{
	enum transfer_state s = transfer_state_find(row_text(status, "state"));
	struct transfer_facts facts = {.state = s};
	if (status == NULL)
		return "the station was asked how it stands; wait for the answer";
	return s != TRANSFER__MAX && transfer_find(&facts, EVENT_FIELDS) != NULL
	           ? NULL
	           : "fields change only before it is submitted; withdraw or return it first";
}

bool
fields_are_missing(const json_t *status)
{
	return json_array_size(json_object_get(status, "missing")) > 0;
}

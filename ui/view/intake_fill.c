/* SPDX-License-Identifier: ISC */
/*
 * What the form for a medium is filled from: the register, which knows media by
 * their serial, a preset of the site, or the last transfer.  What somebody typed
 * is never written over.
 */
#include "src/base/mem.h"
#include "ui/desk.h"
#include "ui/fields.h"
#include "ui/form.h"
#include "ui/view/intake.h"

#include <string.h>

#define INTAKE_BOOK_MOST 1000 /* media to choose from */

/* --- the register ---------------------------------------------------------------------- */

static void intake_ask_page(struct intake *);

static struct safe
intake_book_choice(struct intake *in, const json_t *row, bool known)
{
	struct arena *f = in->view.app->frame;
	return safe_printf(f, "%s  %s%s", safe_member(f, row, "number").text,
	    safe_fit(f, safe_member(f, row, "label"), 24).text,
	    known ? "  (known by its serial)" : "");
}

/* Choices, and the one that has the serial of what is in the port. */
void
intake_show_book(struct intake *in)
{
	const char *serial = row_text(in->medium, "serial");
	size_t n = json_array_size(in->book), i, is = 0;
	struct safe *choices = mem_array(n + 1, sizeof(*choices));
	const json_t *row;
	choices[0] = n > 0 ? SAFE("(no control number: Space or Right picks)")
	                   : SAFE("(no medium of the register is here)");
	json_array_foreach (in->book, i, row) {
		bool known = serial[0] != '\0' && strcmp(row_text(row, "serial"), serial) == 0;
		choices[i + 1] = intake_book_choice(in, row, known);
		is = known ? i + 1 : is;
	}
	form_set_choices(in->form, in->control, choices, n + 1);
	form_set_choice(in->form, in->control, is);
	free(choices);
}

static void
intake_on_book(void *owner, struct msg *m)
{
	struct intake *in = owner;
	size_t i;
	const json_t *row, *rows;
	if (m == NULL || m->id != MSG_DESK_ROWS)
		return; /* without it the form is what it was */
	rows = json_object_get(m->body, "rows");
	json_array_foreach (rows, i, row) {
		const char *state = row_text(row, "state");
		bool readable = strcmp(state, "HELD") == 0 || strcmp(state, "RETAINED") == 0;
		if (readable && json_array_size(in->book) < INTAKE_BOOK_MOST)
			json_array_append(in->book, (json_t *)(uintptr_t)row);
	}
	json_decref(in->after);
	in->after = NULL;
	if (msg_bool(m, "more") && json_array_size(rows) > 0) {
		row = json_array_get(rows, json_array_size(rows) - 1);
		in->after = json_incref(json_object_get(row, "number"));
		intake_ask_page(in);
	} else {
		intake_show_book(in);
	}
}

static void
intake_ask_page(struct intake *in)
{
	json_t *body = json_object();
	if (in->after != NULL)
		json_object_set(body, "after", in->after);
	app_ask(&in->view, MSG_UI_REGISTER, body, MSG_DESK_ROWS, intake_on_book);
}

void
intake_ask_book(struct intake *in)
{
	if (app_why_no_desk(in->view.app) == NULL)
		intake_ask_page(in);
}

const char *
intake_control(const struct intake *in)
{
	size_t at = form_choice(in->form, in->control);
	return at > 0 ? row_text(json_array_get(in->book, at - 1), "number") : "";
}

/* --- filling ------------------------------------------------------------------------------ */

static const char *
intake_value(const json_t *rows, const char *name)
{
	size_t i;
	const json_t *row;
	json_array_foreach (rows, i, row)
		/* an escaped text would be escaped once more */
		if (strcmp(row_text(row, "name"), name) == 0 &&
		    strchr(row_text(row, "value"), '\\') == NULL)
			return row_text(row, "value");
	return "";
}

/* The requester is picked, unless somebody did; false: another one stays. */
static bool
intake_fill_requester(struct intake *in, const char *id)
{
	size_t at = form_choice(in->form, in->requester), is = 0;
	const char *now = at > 0 ? in->people[at - 1] : "";
	if (now[0] != '\0' && strcmp(now, in->filled_for) != 0)
		return id[0] == '\0' || strcmp(now, id) == 0;
	for (size_t i = 0; i < in->npeople; i++)
		if (strcmp(in->people[i], id) == 0)
			is = i + 1;
	form_set_choice(in->form, in->requester, is);
	snprintf(in->filled_for, sizeof(in->filled_for), "%s", is > 0 ? id : "");
	return true;
}

/* From rows of name and value; what was filled from something else before goes. */
static void
intake_fill_with(struct intake *in, const char *requester, const json_t *rows, const char *from)
{
	struct app *app = in->view.app;
	struct safe kept =
	    intake_fill_requester(in, requester) ? SAFE("") : SAFE(", Requester");
	size_t i;
	const json_t *field;
	json_array_foreach (in->fields, i, field) {
		const char *name = row_text(field, "name"), *value = intake_value(rows, name);
		const char *now = fields_value(in->form, in->first_field, in->fields, i);
		if (now[0] == '\0' || strcmp(now, row_text(in->filled, name)) == 0) {
			if (!fields_set(in->form, in->first_field, in->fields, i, value))
				value = "";
			json_object_set_new(in->filled, name, json_string(value));
		} else if (value[0] != '\0' && strcmp(value, now) != 0) {
			kept = safe_printf(app->frame, "%s, %s", kept.text,
			    safe_member(app->frame, field, "title").text);
		}
	}
	if (from == NULL)
		app_say(app, "What was filled in is taken out; what you typed stays.");
	else if (safe_empty(kept))
		app_say(app, "Filled %s.", from);
	else
		app_say(
		    app, "Filled %s; what you chose or typed stays: %s.", from, kept.text + 2);
}

/* --- the last transfer -----------------------------------------------------------------------
 */

static bool
intake_wants_last(const struct intake *in)
{
	return form_choice(in->form, in->fill) == json_array_size(in->presets) + 1;
}

static void
intake_on_last(void *owner, struct msg *m)
{
	struct intake *in = owner;
	if (m == NULL || m->id != MSG_DESK_STATUS) {
		app_refused(in->view.app, m);
		return;
	}
	const json_t *status = json_object_get(m->body, "status");
	struct safe from = safe_printf(in->view.app->frame, "as in %s", in->last);
	if (intake_wants_last(in))
		intake_fill_with(in, row_text(status, "requester"),
		    json_object_get(status, "fields"), from.text);
}

static void
intake_ask_last(struct intake *in)
{
	app_ask(&in->view, MSG_UI_STATUS, json_pack("{s:s}", "transfer", in->last),
	    MSG_DESK_STATUS, intake_on_last);
}

static void
intake_on_transfers(void *owner, struct msg *m)
{
	struct intake *in = owner;
	struct app *app = in->view.app;
	size_t i, at = form_choice(in->form, in->requester);
	const json_t *row, *rows;
	if (m == NULL || m->id != MSG_DESK_ROWS) {
		app_refused(app, m);
		return;
	}
	rows = json_object_get(m->body, "rows");
	json_array_foreach (rows, i, row)
		if (at > 0 && strcmp(row_text(row, "requester"), in->people[at - 1]) == 0)
			snprintf(in->last, sizeof(in->last), "%s", row_text(row, "transfer"));
	if (msg_bool(m, "more") && json_array_size(rows) > 0) {
		row = json_array_get(rows, json_array_size(rows) - 1);
		app_ask(&in->view, MSG_UI_TRANSFERS,
		    json_pack("{s:s}", "after", row_text(row, "transfer")), MSG_DESK_ROWS,
		    intake_on_transfers);
	} else if (in->last[0] != '\0') {
		intake_ask_last(in);
	} else {
		app_warn(app, "There is no transfer for this requester yet: type the fields.");
	}
}

/* Of the requester; when none is picked, of the medium. */
static void
intake_fill_last(struct intake *in)
{
	size_t book = form_choice(in->form, in->control);
	const json_t *medium = book > 0 ? json_array_get(in->book, book - 1) : NULL;
	in->last[0] = '\0';
	if (form_choice(in->form, in->requester) > 0) {
		app_ask(&in->view, MSG_UI_TRANSFERS, json_object(), MSG_DESK_ROWS,
		    intake_on_transfers);
		return;
	}
	snprintf(in->last, sizeof(in->last), "%s", row_text(medium, "transfer"));
	if (in->last[0] != '\0')
		intake_ask_last(in);
	else
		app_warn(in->view.app, "Whose last time? Pick the requester first, then this "
				       "again.");
}

/* --- the row of the form
 * ---------------------------------------------------------------------- */

void
intake_refill(struct intake *in)
{
	struct app *app = in->view.app;
	size_t at = form_choice(in->form, in->fill);
	if (at == in->filled_from)
		return;
	in->filled_from = at;
	if (at == 0) {
		intake_fill_with(in, "", NULL, NULL);
		return;
	}
	if (intake_wants_last(in)) {
		if (app_why_no_desk(app) == NULL)
			intake_fill_last(in);
		else
			app_warn(app, "%s", app_why_no_desk(app));
		return;
	}
	const json_t *preset = json_array_get(in->presets, at - 1);
	struct safe from =
	    safe_printf(app->frame, "as %s says", safe_member(app->frame, preset, "name").text);
	intake_fill_with(
	    in, row_text(preset, "requester"), json_object_get(preset, "fields"), from.text);
}

void
intake_add_fill(struct intake *in)
{
	struct arena *f = in->view.app->frame;
	const struct safe wait = SAFE("(no control number)");
	size_t n = json_array_size(in->view.app->site.presets), i;
	struct safe *choices = mem_array(n + 2, sizeof(*choices));
	const json_t *preset;
	in->book = json_array();
	in->filled = json_object();
	in->presets = json_incref(in->view.app->site.presets);
	in->control = form_add_choice(in->form, SAFE("Medium no."), &wait, 1);
	choices[0] = SAFE("(nothing)");
	json_array_foreach (in->presets, i, preset)
		choices[i + 1] =
		    safe_printf(f, "preset %s", safe_member(f, preset, "name").text);
	choices[n + 1] = SAFE("as last time");
	in->fill = form_add_choice(in->form, SAFE("Fill from"), choices, n + 2);
	free(choices);
}

void
intake_fill_done(struct intake *in)
{
	json_decref(in->book);
	json_decref(in->presets);
	json_decref(in->filled);
	json_decref(in->after);
}

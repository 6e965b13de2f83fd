/* SPDX-License-Identifier: ISC */
/* The form for a medium in a port: whom it is for, and what the policy asks. */
#include "src/base/mem.h"
#include "ui/desk.h"
#include "ui/fields.h"
#include "ui/form.h"
#include "ui/media.h"
#include "ui/view/intake.h"
#include "ui/views.h"

#include <string.h>

#define INTAKE_PROMISE \
	"It is only read, once, to its end. Nothing on it is mounted, opened or run."
#define INTAKE_NAME_ROWS 2
#define INTAKE_NOTE_ROWS 3

/* --- the form ---------------------------------------------------- */

/* Enrolled requesters but the one who sits here; the first choice is nobody. */
static void
intake_add_people(struct intake *in)
{
	struct app *app = in->view.app;
	const struct custody *c = app->ui->authority;
	size_t most = c != NULL ? custody_person_count(c) : 0;
	struct safe *choices = mem_array(most + 1, sizeof(*choices));
	in->people = mem_array(most + 1, sizeof(*in->people));
	choices[0] = SAFE("(nobody yet: Space or Right picks)");
	for (size_t i = 0; i < most; i++) {
		const struct custody_person *p = custody_person_at(c, i);
		bool self = app->ui->as != NULL && strcmp(p->id, app->ui->as) == 0;
		if ((p->roles & CUSTODY_REQUESTER) == 0 || self)
			continue;
		snprintf(in->people[in->npeople], sizeof(*in->people), "%s", p->id);
		choices[++in->npeople] = safe_printf(app->frame, "%s  %s", p->id,
		    safe_bytes(app->frame, p->name, strlen(p->name)).text);
	}
	in->requester = form_add_choice(in->form, SAFE("Requester"), choices, in->npeople + 1);
	free(choices);
}

static void
intake_add_fields(struct intake *in)
{
	in->first_field = fields_add(in->form, in->view.app->frame, in->fields);
	in->cancel = form_add_button(in->form, SAFE("Cancel"));
	in->read = form_add_button(in->form, SAFE("Read the medium"));
	in->choose = form_add_button(in->form, SAFE("Choose folders first"));
}

/* --- the port ----------------------------------------------------- */

#define INTAKE_GONE "It has gone from the port. It cannot be read before it is back."
#define INTAKE_BUSY "It is not ready any more; home shows what became of it."

/* It cannot be read any more: told once. */
static void
intake_lose(struct intake *in, const char *why)
{
	struct app *app = in->view.app;
	const char *port = safe_member(app->frame, in->medium, "port").text;
	if (in->why_not == NULL && strcmp(why, INTAKE_GONE) == 0)
		app_warn(
		    app, "The medium has gone from the port %s; nothing of it was read.", port);
	else if (in->why_not == NULL)
		app_warn(app,
		    "The medium in the port %s is not ready any more; Esc leads home.", port);
	in->why_not = why;
}

/* As far as a medium tells. */
static bool
intake_is_same(const json_t *a, const json_t *b)
{
	return strcmp(row_text(a, "device"), row_text(b, "device")) == 0 &&
	       strcmp(row_text(a, "name"), row_text(b, "name")) == 0 &&
	       row_uint(a, "bytes") == row_uint(b, "bytes");
}

/* It has gone, it is there again, or another one is in its place. */
static void
intake_look(struct intake *in)
{
	struct app *app = in->view.app;
	const json_t *row = media_find(app->media, row_text(in->medium, "source"));
	if (in->asked || media_rows(app->media) == NULL ||
	    (row == NULL && media_more(app->media)))
		return;
	if (!media_is_ready(row)) {
		intake_lose(in, row == NULL ? INTAKE_GONE : INTAKE_BUSY);
		return;
	}
	bool same = intake_is_same(row, in->medium);
	if (in->why_not == NULL && same)
		return;
	app_say(app,
	    same ? "The medium is in the port %s again; what you typed is kept."
		 : "Another medium is in the port %s now: compare it with the label in hand.",
	    safe_member(app->frame, row, "port").text);
	json_decref(in->medium);
	in->medium = json_deep_copy(row);
	in->why_not = NULL;
	if (!same)
		intake_show_book(in);
}

static bool
intake_media(struct view *v, const struct media_news *n)
{
	struct intake *in = (struct intake *)v;
	if (n->event == MEDIA_REFUSED ||
	    strcmp(row_text(n->said, "source"), row_text(in->medium, "source")) != 0)
		return false;
	intake_look(in);
	return true;
}

static void
intake_tick(struct view *v)
{
	intake_look((struct intake *)v);
}

/* --- reading ----------------------------------------------------- */

static void
intake_on_done(void *owner, struct msg *m)
{
	struct intake *in = owner;
	struct app *app = in->view.app;
	in->asked = false;
	app->said_seen = true; /* that it was asked */
	if (m == NULL || m->id != MSG_DESK_DONE || msg_str(m, "transfer") == NULL)
		app_refused(app, m);
	else
		app_replace(app, &in->view, progress_view(app, msg_str(m, "transfer")));
}

/* What cannot be an entry's text. */
static bool
intake_is_text(struct intake *in)
{
	struct app *app = in->view.app;
	size_t i;
	const json_t *field;
	json_array_foreach (in->fields, i, field) {
		json_t *value =
		    json_string(fields_value(in->form, in->first_field, in->fields, i));
		json_decref(value);
		if (value != NULL)
			continue;
		app_warn(app, "%s: it holds bytes that are no text; type it again.",
		    fields_title(app->frame, field).text);
		form_set_focus(in->form, in->first_field + (int)i);
		return false;
	}
	return true;
}

/* Says what is missing and goes there; fields may also be filled later. */
static bool
intake_is_complete(struct intake *in)
{
	struct app *app = in->view.app;
	size_t at = 0;
	if (in->npeople == 0) {
		app_warn(app, "Nobody is enrolled as a requester; an administrator enrols one: "
			      "authority requester.");
		return false;
	}
	if (form_choice(in->form, in->requester) == 0) {
		app_warn(app, "Pick the requester first: the person the data is for.");
		form_set_focus(in->form, in->requester);
		return false;
	}
	struct safe missing =
	    fields_missing(in->form, in->first_field, in->fields, app->frame, &at);
	if (!safe_empty(missing) && !in->warned) {
		in->warned = true;
		app_warn(app,
		    "Needed: %s. Fill it, or press again and fill it before you submit.",
		    missing.text);
		form_set_focus(in->form, in->first_field + (int)at);
		return false;
	}
	return intake_is_text(in);
}

static void
intake_read(struct intake *in)
{
	struct app *app = in->view.app;
	const char *gone = app_why_no_desk(app);
	json_t *values = json_array(), *field;
	size_t i;
	json_array_foreach (in->fields, i, field) {
		const char *text = fields_value(in->form, in->first_field, in->fields, i);
		if (text[strspn(text, " ")] != '\0')
			json_array_append_new(
			    values, json_pack("{s:s, s:s}", "name", row_text(field, "name"),
					"value", text));
	}
	json_t *body =
	    json_pack("{s:s, s:s, s:o, s:s}", "source", row_text(in->medium, "source"),
		"requester", in->people[form_choice(in->form, in->requester) - 1], "fields",
		values, "hold", form_focus(in->form) == in->choose ? "always" : "locked");
	if (intake_control(in)[0] != '\0')
		json_object_set_new(body, "control", json_string(intake_control(in)));
	if (gone == NULL)
		gone = in->why_not;
	if (gone != NULL || in->asked) {
		app_warn(app, "%s",
		    gone != NULL ? gone
				 : "The station was asked already; wait for its answer.");
		json_decref(body);
		return;
	}
	in->asked = true;
	app_say(app, "The station opens the medium.");
	app_ask(&in->view, MSG_UI_INTAKE_DEVICE, body, MSG_DESK_DONE, intake_on_done);
}

/* --- the view ---------------------------------------------------- */

static bool
intake_key(struct view *v, int key)
{
	struct intake *in = (struct intake *)v;
	enum form_event e = app_form_key(v->app, in->form, key);
	if (e == FORM_PRESSED && form_focus(in->form) == in->cancel)
		app_pop(v->app); /* frees this view */
	else if (e == FORM_PRESSED && intake_is_complete(in))
		intake_read(in);
	else if (e == FORM_CHANGED)
		intake_refill(in);
	return e != FORM_IGNORED;
}

/* What the officer compares with the label in hand. */
static int
intake_draw_medium(struct intake *in, const struct area *a)
{
	struct arena *f = in->view.app->frame;
	struct area right = area_part(a, 0, 14, INTAKE_NAME_ROWS, a->cols - 16);
	struct safe size = media_size(f, in->medium);
	bool device = row_text(in->medium, "device")[0] != '\0';
	area_put(a, 0, 2, STYLE_PLAIN, device ? SAFE("Device") : SAFE("Medium"));
	int row =
	    area_words(&right, 0, 0, INTAKE_NAME_ROWS, STYLE_MEDIUM, media_name(f, in->medium));
	area_put(a, row, 2, STYLE_PLAIN, SAFE("Port"));
	area_put(a, row++, 14, STYLE_PLAIN,
	    safe_printf(f, "%s%s%s", safe_member(f, in->medium, "port").text,
		safe_empty(size) ? "" : "   ", size.text));
	if (in->why_not != NULL)
		area_put(a, row, 2, STYLE_FAIL, safe_text(f, in->why_not));
	else
		area_put(a, row, 2, STYLE_PLAIN, SAFE(INTAKE_PROMISE));
	return row + 1;
}

/* One sentence or two about the row with the focus. */
static struct safe
intake_help(struct intake *in)
{
	struct arena *f = in->view.app->frame;
	int focus = form_focus(in->form), at = focus - in->first_field;
	if (at >= 0 && (size_t)at < json_array_size(in->fields))
		return fields_help(f, json_array_get(in->fields, (size_t)at));
	if (focus == in->requester)
		return SAFE(
		    "The person the data is for: enrolled by an administrator, and never "
		    "you. Space changes a choice, Up leads to the buttons.");
	if (focus == in->control)
		return SAFE("The number of the medium in your register; it is found by its "
			    "serial number, when the register has that.");
	if (focus == in->fill)
		return SAFE("Fills what is empty from a preset of the site, or as in the last "
			    "transfer of the requester.");
	return SAFE("Reading begins a transfer; it waits when a volume is locked, room is "
		    "short, or a request lies on it.");
}

static void
intake_draw(struct view *v, const struct area *a)
{
	struct intake *in = (struct intake *)v;
	struct arena *f = v->app->frame;
	int top = intake_draw_medium(in, a) + 1;
	struct area form =
	    area_part(a, top, 2, a->rows - top - INTAKE_NOTE_ROWS - 1, a->cols - 4);
	struct area note =
	    area_part(a, a->rows - INTAKE_NOTE_ROWS, 2, INTAKE_NOTE_ROWS, a->cols - 4);
	form_draw(in->form, &form, f, 0, 0, true);
	area_words(&note, 0, 0, INTAKE_NOTE_ROWS, STYLE_PLAIN, intake_help(in));
}

static struct safe
intake_status(struct view *v, struct arena *a)
{
	struct intake *in = (struct intake *)v;
	size_t at;
	if (in->why_not != NULL)
		return SAFE("This medium cannot be read now.");
	struct safe missing = fields_missing(in->form, in->first_field, in->fields, a, &at);
	return safe_empty(missing) ? SAFE("Compare it with the label in hand. A transfer "
					  "begins when you read it.")
	                           : safe_printf(a, "Needed and empty: %s", missing.text);
}

static struct safe
intake_subject(struct view *v, struct arena *a)
{
	struct intake *in = (struct intake *)v;
	uint64_t bytes = row_uint(in->medium, "bytes");
	return safe_printf(a, "port %s%s%s", safe_member(a, in->medium, "port").text,
	    bytes > 0 ? "  " : "", bytes > 0 ? safe_size(a, bytes).text : "");
}

static void
intake_done(struct view *v)
{
	struct intake *in = (struct intake *)v;
	json_decref(in->medium);
	json_decref(in->fields);
	intake_fill_done(in);
	form_free(in->form);
	free(in->people);
}

static const struct view_type intake_type = {
    .title = "INTAKE",
    .map = MAP_INTAKE,
    .also = MAP_BIT(MAP_ANY),
    .draw = intake_draw,
    .subject = intake_subject,
    .status = intake_status,
    .key = intake_key,
    .tick = intake_tick,
    .media = intake_media,
    .done = intake_done,
};

struct view *
intake_view(struct app *app, const json_t *medium)
{
	struct intake *in = view_new(app, &intake_type, sizeof(*in));
	in->medium = json_deep_copy(medium);
	in->fields = fields_all(app->site.fields, NULL);
	in->form = form_new();
	intake_add_people(in);
	intake_add_fill(in);
	intake_add_fields(in);
	intake_ask_book(in);
	return &in->view;
}

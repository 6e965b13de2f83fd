/* SPDX-License-Identifier: ISC */
/*
 * The form for what an officer signs about a medium of the register: what the
 * paper asks, the button, and the passphrase.
 */
#include "src/base/mem.h"
#include "ui/desk.h"
#include "ui/form.h"
#include "ui/media.h"
#include "ui/prompt.h"
#include "ui/sign.h"
#include "ui/signin.h"
#include "ui/view/register.h"

#include <string.h>

#define MOVE_FIELDS 6

/* What each move asks for: the fields of its entry (src/core/transfer.def). */
static const struct move_kind {
	const char *title, *type;
	const char *button, *word; /* "M-1 is ..." */
	const char *says;          /* what is signed; %s is the number */
	const char *note;
	struct {
		const char *name, *title;
		bool needed;
	} fields[MOVE_FIELDS];
} move_kinds[REGISTER_MOVE__MAX] = {
    [REGISTER_REGISTER] = {"NEW MEDIUM", "medium.register", "Sign the receipt", "registered",
	"You sign that you received %s, and gave it this number.",
	"The number is written on the medium and is given once. The person it was received "
	"from has no key here: you name him, and sign.",
	{{"label", "Label", true}, {"from", "Received from", true}, {"owner", "Owner", false},
	    {"classification", "Classification", false}, {"seal", "Seal", false}}},
    [REGISTER_RETURN] = {"RETURN", "medium.return", "Sign the hand-over", "returned",
	"You sign that you handed %s over.",
	"The person it is handed to has no key here: you name him, and sign.",
	{{"to", "Handed to", true}, {"seal", "Seal", false}}},
    [REGISTER_RETAIN] = {"KEEP", "medium.retain", "Sign that it is kept", "kept",
	"You sign that you put %s where it is kept.",
	"It stays with the station. From there it can be read, returned, sanitised or "
	"destroyed.",
	{{"place", "Kept in", true}, {"seal", "Seal", false}}},
    [REGISTER_SANITISE] = {"SANITISE", "medium.sanitise", "Sign that you did it", "sanitised",
	"You sign that you sanitised %s.",
	"Nothing of this is done here: you sign what you did. Another officer who saw it "
	"confirms it.",
	{{"method", "Method", true}, {"certificate", "Certificate", false}}},
    [REGISTER_DESTROY] = {"DESTROY", "medium.destroy", "Sign that you did it", "destroyed",
	"You sign that you destroyed %s.",
	"You sign that it was destroyed. Another officer who saw it confirms it; then its "
	"number is never given again.",
	{{"method", "Method", true}, {"certificate", "Certificate", false}}},
    [REGISTER_CONFIRM] = {"CONFIRM", "medium.confirm", "Sign that you saw it", "confirmed",
	"You sign that you saw what another officer did with %s.",
	"You sign that you saw it yourself. Without that, Esc leaves it unconfirmed.",
	{{"note", "Note", false}}},
};

struct move {
	struct view view;
	const struct move_kind *kind;
	enum register_move move;
	json_t *medium; /* a row of ui.register, or NULL */
	json_t *ports;  /* rows of devices that tell what they are */
	struct form *form;
	int number, port; /* rows of the form, or -1 */
	int first;        /* the first of the fields */
	int cancel, sign; /* rows of the form */
	json_t *data;     /* what is signed for now */
	char subject[LIM_CONTROL_BYTES + 16];
};

static struct move *
move_of(struct view *v)
{
	return (struct move *)v;
}

const char *
move_why_not(const struct app *app)
{
	const struct custody_person *p = signin_person(app->ui);
	if (app_why_no_desk(app) != NULL)
		return app_why_no_desk(app);
	return p != NULL && (p->roles & CUSTODY_OFFICER) != 0
	           ? NULL
	           : "only an officer signs for media";
}

static const char *
move_number(const struct move *m)
{
	return m->number >= 0 ? form_text(m->form, m->number) : row_text(m->medium, "number");
}

/* --- what is signed ----------------------------------------------- */

/* Says what is wrong with a row of the form, and goes there; always false. */
static bool
move_wrong(struct move *m, int row, const char *why)
{
	app_warn(m->view.app, "%s", why);
	form_set_focus(m->form, row);
	return false;
}

static bool
move_is_complete(struct move *m)
{
	if (!register_number_ok(move_number(m)))
		return move_wrong(m, m->number >= 0 ? m->number : m->cancel,
		    "A control number has 1 to 32 capital letters, digits, dots, hyphens and "
		    "underlines, and begins with a letter or a digit.");
	for (int i = 0; i < MOVE_FIELDS && m->kind->fields[i].name != NULL; i++) {
		const char *text = form_text(m->form, m->first + i);
		json_t *value = json_string(text);
		json_decref(value);
		if (value == NULL)
			return move_wrong(m, m->first + i,
			    "This holds bytes that are no text; type it again.");
		if (m->kind->fields[i].needed && text[strspn(text, " ")] == '\0')
			return move_wrong(
			    m, m->first + i, "The register asks for this; type it.");
	}
	return true;
}

/* The data of its entry. */
static json_t *
move_data(const struct move *m)
{
	json_t *data = json_object();
	for (int i = 0; i < MOVE_FIELDS && m->kind->fields[i].name != NULL; i++)
		json_object_set_new(data, m->kind->fields[i].name,
		    json_string(form_text(m->form, m->first + i)));
	if (m->move != REGISTER_REGISTER)
		return data;
	const char *seal = json_string_value(json_object_get(data, "seal"));
	json_object_set_new(data, "sealed", json_boolean(seal[0] != '\0'));
	size_t port = form_choice(m->form, m->port);
	const json_t *row = port > 0 ? json_array_get(m->ports, port - 1) : NULL;
	if (row != NULL)
		json_object_set_new(data, "device",
		    json_pack("{s:s, s:s, s:s}", "model", row_text(row, "model"), "serial",
			row_text(row, "serial"), "vendor", row_text(row, "vendor")));
	return data;
}

static void
move_signed(struct view *v, struct seal_secret *passphrase)
{
	struct move *m = move_of(v);
	struct app *app = v->app;
	char why[APP_SAY_SIZE], next[APP_SAY_SIZE];
	int status = UI_FAULT;
	signin_forget(app->ui);
	app->ui->passphrase = passphrase;
	bool begun = app_calls_begin(app, "Your key is unsealed, and signs.");
	if (begun)
		status = sign_entry(
		    app->ui, "custody", m->kind->type, m->subject, json_incref(m->data), NULL);
	signin_forget(app->ui);
	app_calls_end(app, why, next);
	if (!begun)
		return;
	if (status != UI_DONE) {
		app_warn(app, "%s; %s.", why, next[0] != '\0' ? next : "nothing was recorded");
		return;
	}
	app_say(app, "%s is %s: signed and recorded.", m->subject + strlen("medium:"),
	    m->kind->word);
	if (app->top == v)
		app_pop(app); /* frees this view */
}

static void
move_ask(struct move *m)
{
	struct app *app = m->view.app;
	const char *gone = app_why_no_desk(app);
	if (gone != NULL) {
		app_warn(app, "%s", gone);
		return;
	}
	json_decref(m->data);
	m->data = move_data(m);
	snprintf(m->subject, sizeof(m->subject), "medium:%s", move_number(m));
	const char *says = m->kind->says, *gap = strstr(says, "%s");
	prompt_secret(&m->view, safe_text(app->frame, m->kind->title),
	    safe_printf(app->frame, "%.*s%s%s It cannot be taken back.", (int)(gap - says),
		says, safe_text(app->frame, move_number(m)).text, gap + 2),
	    safe_text(app->frame, m->kind->button), move_signed);
}

/* --- the view ----------------------------------------------------- */

static bool
move_key(struct view *v, int key)
{
	struct move *m = move_of(v);
	enum form_event e = app_form_key(v->app, m->form, key);
	if (e == FORM_PRESSED && form_focus(m->form) == m->cancel)
		app_pop(v->app); /* frees this view */
	else if (e == FORM_PRESSED && move_is_complete(m))
		move_ask(m);
	return e != FORM_IGNORED;
}

static void
move_draw(struct view *v, const struct area *a)
{
	struct move *m = move_of(v);
	struct arena *f = v->app->frame;
	int row = 1;
	if (m->medium != NULL) {
		area_put(a, row, 2, STYLE_PLAIN, SAFE("Medium"));
		area_name(a, f, row++, 16, a->cols - 18, STYLE_MEDIUM,
		    safe_printf(f, "%s  %s", safe_member(f, m->medium, "number").text,
			safe_member(f, m->medium, "label").text));
		area_put(a, row, 2, STYLE_PLAIN, SAFE("Until now"));
		area_name(a, f, row++, 16, a->cols - 18, STYLE_PLAIN,
		    safe_printf(f, "%s since %s UTC, by %s",
			safe_member(f, m->medium, "state").text,
			safe_minute(f, row_text(m->medium, "changed")).text,
			safe_member(f, m->medium, "officer").text));
	}
	row += m->medium != NULL;
	struct area form = area_part(a, row, 2, a->rows - row, a->cols - 4);
	form_draw(m->form, &form, f, 0, 0, true);
	struct area note = area_part(a, row + form_rows(m->form) + 1, 2, 5, a->cols - 4);
	area_words(&note, 0, 0, 0, STYLE_PLAIN,
	    safe_printf(f, "%s Tab and the arrows go from field to field.", m->kind->note));
}

static struct safe
move_subject(struct view *v, struct arena *a)
{
	const struct move *m = move_of(v);
	return safe_printf(a, "%s  %s", m->kind->title, row_text(m->medium, "number"));
}

static struct safe
move_status(struct view *v, struct arena *a)
{
	(void)v;
	(void)a;
	return SAFE("Nothing is recorded before you sign.");
}

static void
move_done(struct view *v)
{
	struct move *m = move_of(v);
	json_decref(m->medium);
	json_decref(m->ports);
	json_decref(m->data);
	form_free(m->form);
}

static const struct view_type move_type = {
    .title = "REGISTER",
    .map = MAP_MOVE,
    .also = MAP_BIT(MAP_ANY),
    .draw = move_draw,
    .subject = move_subject,
    .status = move_status,
    .key = move_key,
    .done = move_done,
};

/* The port whose device goes with the number; the first choice is none. */
static void
move_add_ports(struct move *m)
{
	struct app *app = m->view.app;
	const json_t *rows = media_rows(app->media), *row;
	size_t i, n = 0;
	struct safe *choices = mem_array(json_array_size(rows) + 1, sizeof(*choices));
	choices[n++] = SAFE("(no device: a disc, or it is in no port)");
	m->ports = json_array();
	json_array_foreach (rows, i, row) {
		if (row_text(row, "serial")[0] == '\0')
			continue;
		choices[n++] =
		    safe_printf(app->frame, "%s  %s", safe_member(app->frame, row, "port").text,
			media_name(app->frame, row).text);
		json_array_append_new(m->ports, json_deep_copy(row));
	}
	m->port = form_add_choice(m->form, SAFE("Device in port"), choices, n);
	free(choices);
}

static void
move_add_fields(struct move *m)
{
	struct arena *f = m->view.app->frame;
	bool again = m->move == REGISTER_REGISTER && m->medium != NULL;
	for (int i = 0; i < MOVE_FIELDS && m->kind->fields[i].name != NULL; i++) {
		const char *name = m->kind->fields[i].name;
		/* what is written on it does not change by going away; an escaped text is none
		 */
		bool known = again && strcmp(name, "from") != 0 && strcmp(name, "seal") != 0 &&
		             strchr(row_text(m->medium, name), '\\') == NULL;
		int row = form_add_text(m->form,
		    safe_printf(f, "%s%s", m->kind->fields[i].title,
			m->kind->fields[i].needed ? " (needed)" : ""),
		    LIM_REGISTER_TEXT_BYTES, known ? row_text(m->medium, name) : "");
		if (i == 0)
			m->first = row;
	}
}

struct view *
move_view(struct app *app, enum register_move move, const json_t *medium)
{
	struct move *m = view_new(app, &move_type, sizeof(*m));
	m->kind = &move_kinds[move];
	m->move = move;
	m->medium = json_deep_copy(medium);
	m->form = form_new();
	m->number = m->port = -1;
	if (medium == NULL)
		m->number =
		    form_add_text(m->form, SAFE("Number (needed)"), LIM_CONTROL_BYTES, "");
	move_add_fields(m);
	if (move == REGISTER_REGISTER)
		move_add_ports(m);
	m->cancel = form_add_button(m->form, SAFE("Cancel"));
	m->sign = form_add_button(m->form, safe_text(app->frame, m->kind->button));
	return &m->view;
}

/* SPDX-License-Identifier: ISC */
/*
 * Something leaves the station: report and slip, a bundle, the ledger or leaves of it, to the
 * share or to a medium in a port for exports.  What goes where is chosen, shown, and confirmed.
 */
#include "src/base/mem.h"
#include "ui/desk.h"
#include "ui/media.h"
#include "ui/prompt.h"
#include "ui/signin.h"
#include "ui/view/sending.h"
#include "ui/views.h"

#include <string.h>

#define SENDING_PORTS    16 /* that are offered */
#define SENDING_NOTE_ROW 7
#define SENDING_END_ROW  11

enum sending_state {
	SENDING_FORM,
	SENDING_PACKS, /* documents are being made */
	SENDING_ASKS,  /* whether the medium is to be overwritten */
};

struct sending {
	struct view view;
	char transfer[TRANSFER_ID_SIZE]; /* "": of the record */
	struct form *form;
	int what, where, cancel, go; /* rows */
	const struct sending_what *whats[SENDING_WHATS];
	char *ports[SENDING_PORTS];
	size_t nports;
	enum sending_state state;
	size_t part;
	char paths[APP_SAY_SIZE], image[HEX_DIGEST_SIZE];
	bool shared; /* paths: what the share has now */
};

static struct sending *
sending_of(struct view *v)
{
	return (struct sending *)v;
}

static const struct sending_what *
sending_what(const struct sending *s)
{
	return s->whats[form_choice(s->form, s->what)];
}

/* NULL: the share. */
static const char *
sending_port(const struct sending *s)
{
	const size_t at = form_choice(s->form, s->where);
	return at == 0 ? NULL : s->ports[at - 1];
}

const char *
sending_why_not(const struct app *app)
{
	const struct custody_person *p = signin_person(app->ui);
	const char *gone = app_why_no_desk(app);
	if (gone != NULL)
		return gone;
	return p == NULL || (p->roles & ~(unsigned)CUSTODY_REQUESTER) == 0
	           ? "nothing is given to who is neither officer, administrator nor auditor"
	           : NULL;
}

static void sending_ask_part(struct sending *);

/* Gives up what is under way; what that means while nothing is written yet. */
static const char *
sending_stop(struct sending *s)
{
	s->state = SENDING_FORM;
	burn_stop(s->view.app);
	return sending_port(s) == NULL
	           ? "Cancelled: what was entered in the record still comes to the share."
	           : "Cancelled: nothing was written to the medium.";
}

/* Nothing is being made or written. */
static bool
sending_is_idle(const struct sending *s)
{
	return s->state == SENDING_FORM && !s->view.app->burn.runs;
}

/* --- to a medium ---------------------------------------------------------------------- */

static void
sending_yes(struct view *v)
{
	struct sending *s = sending_of(v);
	if (s->state != SENDING_ASKS)
		return;
	s->state = SENDING_FORM;
	burn_begin(v->app, sending_port(s), s->image);
}

static void
sending_on_medium(void *owner, struct msg *m)
{
	struct sending *s = owner;
	struct app *app = s->view.app;
	struct arena *f = app->frame;
	if (m == NULL || m->id != MSG_DESK_WRITE) {
		app_refused(app, m);
		s->state = SENDING_FORM;
		return;
	}
	snprintf(s->image, sizeof(s->image), "%s", msg_str(m, "image"));
	s->state = SENDING_ASKS;
	const char *label = msg_str(m, "label");
	const struct safe text = safe_printf(f,
	    "%s: %s, %s bytes. It holds %s%s%s. All of that will be lost. %s files, %s bytes, "
	    "are written and read back; each is entered in the record first.",
	    safe_text(f, msg_str(m, "port")).text, safe_text(f, msg_str(m, "medium")).text,
	    safe_count(f, msg_uint(m, "bytes")).text, safe_text(f, msg_str(m, "holds")).text,
	    label[0] != '\0' ? ", named " : "", safe_text(f, label).text,
	    safe_count(f, msg_uint(m, "files")).text, safe_count(f, msg_uint(m, "needs")).text);
	prompt_confirm(
	    &s->view, SAFE("OVERWRITE THE MEDIUM"), text, SAFE("Overwrite it"), sending_yes);
}

/* --- the documents, one after the other ------------------------------------------- */

static void
sending_packed(struct sending *s)
{
	struct app *app = s->view.app;
	const char *port = sending_port(s);
	if (port != NULL) {
		app_ask(&s->view, MSG_UI_WRITE, json_pack("{s:s}", "port", port),
		    MSG_DESK_WRITE, sending_on_medium);
		return;
	}
	s->state = SENDING_FORM;
	s->shared = true;
	app_say(app, "On the share: %s", s->paths);
}

static void
sending_on_part(void *owner, struct msg *m)
{
	struct sending *s = owner;
	const size_t n = strlen(s->paths);
	if (m == NULL || m->id != MSG_DESK_DONE) {
		app_refused(s->view.app, m);
		s->state = SENDING_FORM;
		return;
	}
	const char *path = msg_str(m, "text") != NULL ? msg_str(m, "text") : "";
	const char *slash = strrchr(path, '/');
	/* the folder is said once */
	if (n > 0 && slash != NULL && strncmp(s->paths, path, (size_t)(slash - path)) == 0)
		path = slash + 1;
	snprintf(s->paths + n, sizeof(s->paths) - n, "%s%s", n > 0 ? ", " : "", path);
	s->part++;
	if (s->part < SENDING_PARTS && sending_what(s)->parts[s->part].id != MSG_NONE)
		sending_ask_part(s);
	else
		sending_packed(s);
}

static void
sending_ask_part(struct sending *s)
{
	const struct sending_what *w = sending_what(s);
	const struct sending_part *p = &w->parts[s->part];
	json_t *body = json_object();
	if (w->what != NULL)
		json_object_set_new(body, "what", json_string(w->what));
	if (w->transfer && (w->what == NULL || strcmp(w->what, "bundle") == 0))
		json_object_set_new(body, "transfer", json_string(s->transfer));
	else if (w->transfer)
		json_object_set_new(body, "documents", json_pack("[s]", s->transfer));
	if (p->key != NULL)
		json_object_set_new(body, p->key, json_string(p->value));
	if (sending_port(s) != NULL)
		json_object_set_new(body, "medium", json_true());
	app_ask(&s->view, p->id, body, MSG_DESK_DONE, sending_on_part);
}

static void
sending_begin(struct view *v)
{
	struct sending *s = sending_of(v);
	if (!sending_is_idle(s))
		return;
	sending_stop(s); /* nothing of an earlier try goes with it */
	v->app->burn.ended[0] = '\0';
	s->shared = false;
	s->state = SENDING_PACKS;
	s->part = 0;
	s->paths[0] = '\0';
	sending_ask_part(s);
}

static void
sending_go(struct sending *s)
{
	struct app *app = s->view.app;
	const char *why = sending_why_not(app);
	if (why != NULL || !sending_is_idle(s)) {
		app_warn(app, "%s",
		    why != NULL ? why : "It is under way; c cancels it, or wait for its end.");
		return;
	}
	if (sending_port(s) != NULL)
		sending_begin(&s->view); /* is confirmed when the medium was looked at */
	else
		prompt_confirm(&s->view, SAFE("EXPORT TO THE SHARE"),
		    safe_printf(app->frame,
			"%s It is entered in the record first. Who can read the share can "
			"read it, below reports/%s.",
			sending_what(s)->leaves,
			sending_what(s)->transfer ? s->transfer : "record"),
		    SAFE("Write it"), sending_begin);
}

/* --- acts ------------------------------------------------------------------------- */

const char *
sending_may_cancel(struct view *v)
{
	return sending_is_idle(sending_of(v)) ? "nothing is under way" : NULL;
}

void
sending_act_cancel(struct view *v)
{
	struct sending *s = sending_of(v);
	link_forget(v->app->link, s); /* answers to what is given up */
	const char *means = sending_stop(s);
	if (!v->app->burn.runs) /* whose end is told */
		app_say(v->app, "%s", means);
}

/* --- the view --------------------------------------------------------------------- */

static bool
sending_key(struct view *v, int key)
{
	struct sending *s = sending_of(v);
	if (s->state == SENDING_ASKS) /* the question was closed without a yes */
		sending_stop(s);
	if (!sending_is_idle(s))
		return false;
	enum form_event e = app_form_key(v->app, s->form, key);
	if (e == FORM_PRESSED && form_focus(s->form) == s->cancel)
		app_pop(v->app); /* frees this view */
	else if (e == FORM_PRESSED)
		sending_go(s);
	return e != FORM_IGNORED;
}

static bool
sending_leave(struct view *v)
{
	if (sending_is_idle(sending_of(v)))
		return true;
	app_warn(v->app, "It is under way; c cancels it, or wait for its end.");
	return false;
}

/* What leaves; or how far it is. */
static struct safe
sending_note(const struct sending *s, struct arena *f)
{
	if (s->state == SENDING_PACKS)
		return SAFE("It is being made ready. c cancels.");
	const struct burn *b = &s->view.app->burn;
	if (b->runs)
		return safe_printf(f,
		    "%s: %s Leave the medium in its port; c cancels, and it is not whole then.",
		    safe_text(f, b->port).text, burn_words(b, f).text);
	return safe_text(f, sending_what(s)->leaves);
}

/* What the record has of it; or how the last one ended. */
static struct safe
sending_end(const struct sending *s, struct arena *f)
{
	const struct burn *b = &s->view.app->burn;
	if (b->runs)
		return SAFE("The record says what leaves, for whom and where; it will say how "
			    "this ended. On another screen you are told when it ends.");
	if (s->state == SENDING_FORM && s->shared)
		return safe_printf(
		    f, "On the share, and in the record: %s", safe_text(f, s->paths).text);
	return s->state == SENDING_FORM ? safe_text(f, b->ended) : SAFE("");
}

static void
sending_draw(struct view *v, const struct area *a)
{
	struct sending *s = sending_of(v);
	struct arena *f = v->app->frame;
	const bool runs = v->app->burn.runs;
	const int cols = a->cols - 4, more = SENDING_END_ROW - SENDING_NOTE_ROW;
	struct area form = area_part(a, 1, 2, SENDING_NOTE_ROW - 1, cols);
	struct area note = area_part(a, SENDING_NOTE_ROW, 2, more, cols);
	struct area end = area_part(a, SENDING_END_ROW, 2, a->rows - SENDING_END_ROW, cols);
	form_draw(s->form, &form, f, 0, 0, !runs && s->state != SENDING_PACKS);
	area_words(&note, 0, 0, 0, runs ? STYLE_STRONG : STYLE_PLAIN, sending_note(s, f));
	area_words(
	    &end, 0, 0, 0, runs || s->shared ? STYLE_PLAIN : STYLE_STRONG, sending_end(s, f));
	if (runs || s->state == SENDING_PACKS)
		area_cursor(a, SENDING_NOTE_ROW, 2);
}

static struct safe
sending_status(struct view *v, struct arena *f)
{
	(void)f;
	return sending_of(v)->nports > 0
	           ? SAFE("Space changes what leaves, and where it goes")
	           : SAFE("The station has no port for exports: what leaves goes to the share");
}

static struct safe
sending_subject(struct view *v, struct arena *f)
{
	const char *transfer = sending_of(v)->transfer;
	return transfer[0] != '\0' ? safe_printf(f, "%s", transfer) : SAFE("of the record");
}

static void
sending_done(struct view *v)
{
	struct sending *s = sending_of(v);
	if (v->app->burn.runs)
		app_say(v->app, "Port %s is still written to; you are told when that ends.",
		    safe_text(v->app->frame, v->app->burn.port).text);
	else if (s->state != SENDING_FORM)
		app_say(v->app, "%s", sending_stop(s));
	for (size_t i = 0; i < s->nports; i++)
		free(s->ports[i]);
	form_free(s->form);
}

static const struct view_type sending_type = {
    .title = "EXPORT",
    .map = MAP_SENDING,
    .also = MAP_BIT(MAP_ANY),
    .draw = sending_draw,
    .subject = sending_subject,
    .status = sending_status,
    .key = sending_key,
    .leave = sending_leave,
    .done = sending_done,
};

/* The ports for exports, each once, in the order of the station's answer. */
static void
sending_find_ports(struct sending *s)
{
	const json_t *row;
	size_t i;
	json_array_foreach (media_rows(s->view.app->media), i, row) {
		const char *port = row_text(row, "port");
		bool known = strcmp(row_text(row, "role"), "export") != 0;
		for (size_t p = 0; p < s->nports; p++)
			known |= strcmp(s->ports[p], port) == 0;
		if (!known && s->nports < SENDING_PORTS)
			s->ports[s->nports++] = mem_strdup(port);
	}
}

struct view *
sending_view(struct app *app, const char *transfer)
{
	struct safe whats[SENDING_WHATS], wheres[SENDING_PORTS + 1] = {SAFE("the share")};
	struct sending *s = view_new(app, &sending_type, sizeof(*s));
	size_t n = 0;
	if (!app->burn.runs)
		app->burn.ended[0] = '\0'; /* of another time */
	if (transfer != NULL)
		snprintf(s->transfer, sizeof(s->transfer), "%s", transfer);
	sending_find_ports(s);
	for (size_t i = 0; i < SENDING_WHATS; i++)
		if (sending_what_at(i)->transfer == (transfer != NULL)) {
			s->whats[n] = sending_what_at(i);
			whats[n] = safe_text(app->frame, s->whats[n]->name);
			n++;
		}
	for (size_t i = 0; i < s->nports; i++)
		wheres[i + 1] = safe_printf(app->frame, "the medium in the port %s",
		    safe_text(app->frame, s->ports[i]).text);
	s->form = form_new();
	s->what = form_add_choice(s->form, SAFE("What"), whats, n);
	s->where = form_add_choice(s->form, SAFE("Where to"), wheres, s->nports + 1);
	s->cancel = form_add_button(s->form, SAFE("Cancel"));
	s->go = form_add_button(s->form, SAFE("Go on"));
	return &s->view;
}

/* SPDX-License-Identifier: ISC */
/*
 * The form for the secret of an encrypted volume: it is typed, or lies in key
 * files of the station; in locked memory, written into a pipe and wiped.  The
 * pipe goes to the station unread.
 */
#include "src/base/mem.h"
#include "src/ipc/secret.h"
#include "ui/desk.h"
#include "ui/form.h"
#include "ui/key.h"
#include "ui/keyfile.h"
#include "ui/views.h"
#include "ui/volume.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define UNLOCK_FORM_ROW  6
#define UNLOCK_PIM_BYTES 7
#define UNLOCK_KEY_BYTES 200 /* names of key files */

struct unlock {
	struct view view;
	char transfer[TRANSFER_ID_SIZE];
	json_t *volume;
	struct form *form;
	int pim, header;        /* rows of the form, or -1 */
	int keys, cancel, open; /* rows of the form */
	bool asked;
};

static struct unlock *
unlock_of(struct view *v)
{
	return (struct unlock *)v;
}

static void
unlock_on_done(void *owner, struct msg *m)
{
	struct unlock *u = owner;
	struct app *app = u->view.app;
	u->asked = false;
	if (m == NULL || m->id != MSG_DESK_DONE) {
		app_refused(app, m);
		return;
	}
	app_say(app, "v%llu is being opened; this can take a minute.",
	    (unsigned long long)row_uint(u->volume, "n"));
	if (app->top == &u->view)
		app_pop(app); /* frees this view */
}

/* False, and it was said why. */
static bool
unlock_take_pim(struct unlock *u, json_t *body)
{
	const char *text = u->pim >= 0 ? form_text(u->form, u->pim) : "";
	if (text[0] == '\0')
		return true;
	if (strspn(text, "0123456789") != strlen(text)) {
		app_warn(
		    u->view.app, "The PIM is a number; leave it empty when there is none.");
		form_set_focus(u->form, u->pim);
		return false;
	}
	json_object_set_new(body, "pim", json_integer(strtol(text, NULL, 10)));
	return true;
}

static enum err
unlock_fill(struct unlock *u, const struct keyfiles *files, int *ret_fd)
{
	__attribute__((cleanup(seal_secret_cleanup))) struct seal_secret *typed =
	    form_take_secret(u->form, 0);
	return secret_pipe(typed != NULL ? seal_secret_bytes(typed) : NULL,
	    typed != NULL ? seal_secret_len(typed) : 0, files->v, files->n, ret_fd);
}

/* The pipe with what was typed and chosen, or -1 and it was said why. */
static int
unlock_pipe(struct unlock *u)
{
	struct app *app = u->view.app;
	struct keyfiles files = {.n = 0};
	char why[KEYFILE_WHY_SIZE];
	int fd = -1;
	if (!keyfile_add_named(&files, app->ui->keys_fd, form_text(u->form, u->keys), why)) {
		app_warn(app, "%s", why);
		form_set_focus(u->form, u->keys);
		keyfile_done(&files);
		return -1;
	}
	enum err e = unlock_fill(u, &files, &fd);
	keyfile_done(&files);
	if (e == ERR_LIMIT)
		app_warn(app, "A passphrase has at most %d bytes; type it again.",
		    LIM_UNLOCK_PASSPHRASE_BYTES);
	else if (e == ERR_RANGE)
		app_warn(app,
		    "Type the passphrase or the recovery key of the volume, or name a "
		    "key file.");
	else if (e != ERR_OK)
		app_warn(app, "The secret cannot be handed over; try again.");
	if (e != ERR_OK)
		form_set_focus(u->form, 0);
	return e == ERR_OK ? fd : -1;
}

static void
unlock_open(struct unlock *u)
{
	struct app *app = u->view.app;
	const char *gone = app_why_no_desk(app);
	if (gone != NULL || u->asked) {
		app_warn(app, "%s",
		    gone != NULL ? gone
				 : "The station was asked already; wait for its answer.");
		return;
	}
	json_t *body = json_pack("{s:s, s:I, s:s}", "transfer", u->transfer, "volume",
	    (json_int_t)row_uint(u->volume, "n"), "kind",
	    volume_kind(row_text(u->volume, "kind"),
		u->header >= 0 && form_choice(u->form, u->header) == 1));
	int fd = unlock_take_pim(u, body) ? unlock_pipe(u) : -1;
	if (fd < 0) {
		json_decref(body);
		return;
	}
	u->asked = true;
	link_ask_fd(app->link, u, MSG_UI_UNLOCK, body, fd, MSG_DESK_DONE, unlock_on_done);
}

/* --- the view ---------------------------------------------------- */

static bool
unlock_key(struct view *v, int key)
{
	struct unlock *u = unlock_of(v);
	int focus = form_focus(u->form);
	/* the last field that is filled in opens it: nothing is lost by a try too many */
	if (key == K_ENTER && focus < u->cancel && (focus > 0 || u->pim < 0)) {
		unlock_open(u);
		return true;
	}
	enum form_event e = app_form_key(v->app, u->form, key);
	if (e == FORM_PRESSED && form_focus(u->form) == u->cancel)
		app_pop(v->app); /* frees this view */
	else if (e == FORM_PRESSED)
		unlock_open(u);
	return e != FORM_IGNORED;
}

static void
unlock_draw(struct view *v, const struct area *a)
{
	struct unlock *u = unlock_of(v);
	struct arena *f = v->app->frame;
	area_put(a, 1, 2, STYLE_PLAIN, SAFE("Volume"));
	area_put(a, 1, 14, STYLE_MEDIUM,
	    safe_printf(f, "v%llu  %s  %s", (unsigned long long)row_uint(u->volume, "n"),
		safe_member(f, u->volume, "kind").text,
		safe_size(f, row_uint(u->volume, "bytes")).text));
	struct area words = area_part(a, 2, 14, 3, a->cols - 16);
	area_words(&words, 0, 0, 3, STYLE_PLAIN,
	    SAFE("What is typed is never shown, kept or written down. That you tried, and "
		 "whether it fitted, is recorded."));
	struct area form =
	    area_part(a, UNLOCK_FORM_ROW, 2, a->rows - UNLOCK_FORM_ROW, a->cols - 4);
	form_draw(u->form, &form, f, 0, 0, true);
	struct area note =
	    area_part(a, UNLOCK_FORM_ROW + form_rows(u->form) + 1, 2, 5, a->cols - 4);
	area_words(&note, 0, 0, 0, STYLE_PLAIN,
	    safe_printf(f,
		"%s A BitLocker recovery key may be typed with or without its hyphens. Key "
		"files "
		"are named as they lie in keys/" KEYFILE_FOLDER
		" of the station, several with commas between.",
		u->pim < 0 ? "Enter opens it, Esc leaves it closed."
			   : "Tab and the arrows go from field to field; Enter in the last one "
			     "opens it."));
}

static struct safe
unlock_status(struct view *v, struct arena *a)
{
	(void)v;
	(void)a;
	return SAFE("Nothing is written to the medium.");
}

static struct safe
unlock_subject(struct view *v, struct arena *a)
{
	return safe_printf(a, "%s", unlock_of(v)->transfer);
}

static void
unlock_forget(struct view *v)
{
	form_forget(unlock_of(v)->form);
}

static void
unlock_done(struct view *v)
{
	json_decref(unlock_of(v)->volume);
	form_free(unlock_of(v)->form);
}

static const struct view_type unlock_type = {
    .title = "UNLOCK",
    .map = MAP_UNLOCK,
    .also = MAP_BIT(MAP_ANY),
    .draw = unlock_draw,
    .subject = unlock_subject,
    .status = unlock_status,
    .key = unlock_key,
    .forget = unlock_forget,
    .done = unlock_done,
};

struct view *
unlock_view(struct app *app, const char *transfer, const json_t *volume)
{
	const struct safe headers[] = {SAFE("at its beginning"), SAFE("the copy at its end")};
	struct unlock *u = view_new(app, &unlock_type, sizeof(*u));
	snprintf(u->transfer, sizeof(u->transfer), "%s", transfer);
	u->volume = json_deep_copy(volume);
	u->form = form_new();
	u->pim = u->header = -1;
	form_add_secret(u->form, SAFE("Passphrase"));
	if (volume_has_pim(row_text(volume, "kind")))
		u->pim = form_add_text(u->form, SAFE("PIM (if any)"), UNLOCK_PIM_BYTES, "");
	u->keys = form_add_text(u->form, SAFE("Key files"), UNLOCK_KEY_BYTES, "");
	if (u->pim >= 0)
		u->header = form_add_choice(u->form, SAFE("Header"), headers, 2);
	u->cancel = form_add_button(u->form, SAFE("Cancel"));
	u->open = form_add_button(u->form, SAFE("Open"));
	return &u->view;
}

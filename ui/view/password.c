/* SPDX-License-Identifier: ISC */
/*
 * The form for the password of an archive that was found locked: it is typed into locked
 * memory, written into a pipe and wiped.  The pipe goes to the scanner that opens archives;
 * nobody on the way reads it.
 */
#include "src/base/mem.h"
#include "src/core/verdict.h"
#include "src/ipc/secret.h"
#include "ui/desk.h"
#include "ui/form.h"
#include "ui/key.h"
#include "ui/view/details.h"
#include "ui/view/review.h"
#include "ui/views.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PASSWORD_FORM_ROW 7

struct password {
	struct view view;
	struct review *review; /* that lies below, or NULL */
	char transfer[TRANSFER_ID_SIZE];
	uint64_t item;
	char *way, *name; /* inside the item, or ""; and as it is shown */
	struct form *form;
	int cancel, open; /* rows of the form */
	bool asked;
};

static struct password *
password_of(struct view *v)
{
	return (struct password *)v;
}

static void
password_on_done(void *owner, struct msg *m)
{
	struct password *p = owner;
	struct app *app = p->view.app;
	p->asked = false;
	if (p->review != NULL)
		review_expire(p->review, p->item);
	if (m == NULL || m->id != MSG_DESK_DONE) {
		app_refused(app, m);
		return;
	}
	app_say(app, "It is open; what is in it is scanned now, and then in review.");
	if (app->top == &p->view)
		app_pop(app); /* frees this view */
}

/* The pipe with what was typed, or -1 and it was said why. */
static int
password_pipe(struct password *p)
{
	__attribute__((cleanup(seal_secret_cleanup))) struct seal_secret *typed =
	    form_take_secret(p->form, 0);
	int fd = -1;
	enum err e = secret_pipe(typed != NULL ? seal_secret_bytes(typed) : NULL,
	    typed != NULL ? seal_secret_len(typed) : 0, NULL, 0, &fd);
	if (e == ERR_OK)
		return fd;
	if (e == ERR_LIMIT || e == ERR_RANGE)
		app_warn(p->view.app, "A password has 1 to %d bytes; type it.",
		    LIM_UNLOCK_PASSPHRASE_BYTES);
	else
		app_warn(p->view.app, "The password cannot be handed over; try again.");
	form_set_focus(p->form, 0);
	return -1;
}

static void
password_open(struct password *p)
{
	struct app *app = p->view.app;
	const char *gone = app_why_no_desk(app);
	if (gone != NULL || p->asked) {
		app_warn(app, "%s",
		    gone != NULL ? gone
				 : "The station was asked already; wait for its answer.");
		return;
	}
	int fd = password_pipe(p);
	if (fd < 0)
		return;
	json_t *body = json_pack(
	    "{s:s, s:I, s:b}", "transfer", p->transfer, "item", (json_int_t)p->item, "wait", 1);
	if (p->way[0] != '\0')
		json_object_set_new(body, "inside", json_string(p->way));
	p->asked = true;
	app_say(app, "The archive is being opened.");
	link_ask_fd(app->link, p, MSG_UI_PASSWORD, body, fd, MSG_DESK_DONE, password_on_done);
}

/* --- the view ---------------------------------------------------- */

static bool
password_key(struct view *v, int key)
{
	struct password *p = password_of(v);
	if (key == K_ENTER && form_focus(p->form) < p->cancel) {
		password_open(p);
		return true;
	}
	enum form_event e = app_form_key(v->app, p->form, key);
	if (e == FORM_PRESSED && form_focus(p->form) == p->cancel)
		app_pop(v->app); /* frees this view */
	else if (e == FORM_PRESSED)
		password_open(p);
	return e != FORM_IGNORED;
}

static void
password_draw(struct view *v, const struct area *a)
{
	struct password *p = password_of(v);
	struct arena *f = v->app->frame;
	area_put(a, 1, 2, STYLE_PLAIN, SAFE("Archive"));
	area_name(a, f, 1, 14, a->cols - 16, STYLE_MEDIUM, safe_text(f, p->name));
	struct area words = area_part(a, 2, 14, 4, a->cols - 16);
	area_words(&words, 0, 0, 4, STYLE_PLAIN,
	    SAFE("What is typed is never shown, kept or written down. That you tried, and "
		 "whether it fitted, is recorded. When the transfer is scanned again it is "
		 "asked for again."));
	struct area form =
	    area_part(a, PASSWORD_FORM_ROW, 2, a->rows - PASSWORD_FORM_ROW, a->cols - 4);
	form_draw(p->form, &form, f, 0, 0, true);
	struct area note =
	    area_part(a, PASSWORD_FORM_ROW + form_rows(p->form) + 1, 2, 3, a->cols - 4);
	area_words(&note, 0, 0, 0, STYLE_PLAIN,
	    safe_printf(f,
		"Enter opens it, Esc leaves it locked. After %d that do not fit it takes no "
		"more in this transfer.",
		LIM_PASSWORD_WRONG));
}

static struct safe
password_status(struct view *v, struct arena *a)
{
	(void)v;
	(void)a;
	return SAFE("What is in it is scanned like everything else.");
}

static struct safe
password_subject(struct view *v, struct arena *a)
{
	return safe_printf(a, "%s  item %llu", password_of(v)->transfer,
	    (unsigned long long)password_of(v)->item);
}

static void
password_forget(struct view *v)
{
	form_forget(password_of(v)->form);
}

static void
password_done(struct view *v)
{
	free(password_of(v)->way);
	free(password_of(v)->name);
	form_free(password_of(v)->form);
}

static const struct view_type password_type = {
    .title = "PASSWORD",
    .map = MAP_UNLOCK,
    .also = MAP_BIT(MAP_ANY),
    .draw = password_draw,
    .subject = password_subject,
    .status = password_status,
    .key = password_key,
    .forget = password_forget,
    .done = password_done,
};

struct view *
password_view(
    struct app *app, const char *transfer, uint64_t item, const char *way, struct safe name)
{
	struct password *p = view_new(app, &password_type, sizeof(*p));
	snprintf(p->transfer, sizeof(p->transfer), "%s", transfer);
	p->item = item;
	p->way = mem_strdup(way);
	p->name = mem_strdup(name.text);
	p->form = form_new();
	form_add_secret(p->form, SAFE("Password"));
	p->cancel = form_add_button(p->form, SAFE("Cancel"));
	p->open = form_add_button(p->form, SAFE("Open"));
	return &p->view;
}

/* --- in the details of an item ---------------------------------------- */

static bool
password_is_locked(const json_t *item)
{
	size_t i;
	const json_t *scan, *f;
	json_array_foreach (json_object_get(item, "scans"), i, scan)
		if (strcmp(row_text(scan, "verdict"), "incomplete") == 0 &&
		    strcmp(row_text(scan, "why"), VERDICT_LOCKED) == 0)
			return true;
	/* or one inside it, whose finding is the item's: which one, the station knows */
	json_array_foreach (json_object_get(item, "findings"), i, f)
		if (strcmp(row_text(f, "rule"), "archive/encrypted") == 0)
			return true;
	return false;
}

const char *
password_may_item(struct view *v)
{
	struct review *r = details_review(v);
	const json_t *item = review_item(r);
	const char *why = review_why_fixed(r);
	if (why != NULL)
		return why;
	if (item == NULL)
		return "the item is not read yet; press the key again";
	return password_is_locked(item)
	           ? NULL
	           : "it is no archive that was found locked, and holds none";
}

void
password_act_item(struct view *v)
{
	struct review *r = details_review(v);
	const json_t *item = review_item(r);
	struct view *to = password_view(
	    v->app, r->transfer, row_uint(item, "id"), "", review_name(v->app->frame, item));
	password_of(to)->review = r;
	app_push(v->app, to);
}

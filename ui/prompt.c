/* SPDX-License-Identifier: ISC */
/* Questions with buttons: confirmations, and the passphrase for a signature. */
#include "ui/prompt.h"
#include "ui/form.h"
#include "ui/key.h"
#include "ui/prompt_box.h"
#include "ui/signin.h"

struct prompt {
	struct view view;
	struct view *owner;
	struct arena *own; /* the texts, as long as the question stands */
	struct safe title, text;
	struct form *form;
	int secret, yes_button; /* rows of the form; secret: -1 without */
	void (*yes)(struct view *owner);
	void (*take)(struct view *owner, struct seal_secret *);
};

static void
prompt_draw(struct view *v, const struct area *body)
{
	struct prompt *p = (struct prompt *)v;
	int cells =
	    body->cols - 8 < PROMPT_BOX_CELLS - 4 ? body->cols - 8 : PROMPT_BOX_CELLS - 4;
	int words = prompt_box_words(body, p->text, cells);
	struct area in = prompt_box(body, p->title, words + form_rows(p->form) + 3, cells);
	area_words(&in, 1, 0, words, STYLE_PLAIN, p->text);
	form_draw(p->form, &in, v->app->frame, words + 2, 0, true);
}

/* Closes the question, and does what was asked. */
static void
prompt_do(struct prompt *p)
{
	struct app *app = p->view.app;
	struct view *owner = p->owner;
	void (*yes)(struct view *) = p->yes;
	void (*take)(struct view *, struct seal_secret *) = p->take;
	struct seal_secret *secret =
	    p->secret >= 0 ? form_take_secret(p->form, p->secret) : NULL;
	if (p->secret >= 0 && secret == NULL) {
		app_say(app, "Type the %s, or press Esc: nothing is signed without it.",
		    signin_means(app->ui) == SIGNIN_PIN ? "PIN" : "passphrase");
		form_set_focus(p->form, p->secret);
		return;
	}
	app_pop(app);
	if (take != NULL)
		take(owner, secret);
	else
		yes(owner);
}

static bool
prompt_key(struct view *v, int key)
{
	struct prompt *p = (struct prompt *)v;
	if (key == K_ENTER && form_focus(p->form) == p->secret) {
		prompt_do(p);
		return true;
	}
	enum form_event e = app_form_key(v->app, p->form, key);
	if (e == FORM_PRESSED && form_focus(p->form) == p->yes_button)
		prompt_do(p);
	else if (e == FORM_PRESSED)
		app_pop(v->app);
	return e != FORM_IGNORED;
}

static void
prompt_forget(struct view *v)
{
	form_forget(((struct prompt *)v)->form);
}

static void
prompt_done(struct view *v)
{
	struct prompt *p = (struct prompt *)v;
	form_free(p->form);
	arena_free(p->own);
}

static const struct view_type prompt_type = {.title = "QUESTION",
    .map = MAP_PROMPT,
    .overlay = true,
    .draw = prompt_draw,
    .key = prompt_key,
    .forget = prompt_forget,
    .done = prompt_done};

static struct prompt *
prompt_new(struct view *owner, struct safe title, struct safe text)
{
	struct prompt *p = view_new(owner->app, &prompt_type, sizeof(*p));
	p->owner = owner;
	p->own = arena_new();
	p->title = prompt_box_keep(p->own, title);
	p->text = prompt_box_keep(p->own, text);
	p->form = form_new();
	p->secret = -1;
	return p;
}

static void
prompt_show(struct prompt *p, struct safe button)
{
	int cancel = form_add_button(p->form, SAFE("Cancel"));
	p->yes_button = form_add_button(p->form, button);
	form_set_focus(p->form, p->secret >= 0 ? p->secret : cancel);
	app_push(p->view.app, &p->view);
}

void
prompt_confirm(struct view *owner, struct safe title, struct safe text, struct safe button,
    void (*yes)(struct view *owner))
{
	struct prompt *p = prompt_new(owner, title, text);
	p->yes = yes;
	prompt_show(p, button);
}

void
prompt_secret(struct view *owner, struct safe title, struct safe text, struct safe button,
    void (*take)(struct view *owner, struct seal_secret *))
{
	struct prompt *p = prompt_new(owner, title, text);
	p->take = take;
	enum signin_means means = signin_means(owner->app->ui);
	if (means != SIGNIN_TOUCH)
		p->secret = form_add_secret(p->form,
		    safe_printf(owner->app->frame, "%s of %s",
			means == SIGNIN_PIN ? "Token PIN" : "Passphrase", owner->app->ui->as));
	prompt_show(p, button);
}

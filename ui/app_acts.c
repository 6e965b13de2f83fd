/* SPDX-License-Identifier: ISC */
/* Acts of every screen. */
#include "ui/app.h"
#include "ui/prompt.h"
#include "ui/views.h"

const char *
app_may_back(struct view *v)
{
	return v->below == NULL ? "this is the first screen; F10 signs out" : NULL;
}

void
app_act_back(struct view *v)
{
	if (v->type->leave == NULL || v->type->leave(v))
		app_pop(v->app);
}

void
app_act_help(struct view *v)
{
	app_push(v->app, help_view(v->app));
}

void
app_act_said(struct view *v)
{
	app_push(v->app, said_view(v->app));
}

void
app_act_lock(struct view *v)
{
	app_lock(v->app);
}

static void
app_sign_out(struct view *v)
{
	v->app->end = APP_SIGNED_OUT;
}

void
app_act_out(struct view *v)
{
	struct app *app = v->app;
	prompt_confirm(v, SAFE("SIGN OUT"),
	    app->burn.runs
		? safe_printf(app->frame,
		      "A medium is being written in the port %s. It is given up when you sign "
		      "out, and what is on it is not whole then.",
		      safe_text(app->frame, app->burn.port).text)
		: SAFE("You are signed out and the next officer signs in. Work goes on, "
		       "drafts stay."),
	    SAFE("Sign out"), app_sign_out);
}

void
app_act_redraw(struct view *v)
{
	v->app->redraw = true;
}

void
app_act_cancel(struct view *v)
{
	struct app *app = v->app;
	if (link_pending(app->link) == 0) {
		app_say(app, "Nothing is under way; F10 signs out.");
		return;
	}
	link_cancel(app->link);
	app_say(app, "Cancelled.");
}

void
app_act_home(struct view *v)
{
	app_home(v->app);
}

void
app_act_transfers(struct view *v)
{
	struct app *app = v->app;
	if (v->type->map == MAP_TRANSFERS)
		return;
	app_home(app);
	app_push(app, transfers_view(app));
}

void
app_act_register(struct view *v)
{
	struct app *app = v->app;
	if (v->type->map == MAP_REGISTER)
		return;
	app_home(app);
	app_push(app, register_view(app));
}

void
app_act_people(struct view *v)
{
	struct app *app = v->app;
	if (v->type->map == MAP_PEOPLE)
		return;
	app_home(app);
	app_push(app, people_view(app));
}

void
app_act_anchors(struct view *v)
{
	struct app *app = v->app;
	if (v->type->map == MAP_ANCHORS)
		return;
	app_home(app);
	app_push(app, anchors_view(app));
}

void
app_act_nothing(struct view *v)
{
	app_say(v->app, "This key does nothing here, on purpose.");
}

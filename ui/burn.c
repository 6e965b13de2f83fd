/* SPDX-License-Identifier: ISC */
#include "ui/burn.h"
#include "ui/app.h"

#include <stdio.h>
#include <string.h>

/* Told once, and kept for the screen that began it. */
static void
burn_end(struct app *app, bool whole, const char *text)
{
	struct burn *b = &app->burn;
	b->runs = false;
	b->whole = whole;
	snprintf(b->ended, sizeof(b->ended), "%s", text);
	if (whole)
		app_say(app, "%s", text);
	else
		app_warn(app, "%s", text);
}

void
burn_lost(struct app *app)
{
	if (app->burn.runs)
		burn_end(app, false,
		    safe_printf(app->frame,
			"The station has gone: the medium in the port %s is not whole; write "
			"it again.",
			safe_text(app->frame, app->burn.port).text)
			.text);
}

static void
burn_on_begun(void *owner, struct msg *m)
{
	struct app *app = owner;
	struct burn *b = &app->burn;
	if (m != NULL && m->id == MSG_DESK_WRITING) {
		b->total = msg_uint(m, "total");
		return;
	}
	if (m == NULL && app_why_no_desk(app) == NULL)
		return; /* only the answer was given up */
	b->runs = false;
	app_refused(app, m);
}

void
burn_begin(struct app *app, const char *port, const char *image)
{
	struct burn *b = &app->burn;
	*b = (struct burn){.runs = true, .step = "write"};
	snprintf(b->port, sizeof(b->port), "%s", port);
	link_ask(app->link, app, MSG_UI_WRITE_DO, json_pack("{s:s}", "image", image),
	    MSG_DESK_WRITING, burn_on_begun);
}

/* Whatever the desk kept of it is forgotten. */
static void
burn_on_stopped(void *owner, struct msg *m)
{
	(void)owner;
	(void)m;
}

void
burn_stop(struct app *app)
{
	if (app_why_no_desk(app) == NULL)
		link_ask(
		    app->link, app, MSG_UI_WRITE_STOP, NULL, MSG_DESK_DONE, burn_on_stopped);
}

bool
burn_hear(struct app *app, const struct msg *m)
{
	struct burn *b = &app->burn;
	struct arena *f = app->frame;
	if (m->id == MSG_DESK_WRITING) {
		snprintf(b->step, sizeof(b->step), "%s", msg_str(m, "step"));
		b->done = msg_uint(m, "done");
		b->total = msg_uint(m, "total");
		return true;
	}
	if (m->id != MSG_DESK_WRITTEN)
		return false;
	if (msg_uint(m, "status") == 0)
		burn_end(app, true, safe_text(f, msg_str(m, "text")).text);
	else
		burn_end(app, false,
		    safe_printf(f, "%s: %s; %s.", safe_text(f, b->port).text,
			safe_text(f, msg_str(m, "why")).text,
			safe_text(f, msg_str(m, "next")).text)
			.text);
	return true;
}

struct safe
burn_words(const struct burn *b, struct arena *f)
{
	return safe_printf(f, "%s: %s of %s bytes.",
	    strcmp(b->step, "write") == 0 ? "Written" : "Read back",
	    safe_count(f, b->done).text, safe_count(f, b->total).text);
}

/* SPDX-License-Identifier: ISC */
/* What is said to the officer: the message line, and the history behind m. */
#include "src/base/clock.h"
#include "ui/app.h"

#include <stdarg.h>
#include <stdio.h>

__attribute__((format(printf, 3, 0))) static void
app_vsay(struct app *app, bool warn, const char *fmt, va_list ap)
{
	struct app_said *s = &app->said[app->nsaid % APP_SAID];
	char at[CLOCK_TEXT_SIZE];
	vsnprintf(s->text, sizeof(s->text), fmt, ap);
	clock_format(app->now_s, at);
	snprintf(s->at, sizeof(s->at), "%.5s", at + 11);
	s->warn = warn;
	s->below_lock = app->hush;
	app->hushed += app->hush;
	app->nsaid++;
	app->said_seen = false;
}

void
app_say(struct app *app, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	app_vsay(app, false, fmt, ap);
	va_end(ap);
}

void
app_warn(struct app *app, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	app_vsay(app, true, fmt, ap);
	va_end(ap);
}

void
app_hint(struct app *app, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(app->hint, sizeof(app->hint), fmt, ap);
	va_end(ap);
}

void
app_refused(struct app *app, const struct msg *m)
{
	if (m == NULL)
		app_warn(app, "The station has gone; nothing was done.");
	else if (msg_str(m, "next")[0] != '\0')
		app_warn(app, "%s; %s", msg_str(m, "why"), msg_str(m, "next"));
	else
		app_warn(app, "%s", msg_str(m, "why"));
}

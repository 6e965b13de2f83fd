/* SPDX-License-Identifier: ISC */
#include "tests/unit/played.h"
#include "src/base/mem.h"
#include "ui/prompt.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct played played;

void
played_begin(void)
{
	memset(&played, 0, sizeof(played));
}

void
played_forget(void)
{
	for (size_t i = 0; i < played.asked; i++)
		json_decref(played.bodies[i]);
	played_begin();
}

/* --- ui/link.c ------------------------------------------------------- */

void
app_ask(struct view *v, enum msg_id id, json_t *body, enum msg_id answer, link_fn *fn)
{
	(void)v;
	assert(played.asked < PLAYED_ASKS);
	assert(!played.one_at_a_time || played.body == NULL);
	played.ids[played.asked] = id;
	played.answers[played.asked] = answer;
	played.bodies[played.asked] = played.body = body;
	played.fns[played.asked++] = played.fn = fn;
}

void
link_forget(struct link *l, const void *owner)
{
	(void)l;
	(void)owner;
}

void
link_ask(
    struct link *l, void *owner, enum msg_id id, json_t *body, enum msg_id answer, link_fn *fn)
{
	(void)l;
	(void)id;
	(void)answer;
	json_decref(body);
	played.linked++;
	played.link_fn = fn;
	played.link_owner = owner;
}

enum phase
channel_phase(const struct channel *ch)
{
	(void)ch;
	return PH_SIGNED;
}

/* --- ui/app*.c --------------------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) void
app_say(struct app *app, const char *fmt, ...)
{
	va_list ap;
	(void)app;
	va_start(ap, fmt);
	vsnprintf(played.said, sizeof(played.said), fmt, ap);
	va_end(ap);
}

__attribute__((format(printf, 2, 3))) void
app_warn(struct app *app, const char *fmt, ...)
{
	va_list ap;
	(void)app;
	va_start(ap, fmt);
	vsnprintf(played.said, sizeof(played.said), fmt, ap);
	va_end(ap);
}

__attribute__((format(printf, 2, 3))) void
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
	const char *why = m != NULL ? msg_str(m, "why") : "gone";
	(void)app;
	snprintf(played.said, sizeof(played.said), "%s", why != NULL ? why : "refused");
}

const char *
app_why_no_desk(const struct app *app)
{
	(void)app;
	return played.gone;
}

struct safe
app_subject(struct arena *a, const char *transfer, const json_t *status)
{
	(void)status;
	return safe_text(a, transfer);
}

void
app_push(struct app *app, struct view *v)
{
	(void)app;
	(void)v;
	played.pushed++;
}

void
app_pop(struct app *app)
{
	(void)app;
	played.popped++;
}

void
app_replace(struct app *app, struct view *old, struct view *new)
{
	(void)app;
	(void)old;
	(void)new;
	played.replaced++;
}

bool
app_calls_begin(struct app *app, const char *doing)
{
	(void)app;
	(void)doing;
	return played.gone == NULL;
}

void
app_calls_end(struct app *app, char why[APP_SAY_SIZE], char next[APP_SAY_SIZE])
{
	(void)app;
	snprintf(why, APP_SAY_SIZE, "not the passphrase");
	snprintf(next, APP_SAY_SIZE, "try again");
}

/* --- ui/prompt*.c --------------------------------------------------------------------- */

void
prompt_pick(struct view *owner, struct safe title, const struct safe *choices, size_t n,
    bool free_text, void (*take)(struct view *, size_t, const char *))
{
	(void)owner;
	(void)title;
	(void)free_text;
	played.picked++;
	played.pick = take;
	played.nchoices = n;
	for (size_t i = 0; i < n && i < PLAYED_CHOICES; i++)
		played.choices[i] = choices[i];
}

void
prompt_secret(struct view *owner, struct safe title, struct safe text, struct safe button,
    void (*take)(struct view *, struct seal_secret *))
{
	(void)owner;
	(void)title;
	(void)text;
	(void)button;
	played.secrets++;
	played.secret = take;
}

void
prompt_line(struct view *owner, struct safe label, const char *value, size_t limit,
    bool (*take)(struct view *, const char *, int *, char[PROMPT_WHY_SIZE]))
{
	(void)owner;
	(void)label;
	(void)value;
	(void)limit;
	played.line = take;
}

/* SPDX-License-Identifier: ISC */
/* A reading that waits for an officer: on with it, open a volume, leave parts out. */
#include "ui/desk.h"
#include "ui/prompt.h"
#include "ui/view/progress.h"
#include "ui/view/wanted.h"
#include "ui/views.h"

const json_t *
progress_choice(const struct progress *p)
{
	return p->choosing ? json_object_get(p->status, "choosing") : NULL;
}

static const char *
progress_choose_why_not(const struct progress *p)
{
	if (!p->choosing)
		return "it is possible while a reading waits, before contents are read";
	return progress_choice(p) == NULL
	           ? "the station was asked what there is to choose; wait for the answer"
	           : NULL;
}

/* Volumes that are locked; ret: the last of them. */
static size_t
progress_locked(const struct progress *p, const json_t **ret)
{
	size_t i, n = 0;
	const json_t *v;
	json_array_foreach (json_object_get(progress_choice(p), "volumes"), i, v)
		if (json_is_true(json_object_get(v, "locked"))) {
			*ret = v;
			n++;
		}
	return n;
}

/* The end of an attempt is told once, to whoever sees it end. */
void
progress_choose_heard(struct progress *p)
{
	struct app *app = p->view.app;
	const json_t *c = progress_choice(p), *tried = json_object_get(c, "tried");
	uint64_t opening = row_uint(c, "opening"), volume = row_uint(tried, "volume");
	if (c != NULL && p->opening != 0 && opening == 0 && volume == p->opening) {
		if (json_is_true(json_object_get(tried, "ok")))
			app_say(app,
			    "v%llu is open: what is on it is listed, and is read with "
			    "the rest.",
			    (unsigned long long)volume);
		else
			app_warn(app, "v%llu was not opened; the reason stands above.",
			    (unsigned long long)volume);
	}
	p->opening = opening;
}

/* --- on with it -------------------------------------------------- */

const char *
progress_choose_may_go(const struct progress *p)
{
	const char *why = progress_choose_why_not(p);
	const json_t *c = progress_choice(p);
	if (why != NULL)
		return why;
	if (row_uint(c, "opening") > 0)
		return "a volume is being opened; wait for its end";
	return row_uint(c, "missing") > 0
	           ? "the vault has not room for all of it; leave parts out with x"
	           : NULL;
}

static void
progress_go(struct view *v)
{
	progress_send(progress_of_view(v), MSG_UI_GO, json_object());
}

void
progress_choose_go(struct progress *p)
{
	const json_t *locked = NULL;
	size_t n = progress_locked(p, &locked);
	if (n == 0) {
		progress_go(&p->view);
		return;
	}
	struct safe which = n == 1
	                        ? safe_printf(p->view.app->frame, "The encrypted volume v%llu",
				      (unsigned long long)row_uint(locked, "n"))
	                        : safe_printf(p->view.app->frame, "%zu encrypted volumes", n);
	prompt_confirm(&p->view, SAFE("Read without opening it?"),
	    safe_printf(p->view.app->frame,
		"%s will not be read: what is on it stays unknown, and the record says so. "
		"Later it can only be opened by reading the medium again.",
		which.text),
	    SAFE("Read the rest"), progress_go);
}

/* --- a volume ---------------------------------------------------- */

const char *
progress_may_unlock(struct view *v)
{
	const struct progress *p = progress_of_view(v);
	const json_t *locked;
	const char *why = progress_choose_why_not(p);
	if (why != NULL)
		return why;
	if (row_uint(progress_choice(p), "opening") > 0)
		return "a volume is being opened; wait for its end";
	if (row_uint(progress_choice(p), "wait_s") > 0)
		return "too many secrets did not fit; it stands above when the next can be "
		       "tried";
	return progress_locked(p, &locked) > 0 ? NULL : "no volume of this medium is locked";
}

/* The i-th locked volume. */
static const json_t *
progress_locked_at(const struct progress *p, size_t at)
{
	size_t i;
	const json_t *v;
	json_array_foreach (json_object_get(progress_choice(p), "volumes"), i, v)
		if (json_is_true(json_object_get(v, "locked")) && at-- == 0)
			return v;
	return NULL;
}

static void
progress_unlock(struct view *v, size_t choice, const char *text)
{
	struct progress *p = progress_of_view(v);
	const json_t *volume = progress_locked_at(p, choice);
	(void)text;
	if (volume != NULL)
		app_push(v->app, unlock_view(v->app, p->transfer, volume));
}

void
progress_act_unlock(struct view *v)
{
	struct progress *p = progress_of_view(v);
	struct arena *f = v->app->frame;
	struct safe names[LIM_VOLUMES];
	const json_t *one;
	size_t n = 0;
	if (progress_locked(p, &one) == 1) {
		progress_unlock(v, 0, "");
		return;
	}
	while (n < LIM_VOLUMES && (one = progress_locked_at(p, n)) != NULL)
		names[n++] = safe_printf(f, "v%llu  %s  %s",
		    (unsigned long long)row_uint(one, "n"), safe_member(f, one, "kind").text,
		    safe_size(f, row_uint(one, "bytes")).text);
	prompt_pick(v, SAFE("Open which volume?"), names, n, false, progress_unlock);
}

/* --- what is left out -------------------------------------------- */

const char *
progress_may_scope(struct view *v)
{
	const struct progress *p = progress_of_view(v);
	const char *why = progress_choose_why_not(p);
	if (why == NULL && row_uint(progress_choice(p), "opening") > 0)
		return "a volume is being opened; wait for its end";
	return why;
}

/* --- what was asked for ------------------------------------------ */

static void
progress_on_others(void *owner, struct msg *m)
{
	struct progress *p = owner;
	wanted_said(p->view.app, m, false);
	progress_ask(p);
}

const char *
progress_may_others(struct view *v)
{
	const struct progress *p = progress_of_view(v);
	const char *why = progress_may_scope(v);
	return why != NULL ? why : wanted_why_no_list(progress_choice(p));
}

void
progress_act_others(struct view *v)
{
	wanted_ask(v, progress_of_view(v)->transfer, false, progress_on_others);
}

const char *
progress_may_wanted(struct view *v)
{
	const struct progress *p = progress_of_view(v);
	bool early;
	if (p->status == NULL)
		return "the station was asked where it stands; wait for the answer";
	return wanted_find(p->status, &early) != NULL
	           ? NULL
	           : "no request was given, and none is known on the medium";
}

void
progress_act_wanted(struct view *v)
{
	app_push(v->app, wanted_view(v->app, progress_of_view(v)->transfer));
}

void
progress_act_scope(struct view *v)
{
	app_push(v->app, scope_view(v->app, progress_of_view(v)->transfer, 0, SAFE(""), false));
}

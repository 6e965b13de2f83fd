/* SPDX-License-Identifier: ISC */
#include "src/base/hex.h"
#include "ui/desk.h"
#include "ui/signin.h"
#include "ui/view/signature.h"
#include "ui/view/wanted.h"

#include <string.h>

#define SIGNATURE_TABLE 2  /* first row of the two tables */
#define SIGNATURE_BELOW 7  /* rows below them */
#define SIGNATURE_RIGHT 33 /* column of the groups */
#define SIGNATURE_HEX   11 /* column of the digests */

/* "anna (Anna Berg)" */
static struct safe
signature_person(struct signature *s, const char *id)
{
	struct arena *frame = s->view.app->frame;
	const struct custody_person *p = custody_person_find(s->view.app->ui->authority, id);
	return p != NULL ? safe_printf(frame, "%s (%s)", id, p->name) : safe_text(frame, id);
}

static struct safe
signature_who(struct signature *s)
{
	struct arena *frame = s->view.app->frame;
	const json_t *first = json_array_get(json_object_get(s->status, "approvals"), 0);
	if (first == NULL)
		return SAFE("Nobody signed yet: yours is the submission, the first signature.");
	struct safe again = SAFE("");
	if (s->sealed.addendum_hex[0] != '\0')
		again =
		    safe_printf(frame, " Scanned again since: %s objects, nothing is worse.",
			safe_count(frame, s->sealed.addendum_objects).text);
	return safe_printf(frame, "Prepared by %s, %s UTC.%s",
	    signature_person(s, row_text(first, "officer")).text,
	    safe_minute(frame, row_text(first, "at")).text, again.text);
}

/* The request, when there is one; the title and the passphrase's question say who signs. */
static struct safe
signature_you(struct signature *s)
{
	struct arena *frame = s->view.app->frame;
	bool early;
	const json_t *request = wanted_find(s->status, &early);
	if (request != NULL)
		return safe_printf(frame, "Request %s%s (w)",
		    wanted_is_good(request) ? safe_member(frame, request, "id").text : "",
		    wanted_is_good(request)
			? safe_printf(frame, ": %s", wanted_counts(frame, request).text).text
			: safe_printf(frame, "not read: %s", row_text(request, "why")).text);
	struct safe you = signature_person(s, s->view.app->ui->as);
	return safe_printf(frame, "You are %s: %s.", you.text,
	    signature_given(s) > 0 ? "another person, who may sign" : "you may sign");
}

/* --- the tables --------------------------------------------------------------------- */

static void
signature_draw_outcome(struct signature *s, const struct area *a, int row, enum style style,
    const char *name, uint64_t n, uint64_t bytes)
{
	struct arena *frame = s->view.app->frame;
	area_put(a, row, 1, style, safe_text(frame, name));
	area_right(a, row, 13, 10, style, safe_count(frame, n));
	area_right(a, row, 24, 6, style, safe_size(frame, bytes));
}

static void
signature_draw_outcomes(struct signature *s, const struct area *a)
{
	const struct account *c = &s->sealed.account;
	int row = 0;
	signature_draw_outcome(s, a, row++, STYLE_HEAD, "all items", c->items, c->bytes);
	for (unsigned o = 0; o < ITEM_OUTCOME__MAX; o++) {
		static const enum item_outcome order[ITEM_OUTCOME__MAX] = {ITEM_OUT_RELEASED,
		    ITEM_OUT_REJECTED, ITEM_OUT_HELD, ITEM_OUT_BLOCKED, ITEM_OUT_UNREADABLE,
		    ITEM_OUT_ENCRYPTED, ITEM_OUT_UNREAD, ITEM_OUT_EXCLUDED,
		    ITEM_OUT_STRUCTURAL};
		enum item_outcome outcome = order[o];
		if (c->count[outcome] == 0 && outcome != ITEM_OUT_RELEASED)
			continue;
		signature_draw_outcome(s, a, row++,
		    outcome == ITEM_OUT_RELEASED ? STYLE_APPROVE : STYLE_PLAIN,
		    item_outcome_print(outcome), c->count[outcome], c->size_bytes[outcome]);
	}
	for (size_t i = 0; i < c->nclasses && row < a->rows; i++, row++) {
		struct arena *frame = s->view.app->frame;
		area_clip(a, row, 1, 12, STYLE_STRONG, safe_text(frame, c->classes[i].word));
		area_right(
		    a, row, 13, 10, STYLE_STRONG, safe_count(frame, c->classes[i].items));
	}
}

static struct safe
signature_seen(struct signature *s, enum look_group g)
{
	size_t seen = look_seen(s->look, g);
	if (seen == 0)
		return SAFE("not yet");
	return seen == look_count(s->look, g) ? SAFE("all")
	                                      : safe_count(s->view.app->frame, seen);
}

static void
signature_draw_group(struct signature *s, const struct area *a, int row, size_t i)
{
	struct arena *frame = s->view.app->frame;
	enum look_group g = s->groups[i];
	bool here = i == s->cursor.at;
	enum style style = look_seen(s->look, g) == 0 ? STYLE_STRONG : STYLE_PLAIN;
	area_put(a, row, 0, STYLE_PLAIN, here ? SAFE(">") : SAFE(" "));
	area_clip(a, row, 2, 27, style, safe_text(frame, look_title(g)));
	area_right(a, row, 29, 10, style, safe_count(frame, look_count(s->look, g)));
	area_field(a, frame, row, 40, 7, style, signature_seen(s, g));
	if (here) {
		area_style(a, row, 0, a->cols, STYLE_ROW);
		area_cursor(a, row, 0);
	}
}

static void
signature_draw_groups(struct signature *s, const struct area *a)
{
	area_put(a, 0, 2, STYLE_HEAD, SAFE("You must look at"));
	area_put(a, 0, 34, STYLE_HEAD, SAFE("items"));
	area_put(a, 0, 40, STYLE_HEAD, SAFE("seen"));
	cursor_fit(&s->cursor, s->ngroups, a->rows - 1);
	for (int row = 1; row < a->rows && s->cursor.top + (uint64_t)row - 1 < s->ngroups;
	     row++)
		signature_draw_group(s, a, row, (size_t)s->cursor.top + (size_t)row - 1);
	if (s->ngroups == 0)
		area_put(a, 1, 2, STYLE_PLAIN, SAFE("nothing"));
}

/* --- below them --------------------------------------------------------------------- */

/* What the share does not keep, and has no name to show. */
static struct safe
signature_times(struct signature *s)
{
	struct arena *frame = s->view.app->frame;
	const struct account *c = &s->sealed.account;
	struct safe zone = SAFE(""), time = SAFE("");
	if (c->lost_zone > 0)
		zone = safe_printf(frame, "%s have no zone and are taken as UTC",
		    safe_count(frame, c->lost_zone).text);
	if (c->lost_time > 0)
		time = safe_printf(frame, "%s%s are missing", safe_empty(zone) ? "" : "; ",
		    safe_count(frame, c->lost_time).text);
	if (safe_empty(zone) && safe_empty(time))
		return SAFE("Times go as they are on the medium.");
	return safe_printf(frame, "Of the times, %s%s.", zone.text, time.text);
}

struct safe
signature_goes(struct signature *s)
{
	struct arena *frame = s->view.app->frame;
	const struct sealed *x = &s->sealed;
	if (x->files + x->links == 0)
		return SAFE("Nothing goes: the signatures close the transfer, with a slip.");
	return safe_printf(frame, "%s %s (%s) and %s %s go to %s.",
	    safe_count(frame, x->files).text, x->files == 1 ? "file" : "files",
	    safe_size(frame, x->bytes).text, safe_count(frame, x->links).text,
	    x->links == 1 ? "link" : "links", x->dest);
}

static struct safe
signature_takes(const struct signature *s)
{
	static const char *const takes[] = {
	    [SIGNIN_PASSPHRASE] = "your passphrase",
	    [SIGNIN_PIN] = "the PIN and a touch of your token",
	    [SIGNIN_TOUCH] = "a touch of your token",
	};
	const struct app *app = s->view.app;
	return safe_printf(app->frame, "Sign: F8, then %s.", takes[signin_means(app->ui)]);
}

static void
signature_draw_below(struct signature *s, const struct area *a)
{
	struct arena *frame = s->view.app->frame;
	const struct {
		const char *name, *hex;
	} digests[] = {
	    {"inventory", s->sealed.inventory_hex},
	    {"policy", s->sealed.policy_hex},
	    {"manifest", s->sealed.manifest_hex},
	};
	if (s->cursor.at < s->ngroups)
		area_clip(a, 0, 1, a->cols - 2, STYLE_SAY,
		    safe_text(frame, look_help(s->groups[s->cursor.at])));
	area_put(a, 1, 1, STYLE_STRONG, signature_goes(s));
	area_put(a, 2, 1, STYLE_PLAIN, signature_times(s));
	for (int i = 0; i < 3; i++) {
		area_put(a, 3 + i, 1, STYLE_PLAIN, safe_text(frame, digests[i].name));
		area_put(
		    a, 3 + i, SIGNATURE_HEX, STYLE_PLAIN, safe_text(frame, digests[i].hex));
	}
	const char *why = signature_why_not(s);
	if (why == NULL)
		area_put(a, 6, 1, STYLE_STRONG, signature_takes(s));
	else
		area_put(a, 6, 1, STYLE_WARN, safe_printf(frame, "Sign: %s.", why));
}

static bool
signature_is_off(const struct signature *s)
{
	bool early;
	const json_t *request = wanted_find(s->status, &early);
	return request != NULL && wanted_is_off(request);
}

static void
signature_draw_ready(struct signature *s, const struct area *a)
{
	int rows = a->rows - SIGNATURE_TABLE - SIGNATURE_BELOW;
	area_clip(a, 0, 1, a->cols - 2, STYLE_PLAIN, signature_who(s));
	area_clip(a, 1, 1, a->cols - 2, signature_is_off(s) ? STYLE_WARN : STYLE_PLAIN,
	    signature_you(s));
	if (rows > 2 * LOOK__MAX)
		rows = 2 * LOOK__MAX; /* what is below stays near on a high screen */
	struct area left = area_part(a, SIGNATURE_TABLE, 0, rows, SIGNATURE_RIGHT - 1);
	struct area right = area_part(a, SIGNATURE_TABLE, SIGNATURE_RIGHT, rows, 47);
	struct area below = area_part(a, SIGNATURE_TABLE + rows, 0, SIGNATURE_BELOW, a->cols);
	signature_draw_outcomes(s, &left);
	signature_draw_groups(s, &right);
	signature_draw_below(s, &below);
}

static struct safe
signature_waits(const struct signature *s)
{
	struct arena *frame = s->view.app->frame;
	switch (s->stage) {
	case SIGNATURE_STATUS:
		return SAFE("The station is asked who has signed.");
	case SIGNATURE_SEAL:
		return SAFE("The station seals the decisions.");
	case SIGNATURE_POLICY:
		return SAFE("The inventory is here and is what the station says it is.");
	case SIGNATURE_CHECK:
		return safe_printf(frame,
		    "This program works out the manifest for itself: %s items so far. Ctrl-C "
		    "gives up.",
		    safe_count(frame, s->walked).text);
	case SIGNATURE_READY:
	case SIGNATURE_REFUSED:
		break;
	}
	return SAFE("");
}

void
signature_draw(struct view *v, const struct area *a)
{
	struct signature *s = (struct signature *)v;
	struct arena *frame = v->app->frame;
	area_cursor(a, 0, 1);
	if (s->stage == SIGNATURE_READY) {
		signature_draw_ready(s, a);
		return;
	}
	if (s->stage != SIGNATURE_REFUSED) {
		area_put(a, 1, 1, STYLE_PLAIN, signature_waits(s));
		s->said_check = s->stage == SIGNATURE_CHECK;
		return;
	}
	struct area text = area_part(a, 1, 1, a->rows - 1, a->cols - 2);
	int row = 0;
	if (signature_given(s) > 0)
		row += area_words(&text, row, 0, 0, STYLE_PLAIN, signature_who(s)) + 1;
	row += area_words(&text, row, 0, 0, STYLE_WARN,
	    safe_printf(frame, "You cannot sign: %s.", safe_text(frame, s->why).text));
	const char *next = s->next;
	if (signature_may_withdraw(v) == NULL)
		next = "another officer signs in and opens it; W takes your submission back";
	if (next[0] != '\0')
		area_words(&text, row + 1, 0, 0, STYLE_PLAIN,
		    safe_printf(frame, "What next: %s.", safe_text(frame, next).text));
}

/* SPDX-License-Identifier: ISC */
/*
 * One screen for every signature under a release: the submission and those
 * that follow.  The program hashes the inventory and derives the manifest
 * itself; it signs only after every group of what must be looked at was opened.
 */
#include "ui/view/signature.h"
#include "src/base/clock.h"
#include "src/base/io.h"
#include "ui/desk.h"

#include <string.h>

#define SIGNATURE_WALK    512 /* items between two looks at the clock */
#define SIGNATURE_SHOW_MS 250
#define SIGNATURE_LOOK_MS 3000 /* between two looks whether somebody else moved it on */
#define SIGNATURE_IDLE_MS 1000 /* without a key, before such a look */

static const struct view_type signature_type;

static struct signature *
signature_of(struct view *v)
{
	return (struct signature *)v;
}

unsigned
signature_given(const struct signature *s)
{
	return (unsigned)json_array_size(json_object_get(s->status, "approvals"));
}

const char *
signature_first(const struct signature *s)
{
	return row_text(json_array_get(json_object_get(s->status, "approvals"), 0), "officer");
}

/* --- getting what is signed ---------------------------------------------------- */

static void
signature_refuse(struct signature *s, const char *why, const char *next)
{
	s->stage = SIGNATURE_REFUSED;
	snprintf(s->why, sizeof(s->why), "%s", why);
	snprintf(s->next, sizeof(s->next), "%s", next);
}

/* An answer that is none. */
static bool
signature_answered(struct signature *s, struct msg *m)
{
	if (m == NULL)
		signature_refuse(
		    s, "the station has gone", "nothing was signed; open this screen again");
	else if (m->id == MSG_DESK_REFUSED)
		signature_refuse(s, msg_str(m, "why"), msg_str(m, "next"));
	else
		return true;
	return false;
}

static void
signature_wrong(struct signature *s, const char *why)
{
	signature_refuse(s, why, SEALED_NEXT);
}

static void
signature_on_policy(void *owner, struct msg *m)
{
	struct signature *s = owner;
	char why[POLICY_WHY_SIZE];
	if (!signature_answered(s, m))
		return;
	const char *wrong = sealed_take_policy(&s->sealed, m);
	if (wrong == NULL &&
	    policy_parse(s->sealed.policy, s->sealed.policy_len, &s->policy, why) != ERR_OK)
		wrong = why;
	if (wrong != NULL)
		signature_wrong(s, wrong);
	else
		s->stage = SIGNATURE_CHECK;
}

static void
signature_ask_policy(struct signature *s)
{
	app_ask(&s->view, MSG_UI_GET, json_pack("{s:s}", "sha256", s->sealed.policy_hex),
	    MSG_DESK_DOC, signature_on_policy);
}

static void
signature_on_addendum(void *owner, struct msg *m)
{
	struct signature *s = owner;
	char why[RELEASE_WHY_SIZE];
	if (!signature_answered(s, m))
		return;
	const char *wrong = sealed_take_addendum(&s->sealed, s->transfer, m, why);
	if (wrong != NULL)
		signature_wrong(s, wrong);
	else
		signature_ask_policy(s);
}

static void
signature_ask_addendum(struct signature *s)
{
	if (s->sealed.addendum_hex[0] == '\0')
		signature_ask_policy(s);
	else
		app_ask(&s->view, MSG_UI_GET,
		    json_pack("{s:s}", "sha256", s->sealed.addendum_document_hex), MSG_DESK_DOC,
		    signature_on_addendum);
}

/* The authority log as it is now: exceptions may have come or ended since the sign-in. */
static void
signature_on_authority(void *owner, struct msg *m)
{
	struct signature *s = owner;
	char why[RELEASE_WHY_SIZE], words[CUSTODY_WHY_SIZE];
	uint8_t *list;
	size_t n;
	if (!signature_answered(s, m))
		return;
	if (io_memfd_read(m->fd, LIM_SEALED_BYTES, &list, &n) != ERR_OK) {
		signature_wrong(s, "the authority log cannot be read");
		return;
	}
	s->authority = custody_new();
	const char *wrong =
	    custody_apply_list(s->authority, LOG_AUTHORITY, list, n, words) == ERR_OK
		? sealed_check_exceptions(&s->sealed, s->authority, why)
		: words;
	free(list);
	if (wrong != NULL)
		signature_wrong(s, wrong);
	else
		signature_ask_addendum(s);
}

static void
signature_on_sealed(void *owner, struct msg *m)
{
	struct signature *s = owner;
	if (!signature_answered(s, m))
		return;
	const char *wrong = sealed_take_inventory(&s->sealed, m);
	if (wrong != NULL) {
		signature_wrong(s, wrong);
		return;
	}
	s->stage = SIGNATURE_POLICY;
	if (sealed_has_exceptions(&s->sealed))
		app_ask(&s->view, MSG_UI_EXPORT, json_pack("{s:s}", "log", "authority"),
		    MSG_DESK_EXPORT, signature_on_authority);
	else
		signature_ask_addendum(s);
}

static void
signature_on_status(void *owner, struct msg *m)
{
	struct signature *s = owner;
	char why[APP_SAY_SIZE];
	if (!signature_answered(s, m))
		return;
	s->status = json_incref(json_object_get(m->body, "status"));
	const char *state = row_text(s->status, "state");
	if (strcmp(state, "REVIEW") != 0 && strcmp(state, "SUBMITTED") != 0) {
		snprintf(why, sizeof(why), "%s is %s: there is nothing to sign now",
		    s->transfer, state);
		signature_refuse(s, why, "Esc goes back");
		return;
	}
	s->stage = SIGNATURE_SEAL;
	app_ask(&s->view, MSG_UI_SEAL, json_pack("{s:s}", "transfer", s->transfer),
	    MSG_DESK_SEALED, signature_on_sealed);
}

/* --- what others do meanwhile ---------------------------------------------------- */

/* What is on the screen was worked out for another state: it is over. */
static void
signature_moved_on(struct signature *s, const json_t *now)
{
	static const char next[] = "Esc goes back; opened again it shows how it stands";
	char why[APP_SAY_SIZE];
	const char *state = row_text(now, "state"), *before = row_text(s->status, "state");
	size_t given = json_array_size(json_object_get(now, "approvals"));
	if (strcmp(state, before) != 0 && strcmp(state, "REVIEW") == 0)
		snprintf(why, sizeof(why),
		    "%s was withdrawn or returned meanwhile and is in REVIEW again",
		    s->transfer);
	else if (strcmp(state, before) != 0)
		snprintf(why, sizeof(why), "%s is %s meanwhile", s->transfer, state);
	else if (given != signature_given(s))
		snprintf(why, sizeof(why), "somebody else signed %s meanwhile", s->transfer);
	else if (strcmp(row_text(now, "holder"), row_text(s->status, "holder")) != 0)
		snprintf(why, sizeof(why), "%s has taken %s over meanwhile",
		    row_text(now, "holder"), s->transfer);
	else
		return;
	signature_refuse(s, why, next);
	app_warn(s->view.app, "%s.", why);
}

static void
signature_on_look(void *owner, struct msg *m)
{
	struct signature *s = owner;
	s->asking = false;
	if (m == NULL || m->id != MSG_DESK_STATUS)
		return;
	json_t *now = json_object_get(m->body, "status"), *before = s->status;
	signature_moved_on(s, now);
	s->status = json_incref(now);
	json_decref(before);
}

static void
signature_look(struct signature *s)
{
	struct app *app = s->view.app;
	bool settled = s->stage == SIGNATURE_READY || s->stage == SIGNATURE_REFUSED;
	if (s->asking || !settled || s->status == NULL || app_why_no_desk(app) != NULL ||
	    app->now_ms - s->asked_ms < SIGNATURE_LOOK_MS ||
	    app->now_ms - app->key_ms < SIGNATURE_IDLE_MS)
		return;
	s->asking = true;
	s->asked_ms = app->now_ms;
	app_ask(&s->view, MSG_UI_STATUS, json_pack("{s:s}", "transfer", s->transfer),
	    MSG_DESK_STATUS, signature_on_look);
}

/* One item on the way; now and then the screen says how far it is, and keys are asked. */
static bool
signature_on_item(void *arg, const struct inventory_item *it)
{
	struct signature *s = arg;
	struct app *app = s->view.app;
	look_take(s->look, it);
	if (++s->walked % SIGNATURE_WALK != 0 ||
	    clock_mono_ms() - s->walked_ms < SIGNATURE_SHOW_MS)
		return true;
	if (app->show != NULL)
		app->show(app);
	s->walked_ms = clock_mono_ms();
	return app->ui->waiting == NULL || app->ui->waiting(app->ui->screens);
}

static const char *
signature_work_out(struct signature *s, char why[RELEASE_WHY_SIZE])
{
	s->look = look_new(&s->sealed, s->view.app->ui->as);
	if (s->look == NULL)
		return "the inventory has no header";
	s->walked_ms = clock_mono_ms();
	const char *wrong = sealed_derive(&s->sealed, s->transfer, signature_on_item, s, why);
	look_settle(s->look);
	return wrong;
}

/* Takes a while: it is said on the screen before. */
static void
signature_tick(struct view *v)
{
	struct signature *s = signature_of(v);
	char why[RELEASE_WHY_SIZE];
	signature_look(s);
	if (s->stage != SIGNATURE_CHECK || !s->said_check)
		return;
	const char *wrong = signature_work_out(s, why);
	v->app->flush = true; /* what was typed meanwhile answers no question */
	if (wrong != NULL) {
		signature_wrong(s, wrong);
		return;
	}
	for (unsigned g = 0; g < LOOK__MAX; g++)
		if (look_count(s->look, (enum look_group)g) > 0)
			s->groups[s->ngroups++] = (enum look_group)g;
	look_recall(s->look, v->app->looked);
	s->stage = SIGNATURE_READY;
}

struct view *
signature_view(struct app *app, const char *transfer)
{
	struct signature *s = view_new(app, &signature_type, sizeof(*s));
	s->view.cursor = &s->cursor;
	snprintf(s->transfer, sizeof(s->transfer), "%s", transfer);
	app_ask(&s->view, MSG_UI_STATUS, json_pack("{s:s}", "transfer", transfer),
	    MSG_DESK_STATUS, signature_on_status);
	return &s->view;
}

static void
signature_done(struct view *v)
{
	struct signature *s = signature_of(v);
	struct app *app = v->app;
	if (s->ngroups > 0) {
		look_memory_free(app->looked);
		app->looked = look_remember(s->look);
	}
	look_free(s->look);
	policy_free(s->policy);
	custody_free(s->authority);
	sealed_done(&s->sealed);
	json_decref(s->status);
}

static struct safe
signature_subject(struct view *v, struct arena *frame)
{
	struct signature *s = signature_of(v);
	return app_subject(frame, s->transfer, s->status);
}

static struct safe
signature_status(struct view *v, struct arena *frame)
{
	struct signature *s = signature_of(v);
	if (s->stage != SIGNATURE_READY)
		return safe_member(frame, s->status, "state");
	const struct inventory_header *h = look_header(s->look);
	struct safe by = SAFE("");
	for (size_t i = 0; i < h->ndeciders; i++)
		by = safe_printf(frame, "%s %s", by.text, h->deciders[i]);
	return safe_printf(frame, "Signature %u of %u   code %.4s %.4s   for %s   decided by%s",
	    signature_given(s) + 1, s->sealed.approvals, s->sealed.manifest_hex,
	    s->sealed.manifest_hex + 4, h->requester, safe_empty(by) ? " nobody" : by.text);
}

/* --- looking ------------------------------------------------------------------------ */

const char *
signature_may_list(struct view *v)
{
	const struct signature *s = signature_of(v);
	return s->stage == SIGNATURE_READY && s->cursor.at < s->ngroups
	           ? NULL
	           : "there are no items to look at here";
}

void
signature_act_list(struct view *v)
{
	struct signature *s = signature_of(v);
	app_push(v->app,
	    looking_view(v->app, s->transfer, s->look, s->policy, s->groups[s->cursor.at]));
}

static const struct view_type signature_type = {
    .title = "SIGN",
    .map = MAP_SIGNATURE,
    .also = MAP_BIT(MAP_ANY) | MAP_BIT(MAP_LIST),
    .draw = signature_draw,
    .subject = signature_subject,
    .status = signature_status,
    .tick = signature_tick,
    .shown = signature_shown,
    .done = signature_done,
};

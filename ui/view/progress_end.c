/* SPDX-License-Identifier: ISC */
/* How a transfer and its medium end: close, abort, hand-over; what is signed for that. */
#include "src/base/mem.h"
#include "ui/prompt.h"
#include "ui/sign.h"
#include "ui/signin.h"
#include "ui/view/progress.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* --- signing ----------------------------------------------------- */

bool
progress_sign(
    struct progress *p, const char *type, json_t *data, struct seal_secret *passphrase)
{
	char why[APP_SAY_SIZE], next[APP_SAY_SIZE];
	struct app *app = p->view.app;
	int status = UI_FAULT;
	signin_forget(app->ui);
	app->ui->passphrase = passphrase;
	bool begun = app_calls_begin(app, "Your key is unsealed, and signs.");
	if (begun)
		status = sign_transfer(app->ui, type, p->transfer, data, NULL);
	else
		json_decref(data);
	signin_forget(app->ui);
	app_calls_end(app, why, next);
	if (!begun)
		return false;
	if (status == UI_DONE)
		app_say(app, "%s: signed and recorded.", p->transfer);
	else
		app_warn(app, "%s; %s.", why, next[0] != '\0' ? next : "nothing was recorded");
	progress_ask(p);
	return status == UI_DONE;
}

static void
progress_keep_reason(struct progress *p, const char *reason)
{
	free(p->reason);
	p->reason = mem_strdup(reason);
}

bool
progress_keep_picked(
    struct progress *p, const char *const *choices, size_t n, size_t choice, const char *text)
{
	const char *reason = progress_picked(choices, n, choice, text);
	if (!progress_reason_ok(p->view.app, reason))
		return false;
	progress_keep_reason(p, reason);
	return true;
}

/* --- close ------------------------------------------------------- */

static const char *const progress_dispositions[] = {
    "handed back to the requester",
    "kept at the station",
    "sent to be destroyed",
};

const char *
progress_may_close(struct view *v)
{
	struct progress *p = progress_of_view(v);
	const char *why = progress_why_not_yet(v);
	if (why != NULL)
		return why;
	return p->state == TRANSFER_RELEASED && !progress_at_work(p)
	           ? NULL
	           : "a transfer is closed after its release; A ends one without a release";
}

static void
progress_close_signed(struct view *v, struct seal_secret *passphrase)
{
	struct progress *p = progress_of_view(v);
	progress_sign(
	    p, "xfer.close", json_pack("{s:s}", "disposition", p->reason), passphrase);
}

static void
progress_close(struct view *v, size_t choice, const char *text)
{
	struct progress *p = progress_of_view(v);
	if (!progress_keep_picked(
		p, progress_dispositions, COUNT(progress_dispositions), choice, text))
		return;
	prompt_secret(v, SAFE("Close the transfer"),
	    safe_printf(v->app->frame, "You sign that %s is closed. The medium: %s.",
		p->transfer, safe_text(v->app->frame, p->reason).text),
	    SAFE("Sign and close"), progress_close_signed);
}

void
progress_act_close(struct view *v)
{
	progress_pick(progress_of_view(v), SAFE("Close: what became of the medium?"),
	    progress_dispositions, COUNT(progress_dispositions), progress_close);
}

/* --- the medium -------------------------------------------------- */

const char *
progress_may_medium(struct view *v)
{
	struct progress *p = progress_of_view(v);
	const char *why = progress_why_not_yet(v);
	struct transfer_facts facts = {.state = p->state};
	if (why != NULL)
		return why;
	return transfer_find(&facts, EVENT_MEDIUM) != NULL
	           ? NULL
	           : "the medium stays in its port until it was read";
}

static void
progress_medium(struct view *v, size_t choice, const char *text)
{
	const char *what =
	    progress_picked(progress_dispositions, COUNT(progress_dispositions), choice, text);
	if (progress_reason_ok(v->app, what))
		progress_send(progress_of_view(v), MSG_UI_MEDIUM,
		    json_pack("{s:s}", "disposition", what));
}

void
progress_act_medium(struct view *v)
{
	progress_pick(progress_of_view(v), SAFE("Medium: what became of it?"),
	    progress_dispositions, COUNT(progress_dispositions), progress_medium);
}

/* --- abort ------------------------------------------------------- */

static const char *const progress_abort_reasons[] = {
    "it is not needed any more",
    "it is not what was announced",
    "the medium is damaged",
};

const char *
progress_may_abort(struct view *v)
{
	struct progress *p = progress_of_view(v);
	const char *why = progress_why_not_yet(v);
	struct transfer_facts facts = {.state = p->state};
	if (why != NULL)
		return why;
	if (transfer_find(&facts, EVENT_ABORT) != NULL)
		return NULL;
	return p->state == TRANSFER_APPROVED ? "it is approved: it is released, not ended"
	                                     : "it has ended already, or was released";
}

static void
progress_abort_signed(struct view *v, struct seal_secret *passphrase)
{
	struct progress *p = progress_of_view(v);
	progress_sign(p, "xfer.abort", json_pack("{s:s}", "reason", p->reason), passphrase);
}

static void
progress_abort(struct view *v, size_t choice, const char *text)
{
	struct progress *p = progress_of_view(v);
	if (!progress_keep_picked(
		p, progress_abort_reasons, COUNT(progress_abort_reasons), choice, text))
		return;
	prompt_secret(v, SAFE("End the transfer"),
	    safe_printf(v->app->frame,
		"You sign that %s ends without a release: %s. This cannot be taken back; the "
		"record stays.",
		p->transfer, safe_text(v->app->frame, p->reason).text),
	    SAFE("Sign and end"), progress_abort_signed);
}

void
progress_act_abort(struct view *v)
{
	progress_pick(progress_of_view(v), SAFE("End without a release: why?"),
	    progress_abort_reasons, COUNT(progress_abort_reasons), progress_abort);
}

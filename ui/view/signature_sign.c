/* SPDX-License-Identifier: ISC */
/* Putting a name to it: the approval, or the way back to review. */
#include "src/base/mem.h"
#include "ui/desk.h"
#include "ui/prompt.h"
#include "ui/sign.h"
#include "ui/signin.h"
#include "ui/view/signature.h"
#include "ui/view/wanted.h"
#include "ui/views.h"

#include <string.h>

static struct signature *
signature_of(struct view *v)
{
	return (struct signature *)v;
}

/* --- signing -------------------------------------------------------------------- */

const char *
signature_why_not(struct signature *s)
{
	const char *gone = app_why_no_desk(s->view.app);
	if (gone != NULL)
		return gone;
	if (s->stage == SIGNATURE_REFUSED)
		return s->why;
	if (s->stage != SIGNATURE_READY)
		return "the decisions are being sealed and checked; wait for the totals";
	unsigned left = look_left(s->look);
	if (left == 0)
		return NULL;
	snprintf(s->may, sizeof(s->may),
	    "not before you opened every group: %u %s \"not yet\"; Enter opens one", left,
	    left == 1 ? "says" : "say");
	return s->may;
}

const char *
signature_may_sign(struct view *v)
{
	/* the words of a refusal are shown in the body: they may hold a name */
	return signature_of(v)->stage == SIGNATURE_REFUSED
	           ? "you cannot sign this now; the screen tells why"
	           : signature_why_not(signature_of(v));
}

/* What comes after, in the state the station answered. */
static void
signature_go_on(struct signature *s, const char *state)
{
	struct app *app = s->view.app;
	char transfer[TRANSFER_ID_SIZE];
	memcpy(transfer, s->transfer, sizeof(transfer));
	if (strcmp(state, "APPROVED") == 0) {
		app_replace(app, &s->view, progress_view(app, transfer));
		app_say(app, "Signed. It was the last signature: the release of %s begins.",
		    transfer);
		return;
	}
	app_home(app);
	if (strcmp(state, "SUBMITTED") == 0)
		app_say(
		    app, "Signed. %s waits for another officer; F10 signs you out.", transfer);
	else if (strcmp(state, "CLOSED") == 0)
		app_say(app, "Signed. Nothing goes: %s is closed, with a slip.", transfer);
	else
		app_say(app, "Signed. %s is %s.", transfer, state);
}

/* One signature; secret is stolen.  Says what came of it; ret_state is a new text or NULL. */
static char *
signature_give(struct signature *s, struct seal_secret *secret, const char *type, json_t *data)
{
	struct app *app = s->view.app;
	struct msg m;
	char why[APP_SAY_SIZE], next[APP_SAY_SIZE], *state = NULL;
	int status = UI_FAULT;
	seal_secret_free(app->ui->passphrase);
	app->ui->passphrase = secret;
	bool begun = app_calls_begin(app, "Your key is unsealed, and signs.");
	if (begun)
		status = sign_transfer(app->ui, type, s->transfer, data, &m);
	else
		json_decref(data);
	signin_forget(app->ui);
	if (status == UI_DONE) {
		state = mem_strdup(msg_str(&m, "state") != NULL ? msg_str(&m, "state") : "");
		msg_done(&m);
	}
	app_calls_end(app, why, next);
	if (begun && state == NULL)
		app_warn(app, "%s; %s", why, next[0] != '\0' ? next : "nothing was signed");
	return state;
}

static void
signature_sign(struct view *v, struct seal_secret *secret)
{
	struct signature *s = signature_of(v);
	const char *why = signature_may_sign(v);
	if (why != NULL) { /* it changed while the passphrase was typed */
		seal_secret_free(secret);
		app_warn(v->app, "Nothing was signed: %s.", why);
		return;
	}
	MEM_FREE char *state = signature_give(
	    s, secret, "xfer.approve", sealed_approval(&s->sealed, signature_given(s) + 1));
	if (state != NULL)
		signature_go_on(s, state);
}

void
signature_act_sign(struct view *v)
{
	struct signature *s = signature_of(v);
	struct arena *frame = v->app->frame;
	prompt_secret(v,
	    safe_printf(
		frame, "SIGNATURE %u OF %u", signature_given(s) + 1, s->sealed.approvals),
	    safe_printf(frame,
		"Code %.4s %.4s: compare it with the other signer's. You approve this: %s",
		s->sealed.manifest_hex, s->sealed.manifest_hex + 4, signature_goes(s).text),
	    SAFE("Sign"), signature_sign);
}

/* --- back to review --------------------------------------------------------------- */

static const char *
signature_may_go_back(struct signature *s, bool own)
{
	const char *gone = app_why_no_desk(s->view.app);
	if (gone != NULL)
		return gone;
	if (strcmp(row_text(s->status, "state"), "SUBMITTED") != 0)
		return "nothing is submitted: Esc goes back to the review";
	bool mine = strcmp(signature_first(s), s->view.app->ui->as) == 0;
	if (own && !mine)
		return "another officer submitted it; R returns it with a note";
	if (!own && mine)
		return "you submitted it yourself; W withdraws it";
	return NULL;
}

const char *
signature_may_return(struct view *v)
{
	return signature_may_go_back(signature_of(v), false);
}

const char *
signature_may_withdraw(struct view *v)
{
	return signature_may_go_back(signature_of(v), true);
}

static void
signature_take_back(
    struct signature *s, struct seal_secret *secret, const char *type, const char *what)
{
	struct app *app = s->view.app;
	char transfer[TRANSFER_ID_SIZE];
	memcpy(transfer, s->transfer, sizeof(transfer));
	MEM_FREE char *state =
	    signature_give(s, secret, type, json_pack("{s:s}", "reason", s->note));
	if (state == NULL)
		return;
	app_home(app);
	app_say(app, "%s is in %s; %s.", transfer, state, what);
}

static void
signature_return(struct view *v, struct seal_secret *secret)
{
	signature_take_back(
	    signature_of(v), secret, "xfer.return", "your note is in the record");
}

static void
signature_withdraw(struct view *v, struct seal_secret *secret)
{
	signature_take_back(
	    signature_of(v), secret, "xfer.withdraw", "your submission is taken back");
}

/* After the note comes the passphrase; without one the question is over. */
void
signature_shown(struct view *v)
{
	struct signature *s = signature_of(v);
	enum signature_step step = s->noted ? s->step : SIGNATURE_NONE;
	s->noted = false;
	s->step = SIGNATURE_NONE;
	if (step == SIGNATURE_RETURN)
		prompt_secret(v, SAFE("RETURN TO REVIEW"),
		    SAFE("The transfer goes back to review with your note, signed by you."),
		    SAFE("Return"), signature_return);
	else if (step == SIGNATURE_WITHDRAW)
		prompt_secret(v, SAFE("WITHDRAW"),
		    SAFE("Your submission is taken back; the transfer is in review again."),
		    SAFE("Withdraw"), signature_withdraw);
}

static bool
signature_take_note(
    struct view *v, const char *text, int *ret_at, char ret_why[PROMPT_WHY_SIZE])
{
	struct signature *s = signature_of(v);
	if (text[strspn(text, " ")] == '\0') {
		*ret_at = 0;
		snprintf(ret_why, PROMPT_WHY_SIZE, "say why: the record keeps it");
		return false;
	}
	snprintf(s->note, sizeof(s->note), "%s", text);
	s->noted = true;
	return true;
}

static void
signature_ask_note(struct signature *s, enum signature_step step, struct safe label)
{
	s->step = step;
	s->noted = false;
	prompt_line(&s->view, label, "", LIM_REASON_BYTES, signature_take_note);
}

void
signature_act_return(struct view *v)
{
	signature_ask_note(signature_of(v), SIGNATURE_RETURN, SAFE("Return, why: "));
}

void
signature_act_withdraw(struct view *v)
{
	signature_ask_note(signature_of(v), SIGNATURE_WITHDRAW, SAFE("Withdraw, why: "));
}

/* --- what was asked for ----------------------------------------------------------- */

const char *
signature_may_wanted(struct view *v)
{
	const struct signature *s = (const struct signature *)v;
	bool early;
	return wanted_find(s->status, &early) != NULL
	           ? NULL
	           : "no request was given, and none lies on the medium";
}

void
signature_act_wanted(struct view *v)
{
	app_push(v->app, wanted_view(v->app, ((struct signature *)v)->transfer));
}

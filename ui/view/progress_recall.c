/* SPDX-License-Identifier: ISC */
/*
 * After the release: a delivery is recalled or retired by two officers, or it
 * stays.  The second signs what is on the screen, and nothing that came since.
 */
#include "ui/desk.h"
#include "ui/prompt.h"
#include "ui/view/progress.h"

#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* What differs between the two. */
struct progress_kind {
	enum transfer_state asked, over;
	enum transfer_event event;
	const char *type, *title, *done, *becomes;
};

static const struct progress_kind progress_kinds[] = {
    {TRANSFER_RECALL, TRANSFER_RECALLED, EVENT_RECALL, "xfer.recall", "Recall", "recalled",
	"The files leave the share at once; a tombstone tells everybody why. Who used them is "
	"to be told by you."},
    {TRANSFER_RETIRE, TRANSFER_RETIRED, EVENT_RETIREMENT, "xfer.retire", "Retirement",
	"retired",
	"The files are removed from the share; a tombstone says that they were there."},
};

/* What was proposed, or done; NULL: nothing was. */
static const json_t *
progress_proposal(const struct progress *p)
{
	return json_object_get(p->status, "recall");
}

static const struct progress_kind *
progress_kind(const struct progress *p)
{
	return &progress_kinds[json_is_true(json_object_get(progress_proposal(p), "retire"))];
}

bool
progress_is_recall(const struct progress *p)
{
	return p->state == TRANSFER_RECALL || p->state == TRANSFER_RETIRE;
}

static bool
progress_is_agreed(const struct progress *p)
{
	return row_text(progress_proposal(p), "agreed_by")[0] != '\0';
}

static bool
progress_is_own(const struct progress *p)
{
	const char *as = p->view.app->ui->as;
	return as != NULL && strcmp(row_text(progress_proposal(p), "by"), as) == 0;
}

/* --- drawing ------------------------------------------------------------------------- */

const char *
progress_recall_next(const struct progress *p)
{
	if (!progress_is_recall(p) || p->status == NULL)
		return NULL;
	if (progress_is_agreed(p))
		return "Both signed: the station moves the files now. Wait.";
	if (progress_is_own(p))
		return "Another officer signs it, at this screen: F10 signs you out. Until "
		       "then "
		       "the files are where they were. k takes it back.";
	return "Look at the reason. F8 signs it, and the files are moved at once; k declines "
	       "it, and they stay.";
}

void
progress_recall_draw(struct progress_page *page, const struct progress *p)
{
	struct arena *f = page->frame;
	const json_t *r = progress_proposal(p);
	const struct progress_kind *k = progress_kind(p);
	if (r == NULL || (p->state != k->asked && p->state != k->over))
		return;
	progress_draw_line(page, SAFE("Reason"), STYLE_STRONG, safe_member(f, r, "reason"));
	progress_draw_line(page, SAFE("Proposed"), STYLE_PLAIN,
	    safe_printf(f, "by %s (%s), %s UTC", safe_member(f, r, "by").text,
		safe_member(f, r, "name").text, safe_minute(f, row_text(r, "at")).text));
	if (progress_is_agreed(p))
		progress_draw_line(page, SAFE("Agreed"), STYLE_PLAIN,
		    safe_printf(f, "by %s, %s UTC", safe_member(f, r, "agreed_by").text,
			safe_minute(f, row_text(r, "agreed_at")).text));
	struct safe files =
	    safe_printf(f, "%s files (%s)", safe_count(f, row_uint(p->status, "files")).text,
		safe_size(f, row_uint(p->status, "bytes")).text);
	progress_draw_line(page, SAFE("Share"), STYLE_PLAIN,
	    p->state == k->asked
		? safe_printf(f, "%s in transfers/%s/files, still", files.text, p->transfer)
		: safe_printf(f, "%s went; transfers/%s/TOMBSTONE.txt says why", files.text,
		      p->transfer));
}

/* --- the first signature ------------------------------------------------------------- */

static const char *
progress_may_propose(struct view *v, enum transfer_event event)
{
	struct progress *p = progress_of_view(v);
	const char *why = progress_why_not_yet(v);
	struct transfer_facts facts = {
	    .state = p->state, .files = row_uint(p->status, "files") > 0};
	if (why != NULL)
		return why;
	if (progress_is_recall(p))
		return "one of the two is proposed already; F8 signs it, k keeps the delivery";
	return !progress_at_work(p) && transfer_find(&facts, event) != NULL
	           ? NULL
	           : "only files that are on the share are recalled or retired";
}

const char *
progress_may_recall(struct view *v)
{
	return progress_may_propose(v, EVENT_RECALL);
}

const char *
progress_may_retire(struct view *v)
{
	return progress_may_propose(v, EVENT_RETIREMENT);
}

static void
progress_propose_signed(
    struct view *v, const struct progress_kind *k, struct seal_secret *passphrase)
{
	struct progress *p = progress_of_view(v);
	if (progress_sign(p, k->type, json_pack("{s:s}", "reason", p->reason), passphrase))
		app_say(v->app, "Signed. %s waits for another officer; F10 signs you out.",
		    p->transfer);
}

static void
progress_recall_signed(struct view *v, struct seal_secret *passphrase)
{
	progress_propose_signed(v, &progress_kinds[0], passphrase);
}

static void
progress_retire_signed(struct view *v, struct seal_secret *passphrase)
{
	progress_propose_signed(v, &progress_kinds[1], passphrase);
}

static void
progress_ask_signature(struct view *v, const struct progress_kind *k,
    void (*take)(struct view *, struct seal_secret *))
{
	struct progress *p = progress_of_view(v);
	struct arena *f = v->app->frame;
	prompt_secret(v,
	    safe_printf(f, "%s of %s: the first of two signatures", k->title, p->transfer),
	    safe_printf(f,
		"You sign that it is to be %s: %s. Nothing is moved before another "
		"officer signs, too.",
		k->done, safe_text(f, p->reason).text),
	    SAFE("Sign"), take);
}

static const char *const progress_recall_reasons[] = {
    "it was found malicious later",
    "it holds what was not to be released",
    "a wrong version went",
};

static void
progress_recall_picked(struct view *v, size_t choice, const char *text)
{
	struct progress *p = progress_of_view(v);
	if (progress_keep_picked(
		p, progress_recall_reasons, COUNT(progress_recall_reasons), choice, text))
		progress_ask_signature(v, &progress_kinds[0], progress_recall_signed);
}

void
progress_act_recall(struct view *v)
{
	progress_pick(progress_of_view(v),
	    SAFE("Recall: why?  Whoever used the files reads it."), progress_recall_reasons,
	    COUNT(progress_recall_reasons), progress_recall_picked);
}

static const char *const progress_retire_reasons[] = {
    "nobody needs it any more",
    "a newer delivery takes its place",
    "its time on the share is over",
};

static void
progress_retire_picked(struct view *v, size_t choice, const char *text)
{
	struct progress *p = progress_of_view(v);
	if (progress_keep_picked(
		p, progress_retire_reasons, COUNT(progress_retire_reasons), choice, text))
		progress_ask_signature(v, &progress_kinds[1], progress_retire_signed);
}

void
progress_act_retire(struct view *v)
{
	progress_pick(progress_of_view(v), SAFE("Retire: why is it removed from the share?"),
	    progress_retire_reasons, COUNT(progress_retire_reasons), progress_retire_picked);
}

/* --- the second, and the way back ---------------------------------------------------- */

static const char *
progress_may_answer(struct view *v)
{
	struct progress *p = progress_of_view(v);
	const char *why = progress_why_not_yet(v);
	if (why != NULL)
		return why;
	if (!progress_is_recall(p) || progress_proposal(p) == NULL)
		return "no recall or retirement of it waits for anybody";
	return progress_is_agreed(p) ? "both signed already; the station moves the files"
	                             : NULL;
}

const char *
progress_may_agree(struct view *v)
{
	const char *why = progress_may_answer(v);
	if (why != NULL)
		return why;
	return progress_is_own(progress_of_view(v))
	           ? "you proposed it, and another officer signs; F10 signs you out"
	           : NULL;
}

/* What the signature is about is what was on the screen when it was asked for. */
static void
progress_keep_leaf(struct progress *p)
{
	snprintf(p->leaf, sizeof(p->leaf), "%s", row_text(progress_proposal(p), "leaf"));
}

static void
progress_agree_signed(struct view *v, struct seal_secret *passphrase)
{
	struct progress *p = progress_of_view(v);
	if (progress_sign(p, "xfer.confirm", json_pack("{s:s}", "leaf", p->leaf), passphrase))
		app_say(v->app, "Signed: the second of two. The station moves the files of %s.",
		    p->transfer);
}

void
progress_act_agree(struct view *v)
{
	struct progress *p = progress_of_view(v);
	struct arena *f = v->app->frame;
	const struct progress_kind *k = progress_kind(p);
	progress_keep_leaf(p);
	prompt_secret(v,
	    safe_printf(f, "%s of %s: the second signature", k->title, p->transfer),
	    safe_printf(f, "You sign that it is %s: %s. %s", k->done,
		safe_member(f, progress_proposal(p), "reason").text, k->becomes),
	    SAFE("Sign"), progress_agree_signed);
}

const char *
progress_may_keep(struct view *v)
{
	return progress_may_answer(v);
}

static const char *const progress_keep_reasons[] = {
    "it was proposed by mistake",
    "the reason does not hold",
    "it is still needed",
};

static void
progress_keep_signed(struct view *v, struct seal_secret *passphrase)
{
	struct progress *p = progress_of_view(v);
	if (progress_sign(p, "xfer.keep",
		json_pack("{s:s, s:s}", "leaf", p->leaf, "reason", p->reason), passphrase))
		app_say(v->app, "Signed. %s stays on the share, as it was.", p->transfer);
}

static void
progress_keep_picked_reason(struct view *v, size_t choice, const char *text)
{
	struct progress *p = progress_of_view(v);
	struct arena *f = v->app->frame;
	if (!progress_keep_picked(
		p, progress_keep_reasons, COUNT(progress_keep_reasons), choice, text))
		return;
	prompt_secret(v, safe_printf(f, "Keep %s", p->transfer),
	    safe_printf(
		f, "You sign that it stays on the share: %s.", safe_text(f, p->reason).text),
	    SAFE("Sign and keep"), progress_keep_signed);
}

void
progress_act_keep(struct view *v)
{
	progress_keep_leaf(progress_of_view(v));
	progress_pick(progress_of_view(v), SAFE("Keep it on the share: why?"),
	    progress_keep_reasons, COUNT(progress_keep_reasons), progress_keep_picked_reason);
}

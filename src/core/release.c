/* SPDX-License-Identifier: ISC */
#include "src/core/release.h"
#include "src/core/part.h"
#include "src/core/release_weigh.h"

#include <assert.h>
#include <string.h>

/* What it takes to release something. */
enum release_need {
	NEED_NOT,     /* nothing releases it: its verdict */
	NEED_POLICY,  /* nothing releases it: this policy */
	NEED_REASON,  /* an approval with a reason in writing */
	NEED_NOTHING, /* an approval */
	NEED__MAX
};

/*
 * The release rule.  Only `clean` that policy lets pass goes without words;
 * what a scanner could not vouch for goes only when policy does not block it
 * and somebody says why; what is malicious, or was not really looked at,
 * never goes.  `na` never stands for contents.
 */
static const enum release_need release_table[VERDICT__MAX][POLICY_GATE__MAX] = {
    /*                       POLICY_BLOCK  POLICY_REASON POLICY_PASS */
    [VERDICT_NA] = {NEED_NOT, NEED_NOT, NEED_NOT},
    [VERDICT_CLEAN] = {NEED_POLICY, NEED_REASON, NEED_NOTHING},
    [VERDICT_UNSCANNED] = {NEED_NOT, NEED_NOT, NEED_NOT},
    [VERDICT_SUSPICIOUS] = {NEED_POLICY, NEED_REASON, NEED_REASON},
    [VERDICT_INCOMPLETE] = {NEED_POLICY, NEED_REASON, NEED_REASON},
    [VERDICT_TIMEOUT] = {NEED_NOT, NEED_NOT, NEED_NOT},
    [VERDICT_ERROR] = {NEED_NOT, NEED_NOT, NEED_NOT},
    [VERDICT_INVALID] = {NEED_POLICY, NEED_REASON, NEED_REASON},
    [VERDICT_MALICIOUS] = {NEED_NOT, NEED_NOT, NEED_NOT},
};

/* Need, decision, and whether there is a reason. */
static const enum release_why release_answers[NEED__MAX][ITEM_DECISION__MAX][2] = {
    [NEED_NOT] =
	{
	    [ITEM_NONE] = {RELEASE_NO_VERDICT, RELEASE_NO_VERDICT},
	    [ITEM_APPROVE] = {RELEASE_NO_VERDICT, RELEASE_NO_VERDICT},
	    [ITEM_REJECT] = {RELEASE_REJECTED, RELEASE_REJECTED},
	    [ITEM_HOLD] = {RELEASE_HELD, RELEASE_HELD},
	},
    [NEED_POLICY] =
	{
	    [ITEM_NONE] = {RELEASE_NO_GATE, RELEASE_NO_GATE},
	    [ITEM_APPROVE] = {RELEASE_NO_GATE, RELEASE_NO_GATE},
	    [ITEM_REJECT] = {RELEASE_REJECTED, RELEASE_REJECTED},
	    [ITEM_HOLD] = {RELEASE_HELD, RELEASE_HELD},
	},
    [NEED_REASON] =
	{
	    [ITEM_NONE] = {RELEASE_UNDECIDED, RELEASE_UNDECIDED},
	    [ITEM_APPROVE] = {RELEASE_NO_REASON, RELEASE_OK},
	    [ITEM_REJECT] = {RELEASE_REJECTED, RELEASE_REJECTED},
	    [ITEM_HOLD] = {RELEASE_HELD, RELEASE_HELD},
	},
    [NEED_NOTHING] =
	{
	    [ITEM_NONE] = {RELEASE_UNDECIDED, RELEASE_UNDECIDED},
	    [ITEM_APPROVE] = {RELEASE_OK, RELEASE_OK},
	    [ITEM_REJECT] = {RELEASE_REJECTED, RELEASE_REJECTED},
	    [ITEM_HOLD] = {RELEASE_HELD, RELEASE_HELD},
	},
};

static const char *const release_whys[RELEASE_WHY__MAX] = {
    [RELEASE_NO_VERDICT] = "nothing with this verdict is ever released",
    [RELEASE_NO_GATE] = "policy blocks it",
    [RELEASE_NO_REASON] = "policy or verdict asks for a reason in writing, and there is none",
    [RELEASE_UNDECIDED] = "nobody decided",
    [RELEASE_REJECTED] = "rejected",
    [RELEASE_HELD] = "held",
    [RELEASE_NO_KIND] = "only files and links can be released",
    [RELEASE_NO_STATE] = "it was not read",
    [RELEASE_NO_NAME] = "the share cannot hold its name",
    [RELEASE_NO_TARGET] = "the link does not lead to anything that is released with it",
    [RELEASE_DIRECTORY] = "directories are made as files need them",
    [RELEASE_OK] = "it may go",
};

/* The outcome that follows, but for what was not read. */
static const enum item_outcome release_outcomes[RELEASE_WHY__MAX] = {
    [RELEASE_NO_VERDICT] = ITEM_OUT_BLOCKED,
    [RELEASE_NO_GATE] = ITEM_OUT_BLOCKED,
    [RELEASE_NO_REASON] = ITEM_OUT_BLOCKED,
    [RELEASE_UNDECIDED] = ITEM_OUT_HELD,
    [RELEASE_REJECTED] = ITEM_OUT_REJECTED,
    [RELEASE_HELD] = ITEM_OUT_HELD,
    [RELEASE_NO_KIND] = ITEM_OUT_BLOCKED,
    [RELEASE_NO_STATE] = ITEM_OUT_UNREAD,
    [RELEASE_NO_NAME] = ITEM_OUT_BLOCKED,
    [RELEASE_NO_TARGET] = ITEM_OUT_BLOCKED,
    [RELEASE_DIRECTORY] = ITEM_OUT_STRUCTURAL,
    [RELEASE_OK] = ITEM_OUT_RELEASED,
};

static const enum item_outcome release_state_outcomes[ITEM_STATE__MAX] = {
    [ITEM_UNREAD] = ITEM_OUT_UNREAD,
    [ITEM_READ] = ITEM_OUT_BLOCKED,
    [ITEM_UNREADABLE] = ITEM_OUT_UNREADABLE,
    [ITEM_ENCRYPTED] = ITEM_OUT_ENCRYPTED,
    [ITEM_EXCLUDED] = ITEM_OUT_EXCLUDED,
};

const char *
release_why_str(enum release_why why)
{
	assert((unsigned)why < RELEASE_WHY__MAX);
	return release_whys[why];
}

enum release_why
release_rule(
    enum verdict verdict, enum policy_gate gate, enum item_decision decision, bool has_reason)
{
	assert((unsigned)verdict < VERDICT__MAX && (unsigned)gate < POLICY_GATE__MAX &&
	       (unsigned)decision < ITEM_DECISION__MAX);
	return release_answers[release_table[verdict][gate]][decision][has_reason];
}

enum verdict
release_verdict(const struct release_under *u, const struct inventory_item *it)
{
	struct verdict_need needs[LIM_SCANNERS];
	struct verdict_result results[LIM_SCANNERS];
	struct part part;
	if (it->kind != ITEM_FILE || it->state != ITEM_READ)
		return VERDICT_NA;
	size_t n = policy_needs(u->policy, it->type, it->size_bytes, needs, LIM_SCANNERS);
	for (size_t i = 0; i < it->nscans; i++)
		results[i] = (struct verdict_result){.scanner = it->scans[i].scanner,
		    .verdict = it->scans[i].verdict,
		    .of_bytes = it->scans[i].of_bytes,
		    .read_bytes = it->scans[i].read_bytes,
		    .too_large =
			verdict_parts_word(it->scans[i].verdict, it->scans[i].why) != NULL,
		    .parts = it->scans[i].parts};
	release_weigh_results(u, it, results);
	enum verdict v =
	    verdict_item(it->size_bytes, needs, n, results, it->nscans, &it->inside);
	if (release_weigh_engines(u, it, needs, n, results) <
	    policy_engines(u->policy, it->type, it->size_bytes))
		v = verdict_worst(v, VERDICT_UNSCANNED);
	/* whatever its bytes are: what the set makes together was looked at by nobody */
	if (!it->inside.whole && part_is(it->path.data, it->path.len, it->type, &part))
		v = verdict_worst(v, VERDICT_INCOMPLETE);
	return v;
}

/* A link has no contents: the clean row, and then where it leads. */
static enum release_why
release_why_link(const struct tree *tree, const struct inventory_item *it)
{
	enum release_why why =
	    release_rule(VERDICT_CLEAN, it->proposed, it->decision, it->reason[0] != '\0');
	if (why != RELEASE_OK)
		return why;
	if (it->dest.len == 0)
		return RELEASE_NO_NAME;
	if (tree == NULL || tree_find(tree, it->dest.data, it->dest.len) != TREE_LINK)
		return RELEASE_NO_TARGET;
	return RELEASE_OK;
}

static enum release_why
release_why_special(const struct inventory_item *it)
{
	if (it->decision == ITEM_REJECT)
		return RELEASE_REJECTED;
	return it->decision == ITEM_HOLD ? RELEASE_HELD : RELEASE_NO_KIND;
}

static enum release_why
release_why_item(const struct tree *tree, const struct inventory_item *it)
{
	if (it->state != ITEM_READ)
		return RELEASE_NO_STATE; /* of a directory: what is in it is not known */
	if (it->kind == ITEM_DIRECTORY)
		return RELEASE_DIRECTORY;
	if (it->kind == ITEM_LINK)
		return release_why_link(tree, it);
	if (it->kind != ITEM_FILE)
		return release_why_special(it);
	enum release_why why =
	    release_rule(it->verdict, it->proposed, it->decision, it->reason[0] != '\0');
	return why == RELEASE_OK && it->dest.len == 0 ? RELEASE_NO_NAME : why;
}

enum release_why
release_judge(const struct release_under *u, const struct tree *tree, struct inventory_item *it)
{
	it->verdict = release_verdict(u, it);
	it->proposed =
	    policy_gate(u->policy, it->kind, it->type, it->verdict, &it->worst, NULL);
	enum release_why why = release_why_item(tree, it);
	it->outcome =
	    why == RELEASE_NO_STATE ? release_state_outcomes[it->state] : release_outcomes[why];
	return why;
}

/* --- the whole transfer ------------------------------------------------------------ */

static const char *
release_text(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

const char *
release_stop_medium(const struct policy *policy, const json_t *medium)
{
	const char *before = release_text(medium, "before"),
		   *after = release_text(medium, "after");
	const char *proof = release_text(medium, "write_protect");
	if (before != NULL && (after == NULL || strcmp(before, after) != 0))
		return "the medium was another one after reading than before it (its digest "
		       "differs): what was read may be of two states; abort this transfer and "
		       "read the medium in a new one, and if it happens again the medium is "
		       "failing or changes by itself";
	if (policy->write_protect && proof != NULL && strcmp(proof, "not proved") == 0)
		return "it is not proved that nothing could write to the medium, and policy "
		       "asks for that (write_protect_required); an administrator looks at the "
		       "station's udev rules, then abort this transfer and read the medium in "
		       "a new one";
	return NULL;
}

const char *
release_stop_request(const struct policy *policy, const json_t *request, const char *requester)
{
	const char *id = release_text(request, "id"),
		   *whose = release_text(request, "requester");
	const char *word = release_text(request, "signed");
	if (policy->request == POLICY_REQUEST_NONE)
		return NULL;
	if (request == NULL)
		return "policy asks for a request, and there is none on the medium or given";
	if (id == NULL || id[0] == '\0')
		return "policy asks for a request, and the one there is cannot be read";
	if (whose == NULL || strcmp(whose, requester) != 0)
		return "policy asks for a request, and the one there names another requester";
	if (policy->request == POLICY_REQUEST_SIGNED &&
	    (word == NULL || strcmp(word, "signed") != 0))
		return "policy asks for a request signed with the requester's enrolled key";
	return NULL;
}

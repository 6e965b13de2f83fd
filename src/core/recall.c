/* SPDX-License-Identifier: ISC */
/*
 * After the release: a delivery is recalled or retired by two officers with two
 * keys, neither of them the requester; until the second has signed, the first
 * may withdraw it and others may decline it.
 */
#include "src/base/mem.h"
#include "src/core/canon.h"
#include "src/core/custody_state.h"

#include <stdio.h>
#include <string.h>

static const char *
text(const struct custody_act *act, const char *field)
{
	return canon_str(act->e->data, field);
}

static enum err
check_signer(const struct custody_transfer *t, const struct custody_act *act)
{
	const char *reason = text(act, "reason");
	if (strcmp(act->e->actor_id, t->requester) == 0)
		return custody_refuse(act, ERR_DENIED,
		    "%s is the requester of %s and cannot decide about its delivery",
		    t->requester, t->id);
	if (reason != NULL && reason[0] == '\0')
		return custody_refuse(act, ERR_SYNTAX, "it must give a reason");
	if (reason != NULL && strlen(reason) > LIM_RECALL_REASON_BYTES)
		return custody_refuse(act, ERR_LIMIT, "the reason has more than %d bytes",
		    LIM_RECALL_REASON_BYTES);
	return ERR_OK;
}

/* The entry it is about is the one that stands. */
static enum err
check_leaf(const struct custody_transfer *t, const struct custody_act *act)
{
	if (strcmp(text(act, "leaf"), t->recall.proposal.leaf) == 0)
		return ERR_OK;
	return custody_refuse(act, ERR_DENIED, "leaf is not that of the %s proposed for %s",
	    t->recall.retire ? "retirement" : "recall", t->id);
}

static enum err
check_agreement(const struct custody_transfer *t, const struct custody_act *act)
{
	const struct custody_approval *first = &t->recall.proposal;
	if (strcmp(first->officer, act->e->actor_id) == 0)
		return custody_refuse(act, ERR_DENIED,
		    "%s proposed it; the second signature is another officer's",
		    first->officer);
	if (strcmp(first->key, act->e->actor_key) == 0)
		return custody_refuse(
		    act, ERR_DENIED, "it was proposed with this very key; another must agree");
	return ERR_OK;
}

static enum err
check_done(const struct custody_transfer *t, const struct custody_act *act)
{
	if (strcmp(text(act, "confirm"), t->recall.agreement.leaf) != 0)
		return custody_refuse(
		    act, ERR_DENIED, "confirm is not the leaf of the second signature");
	if (strcmp(text(act, "dest"), t->dest) != 0)
		return custody_refuse(act, ERR_DENIED, "dest is not the approved destination");
	return ERR_OK;
}

enum err
recall_check(struct custody *c, const struct custody_transfer *t, const struct custody_act *act)
{
	(void)c;
	if (act->event == EVENT_RECALL_DONE || act->event == EVENT_RETIREMENT_DONE)
		return check_done(t, act);
	enum err err = check_signer(t, act);
	if (err == ERR_OK && (act->event == EVENT_RECALL_OK || act->event == EVENT_RECALL_KEEP))
		err = check_leaf(t, act);
	return err == ERR_OK && act->event == EVENT_RECALL_OK ? check_agreement(t, act) : err;
}

static void
put_signature(struct custody_approval *a, const struct custody_act *act)
{
	snprintf(a->officer, sizeof(a->officer), "%s", act->e->actor_id);
	snprintf(a->name, sizeof(a->name), "%s", act->e->actor_name);
	snprintf(a->key, sizeof(a->key), "%s", act->e->actor_key);
	snprintf(a->at, sizeof(a->at), "%s", act->e->at);
	memcpy(a->leaf, act->leaf, sizeof(a->leaf));
	a->seq = act->seq;
}

/* What stood before makes room; the recall of what is to be retired is kept. */
static void
begin(struct custody_transfer *t, bool retire)
{
	if (t->facts.state == TRANSFER_RECALLED)
		t->recalled = t->recall;
	else
		free(t->recall.reason);
	t->recall = (struct custody_recall){.retire = retire};
}

static void
keep(struct custody_transfer *t)
{
	free(t->recall.reason);
	t->recall = t->recalled; /* zero where nothing was recalled */
	t->recalled = (struct custody_recall){.retire = false};
}

/* Before the state moves. */
void
recall_apply(struct custody_transfer *t, const struct custody_act *act)
{
	struct custody_recall *r = &t->recall;
	if (act->event == EVENT_RECALL || act->event == EVENT_RETIREMENT)
		begin(t, act->event == EVENT_RETIREMENT);
	if (act->event == EVENT_RECALL_KEEP)
		keep(t);
	if (act->event == EVENT_RECALL || act->event == EVENT_RETIREMENT) {
		put_signature(&r->proposal, act);
		r->reason = mem_strdup(text(act, "reason"));
	} else if (act->event == EVENT_RECALL_OK) {
		put_signature(&r->agreement, act);
	}
}

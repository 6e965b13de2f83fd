/* SPDX-License-Identifier: ISC */
/* What a reader is told of the acts that lack endorsements. */
#include "src/core/authority.h"

bool
custody_may_endorse(
    const struct custody *c, const char *leaf, const char *id, char why[CUSTODY_WHY_SIZE])
{
	struct custody_act act = {.why = why};
	const struct custody_person *known = custody_person_find(c, id);
	const struct custody_pending *p = authority_pending_find(c, leaf);
	const json_t *row =
	    p != NULL && p->event == EVENT_ADMINS ? authority_admins_row(p->data, id) : NULL;
	struct custody_behind s = authority_behind(id, known != NULL ? known->key : "");
	bool admin = known != NULL && (known->roles & CUSTODY_ADMIN) != 0 && known->has_key;
	if (authority_behind_check(c, p, &s, &act) != ERR_OK)
		return false;
	if (!admin && row == NULL)
		return custody_refuse(&act, ERR_DENIED, "%.40s is not an administrator", id) ==
		       ERR_OK;
	return true;
}

/* --- what is pending ------------------------------------------------------------------------
 */

size_t
custody_pending_count(const struct custody *c)
{
	size_t n = 0;
	for (size_t i = 0; i < c->pending_count; i++)
		n += !c->pending[i].done;
	return n;
}

static void
show(const struct custody *c, const struct custody_pending *p, struct custody_proposal *ret)
{
	*ret = authority_weigh(c, p, NULL);
	ret->against = authority_against(c, p);
	ret->leaf = p->leaf;
	ret->type = transfer_event_row(p->event)->type;
	ret->subj = p->subj;
	ret->by = p->by;
	ret->at = p->at;
	ret->data = p->data;
}

bool
custody_pending_at(const struct custody *c, size_t i, struct custody_proposal *ret)
{
	for (size_t k = 0; k < c->pending_count; k++) {
		if (c->pending[k].done || i-- > 0)
			continue;
		show(c, &c->pending[k], ret);
		return true;
	}
	return false;
}

bool
custody_pending_find(const struct custody *c, const char *leaf, struct custody_proposal *ret)
{
	const struct custody_pending *p = authority_pending_find(c, leaf);
	if (p == NULL || p->done)
		return false;
	show(c, p, ret);
	return true;
}

const char *
custody_pending_signer(const struct custody *c, const char *leaf, size_t i)
{
	const struct custody_pending *p = authority_pending_find(c, leaf);
	return p != NULL && i < p->signers_count ? p->signers[i].id : NULL;
}

/* SPDX-License-Identifier: ISC */
/* Who stands behind the acts that are pending, and whether that is enough. */
#include "src/base/mem.h"
#include "src/core/authority.h"
#include "src/core/canon.h"

#include <stdio.h>
#include <string.h>

struct custody_pending *
authority_pending_find(const struct custody *c, const char *leaf)
{
	for (size_t i = 0; i < c->pending_count; i++) {
		if (strcmp(c->pending[i].leaf, leaf) == 0)
			return &c->pending[i];
	}
	return NULL;
}

bool
authority_counts(const struct custody *c, const struct custody_behind *s)
{
	const struct custody_person *p = custody_person_find(c, s->id);
	return p != NULL && (p->roles & CUSTODY_ADMIN) != 0 && p->has_key &&
	       strcmp(p->key, s->key) == 0;
}

/* He is one of those that the act names, by the key it names. */
static bool
counts_new(const struct custody_pending *p, const struct custody_behind *s)
{
	uint8_t key[SSHSIG_PUBLIC_SIZE];
	char fingerprint[SSHSIG_FINGERPRINT_SIZE];
	const json_t *row = authority_admins_row(p->data, s->id);
	if (row == NULL || sshsig_public_parse(canon_str(row, "key"), key) != ERR_OK)
		return false;
	sshsig_fingerprint(key, fingerprint);
	return strcmp(fingerprint, s->key) == 0;
}

struct custody_proposal
authority_weigh(
    const struct custody *c, const struct custody_pending *p, const struct custody_behind *more)
{
	struct custody_proposal w = {.needs = c->threshold};
	bool set = p->event == EVENT_ADMINS;
	uint64_t threshold = 0;
	if (set && canon_uint(p->data, "threshold", &threshold))
		w.new_needs = (unsigned)threshold;
	for (size_t i = 0; i < p->signers_count; i++) {
		const struct custody_behind *s = &p->signers[i];
		if (more != NULL && strcmp(s->id, more->id) == 0)
			continue;
		w.has += authority_counts(c, s);
		w.new_has += set && counts_new(p, s);
	}
	if (more != NULL) {
		w.has += authority_counts(c, more);
		w.new_has += set && counts_new(p, more);
	}
	return w;
}

bool
authority_enough(
    const struct custody *c, const struct custody_pending *p, const struct custody_behind *more)
{
	struct custody_proposal w = authority_weigh(c, p, more);
	return w.has >= w.needs && w.new_has >= w.new_needs;
}

struct custody_behind
authority_behind(const char *id, const char *key)
{
	struct custody_behind s;
	snprintf(s.id, sizeof(s.id), "%s", id);
	snprintf(s.key, sizeof(s.key), "%s", key);
	return s;
}

bool
authority_newcomer(const struct custody *c, const struct custody_act *act,
    const char **ret_name, uint8_t ret_public[SSHSIG_PUBLIC_SIZE])
{
	const struct custody_person *known = custody_person_find(c, act->e->actor_id);
	if (act->event != EVENT_ENDORSE ||
	    transfer_signer_find(act->e->actor_role) != SIGNER_ADMIN)
		return false;
	if (known != NULL && custody_person_held(known, CUSTODY_ADMIN, act->seq) != NULL)
		return false;
	const struct custody_pending *p =
	    authority_pending_find(c, canon_str(act->e->data, "leaf"));
	if (p == NULL || p->event != EVENT_ADMINS)
		return false;
	const json_t *row = authority_admins_row(p->data, act->e->actor_id);
	if (row == NULL || sshsig_public_parse(canon_str(row, "key"), ret_public) != ERR_OK)
		return false;
	*ret_name = canon_str(row, "name");
	return true;
}

void
authority_pending_done(struct custody_pending *p)
{
	json_decref(p->data);
	free(p->subj);
	free(p->signers);
	free(p->against);
}

/* --- one more signature -------------------------------------------------------------- */

enum err
authority_behind_check(const struct custody *c, const struct custody_pending *p,
    const struct custody_behind *s, const struct custody_act *act)
{
	const char *about;
	if (p == NULL || (p->done && p->event != EVENT_FOUND))
		return custody_refuse(
		    act, ERR_NOTFOUND, "no act with this leaf awaits endorsement");
	for (size_t i = 0; i < p->signers_count; i++) {
		const struct custody_behind *had = &p->signers[i];
		if (strcmp(had->id, s->id) == 0 &&
		    (authority_counts(c, had) || counts_new(p, had)))
			return custody_refuse(
			    act, ERR_EXISTS, "%s stands behind this act already", s->id);
	}
	if (transfer_subject_parse(p->subj, &about) == SUBJ_PERSON && strcmp(about, s->id) == 0)
		return custody_refuse(act, ERR_DENIED, "nobody endorses an act about himself");
	return ERR_OK;
}

void
authority_behind_add(struct custody_pending *p, const struct custody_behind *s)
{
	for (size_t i = 0; i < p->signers_count; i++) {
		if (strcmp(p->signers[i].id, s->id) == 0) {
			p->signers[i] = *s;
			return;
		}
	}
	authority_no_more(p, s->id); /* what he said against it */
	p->signers = mem_resize(p->signers, p->signers_count + 1, sizeof(*p->signers));
	p->signers[p->signers_count++] = *s;
}

/* SPDX-License-Identifier: ISC */
/*
 * Acts that are not in force and never will be: who proposed one takes it back
 * by himself; others speak against it, and as many of them as the threshold end
 * it.  A person is on one side at a time, that of his last signature.
 */
#include "src/base/mem.h"
#include "src/core/authority.h"
#include "src/core/canon.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static struct custody_behind *
find(struct custody_behind *list, size_t n, const char *id)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].id, id) == 0)
			return &list[i];
	return NULL;
}

static void
leave(struct custody_behind *list, size_t *n, const char *id)
{
	struct custody_behind *s = find(list, *n, id);
	if (s == NULL)
		return;
	(*n)--;
	memmove(s, s + 1, (size_t)(list + *n - s) * sizeof(*s));
}

unsigned
authority_against(const struct custody *c, const struct custody_pending *p)
{
	unsigned n = 0;
	for (size_t i = 0; i < p->against_count; i++)
		n += authority_counts(c, &p->against[i]);
	return n;
}

static enum err
check(const struct custody *c, const struct custody_pending *p, const struct custody_behind *s,
    const struct custody_act *act)
{
	const char *about;
	if (p == NULL || p->event == EVENT_FOUND || p->done)
		return custody_refuse(
		    act, ERR_NOTFOUND, "no act with this leaf waits to take force");
	if (strcmp(p->by, s->id) == 0)
		return ERR_OK;
	if (transfer_subject_parse(p->subj, &about) == SUBJ_PERSON && strcmp(about, s->id) == 0)
		return custody_refuse(
		    act, ERR_DENIED, "nobody speaks against an act about himself");
	const struct custody_behind *had = find(p->against, p->against_count, s->id);
	if (had != NULL && authority_counts(c, had))
		return custody_refuse(
		    act, ERR_EXISTS, "%s has spoken against this act already", s->id);
	return ERR_OK;
}

enum err
authority_withdraw_check(const struct custody *c, const struct custody_act *act)
{
	const struct custody_pending *p =
	    authority_pending_find(c, canon_str(act->e->data, "leaf"));
	struct custody_behind s = authority_behind(act->e->actor_id, act->e->actor_key);
	enum err err = authority_text_check(act->e->data, "reason", act);
	if (err == ERR_OK && p != NULL && strcmp(p->subj, act->e->subj) != 0)
		err = custody_refuse(
		    act, ERR_DENIED, "the act it speaks against is about %s", p->subj);
	return err == ERR_OK ? check(c, p, &s, act) : err;
}

void
authority_withdraw_apply(struct custody *c, const struct custody_act *act)
{
	struct custody_pending *p = authority_pending_find(c, canon_str(act->e->data, "leaf"));
	struct custody_behind s = authority_behind(act->e->actor_id, act->e->actor_key);
	assert(p != NULL);
	if (strcmp(p->by, s.id) != 0) {
		authority_no_more(p, s.id);
		p->against = mem_resize(p->against, p->against_count + 1, sizeof(*p->against));
		p->against[p->against_count++] = s;
		if (authority_against(c, p) < c->threshold)
			return;
	}
	authority_pending_done(p);
	c->pending_count--;
	memmove(p, p + 1, (size_t)(c->pending + c->pending_count - p) * sizeof(*p));
}

void
authority_no_more(struct custody_pending *p, const char *id)
{
	leave(p->signers, &p->signers_count, id);
	leave(p->against, &p->against_count, id);
}

bool
custody_may_withdraw(
    const struct custody *c, const char *leaf, const char *id, char why[CUSTODY_WHY_SIZE])
{
	struct custody_act act = {.why = why};
	const struct custody_person *known = custody_person_find(c, id);
	struct custody_behind s = authority_behind(id, known != NULL ? known->key : "");
	if (known == NULL || (known->roles & CUSTODY_ADMIN) == 0 || !known->has_key)
		return custody_refuse(&act, ERR_DENIED, "%.40s is not an administrator", id) ==
		       ERR_OK;
	return check(c, authority_pending_find(c, leaf), &s, &act) == ERR_OK;
}

const char *
custody_pending_against(const struct custody *c, const char *leaf, size_t i)
{
	const struct custody_pending *p = authority_pending_find(c, leaf);
	return p != NULL && i < p->against_count ? p->against[i].id : NULL;
}

/* SPDX-License-Identifier: ISC */
/*
 * The authority log: acts of administrators, and who stands behind them.  An act
 * takes force when as many administrators as the threshold says stand behind it;
 * the proposer counts.  It is judged when it is proposed, and most acts again when
 * they take force.  What each act is about is in the other authority_*.c.
 */
#include "src/core/authority.h"
#include "src/base/mem.h"
#include "src/core/canon.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* --- the acts ------------------------------------------------------------------------- */

static enum err
check_exception(
    const struct custody *c, const struct custody_pending *p, const struct custody_act *act)
{
	(void)p;
	return custody_exception_check(c, act);
}

static enum err
check_exception_end(
    const struct custody *c, const struct custody_pending *p, const struct custody_act *act)
{
	return custody_exception_check_end(c, p->data, act);
}

static void
apply_exception(
    struct custody *c, const struct custody_pending *p, const struct custody_deed *deed)
{
	custody_exception_apply(c, p, deed->in_force_by, deed->size);
}

static void
apply_founding(
    struct custody *c, const struct custody_pending *p, const struct custody_deed *deed)
{
	(void)p;
	(void)deed;
	c->founded = true;
}

static enum err
check_witnesses(
    const struct custody *c, const struct custody_pending *p, const struct custody_act *act)
{
	(void)p;
	return custody_witness_check_set(c, act);
}

static void
apply_witnesses(
    struct custody *c, const struct custody_pending *p, const struct custody_deed *deed)
{
	custody_witness_apply_set(c, p->data, deed->size);
}

static const struct rule {
	authority_check_fn *check;
	authority_apply_fn *apply;
	bool once; /* judged when proposed, and then no more */
} rules[EVENT__MAX] = {
    [EVENT_FOUND] = {NULL, apply_founding, true},
    [EVENT_ENROLL] = {authority_enroll_check, authority_enroll_apply, false},
    [EVENT_REQUESTER] = {authority_requester_check, authority_requester_apply, false},
    [EVENT_SUSPEND] = {authority_suspend_check, authority_suspend_apply, false},
    [EVENT_RESUME] = {authority_resume_check, authority_resume_apply, false},
    [EVENT_LEAVE] = {authority_leave_check, authority_leave_apply, false},
    [EVENT_GRANT] = {authority_grant_check, authority_grant_apply, false},
    [EVENT_ROLE_END] = {authority_role_end_check, authority_role_end_apply, false},
    [EVENT_KEY] = {authority_key_check, authority_key_apply, false},
    [EVENT_KEY_END] = {authority_key_end_check, authority_key_end_apply, false},
    [EVENT_ADMINS] = {authority_admins_check, authority_admins_apply, false},
    [EVENT_POLICY] = {authority_policy_check, authority_policy_apply, true},
    [EVENT_WITNESSES] = {check_witnesses, apply_witnesses, true},
    [EVENT_EXCEPT] = {check_exception, apply_exception, true},
    [EVENT_EXCEPT_END] = {check_exception_end, apply_exception, false},
};

struct custody_moment
authority_moment(const struct custody *c, const struct custody_act *act)
{
	struct custody_moment m = custody_moment_of_act(c, act);
	m.auth_size = act->seq;
	return m;
}

/* --- endorsement ------------------------------------------------------------------------- */

static enum err
check_endorse(const struct custody *c, const struct custody_act *act)
{
	const struct custody_pending *p =
	    authority_pending_find(c, canon_str(act->e->data, "leaf"));
	struct custody_behind s = authority_behind(act->e->actor_id, act->e->actor_key);
	if (p != NULL && strcmp(p->subj, act->e->subj) != 0)
		return custody_refuse(
		    act, ERR_DENIED, "the act it endorses is about %s", p->subj);
	enum err err = authority_behind_check(c, p, &s, act);
	if (err != ERR_OK || p->done || rules[p->event].once)
		return err;
	return authority_enough(c, p, &s) ? rules[p->event].check(c, p, act) : ERR_OK;
}

/* The act as it is pending. */
static struct custody_pending
proposed(const struct custody_act *act)
{
	struct custody_pending p = {.event = act->event,
	    .subj = mem_strdup(act->e->subj),
	    .data = json_deep_copy(act->e->data)};
	memcpy(p.leaf, act->leaf, sizeof(p.leaf));
	hex_encode(act->e->auth.root, sizeof(act->e->auth.root), p.root);
	snprintf(p.by, sizeof(p.by), "%s", act->e->actor_id);
	snprintf(p.at, sizeof(p.at), "%s", act->e->at);
	return p;
}

enum err
authority_check(struct custody *c, const struct custody_act *act)
{
	if (act->event == EVENT_FOUND)
		return authority_genesis_check(c, act);
	if (act->event == EVENT_ENDORSE)
		return check_endorse(c, act);
	if (!c->founded)
		return custody_refuse(
		    act, ERR_STATE, "the administrators have not endorsed the genesis yet");
	if (act->event == EVENT_TAKE_BACK)
		return authority_withdraw_check(c, act);
	struct custody_pending p = proposed(act);
	enum err err = rules[act->event].check(c, &p, act);
	authority_pending_done(&p);
	return err;
}

/* --- taking force --------------------------------------------------------------------------
 */

static struct custody_pending *
add_pending(struct custody *c, const struct custody_act *act)
{
	c->pending = mem_resize(c->pending, c->pending_count + 1, sizeof(*c->pending));
	struct custody_pending *p = &c->pending[c->pending_count++];
	*p = proposed(act);
	return p;
}

static struct custody_deed
deed_of(const struct custody *c, const struct custody_pending *p, const char *in_force_by)
{
	struct custody_deed deed = {.size = c->logs[LOG_AUTHORITY].size};
	memcpy(deed.leaf, p->leaf, sizeof(deed.leaf));
	memcpy(deed.at, p->at, sizeof(deed.at));
	snprintf(deed.by, sizeof(deed.by), "%s", p->by);
	snprintf(deed.in_force_by, sizeof(deed.in_force_by), "%s", in_force_by);
	return deed;
}

/*
 * Acts that are in force are of no more use, except the genesis; with `all` the
 * administrators are others, and nothing that the old ones began goes on.
 */
static void
drop_done(struct custody *c, bool all)
{
	size_t kept = 0;
	for (size_t i = 0; i < c->pending_count; i++) {
		if (all || (c->pending[i].done && c->pending[i].event != EVENT_FOUND))
			authority_pending_done(&c->pending[i]);
		else
			c->pending[kept++] = c->pending[i];
	}
	c->pending_count = kept;
}

static void
take_signer(struct custody *c, struct custody_pending *p, const struct custody_act *act)
{
	struct custody_behind s = authority_behind(act->e->actor_id, act->e->actor_key);
	authority_behind_add(p, &s);
	bool set = p->event == EVENT_ADMINS;
	if (p->done || !authority_enough(c, p, NULL))
		return;
	struct custody_deed deed = deed_of(c, p, act->e->actor_id);
	p->done = true;
	rules[p->event].apply(c, p, &deed);
	drop_done(c, set);
}

static void
found(struct custody *c, const struct custody_act *act)
{
	const struct custody_pending *p = add_pending(c, act);
	struct custody_deed deed = deed_of(c, p, "");
	deed.by[0] = '\0';
	authority_genesis_apply(c, p, &deed);
}

void
authority_apply(struct custody *c, const struct custody_act *act)
{
	if (act->event == EVENT_FOUND) {
		found(c, act);
	} else if (act->event == EVENT_TAKE_BACK) {
		authority_withdraw_apply(c, act);
	} else {
		struct custody_pending *p =
		    act->event == EVENT_ENDORSE
			? authority_pending_find(c, canon_str(act->e->data, "leaf"))
			: add_pending(c, act);
		assert(p != NULL);
		take_signer(c, p, act);
	}
	custody_people_settle(c);
}

void
authority_done(struct custody *c)
{
	drop_done(c, true);
	custody_exception_done(c);
	custody_people_done(c);
	custody_witness_done(c);
	json_decref(c->genesis);
	free(c->pending);
	free(c->policies);
}

/* SPDX-License-Identifier: ISC */
/*
 * Transfers: what each xfer entry must say in the state the transfer is in,
 * and what it changes.  Two persons with two keys, neither of them the
 * requester, over the same bytes: here is where that is decided.
 */
#include "src/base/mem.h"
#include "src/core/canon.h"
#include "src/core/custody_state.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DIRECTION "in"

static struct custody_transfer *
find(const struct custody *c, const struct custody_act *act)
{
	uint64_t i;
	return map_get(&c->transfers_by_id, act->subject_id, &i) ? c->transfers[i] : NULL;
}

static const char *
text(const struct custody_act *act, const char *field)
{
	return canon_str(act->e->data, field);
}

static uint64_t
number(const json_t *object, const char *field)
{
	uint64_t n = 0;
	canon_uint(object, field, &n);
	return n;
}

/* Something is worse than was submitted. */
static bool
is_worse(const struct custody_act *act)
{
	return act->event == EVENT_ADDENDUM && number(act->e->data, "worse") > 0;
}

/* --- who may approve -------------------------------------------------------------- */

static enum err
check_second(const struct custody_transfer *t, const struct custody_person *p, const char *key,
    const struct custody_act *act)
{
	for (size_t i = 0; i < t->approvals_count; i++) {
		if (strcmp(t->approvals[i].officer, p->id) == 0)
			return custody_refuse(act, ERR_DENIED,
			    "%s has signed %s already; every approval needs another person",
			    p->id, t->id);
		if (strcmp(t->approvals[i].key, key) == 0)
			return custody_refuse(
			    act, ERR_DENIED, "%s has been signed with this key already", t->id);
	}
	return ERR_OK;
}

enum err
passage_may_approve(const struct custody *c, const struct custody_transfer *t,
    const char *officer, struct custody_moment m, const struct custody_act *act)
{
	enum err err =
	    custody_person_require(c, officer, CUSTODY_OFFICER, m, "is not an officer", act);
	if (err != ERR_OK)
		return err;
	const struct custody_person *p = custody_person_find(c, officer);
	const struct custody_key *k = custody_person_key(p, m.auth_size);
	if (k == NULL)
		return custody_refuse(
		    act, ERR_DENIED, "%s has no key in force; an admin enrols one", p->id);
	if (transfer_find(&t->facts, EVENT_APPROVE) == NULL)
		return custody_refuse(act, ERR_STATE, "%s is %s and cannot be approved", t->id,
		    transfer_state_name(t->facts.state));
	if (t->tainted)
		return custody_refuse(act, ERR_DENIED,
		    "a process served %s without its sandbox; it can never be released", t->id);
	if (strcmp(officer, t->requester) == 0)
		return custody_refuse(act, ERR_DENIED,
		    "%s is the requester of %s and cannot approve it", officer, t->id);
	err = check_second(t, p, k->key, act);
	/* what it was sealed with may have ended since */
	return err == ERR_OK
	           ? custody_exception_check_used(c, t->exceptions, m.auth_size, NULL, act)
	           : err;
}

/* --- approvals --------------------------------------------------------------------- */

static bool
same_manifest(const struct custody_transfer *t, const json_t *m)
{
	return strcmp(canon_str(m, "sha256"), t->manifest) == 0 &&
	       strcmp(canon_str(m, "root"), t->manifest_root) == 0 &&
	       number(m, "files") == t->files && number(m, "bytes") == t->bytes;
}

/* No leaves, and none at all, are the same. */
static bool
same_leaves(const json_t *a, const json_t *b)
{
	return json_array_size(a) == json_array_size(b) &&
	       (json_array_size(a) == 0 || json_equal(a, b));
}

/* Every later approval is over the same bytes as the first. */
static enum err
check_same(const struct custody_transfer *t, const struct custody_act *act)
{
	const json_t *inventory = canon_object(act->e->data, "inventory");
	if (strcmp(canon_str(inventory, "sha256"), t->inventory) != 0 ||
	    number(inventory, "items") != t->items ||
	    strcmp(text(act, "findings"), t->findings) != 0)
		return custody_refuse(
		    act, ERR_DENIED, "it approves another inventory than was submitted");
	if (!same_manifest(t, canon_object(act->e->data, "manifest")))
		return custody_refuse(
		    act, ERR_DENIED, "it approves another manifest than was submitted");
	if (strcmp(text(act, "dest"), t->dest) != 0)
		return custody_refuse(
		    act, ERR_DENIED, "it approves another destination than was submitted");
	if (!same_leaves(canon_array(act->e->data, "exceptions"), t->exceptions))
		return custody_refuse(
		    act, ERR_DENIED, "it approves other exceptions than were submitted");
	return ERR_OK;
}

/* What was scanned again since it was submitted is part of what is signed. */
static enum err
check_addendum_signed(const struct custody_transfer *t, const struct custody_act *act)
{
	const char *leaf = text(act, "addendum");
	if (strcmp(leaf != NULL ? leaf : "", t->addendum) == 0)
		return ERR_OK;
	return custody_refuse(act, ERR_DENIED,
	    t->addendum[0] != '\0'
		? "%s was scanned again since; the approval does not name that addendum"
		: "the approval names an addendum that %s does not have",
	    t->id);
}

static enum err
check_approve_fields(const struct custody_transfer *t, const struct custody_act *act)
{
	if (number(act->e->data, "slot") != t->approvals_count + 1)
		return custody_refuse(act, ERR_DENIED, "the next approval of %s is slot %zu",
		    t->id, t->approvals_count + 1);
	if (strcmp(text(act, "policy"), t->policy) != 0)
		return custody_refuse(
		    act, ERR_DENIED, "policy is not the one %s was opened under", t->id);
	if (!t->facts.scanned || strcmp(text(act, "scan"), t->scan) != 0)
		return custody_refuse(act, ERR_DENIED, "scan is not the leaf of the last scan");
	if (strcmp(text(act, "dir"), DIRECTION) != 0 || text(act, "expires")[0] != 0)
		return custody_refuse(act, ERR_DENIED, "dir must be \"in\" and expires empty");
	enum err err = check_addendum_signed(t, act);
	if (err == ERR_OK)
		err = custody_fields_check_signed(t, text(act, "fields"), act);
	return err == ERR_OK && t->approvals_count > 0 ? check_same(t, act) : err;
}

static enum err
check_approve(
    struct custody *c, const struct custody_transfer *t, const struct custody_act *act)
{
	const json_t *d = act->e->data;
	const json_t *i = canon_object(d, "inventory"), *m = canon_object(d, "manifest");
	enum err err =
	    passage_may_approve(c, t, act->e->actor_id, custody_moment_of_act(c, act), act);
	if (err == ERR_OK)
		err = check_approve_fields(t, act);
	if (err == ERR_OK)
		err = custody_exception_check_used(
		    c, canon_array(d, "exceptions"), act->e->auth.size, act->e->at, act);
	if (err != ERR_OK || c->doc == NULL)
		return err;
	struct dossier_claim claim = {
	    .inventory = canon_str(i, "sha256"),
	    .findings = text(act, "findings"),
	    .manifest = canon_str(m, "sha256"),
	    .manifest_root = canon_str(m, "root"),
	    .policy = text(act, "policy"),
	    .items = number(i, "items"),
	    .files = number(m, "files"),
	    .bytes = number(m, "bytes"),
	    .exceptions = canon_array(d, "exceptions"),
	    .later = {t->approvals_count > 0 ? act->e->actor_id : NULL},
	};
	return dossier_check(c, t, &claim, act);
}

/* --- the medium in the register ----------------------------------------------- */

/* What an entry about a transfer says of its medium, as the register takes it. */
static struct register_act
leaving(const struct custody_transfer *t, const struct custody_act *act)
{
	const char *officer = text(act, "officer");
	return (struct register_act){.number = t->control,
	    .officer = officer != NULL ? officer : act->e->actor_id,
	    .at = act->e->at,
	    .seq = act->seq,
	    .data = act->e->data};
}

/* Who has the entries of one transfer alone knows nothing of the register. */
static enum err
check_control(struct custody *c, const struct custody_act *act)
{
	char why[REGISTER_WHY_SIZE] = "";
	const char *number = text(act, "control");
	if (number == NULL)
		return ERR_OK;
	if (!register_number_ok(number))
		return custody_refuse(act, ERR_SYNTAX, "control is no control number");
	if (c->partial)
		return ERR_OK;
	enum err err = register_check_open(c->media, number,
	    canon_object(canon_object(act->e->data, "medium"), "device"), why);
	return err == ERR_OK ? err : custody_refuse(act, err, "%s", why);
}

/* The station signs; the officer it names must be one. */
static enum err
check_officer(
    struct custody *c, const struct custody_transfer *t, const struct custody_act *act)
{
	const char *officer = canon_str(act->e->data, "officer");
	(void)t;
	if (officer == NULL)
		return ERR_OK;
	return custody_person_require(c, officer, CUSTODY_OFFICER,
	    custody_moment_of_act(c, act), "is not an officer", act);
}

static enum err
check_leaving(
    struct custody *c, const struct custody_transfer *t, const struct custody_act *act)
{
	char why[REGISTER_WHY_SIZE] = "";
	struct register_act move = leaving(t, act);
	enum err named = check_officer(c, t, act);
	if (named != ERR_OK || t->control[0] == 0 || c->partial)
		return named;
	enum err err =
	    register_check_leave(c->media, t->seqs[0], text(act, "disposition"), &move, why);
	return err == ERR_OK ? err : custody_refuse(act, err, "%s", why);
}

static void
apply_leaving(
    struct custody *c, const struct custody_transfer *t, const struct custody_act *act)
{
	struct register_act move = leaving(t, act);
	if (t->control[0] != 0)
		register_leave(c->media, t->seqs[0], text(act, "disposition"), &move);
}

/* --- the other events ---------------------------------------------------------------- */

static enum err
check_open(struct custody *c, const struct custody_transfer *t, const struct custody_act *act)
{
	char next[TRANSFER_ID_SIZE];
	const struct custody_policy *p = custody_policy_then(c, act->e->auth.size);
	(void)t;
	custody_next_transfer(c, next);
	if (!c->partial && strcmp(act->subject_id, next) != 0)
		return custody_refuse(act, ERR_DENIED, "the next transfer is %s", next);
	enum err err = check_officer(c, t, act);
	if (err == ERR_OK)
		err = custody_person_require(c, text(act, "requester"), CUSTODY_REQUESTER,
		    custody_moment_of_act(c, act), "is not an enrolled requester", act);
	if (err != ERR_OK)
		return err;
	if (p == NULL)
		return custody_refuse(act, ERR_STATE, "no policy is in force");
	if (strcmp(p->sha256, text(act, "policy")) != 0)
		return custody_refuse(act, ERR_DENIED, "policy is not the one in force");
	err = custody_fields_check(act);
	return err == ERR_OK ? check_control(c, act) : err;
}

static enum err
check_fields(struct custody *c, const struct custody_transfer *t, const struct custody_act *act)
{
	enum err err = check_officer(c, t, act);
	return err == ERR_OK ? custody_fields_check(act) : err;
}

static enum err
check_start(struct custody *c, const struct custody_transfer *t, const struct custody_act *act)
{
	char why[REGISTER_WHY_SIZE] = "";
	enum err named = check_officer(c, t, act);
	if (named != ERR_OK || t->control[0] == 0 || c->partial)
		return named;
	/* read again: it must be here as it was when the transfer was opened */
	enum err err = register_check_open(c->media, t->control,
	    canon_object(canon_object(t->open_data, "medium"), "device"), why);
	return err == ERR_OK ? err : custody_refuse(act, err, "%s", why);
}

static enum err
check_scan(struct custody *c, const struct custody_transfer *t, const struct custody_act *act)
{
	size_t i;
	json_t *s;
	(void)c;
	(void)t;
	json_array_foreach (canon_array(act->e->data, "scanners"), i, s) {
		const char *both[] = {canon_str(s, "before"), canon_str(s, "after")};
		for (size_t k = 0; k < 2; k++) {
			if (strcmp(both[k], "pass") != 0 && strcmp(both[k], "fail") != 0)
				return custody_refuse(
				    act, ERR_SYNTAX, "before and after are pass or fail");
		}
	}
	return ERR_OK;
}

static enum err
check_fault(struct custody *c, const struct custody_transfer *t, const struct custody_act *act)
{
	const char *step = text(act, "step");
	bool release = strcmp(step, "release") == 0;
	(void)c;
	if (!release && strcmp(step, "reading") != 0 && strcmp(step, "scanning") != 0)
		return custody_refuse(act, ERR_SYNTAX, "step is reading, scanning or release");
	if (release != (t->facts.state == TRANSFER_APPROVED))
		return custody_refuse(act, ERR_DENIED,
		    "%s is %s: the step %s was not under way", t->id,
		    transfer_state_name(t->facts.state), step);
	return ERR_OK;
}

static enum err
check_take(struct custody *c, const struct custody_transfer *t, const struct custody_act *act)
{
	(void)c;
	if (strcmp(t->holder, act->e->actor_id) == 0)
		return custody_refuse(act, ERR_EXISTS, "%s holds %s already", t->holder, t->id);
	return ERR_OK;
}

static enum err
check_return(struct custody *c, const struct custody_transfer *t, const struct custody_act *act)
{
	(void)c;
	if (strcmp(t->approvals[0].officer, act->e->actor_id) == 0)
		return custody_refuse(act, ERR_DENIED, "%s submitted %s and can withdraw it",
		    act->e->actor_id, t->id);
	return ERR_OK;
}

static enum err
check_withdraw(
    struct custody *c, const struct custody_transfer *t, const struct custody_act *act)
{
	(void)c;
	if (strcmp(t->approvals[0].officer, act->e->actor_id) != 0)
		return custody_refuse(act, ERR_DENIED, "%s submitted %s; others return it",
		    t->approvals[0].officer, t->id);
	return ERR_OK;
}

static enum err
check_release(
    struct custody *c, const struct custody_transfer *t, const struct custody_act *act)
{
	const json_t *list = canon_array(act->e->data, "approvals");
	if (t->tainted)
		return custody_refuse(act, ERR_DENIED,
		    "a process served %s without its sandbox; it can never be released", t->id);
	if (t->approvals_count < t->facts.slots_needed || t->approvals_count < 2)
		return custody_refuse(act, ERR_DENIED, "%s has %zu of %u approvals", t->id,
		    t->approvals_count, t->facts.slots_needed);
	bool same = json_array_size(list) == t->approvals_count;
	for (size_t i = 0; same && i < t->approvals_count; i++)
		same = strcmp(json_string_value(json_array_get(list, i)),
			   t->approvals[i].leaf) == 0;
	if (!same)
		return custody_refuse(act, ERR_DENIED, "approvals are not those of %s", t->id);
	if (!same_manifest(t, canon_object(act->e->data, "manifest")))
		return custody_refuse(act, ERR_DENIED, "the manifest is not the approved one");
	enum err err = custody_witness_check_release(c, t, act);
	if (err != ERR_OK)
		return err;
	/* what was taken back after the last signature must not go, either */
	return custody_exception_check_used(
	    c, t->exceptions, act->e->auth.size, act->e->at, act);
}

static enum err
check_addendum(
    struct custody *c, const struct custody_transfer *t, const struct custody_act *act)
{
	const json_t *d = act->e->data;
	enum err err = check_officer(c, t, act);
	if (err == ERR_OK)
		err = check_scan(c, t, act);
	if (err != ERR_OK)
		return err;
	if (is_worse(act) != (text(act, "why") != NULL))
		return custody_refuse(
		    act, ERR_SYNTAX, "an addendum says why if and only if something is worse");
	if (number(d, "worse") > number(d, "changed") || number(d, "changed") > t->items)
		return custody_refuse(
		    act, ERR_DENIED, "worse and changed count items of %s", t->id);
	return c->doc != NULL ? dossier_check_addendum(c, t, d, act) : ERR_OK;
}

static enum err
check_deliver(
    struct custody *c, const struct custody_transfer *t, const struct custody_act *act)
{
	if (!same_manifest(t, canon_object(act->e->data, "manifest")))
		return custody_refuse(act, ERR_DENIED, "the manifest is not the approved one");
	if (strcmp(text(act, "readback"), t->manifest) != 0)
		return custody_refuse(
		    act, ERR_DENIED, "what was read back is not what was approved");
	if (strcmp(text(act, "dest"), t->dest) != 0)
		return custody_refuse(act, ERR_DENIED, "dest is not the approved destination");
	return dossier_check_rescan(c, t, canon_object(act->e->data, "rescan"), act);
}

typedef enum err check_fn(
    struct custody *, const struct custody_transfer *, const struct custody_act *);

static check_fn *const checks[EVENT__MAX] = {
    [EVENT_OPEN] = check_open,
    [EVENT_FIELDS] = check_fields,
    [EVENT_READ_START] = check_start,
    [EVENT_SCAN] = check_scan,
    [EVENT_ADDENDUM] = check_addendum,
    [EVENT_UNLOCK] = check_officer,
    [EVENT_REQUEST] = check_officer,
    [EVENT_FAULT] = check_fault,
    [EVENT_TAKE] = check_take,
    [EVENT_APPROVE] = check_approve,
    [EVENT_RETURN] = check_return,
    [EVENT_WITHDRAW] = check_withdraw,
    [EVENT_RELEASE] = check_release,
    [EVENT_DELIVER] = check_deliver,
    [EVENT_MEDIUM] = check_leaving,
    [EVENT_CLOSE] = check_leaving,
    [EVENT_RECALL] = recall_check,
    [EVENT_RETIREMENT] = recall_check,
    [EVENT_RECALL_OK] = recall_check,
    [EVENT_RECALL_KEEP] = recall_check,
    [EVENT_RECALL_DONE] = recall_check,
    [EVENT_RETIREMENT_DONE] = recall_check,
};

enum err
passage_check(struct custody *c, const struct custody_act *act)
{
	static const struct transfer_facts unopened;
	const struct custody_transfer *t = find(c, act);
	if (t == NULL && act->event != EVENT_OPEN)
		return custody_refuse(
		    act, ERR_NOTFOUND, "there is no transfer %.40s", act->subject_id);
	struct transfer_facts facts = t != NULL ? t->facts : unopened;
	facts.worse = is_worse(act);
	if (transfer_find(&facts, act->event) == NULL)
		return custody_refuse(act, ERR_STATE, "%s cannot follow: %.40s is %s",
		    act->e->type, act->subject_id, transfer_state_name(t->facts.state));
	enum err err = custody_anchor_bars(c, act);
	return err == ERR_OK && checks[act->event] != NULL ? checks[act->event](c, t, act)
	                                                   : err;
}

/* --- changes ---------------------------------------------------------------------------- */

static void
put_text(char **where, const char *value)
{
	free(*where);
	*where = mem_strdup(value);
}

static void
put_data(json_t **where, const struct custody_act *act)
{
	json_decref(*where);
	*where = act != NULL ? json_incref(json_object_get(act->e->body, "data")) : NULL;
}

static void
drop_approvals(struct custody_transfer *t)
{
	t->approvals_count = 0;
	memset(t->approvals, 0, sizeof(t->approvals));
	t->inventory[0] = t->findings[0] = t->manifest[0] = t->manifest_root[0] = 0;
	t->items = t->files = t->bytes = 0;
	free(t->dest);
	t->dest = NULL;
	json_decref(t->exceptions);
	t->exceptions = NULL;
}

/* Back in review: what was scanned last is what will be sealed. */
static void
take_addendum(struct custody_transfer *t)
{
	if (t->addendum[0] == '\0')
		return;
	json_t *scan = json_copy(t->scan_data);
	json_object_set(scan, "scanners", json_object_get(t->addendum_data, "scanners"));
	json_decref(t->scan_data);
	t->scan_data = scan;
	memcpy(t->scan, t->addendum, sizeof(t->scan));
	put_data(&t->addendum_data, NULL);
	t->addendum[0] = '\0';
}

/* The documents of a request that was given; NULL: none. */
static void
put_request(struct custody_transfer *t, const json_t *documents)
{
	const char *document = canon_str(documents, "document");
	const char *signature = canon_str(documents, "signature");
	if (document == NULL)
		return;
	snprintf(t->request, sizeof(t->request), "%s", document);
	snprintf(t->signature, sizeof(t->signature), "%s", signature != NULL ? signature : "");
}

static struct custody_transfer *
add_transfer(struct custody *c, const struct custody_act *act)
{
	struct custody_transfer *t = mem_alloc(sizeof(*t));
	const struct custody_policy *p = custody_policy_then(c, act->e->auth.size);
	assert(p != NULL);
	c->transfers =
	    mem_resize(c->transfers, c->transfers_count + 1, sizeof(struct custody_transfer *));
	c->transfers[c->transfers_count] = t;
	map_put(&c->transfers_by_id, act->subject_id, c->transfers_count++);
	c->numbers++;
	snprintf(t->id, sizeof(t->id), "%s", act->subject_id);
	snprintf(t->requester, sizeof(t->requester), "%s", text(act, "requester"));
	snprintf(t->holder, sizeof(t->holder), "%s", text(act, "officer"));
	snprintf(t->opened_at, sizeof(t->opened_at), "%s", act->e->at);
	snprintf(t->policy, sizeof(t->policy), "%s", text(act, "policy"));
	t->facts.slots_needed = p->approvals;
	if (text(act, "control") != NULL) {
		snprintf(t->control, sizeof(t->control), "%s", text(act, "control"));
		const struct register_medium *m = register_find(c->media, t->control);
		t->marking = m != NULL ? mem_strdup(m->classification) : NULL;
		register_open(c->media, t->control, t->id);
	}
	put_data(&t->open_data, act);
	put_request(t, canon_object(act->e->data, "request"));
	return t;
}

static void
note_sandbox(struct custody_transfer *t, const json_t *object)
{
	bool sandbox = false;
	canon_bool(object, "sandbox", &sandbox);
	t->tainted |= !sandbox;
}

static void
apply_reading(struct custody_transfer *t, const struct custody_act *act)
{
	note_sandbox(t, act->e->data);
	put_data(&t->read_data, NULL);
	put_data(&t->scan_data, NULL);
	t->scan[0] = 0;
}

static void
apply_scan(struct custody_transfer *t, const struct custody_act *act)
{
	size_t i;
	json_t *s;
	json_array_foreach (canon_array(act->e->data, "scanners"), i, s)
		note_sandbox(t, s);
	put_data(&t->scan_data, act);
	memcpy(t->scan, act->leaf, sizeof(t->scan));
}

static void
apply_addendum(struct custody_transfer *t, const struct custody_act *act)
{
	size_t i;
	json_t *s;
	json_array_foreach (canon_array(act->e->data, "scanners"), i, s)
		note_sandbox(t, s);
	put_data(&t->addendum_data, act);
	memcpy(t->addendum, act->leaf, sizeof(t->addendum));
	if (is_worse(act))
		put_text(&t->why, text(act, "why"));
}

static void
apply_approve(struct custody_transfer *t, const struct custody_act *act)
{
	const json_t *i = canon_object(act->e->data, "inventory");
	const json_t *m = canon_object(act->e->data, "manifest");
	if (t->approvals_count == 0) {
		snprintf(t->inventory, sizeof(t->inventory), "%s", canon_str(i, "sha256"));
		snprintf(t->findings, sizeof(t->findings), "%s", text(act, "findings"));
		snprintf(t->manifest, sizeof(t->manifest), "%s", canon_str(m, "sha256"));
		snprintf(
		    t->manifest_root, sizeof(t->manifest_root), "%s", canon_str(m, "root"));
		t->items = number(i, "items");
		t->files = number(m, "files");
		t->bytes = number(m, "bytes");
		put_text(&t->dest, text(act, "dest"));
		t->exceptions = json_incref(json_object_get(act->e->data, "exceptions"));
	}
	struct custody_approval *a = &t->approvals[t->approvals_count++];
	snprintf(a->officer, sizeof(a->officer), "%s", act->e->actor_id);
	snprintf(a->name, sizeof(a->name), "%s", act->e->actor_name);
	snprintf(a->key, sizeof(a->key), "%s", act->e->actor_key);
	snprintf(a->at, sizeof(a->at), "%s", act->e->at);
	memcpy(a->leaf, act->leaf, sizeof(a->leaf));
	a->seq = act->seq;
}

/* Why it stood where it stands no more. */
static void
forget_texts(struct custody_transfer *t)
{
	free(t->why);
	free(t->step);
	t->why = t->step = NULL;
}

/* Fields that several events share. */
static void
apply_texts(struct custody_transfer *t, const struct custody_act *act)
{
	const char *why = text(act, "why");
	if (why == NULL)
		why = text(act, "reason");
	if (why != NULL)
		put_text(&t->why, why);
	if (text(act, "step") != NULL)
		put_text(&t->step, text(act, "step"));
	if (text(act, "disposition") != NULL)
		put_text(&t->disposition, text(act, "disposition"));
}

static void
apply_event(struct custody_transfer *t, const struct custody_act *act)
{
	if (act->event == EVENT_OPEN)
		note_sandbox(t, act->e->data);
	else if (act->event == EVENT_READ_START)
		apply_reading(t, act);
	else if (act->event == EVENT_FIELDS)
		put_data(&t->fields_data, act);
	else if (act->event == EVENT_READ)
		put_data(&t->read_data, act);
	else if (act->event == EVENT_SCAN)
		apply_scan(t, act);
	else if (act->event == EVENT_ADDENDUM)
		apply_addendum(t, act);
	else if (act->event == EVENT_TAKE)
		snprintf(t->holder, sizeof(t->holder), "%s", act->e->actor_id);
	else if (act->event == EVENT_REQUEST)
		put_request(t, act->e->data);
	else if (act->event == EVENT_APPROVE)
		apply_approve(t, act);
	else if (act->event != EVENT_UNLOCK && act->event != EVENT_STOPPED)
		/* what those say is not why it stands where it does */
		apply_texts(t, act);
}

void
passage_apply(struct custody *c, const struct custody_act *act)
{
	struct custody_transfer *t =
	    act->event == EVENT_OPEN ? add_transfer(c, act) : find(c, act);
	assert(t != NULL);
	enum transfer_state before = t->facts.state;
	if (act->event == EVENT_MEDIUM || act->event == EVENT_CLOSE)
		apply_leaving(c, t, act);
	if (act->event == EVENT_APPROVE)
		custody_suspect_mark(c, act);
	apply_event(t, act);
	recall_apply(t, act);
	t->tainted |= c->unboxed && !transfer_state_ended(t->facts.state);
	t->facts.files = t->files > 0;
	t->facts.worse = is_worse(act);
	enum err err = transfer_step(&t->facts, act->event);
	assert(err == ERR_OK);
	(void)err;
	if (t->facts.state != before && text(act, "why") == NULL && text(act, "reason") == NULL)
		forget_texts(t);
	if (t->facts.state == TRANSFER_REVIEW) {
		drop_approvals(t);
		take_addendum(t);
	}
	snprintf(t->changed_at, sizeof(t->changed_at), "%s", act->e->at);
	t->seqs = mem_resize(t->seqs, t->seqs_count + 1, sizeof(*t->seqs));
	t->seqs[t->seqs_count++] = act->seq;
}

void
passage_end_epoch(struct custody *c)
{
	for (size_t i = 0; i < c->transfers_count; i++) {
		struct custody_transfer *t = c->transfers[i];
		if (transfer_state_ended(t->facts.state) || transfer_delivered(&t->facts))
			continue;
		transfer_abort(&t->facts);
		forget_texts(t);
		drop_approvals(t);
		put_text(&t->why, "the record went on in a new epoch before it was released");
		snprintf(t->changed_at, sizeof(t->changed_at), "%s",
		    custody_epoch_now(c)->opened.at);
	}
}

void
passage_done(struct custody *c)
{
	for (size_t i = 0; i < c->transfers_count; i++) {
		struct custody_transfer *t = c->transfers[i];
		put_data(&t->open_data, NULL);
		put_data(&t->read_data, NULL);
		put_data(&t->scan_data, NULL);
		put_data(&t->addendum_data, NULL);
		put_data(&t->fields_data, NULL);
		json_decref(t->exceptions);
		free(t->dest);
		free(t->why);
		free(t->step);
		free(t->disposition);
		free(t->marking);
		free(t->recall.reason);
		free(t->recalled.reason);
		free(t->seqs);
		free(t);
	}
	free(c->transfers);
	map_done(&c->transfers_by_id);
}

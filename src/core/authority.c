/* SPDX-License-Identifier: ISC */
/*
 * The authority log: who the people are, which keys are theirs, which policy
 * holds.  An act of an administrator takes force when as many administrators
 * as the threshold says stand behind it; the proposer counts.
 */
#include "src/core/custody_state.h"
#include "src/base/mem.h"
#include "src/core/canon.h"
#include "src/core/policy.h"
#include "src/core/station.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* --- genesis ------------------------------------------------------------------------ */

static enum err
check_vkeys(const struct custody_act *act)
{
	const json_t *d = act->e->data;
	struct note_vkey authority, custody;
	if (note_vkey_parse(canon_str(d, "log_vkey"), &authority) != ERR_OK ||
	    note_vkey_parse(canon_str(d, "custody_vkey"), &custody) != ERR_OK)
		return custody_refuse(act, ERR_SYNTAX, "log_vkey or custody_vkey is malformed");
	if (strcmp(authority.name, act->e->log) != 0 ||
	    strcmp(custody.name, canon_str(d, "custody_origin")) != 0)
		return custody_refuse(
		    act, ERR_DENIED, "a checkpoint key does not bear its log's name");
	if (memcmp(authority.public, custody.public, sizeof(custody.public)) != 0)
		return custody_refuse(act, ERR_DENIED, "the two logs have different keys");
	return ERR_OK;
}

static enum err
check_names(const struct custody_act *act)
{
	const json_t *d = act->e->data;
	char text[LIM_NOTE_NAME_BYTES + 64];
	const char *site = canon_str(d, "site"), *station = canon_str(d, "station");
	bool demo = false;
	canon_bool(d, "demo", &demo);
	if (strcmp(canon_str(d, "kind"), "authority") != 0)
		return custody_refuse(act, ERR_DENIED, "kind is not authority");
	if (!station_site_ok(site) || !station_id_ok(station))
		return custody_refuse(
		    act, ERR_SYNTAX, "site or station has not the form of one");
	snprintf(text, sizeof(text), "%.80s/authority", site);
	if (strcmp(act->e->log, text) != 0)
		return custody_refuse(act, ERR_DENIED, "the log is not %s", text);
	snprintf(text, sizeof(text), "%.80s/%.20s/custody/1", site, station);
	if (strcmp(canon_str(d, "custody_origin"), text) != 0)
		return custody_refuse(act, ERR_DENIED, "custody_origin is not %s", text);
	if (demo != (strcmp(site, "demo") == 0))
		return custody_refuse(
		    act, ERR_DENIED, "a station is a demo if and only if its site is demo");
	return ERR_OK;
}

static bool
name_fits(const char *name)
{
	size_t n = strlen(name);
	return n > 0 && n <= LIM_PERSON_NAME_BYTES;
}

/* No two administrators share anything, and none has the station's key. */
static enum err
check_admins(const struct custody_act *act)
{
	const json_t *admins = canon_array(act->e->data, "admins");
	size_t n = json_array_size(admins);
	uint64_t threshold = 0;
	canon_uint(act->e->data, "threshold", &threshold);
	if (n == 0 || threshold == 0 || threshold > n)
		return custody_refuse(
		    act, ERR_RANGE, "the threshold is not between 1 and the number of admins");
	for (size_t i = 0; i < n; i++) {
		const json_t *a = json_array_get(admins, i);
		if (!name_fits(canon_str(a, "name")))
			return custody_refuse(
			    act, ERR_LIMIT, "an administrator's name is too long");
		if (strcmp(canon_str(a, "key"), canon_str(act->e->data, "station_key")) == 0)
			return custody_refuse(
			    act, ERR_DENIED, "an administrator has the station's key");
		for (size_t j = 0; j < i; j++) {
			const json_t *b = json_array_get(admins, j);
			if (strcmp(canon_str(a, "id"), canon_str(b, "id")) == 0 ||
			    strcmp(canon_str(a, "key"), canon_str(b, "key")) == 0 ||
			    strcasecmp(canon_str(a, "name"), canon_str(b, "name")) == 0)
				return custody_refuse(act, ERR_EXISTS,
				    "two administrators have the same id, name or key");
		}
	}
	return ERR_OK;
}

static enum err
check_genesis(const struct custody *c, const struct custody_act *act)
{
	(void)c;
	enum err err = check_names(act);
	if (err == ERR_OK)
		err = check_vkeys(act);
	return err == ERR_OK ? check_admins(act) : err;
}

/* --- people ---------------------------------------------------------------------------- */

/*
 * A person has one id across roles: a second enrolment under the same id adds
 * roles and must agree in name and key; nobody else has that name or key.
 * key may be NULL for a requester.
 */
static enum err
check_identity(const struct custody *c, const struct custody_act *act, const json_t *d)
{
	const char *id = canon_str(d, "id"), *name = canon_str(d, "name");
	const char *key = canon_str(d, "key");
	uint8_t public_key[SSHSIG_PUBLIC_SIZE] = {0};
	if (key != NULL && sshsig_public_parse(key, public_key) != ERR_OK)
		return custody_refuse(act, ERR_SYNTAX, "the key is not a usable one");
	if (key != NULL && memcmp(public_key, c->station_public, sizeof(public_key)) == 0)
		return custody_refuse(act, ERR_EXISTS, "the key is the station's");
	if (!name_fits(name))
		return custody_refuse(
		    act, ERR_LIMIT, "a name has 1 to %d bytes", LIM_PERSON_NAME_BYTES);
	for (size_t i = 0; i < c->people_count; i++) {
		const struct custody_person *p = &c->people[i];
		bool same_key =
		    key != NULL && p->has_key && memcmp(p->public_key, public_key, 32) == 0;
		if (strcmp(p->id, id) == 0) {
			if (strcmp(p->name, name) != 0 ||
			    (key != NULL && p->has_key && !same_key))
				return custody_refuse(act, ERR_EXISTS,
				    "%s is enrolled with another name or key", id);
		} else if (same_key || strcasecmp(p->name, name) == 0) {
			return custody_refuse(act, ERR_EXISTS,
			    "%s is enrolled with this %s; a person has one id", p->id,
			    same_key ? "key" : "name");
		}
	}
	return ERR_OK;
}

static unsigned
roles_of(const json_t *d)
{
	size_t i;
	json_t *word;
	unsigned roles = 0;
	json_array_foreach (canon_array(d, "roles"), i, word) {
		enum custody_role r = custody_role_find(json_string_value(word));
		if (r == 0 || r == CUSTODY_REQUESTER || (roles & (unsigned)r))
			return 0;
		roles |= (unsigned)r;
	}
	return roles;
}

static enum err
check_proof(const struct custody_act *act)
{
	const json_t *d = act->e->data;
	uint8_t key[SSHSIG_PUBLIC_SIZE], signer[SSHSIG_PUBLIC_SIZE], *blob = NULL;
	size_t blob_len;
	char root[HEX_DIGEST_SIZE];
	struct buf text;
	if (!canon_b64(d, "proof", LIM_ENTRY_SIG_BYTES, &blob, &blob_len))
		return custody_refuse(act, ERR_SYNTAX, "the proof of possession is malformed");
	buf_init(&text, 1024);
	hex_encode(act->e->auth.root, sizeof(act->e->auth.root), root);
	custody_proof_text(canon_str(d, "id"), root, &text);
	enum err err = sshsig_verify(blob, blob_len, text.data, text.len, signer);
	if (err == ERR_OK && (sshsig_public_parse(canon_str(d, "key"), key) != ERR_OK ||
				 memcmp(key, signer, sizeof(key)) != 0))
		err = ERR_SIGNATURE;
	buf_done(&text);
	free(blob);
	if (err != ERR_OK)
		return custody_refuse(act, ERR_SIGNATURE,
		    "the proof of possession is not a signature by the new key");
	return ERR_OK;
}

static enum err
check_enroll(const struct custody *c, const struct custody_act *act)
{
	const json_t *d = act->e->data;
	if (strcmp(act->subject_id, canon_str(d, "id")) != 0)
		return custody_refuse(act, ERR_DENIED, "id is not the person it is about");
	if (act->event == EVENT_ENROLL) {
		if (roles_of(d) == 0)
			return custody_refuse(
			    act, ERR_RANGE, "roles are officer, admin and auditor, each once");
		enum err err = check_proof(act);
		if (err != ERR_OK)
			return err;
	}
	return check_identity(c, act, d);
}

/* --- policy ------------------------------------------------------------------------------ */

static enum err
check_policy_text(const struct custody_act *act, const uint8_t *text, size_t n, uint64_t bytes,
    uint64_t approvals)
{
	char why[POLICY_WHY_SIZE];
	struct policy *p;
	if (n != bytes)
		return custody_refuse(act, ERR_DENIED, "the policy has another length");
	if (policy_parse(text, n, &p, why) != ERR_OK)
		return custody_refuse(act, ERR_SYNTAX, "the policy cannot be read: %s", why);
	bool same = p->approvals == approvals;
	policy_free(p);
	if (!same)
		return custody_refuse(
		    act, ERR_DENIED, "the policy asks for another number of approvals");
	return ERR_OK;
}

static enum err
check_policy(const struct custody *c, const struct custody_act *act)
{
	uint64_t approvals = 0, bytes = 0;
	uint8_t *text;
	size_t n;
	canon_uint(act->e->data, "approvals", &approvals);
	canon_uint(act->e->data, "bytes", &bytes);
	if (approvals < 2 || approvals > LIM_APPROVALS)
		return custody_refuse(
		    act, ERR_RANGE, "a policy asks for 2 to %d approvals", LIM_APPROVALS);
	if (c->doc == NULL)
		return ERR_OK;
	enum err err =
	    custody_fetch(c, "policy", canon_str(act->e->data, "sha256"), &text, &n, act);
	if (err != ERR_OK)
		return err;
	err = check_policy_text(act, text, n, bytes, approvals);
	free(text);
	return err;
}

/* --- endorsement ------------------------------------------------------------------------- */

static struct custody_pending *
find_pending(const struct custody *c, const char *leaf)
{
	for (size_t i = 0; i < c->pending_count; i++) {
		if (strcmp(c->pending[i].leaf, leaf) == 0)
			return &c->pending[i];
	}
	return NULL;
}

static bool
has_signed(const struct custody_pending *p, const char *id)
{
	for (size_t i = 0; i < p->signers_count; i++) {
		if (strcmp(p->signers[i], id) == 0)
			return true;
	}
	return false;
}

static enum err
check_endorse(const struct custody *c, const struct custody_act *act)
{
	const struct custody_pending *p = find_pending(c, canon_str(act->e->data, "leaf"));
	const char *subject;
	if (p == NULL || (p->done && p->event != EVENT_FOUND))
		return custody_refuse(
		    act, ERR_NOTFOUND, "no act with this leaf awaits endorsement");
	if (strcmp(p->subj, act->e->subj) != 0)
		return custody_refuse(
		    act, ERR_DENIED, "the act it endorses is about %s", p->subj);
	if (has_signed(p, act->e->actor_id))
		return custody_refuse(
		    act, ERR_EXISTS, "%s stands behind this act already", act->e->actor_id);
	if (transfer_subject_parse(p->subj, &subject) == SUBJ_PERSON &&
	    strcmp(subject, act->e->actor_id) == 0)
		return custody_refuse(act, ERR_DENIED, "nobody endorses an act about himself");
	bool last = p->signers_count + 1 >= c->threshold;
	if (last && p->event == EVENT_EXCEPT_END)
		return custody_exception_check_end(c, p->data, act);
	if (last && (p->event == EVENT_ENROLL || p->event == EVENT_REQUESTER))
		return check_identity(c, act, p->data);
	return ERR_OK;
}

enum err
authority_check(struct custody *c, const struct custody_act *act)
{
	if (act->event == EVENT_FOUND)
		return check_genesis(c, act);
	if (act->event == EVENT_ENDORSE)
		return check_endorse(c, act);
	if (!c->founded)
		return custody_refuse(
		    act, ERR_STATE, "the administrators have not endorsed the genesis yet");
	if (act->event == EVENT_POLICY)
		return check_policy(c, act);
	if (act->event == EVENT_EXCEPT || act->event == EVENT_EXCEPT_END)
		return custody_exception_check(c, act);
	if (act->event == EVENT_WITNESSES)
		return custody_witness_check_set(c, act);
	return check_enroll(c, act);
}

/* --- taking force --------------------------------------------------------------------------
 */

static void
grant(struct custody *c, const json_t *d, unsigned roles, uint64_t since)
{
	const char *id = canon_str(d, "id"), *key = canon_str(d, "key");
	struct custody_person *p = NULL;
	for (size_t i = 0; i < c->people_count; i++) {
		if (strcmp(c->people[i].id, id) == 0)
			p = &c->people[i];
	}
	if (p == NULL) {
		c->people = mem_resize(c->people, c->people_count + 1, sizeof(*c->people));
		p = &c->people[c->people_count++];
		*p = (struct custody_person){.roles = 0};
		snprintf(p->id, sizeof(p->id), "%s", id);
		snprintf(p->name, sizeof(p->name), "%s", canon_str(d, "name"));
	}
	if (key != NULL && !p->has_key && sshsig_public_parse(key, p->public_key) == ERR_OK) {
		sshsig_fingerprint(p->public_key, p->key);
		p->has_key = true;
	}
	for (unsigned i = 0; i < 4; i++) {
		if (roles & ~p->roles & (1u << i))
			p->since[i] = since;
	}
	p->roles |= roles;
}

static void
take_force(struct custody *c, struct custody_pending *p, const char *by)
{
	uint64_t since = c->logs[LOG_AUTHORITY].size;
	p->done = true;
	if (p->event == EVENT_FOUND) {
		c->founded = true;
	} else if (p->event == EVENT_ENROLL) {
		grant(c, p->data, roles_of(p->data), since);
	} else if (p->event == EVENT_REQUESTER) {
		grant(c, p->data, CUSTODY_REQUESTER, since);
	} else if (p->event == EVENT_EXCEPT || p->event == EVENT_EXCEPT_END) {
		custody_exception_apply(c, p, by, since);
	} else if (p->event == EVENT_WITNESSES) {
		custody_witness_apply_set(c, p->data, since);
	} else {
		uint64_t approvals = 0;
		canon_uint(p->data, "approvals", &approvals);
		c->policies =
		    mem_resize(c->policies, c->policies_count + 1, sizeof(*c->policies));
		struct custody_policy *new = &c->policies[c->policies_count++];
		new->since = since;
		new->approvals = (unsigned)approvals;
		snprintf(new->sha256, sizeof(new->sha256), "%s", canon_str(p->data, "sha256"));
	}
}

static void
add_signer(struct custody *c, struct custody_pending *p, const char *id)
{
	p->signers = mem_resize(p->signers, p->signers_count + 1, sizeof(*p->signers));
	snprintf(p->signers[p->signers_count++], sizeof(*p->signers), "%s", id);
	if (p->signers_count >= c->threshold && !p->done)
		take_force(c, p, id);
}

static struct custody_pending *
add_pending(struct custody *c, const struct custody_act *act)
{
	c->pending = mem_resize(c->pending, c->pending_count + 1, sizeof(*c->pending));
	struct custody_pending *p = &c->pending[c->pending_count++];
	*p = (struct custody_pending){.event = act->event};
	memcpy(p->leaf, act->leaf, sizeof(p->leaf));
	p->subj = mem_strdup(act->e->subj);
	p->data = json_deep_copy(act->e->data);
	snprintf(p->by, sizeof(p->by), "%s", act->e->actor_id);
	snprintf(p->at, sizeof(p->at), "%s", act->e->at);
	return p;
}

static void
apply_genesis(struct custody *c, const struct custody_act *act)
{
	struct custody_chain *authority = &c->logs[LOG_AUTHORITY];
	struct custody_chain *custody = &c->logs[LOG_CUSTODY];
	struct custody_pending *p = add_pending(c, act);
	uint64_t threshold = 0;
	size_t i;
	json_t *admin;
	c->genesis = json_incref(p->data);
	memcpy(c->genesis_leaf, act->leaf, sizeof(c->genesis_leaf));
	canon_uint(c->genesis, "threshold", &threshold);
	c->threshold = (unsigned)threshold;
	canon_bool(c->genesis, "demo", &c->demo);
	snprintf(authority->origin, sizeof(authority->origin), "%s", act->e->log);
	snprintf(custody->origin, sizeof(custody->origin), "%s",
	    canon_str(c->genesis, "custody_origin"));
	snprintf(
	    authority->vkey, sizeof(authority->vkey), "%s", canon_str(c->genesis, "log_vkey"));
	snprintf(
	    custody->vkey, sizeof(custody->vkey), "%s", canon_str(c->genesis, "custody_vkey"));
	sshsig_public_parse(canon_str(c->genesis, "station_key"), c->station_public);
	sshsig_fingerprint(c->station_public, c->station_key);
	json_array_foreach (canon_array(c->genesis, "admins"), i, admin)
		grant(c, admin, CUSTODY_ADMIN, authority->size);
}

static void
free_pending(struct custody_pending *p)
{
	json_decref(p->data);
	free(p->subj);
	free(p->signers);
}

/* Acts that are in force are of no more use, except the genesis. */
static void
drop_done(struct custody *c)
{
	size_t kept = 0;
	for (size_t i = 0; i < c->pending_count; i++) {
		if (c->pending[i].done && c->pending[i].event != EVENT_FOUND)
			free_pending(&c->pending[i]);
		else
			c->pending[kept++] = c->pending[i];
	}
	c->pending_count = kept;
}

void
authority_apply(struct custody *c, const struct custody_act *act)
{
	if (act->event == EVENT_FOUND) {
		apply_genesis(c, act);
		return;
	}
	struct custody_pending *p = act->event == EVENT_ENDORSE
	                                ? find_pending(c, canon_str(act->e->data, "leaf"))
	                                : add_pending(c, act);
	assert(p != NULL);
	add_signer(c, p, act->e->actor_id);
	drop_done(c);
}

void
authority_done(struct custody *c)
{
	for (size_t i = 0; i < c->pending_count; i++)
		free_pending(&c->pending[i]);
	custody_exception_done(c);
	custody_witness_done(c);
	json_decref(c->genesis);
	free(c->pending);
	free(c->people);
	free(c->policies);
}

/* SPDX-License-Identifier: ISC */
/* What holds for every entry, whatever it says: its place and its signer. */
#include "src/core/custody_state.h"
#include "src/core/canon.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static enum err
check_log(const struct custody *c, const struct custody_act *act)
{
	const struct entry *e = act->e;
	const struct custody_chain *l = &c->logs[act->log];
	bool genesis = act->event == EVENT_FOUND || act->event == EVENT_BEGIN;
	bool begun = l->size > 0 || (c->partial && act->log == LOG_CUSTODY);
	if (genesis == begun)
		return custody_refuse(act, ERR_STATE,
		    genesis ? "a log has one genesis, and this one has it"
			    : "the log does not begin with ledger.genesis");
	if (act->event == EVENT_BEGIN && c->logs[LOG_AUTHORITY].size == 0)
		return custody_refuse(act, ERR_STATE, "there is no authority log yet");
	/* The origin of the authority log is judged with its genesis. */
	if (act->event != EVENT_FOUND && strcmp(e->log, l->origin) != 0)
		return custody_refuse(act, ERR_DENIED,
		    "the entry belongs to the log %.80s, not to %s", e->log, l->origin);
	if (map_has(&l->ids, e->id))
		return custody_refuse(
		    act, ERR_EXISTS, "an entry with id %s is in the log", e->id);
	if (!(act->subject & act->row->subjects))
		return custody_refuse(
		    act, ERR_DENIED, "%s cannot be about %.80s", e->type, e->subj);
	return ERR_OK;
}

static enum err
check_head(
    const struct custody *c, const struct custody_act *act, enum transfer_log log, bool bounded)
{
	const struct custody_chain *l = &c->logs[log];
	const struct entry_head *h = log == act->log ? &act->e->head : &act->e->auth;
	const char *name = log == act->log ? "head" : "auth";
	if (c->partial && log == LOG_CUSTODY) {
		if (h->size > act->seq)
			return custody_refuse(
			    act, ERR_STATE, "head names more entries than came before");
		return ERR_OK;
	}
	if (h->size > l->size)
		return custody_refuse(act, ERR_STATE,
		    "%s names %" PRIu64 " entries, but the log has only %" PRIu64, name,
		    h->size, l->size);
	if (bounded && l->size - h->size > LIM_HEAD_GAP)
		return custody_refuse(act, ERR_STATE,
		    "the signer was shown a head %" PRIu64 " entries old, more than %d",
		    l->size - h->size, LIM_HEAD_GAP);
	if (memcmp(h->root, l->roots[h->size], MERKLE_SIZE) != 0)
		return custody_refuse(act, ERR_SIGNATURE,
		    "%s is not the root of the log at %" PRIu64 " entries: history was changed",
		    name, h->size);
	return ERR_OK;
}

static enum err
check_history(const struct custody *c, const struct custody_act *act)
{
	const struct entry *e = act->e;
	char prev[HEX_DIGEST_SIZE], said[HEX_DIGEST_SIZE];
	custody_prev(c, act->log, e->subj, prev);
	hex_encode(e->prev, sizeof(e->prev), said);
	if (strcmp(prev, said) != 0)
		return custody_refuse(act, ERR_STATE,
		    "prev is not the last entry about %.80s: something was added, left out or "
		    "reordered",
		    e->subj);
	enum err err = check_head(c, act, act->log, true);
	if (err != ERR_OK)
		return err;
	if (act->log == LOG_AUTHORITY) {
		if (e->auth.size != e->head.size ||
		    memcmp(e->auth.root, e->head.root, MERKLE_SIZE) != 0)
			return custody_refuse(
			    act, ERR_DENIED, "in the authority log auth must repeat head");
		return ERR_OK;
	}
	if (e->auth.size < c->auth_size)
		return custody_refuse(act, ERR_DENIED,
		    "auth went back from %" PRIu64 " to %" PRIu64 " entries", c->auth_size,
		    e->auth.size);
	return check_head(c, act, LOG_AUTHORITY, false);
}

enum err
admit_place(const struct custody *c, const struct custody_act *act)
{
	enum err err = check_log(c, act);
	return err != ERR_OK ? err : check_history(c, act);
}

static enum err
check_signature(const struct custody *c, const struct custody_act *act,
    const uint8_t public_key[SSHSIG_PUBLIC_SIZE])
{
	if (c->defer != NULL) {
		c->defer(c->defer_arg, act->log, act->seq, act->e, public_key);
		return ERR_OK;
	}
	if (c->trust || entry_verify(act->e, public_key) == ERR_OK)
		return ERR_OK;
	return custody_refuse(act, ERR_SIGNATURE,
	    "the signature is not one by %.40s over these bytes", act->e->actor_id);
}

static enum err
check_station(const struct custody *c, const struct custody_act *act)
{
	const struct entry *e = act->e;
	const uint8_t *public_key = c->station_public;
	const char *id = custody_station(c), *key = c->station_key;
	uint8_t own[SSHSIG_PUBLIC_SIZE];
	char fingerprint[SSHSIG_FINGERPRINT_SIZE], name[32];
	if (act->event == EVENT_FOUND) {
		const char *line = canon_str(e->data, "station_key");
		if (line == NULL || sshsig_public_parse(line, own) != ERR_OK ||
		    sshsig_is_token(own))
			return custody_refuse(
			    act, ERR_SYNTAX, "station_key is not a usable key");
		sshsig_fingerprint(own, fingerprint);
		public_key = own;
		key = fingerprint;
		id = canon_text(e->data, "station");
	}
	snprintf(name, sizeof(name), "station %.20s", id != NULL ? id : "");
	if (id == NULL || strcmp(e->actor_id, id) != 0 || strcmp(e->actor_name, name) != 0 ||
	    strcmp(e->actor_key, key) != 0)
		return custody_refuse(act, ERR_DENIED, "the actor is not this station");
	return check_signature(c, act, public_key);
}

/* He may act in this role at this moment, by the key and the name he has then. */
static enum err
check_right(const struct custody *c, const struct custody_act *act, enum custody_role role,
    struct custody_moment m)
{
	char otherwise[64];
	const struct entry *e = act->e;
	snprintf(otherwise, sizeof(otherwise), "is not enrolled as %s at auth",
	    custody_role_name(role));
	enum err err = custody_person_require(c, e->actor_id, role, m, otherwise, act);
	if (err != ERR_OK)
		return err;
	const struct custody_person *p = custody_person_find(c, e->actor_id);
	const struct custody_key *k = custody_person_key(p, m.auth_size);
	if (k == NULL)
		return custody_refuse(
		    act, ERR_DENIED, "%s has no key in force; an admin enrols one", p->id);
	if (strcmp(k->key, e->actor_key) != 0 || strcmp(p->name, e->actor_name) != 0)
		return custody_refuse(
		    act, ERR_DENIED, "key or name are not those that %s has at auth", p->id);
	return ERR_OK;
}

/* Who becomes an administrator by the act he endorses: the act says who he is. */
static enum err
check_newcomer(const struct custody_act *act, const char *name,
    const uint8_t public_key[SSHSIG_PUBLIC_SIZE])
{
	char fingerprint[SSHSIG_FINGERPRINT_SIZE];
	sshsig_fingerprint(public_key, fingerprint);
	if (strcmp(fingerprint, act->e->actor_key) != 0 ||
	    strcmp(name, act->e->actor_name) != 0)
		return custody_refuse(act, ERR_DENIED,
		    "key or name are not those that the act names for %.40s", act->e->actor_id);
	return ERR_OK;
}

static enum err
check_rights(const struct custody *c, const struct custody_act *act, enum custody_role role)
{
	struct custody_moment m = custody_moment_of_act(c, act);
	enum err err = check_right(c, act, role, m);
	if (err != ERR_OK || act->log == LOG_CUSTODY)
		return err;
	/* what ended since he was shown the log ended: its place is what it is judged by */
	m.auth_size = act->seq;
	return check_right(c, act, role, m);
}

static enum err
check_person(
    const struct custody *c, const struct custody_act *act, enum transfer_signer signer)
{
	const struct entry *e = act->e;
	enum custody_role role = custody_role_find(transfer_signer_name(signer));
	uint8_t public_key[SSHSIG_PUBLIC_SIZE];
	const char *name;
	bool newcomer = authority_newcomer(c, act, &name, public_key);
	enum err err =
	    newcomer ? check_newcomer(act, name, public_key) : check_rights(c, act, role);
	if (err != ERR_OK)
		return err;
	if (e->meaning[0] == 0)
		return custody_refuse(
		    act, ERR_DENIED, "the meaning of the signature is missing");
	if (!newcomer)
		memcpy(public_key,
		    custody_person_key(custody_person_find(c, e->actor_id), e->auth.size)
			->public_key,
		    sizeof(public_key));
	err = custody_token_check(c, act, public_key);
	return err != ERR_OK ? err : check_signature(c, act, public_key);
}

enum err
admit_actor(const struct custody *c, const struct custody_act *act)
{
	enum transfer_signer role = transfer_signer_find(act->e->actor_role);
	if (!((unsigned)role & act->row->signers))
		return custody_refuse(act, ERR_DENIED, "%s cannot be signed in the role %.40s",
		    act->e->type, act->e->actor_role);
	return role == SIGNER_STATION ? check_station(c, act) : check_person(c, act, role);
}

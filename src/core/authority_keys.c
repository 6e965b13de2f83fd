/* SPDX-License-Identifier: ISC */
/*
 * Keys: one in force for each person.  A new one comes with proof that somebody
 * holds it, and with a signature by the one it replaces; a key that ended never
 * comes back, for nobody.
 */
#include "src/core/authority.h"
#include "src/core/canon.h"

#include <inttypes.h>
#include <string.h>

/* Why a key ends; of the last alone it is said from where on it is in doubt. */
#define COMPROMISED "compromised"
static const char *const reasons[] = {"rotated", "lost", "forgotten", "left", COMPROMISED};

/* --- what several acts share ------------------------------------------------------- */

enum err
authority_fresh_key_check(const struct custody *c, const char *id, const char *line,
    bool *ret_own, const struct custody_act *act)
{
	uint8_t public_key[SSHSIG_PUBLIC_SIZE];
	char fingerprint[SSHSIG_FINGERPRINT_SIZE];
	const struct custody_person *owner;
	*ret_own = false;
	if (sshsig_public_parse(line, public_key) != ERR_OK)
		return custody_refuse(act, ERR_SYNTAX, "the key is not a usable one");
	if (memcmp(public_key, c->station_public, sizeof(public_key)) == 0)
		return custody_refuse(act, ERR_EXISTS, "the key is the station's");
	sshsig_fingerprint(public_key, fingerprint);
	const struct custody_key *k = custody_person_of_key(c, fingerprint, &owner);
	if (k == NULL)
		return ERR_OK;
	bool his = strcmp(owner->id, id) == 0;
	if (k->until.size != CUSTODY_OPEN)
		return custody_refuse(act, ERR_EXISTS,
		    "%s had this key, and it ended; a key never comes back", owner->id);
	if (!his)
		return custody_refuse(act, ERR_EXISTS,
		    "%s is enrolled with this key; a person has one id", owner->id);
	*ret_own = true;
	return ERR_OK;
}

enum err
authority_proof_check(const struct custody_pending *p, const json_t *data, const char *field,
    const uint8_t public_key[SSHSIG_PUBLIC_SIZE], const struct custody_act *act)
{
	uint8_t signer[SSHSIG_PUBLIC_SIZE], *blob = NULL;
	struct sshsig_touch touch;
	size_t blob_len;
	struct buf text;
	const char *what = strcmp(field, "cross") == 0
	                       ? "cross is not a signature by the key it replaces"
	                       : "the proof of possession is not a signature by the new key";
	if (!canon_b64(data, field, LIM_ENTRY_SIG_BYTES, &blob, &blob_len))
		return custody_refuse(act, ERR_SYNTAX, "%s is malformed", field);
	buf_init(&text, 1024);
	custody_proof_text(canon_str(data, "id"), p->root, &text);
	enum err err = sshsig_verify(blob, blob_len, text.data, text.len, signer);
	buf_done(&text);
	bool whole = err != ERR_OK || sshsig_look(blob, blob_len, signer, &touch) != ERR_OK ||
	             !sshsig_is_token(signer) || (touch.flags & SSHSIG_PIN) != 0;
	free(blob);
	if (!whole)
		return custody_refuse(act, ERR_DENIED,
		    "%s was made by a token that was not asked for its PIN", field);
	if (err != ERR_OK || memcmp(public_key, signer, sizeof(signer)) != 0)
		return custody_refuse(act, ERR_SIGNATURE, "%s", what);
	return ERR_OK;
}

/* --- a new key ------------------------------------------------------------------------ */

static enum err
check_cross(const struct custody_person *person, const struct custody_pending *p,
    const struct custody_act *act)
{
	bool crossed = canon_str(p->data, "cross") != NULL;
	if (crossed && !person->has_key)
		return custody_refuse(act, ERR_DENIED,
		    "%s has no key in force that could sign for the new one: leave cross out",
		    person->id);
	if (!crossed && person->has_key)
		return custody_refuse(act, ERR_DENIED,
		    "%s has a key in force: it signs for the new one, or is revoked first",
		    person->id);
	return crossed ? authority_proof_check(p, p->data, "cross", person->public_key, act)
	               : ERR_OK;
}

enum err
authority_key_check(
    const struct custody *c, const struct custody_pending *p, const struct custody_act *act)
{
	const struct custody_person *person;
	const char *line = canon_str(p->data, "key");
	uint8_t key[SSHSIG_PUBLIC_SIZE];
	bool own = false;
	enum err err = authority_person_check(c, p, act, &person);
	if (err == ERR_OK)
		err = authority_fresh_key_check(c, person->id, line, &own, act);
	if (err == ERR_OK && own)
		err = custody_refuse(
		    act, ERR_EXISTS, "%s has this key in force already", person->id);
	if (err == ERR_OK && sshsig_public_parse(line, key) != ERR_OK)
		err = custody_refuse(act, ERR_SYNTAX, "the key is not a usable one");
	if (err == ERR_OK)
		err = authority_proof_check(p, p->data, "proof", key, act);
	return err == ERR_OK ? check_cross(person, p, act) : err;
}

void
authority_key_apply(
    struct custody *c, const struct custody_pending *p, const struct custody_deed *deed)
{
	uint8_t key[SSHSIG_PUBLIC_SIZE];
	if (sshsig_public_parse(canon_str(p->data, "key"), key) == ERR_OK)
		custody_person_take_key(
		    custody_person_get(c, canon_str(p->data, "id")), key, deed, true);
}

/* --- the end of a key ------------------------------------------------------------------ */

static struct custody_key *
find_key(const struct custody_person *person, const char *fingerprint)
{
	for (size_t i = 0; i < person->keys_count; i++)
		if (strcmp(person->keys[i].key, fingerprint) == 0)
			return &person->keys[i];
	return NULL;
}

static enum err
check_reason(const struct custody_pending *p, const struct custody_act *act)
{
	const char *reason = canon_str(p->data, "reason");
	uint64_t from;
	bool known = false, doubt = canon_uint(p->data, "suspect_from", &from);
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		known |= strcmp(reason, reasons[i]) == 0;
	if (!known)
		return custody_refuse(act, ERR_RANGE,
		    "the reason is rotated, lost, forgotten, left or compromised");
	if (doubt != (strcmp(reason, COMPROMISED) == 0))
		return custody_refuse(act, ERR_SYNTAX,
		    "suspect_from is said of a compromised key, and of no other");
	return ERR_OK;
}

/* A key that ended: it can still be said that it was in other hands, and earlier than said. */
static enum err
check_ended(
    const struct custody_key *k, const struct custody_pending *p, const struct custody_act *act)
{
	uint64_t from = 0;
	if (!canon_uint(p->data, "suspect_from", &from))
		return custody_refuse(
		    act, ERR_EXISTS, "this key ended already: %s", k->until.why);
	if (from >= k->suspect_from)
		return custody_refuse(act, ERR_EXISTS,
		    "this key is in doubt already from entry %" PRIu64 " on", k->suspect_from);
	return ERR_OK;
}

enum err
authority_key_end_check(
    const struct custody *c, const struct custody_pending *p, const struct custody_act *act)
{
	const char *id = canon_str(p->data, "id");
	const struct custody_person *person = custody_person_find(c, id);
	enum err err = ERR_OK;
	if (person == NULL || person->standing != CUSTODY_RETIRED)
		err = authority_person_check(c, p, act, &person);
	else if (strcmp(act->subject_id, id) != 0)
		err = custody_refuse(act, ERR_DENIED, "id is not the person it is about");
	if (err == ERR_OK)
		err = check_reason(p, act);
	if (err != ERR_OK)
		return err;
	const struct custody_key *k = find_key(person, canon_str(p->data, "key"));
	if (k == NULL)
		return custody_refuse(
		    act, ERR_NOTFOUND, "%s never had a key with this fingerprint", id);
	return k->until.size == CUSTODY_OPEN ? authority_able_check(c, person, act)
	                                     : check_ended(k, p, act);
}

void
authority_key_end_apply(
    struct custody *c, const struct custody_pending *p, const struct custody_deed *deed)
{
	struct custody_person *person = custody_person_get(c, canon_str(p->data, "id"));
	struct custody_key *k = find_key(person, canon_str(p->data, "key"));
	const char *reason = canon_str(p->data, "reason");
	if (k->until.size == CUSTODY_OPEN)
		custody_person_end_key(person, deed, reason);
	if (canon_uint(p->data, "suspect_from", &k->suspect_from)) {
		custody_deed_put(&k->suspect, deed, reason);
		custody_suspect_settle(c);
	}
}

/* SPDX-License-Identifier: ISC */
/* A new epoch of the custody log: what it continues, and under which keys it begins. */
#include "src/core/authority.h"
#include "src/core/canon.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The key is nobody's: no person's, no witness's, and no earlier epoch's. */
static enum err
check_key(const struct custody *c, const uint8_t point[SSHSIG_POINT_SIZE], const char *what,
    const struct custody_act *act)
{
	uint8_t key[SSHSIG_PUBLIC_SIZE] = {0};
	char fingerprint[SSHSIG_FINGERPRINT_SIZE];
	const struct custody_witness *w;
	for (size_t i = 0; i < c->epochs_count; i++)
		if (memcmp(c->epochs[i].log_public, point, SSHSIG_POINT_SIZE) == 0 ||
		    memcmp(c->epochs[i].station_public, point, SSHSIG_POINT_SIZE) == 0)
			return custody_refuse(act, ERR_EXISTS,
			    "the %s key is one of epoch %u: a new epoch has new keys", what,
			    c->epochs[i].number);
	memcpy(key, point, SSHSIG_POINT_SIZE);
	sshsig_fingerprint(key, fingerprint);
	if (custody_person_of_key(c, fingerprint, NULL) != NULL)
		return custody_refuse(act, ERR_EXISTS, "the %s key is a person's", what);
	for (size_t i = 0; (w = custody_witness_at(c, i)) != NULL; i++)
		if (memcmp(w->public_key, point, SSHSIG_POINT_SIZE) == 0)
			return custody_refuse(
			    act, ERR_EXISTS, "the %s key is a witness's", what);
	return ERR_OK;
}

static enum err
check_keys(const struct custody *c, const json_t *d, const struct custody_act *act)
{
	char origin[LIM_NOTE_NAME_BYTES + 64];
	struct note_vkey log;
	uint8_t station[SSHSIG_PUBLIC_SIZE];
	snprintf(origin, sizeof(origin), "%.80s/%.20s/custody/%zu", custody_site(c),
	    custody_station(c), c->epochs_count + 1);
	if (note_vkey_parse(canon_str(d, "log"), &log) != ERR_OK ||
	    strcmp(log.name, origin) != 0)
		return custody_refuse(
		    act, ERR_SYNTAX, "log is not a checkpoint key for %s", origin);
	if (sshsig_public_parse(canon_str(d, "station"), station) != ERR_OK ||
	    sshsig_is_token(station))
		return custody_refuse(act, ERR_SYNTAX, "station is not a usable key");
	if (memcmp(station, log.public, SSHSIG_POINT_SIZE) == 0)
		return custody_refuse(act, ERR_EXISTS, "log and station have one key");
	enum err err = check_key(c, log.public, "log", act);
	return err == ERR_OK ? check_key(c, station, "station", act) : err;
}

enum err
authority_epoch_check(
    const struct custody *c, const struct custody_pending *p, const struct custody_act *act)
{
	const json_t *d = p->data, *continues = canon_object(d, "continues");
	const struct custody_epoch *last = &c->epochs[c->epochs_count - 1];
	uint64_t epoch = 0, size = 0, transfers = 0;
	size_t why = strlen(canon_str(d, "why"));
	canon_uint(d, "epoch", &epoch);
	canon_uint(d, "transfers", &transfers);
	canon_uint(continues, "size", &size);
	if (epoch != c->epochs_count + 1)
		return custody_refuse(act, ERR_DENIED, "epoch %u is open: the next is %zu",
		    last->number, c->epochs_count + 1);
	if (strcmp(canon_str(continues, "origin"), last->origin) != 0 || size == 0)
		return custody_refuse(
		    act, ERR_DENIED, "it does not continue entries of %s", last->origin);
	if (!custody_epoch_reason_ok(canon_str(d, "reason")))
		return custody_refuse(
		    act, ERR_SYNTAX, "the reason is restored, disk, check, key or replaced");
	if (why == 0 || why > LIM_PERSON_REASON_BYTES)
		return custody_refuse(
		    act, ERR_LIMIT, "why has 1 to %d bytes", LIM_PERSON_REASON_BYTES);
	if (transfers > LIM_TRANSFER_NUMBER)
		return custody_refuse(
		    act, ERR_LIMIT, "transfers is at most %d", LIM_TRANSFER_NUMBER);
	return check_keys(c, d, act);
}

static void
take_keys(const struct custody *c, struct custody_epoch *e, const json_t *d)
{
	struct note_vkey key;
	if (note_vkey_parse(canon_str(d, "log"), &key) == ERR_OK) {
		memcpy(e->log_public, key.public, sizeof(e->log_public));
		snprintf(e->origin, sizeof(e->origin), "%s", key.name);
	}
	snprintf(e->vkey, sizeof(e->vkey), "%s", canon_str(d, "log"));
	if (note_vkey_new(c->logs[LOG_AUTHORITY].origin, e->log_public, &key) == ERR_OK)
		note_vkey_print(&key, e->authority_vkey);
	snprintf(e->station_line, sizeof(e->station_line), "%s", canon_str(d, "station"));
	sshsig_public_parse(e->station_line, e->station_public);
	sshsig_fingerprint(e->station_public, e->station_key);
}

void
authority_epoch_apply(
    struct custody *c, const struct custody_pending *p, const struct custody_deed *deed)
{
	const json_t *continues = canon_object(p->data, "continues");
	struct custody_epoch *e = custody_epoch_add(c);
	take_keys(c, e, p->data);
	e->since = deed->size;
	e->opened = *deed;
	snprintf(e->opened.why, sizeof(e->opened.why), "%s", canon_str(p->data, "why"));
	snprintf(e->reason, sizeof(e->reason), "%s", canon_str(p->data, "reason"));
	canon_uint(p->data, "transfers", &e->transfers);
	canon_uint(continues, "size", &e->continues_size);
	hex_decode(canon_str(continues, "root"), HEX_DIGEST_SIZE - 1, e->continues_root,
	    sizeof(e->continues_root));
	custody_signer_end(c, NULL, deed->size);
	custody_signer_add(c, e->log_public, p->leaf, deed->size);
	/* of one number there is one: what else was proposed for it is over */
	for (size_t i = 0; i < c->pending_count; i++)
		if (c->pending[i].event == EVENT_EPOCH)
			c->pending[i].done = true;
}

void
authority_epoch_propose(struct custody *c, const struct custody_pending *p)
{
	struct note_vkey key;
	if (note_vkey_parse(canon_str(p->data, "log"), &key) == ERR_OK)
		custody_signer_add(c, key.public, p->leaf, c->logs[LOG_AUTHORITY].size);
}

/* --- the first ------------------------------------------------------------------------ */

void
authority_epoch_found(struct custody *c, const struct custody_deed *deed)
{
	json_t *d = json_pack("{s:s,s:s}", "log", canon_str(c->genesis, "custody_vkey"),
	    "station", canon_str(c->genesis, "station_key"));
	struct custody_epoch *e = custody_epoch_add(c);
	take_keys(c, e, d);
	e->opened = *deed;
	custody_signer_add(c, e->log_public, deed->leaf, 0);
	custody_epoch_found(c);
	json_decref(d);
}

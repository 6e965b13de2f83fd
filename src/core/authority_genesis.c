/* SPDX-License-Identifier: ISC */
/* The founding: names, keys, the first administrators and their threshold. */
#include "src/core/authority.h"
#include "src/core/canon.h"
#include "src/core/station.h"

#include <stdio.h>
#include <string.h>

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
		size_t bytes = strlen(canon_str(a, "name"));
		if (bytes == 0 || bytes > LIM_PERSON_NAME_BYTES)
			return custody_refuse(
			    act, ERR_LIMIT, "an administrator's name is too long");
		if (strcmp(canon_str(a, "key"), canon_str(act->e->data, "station_key")) == 0)
			return custody_refuse(
			    act, ERR_DENIED, "an administrator has the station's key");
		enum err err = authority_distinct_check(admins, i, act);
		if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}

enum err
authority_genesis_check(const struct custody *c, const struct custody_act *act)
{
	(void)c;
	enum err err = check_names(act);
	if (err == ERR_OK)
		err = check_vkeys(act);
	return err == ERR_OK ? check_admins(act) : err;
}

void
authority_genesis_apply(
    struct custody *c, const struct custody_pending *p, const struct custody_deed *deed)
{
	uint64_t threshold = 0;
	size_t i;
	json_t *admin;
	c->genesis = json_incref(p->data);
	memcpy(c->genesis_leaf, p->leaf, sizeof(c->genesis_leaf));
	canon_uint(c->genesis, "threshold", &threshold);
	c->threshold = (unsigned)threshold;
	canon_bool(c->genesis, "demo", &c->demo);
	snprintf(c->logs[LOG_AUTHORITY].origin, sizeof(c->logs[LOG_AUTHORITY].origin),
	    "%s/authority", canon_str(c->genesis, "site"));
	authority_epoch_found(c, deed);
	json_array_foreach (canon_array(c->genesis, "admins"), i, admin) {
		uint8_t key[SSHSIG_PUBLIC_SIZE];
		struct custody_person *new =
		    custody_person_add(c, canon_str(admin, "id"), canon_str(admin, "name"));
		custody_person_appoint(new, CUSTODY_ADMIN, "", deed, "");
		if (sshsig_public_parse(canon_str(admin, "key"), key) == ERR_OK)
			custody_person_take_key(new, key, deed, true);
	}
}

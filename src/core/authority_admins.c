/* SPDX-License-Identifier: ISC */
/*
 * The administrators: admin.set names all of them and their threshold.  It takes
 * force when enough of the old stand behind it and enough of the new.
 */
#include "src/core/authority.h"
#include "src/core/canon.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

const json_t *
authority_admins_row(const json_t *data, const char *id)
{
	size_t i;
	json_t *row;
	json_array_foreach (canon_array(data, "admins"), i, row)
		if (strcmp(canon_str(row, "id"), id) == 0)
			return row;
	return NULL;
}

static enum err
check_threshold(const struct custody_pending *p, const struct custody_act *act)
{
	size_t n = json_array_size(canon_array(p->data, "admins"));
	uint64_t threshold = 0;
	canon_uint(p->data, "threshold", &threshold);
	if (n == 0 || n > LIM_ADMINS)
		return custody_refuse(
		    act, ERR_LIMIT, "a station has 1 to %d administrators", LIM_ADMINS);
	if (threshold == 0 || threshold > n)
		return custody_refuse(
		    act, ERR_RANGE, "the threshold is not between 1 and the number of admins");
	return ERR_OK;
}

enum err
authority_distinct_check(const json_t *admins, size_t i, const struct custody_act *act)
{
	const json_t *a = json_array_get(admins, i);
	for (size_t j = 0; j < i; j++) {
		const json_t *b = json_array_get(admins, j);
		if (strcmp(canon_str(a, "id"), canon_str(b, "id")) == 0 ||
		    strcmp(canon_str(a, "key"), canon_str(b, "key")) == 0 ||
		    strcasecmp(canon_str(a, "name"), canon_str(b, "name")) == 0)
			return custody_refuse(act, ERR_EXISTS,
			    "two administrators have the same id, name or key");
	}
	return ERR_OK;
}

/* Who has a key in force keeps it; a key that was not proved yet comes with its proof. */
static enum err
check_key(const struct custody *c, const struct custody_pending *p, const json_t *row,
    const struct custody_act *act)
{
	const char *id = canon_str(row, "id"), *line = canon_str(row, "key");
	const struct custody_person *known = custody_person_find(c, id);
	bool proof = canon_str(row, "proof") != NULL, own = false;
	uint8_t key[SSHSIG_PUBLIC_SIZE];
	enum err err = authority_fresh_key_check(c, id, line, &own, act);
	if (err != ERR_OK)
		return err;
	if (known != NULL && known->has_key && !own)
		return custody_refuse(
		    act, ERR_DENIED, "%s has another key in force; key.enroll changes it", id);
	bool proved = own && custody_person_key(known, act->seq)->proved;
	if (proved == proof)
		return custody_refuse(act, ERR_DENIED,
		    proved ? "the key of %s is in force and needs no proof"
			   : "the key of %s is new; a proof of possession is missing",
		    id);
	if (proved)
		return ERR_OK;
	if (sshsig_public_parse(line, key) != ERR_OK)
		return custody_refuse(act, ERR_SYNTAX, "the key is not a usable one");
	return authority_proof_check(p, row, "proof", key, act);
}

static enum err
check_row(const struct custody *c, const struct custody_pending *p, const json_t *row,
    const struct custody_act *act)
{
	const char *id = canon_str(row, "id");
	const struct custody_person *known = custody_person_find(c, id);
	if (known != NULL && known->standing != CUSTODY_ACTIVE)
		return custody_refuse(
		    act, ERR_DENIED, "%s is %s", id, custody_standing_name(known->standing));
	enum err err = authority_name_check(c, id, canon_str(row, "name"), act);
	return err == ERR_OK ? check_key(c, p, row, act) : err;
}

enum err
authority_admins_check(
    const struct custody *c, const struct custody_pending *p, const struct custody_act *act)
{
	const json_t *admins = canon_array(p->data, "admins");
	enum err err = check_threshold(p, act);
	for (size_t i = 0; err == ERR_OK && i < json_array_size(admins); i++)
		err = authority_distinct_check(admins, i, act);
	for (size_t i = 0; err == ERR_OK && i < json_array_size(admins); i++)
		err = check_row(c, p, json_array_get(admins, i), act);
	return err;
}

void
authority_admins_apply(
    struct custody *c, const struct custody_pending *p, const struct custody_deed *deed)
{
	uint8_t key[SSHSIG_PUBLIC_SIZE];
	uint64_t threshold = 0;
	size_t i;
	json_t *row;
	for (i = 0; i < c->people_count; i++)
		if (authority_admins_row(p->data, c->people[i].id) == NULL)
			custody_person_dismiss(&c->people[i], CUSTODY_ADMIN, deed, "admin.set");
	json_array_foreach (canon_array(p->data, "admins"), i, row) {
		const char *id = canon_str(row, "id");
		struct custody_person *person = custody_person_get(c, id);
		if (person == NULL)
			person = custody_person_add(c, id, canon_str(row, "name"));
		if (sshsig_public_parse(canon_str(row, "key"), key) == ERR_OK)
			custody_person_take_key(person, key, deed, true);
		if (custody_person_held(person, CUSTODY_ADMIN, deed->size) == NULL)
			custody_person_appoint(person, CUSTODY_ADMIN, "", deed, "admin.set");
	}
	canon_uint(p->data, "threshold", &threshold);
	c->threshold = (unsigned)threshold;
}

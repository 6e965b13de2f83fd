/* SPDX-License-Identifier: ISC */
/*
 * People: enrolment, roles and their last days, suspension, retirement.  A person
 * has one id across roles; nobody else has that name, and a retired id never
 * comes back.
 */
#include "src/core/authority.h"
#include "src/base/mem.h"
#include "src/core/canon.h"

#include <string.h>
#include <strings.h>

/* What officer.enroll gives; administrators are made by admin.set alone. */
#define ENROLLED  (CUSTODY_OFFICER | CUSTODY_AUDITOR)
#define GRANTABLE (CUSTODY_OFFICER | CUSTODY_AUDITOR | CUSTODY_REQUESTER)

/* --- what several acts share ------------------------------------------------------- */

enum err
authority_text_check(const json_t *data, const char *field, const struct custody_act *act)
{
	size_t n = strlen(canon_str(data, field));
	if (n == 0 || n > LIM_PERSON_REASON_BYTES)
		return custody_refuse(
		    act, ERR_LIMIT, "%s has 1 to %d bytes", field, LIM_PERSON_REASON_BYTES);
	return ERR_OK;
}

static enum err
check_about(const struct custody_pending *p, const struct custody_act *act)
{
	const char *about = NULL;
	if (transfer_subject_parse(p->subj, &about) != SUBJ_PERSON ||
	    strcmp(about, canon_str(p->data, "id")) != 0)
		return custody_refuse(act, ERR_DENIED, "id is not the person it is about");
	return ERR_OK;
}

static enum err
check_retired(const struct custody_person *known, const struct custody_act *act)
{
	if (known != NULL && known->standing == CUSTODY_RETIRED)
		return custody_refuse(
		    act, ERR_DENIED, "%s is retired; a retired id never comes back", known->id);
	return ERR_OK;
}

enum err
authority_person_check(const struct custody *c, const struct custody_pending *p,
    const struct custody_act *act, const struct custody_person **ret)
{
	const char *id = canon_str(p->data, "id");
	const struct custody_person *known = custody_person_find(c, id);
	enum err err = check_about(p, act);
	if (err == ERR_OK && known == NULL)
		err = custody_refuse(act, ERR_NOTFOUND, "%s is not enrolled", id);
	if (err == ERR_OK)
		err = check_retired(known, act);
	if (err == ERR_OK)
		*ret = known;
	return err;
}

enum err
authority_name_check(
    const struct custody *c, const char *id, const char *name, const struct custody_act *act)
{
	size_t n = strlen(name);
	if (n == 0 || n > LIM_PERSON_NAME_BYTES)
		return custody_refuse(
		    act, ERR_LIMIT, "a name has 1 to %d bytes", LIM_PERSON_NAME_BYTES);
	for (size_t i = 0; i < c->people_count; i++) {
		const struct custody_person *other = &c->people[i];
		bool same_id = strcmp(other->id, id) == 0;
		if (same_id && strcmp(other->name, name) != 0)
			return custody_refuse(act, ERR_EXISTS,
			    "%s is enrolled with another name or key: %s", id, other->name);
		if (!same_id && strcasecmp(other->name, name) == 0)
			return custody_refuse(act, ERR_EXISTS,
			    "%s is enrolled with this name; a person has one id", other->id);
	}
	return ERR_OK;
}

enum err
authority_able_check(
    const struct custody *c, const struct custody_person *gone, const struct custody_act *act)
{
	unsigned able = 0;
	if ((gone->roles & CUSTODY_ADMIN) == 0)
		return ERR_OK;
	for (size_t i = 0; i < c->people_count; i++) {
		const struct custody_person *p = &c->people[i];
		able += p != gone && (p->roles & CUSTODY_ADMIN) != 0 && p->has_key;
	}
	if (able >= c->threshold)
		return ERR_OK;
	return custody_refuse(act, ERR_DENIED,
	    "%u administrators could still sign, and acts need %u; set the administrators "
	    "first",
	    able, c->threshold);
}

/* The set that data names, each once; 0 when something else is among them. */
static unsigned
roles_of(const json_t *data, unsigned allowed)
{
	size_t i;
	json_t *word;
	unsigned roles = 0;
	json_array_foreach (canon_array(data, "roles"), i, word) {
		unsigned r = (unsigned)custody_role_find(json_string_value(word));
		if ((r & allowed) == 0 || (roles & r) != 0)
			return 0;
		roles |= r;
	}
	return roles;
}

static enum err
check_roles(const struct custody_pending *p, unsigned allowed, const struct custody_act *act)
{
	if (roles_of(p->data, allowed) != 0)
		return ERR_OK;
	return custody_refuse(act, ERR_RANGE,
	    allowed == ENROLLED
		? "roles are officer and auditor, each once; admin.set makes administrators"
		: "roles are officer, auditor and requester, each once; admin.set makes "
		  "administrators");
}

static void
appoint(struct custody_person *p, unsigned roles, const char *expires,
    const struct custody_deed *deed, const char *basis)
{
	for (unsigned r = 1; r <= CUSTODY_REQUESTER; r <<= 1)
		if (roles & r)
			custody_person_appoint(p, (enum custody_role)r, expires, deed, basis);
}

/* --- enrolment ------------------------------------------------------------------------ */

static enum err
check_enrolment(const struct custody *c, const struct custody_pending *p,
    const struct custody_act *act, bool *ret_own)
{
	const char *id = canon_str(p->data, "id"), *key = canon_str(p->data, "key");
	const struct custody_person *known = custody_person_find(c, id);
	*ret_own = false;
	enum err err = check_about(p, act);
	if (err == ERR_OK)
		err = check_retired(known, act);
	if (err == ERR_OK)
		err = authority_name_check(c, id, canon_str(p->data, "name"), act);
	if (err == ERR_OK && key != NULL)
		err = authority_fresh_key_check(c, id, key, ret_own, act);
	if (err == ERR_OK && key != NULL && known != NULL && known->has_key && !*ret_own)
		err = custody_refuse(
		    act, ERR_EXISTS, "%s is enrolled with another name or key", id);
	return err;
}

enum err
authority_enroll_check(
    const struct custody *c, const struct custody_pending *p, const struct custody_act *act)
{
	uint8_t key[SSHSIG_PUBLIC_SIZE];
	bool own;
	enum err err = check_roles(p, ENROLLED, act);
	if (err == ERR_OK)
		err = check_enrolment(c, p, act, &own);
	if (err == ERR_OK && sshsig_public_parse(canon_str(p->data, "key"), key) != ERR_OK)
		err = custody_refuse(act, ERR_SYNTAX, "the key is not a usable one");
	return err == ERR_OK ? authority_proof_check(p, p->data, "proof", key, act) : err;
}

enum err
authority_requester_check(
    const struct custody *c, const struct custody_pending *p, const struct custody_act *act)
{
	bool own;
	enum err err = check_enrolment(c, p, act, &own);
	if (err == ERR_OK && canon_str(p->data, "key") != NULL && !own &&
	    custody_person_find(c, canon_str(p->data, "id")) != NULL)
		return custody_refuse(act, ERR_DENIED,
		    "%s is enrolled without this key; key.enroll gives a known person a key",
		    canon_str(p->data, "id"));
	return err;
}

static void
enroll(struct custody *c, const struct custody_pending *p, const struct custody_deed *deed,
    unsigned roles)
{
	uint8_t public_key[SSHSIG_PUBLIC_SIZE];
	const char *id = canon_str(p->data, "id"), *key = canon_str(p->data, "key");
	struct custody_person *person = custody_person_get(c, id);
	if (person == NULL)
		person = custody_person_add(c, id, canon_str(p->data, "name"));
	if (key != NULL && sshsig_public_parse(key, public_key) == ERR_OK)
		custody_person_take_key(person, public_key, deed, (roles & ENROLLED) != 0);
	appoint(person, roles, "", deed, "");
}

void
authority_enroll_apply(
    struct custody *c, const struct custody_pending *p, const struct custody_deed *deed)
{
	enroll(c, p, deed, roles_of(p->data, ENROLLED));
}

void
authority_requester_apply(
    struct custody *c, const struct custody_pending *p, const struct custody_deed *deed)
{
	enroll(c, p, deed, CUSTODY_REQUESTER);
}

/* --- roles ------------------------------------------------------------------------------ */

enum err
authority_grant_check(
    const struct custody *c, const struct custody_pending *p, const struct custody_act *act)
{
	const struct custody_person *person;
	const char *expires = canon_str(p->data, "expires");
	int64_t end_s = INT64_MAX;
	enum err err = authority_person_check(c, p, act, &person);
	if (err == ERR_OK)
		err = check_roles(p, GRANTABLE, act);
	if (err == ERR_OK)
		err = authority_text_check(p->data, "basis", act);
	if (err != ERR_OK)
		return err;
	if (expires[0] != '\0' && !exception_day(expires, &end_s))
		return custody_refuse(
		    act, ERR_SYNTAX, "expires is not empty and not a date such as 2027-12-31");
	if (end_s <= authority_moment(c, act).now_s)
		return custody_refuse(
		    act, ERR_RANGE, "the last day, %s, is over already", expires);
	const struct custody_key *k = custody_person_key(person, act->seq);
	if ((k == NULL || !k->proved) && (roles_of(p->data, GRANTABLE) & ENROLLED) != 0)
		return custody_refuse(act, ERR_DENIED,
		    "%s has no key in force of which it is proved that he holds it; "
		    "officer.enroll or key.enroll first",
		    person->id);
	return ERR_OK;
}

void
authority_grant_apply(
    struct custody *c, const struct custody_pending *p, const struct custody_deed *deed)
{
	appoint(custody_person_get(c, canon_str(p->data, "id")), roles_of(p->data, GRANTABLE),
	    canon_str(p->data, "expires"), deed, canon_str(p->data, "basis"));
}

enum err
authority_role_end_check(
    const struct custody *c, const struct custody_pending *p, const struct custody_act *act)
{
	const struct custody_person *person;
	enum err err = authority_person_check(c, p, act, &person);
	if (err == ERR_OK)
		err = check_roles(p, GRANTABLE, act);
	if (err == ERR_OK)
		err = authority_text_check(p->data, "reason", act);
	if (err != ERR_OK)
		return err;
	unsigned roles = roles_of(p->data, GRANTABLE);
	for (unsigned r = 1; r <= CUSTODY_REQUESTER; r <<= 1) {
		enum custody_role role = (enum custody_role)r;
		if ((roles & r) && custody_person_held(person, role, act->seq) == NULL)
			return custody_refuse(act, ERR_NOTFOUND, "%s is not appointed as %s",
			    person->id, custody_role_name(role));
	}
	return ERR_OK;
}

void
authority_role_end_apply(
    struct custody *c, const struct custody_pending *p, const struct custody_deed *deed)
{
	struct custody_person *person = custody_person_get(c, canon_str(p->data, "id"));
	unsigned roles = roles_of(p->data, GRANTABLE);
	for (unsigned r = 1; r <= CUSTODY_REQUESTER; r <<= 1)
		if (roles & r)
			custody_person_dismiss(
			    person, (enum custody_role)r, deed, canon_str(p->data, "reason"));
}

/* --- suspension and retirement ------------------------------------------------------------ */

enum err
authority_suspend_check(
    const struct custody *c, const struct custody_pending *p, const struct custody_act *act)
{
	const struct custody_person *person;
	enum err err = authority_person_check(c, p, act, &person);
	if (err == ERR_OK)
		err = authority_text_check(p->data, "reason", act);
	if (err == ERR_OK && person->standing == CUSTODY_SUSPENDED)
		err = custody_refuse(act, ERR_EXISTS, "%s is suspended already", person->id);
	return err == ERR_OK ? authority_able_check(c, person, act) : err;
}

void
authority_suspend_apply(
    struct custody *c, const struct custody_pending *p, const struct custody_deed *deed)
{
	struct custody_person *person = custody_person_get(c, canon_str(p->data, "id"));
	person->suspensions = mem_resize(
	    person->suspensions, person->suspensions_count + 1, sizeof(*person->suspensions));
	struct custody_suspension *s = &person->suspensions[person->suspensions_count++];
	*s = (struct custody_suspension){.until = {.size = CUSTODY_OPEN}};
	custody_deed_put(&s->since, deed, canon_str(p->data, "reason"));
}

enum err
authority_resume_check(
    const struct custody *c, const struct custody_pending *p, const struct custody_act *act)
{
	const struct custody_person *person;
	enum err err = authority_person_check(c, p, act, &person);
	if (err == ERR_OK)
		err = authority_text_check(p->data, "reason", act);
	if (err == ERR_OK && person->standing != CUSTODY_SUSPENDED)
		err = custody_refuse(act, ERR_NOTFOUND, "%s is not suspended", person->id);
	return err;
}

void
authority_resume_apply(
    struct custody *c, const struct custody_pending *p, const struct custody_deed *deed)
{
	struct custody_person *person = custody_person_get(c, canon_str(p->data, "id"));
	custody_deed_put(&person->suspensions[person->suspensions_count - 1].until, deed,
	    canon_str(p->data, "reason"));
}

enum err
authority_leave_check(
    const struct custody *c, const struct custody_pending *p, const struct custody_act *act)
{
	const struct custody_person *person;
	enum err err = authority_person_check(c, p, act, &person);
	if (err == ERR_OK)
		err = authority_text_check(p->data, "reason", act);
	if (err == ERR_OK && custody_person_held(person, CUSTODY_ADMIN, act->seq) != NULL)
		err = custody_refuse(act, ERR_DENIED,
		    "%s is an administrator; admin.set takes him out first", person->id);
	return err;
}

void
authority_leave_apply(
    struct custody *c, const struct custody_pending *p, const struct custody_deed *deed)
{
	const char *reason = canon_str(p->data, "reason");
	struct custody_person *person = custody_person_get(c, canon_str(p->data, "id"));
	for (unsigned r = 1; r <= CUSTODY_REQUESTER; r <<= 1)
		custody_person_dismiss(person, (enum custody_role)r, deed, reason);
	custody_person_end_key(person, deed, "left");
	custody_deed_put(&person->retired, deed, reason);
}

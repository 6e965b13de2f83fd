/* SPDX-License-Identifier: ISC */
#include "src/base/clock.h"
#include "src/base/mem.h"
#include "src/core/custody_state.h"
#include "src/core/shape.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* --- words -------------------------------------------------------------------- */

static const struct role_name {
	enum custody_role role;
	const char *name;
} role_names[] = {
    {CUSTODY_OFFICER, "officer"},
    {CUSTODY_ADMIN, "admin"},
    {CUSTODY_AUDITOR, "auditor"},
    {CUSTODY_REQUESTER, "requester"},
};

#define ROLES (sizeof(role_names) / sizeof(role_names[0]))

enum custody_role
custody_role_find(const char *name)
{
	for (size_t i = 0; i < ROLES; i++) {
		if (strcmp(role_names[i].name, name) == 0)
			return role_names[i].role;
	}
	return (enum custody_role)0;
}

const char *
custody_role_name(enum custody_role role)
{
	for (size_t i = 0; i < ROLES; i++) {
		if (role_names[i].role == role)
			return role_names[i].name;
	}
	return "nobody";
}

const char *
custody_standing_name(enum custody_standing standing)
{
	static const char *const names[] = {"not enrolled", "active", "suspended", "retired"};
	return names[standing];
}

bool
custody_person_id_ok(const char *id)
{
	return shape_person_ok(id);
}

enum err
custody_proof_text(const char *id, const char *root_hex, struct buf *out)
{
	return buf_addf(out, "enroll\n%s\n%s\n", id, root_hex);
}

/* --- asking --------------------------------------------------------------------- */

const struct custody_person *
custody_person_find(const struct custody *c, const char *id)
{
	for (size_t i = 0; i < c->people_count; i++) {
		if (strcmp(c->people[i].id, id) == 0)
			return &c->people[i];
	}
	return NULL;
}

size_t
custody_person_count(const struct custody *c)
{
	return c->people_count;
}

const struct custody_person *
custody_person_at(const struct custody *c, size_t i)
{
	return &c->people[i];
}

const struct custody_key *
custody_person_of_key(
    const struct custody *c, const char *fingerprint, const struct custody_person **ret_person)
{
	for (size_t i = 0; i < c->people_count; i++) {
		const struct custody_person *p = &c->people[i];
		for (size_t k = 0; k < p->keys_count; k++) {
			if (strcmp(p->keys[k].key, fingerprint) != 0)
				continue;
			if (ret_person != NULL)
				*ret_person = p;
			return &p->keys[k];
		}
	}
	return NULL;
}

static bool
holds(const struct custody_deed *since, const struct custody_deed *until, uint64_t size)
{
	return since->size <= size && size < until->size;
}

enum custody_standing
custody_person_standing(const struct custody_person *p, uint64_t auth_size)
{
	bool known = false;
	if (p->retired.size <= auth_size)
		return CUSTODY_RETIRED;
	for (size_t i = 0; i < p->suspensions_count; i++) {
		if (holds(&p->suspensions[i].since, &p->suspensions[i].until, auth_size))
			return CUSTODY_SUSPENDED;
	}
	for (size_t i = 0; i < p->held_count; i++)
		known |= p->held[i].since.size <= auth_size;
	return known ? CUSTODY_ACTIVE : CUSTODY_NOBODY;
}

const struct custody_held *
custody_person_held(const struct custody_person *p, enum custody_role role, uint64_t auth_size)
{
	for (size_t i = p->held_count; i > 0; i--) {
		const struct custody_held *h = &p->held[i - 1];
		if (h->role == role && holds(&h->since, &h->until, auth_size))
			return h;
	}
	return NULL;
}

/* The first second after its last day; INT64_MAX when it has none. */
static int64_t
end_of(const struct custody_held *h)
{
	int64_t end_s = INT64_MAX;
	if (h->expires[0] != '\0')
		exception_day(h->expires, &end_s);
	return end_s;
}

bool
custody_held_over(const struct custody_held *h, int64_t now_s)
{
	return now_s >= end_of(h);
}

unsigned
custody_person_roles(const struct custody_person *p, struct custody_moment m)
{
	unsigned roles = 0;
	if (custody_person_standing(p, m.auth_size) != CUSTODY_ACTIVE)
		return 0;
	for (size_t i = 0; i < ROLES; i++) {
		const struct custody_held *h =
		    custody_person_held(p, role_names[i].role, m.auth_size);
		if (h != NULL && !custody_held_over(h, m.now_s))
			roles |= (unsigned)role_names[i].role;
	}
	return roles;
}

const struct custody_key *
custody_person_key(const struct custody_person *p, uint64_t auth_size)
{
	for (size_t i = p->keys_count; i > 0; i--) {
		const struct custody_key *k = &p->keys[i - 1];
		if (holds(&k->since, &k->until, auth_size))
			return k;
	}
	return NULL;
}

/* --- moments ---------------------------------------------------------------------- */

struct custody_moment
custody_moment_now(const struct custody *c, enum transfer_log log, int64_t wall_s)
{
	int64_t newest_s = c->logs[log].newest_s;
	return (struct custody_moment){
	    c->logs[LOG_AUTHORITY].size, wall_s > newest_s ? wall_s : newest_s};
}

bool
custody_moment_of(
    const struct custody *c, enum transfer_log log, uint64_t seq, struct custody_moment *ret)
{
	if (seq >= c->logs[log].size)
		return false;
	*ret = c->logs[log].moments[seq];
	return true;
}

struct custody_moment
custody_moment_of_act(const struct custody *c, const struct custody_act *act)
{
	int64_t at_s = 0;
	if (act->e == NULL)
		return custody_moment_now(c, LOG_CUSTODY, 0);
	clock_parse(act->e->at, &at_s);
	struct custody_moment m = custody_moment_now(c, act->log, at_s);
	m.auth_size = act->e->auth.size;
	return m;
}

enum err
custody_person_require(const struct custody *c, const char *id, enum custody_role role,
    struct custody_moment m, const char *otherwise, const struct custody_act *act)
{
	const struct custody_person *p = custody_person_find(c, id);
	const struct custody_held *h =
	    p != NULL ? custody_person_held(p, role, m.auth_size) : NULL;
	enum custody_standing standing =
	    p != NULL ? custody_person_standing(p, m.auth_size) : CUSTODY_NOBODY;
	if (standing == CUSTODY_RETIRED || (h != NULL && standing != CUSTODY_ACTIVE))
		return custody_refuse(act, ERR_DENIED, "%s is %s and may not act", id,
		    custody_standing_name(standing));
	if (h == NULL)
		return custody_refuse(act, ERR_DENIED, "%.40s %s", id, otherwise);
	if (custody_held_over(h, m.now_s))
		return custody_refuse(act, ERR_DENIED,
		    "the appointment of %s as %s was over after %s; an admin grants the role "
		    "again",
		    id, custody_role_name(role), h->expires);
	return ERR_OK;
}

/* --- changing ----------------------------------------------------------------------- */

static const struct custody_deed never = {.size = CUSTODY_OPEN};

void
custody_deed_put(struct custody_deed *where, const struct custody_deed *deed, const char *why)
{
	*where = *deed;
	snprintf(where->why, sizeof(where->why), "%s", why);
}

struct custody_person *
custody_person_get(struct custody *c, const char *id)
{
	for (size_t i = 0; i < c->people_count; i++) {
		if (strcmp(c->people[i].id, id) == 0)
			return &c->people[i];
	}
	return NULL;
}

struct custody_person *
custody_person_add(struct custody *c, const char *id, const char *name)
{
	c->people = mem_resize(c->people, c->people_count + 1, sizeof(*c->people));
	struct custody_person *p = &c->people[c->people_count++];
	*p = (struct custody_person){.retired = never};
	snprintf(p->id, sizeof(p->id), "%s", id);
	snprintf(p->name, sizeof(p->name), "%s", name);
	return p;
}

void
custody_person_dismiss(struct custody_person *p, enum custody_role role,
    const struct custody_deed *deed, const char *reason)
{
	for (size_t i = 0; i < p->held_count; i++) {
		struct custody_held *h = &p->held[i];
		if (h->role == role && h->until.size == CUSTODY_OPEN)
			custody_deed_put(&h->until, deed, reason);
	}
}

void
custody_person_appoint(struct custody_person *p, enum custody_role role, const char *expires,
    const struct custody_deed *deed, const char *basis)
{
	custody_person_dismiss(p, role, deed, "");
	p->held = mem_resize(p->held, p->held_count + 1, sizeof(*p->held));
	struct custody_held *h = &p->held[p->held_count++];
	*h = (struct custody_held){.role = role, .until = never};
	snprintf(h->expires, sizeof(h->expires), "%s", expires);
	custody_deed_put(&h->since, deed, basis);
}

void
custody_person_end_key(
    struct custody_person *p, const struct custody_deed *deed, const char *reason)
{
	for (size_t i = 0; i < p->keys_count; i++) {
		if (p->keys[i].until.size == CUSTODY_OPEN)
			custody_deed_put(&p->keys[i].until, deed, reason);
	}
}

void
custody_person_take_key(struct custody_person *p, const uint8_t public_key[SSHSIG_PUBLIC_SIZE],
    const struct custody_deed *deed, bool proved)
{
	struct custody_key *last = p->keys_count > 0 ? &p->keys[p->keys_count - 1] : NULL;
	if (last != NULL && last->until.size == CUSTODY_OPEN &&
	    memcmp(last->public_key, public_key, sizeof(last->public_key)) == 0) {
		last->proved |= proved;
		return;
	}
	custody_person_end_key(p, deed, "rotated");
	p->keys = mem_resize(p->keys, p->keys_count + 1, sizeof(*p->keys));
	struct custody_key *k = &p->keys[p->keys_count++];
	*k = (struct custody_key){.since = *deed,
	    .until = never,
	    .suspect = never,
	    .suspect_from = CUSTODY_OPEN,
	    .proved = proved};
	memcpy(k->public_key, public_key, sizeof(k->public_key));
	sshsig_fingerprint(public_key, k->key);
}

/* --- what follows ------------------------------------------------------------------- */

static void
settle(struct custody *c, struct custody_person *p, struct custody_moment now)
{
	const struct custody_key *k = custody_person_key(p, now.auth_size);
	p->standing = custody_person_standing(p, now.auth_size);
	p->roles = custody_person_roles(p, now);
	p->has_key = k != NULL;
	memset(p->public_key, 0, sizeof(p->public_key));
	p->key[0] = '\0';
	if (k != NULL) {
		memcpy(p->public_key, k->public_key, sizeof(p->public_key));
		memcpy(p->key, k->key, sizeof(p->key));
	}
	for (size_t i = 0; i < p->held_count; i++) {
		const struct custody_held *h = &p->held[i];
		int64_t end_s = end_of(h);
		if (h->until.size == CUSTODY_OPEN && end_s > now.now_s &&
		    end_s < c->next_over_s)
			c->next_over_s = end_s;
	}
}

void
custody_people_settle(struct custody *c)
{
	struct custody_moment now =
	    custody_moment_now(c, LOG_CUSTODY, c->logs[LOG_AUTHORITY].newest_s);
	c->next_over_s = INT64_MAX;
	for (size_t i = 0; i < c->people_count; i++)
		settle(c, &c->people[i], now);
}

void
custody_people_done(struct custody *c)
{
	for (size_t i = 0; i < c->people_count; i++) {
		free(c->people[i].held);
		free(c->people[i].keys);
		free(c->people[i].suspensions);
	}
	free(c->people);
}

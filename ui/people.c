/* SPDX-License-Identifier: ISC */
#include "ui/people.h"
#include "src/base/escape.h"
#include "src/base/mem.h"
#include "src/core/sshsig.h"
#include "ui/row.h"

#include <string.h>

/* --- roles ------------------------------------------------------- */

static const enum custody_role people_all_roles[] = {
    CUSTODY_ADMIN, CUSTODY_OFFICER, CUSTODY_AUDITOR, CUSTODY_REQUESTER};
#define PEOPLE_ROLES (sizeof(people_all_roles) / sizeof(people_all_roles[0]))

void
people_roles_print(unsigned roles, struct buf *out)
{
	const char *comma = "";
	for (size_t i = 0; i < PEOPLE_ROLES; i++) {
		if ((roles & (unsigned)people_all_roles[i]) == 0)
			continue;
		buf_addf(out, "%s%s", comma, custody_role_name(people_all_roles[i]));
		comma = ", ";
	}
	if (*comma == '\0')
		buf_add_str(out, "no role");
}

json_t *
people_roles_parse(const char *list)
{
	json_t *roles = json_array();
	while (*list != '\0') {
		size_t n = strcspn(list, ",");
		json_array_append_new(roles, json_stringn(list, n));
		list += n + (list[n] == ',');
	}
	return roles;
}

/* --- acts -------------------------------------------------------- */

static void
act_text(const json_t *data, const char *field, struct buf *out)
{
	MEM_FREE char *text = escape_dup(row_text(data, field));
	buf_add_str(out, text);
}

/* "ada, bert and cleo" of texts, or of the ids of objects. */
static void
act_list(const json_t *list, struct buf *out)
{
	size_t n = json_array_size(list);
	for (size_t i = 0; i < n; i++) {
		const json_t *row = json_array_get(list, i);
		const char *word =
		    json_is_string(row) ? json_string_value(row) : row_text(row, "id");
		MEM_FREE char *text = escape_dup(word);
		buf_addf(out, "%s%s", i == 0 ? "" : i + 1 == n ? " and " : ", ", text);
	}
}

static void
act_key(const json_t *data, struct buf *out)
{
	uint8_t public_key[SSHSIG_PUBLIC_SIZE];
	char fingerprint[SSHSIG_FINGERPRINT_SIZE];
	if (sshsig_public_parse(row_text(data, "key"), public_key) != ERR_OK)
		return;
	sshsig_fingerprint(public_key, fingerprint);
	buf_addf(out, ", key %s", fingerprint);
}

static void
act_until(const json_t *data, struct buf *out)
{
	if (row_text(data, "expires")[0] == '\0')
		return;
	buf_add_str(out, " until ");
	act_text(data, "expires", out);
}

static void
act_suspect(const json_t *data, struct buf *out)
{
	if (json_object_get(data, "suspect_from") != NULL)
		buf_addf(out, ", what it signed is in doubt from entry %llu on",
		    (unsigned long long)row_uint(data, "suspect_from"));
}

static void
act_threshold(const json_t *data, struct buf *out)
{
	buf_addf(out, ", of whom %llu stand behind each act",
	    (unsigned long long)row_uint(data, "threshold"));
}

static void
act_cross(const json_t *data, struct buf *out)
{
	act_key(data, out);
	if (json_object_get(data, "cross") != NULL)
		buf_add_str(out, ", in place of the one in force, which signed it");
}

/*
 * What an act does.  In the text @ and a name stand for a field, @* for a list of roles or
 * admins; `more` says the rest.
 */
static const struct act_words {
	const char *type, *text;
	const char *list;
	void (*more)(const json_t *data, struct buf *out);
} act_words[] = {
    {"officer.enroll", "enrol @id (@name) as @*", "roles", act_key},
    {"requester.enroll", "enrol @id (@name) as requester", NULL, act_key},
    {"officer.suspend", "suspend @id", NULL, NULL},
    {"officer.resume", "end the suspension of @id", NULL, NULL},
    {"officer.retire", "retire @id for good", NULL, NULL},
    {"role.grant", "appoint @id as @*", "roles", act_until},
    {"role.revoke", "end the appointment of @id as @*", "roles", NULL},
    {"key.enroll", "a new key for @id", NULL, act_cross},
    {"key.revoke", "revoke the key of @id (@reason): @key", NULL, act_suspect},
    {"admin.set", "the admins are @*", "admins", act_threshold},
    {"policy.set", "put the policy @sha256 in force", NULL, NULL},
    {"exception.add", "what @scanner says by mistake is not to count", NULL, act_until},
    {"exception.end", "end the exception @leaf", NULL, NULL},
};

static void
act_fill(const struct act_words *w, const json_t *data, struct buf *out)
{
	char field[32];
	for (const char *t = w->text; *t != '\0';) {
		size_t n = strspn(t + 1, "abcdefghijklmnopqrstuvwxyz0123456789");
		if (*t != '@') {
			buf_add(out, t++, 1);
		} else if (t[1] == '*') {
			act_list(json_object_get(data, w->list), out);
			t += 2;
		} else {
			snprintf(field, sizeof(field), "%.*s", (int)n, t + 1);
			act_text(data, field, out);
			t += 1 + n;
		}
	}
	if (w->more != NULL)
		w->more(data, out);
}

void
people_act_print(const struct custody_proposal *p, struct buf *out)
{
	for (size_t i = 0; i < sizeof(act_words) / sizeof(act_words[0]); i++) {
		if (strcmp(act_words[i].type, p->type) == 0) {
			act_fill(&act_words[i], p->data, out);
			return;
		}
	}
	buf_addf(out, "%s %s", p->type, p->subj);
}

const char *
people_act_reason(const struct custody_proposal *p)
{
	const char *reason = row_text(p->data, "reason"), *basis = row_text(p->data, "basis");
	if (strcmp(p->type, "key.revoke") == 0)
		return "";
	return reason[0] != '\0' ? reason : basis;
}

void
people_act_waits(const struct custody *c, const struct custody_proposal *p, struct buf *out)
{
	char why[CUSTODY_WHY_SIZE];
	MEM_FREE char *leaf = mem_strdup(p->leaf);
	json_t *who = json_array();
	buf_addf(out, "%u of %u admins stand behind it", p->has, p->needs);
	if (p->new_needs > 0)
		buf_addf(out, ", and %u of %u of the new ones", p->new_has, p->new_needs);
	for (size_t i = 0; i < custody_person_count(c); i++) {
		const struct custody_person *one = custody_person_at(c, i);
		if (custody_may_endorse(c, leaf, one->id, why))
			json_array_append_new(who, json_string(one->id));
	}
	if (json_array_size(who) > 0) {
		buf_add_str(out, "; it waits for ");
		act_list(who, out);
	} else {
		buf_add_str(out, "; nobody is left who could endorse it");
	}
	if (p->against > 0)
		buf_addf(out, "; %u speak against it, and %u end it", p->against, p->needs);
	json_decref(who);
}

/* --- one person -------------------------------------------------- */

static void
row_deed(json_t *row, const char *name, const struct custody_deed *d)
{
	if (d->size == CUSTODY_OPEN)
		return;
	json_object_set_new(row, name,
	    json_pack("{s:s, s:s, s:s, s:s, s:I, s:s}", "at", d->at, "by", d->by, "in_force_by",
		d->in_force_by, "leaf", d->leaf, "size", (json_int_t)d->size, "why", d->why));
}

static json_t *
row_held(const struct custody_person *p, uint64_t size)
{
	json_t *list = json_array();
	for (size_t i = 0; i < p->held_count; i++) {
		const struct custody_held *h = &p->held[i];
		if (h->since.size > size)
			continue;
		json_t *row = json_pack(
		    "{s:s, s:s}", "role", custody_role_name(h->role), "expires", h->expires);
		row_deed(row, "since", &h->since);
		if (h->until.size <= size)
			row_deed(row, "until", &h->until);
		json_array_append_new(list, row);
	}
	return list;
}

static json_t *
row_keys(const struct custody_person *p, uint64_t size)
{
	json_t *list = json_array();
	for (size_t i = 0; i < p->keys_count; i++) {
		const struct custody_key *k = &p->keys[i];
		if (k->since.size > size)
			continue;
		json_t *row = json_pack("{s:s}", "key", k->key);
		row_deed(row, "since", &k->since);
		if (k->until.size <= size)
			row_deed(row, "until", &k->until);
		if (k->suspect_from != CUSTODY_OPEN && k->suspect.size <= size)
			json_object_set_new(
			    row, "suspect_from", json_integer((json_int_t)k->suspect_from));
		json_array_append_new(list, row);
	}
	return list;
}

static json_t *
row_suspensions(const struct custody_person *p, uint64_t size)
{
	json_t *list = json_array();
	for (size_t i = 0; i < p->suspensions_count; i++) {
		const struct custody_suspension *s = &p->suspensions[i];
		if (s->since.size > size)
			continue;
		json_t *row = json_object();
		row_deed(row, "since", &s->since);
		if (s->until.size <= size)
			row_deed(row, "until", &s->until);
		json_array_append_new(list, row);
	}
	return list;
}

json_t *
people_row(const struct custody_person *p, struct custody_moment m)
{
	unsigned roles = custody_person_roles(p, m);
	const struct custody_key *key = custody_person_key(p, m.auth_size);
	json_t *now = json_array();
	for (size_t i = 0; i < PEOPLE_ROLES; i++)
		if ((roles & (unsigned)people_all_roles[i]) != 0)
			json_array_append_new(
			    now, json_string(custody_role_name(people_all_roles[i])));
	json_t *row = json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o}", "id", p->id, "name",
	    p->name, "standing", custody_standing_name(custody_person_standing(p, m.auth_size)),
	    "key", key != NULL ? key->key : "", "roles", now, "held", row_held(p, m.auth_size),
	    "keys", row_keys(p, m.auth_size), "suspensions", row_suspensions(p, m.auth_size));
	if (p->retired.size <= m.auth_size)
		row_deed(row, "retired", &p->retired);
	return row;
}

/* SPDX-License-Identifier: ISC */
/* Acts of administrators in tests: there are three, and one is enough to begin with. */
#ifndef TESTS_UNIT_AUTHORITY_H
#define TESTS_UNIT_AUTHORITY_H

#include "src/base/clock.h"
#include "src/base/hex.h"
#include "src/base/mem.h"
#include "tests/ledger/maker.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static struct maker *m;

/* root1..root3, 1 of 3; anna, ben, cleo (officers), rita (requester), all in force. */
static inline int
set_up(void **state)
{
	(void)state;
	m = maker_new("site7.example", 3, 1);
	maker_settle(m);
	return 0;
}

static inline int
tear_down(void **state)
{
	(void)state;
	m = maker_free(m);
	return 0;
}

static inline void
assert_refused(enum err got, const char *words)
{
	if (got == ERR_OK || strstr(m->why, words) == NULL)
		fail_msg("expected \"%s\", got %s: \"%s\"", words, err_str(got), m->why);
}

static inline void
assert_taken(enum err got)
{
	if (got != ERR_OK)
		fail_msg("refused, %s: \"%s\"", err_str(got), m->why);
}

static inline const struct custody_person *
person(const char *id)
{
	const struct custody_person *p = custody_person_find(m->custody, id);
	assert_non_null(p);
	return p;
}

/* A signature over the proof text for this id at the head of the authority log, in base64. */
static inline json_t *
proof(const char *id, const struct maker_person *key)
{
	struct buf text, blob;
	char root[HEX_DIGEST_SIZE], out[HEX_B64_SIZE(SSHSIG_BLOB_SIZE)];
	uint64_t size = custody_size(m->custody, LOG_AUTHORITY);
	hex_encode(custody_root(m->custody, LOG_AUTHORITY, size), 32, root);
	buf_init(&text, 1024);
	buf_init(&blob, 1024);
	custody_proof_text(id, root, &text);
	assert_int_equal(sshsig_sign(key->secret, text.data, text.len, &blob), ERR_OK);
	hex_b64_encode(blob.data, blob.len, out);
	buf_done(&text);
	buf_done(&blob);
	return json_string(out);
}

/* A key of this person's that is another than the one he was made with; its name is free. */
static inline struct maker_person *
another_key(const char *id, const char *seed)
{
	const struct maker_person *old = maker_find(m, id);
	struct maker_person *new = maker_person(m, seed, old->name, old->role);
	snprintf(new->id, sizeof(new->id), "%s", old->id);
	return new;
}

/* Data from JSON with ' for ". */
static inline json_t *
quoted(const char *text)
{
	MEM_FREE char *copy = mem_strdup(text);
	for (char *p = copy; *p != '\0'; p++)
		*p = *p == '\'' ? '"' : *p;
	json_t *data = json_loads(copy, 0, NULL);
	if (data == NULL)
		fail_msg("no JSON: %s", copy);
	return data;
}

static inline const char *
subject_of(const char *type, const json_t *data, char out[80])
{
	const json_t *id = json_object_get(data, "id");
	snprintf(out, 80, "person:%s", json_is_string(id) ? json_string_value(id) : "nobody");
	return strcmp(type, "admin.set") == 0 ? "station" : out;
}

/* Steals data. */
static inline enum err
try_act(const struct maker_person *who, const char *type, json_t *data)
{
	char subj[80];
	const char *about = subject_of(type, data, subj);
	return maker_try(
	    m, LOG_AUTHORITY, maker_body(m, LOG_AUTHORITY, type, about, who, data), who);
}

static inline enum err
put_act(const struct maker_person *who, const char *type, json_t *data)
{
	char subj[80];
	const char *about = subject_of(type, data, subj);
	return maker_put(
	    m, LOG_AUTHORITY, maker_body(m, LOG_AUTHORITY, type, about, who, data), who);
}

/* Proposed by root1; it must be taken. */
static inline void
act(const char *type, json_t *data)
{
	assert_taken(put_act(maker_find(m, "root1"), type, data));
}

static inline json_t *
endorsement(const struct maker_person *who, const char *leaf)
{
	struct custody_proposal p;
	assert_true(custody_pending_find(m->custody, leaf, &p));
	MEM_FREE char *subj = mem_strdup(p.subj);
	return maker_body(
	    m, LOG_AUTHORITY, "authority.endorse", subj, who, json_pack("{s:s}", "leaf", leaf));
}

static inline enum err
try_endorse(const struct maker_person *who, const char *leaf)
{
	return maker_try(m, LOG_AUTHORITY, endorsement(who, leaf), who);
}

static inline enum err
put_endorse(const struct maker_person *who, const char *leaf)
{
	return maker_put(m, LOG_AUTHORITY, endorsement(who, leaf), who);
}

/* The leaf of the act that was proposed last and is pending; the caller's to free. */
static inline char *
last_pending(void)
{
	struct custody_proposal p;
	size_t n = custody_pending_count(m->custody);
	assert_true(n > 0 && custody_pending_at(m->custody, n - 1, &p));
	return mem_strdup(p.leaf);
}

/* A row of admin.set; a newcomer comes with his proof. */
static inline json_t *
admin_row(const struct maker_person *p, bool new)
{
	json_t *row = json_pack("{s:s,s:s,s:s}", "id", p->id, "key", p->line, "name", p->name);
	if (new)
		json_object_set_new(row, "proof", proof(p->id, p));
	return row;
}

/* root1, root2 and root3 stay administrators, and so many must stand behind an act. */
static inline json_t *
same_admins(int threshold)
{
	json_t *rows = json_array();
	for (size_t i = 0; i < 3; i++)
		json_array_append_new(rows, admin_row(&m->people[i], false));
	return json_pack("{s:o,s:i}", "admins", rows, "threshold", threshold);
}

static inline json_t *
key_data(const char *id, const struct maker_person *key, const struct maker_person *old)
{
	json_t *d =
	    json_pack("{s:s,s:s,s:o}", "id", id, "key", key->line, "proof", proof(id, key));
	if (old != NULL)
		json_object_set_new(d, "cross", proof(id, old));
	return d;
}

static inline const struct maker_person *
root(unsigned n)
{
	return &m->people[n - 1];
}

/* From here on two of three. */
static inline void
two_of_three(void)
{
	act("admin.set", same_admins(2));
	MEM_FREE char *leaf = last_pending();
	assert_taken(put_endorse(root(2), leaf));
	assert_int_equal(custody_threshold(m->custody), 2);
	assert_int_equal(custody_pending_count(m->custody), 0);
}

static inline json_t *
a_requester(const char *id)
{
	return json_pack("{s:s,s:s}", "id", id, "name", id);
}

#endif

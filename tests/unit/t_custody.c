/* links: @rules tests/ledger/maker src/core/inventory_print src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* The rule engine: every rule once held, once broken, by name. */
#include "tests/unit/custody.h"

/* --- what holds for every entry --------------------------------------------------- */

static json_t *
a_body(void)
{
	return maker_body(m, LOG_CUSTODY, "sess.login", "officer:anna", maker_find(m, "anna"),
	    json_pack("{s:s}", "nonce", ENTRY_ZEROS));
}

static void
common_fields_are_judged(void **state)
{
	static const struct {
		const char *what, *field, *json, *words;
	} cases[] = {
	    {"other log", "log", "\"other/K1/custody/1\"", "belongs to the log"},
	    {"authority log", "log", "\"site7.example/authority\"", "belongs to the log"},
	    {"unknown type", "type", "\"sess.lurk\"", "no entries of the type"},
	    {"type of the other log", "type", "\"policy.set\"", "no entries of the type"},
	    {"subject of another kind", "subj", "\"station\"", "cannot be about"},
	    {"malformed subject", "subj", "\"officer\"", "cannot be about"},
	    {"prev of nobody", "prev",
		"\"00000000000000000000000000000000000000000000000000000000000000ff\"",
		"prev is not the last entry"},
	    {"root that never was", "head.root",
		"\"00000000000000000000000000000000000000000000000000000000000000ff\"",
		"history was changed"},
	    {"head from the future", "head.size", "4096", "the log has only"},
	    {"auth that never was", "auth.root",
		"\"00000000000000000000000000000000000000000000000000000000000000ff\"",
		"history was changed"},
	    {"auth from the future", "auth.size", "4096", "has only"},
	    {"field missing in data", "data", "{}", "the field nonce is wrong"},
	    {"field too many in data", "data.more", "1", "a field too many"},
	    {"field of another kind", "data.nonce", "\"abc\"", "the field nonce is wrong"},
	    {"role that cannot sign this", "actor.role", "\"station\"",
		"cannot be signed in the role"},
	    {"role not held", "actor.role", "\"admin\"", "is not enrolled as admin"},
	    {"nobody", "actor.id", "\"mallory\"", "is not enrolled as officer"},
	    {"another name", "actor.name", "\"Anna Berg-Lind\"", "key or name"},
	    {"another key", "actor.key", "\"SHA256:abc\"", "key or name"},
	    {"no meaning", "meaning", "\"\"", "meaning"},
	};
	(void)state;
	assert_int_equal(maker_try(m, LOG_CUSTODY, a_body(), maker_find(m, "anna")), ERR_OK);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *b = a_body();
		set(b, cases[i].field, json_loads(cases[i].json, JSON_DECODE_ANY, NULL));
		print_message("%s\n", cases[i].what);
		assert_refused(
		    maker_try(m, LOG_CUSTODY, b, maker_find(m, "anna")), cases[i].words);
	}
}

static void
signature_by_another_key_is_refused(void **state)
{
	(void)state;
	assert_refused(
	    maker_try(m, LOG_CUSTODY, a_body(), maker_find(m, "ben")), "the signature is not");
}

static void
entry_does_not_come_twice(void **state)
{
	struct buf e;
	json_t *b = a_body();
	(void)state;
	maker_sign(json_incref(b), maker_find(m, "anna"), &e);
	assert_int_equal(custody_apply(m->custody, LOG_CUSTODY, e.data, e.len, m->why), ERR_OK);
	assert_refused(
	    custody_check(m->custody, LOG_CUSTODY, e.data, e.len, m->why), "with id");
	/* The same id in a new entry */
	json_t *again = a_body();
	json_object_set(again, "id", json_object_get(b, "id"));
	assert_refused(maker_try(m, LOG_CUSTODY, again, maker_find(m, "anna")), "with id");
	json_decref(b);
	buf_done(&e);
}

static void
check_changes_nothing(void **state)
{
	struct buf e;
	(void)state;
	uint64_t size = custody_size(m->custody, LOG_CUSTODY);
	maker_sign(a_body(), maker_find(m, "anna"), &e);
	assert_int_equal(custody_check(m->custody, LOG_CUSTODY, e.data, e.len, m->why), ERR_OK);
	assert_int_equal(custody_check(m->custody, LOG_CUSTODY, e.data, e.len, m->why), ERR_OK);
	assert_int_equal(custody_size(m->custody, LOG_CUSTODY), size);
	assert_int_equal(custody_apply(m->custody, LOG_CUSTODY, e.data, e.len, m->why), ERR_OK);
	assert_int_equal(custody_size(m->custody, LOG_CUSTODY), size + 1);
	buf_done(&e);
}

static void
head_may_be_4096_entries_old_and_no_more(void **state)
{
	(void)state;
	json_t *old = a_body(), *older = a_body();
	maker_add(m, LOG_CUSTODY, "sess.logout", "officer:ben", &m->station,
	    json_pack("{s:s}", "officer", "ben"));
	for (unsigned i = 0; i < LIM_HEAD_GAP - 1; i++)
		maker_add(m, LOG_CUSTODY, "device.refused", "station", &m->station,
		    json_pack("{s:s,s:s}", "source", "usb", "why", "not a disk"));
	assert_int_equal(maker_try(m, LOG_CUSTODY, old, maker_find(m, "anna")), ERR_OK);
	maker_add(m, LOG_CUSTODY, "device.refused", "station", &m->station,
	    json_pack("{s:s,s:s}", "source", "usb", "why", "not a disk"));
	assert_refused(
	    maker_try(m, LOG_CUSTODY, older, maker_find(m, "anna")), "more than 4096");
}

static void
auth_never_goes_back(void **state)
{
	(void)state;
	json_t *b = a_body();
	maker_add(m, LOG_AUTHORITY, "requester.enroll", "person:otto", maker_find(m, "root1"),
	    json_pack("{s:s,s:s}", "id", "otto", "name", "Otto Hahn"));
	/* Still good: nobody has used the newer authority yet. */
	assert_int_equal(
	    maker_try(m, LOG_CUSTODY, json_deep_copy(b), maker_find(m, "anna")), ERR_OK);
	maker_add(m, LOG_CUSTODY, "sess.logout", "officer:ben", &m->station,
	    json_pack("{s:s}", "officer", "ben"));
	assert_refused(maker_try(m, LOG_CUSTODY, b, maker_find(m, "anna")), "auth went back");
}

static void
log_begins_with_genesis_and_has_one(void **state)
{
	(void)state;
	struct custody *fresh = custody_new();
	struct buf e;
	maker_sign(a_body(), maker_find(m, "anna"), &e);
	assert_refused(
	    custody_check(fresh, LOG_CUSTODY, e.data, e.len, m->why), "ledger.genesis");
	buf_done(&e);
	custody_free(fresh);
	json_t *b = maker_body(m, LOG_CUSTODY, "ledger.genesis", "station", &m->station,
	    json_pack("{s:i,s:s,s:s}", "epoch", 1, "kind", "custody", "schema", ENTRY_ZEROS));
	assert_refused(maker_try(m, LOG_CUSTODY, b, &m->station), "one genesis");
}

/* --- authority ------------------------------------------------------------------------ */

static void
nothing_is_in_force_before_the_threshold(void **state)
{
	(void)state;
	struct maker *keep = m;
	m = maker_new("site7.example", 3, 2);
	struct maker_person *one = &m->people[0], *two = &m->people[1];
	json_t *policy = maker_body(m, LOG_AUTHORITY, "policy.set", "policy", one,
	    json_pack("{s:i,s:i,s:s}", "approvals", 2, "bytes", 1, "sha256", ENTRY_ZEROS));
	assert_refused(maker_try(m, LOG_AUTHORITY, policy, one), "not endorsed the genesis");
	json_t *start = maker_body(m, LOG_CUSTODY, "station.start", "station", &m->station,
	    json_pack("{s:[],s:b,s:b,s:s}", "interrupted", "sandbox", 1, "unclean", 0,
		"version", "1"));
	assert_refused(
	    maker_try(m, LOG_CUSTODY, start, &m->station), "not endorsed the genesis");
	const char *leaf = custody_genesis(m->custody);
	maker_add(m, LOG_AUTHORITY, "authority.endorse", "station", one,
	    json_pack("{s:s}", "leaf", leaf));
	assert_false(custody_founded(m->custody));
	json_t *twice = maker_body(m, LOG_AUTHORITY, "authority.endorse", "station", one,
	    json_pack("{s:s}", "leaf", leaf));
	assert_refused(
	    maker_try(m, LOG_AUTHORITY, twice, one), "stands behind this act already");
	maker_add(m, LOG_AUTHORITY, "authority.endorse", "station", two,
	    json_pack("{s:s}", "leaf", leaf));
	assert_true(custody_founded(m->custody));
	/* A requester is proposed by one and in force with two. */
	maker_add(m, LOG_AUTHORITY, "requester.enroll", "person:rita", one,
	    json_pack("{s:s,s:s}", "id", "rita", "name", "Rita Voss"));
	assert_null(custody_person_find(m->custody, "rita"));
	assert_int_equal(custody_pending_count(m->custody), 1);
	struct custody_proposal p;
	assert_true(custody_pending_at(m->custody, 0, &p));
	assert_false(custody_pending_at(m->custody, 1, &p));
	assert_string_equal(p.type, "requester.enroll");
	json_t *wrong = maker_body(m, LOG_AUTHORITY, "authority.endorse", "policy", two,
	    json_pack("{s:s}", "leaf", p.leaf));
	assert_refused(maker_try(m, LOG_AUTHORITY, wrong, two), "is about person:rita");
	maker_add(m, LOG_AUTHORITY, "authority.endorse", p.subj, two,
	    json_pack("{s:s}", "leaf", p.leaf));
	assert_non_null(custody_person_find(m->custody, "rita"));
	assert_int_equal(custody_pending_count(m->custody), 0);
	json_t *done = maker_body(m, LOG_AUTHORITY, "authority.endorse", "person:rita",
	    &m->people[2], json_pack("{s:s}", "leaf", ENTRY_ZEROS));
	assert_refused(
	    maker_try(m, LOG_AUTHORITY, done, &m->people[2]), "no act with this leaf");
	maker_free(m);
	m = keep;
}

static enum err
try_enroll(struct maker_person *p, json_t *data)
{
	char subj[64];
	struct maker_person *root = maker_find(m, "root1");
	snprintf(subj, sizeof(subj), "person:%s", p->id);
	return maker_try(m, LOG_AUTHORITY,
	    maker_body(m, LOG_AUTHORITY, "officer.enroll", subj, root, data), root);
}

static void
a_person_has_one_id(void **state)
{
	(void)state;
	struct maker_person *dora = maker_person(m, "dora", "Dora Stein", "officer");
	struct maker_person *twin = maker_person(m, "twin", "anna berg", "officer");
	json_t *officer = json_pack("[s]", "officer");
	assert_int_equal(
	    try_enroll(dora, maker_enroll_data(m, dora, json_incref(officer))), ERR_OK);
	assert_refused(try_enroll(twin, maker_enroll_data(m, twin, json_incref(officer))),
	    "anna is enrolled with this name");
	/* Anna's key under another id */
	struct maker_person alias = *maker_find(m, "anna");
	snprintf(alias.id, sizeof(alias.id), "alias");
	snprintf(alias.name, sizeof(alias.name), "Alias");
	assert_refused(try_enroll(&alias, maker_enroll_data(m, &alias, json_incref(officer))),
	    "anna is enrolled with this key");
	/* Anna again, as auditor too: same name, same key */
	struct maker_person *anna = maker_find(m, "anna");
	assert_int_equal(
	    try_enroll(anna, maker_enroll_data(m, anna, json_pack("[s]", "auditor"))), ERR_OK);
	struct maker_person other = *dora;
	snprintf(other.id, sizeof(other.id), "anna");
	snprintf(other.name, sizeof(other.name), "Anna Berg");
	assert_refused(try_enroll(&other, maker_enroll_data(m, &other, json_incref(officer))),
	    "another name or key");
	/* The requester who becomes an officer keeps his id and name. */
	struct maker_person *rita = maker_person(m, "rita", "Rita V.", "officer");
	assert_refused(try_enroll(rita, maker_enroll_data(m, rita, json_incref(officer))),
	    "another name or key");
	json_decref(officer);
}

static void
enrolment_is_judged(void **state)
{
	(void)state;
	struct maker_person *dora = maker_person(m, "dora", "Dora Stein", "officer");
	json_t *d = maker_enroll_data(m, dora, json_pack("[s]", "requester"));
	assert_refused(try_enroll(dora, d), "roles are");
	d = maker_enroll_data(m, dora, json_pack("[s,s]", "officer", "officer"));
	assert_refused(try_enroll(dora, d), "roles are");
	d = maker_enroll_data(m, dora, json_array());
	assert_refused(try_enroll(dora, d), "roles are");
	d = maker_enroll_data(m, dora, json_pack("[s]", "officer"));
	json_object_set_new(d, "id", json_string("dorian"));
	assert_refused(try_enroll(dora, d), "not the person it is about");
	/* A proof made for another head of the authority log */
	d = maker_enroll_data(m, dora, json_pack("[s]", "officer"));
	maker_add(m, LOG_AUTHORITY, "requester.enroll", "person:otto", maker_find(m, "root1"),
	    json_pack("{s:s,s:s}", "id", "otto", "name", "Otto Hahn"));
	assert_refused(try_enroll(dora, d), "proof of possession");
	/* A proof by somebody else's key */
	struct maker_person thief = *dora;
	thief.secret = maker_find(m, "ben")->secret;
	d = maker_enroll_data(m, &thief, json_pack("[s]", "officer"));
	assert_refused(try_enroll(dora, d), "proof of possession");
	/* An officer is no administrator */
	json_t *b = maker_body(m, LOG_AUTHORITY, "requester.enroll", "person:zoe",
	    maker_find(m, "anna"), json_pack("{s:s,s:s}", "id", "zoe", "name", "Zoe"));
	assert_refused(maker_try(m, LOG_AUTHORITY, b, maker_find(m, "anna")),
	    "cannot be signed in the role");
	/* Names of 128 bytes and one more */
	char name[LIM_PERSON_NAME_BYTES + 2];
	memset(name, 'n', sizeof(name));
	name[LIM_PERSON_NAME_BYTES] = 0;
	struct maker_person *root = maker_find(m, "root1");
	json_t *fits = json_pack("{s:s,s:s}", "id", "zoe", "name", name);
	assert_int_equal(
	    maker_try(m, LOG_AUTHORITY,
		maker_body(m, LOG_AUTHORITY, "requester.enroll", "person:zoe", root, fits),
		root),
	    ERR_OK);
	name[LIM_PERSON_NAME_BYTES] = 'n';
	name[LIM_PERSON_NAME_BYTES + 1] = 0;
	json_t *more = json_pack("{s:s,s:s}", "id", "zoe", "name", name);
	assert_refused(
	    maker_try(m, LOG_AUTHORITY,
		maker_body(m, LOG_AUTHORITY, "requester.enroll", "person:zoe", root, more),
		root),
	    "1 to 128 bytes");
}

static enum err
try_policy(json_t *data)
{
	struct maker_person *root = maker_find(m, "root1");
	return maker_try(m, LOG_AUTHORITY,
	    maker_body(m, LOG_AUTHORITY, "policy.set", "policy", root, data), root);
}

static void
policy_must_be_what_it_says(void **state)
{
	(void)state;
	static const char three[] = "name=\"x\"; approvals=3;"
				    "required=({scanner=\"av\"; types=\"*\";});"
				    "rules=({verdict=\"clean\"; gate=\"pass\";});";
	json_int_t n = (json_int_t)strlen(three);
	char sha256[65];
	snprintf(sha256, sizeof(sha256), "%s", maker_store(m, three, strlen(three)));
	const char *fmt = "{s:i,s:I,s:s}";
	assert_int_equal(
	    try_policy(json_pack(fmt, "approvals", 3, "bytes", n, "sha256", sha256)), ERR_OK);
	assert_refused(try_policy(json_pack(fmt, "approvals", 2, "bytes", n, "sha256", sha256)),
	    "another number of approvals");
	assert_refused(try_policy(json_pack(fmt, "approvals", 1, "bytes", n, "sha256", sha256)),
	    "2 to 9 approvals");
	assert_refused(
	    try_policy(json_pack(fmt, "approvals", 10, "bytes", n, "sha256", sha256)),
	    "2 to 9 approvals");
	assert_refused(
	    try_policy(json_pack(fmt, "approvals", 3, "bytes", n + 1, "sha256", sha256)),
	    "another length");
	assert_refused(
	    try_policy(json_pack(fmt, "approvals", 3, "bytes", n, "sha256", ENTRY_ZEROS)),
	    "not among the documents");
	const char *bad = maker_store(m, "approvals = 1;", 14);
	assert_refused(
	    try_policy(json_pack(fmt, "approvals", 2, "bytes", (json_int_t)14, "sha256", bad)),
	    "cannot be read");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(common_fields_are_judged),
	    TEST(signature_by_another_key_is_refused),
	    TEST(entry_does_not_come_twice),
	    TEST(check_changes_nothing),
	    TEST(head_may_be_4096_entries_old_and_no_more),
	    TEST(auth_never_goes_back),
	    TEST(log_begins_with_genesis_and_has_one),
	    TEST(nothing_is_in_force_before_the_threshold),
	    TEST(a_person_has_one_id),
	    TEST(enrolment_is_judged),
	    TEST(policy_must_be_what_it_says),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* links: @rules tests/ledger/maker src/core/inventory_print src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* Keys of people: replaced, lost, compromised; and the approvals to look at again. */
#include "tests/unit/authority.h"

static json_t *
end(const char *id, const char *fingerprint, const char *reason)
{
	return json_pack("{s:s,s:s,s:s}", "id", id, "key", fingerprint, "reason", reason);
}

static json_t *
compromised(const char *id, const char *fingerprint, int from)
{
	json_t *d = end(id, fingerprint, "compromised");
	json_object_set_new(d, "suspect_from", json_integer(from));
	return d;
}

static enum err
try_sign_in(const struct maker_person *p)
{
	char subj[80];
	snprintf(subj, sizeof(subj), "officer:%s", p->id);
	json_t *b = maker_body(
	    m, LOG_CUSTODY, "sess.login", subj, p, json_pack("{s:s}", "nonce", ENTRY_ZEROS));
	return maker_try(m, LOG_CUSTODY, b, p);
}

/* --- a new key ------------------------------------------------------------------------- */

static void
a_key_is_replaced_with_a_signature_by_the_old(void **state)
{
	const struct maker_person *old = maker_find(m, "anna");
	const struct maker_person *new = another_key("anna", "anna-2");
	(void)state;
	json_t *before = maker_body(m, LOG_CUSTODY, "sess.login", "officer:anna", old,
	    json_pack("{s:s}", "nonce", ENTRY_ZEROS));
	assert_refused(try_sign_in(new), "key or name are not those that anna has at auth");
	act("key.enroll", key_data("anna", new, old));
	assert_taken(try_sign_in(new));
	assert_refused(try_sign_in(old), "key or name");
	/* made when the old one held */
	assert_taken(maker_try(m, LOG_CUSTODY, before, old));
	const struct custody_person *p = person("anna"), *owner;
	assert_int_equal(p->keys_count, 2);
	assert_string_equal(p->keys[0].until.why, "rotated");
	assert_int_equal(p->keys[0].until.size, p->keys[1].since.size);
	assert_string_equal(p->key, new->key);
	assert_ptr_equal(custody_person_key(p, p->keys[1].since.size - 1), &p->keys[0]);
	assert_ptr_equal(custody_person_key(p, p->keys[1].since.size), &p->keys[1]);
	assert_ptr_equal(custody_person_of_key(m->custody, old->key, &owner), &p->keys[0]);
	assert_ptr_equal(owner, p);
	assert_null(custody_person_of_key(m->custody, "SHA256:none", NULL));
	assert_int_equal(p->roles, CUSTODY_OFFICER);
}

static void
a_new_key_is_judged(void **state)
{
	const struct maker_person *root1 = maker_find(m, "root1");
	const struct maker_person *old = maker_find(m, "anna"), *ben = maker_find(m, "ben");
	const struct maker_person *new = another_key("anna", "anna-2");
	(void)state;
	assert_refused(
	    try_act(root1, "key.enroll", key_data("nemo", new, NULL)), "not enrolled");
	assert_refused(try_act(root1, "key.enroll", key_data("anna", new, NULL)),
	    "anna has a key in force: it signs for the new one, or is revoked first");
	assert_refused(try_act(root1, "key.enroll", key_data("anna", new, ben)),
	    "cross is not a signature by the key it replaces");
	assert_refused(try_act(root1, "key.enroll", key_data("anna", new, new)),
	    "cross is not a signature by the key it replaces");
	assert_refused(try_act(root1, "key.enroll", key_data("anna", old, old)),
	    "anna has this key in force already");
	assert_refused(try_act(root1, "key.enroll", key_data("anna", ben, old)),
	    "ben is enrolled with this key");
	assert_refused(try_act(root1, "key.enroll", key_data("anna", &m->station, old)),
	    "the key is the station's");
	assert_refused(try_act(root1, "key.enroll", key_data("rita", new, old)),
	    "rita has no key in force that could sign for the new one");
	json_t *d = key_data("anna", new, old);
	json_object_set_new(d, "proof", proof("anna", old));
	assert_refused(try_act(root1, "key.enroll", d), "not a signature by the new key");
	d = key_data("anna", new, old);
	json_object_set_new(d, "proof", proof("ben", new));
	assert_refused(try_act(root1, "key.enroll", d), "not a signature by the new key");
	d = key_data("anna", new, old);
	json_object_set_new(d, "cross", json_string("AAAA"));
	assert_refused(try_act(root1, "key.enroll", d), "cross is not a signature");
	/* made for another head of the authority log */
	d = key_data("anna", new, old);
	act("requester.enroll", quoted("{'id':'otto','name':'Otto Hahn'}"));
	assert_refused(try_act(root1, "key.enroll", d), "not a signature by the new key");
	assert_taken(try_act(root1, "key.enroll", key_data("anna", new, old)));
	assert_taken(try_act(root1, "key.enroll", key_data("rita", new, NULL)));
}

static void
a_known_person_gets_a_key_by_key_enroll_alone(void **state)
{
	const struct maker_person *root1 = maker_find(m, "root1");
	const struct maker_person *key = maker_person(m, "k", "K", "officer");
	(void)state;
	json_t *d =
	    json_pack("{s:s,s:s,s:s}", "id", "rita", "key", key->line, "name", "Rita Voss");
	assert_refused(
	    try_act(root1, "requester.enroll", d), "key.enroll gives a known person");
	act("key.enroll", key_data("rita", key, NULL));
	d = json_pack("{s:s,s:s,s:s}", "id", "rita", "key", key->line, "name", "Rita Voss");
	assert_taken(try_act(root1, "requester.enroll", d));
	assert_string_equal(person("rita")->key, key->key);
}

static void
a_role_to_sign_in_takes_a_key_that_was_proved(void **state)
{
	const struct maker_person *root1 = maker_find(m, "root1");
	const struct maker_person *zoe = maker_person(m, "zoe", "Zoe Lind", "admin");
	(void)state;
	act("requester.enroll",
	    json_pack("{s:s,s:s,s:s}", "id", "zoe", "key", zoe->line, "name", zoe->name));
	const char *grant = "{'basis':'b','expires':'','id':'zoe','roles':['officer']}";
	assert_false(person("zoe")->keys[0].proved);
	assert_refused(try_act(root1, "role.grant", quoted(grant)),
	    "zoe has no key in force of which it is proved that he holds it");
	json_t *set = same_admins(1);
	json_array_append_new(json_object_get(set, "admins"), admin_row(zoe, false));
	assert_refused(try_act(root1, "admin.set", set), "a proof of possession is missing");
	set = same_admins(1);
	json_array_append_new(json_object_get(set, "admins"), admin_row(zoe, true));
	assert_taken(try_act(root1, "admin.set", set));
	act("officer.enroll", maker_enroll_data(m, zoe, json_pack("[s]", "auditor")));
	assert_int_equal(person("zoe")->keys_count, 1);
	assert_true(person("zoe")->keys[0].proved);
	assert_taken(try_act(root1, "role.grant", quoted(grant)));
}

/* --- the end of a key ----------------------------------------------------------------------
 */

static void
a_key_ends_for_a_reason(void **state)
{
	static const char *const reasons[] = {"rotated", "lost", "forgotten", "left"};
	(void)state;
	for (size_t i = 0; i < COUNT(reasons); i++) {
		tear_down(NULL);
		set_up(NULL);
		const struct maker_person *anna = maker_find(m, "anna");
		act("key.revoke", end("anna", anna->key, reasons[i]));
		assert_refused(try_sign_in(anna), "anna has no key in force");
		assert_false(person("anna")->has_key);
		assert_string_equal(person("anna")->keys[0].until.why, reasons[i]);
		assert_int_equal(person("anna")->roles, CUSTODY_OFFICER);
		/* for nobody */
		const struct maker_person *new = another_key("anna", "anna-2");
		const struct maker_person *root1 = maker_find(m, "root1");
		assert_refused(try_act(root1, "key.enroll", key_data("anna", anna, NULL)),
		    "a key never comes back");
		assert_refused(try_act(root1, "key.enroll", key_data("rita", anna, NULL)),
		    "anna had this key, and it ended");
		act("key.enroll", key_data("anna", new, NULL));
		assert_taken(try_sign_in(new));
	}
}

static void
the_end_of_a_key_is_judged(void **state)
{
	const struct maker_person *root1 = maker_find(m, "root1");
	const char *anna = maker_find(m, "anna")->key;
	(void)state;
	assert_refused(try_act(root1, "key.revoke", end("nemo", anna, "lost")), "not enrolled");
	assert_refused(try_act(root1, "key.revoke", end("anna", anna, "stolen")),
	    "the reason is rotated, lost, forgotten, left or compromised");
	assert_refused(try_act(root1, "key.revoke", end("anna", anna, "compromised")),
	    "suspect_from is said of a compromised key");
	json_t *d = end("anna", anna, "lost");
	json_object_set_new(d, "suspect_from", json_integer(0));
	assert_refused(
	    try_act(root1, "key.revoke", d), "suspect_from is said of a compromised key");
	assert_refused(try_act(root1, "key.revoke", end("ben", anna, "lost")),
	    "ben never had a key with this fingerprint");
	d = end("anna", anna, "lost");
	assert_refused(
	    maker_try(m, LOG_AUTHORITY,
		maker_body(m, LOG_AUTHORITY, "key.revoke", "person:ben", root1, d), root1),
	    "not the person it is about");
	act("key.revoke", end("anna", anna, "lost"));
	assert_refused(try_act(root1, "key.revoke", end("anna", anna, "forgotten")),
	    "this key ended already: lost");
	/* but it may turn out to be in other hands, and since earlier than was thought */
	act("key.revoke", compromised("anna", anna, 9));
	assert_string_equal(person("anna")->keys[0].until.why, "lost");
	assert_int_equal(person("anna")->keys[0].suspect_from, 9);
	assert_refused(try_act(root1, "key.revoke", compromised("anna", anna, 9)),
	    "in doubt already from entry 9");
	assert_refused(try_act(root1, "key.revoke", compromised("anna", anna, 10)),
	    "in doubt already from entry 9");
	act("key.revoke", compromised("anna", anna, 8));
	assert_int_equal(person("anna")->keys[0].suspect_from, 8);
}

static void
of_the_retired_a_compromise_is_still_said(void **state)
{
	const char *anna = maker_find(m, "anna")->key;
	(void)state;
	act("officer.retire", quoted("{'id':'anna','reason':'left'}"));
	assert_refused(try_act(maker_find(m, "root1"), "key.revoke", end("anna", anna, "lost")),
	    "this key ended already: left");
	const struct maker_person *root1 = maker_find(m, "root1");
	assert_refused(maker_try(m, LOG_AUTHORITY,
			   maker_body(m, LOG_AUTHORITY, "key.revoke", "person:ben", root1,
			       compromised("anna", anna, 0)),
			   root1),
	    "not the person it is about");
	act("key.revoke", compromised("anna", anna, 0));
	assert_int_equal(person("anna")->keys[0].suspect_from, 0);
	assert_int_equal(person("anna")->standing, CUSTODY_RETIRED);
}

/* --- what a compromised key signed -----------------------------------------------------------
 */

static void
approvals_by_a_compromised_key_are_listed(void **state)
{
	char first[80], second[80];
	(void)state;
	maker_transfer(m, MAKER_CLOSED, 1, first);
	maker_transfer(m, MAKER_SUBMITTED, 1, second);
	const struct custody_transfer *a =
	    custody_transfer_find(m->custody, first + strlen("xfer:"));
	uint64_t one = a->approvals[0].seq;
	const char *anna = maker_find(m, "anna")->key;
	assert_int_equal(custody_suspect_count(m->custody), 0);
	assert_null(custody_suspect_at(m->custody, 0));
	/* one behind the first approval: the second alone */
	act("key.revoke", compromised("anna", anna, (int)one + 1));
	assert_int_equal(custody_suspect_count(m->custody), 1);
	const struct custody_suspect *s = custody_suspect_at(m->custody, 0);
	assert_string_equal(s->transfer, second + strlen("xfer:"));
	assert_string_equal(s->officer, "anna");
	assert_string_equal(s->key, anna);
	assert_int_equal(s->suspect_from, one + 1);
	/* at the approval: both, and ben's are not among them */
	act("key.revoke", compromised("anna", anna, (int)one));
	assert_int_equal(custody_suspect_count(m->custody), 2);
	s = custody_suspect_at(m->custody, 0);
	a = custody_transfer_find(m->custody, first + strlen("xfer:"));
	assert_int_equal(s->seq, one);
	assert_string_equal(s->leaf, a->approvals[0].leaf);
	assert_string_equal(s->at, a->approvals[0].at);
	assert_string_equal(s->transfer, a->id);
	assert_null(custody_suspect_at(m->custody, 2));
	/* what was approved stays approved */
	assert_int_equal(a->facts.state, TRANSFER_CLOSED);
	const struct custody_transfer *b =
	    custody_transfer_find(m->custody, second + strlen("xfer:"));
	assert_int_equal(b->approvals_count, 1);
}

struct both {
	struct buf lists[2];
};

static void
keep(void *arg, enum transfer_log log, const void *entry, size_t n, const void *note,
    size_t note_len)
{
	struct both *b = arg;
	(void)note;
	(void)note_len;
	if (b->lists[log].len > 0)
		buf_add(&b->lists[log], "\n", 1);
	buf_add(&b->lists[log], entry, n);
}

/* A reader applies the whole authority log first. */
static void
the_list_is_the_same_in_whatever_order_the_logs_come(void **state)
{
	char subj[80], why[CUSTODY_WHY_SIZE] = "";
	struct both b;
	(void)state;
	tear_down(NULL);
	buf_init(&b.lists[0], 1 << 20);
	buf_init(&b.lists[1], 1 << 20);
	m = maker_new_with("site7.example", 1, 1, ENTRY_ZEROS, keep, NULL, &b);
	maker_settle(m);
	maker_transfer(m, MAKER_CLOSED, 1, subj);
	act("key.revoke", compromised("ben", maker_find(m, "ben")->key, 0));
	struct custody *reader = custody_new();
	for (int log = 0; log < 2; log++)
		if (custody_apply_list(reader, (enum transfer_log)log, b.lists[log].data,
			b.lists[log].len, why) != ERR_OK)
			fail_msg("%s", why);
	assert_int_equal(custody_suspect_count(reader), 1);
	assert_int_equal(
	    custody_suspect_at(reader, 0)->seq, custody_suspect_at(m->custody, 0)->seq);
	/* what an entry was judged by is known of every entry */
	struct custody_moment one, other;
	uint64_t size = custody_size(reader, LOG_CUSTODY);
	for (uint64_t seq = 0; seq < size; seq++) {
		assert_true(custody_moment_of(reader, LOG_CUSTODY, seq, &one));
		assert_true(custody_moment_of(m->custody, LOG_CUSTODY, seq, &other));
		assert_int_equal(one.auth_size, other.auth_size);
		assert_int_equal(one.now_s, other.now_s);
	}
	assert_false(custody_moment_of(reader, LOG_CUSTODY, size, &one));
	custody_free(reader);
	buf_done(&b.lists[0]);
	buf_done(&b.lists[1]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_key_is_replaced_with_a_signature_by_the_old),
	    TEST(a_new_key_is_judged),
	    TEST(a_known_person_gets_a_key_by_key_enroll_alone),
	    TEST(a_role_to_sign_in_takes_a_key_that_was_proved),
	    TEST(a_key_ends_for_a_reason),
	    TEST(the_end_of_a_key_is_judged),
	    TEST(of_the_retired_a_compromise_is_still_said),
	    TEST(approvals_by_a_compromised_key_are_listed),
	    TEST(the_list_is_the_same_in_whatever_order_the_logs_come),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

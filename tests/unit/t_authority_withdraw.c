/* links: @rules tests/ledger/maker src/core/inventory_print src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* Acts of administrators that are taken back before they are in force. */
#include "tests/unit/authority.h"

static json_t *
withdrawal(const struct maker_person *who, const char *leaf, const char *why)
{
	struct custody_proposal p = {.subj = "station"};
	custody_pending_find(m->custody, leaf, &p);
	MEM_FREE char *subj = mem_strdup(p.subj);
	return maker_body(m, LOG_AUTHORITY, "authority.withdraw", subj, who,
	    json_pack("{s:s,s:s}", "leaf", leaf, "reason", why));
}

static enum err
try_withdraw(const struct maker_person *who, const char *leaf)
{
	return maker_try(m, LOG_AUTHORITY, withdrawal(who, leaf, "a mistake"), who);
}

static enum err
put_withdraw(const struct maker_person *who, const char *leaf)
{
	return maker_put(m, LOG_AUTHORITY, withdrawal(who, leaf, "a mistake"), who);
}

/* Of an act that waits no more. */
static enum err
try_late_endorse(const struct maker_person *who, const char *subj, const char *leaf)
{
	return maker_try(m, LOG_AUTHORITY,
	    maker_body(m, LOG_AUTHORITY, "authority.endorse", subj, who,
		json_pack("{s:s}", "leaf", leaf)),
	    who);
}

static void
who_proposed_it_takes_it_back_alone(void **state)
{
	(void)state;
	two_of_three();
	act("requester.enroll", a_requester("zoe"));
	MEM_FREE char *zoe = last_pending();
	act("requester.enroll", a_requester("yara"));
	MEM_FREE char *yara = last_pending();
	assert_taken(put_withdraw(root(1), zoe));
	assert_int_equal(custody_pending_count(m->custody), 1);
	assert_refused(
	    try_late_endorse(root(2), "person:zoe", zoe), "no act with this leaf awaits");
	assert_refused(try_withdraw(root(1), zoe), "no act with this leaf waits");
	assert_taken(put_endorse(root(2), yara));
	assert_non_null(custody_person_find(m->custody, "yara"));
	assert_null(custody_person_find(m->custody, "zoe"));
	/* what is in force is undone by another act */
	assert_refused(try_withdraw(root(1), yara), "no act with this leaf waits");
}

static void
others_speak_against_it_until_they_are_as_many_as_the_threshold(void **state)
{
	struct custody_proposal p;
	char why[CUSTODY_WHY_SIZE];
	(void)state;
	two_of_three();
	act("requester.enroll", a_requester("zoe"));
	MEM_FREE char *zoe = last_pending();
	assert_taken(put_withdraw(root(2), zoe));
	assert_true(custody_pending_find(m->custody, zoe, &p));
	assert_int_equal(p.against, 1);
	assert_int_equal(p.has, 1);
	assert_string_equal(custody_pending_against(m->custody, zoe, 0), "root2");
	assert_null(custody_pending_against(m->custody, zoe, 1));
	assert_refused(try_withdraw(root(2), zoe), "has spoken against this act already");
	assert_false(custody_may_withdraw(m->custody, zoe, "root2", why));
	assert_true(custody_may_withdraw(m->custody, zoe, "root3", why));
	assert_false(custody_may_withdraw(m->custody, zoe, "anna", why));
	assert_taken(put_withdraw(root(3), zoe));
	assert_int_equal(custody_pending_count(m->custody), 0);
	assert_refused(
	    try_late_endorse(root(2), "person:zoe", zoe), "no act with this leaf awaits");
}

static void
a_persons_last_signature_is_his_side(void **state)
{
	struct custody_proposal p;
	(void)state;
	act("admin.set", same_admins(3));
	MEM_FREE char *set = last_pending();
	for (unsigned i = 2; set != NULL && i <= 3; i++)
		assert_taken(put_endorse(root(i), set));
	assert_int_equal(custody_threshold(m->custody), 3);
	act("requester.enroll", a_requester("zoe"));
	MEM_FREE char *zoe = last_pending();
	assert_taken(put_endorse(root(2), zoe));
	assert_taken(put_withdraw(root(2), zoe));
	assert_true(custody_pending_find(m->custody, zoe, &p));
	assert_int_equal(p.has, 1);
	assert_int_equal(p.against, 1);
	assert_taken(put_endorse(root(2), zoe));
	assert_true(custody_pending_find(m->custody, zoe, &p));
	assert_int_equal(p.has, 2);
	assert_int_equal(p.against, 0);
	assert_taken(put_endorse(root(3), zoe));
	assert_non_null(custody_person_find(m->custody, "zoe"));
}

static void
a_signature_against_it_counts_while_its_signer_could_give_it(void **state)
{
	struct custody_proposal p;
	const struct maker_person *new = another_key("root2", "root2-2");
	(void)state;
	two_of_three();
	act("requester.enroll", a_requester("zoe"));
	MEM_FREE char *zoe = last_pending();
	assert_taken(put_withdraw(root(2), zoe));
	act("key.enroll", key_data("root2", new, root(2)));
	MEM_FREE char *key = last_pending();
	assert_taken(put_endorse(root(3), key));
	assert_true(custody_pending_find(m->custody, zoe, &p));
	assert_int_equal(p.against, 0);
	assert_taken(put_withdraw(new, zoe));
	assert_true(custody_pending_find(m->custody, zoe, &p));
	assert_int_equal(p.against, 1);
	assert_taken(put_withdraw(root(3), zoe));
	assert_false(custody_pending_find(m->custody, zoe, &p));
}

static void
every_refusal_has_its_name(void **state)
{
	char text[LIM_PERSON_REASON_BYTES + 2] = {0};
	(void)state;
	two_of_three();
	act("officer.suspend", quoted("{'id':'root2','reason':'x'}"));
	MEM_FREE char *leaf = last_pending();
	assert_refused(
	    try_withdraw(root(2), leaf), "nobody speaks against an act about himself");
	assert_refused(try_withdraw(maker_find(m, "anna"), leaf), "in the role");
	assert_refused(maker_try(m, LOG_AUTHORITY,
			   maker_body(m, LOG_AUTHORITY, "authority.withdraw", "station",
			       root(3), json_pack("{s:s,s:s}", "leaf", leaf, "reason", "x")),
			   root(3)),
	    "the act it speaks against is about person:root2");
	assert_refused(maker_try(m, LOG_AUTHORITY, withdrawal(root(3), leaf, ""), root(3)),
	    "reason has 1 to 256 bytes");
	memset(text, 'x', LIM_PERSON_REASON_BYTES + 1);
	assert_refused(maker_try(m, LOG_AUTHORITY, withdrawal(root(3), leaf, text), root(3)),
	    "reason has 1 to 256 bytes");
	text[LIM_PERSON_REASON_BYTES] = '\0';
	assert_taken(maker_try(m, LOG_AUTHORITY, withdrawal(root(3), leaf, text), root(3)));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(who_proposed_it_takes_it_back_alone),
	    TEST(others_speak_against_it_until_they_are_as_many_as_the_threshold),
	    TEST(a_persons_last_signature_is_his_side),
	    TEST(a_signature_against_it_counts_while_its_signer_could_give_it),
	    TEST(every_refusal_has_its_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* links: @rules tests/ledger/maker src/core/inventory_print src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* Who stands behind an act of administrators, and until when his signature counts. */
#include "tests/unit/authority.h"

static void
nobody_endorses_an_act_about_himself(void **state)
{
	char why[CUSTODY_WHY_SIZE];
	(void)state;
	two_of_three();
	act("officer.suspend", quoted("{'id':'root2','reason':'x'}"));
	MEM_FREE char *leaf = last_pending();
	assert_refused(try_endorse(root(2), leaf), "nobody endorses an act about himself");
	assert_false(custody_may_endorse(m->custody, leaf, "root2", why));
	assert_taken(put_endorse(root(3), leaf));
	assert_int_equal(person("root2")->standing, CUSTODY_SUSPENDED);
	assert_refused(try_act(root(2), "requester.enroll", a_requester("zoe")),
	    "root2 is suspended and may not act");
	/* but he may ask */
	act("role.grant",
	    quoted("{'basis':'b','expires':'','id':'root1','roles':['officer']}"));
	MEM_FREE char *grant = last_pending();
	assert_taken(put_endorse(root(3), grant));
	assert_int_equal(person("root1")->roles, CUSTODY_ADMIN | CUSTODY_OFFICER);
}

static void
a_signature_counts_while_its_signer_could_give_it(void **state)
{
	struct custody_proposal p;
	const struct maker_person *new = another_key("root1", "root1-2");
	(void)state;
	two_of_three();
	act("requester.enroll", a_requester("zoe"));
	MEM_FREE char *zoe = last_pending();
	/* root1 gets another key: what he signed by the old one counts no more */
	assert_taken(put_act(root(2), "key.enroll", key_data("root1", new, root(1))));
	MEM_FREE char *key = last_pending();
	assert_taken(put_endorse(root(3), key));
	assert_true(custody_pending_find(m->custody, zoe, &p));
	assert_int_equal(p.has, 0);
	assert_taken(put_endorse(root(2), zoe));
	assert_null(custody_person_find(m->custody, "zoe"));
	assert_refused(try_endorse(root(1), zoe), "key or name");
	assert_taken(put_endorse(new, zoe));
	assert_non_null(custody_person_find(m->custody, "zoe"));
}

static void
what_was_good_when_proposed_may_be_so_no_more(void **state)
{
	(void)state;
	two_of_three();
	act("officer.suspend", quoted("{'id':'anna','reason':'x'}"));
	MEM_FREE char *suspend = last_pending();
	act("officer.retire", quoted("{'id':'anna','reason':'x'}"));
	MEM_FREE char *retire = last_pending();
	assert_taken(put_endorse(root(2), retire));
	assert_refused(try_endorse(root(2), suspend), "anna is retired");
	/* of two names that are the same the first is taken */
	act("requester.enroll", a_requester("zoe"));
	MEM_FREE char *one = last_pending();
	act("requester.enroll", json_pack("{s:s,s:s}", "id", "zoe2", "name", "ZOE"));
	MEM_FREE char *two = last_pending();
	assert_taken(put_endorse(root(2), one));
	assert_refused(try_endorse(root(2), two), "zoe is enrolled with this name");
}

static void
a_right_that_ended_since_he_looked_is_no_right(void **state)
{
	(void)state;
	const struct maker_person *new = another_key("root2", "root2-2");
	json_t *by_old = maker_body(
	    m, LOG_AUTHORITY, "requester.enroll", "person:zoe", root(2), a_requester("zoe"));
	json_t *by_gone = maker_body(
	    m, LOG_AUTHORITY, "requester.enroll", "person:zoe", root(3), a_requester("zoe"));
	assert_taken(maker_try(m, LOG_AUTHORITY, json_deep_copy(by_old), root(2)));
	assert_taken(maker_try(m, LOG_AUTHORITY, json_deep_copy(by_gone), root(3)));
	act("key.enroll", key_data("root2", new, root(2)));
	act("officer.suspend", quoted("{'id':'root3','reason':'x'}"));
	assert_refused(maker_try(m, LOG_AUTHORITY, by_old, root(2)), "key or name");
	assert_refused(maker_try(m, LOG_AUTHORITY, by_gone, root(3)), "root3 is suspended");
}

static void
enough_administrators_can_always_sign(void **state)
{
	static const struct {
		const char *type, *data;
	} cases[] = {
	    {"officer.suspend", "{'id':'root2','reason':'x'}"},
	    {"key.revoke", NULL},
	};
	(void)state;
	two_of_three();
	act("officer.suspend", quoted("{'id':'root3','reason':'x'}"));
	MEM_FREE char *leaf = last_pending();
	assert_taken(put_endorse(root(2), leaf));
	for (size_t i = 0; i < COUNT(cases); i++) {
		json_t *data = cases[i].data != NULL
		                   ? quoted(cases[i].data)
		                   : json_pack("{s:s,s:s,s:s}", "id", "root2", "key",
					 root(2)->key, "reason", "lost");
		assert_refused(try_act(root(1), cases[i].type, data),
		    "1 administrators could still sign, and acts need 2");
	}
	/* of others it is no matter */
	assert_taken(try_act(root(1), "officer.suspend", quoted("{'id':'anna','reason':'x'}")));
	/* nor of the one who cannot sign anyway */
	assert_taken(try_act(root(1), "key.revoke",
	    json_pack("{s:s,s:s,s:s}", "id", "root3", "key", root(3)->key, "reason", "lost")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(nobody_endorses_an_act_about_himself),
	    TEST(a_signature_counts_while_its_signer_could_give_it),
	    TEST(what_was_good_when_proposed_may_be_so_no_more),
	    TEST(a_right_that_ended_since_he_looked_is_no_right),
	    TEST(enough_administrators_can_always_sign),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

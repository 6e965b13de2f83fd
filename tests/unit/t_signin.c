/* links: @rules tests/ledger/maker src/core/inventory_print src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* Who is signed in and may act no more is sent away, and told why. */
#include "src/core/signin.h"
#include "tests/unit/authority.h"

static enum signin_end
end_of(const char *id, const char *key)
{
	return signin_end(m->custody, id, key);
}

static void
what_ends_a_sign_in(void **state)
{
	static const struct {
		const char *type, *data;
		enum signin_end end;
	} cases[] = {
	    {"officer.suspend", "{'id':'anna','reason':'x'}", SIGNIN_SUSPENDED},
	    {"officer.retire", "{'id':'anna','reason':'x'}", SIGNIN_RETIRED},
	    {"role.revoke", "{'id':'anna','reason':'x','roles':['officer']}", SIGNIN_NO_ROLE},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char key[CUSTODY_KEY_SIZE];
		if (i > 0) {
			tear_down(NULL);
			set_up(NULL);
		}
		snprintf(key, sizeof(key), "%s", person("anna")->key);
		assert_int_equal(end_of("anna", key), SIGNIN_HOLDS);
		act(cases[i].type, quoted(cases[i].data));
		assert_int_equal(end_of("anna", key), cases[i].end);
		assert_int_equal(signin_find(signin_word(cases[i].end)), cases[i].end);
		assert_int_equal(end_of("ben", person("ben")->key), SIGNIN_HOLDS);
	}
	assert_int_equal(end_of("nobody", ""), SIGNIN_NO_ROLE);
}

static void
a_key_that_was_revoked_ends_it_and_one_that_was_changed_does_not(void **state)
{
	char old[CUSTODY_KEY_SIZE];
	(void)state;
	const struct maker_person *new = another_key("anna", "anna-2");
	snprintf(old, sizeof(old), "%s", person("anna")->key);
	act("key.enroll", key_data("anna", new, maker_find(m, "anna")));
	assert_string_not_equal(person("anna")->key, old);
	assert_int_equal(end_of("anna", old), SIGNIN_HOLDS);
	act("key.revoke", json_pack("{s:s,s:s,s:s,s:i}", "id", "anna", "key", old, "reason",
			      "compromised", "suspect_from", 0));
	assert_int_equal(end_of("anna", old), SIGNIN_HOLDS); /* it had ended before */
	act("key.revoke", json_pack("{s:s,s:s,s:s}", "id", "anna", "key", person("anna")->key,
			      "reason", "lost"));
	assert_int_equal(end_of("anna", old), SIGNIN_KEY);
}

static void
every_end_is_told_in_words(void **state)
{
	(void)state;
	for (enum signin_end e = SIGNIN_HOLDS + 1; e < SIGNIN__MAX; e++) {
		assert_int_equal(strncmp(signin_why(e), "you were signed out: ", 21), 0);
		assert_true(signin_next(e)[0] != '\0');
		assert_int_equal(signin_find(signin_word(e)), e);
	}
	assert_int_equal(signin_find(""), SIGNIN_HOLDS);
	assert_int_equal(signin_find("no such word"), SIGNIN_HOLDS);
}

static void
the_record_says_why_in_256_bytes(void **state)
{
	char text[LIM_PERSON_REASON_BYTES + 2] = {0};
	(void)state;
	memset(text, 'x', LIM_PERSON_REASON_BYTES + 1);
	assert_refused(
	    maker_try(m, LOG_CUSTODY,
		maker_body(m, LOG_CUSTODY, "sess.logout", "officer:anna", &m->station,
		    json_pack("{s:s,s:s}", "officer", "anna", "why", text)),
		&m->station),
	    "why has 1 to 256 bytes");
	text[LIM_PERSON_REASON_BYTES] = '\0';
	maker_add(m, LOG_CUSTODY, "sess.logout", "officer:anna", &m->station,
	    json_pack("{s:s,s:s}", "officer", "anna", "why", text));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(what_ends_a_sign_in),
	    TEST(a_key_that_was_revoked_ends_it_and_one_that_was_changed_does_not),
	    TEST(every_end_is_told_in_words),
	    TEST(the_record_says_why_in_256_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

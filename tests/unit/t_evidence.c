/* links: src/proc/desk/evidence src/ipc/channel src/ipc/msg src/ipc/message src/base/io src/base/hex src/base/mem src/base/clock */
/* SPDX-License-Identifier: ISC */
/* What is recorded of a medium as a whole, and what stops a transfer. */
#include "src/proc/desk/evidence.h"
#include "src/core/policy.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define HEX  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HEX2 "1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define META "metadata:" HEX

static void
the_weakest_word_that_is_true_is_recorded(void **state)
{
	(void)state;
	static const struct {
		bool image, hardware, kernel;
		const char *want;
	} cases[] = {
	    {true, false, false, "image"},
	    {false, false, false, "not proved"},
	    {false, false, true, "kernel"},
	    {false, true, true, "hardware"},
	    /* it said so once, and can be written to now */
	    {false, true, false, "not proved"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(
		    evidence_write_protect(cases[i].image, cases[i].hardware, cases[i].kernel),
		    cases[i].want);
}

static bool
take(const char *digest, const char *policy_digest, uint64_t tables, uint64_t volumes,
    uint64_t regions, json_t **ret_medium)
{
	char why[EVIDENCE_WHY_SIZE] = "";
	struct policy policy = {.medium_digest = policy_digest};
	json_t *medium = json_pack("{s:i}", "bytes", 1000);
	struct msg m = {.body = json_pack("{s:s, s:I, s:I, s:I}", "before", digest, "tables",
			    (json_int_t)tables, "volume_bytes", (json_int_t)volumes, "regions",
			    (json_int_t)regions),
	    .fd = -1};
	bool ok = evidence_take(medium, &m, &policy, false, why);
	assert_int_equal(ok, why[0] == '\0');
	json_decref(m.body);
	if (ret_medium != NULL)
		*ret_medium = medium;
	else
		json_decref(medium);
	return ok;
}

static void
a_reader_that_does_not_add_up_is_not_believed(void **state)
{
	(void)state;
	json_t *medium;
	assert_true(take(META, "metadata", 100, 600, 300, &medium));
	const json_t *counted = json_object_get(medium, "counted");
	assert_int_equal(json_integer_value(json_object_get(counted, "volumes")), 600);
	assert_string_equal(json_string_value(json_object_get(medium, "before")), META);
	json_decref(medium);
	assert_false(take(META, "metadata", 100, 600, 299, NULL));
	assert_false(take(META, "metadata", 100, 600, 301, NULL));
	assert_false(take(META, "metadata", 1001, 0, 0, NULL));
	assert_false(take(META, "metadata", 0, UINT64_C(1) << 53, 1000, NULL));
	assert_true(take(META, "metadata", 0, 1000, 0, NULL));
}

static void
only_the_digest_that_policy_asks_for_is_taken(void **state)
{
	(void)state;
	static const struct {
		const char *said, *policy;
		bool ok;
	} cases[] = {
	    {META, "metadata", true},
	    {"full:" HEX, "full", true},
	    {"none:", "none", true},
	    {"none:", "metadata", false},
	    {META, "full", false},
	    {"", "none", false},
	    {"none:" HEX, "none", false},
	    {"metadata:", "metadata", false},
	    {META "0", "metadata", false},
	    {"metadata:0123", "metadata", false},
	    {"metadata:G123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		"metadata", false},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (take(cases[i].said, cases[i].policy, 0, 1000, 0, NULL) != cases[i].ok)
			fail_msg("%s for %s", cases[i].said, cases[i].policy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_weakest_word_that_is_true_is_recorded),
	    cmocka_unit_test(a_reader_that_does_not_add_up_is_not_believed),
	    cmocka_unit_test(only_the_digest_that_policy_asks_for_is_taken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

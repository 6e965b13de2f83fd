/* links: src/proc/unlock/recovery */
/* SPDX-License-Identifier: ISC */
/* Recovery keys of BitLocker, as people type them. */
#include "src/proc/unlock/recovery.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define KEY "235818-357951-253979-013365-241120-245575-342914-591910"

static void
a_recovery_key_is_read_as_people_type_it(void **state)
{
	static const struct {
		const char *typed;
		enum recovery want;
		const char *why; /* part of it */
	} rows[] = {
	    {KEY, RECOVERY_GOOD, ""},
	    {"235818357951253979013365241120245575342914591910", RECOVERY_GOOD, ""},
	    {"235818 357951 253979 013365 241120 245575 342914 591910", RECOVERY_GOOD, ""},
	    {"  235818 - 357951-253979-013365-241120-245575-342914-591910 ", RECOVERY_GOOD, ""},
	    {"235818357951-253979013365-241120245575-342914591910", RECOVERY_GOOD, ""},
	    /* one digit, two digits that changed places, the last group */
	    {"235818-357951-253978-013365-241120-245575-342914-591910", RECOVERY_WRONG,
		"Group 3 "},
	    {"325818-357951-253979-013365-241120-245575-342914-591910", RECOVERY_WRONG,
		"Group 1 "},
	    {"235818-357951-253979-013365-241120-245575-342914-591911", RECOVERY_WRONG,
		"Group 8 "},
	    {"235818357951253979013365241120245575342914591911", RECOVERY_WRONG, "Group 8 "},
	    /* 11 times 65,535 is the largest; 65,536 is one too many */
	    {"720885-357951-253979-013365-241120-245575-342914-591910", RECOVERY_GOOD, ""},
	    {"720896-357951-253979-013365-241120-245575-342914-591910", RECOVERY_WRONG,
		"Group 1 "},
	    {"000000-357951-253979-013365-241120-245575-342914-591910", RECOVERY_GOOD, ""},
	    /* digits too many, too few */
	    {"235818-35795-253979-013365-241120-245575-342914-591910", RECOVERY_WRONG,
		"Group 2 of the recovery key has 5 digits"},
	    {"235818-3579511-253979-013365-241120-245575-342914-591910", RECOVERY_WRONG,
		"Group 2 of the recovery key has 7 digits"},
	    {"235818-357951-253979-013365-241120-245575-342914", RECOVERY_WRONG, "42 were"},
	    {"2358183579512539790133652411202455753429145919101", RECOVERY_WRONG, "49 were"},
	    {KEY "-235818", RECOVERY_WRONG, "54 were"},
	    /* passphrases */
	    {"", RECOVERY_NONE, ""},
	    {"anaconda", RECOVERY_NONE, ""},
	    {KEY "x", RECOVERY_NONE, ""},
	    {"12345678901234567890123456789012345", RECOVERY_NONE, ""},
	    {"123456789012345678901234567890123456", RECOVERY_WRONG, "36 were"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t out[RECOVERY_BYTES];
		char why[RECOVERY_WHY_SIZE] = "";
		assert_int_equal(recovery_parse((const uint8_t *)rows[i].typed,
				     strlen(rows[i].typed), out, why),
		    rows[i].want);
		assert_non_null(strstr(why, rows[i].why));
		if (rows[i].want == RECOVERY_GOOD)
			assert_memory_equal(out + 7, &KEY[7], RECOVERY_BYTES - 7);
	}
}

/* It goes into the record. */
static void
what_is_said_of_it_holds_nothing_that_was_typed(void **state)
{
	uint8_t out[RECOVERY_BYTES];
	char why[RECOVERY_WHY_SIZE] = "";
	const char *typed = "235818-357951-253978-013365-241120-245575-342914-591910";
	(void)state;
	assert_int_equal(
	    recovery_parse((const uint8_t *)typed, strlen(typed), out, why), RECOVERY_WRONG);
	for (size_t i = 0; i < 8; i++) {
		char group[7];
		memcpy(group, typed + 7 * i, 6);
		group[6] = '\0';
		assert_null(strstr(why, group));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_recovery_key_is_read_as_people_type_it),
	    cmocka_unit_test(what_is_said_of_it_holds_nothing_that_was_typed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

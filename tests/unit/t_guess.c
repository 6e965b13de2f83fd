/* links: src/core/guess src/base/mem */
/* SPDX-License-Identifier: ISC */
#include "src/core/guess.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

/* the waits below are written out for these limits */
_Static_assert(LIM_GUESS_FREE == 3 && LIM_GUESS_MS == 60000, "waits");

static void
guess_waits_longer_and_longer(void **state)
{
	static const struct {
		uint64_t count;
		int wait_ms;
	} cases[] = {{0, 0}, {1, 0}, {3, 0}, {4, 1000}, {5, 2000}, {6, 4000}, {9, 32000},
	    {10, 60000}, {11, 60000}, {UINT64_MAX, 60000}};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(guess_wait_ms(cases[i].count), cases[i].wait_ms);
}

static void
guess_counts_each_name(void **state)
{
	struct guess_book *b = guess_new();
	(void)state;
	guess_add(b, "otto", 1);
	guess_add(b, "otto", 2);
	guess_add(b, "", 1);
	guess_add(b, "paula", 0);
	assert_int_equal(guess_count(b, "otto"), 3);
	assert_int_equal(guess_count(b, ""), 1);
	assert_int_equal(guess_count(b, "paula"), 0);
	guess_clear(b, "otto");
	guess_clear(b, "nobody");
	assert_int_equal(guess_count(b, "otto"), 0);
	assert_int_equal(guess_count(b, ""), 1);
	guess_add(b, "otto", UINT64_MAX);
	guess_add(b, "otto", UINT64_MAX);
	assert_true(guess_count(b, "otto") == UINT64_MAX);
	guess_free(b);
}

/* Whoever makes up names does not push out one that is being guessed at. */
static void
guess_keeps_the_names_with_most(void **state)
{
	struct guess_book *b = guess_new();
	char name[32];
	(void)state;
	guess_add(b, "otto", 2);
	for (int i = 0; i < LIM_GUESS_NAMES - 1; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		guess_add(b, name, 1);
	}
	assert_int_equal(guess_count(b, "n0"), 1); /* LIM_GUESS_NAMES have room */
	guess_add(b, "one.more", 1);
	assert_int_equal(guess_count(b, "n0"), 0);
	assert_int_equal(guess_count(b, "one.more"), 1);
	assert_int_equal(guess_count(b, "otto"), 2);
	guess_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(guess_waits_longer_and_longer),
	    cmocka_unit_test(guess_counts_each_name),
	    cmocka_unit_test(guess_keeps_the_names_with_most),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

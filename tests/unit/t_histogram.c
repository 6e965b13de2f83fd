/* links: src/base/histogram */
/* SPDX-License-Identifier: ISC */
#include "src/base/histogram.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static void
empty_one_says_nothing(void **state)
{
	(void)state;
	struct histogram h = {0};
	assert_int_equal(histogram_at(&h, 0), 0);
	assert_int_equal(histogram_at(&h, 500), 0);
	assert_int_equal(histogram_at(&h, 1000), 0);
}

static void
one_value_is_every_rank(void **state)
{
	static const uint64_t values[] = {0, 1, 15, 16, 17, 999, 1000000, (1ull << 40) - 1};
	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct histogram h = {0};
		histogram_add(&h, values[i]);
		assert_int_equal(histogram_at(&h, 0), values[i]);
		assert_int_equal(histogram_at(&h, 500), values[i]);
		assert_int_equal(histogram_at(&h, 990), values[i]);
		assert_int_equal(h.sum, values[i]);
	}
}

/* Every value lands in a range whose end is not below it and not an eighth above it. */
static void
ranges_are_an_eighth_wide(void **state)
{
	(void)state;
	for (unsigned bit = 0; bit < HISTOGRAM_TOP_BITS; bit++)
		for (int d = -1; d <= 1; d++) {
			struct histogram h = {0};
			uint64_t v = (uint64_t)(((int64_t)1 << bit) + d);
			histogram_add(&h, v);
			histogram_add(&h, (1ull << HISTOGRAM_TOP_BITS) - 1);
			assert_true(histogram_at(&h, 500) >= v);
			assert_true(histogram_at(&h, 500) <= v + v / 8 + 1);
		}
}

static void
too_large_counts_as_the_largest(void **state)
{
	(void)state;
	struct histogram h = {0};
	histogram_add(&h, UINT64_MAX);
	assert_int_equal(histogram_at(&h, 1000), (1ull << HISTOGRAM_TOP_BITS) - 1);
	assert_int_equal(h.count, 1);
}

static void
ranks_of_a_thousand(void **state)
{
	static const struct {
		unsigned permille;
		uint64_t value;
	} cases[] = {{0, 1}, {1, 1}, {500, 500}, {990, 990}, {999, 999}, {1000, 1000}};
	(void)state;
	struct histogram h = {0};
	for (uint64_t v = 1; v <= 1000; v++)
		histogram_add(&h, v);
	assert_int_equal(h.count, 1000);
	assert_int_equal(h.most, 1000);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t got = histogram_at(&h, cases[i].permille);
		assert_in_range(got, cases[i].value, cases[i].value + cases[i].value / 8 + 1);
	}
}

/* The one slow object of a hundred is the 99th of a hundred, not hidden by the rest. */
static void
slow_one_of_fifty_is_seen(void **state)
{
	(void)state;
	struct histogram h = {0};
	for (int i = 0; i < 49; i++)
		histogram_add(&h, 10);
	histogram_add(&h, 5000);
	assert_int_equal(histogram_at(&h, 500), 10);
	assert_int_equal(histogram_at(&h, 990), 5000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(empty_one_says_nothing),
	    cmocka_unit_test(one_value_is_every_rank),
	    cmocka_unit_test(ranges_are_an_eighth_wide),
	    cmocka_unit_test(too_large_counts_as_the_largest),
	    cmocka_unit_test(ranks_of_a_thousand),
	    cmocka_unit_test(slow_one_of_fifty_is_seen),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

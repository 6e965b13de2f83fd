/* links: ui/cursor */
/* SPDX-License-Identifier: ISC */
#include "ui/cursor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void
the_cursor_stays_in_the_list_and_on_the_screen(void **state)
{
	static const struct {
		const char *what;
		uint64_t at, top, total;
		int rows;
		int64_t by;
		uint64_t want_at, want_top;
	} cases[] = {
	    {"one down", 0, 0, 10, 4, 1, 1, 0},
	    {"down over the edge scrolls", 3, 0, 10, 4, 1, 4, 1},
	    {"one up at the top", 0, 0, 10, 4, -1, 0, 0},
	    {"up over the edge scrolls", 5, 5, 10, 4, -1, 4, 4},
	    {"to the end", 0, 0, 10, 4, INT64_MAX, 9, 6},
	    {"to the beginning", 9, 6, 10, 4, INT64_MIN, 0, 0},
	    {"an empty list", 0, 0, 0, 4, INT64_MAX, 0, 0},
	    {"an empty list, up", 0, 0, 0, 4, -3, 0, 0},
	    {"one row", 0, 0, 1, 4, 1, 0, 0},
	    {"a screen without rows", 2, 2, 10, 0, 1, 3, 3},
	    {"a list that fits leaves no gap", 1, 0, 3, 20, 5, 2, 0},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cursor c = {.at = cases[i].at,
		    .top = cases[i].top,
		    .total = cases[i].total,
		    .rows = cases[i].rows};
		cursor_move(&c, cases[i].by);
		if (c.at != cases[i].want_at || c.top != cases[i].want_top)
			fail_msg("%s: at %llu top %llu", cases[i].what,
			    (unsigned long long)c.at, (unsigned long long)c.top);
	}
}

static void
a_page_shows_what_comes(void **state)
{
	static const struct {
		uint64_t at, top;
		int64_t by;
		uint64_t want_at, want_top;
	} cases[] = {
	    {0, 0, 9, 9, 9},
	    {3, 0, 9, 12, 9},
	    {12, 9, -9, 3, 0},
	    {25, 18, 9, 29, 20},
	    {2, 2, -9, 0, 0},
	    {0, 0, INT64_MAX, 29, 20},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cursor c = {
		    .at = cases[i].at, .top = cases[i].top, .total = 30, .rows = 10};
		cursor_page(&c, cases[i].by);
		if (c.at != cases[i].want_at || c.top != cases[i].want_top)
			fail_msg("case %zu: at %llu top %llu", i, (unsigned long long)c.at,
			    (unsigned long long)c.top);
	}
}

static void
a_list_that_shrinks_takes_the_cursor_along(void **state)
{
	struct cursor c = {.at = 90, .top = 80, .total = 100, .rows = 20};
	(void)state;
	cursor_fit(&c, 5, 20);
	assert_int_equal(c.at, 4);
	assert_int_equal(c.top, 0);
	cursor_fit(&c, 0, 20);
	assert_int_equal(c.at, 0);
	cursor_fit(&c, 100, 10);
	cursor_to(&c, 1000);
	assert_int_equal(c.at, 99);
	assert_int_equal(c.top, 90);
}

static void
a_row_is_a_number_or_a_part(void **state)
{
	static const struct {
		const char *text;
		uint64_t total;
		bool good;
		uint64_t row;
	} cases[] = {
	    {"1", 10, true, 0},
	    {"10", 10, true, 9},
	    {"11", 10, false, 0},
	    {"0", 10, false, 0},
	    {"0%", 10, true, 0},
	    {"50%", 11, true, 5},
	    {"100%", 10, true, 9},
	    {"101%", 10, false, 0},
	    {"", 10, false, 0},
	    {"%", 10, false, 0},
	    {"5x", 10, false, 0},
	    {"5%%", 10, false, 0},
	    {" 5", 10, false, 0},
	    {"-1", 10, false, 0},
	    {"1", 0, false, 0},
	    {"0%", 0, false, 0},
	    {"99999999999999999999999999", 2000000, false, 0},
	    {"2000000", 2000000, true, 1999999},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t row = 0;
		const char *why;
		bool good = cursor_parse(cases[i].text, cases[i].total, &row, &why);
		if (good != cases[i].good || (good && row != cases[i].row))
			fail_msg("\"%s\" of %llu: %d %llu", cases[i].text,
			    (unsigned long long)cases[i].total, good, (unsigned long long)row);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_cursor_stays_in_the_list_and_on_the_screen),
	    cmocka_unit_test(a_page_shows_what_comes),
	    cmocka_unit_test(a_list_that_shrinks_takes_the_cursor_along),
	    cmocka_unit_test(a_row_is_a_number_or_a_part),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

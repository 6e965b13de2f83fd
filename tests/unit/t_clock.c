/* links: src/base/clock */
/* SPDX-License-Identifier: ISC */
#include "src/base/clock.h"
#include "src/base/limits.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static const struct {
	const char *text;
	int64_t wall_s;
} clock_times[] = {
    {"1970-01-01T00:00:00Z", 0},
    {"1999-12-31T23:59:59Z", 946684799},
    {"2000-02-29T12:00:00Z", 951825600},
    {"2024-02-29T00:00:00Z", 1709164800},
    {"2038-01-19T03:14:08Z", INT64_C(2147483648)},
    {"2100-03-01T00:00:00Z", INT64_C(4107542400)},
    {"9999-12-31T23:59:59Z", INT64_C(253402300799)},
};

static void
clock_text_reads_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(clock_times) / sizeof(clock_times[0]); i++) {
		char text[CLOCK_TEXT_SIZE];
		int64_t t = -1;
		assert_true(clock_format(clock_times[i].wall_s, text));
		assert_string_equal(text, clock_times[i].text);
		assert_true(clock_parse(text, &t));
		assert_int_equal(t, clock_times[i].wall_s);
	}
}

static void
clock_outside_its_years_is_refused(void **state)
{
	static const int64_t cases[] = {-1, INT64_MIN, INT64_C(253402300800), INT64_MAX};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[CLOCK_TEXT_SIZE] = "x";
		assert_false(clock_format(cases[i], text));
		assert_string_equal(text, "");
	}
}

static void
clock_other_spellings_are_refused(void **state)
{
	static const struct {
		const char *what, *text;
	} cases[] = {
	    {"empty", ""},
	    {"second 60", "2016-12-31T23:59:60Z"},
	    {"minute 60", "2016-12-31T23:60:00Z"},
	    {"hour 24", "2016-12-31T24:00:00Z"},
	    {"30 February", "2024-02-30T00:00:00Z"},
	    {"29 February of a common year", "2023-02-29T00:00:00Z"},
	    {"29 February 2100", "2100-02-29T00:00:00Z"},
	    {"31 April", "2024-04-31T00:00:00Z"},
	    {"month 0", "2024-00-01T00:00:00Z"},
	    {"month 13", "2024-13-01T00:00:00Z"},
	    {"day 0", "2024-01-00T00:00:00Z"},
	    {"1969", "1969-12-31T23:59:59Z"},
	    {"year 0", "0000-01-01T00:00:00Z"},
	    {"space for T", "2024-01-01 00:00:00Z"},
	    {"small t", "2024-01-01t00:00:00Z"},
	    {"small z", "2024-01-01T00:00:00z"},
	    {"offset", "2024-01-01T00:00:00+"},
	    {"no zone", "2024-01-01T00:00:00"},
	    {"fraction", "2024-01-01T00:00:00.0Z"},
	    {"sign", "+024-01-01T00:00:00Z"},
	    {"space in a number", "2024- 1-01T00:00:00Z"},
	    {"minus in a number", "2024-01-01T-1:00:00Z"},
	    {"one digit", "2024-1-001T00:00:00Z"},
	    {"LF at the end", "2024-01-01T00:00:00Z\n"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t t = 42;
		if (clock_parse(cases[i].text, &t))
			fail_msg("%s", cases[i].what);
		assert_int_equal(t, 42);
	}
}

static void
clock_can_be_held_and_let_go(void **state)
{
	(void)state;
	clock_set_wall_s(0);
	assert_int_equal(clock_wall_s(), 0);
	clock_set_wall_s(1709164800);
	assert_int_equal(clock_wall_s(), 1709164800);
	clock_set_wall_s(-1);
	assert_true(clock_wall_s() > 1709164800);
}

static void
clock_mono_does_not_go_back(void **state)
{
	uint64_t ns = clock_mono_ns();
	(void)state;
	for (int i = 0; i < 1000; i++) {
		uint64_t now = clock_mono_ns();
		assert_true(now >= ns);
		ns = now;
	}
	assert_true(clock_mono_ms() >= (int64_t)(ns / 1000000));
}

/* 2024-01-01 is the first day a clock can be right. */
static void
clock_that_was_never_set_or_went_back_is_told(void **state)
{
	static const struct {
		const char *what;
		int64_t now_s, newest_s;
		enum clock_state is;
	} cases[] = {
	    {"1970", 0, 0, CLOCK_UNSET},
	    {"before 1970", -1, 0, CLOCK_UNSET},
	    {"1970, and the record knows better", 5, 1732000000, CLOCK_UNSET},
	    {"the last second of 2023", 1704067199, 0, CLOCK_UNSET},
	    {"the first second of 2024", 1704067200, 0, CLOCK_RIGHT},
	    {"the same second", 1732000000, 1732000000, CLOCK_RIGHT},
	    {"years of rest", 1932000000, 1732000000, CLOCK_RIGHT},
	    {"a correction", 1732000000 - LIM_CLOCK_BACK_S + 1, 1732000000, CLOCK_RIGHT},
	    {"set back", 1732000000 - LIM_CLOCK_BACK_S, 1732000000, CLOCK_BACK},
	    {"set back by half a year", 1732000000 - 15768000, 1732000000, CLOCK_BACK},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (clock_judge(cases[i].now_s, cases[i].newest_s) != cases[i].is)
			fail_msg("%s", cases[i].what);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(clock_text_reads_back),
	    cmocka_unit_test(clock_outside_its_years_is_refused),
	    cmocka_unit_test(clock_other_spellings_are_refused),
	    cmocka_unit_test(clock_can_be_held_and_let_go),
	    cmocka_unit_test(clock_mono_does_not_go_back),
	    cmocka_unit_test(clock_that_was_never_set_or_went_back_is_told),
	};
	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}

/* links: src/proc/desk/hold */
/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/hold.h"
#include "src/base/limits.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void
a_reading_waits_for_these_reasons(void **state)
{
	static const struct {
		enum hold_mode mode;
		size_t locked;
		uint64_t bytes, room;
		unsigned why;
		bool request;
	} rows[] = {
	    {HOLD_NEVER, 0, 10, 10, 0, false},
	    {HOLD_NEVER, 1, 11, 10, 0, false},
	    {HOLD_IF_NEEDED, 0, 10, 10, 0, false},
	    {HOLD_IF_NEEDED, 0, 0, 0, 0, false},
	    {HOLD_IF_NEEDED, 0, 11, 10, HOLD_ROOM, false},
	    {HOLD_IF_NEEDED, 1, 10, 10, HOLD_LOCKED, false},
	    {HOLD_IF_NEEDED, 2, UINT64_MAX, 0, HOLD_LOCKED | HOLD_ROOM, false},
	    {HOLD_ALWAYS, 0, 10, 10, HOLD_ASKED, false},
	    {HOLD_ALWAYS, 0, 11, 10, HOLD_ASKED | HOLD_ROOM, false},
	    {HOLD_ALWAYS, 1, 10, 10, HOLD_ASKED | HOLD_LOCKED, false},
	    {HOLD_ALWAYS, 1, 11, 10, HOLD_ASKED | HOLD_LOCKED | HOLD_ROOM, false},
	    {HOLD_NEVER, 0, 10, 10, 0, true},
	    {HOLD_IF_NEEDED, 0, 10, 10, HOLD_REQUEST, true},
	    {HOLD_ALWAYS, 0, 10, 10, HOLD_ASKED | HOLD_REQUEST, true},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(hold_judge(rows[i].mode, rows[i].locked, rows[i].bytes,
				     rows[i].room, rows[i].request),
		    rows[i].why);
	assert_int_equal(hold_missing(10, 10), 0);
	assert_int_equal(hold_missing(11, 10), 1);
}

static void
tries_are_slow_after_the_limit(void **state)
{
	(void)state;
	assert_int_equal(hold_slow_ms(0, 0), 0);
	assert_int_equal(hold_slow_ms(LIM_UNLOCK_WRONG - 1, 0), 0);
	assert_int_equal(hold_slow_ms(LIM_UNLOCK_WRONG, 0), LIM_UNLOCK_SLOW_MS);
	assert_int_equal(hold_slow_ms(LIM_UNLOCK_WRONG, LIM_UNLOCK_SLOW_MS - 1), 1);
	assert_int_equal(hold_slow_ms(LIM_UNLOCK_WRONG, LIM_UNLOCK_SLOW_MS), 0);
	assert_int_equal(hold_slow_ms(UINT32_MAX, LIM_UNLOCK_SLOW_MS), 0);
}

static void
requests_have_these_words(void **state)
{
	enum hold_mode m = HOLD_MODE__MAX;
	(void)state;
	assert_true(hold_parse(NULL, &m));
	assert_int_equal(m, HOLD_NEVER);
	assert_true(hold_parse("locked", &m));
	assert_int_equal(m, HOLD_IF_NEEDED);
	assert_true(hold_parse("always", &m));
	assert_int_equal(m, HOLD_ALWAYS);
	assert_false(hold_parse("", &m));
	assert_false(hold_parse("never", &m));
	assert_int_equal(m, HOLD_ALWAYS);
}

static void
reasons_have_these_words(void **state)
{
	(void)state;
	assert_null(hold_word(0, 0));
	assert_string_equal(hold_word(HOLD_ROOM, 0), "room");
	assert_string_equal(hold_word(HOLD_ASKED | HOLD_ROOM, 0), "asked");
	assert_string_equal(hold_word(HOLD_ASKED | HOLD_ROOM, 1), "room");
	assert_null(hold_word(HOLD_ASKED | HOLD_ROOM, 2));
	assert_string_equal(hold_word(HOLD_LOCKED, 0), "locked");
	assert_string_equal(hold_word(HOLD_REQUEST, 0), "request");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_reading_waits_for_these_reasons),
	    cmocka_unit_test(tries_are_slow_after_the_limit),
	    cmocka_unit_test(requests_have_these_words),
	    cmocka_unit_test(reasons_have_these_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

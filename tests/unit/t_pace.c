/* links: ui/pace src/base/clock src/base/err */
/* SPDX-License-Identifier: ISC */
#include "ui/pace.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define S(s) ((int64_t)(s)*1000)

static int
setup(void **state)
{
	*state = malloc(sizeof(struct pace));
	pace_init(*state, false, 0);
	return 0;
}

static int
teardown(void **state)
{
	free(*state);
	return 0;
}

static void
note(struct pace *p, int64_t at_ms, const char *name, uint64_t done, uint64_t total,
    uint64_t bytes, uint64_t bytes_total)
{
	struct pace_count c = {done, total, bytes, bytes_total};
	pace_note(p, at_ms, name, PACE_RUNNING, &c);
}

/* A stage that does so much a second, told four times a second. */
static int64_t
run(struct pace *p, const char *name, int64_t from_s, int64_t to_s, uint64_t done,
    uint64_t per_s, uint64_t total)
{
	for (int64_t ms = S(from_s); ms <= S(to_s); ms += 250)
		note(
		    p, ms, name, done + per_s * (uint64_t)(ms - S(from_s)) / 1000, total, 0, 0);
	return S(to_s);
}

static void
test_the_rate_is_that_of_the_last_minute(void **state)
{
	struct pace *p = *state;
	run(p, "read", 0, 100, 0, 1000, 1000000);
	int64_t now = run(p, "read", 100, 170, 100000, 10, 1000000);
	struct pace_rate r = pace_rate(&p->stages[0], now);
	assert_true(r.known);
	assert_true(r.items_s > 9.5 && r.items_s < 10.5);
}

static void
test_no_rate_in_the_first_second(void **state)
{
	struct pace *p = *state;
	note(p, 0, "read", 0, 10, 0, 0);
	note(p, 999, "read", 5, 10, 0, 0);
	assert_false(pace_rate(&p->stages[0], 999).known);
	assert_true(pace_rate(&p->stages[0], 1000).known);
}

static void
test_nothing_is_guessed_in_the_first_three_seconds(void **state)
{
	struct pace *p = *state;
	run(p, "read", 0, 3, 0, 10, 1000);
	assert_false(pace_finish(p, S(3) - 1).known);
	assert_true(pace_finish(p, S(3)).known);
}

static void
test_the_range_holds_the_truth(void **state)
{
	struct pace *p = *state;
	int64_t now = run(p, "read", 0, 100, 0, 10, 3000);
	struct pace_finish f = pace_finish(p, now);
	assert_true(f.known);
	assert_int_equal(f.slowest, 0);
	assert_in_range(f.low_s, 180, 200);
	assert_in_range(f.high_s, 200, 220);
}

static void
test_files_and_bytes_widen_the_range(void **state)
{
	struct pace *p = *state;
	/* small files first: by files nearly done, by bytes hardly begun */
	for (int64_t s = 0; s <= 10; s++)
		note(p, S(s), "read", (uint64_t)s * 90, 1000, (uint64_t)s * 1000, 100000);
	struct pace_finish f = pace_finish(p, S(10));
	assert_true(f.known);
	assert_in_range(f.low_s, 0, 2);
	assert_in_range(f.high_s, 90, 100);
}

static void
test_the_slowest_stage_sets_the_end(void **state)
{
	struct pace *p = *state;
	for (int64_t s = 0; s <= 20; s++) {
		note(p, S(s), "read", (uint64_t)s * 20, 1000, 0, 0);
		note(p, S(s), "scan-av", (uint64_t)s * 5, 1000, 0, 0);
	}
	struct pace_finish f = pace_finish(p, S(20));
	assert_true(f.known);
	assert_int_equal(f.slowest, 1);
	assert_true(f.low_s >= 160 && f.high_s >= 180);
	assert_int_equal(pace_percent(p), 10);
}

static void
test_stages_as_slow_as_each_other_do_not_take_turns(void **state)
{
	struct pace *p = *state;
	for (int64_t s = 0; s <= 40; s++) {
		note(p, S(s), "scan-type", (uint64_t)(s * 10 + s % 2), 1000, 0, 0);
		note(p, S(s), "scan-av", (uint64_t)(s * 10 + (s + 1) % 2), 1000, 0, 0);
		if (s > 5)
			assert_int_equal(pace_finish(p, S(s)).slowest, 0);
	}
}

static void
test_a_stall_has_no_finish(void **state)
{
	struct pace *p = *state;
	int64_t now = run(p, "read", 0, 30, 0, 10, 1000);
	for (int64_t ms = now; ms <= now + S(61); ms += 250)
		note(p, ms, "read", 300, 1000, 0, 0);
	now += S(61);
	assert_false(pace_finish(p, now).known);
	assert_int_equal(pace_finish(p, now).slowest, 0);
	assert_in_range(pace_idle_ms(p, now), S(60), S(62));
}

static void
test_silence_is_a_stall(void **state)
{
	struct pace *p = *state;
	int64_t now = run(p, "read", 0, 30, 0, 10, 1000) + S(61);
	struct pace_rate r = pace_rate(&p->stages[0], now);
	assert_true(r.known && r.items_s <= 0);
	assert_false(pace_finish(p, now).known);
}

static void
test_a_scanner_with_nothing_to_do_does_not_hide_the_end(void **state)
{
	struct pace *p = *state;
	for (int64_t s = 0; s <= 90; s++) {
		note(p, S(s), "read", 1, 2, (uint64_t)s * 1000, 1000000);
		note(p, S(s), "scan-type", 1, 1, 0, 0);
	}
	struct pace_finish f = pace_finish(p, S(90));
	assert_true(f.known);
	assert_int_equal(f.slowest, 0);
}

static void
test_totals_of_zero(void **state)
{
	struct pace *p = *state;
	struct pace_count none = {0, 0, 0, 0};
	assert_int_equal(pace_percent(p), 0);
	assert_false(pace_finish(p, 0).known);
	assert_int_equal(pace_finish(p, 0).slowest, PACE_STAGES);
	for (int64_t s = 0; s <= 10; s++)
		note(p, S(s), "read", (uint64_t)s, 0, 0, 0);
	assert_int_equal(pace_percent(p), 0);
	assert_false(pace_finish(p, S(10)).known);
	pace_note(p, S(11), "read", PACE_DONE, &none);
	assert_int_equal(pace_percent(p), 100);
}

static void
test_never_all_before_it_is_done(void **state)
{
	static const struct {
		const char *what;
		uint64_t done, total;
		enum pace_state state;
		unsigned percent;
	} cases[] = {
	    {"nothing", 0, 1000, PACE_RUNNING, 0},
	    {"the first percent", 10, 1000, PACE_RUNNING, 1},
	    {"just short of it", 9, 1000, PACE_RUNNING, 0},
	    {"all, but not done", 1000, 1000, PACE_RUNNING, 99},
	    {"more than all", 2000, 1000, PACE_RUNNING, 99},
	    {"rounding", 999999, 1000000, PACE_RUNNING, 99},
	    {"done", 1000, 1000, PACE_DONE, 100},
	    {"done with less than was said", 900, 1000, PACE_DONE, 100},
	    {"failed at the end", 1000, 1000, PACE_FAILED, 99},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct pace *p = malloc(sizeof(*p));
		struct pace_count c = {cases[i].done, cases[i].total, 0, 0};
		for (int turn = 0; turn < 2; turn++) {
			pace_init(p, turn == 1, 0);
			pace_note(p, 0, "read", cases[i].state, &c);
			if (pace_percent(p) != cases[i].percent)
				fail_msg("%s: %u", cases[i].what, pace_percent(p));
			assert_int_equal(pace_stage_percent(&p->stages[0]), cases[i].percent);
		}
		free(p);
	}
}

static void
test_stages_in_turn_weigh_what_they_move(void **state)
{
	struct pace *p = *state;
	struct pace_count all = {10, 10, 1000, 1000}, none = {0, 10, 0, 1000}, rest = {0};
	pace_init(p, true, 0);
	pace_note(p, 0, "copy", PACE_DONE, &all);
	pace_note(p, 0, "verify", PACE_RUNNING, &none);
	pace_note(p, 0, "publish", PACE_WAITING, &rest);
	assert_int_equal(pace_percent(p), 50);
	pace_note(p, 0, "verify", PACE_DONE, &all);
	assert_int_equal(pace_percent(p), 99);
	pace_note(p, 0, "publish", PACE_DONE, &rest);
	assert_int_equal(pace_percent(p), 100);
}

static void
test_what_waits_its_turn_is_in_the_range(void **state)
{
	struct pace *p = *state;
	struct pace_count waits = {0, 10, 0, 1000};
	pace_init(p, true, 0);
	for (int64_t s = 0; s <= 10; s++) {
		note(p, S(s), "copy", (uint64_t)s / 2, 10, (uint64_t)s * 50, 1000);
		pace_note(p, S(s), "verify", PACE_WAITING, &waits);
	}
	struct pace_finish f = pace_finish(p, S(10));
	assert_true(f.known);
	assert_int_equal(f.slowest, 0);
	/* 10 s of copying are left, and 5 to 25 s of reading back */
	assert_in_range(f.low_s, 10, 15);
	assert_in_range(f.high_s, 25, 38);
}

static void
test_counts_that_jump_back_begin_anew(void **state)
{
	struct pace *p = *state;
	run(p, "scan-av", 0, 30, 0, 100, 10000);
	note(p, S(31), "scan-av", 5, 10000, 0, 0);
	assert_false(pace_rate(&p->stages[0], S(31)).known);
	assert_false(pace_finish(p, S(31)).known);
	int64_t now = run(p, "scan-av", 32, 40, 5, 10, 10000);
	struct pace_rate r = pace_rate(&p->stages[0], now);
	assert_true(r.known && r.items_s < 11);
}

static void
test_a_jump_ahead_is_not_kept_for_ever(void **state)
{
	struct pace *p = *state;
	note(p, 0, "read", 0, 2000000, 0, 0);
	note(p, S(1), "read", 1000000, 2000000, 0, 0);
	int64_t now = run(p, "read", 2, 70, 1000000, 1, 2000000);
	struct pace_rate r = pace_rate(&p->stages[0], now);
	assert_true(r.known && r.items_s < 1.5);
	/* the whole time says soon, the last minute says never: no guess worth a clock */
	assert_false(pace_finish(p, now).known);
}

static void
test_a_pause_is_not_slowness(void **state)
{
	struct pace *p = *state;
	struct pace_count c = {300, 1000, 0, 0};
	int64_t now = run(p, "read", 0, 30, 0, 10, 1000);
	pace_note(p, now, "read", PACE_PAUSED, &c);
	assert_false(pace_rate(&p->stages[0], now).known);
	assert_false(pace_finish(p, now).known);
	now = run(p, "read", 630, 640, 300, 10, 1000);
	struct pace_finish f = pace_finish(p, now);
	assert_true(f.known);
	assert_in_range(f.low_s, 50, 60);
	assert_in_range(f.high_s, 60, 70);
}

static void
test_the_clock_may_stand_or_go_back(void **state)
{
	struct pace *p = *state;
	run(p, "read", 10, 20, 0, 10, 1000);
	assert_int_equal(pace_idle_ms(p, S(5)), 0);
	assert_false(pace_rate(&p->stages[0], S(5)).known);
	assert_false(pace_finish(p, S(5)).known);
	note(p, S(5), "read", 120, 1000, 0, 0);
	assert_true(pace_percent(p) == 12);
}

static void
test_the_largest_numbers(void **state)
{
	struct pace *p = *state;
	for (uint64_t s = 0; s <= 10; s++)
		note(p, S(s), "read", s, UINT64_MAX, UINT64_MAX / 10 * s, UINT64_MAX);
	assert_true(pace_rate(&p->stages[0], S(10)).bytes_s > 1e18);
	assert_int_equal(pace_percent(p), 0);
	assert_false(pace_finish(p, S(10)).known);
	note(p, S(11), "read", UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX);
	assert_int_equal(pace_percent(p), 99);
}

static void
test_the_longest_guess_and_one_longer(void **state)
{
	struct pace *p = *state;
	uint64_t most = (uint64_t)(PACE_LONGEST_S / 1.06);
	for (uint64_t s = 0; s <= 10; s++)
		note(p, S(s), "read", s, most + 10, 0, 0);
	assert_true(pace_finish(p, S(10)).known);
	for (uint64_t s = 0; s <= 10; s++)
		note(p, S(s + 10), "read", s + 10, PACE_LONGEST_S + 20, 0, 0);
	assert_false(pace_finish(p, S(20)).known);
}

static void
test_one_stage_too_many_is_left_out(void **state)
{
	struct pace *p = *state;
	char name[16];
	for (int i = 0; i <= PACE_STAGES; i++) {
		snprintf(name, sizeof(name), "s%d", i);
		note(p, 0, name, 1, 2, 0, 0);
	}
	assert_int_equal(p->n, PACE_STAGES);
	note(p, S(1), "s0", 2, 2, 0, 0);
	assert_int_equal(p->n, PACE_STAGES);
	assert_int_equal(p->stages[0].now.done, 2);
}

static void
test_a_long_name_is_one_stage(void **state)
{
	struct pace *p = *state;
	note(p, 0, "scan-a-very-long-name-indeed", 1, 2, 0, 0);
	note(p, 0, "scan-a-very-long-name-indeed", 2, 2, 0, 0);
	assert_int_equal(p->n, 1);
}

static void
test_states(void **state)
{
	(void)state;
	assert_int_equal(pace_state_find("waiting"), PACE_WAITING);
	assert_int_equal(pace_state_find("running"), PACE_RUNNING);
	assert_int_equal(pace_state_find("done"), PACE_DONE);
	assert_int_equal(pace_state_find("paused"), PACE_PAUSED);
	assert_int_equal(pace_state_find("failed"), PACE_FAILED);
	assert_int_equal(pace_state_find("finished"), PACE_WAITING);
	assert_int_equal(pace_state_find(""), PACE_WAITING);
}

static void
test_the_finish_in_words(void **state)
{
	/* 2026-11-22T14:10:00Z */
	static const int64_t at = 1795356600;
	static const struct {
		const char *what;
		struct pace_finish f;
		const char *want;
	} cases[] = {
	    {"unknown", {false, 0, 0, 0}, "not known yet"},
	    {"at once", {true, 0, 10, 0}, "about 14:10 UTC (less than 1 min)"},
	    {"a minute", {true, 50, 60, 0}, "about 14:10 UTC (less than 1 min)"},
	    {"over a minute", {true, 50, 61, 0}, "about 14:10 UTC (0-2 min)"},
	    {"as in the manual", {true, 34 * 60, 41 * 60, 0}, "about 14:47 UTC (34-41 min)"},
	    {"rounded outwards", {true, 119, 121, 0}, "about 14:12 UTC (1-3 min)"},
	    {"just under two hours", {true, 7000, 7199, 0}, "about 16:08 UTC (116-120 min)"},
	    {"two hours", {true, 7000, 7200, 0}, "about 16:08 UTC (1:56-2:00 h)"},
	    {"tomorrow", {true, 36000, 43200, 0}, "about 11-23 01:10 UTC (10:00-12:00 h)"},
	};
	char out[PACE_TEXT_SIZE];
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		pace_print_finish(&cases[i].f, at, out);
		if (strcmp(out, cases[i].want) != 0)
			fail_msg("%s: %s", cases[i].what, out);
	}
	struct pace_finish f = {true, 60, 120, 0};
	pace_print_finish(&f, INT64_MAX / 2, out);
	assert_string_equal(out, "in 1-2 min");
}

static void
test_time_since_a_change_in_coarse_steps(void **state)
{
	static const struct {
		int64_t ms;
		const char *want;
	} cases[] = {
	    {0, "just now"},
	    {9999, "just now"},
	    {10000, "10 s"},
	    {19999, "10 s"},
	    {59999, "50 s"},
	    {60000, "1 min"},
	    {119999, "1 min"},
	    {3599999, "59 min"},
	    {3600000, "1 h"},
	    {7200000, "2 h"},
	};
	char out[PACE_TEXT_SIZE];
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		pace_print_ago(cases[i].ms, out);
		assert_string_equal(out, cases[i].want);
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(test_the_rate_is_that_of_the_last_minute),
	    T(test_no_rate_in_the_first_second),
	    T(test_nothing_is_guessed_in_the_first_three_seconds),
	    T(test_the_range_holds_the_truth),
	    T(test_files_and_bytes_widen_the_range),
	    T(test_the_slowest_stage_sets_the_end),
	    T(test_stages_as_slow_as_each_other_do_not_take_turns),
	    T(test_a_stall_has_no_finish),
	    T(test_silence_is_a_stall),
	    T(test_a_scanner_with_nothing_to_do_does_not_hide_the_end),
	    T(test_totals_of_zero),
	    T(test_never_all_before_it_is_done),
	    T(test_stages_in_turn_weigh_what_they_move),
	    T(test_what_waits_its_turn_is_in_the_range),
	    T(test_counts_that_jump_back_begin_anew),
	    T(test_a_jump_ahead_is_not_kept_for_ever),
	    T(test_a_pause_is_not_slowness),
	    T(test_the_clock_may_stand_or_go_back),
	    T(test_the_largest_numbers),
	    T(test_the_longest_guess_and_one_longer),
	    T(test_one_stage_too_many_is_left_out),
	    T(test_a_long_name_is_one_stage),
	    T(test_states),
	    T(test_the_finish_in_words),
	    T(test_time_since_a_change_in_coarse_steps),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* links: src/proc/desk/trial src/base/clock */
/* SPDX-License-Identifier: ISC */
#include "src/base/clock.h"
#include "src/proc/desk/scan.h"
#include "src/proc/desk/trial.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

/* --- the rest of the desk ------------------------------------------------------------ */

static struct desk desk;
static unsigned trials;
static const char *tried_when;
static bool tried_all;
static scan_done_fn *over;
static bool untried; /* as the trial under way ends */
static loop_timer_fn *timer;

struct scan *
scan_try(struct desk *d, const bool *which, const char *when, scan_done_fn *done, void *arg)
{
	assert_ptr_equal(d, arg);
	trials++;
	tried_all = which == NULL;
	tried_when = when;
	over = done;
	return (struct scan *)(void *)&desk;
}

struct scan *
scan_free(struct scan *s)
{
	(void)s;
	return NULL;
}

void
scan_untried(const struct scan *s, bool ret_which[LIM_SCANNERS])
{
	(void)s;
	memset(ret_which, 0, LIM_SCANNERS * sizeof(*ret_which));
	ret_which[1] = untried;
}

int
loop_add_timer(struct loop *l, int64_t ms, loop_timer_fn *fn, void *arg)
{
	(void)l;
	(void)ms;
	assert_ptr_equal(arg, &desk);
	timer = fn;
	return 7;
}

void
loop_del_timer(struct loop *l, int id)
{
	(void)l;
	if (id != 0)
		timer = NULL;
}

static int
setup(void **state)
{
	(void)state;
	memset(&desk, 0, sizeof(desk));
	desk.nscanners = 2;
	trials = 0;
	untried = false;
	trial_start(&desk);
	over(&desk, desk.trial);
	assert_null(desk.trial);
	return 0;
}

/* --- shifts ----------------------------------------------------------------------------- */

static void
station_start_tries_all(void **state)
{
	(void)state;
	assert_int_equal(trials, 1);
	assert_true(tried_all);
	assert_string_equal(tried_when, "start");
}

static void
first_sign_in_of_a_shift_tries_all(void **state)
{
	(void)state;
	trial_shift(&desk);
	assert_int_equal(trials, 1);
	/* a clock that goes on while this runs: one second is left */
	desk.proved_s = clock_mono_ms() / 1000 - LIM_SHIFT_S + 1;
	trial_shift(&desk);
	assert_int_equal(trials, 1);
	desk.proved_s = clock_mono_ms() / 1000 - LIM_SHIFT_S;
	trial_shift(&desk);
	assert_int_equal(trials, 2);
	assert_true(tried_all);
	assert_string_equal(tried_when, "shift");
	assert_null(timer); /* what was to be tried again is tried now */
	trial_shift(&desk);
	assert_int_equal(trials, 2);
}

static void
no_second_trial_while_one_is_under_way(void **state)
{
	(void)state;
	desk.proved_s = clock_mono_ms() / 1000 - LIM_SHIFT_S;
	trial_shift(&desk);
	desk.proved_s = clock_mono_ms() / 1000 - LIM_SHIFT_S;
	trial_shift(&desk);
	assert_int_equal(trials, 2);
	over(&desk, desk.trial);
	trial_shift(&desk);
	assert_int_equal(trials, 3);
}

static void
what_could_not_be_tried_is_tried_again(void **state)
{
	(void)state;
	desk.proved_s = clock_mono_ms() / 1000 - LIM_SHIFT_S;
	trial_shift(&desk);
	untried = true;
	memcpy(desk.unfit[1], "gone", 5);
	over(&desk, desk.trial);
	int64_t proved_s = desk.proved_s;
	timer(&desk);
	assert_int_equal(trials, 3);
	assert_false(tried_all);
	assert_int_equal(desk.proved_s, proved_s);
}

static void
without_scanners_nothing_is_tried(void **state)
{
	(void)state;
	desk.nscanners = 0;
	desk.proved_s = clock_mono_ms() / 1000 - LIM_SHIFT_S;
	trial_shift(&desk);
	assert_int_equal(trials, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(station_start_tries_all, setup),
	    cmocka_unit_test_setup(first_sign_in_of_a_shift_tries_all, setup),
	    cmocka_unit_test_setup(no_second_trial_while_one_is_under_way, setup),
	    cmocka_unit_test_setup(what_could_not_be_tried_is_tried_again, setup),
	    cmocka_unit_test_setup(without_scanners_nothing_is_tried, setup),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

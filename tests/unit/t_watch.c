/* links: src/proc/ledger/watch src/base/clock src/base/io src/base/mem src/base/err */
/* SPDX-License-Identifier: ISC */
#include "src/proc/ledger/watch.h"
#include "src/base/limits.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOON UINT64_C(1800000000) /* 2027-01-15T08:00:00Z */
#define SEC  UINT64_C(1000000000)

static void
steps_are_those_against_the_boot_clock(void **state)
{
	static const struct {
		const char *what;
		int64_t wall_s; /* 100 seconds after the first look */
		const char *kind;
	} cases[] = {
	    {"as it should be", NOON + 100, NULL},
	    {"largest that is none, ahead", NOON + 100 + LIM_CLOCK_STEP_S, NULL},
	    {"smallest ahead", NOON + 100 + LIM_CLOCK_STEP_S + 1, "ahead"},
	    {"largest that is none, back", NOON + 100 - LIM_CLOCK_STEP_S, NULL},
	    {"smallest back", NOON + 100 - LIM_CLOCK_STEP_S - 1, "back"},
	    {"a day ahead", NOON + 100 + 86400, "ahead"},
	    {"a year back", NOON + 100 - 365 * 86400, "back"},
	    {"after 2038", INT64_C(2200000000), "ahead"},
	    {"no battery", 0, "unset"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct watch_clock w;
		struct watch_step step = {.kind = NULL};
		assert_false(watch_start(&w, NOON, 7 * SEC, NOON, &step));
		bool any = watch_look(&w, cases[i].wall_s, 107 * SEC, &step);
		if (any != (cases[i].kind != NULL))
			fail_msg("%s", cases[i].what);
		if (!any)
			continue;
		assert_string_equal(step.kind, cases[i].kind);
		assert_string_equal(step.expected, "2027-01-15T08:01:40Z");
		/* and then it goes on from there */
		assert_false(watch_look(&w, cases[i].wall_s + 50, 157 * SEC, &step));
	}
}

static void
a_start_is_not_before_the_record(void **state)
{
	struct watch_clock w;
	struct watch_step step = {.kind = NULL};
	(void)state;
	assert_false(watch_start(&w, NOON + 1000000, 0, NOON, &step));
	assert_false(watch_start(&w, NOON - LIM_CLOCK_STEP_S, 0, NOON, &step));
	assert_true(watch_start(&w, NOON - LIM_CLOCK_STEP_S - 1, 0, NOON, &step));
	assert_string_equal(step.kind, "back");
	assert_string_equal(step.expected, "2027-01-15T08:00:00Z");
	assert_string_equal(step.found, "2027-01-15T07:59:57Z");
	/* a first start without a battery, and what sets the clock then */
	assert_true(watch_start(&w, 100, 0, 0, &step));
	assert_string_equal(step.kind, "unset");
	assert_true(watch_look(&w, NOON, SEC, &step));
	assert_string_equal(step.kind, "ahead");
	assert_string_equal(step.expected, "1970-01-01T00:01:41Z");
}

static void
ballast_is_made_and_given_up(void **state)
{
	char path[] = "/tmp/sp-watch-XXXXXX";
	struct stat st;
	(void)state;
	assert_non_null(mkdtemp(path));
	int fd = open(path, O_RDONLY | O_DIRECTORY);
	assert_int_equal(watch_ballast_drop(fd), 0);
	assert_true(watch_room(fd) > 0);
	/* LIM_BALLAST_TIMES as large must the disk be */
	assert_int_equal(watch_ballast_make(fd, UINT64_C(1) << 60), ERR_RANGE);
	assert_int_equal(watch_ballast_make(fd, 100000), ERR_OK);
	assert_int_equal(fstatat(fd, "ballast", &st, 0), 0);
	assert_int_equal(st.st_size, 100000);
	assert_true(st.st_blocks * 512 >= 100000);
	assert_int_equal(watch_ballast_make(fd, 100000), ERR_OK);
	assert_int_equal(watch_ballast_drop(fd), 100000);
	assert_int_equal(watch_ballast_drop(fd), 0);
	close(fd);
	assert_int_equal(rmdir(path), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(steps_are_those_against_the_boot_clock),
	    cmocka_unit_test(a_start_is_not_before_the_record),
	    cmocka_unit_test(ballast_is_made_and_given_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* links: src/proc/desk/room src/base/mem src/base/err */
/* SPDX-License-Identifier: ISC */
/* The room that must be left before a transfer is begun.  The disks are played. */
#include "src/base/limits.h"
#include "src/proc/desk/desk.h"
#include "src/proc/desk/room.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <sys/statvfs.h>

#define MANY (UINT64_C(1) << 40)

static uint64_t ledger_bytes, work_bytes, files_left;

/* In place of the C library's. */
int
statvfs(const char *restrict path, struct statvfs *restrict ret)
{
	bool ledger = strcmp(path, "/station/ledger") == 0;
	if (!ledger && strcmp(path, "/station/work") != 0) {
		errno = ENOENT;
		return -1;
	}
	memset(ret, 0, sizeof(*ret));
	ret->f_frsize = 1;
	ret->f_bavail = ledger ? ledger_bytes : work_bytes;
	ret->f_files = 1000;
	ret->f_favail = files_left;
	return 0;
}

static void
disk_with_just_enough_is_enough_and_a_byte_less_is_not(void **state)
{
	static const struct {
		const char *what;
		uint64_t ledger, work;
		const char *why; /* NULL: enough */
	} cases[] = {
	    {"both large", MANY, MANY, NULL},
	    {"both at their limit", LIM_LEDGER_FLOOR_BYTES, LIM_WORK_FLOOR_BYTES, NULL},
	    {"ledger", LIM_LEDGER_FLOOR_BYTES - 1, MANY, "the disk of the ledger has 15 MiB"},
	    {"work", MANY, LIM_WORK_FLOOR_BYTES - 1, "the disk of the work databases has 15"},
	    {"nothing left", 0, MANY, "0 MiB free and 16 MiB must stay free"},
	};
	const struct desk d = {.home = "/station"};
	(void)state;
	files_left = 1000;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char why[512] = "";
		ledger_bytes = cases[i].ledger;
		work_bytes = cases[i].work;
		enum err e = room_check(&d, why, sizeof(why));
		if (e != (cases[i].why == NULL ? ERR_OK : ERR_NOSPACE) ||
		    (cases[i].why != NULL && strstr(why, cases[i].why) == NULL))
			fail_msg("%s: %s", cases[i].what, why);
	}
}

static void
disk_without_files_is_full(void **state)
{
	const struct desk d = {.home = "/station"};
	(void)state;
	work_bytes = MANY;
	files_left = 1;
	assert_false(room_is_full(&d, ROOM_WORK));
	files_left = 0;
	assert_true(room_is_full(&d, ROOM_WORK));
	files_left = 1000;
	work_bytes = 0;
	assert_true(room_is_full(&d, ROOM_WORK));
}

static void
disk_that_cannot_be_looked_at_stops_nobody(void **state)
{
	const struct desk d = {.home = "/elsewhere"};
	uint64_t free_bytes = 7;
	char why[512] = "";
	(void)state;
	assert_false(room_free(&d, ROOM_LEDGER, &free_bytes));
	assert_int_equal(free_bytes, 7);
	assert_false(room_is_full(&d, ROOM_LEDGER));
	assert_int_equal(room_check(&d, why, sizeof(why)), ERR_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(disk_with_just_enough_is_enough_and_a_byte_less_is_not),
	    cmocka_unit_test(disk_without_files_is_full),
	    cmocka_unit_test(disk_that_cannot_be_looked_at_stops_nobody),
	};
	return cmocka_run_group_tests_name("room", tests, NULL, NULL);
}

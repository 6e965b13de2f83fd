/* links: src/media/runs src/base/mem */
/* SPDX-License-Identifier: ISC */
#include "src/media/runs.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static void
the_run_of_every_block_is_found(void **state)
{
	(void)state;
	struct runs r = {0};
	assert_null(runs_find(&r, 0));
	for (uint64_t n = 1; n < 40; n++) {
		/* pieces of 1, 2, 3 blocks, a hole behind each */
		uint64_t len = 1 + n % 3;
		assert_int_equal(runs_add(&r, r.end, 1000 * n, len), ERR_OK);
		assert_int_equal(runs_add(&r, r.end + 2, RUNS_HOLE, 0), ERR_OK);
		for (uint64_t at = 0; at < r.end; at++) {
			const struct run *found = runs_find(&r, at);
			assert_non_null(found);
			assert_in_range(at, found->offset, found->offset + found->len - 1);
		}
		assert_null(runs_find(&r, r.end));
		assert_null(runs_find(&r, UINT64_MAX));
	}
	runs_done(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_run_of_every_block_is_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

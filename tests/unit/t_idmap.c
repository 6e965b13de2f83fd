/* links: src/media/idmap src/base/mem */
/* SPDX-License-Identifier: ISC */
#include "src/media/idmap.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static void
the_first_id_of_a_key_stays(void **state)
{
	(void)state;
	struct idmap m = {0};
	uint32_t known = 0;
	assert_false(idmap_has(&m, 0));
	for (uint64_t k = 0; k < 100000; k++)
		assert_true(idmap_add(&m, k * 4096, (uint32_t)k, &known));
	for (uint64_t k = 0; k < 100000; k++) {
		assert_false(idmap_add(&m, k * 4096, 7, &known));
		assert_int_equal(known, k);
	}
	assert_false(idmap_has(&m, 1));
	idmap_clear(&m);
	assert_false(idmap_has(&m, 0));
	assert_true(idmap_add(&m, 0, 1, &known));
	idmap_done(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_first_id_of_a_key_stays),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

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
	idmap_done(&m);
}

/* 40,000 keys that met in one slot when everybody knew where keys go: 800 million steps. */
static void
keys_that_a_medium_chose_do_not_meet(void **state)
{
	(void)state;
	struct idmap m = {0};
	uint32_t known;
	uint64_t inverse = 1;
	for (int i = 0; i < 6; i++) /* of the multiplier, modulo 2^64 */
		inverse *= 2 - 0x9E3779B97F4A7C15u * inverse;
	assert_int_equal(inverse * 0x9E3779B97F4A7C15u, 1);
	for (uint64_t k = 0; k < 40000; k++)
		assert_true(idmap_add(&m, (k << 44) * inverse, 1, &known));
	size_t longest = 0, lap = 0;
	for (size_t i = 0; i < m.cap; i++) {
		lap = m.keys[i] != 0 ? lap + 1 : 0;
		longest = lap > longest ? lap : longest;
	}
	assert_in_range(longest, 1, 1000);
	idmap_done(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_first_id_of_a_key_stays),
	    cmocka_unit_test(keys_that_a_medium_chose_do_not_meet),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

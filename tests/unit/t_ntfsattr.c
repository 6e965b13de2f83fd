/* links: src/media/ntfsattr src/media/idmap src/base/mem */
/* SPDX-License-Identifier: ISC */
#include "src/media/ntfsattr.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define RECORD  1024
#define LISTED  32
#define ENTRIES 300

static void
put(uint8_t *p, uint64_t v, int n)
{
	for (int i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

/* A record with one attribute of this type: elsewhere, or in it. */
static uint64_t
list_bytes(uint32_t type, bool elsewhere, uint64_t bytes, uint32_t len)
{
	uint8_t r[RECORD] = {0}, *a = r + 56;

	put(r + 20, 56, 2);
	put(a, type, 4);
	put(a + 4, len, 4);
	a[8] = elsewhere;
	put(a + 10, 24, 2);
	put(a + (elsewhere ? 48 : 16), bytes, elsewhere ? 8 : 4);
	put(a + len, 0xFFFFFFFF, 4);
	return ntfsattr_list_bytes(r, sizeof(r));
}

static void
the_length_of_a_list_is_found(void **state)
{
	(void)state;
	assert_int_equal(list_bytes(0x20, false, 400, 64), 400);
	assert_true(list_bytes(0x20, true, 1ull << 40, 72) == 1ull << 40);
	assert_int_equal(list_bytes(0x30, true, 400, 72), 0);
	/* a head that is too short for a length says none */
	assert_int_equal(list_bytes(0x20, true, 400, 48), 0);
}

/* A list of so many attributes that begin, in so many records. */
static bool
fits(unsigned names, unsigned records)
{
	static uint8_t list[ENTRIES * LISTED];
	unsigned n = names > records ? names : records;

	memset(list, 0, sizeof(list));
	for (unsigned i = 0; i < n; i++) {
		uint8_t *e = list + i * LISTED;
		put(e, 0x80, 4);
		put(e + 4, LISTED, 2);
		put(e + 8, i < names ? 0 : 7, 8);
		put(e + 16, 64 + i % records, 6);
	}
	return ntfsattr_list_fits(list, n * LISTED);
}

static void
a_list_that_libtsk_would_cut_is_known(void **state)
{
	(void)state;
	assert_true(fits(255, 10));
	assert_false(fits(256, 10));
	assert_true(fits(10, 256));
	assert_false(fits(10, 257));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_length_of_a_list_is_found),
	    cmocka_unit_test(a_list_that_libtsk_would_cut_is_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

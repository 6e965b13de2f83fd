/* links: src/base/arena src/base/mem */
/* SPDX-License-Identifier: ISC */
#include "src/base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void
pieces_do_not_overlap_and_are_zeroed(void **state)
{
	struct arena *a = arena_new();
	unsigned char *at[200];
	(void)state;
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < 200; i++) {
			at[i] = arena_alloc(a, i * 37);
			for (size_t k = 0; k < i * 37; k++)
				assert_int_equal(at[i][k], 0);
			memset(at[i], (int)i, i * 37);
		}
		for (size_t i = 0; i < 200; i++)
			for (size_t k = 0; k < i * 37; k++)
				assert_int_equal(at[i][k], i & 0xff);
		arena_reset(a);
	}
	arena_free(a);
}

static void
a_piece_larger_than_a_block_is_given(void **state)
{
	struct arena *a = arena_new();
	(void)state;
	char *small = arena_strdup(a, "small");
	unsigned char *large = arena_alloc(a, 1 << 20);
	large[(1 << 20) - 1] = 1;
	assert_string_equal(small, "small");
	arena_reset(a);
	assert_int_equal(*(unsigned char *)arena_alloc(a, 1), 0);
	arena_free(a);
}

static void
pieces_are_aligned_for_anything(void **state)
{
	struct arena *a = arena_new();
	(void)state;
	for (size_t n = 0; n < 40; n++)
		assert_int_equal((uintptr_t)arena_alloc(a, n) % _Alignof(max_align_t), 0);
	arena_free(a);
	arena_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pieces_do_not_overlap_and_are_zeroed),
	    cmocka_unit_test(a_piece_larger_than_a_block_is_given),
	    cmocka_unit_test(pieces_are_aligned_for_anything),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

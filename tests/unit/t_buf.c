/* links: src/base/buf src/base/mem */
/* SPDX-License-Identifier: ISC */
#include "src/base/buf.h"
#include "src/base/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static void
buf_ceiling_is_exact(void **state)
{
	static const struct {
		const char *what;
		size_t max, first, second;
		enum err want;
	} cases[] = {
	    {"nothing into nothing", 0, 0, 0, ERR_OK},
	    {"one byte into nothing", 0, 1, 0, ERR_LIMIT},
	    {"full at once", 100, 100, 0, ERR_OK},
	    {"one over at once", 100, 101, 0, ERR_LIMIT},
	    {"full in two", 100, 60, 40, ERR_OK},
	    {"one over in two", 100, 60, 41, ERR_LIMIT},
	    {"size that wraps", 100, 60, SIZE_MAX, ERR_LIMIT},
	    {"no ceiling", SIZE_MAX, 101, 0, ERR_OK},
	};
	static const char bytes[200];
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b;
		buf_init(&b, cases[i].max);
		buf_add(&b, bytes, cases[i].first);
		if (buf_add(&b, bytes, cases[i].second) != cases[i].want)
			fail_msg("%s", cases[i].what);
		assert_int_equal(b.error, cases[i].want);
		buf_done(&b);
	}
}

static void
buf_first_error_sticks_and_keeps_contents(void **state)
{
	struct buf b;
	(void)state;
	buf_init(&b, 4);
	assert_int_equal(buf_add_str(&b, "abc"), ERR_OK);
	assert_int_equal(buf_add_str(&b, "de"), ERR_LIMIT);
	assert_int_equal(buf_add_byte(&b, 'd'), ERR_LIMIT);
	assert_int_equal(buf_addf(&b, "%s", ""), ERR_LIMIT);
	assert_string_equal(buf_str(&b), "abc");
	buf_done(&b);
	assert_int_equal(buf_add_str(&b, "abcd"), ERR_OK);
	assert_string_equal(buf_str(&b), "abcd");
	buf_done(&b);
}

static void
buf_formats_across_growth(void **state)
{
	struct buf b;
	(void)state;
	buf_init(&b, 10000);
	for (unsigned i = 0; i < 1000; i++)
		assert_int_equal(buf_addf(&b, "%03u,", i), ERR_OK);
	assert_int_equal(b.len, 4000);
	assert_memory_equal(b.data + 3996, "999,", 5);
	buf_done(&b);
	buf_init(&b, 3);
	assert_int_equal(buf_addf(&b, "%u", 1000u), ERR_LIMIT);
	assert_string_equal(buf_str(&b), "");
	buf_done(&b);
}

static void
buf_u32_is_big_endian(void **state)
{
	struct buf b;
	(void)state;
	buf_init(&b, 4);
	assert_int_equal(buf_add_u32be(&b, 0x01020304), ERR_OK);
	assert_memory_equal(b.data, "\1\2\3\4", 4);
	buf_done(&b);
}

static void
buf_steal_leaves_an_empty_buffer(void **state)
{
	struct buf b;
	size_t len = 99;
	(void)state;
	buf_init(&b, 8);
	MEM_FREE uint8_t *none = buf_steal(&b, &len);
	assert_non_null(none);
	assert_int_equal(len, 0);
	buf_add(&b, "a\0b", 3);
	MEM_FREE uint8_t *some = buf_steal(&b, &len);
	assert_int_equal(len, 3);
	assert_memory_equal(some, "a\0b", 4);
	assert_string_equal(buf_str(&b), "");
	assert_int_equal(b.len, 0);
	assert_int_equal(b.max, 8);
	buf_done(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(buf_ceiling_is_exact),
	    cmocka_unit_test(buf_first_error_sticks_and_keeps_contents),
	    cmocka_unit_test(buf_formats_across_growth),
	    cmocka_unit_test(buf_u32_is_big_endian),
	    cmocka_unit_test(buf_steal_leaves_an_empty_buffer),
	};
	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}

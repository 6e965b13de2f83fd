/* links: src/base/utf8 */
/* SPDX-License-Identifier: ISC */
#include "src/base/utf8.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static const struct {
	const char *what, *bytes;
	size_t len; /* 0: not UTF-8 */
	uint32_t code;
} utf8_cases[] = {
    {"ASCII", "a", 1, 'a'},
    {"last of one byte", "\x7f", 1, 0x7f},
    {"first of two", "\xc2\x80", 2, 0x80},
    {"last of two", "\xdf\xbf", 2, 0x7ff},
    {"first of three", "\xe0\xa0\x80", 3, 0x800},
    {"before the surrogates", "\xed\x9f\xbf", 3, 0xd7ff},
    {"first surrogate", "\xed\xa0\x80", 0, 0},
    {"last surrogate", "\xed\xbf\xbf", 0, 0},
    {"after the surrogates", "\xee\x80\x80", 3, 0xe000},
    {"last of three", "\xef\xbf\xbf", 3, 0xffff},
    {"first of four", "\xf0\x90\x80\x80", 4, 0x10000},
    {"last of all", "\xf4\x8f\xbf\xbf", 4, 0x10ffff},
    {"one more", "\xf4\x90\x80\x80", 0, 0},
    {"F5", "\xf5\x80\x80\x80", 0, 0},
    {"FF", "\xff", 0, 0},
    {"slash in two bytes", "\xc0\xaf", 0, 0},
    {"DEL in two bytes", "\xc1\xbf", 0, 0},
    {"7FF in three bytes", "\xe0\x9f\xbf", 0, 0},
    {"FFFF in four bytes", "\xf0\x8f\xbf\xbf", 0, 0},
    {"continuation alone", "\x80", 0, 0},
    {"two bytes, cut", "\xc2", 0, 0},
    {"three bytes, cut", "\xe2\x82", 0, 0},
    {"four bytes, cut", "\xf0\x9f\x98", 0, 0},
    {"continuation missing",
	"\xe2\x82"
	"a",
	0, 0},
};

static void
utf8_edges_of_each_range(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(utf8_cases) / sizeof(utf8_cases[0]); i++) {
		uint32_t code = 0;
		size_t n = strlen(utf8_cases[i].bytes);
		if (utf8_next(utf8_cases[i].bytes, n, &code) != utf8_cases[i].len ||
		    code != utf8_cases[i].code)
			fail_msg("%s", utf8_cases[i].what);
		assert_int_equal(utf8_is_valid(utf8_cases[i].bytes, n), utf8_cases[i].len != 0);
	}
	assert_true(utf8_is_valid("", 0));
	assert_true(utf8_is_valid("a\0b", 3));
	assert_false(utf8_is_valid("ab\xff", 3));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(utf8_edges_of_each_range),
	};
	return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}

/* links: src/media/wtf8 */
/* SPDX-License-Identifier: ISC */
#include "src/media/wtf8.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const struct {
	const char *what;
	uint16_t units[4];
	size_t n;
	const char *bytes;
	int is_name;
} cases[] = {
    {"ASCII", {'a', 'b'}, 2, "ab", 1},
    {"control bytes stay", {0x1B, 0x08, 0x0A}, 3, "\x1B\x08\n", 1},
    {"last of one byte, first of two", {0x7F, 0x80}, 2, "\x7F\xC2\x80", 1},
    {"last of two, first of three", {0x7FF, 0x800}, 2, "\xDF\xBF\xE0\xA0\x80", 1},
    {"direction override", {0x202E}, 1, "\xE2\x80\xAE", 1},
    {"surrogate pair", {0xD83D, 0xDE00}, 2, "\xF0\x9F\x98\x80", 1},
    {"lone high surrogate", {0xD800, 'x'}, 2, "\xED\xA0\x80x", 1},
    {"lone low surrogate", {0xDC00, 0xD800}, 2, "\xED\xB0\x80\xED\xA0\x80", 1},
    {"high surrogate at the end", {'x', 0xDBFF}, 2, "x\xED\xAF\xBF", 1},
    {"slash is no separator", {'a', '/', 'b'}, 3,
	"a\xC0\xAF"
	"b",
	0},
    {"NUL does not end a name", {'a', 0, 'b'}, 3,
	"a\xC0\x80"
	"b",
	0},
};

static void
units_become_bytes_one_to_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t le[8], out[16];
		for (size_t u = 0; u < cases[i].n; u++) {
			le[2 * u] = (uint8_t)cases[i].units[u];
			le[2 * u + 1] = (uint8_t)(cases[i].units[u] >> 8);
		}
		size_t n = wtf8_put(le, cases[i].n, out);
		if (n != strlen(cases[i].bytes) || memcmp(out, cases[i].bytes, n) != 0)
			fail_msg("%s", cases[i].what);
		if (wtf8_is_name(le, cases[i].n) != (cases[i].is_name != 0))
			fail_msg("%s: is_name", cases[i].what);
	}
}

static void
no_two_units_become_the_same_bytes(void **state)
{
	(void)state;
	/* lengths and bytes of neighbours differ all the way: the order is strict but for two
	 */
	uint8_t last[3] = {0}, out[4];
	size_t last_n = 0;
	for (uint32_t c = 1; c < 0x10000; c++) {
		const uint8_t le[2] = {(uint8_t)c, (uint8_t)(c >> 8)};
		size_t n = wtf8_put(le, 1, out);
		if (c == '/')
			continue;
		assert_true(n > last_n || memcmp(out, last, n) > 0);
		memcpy(last, out, n);
		last_n = n;
	}
}

static void
bytes_keep_everything_but_separators(void **state)
{
	(void)state;
	uint8_t in[256], out[512];
	for (int i = 0; i < 256; i++)
		in[i] = (uint8_t)i;
	assert_int_equal(wtf8_put_bytes(in, sizeof(in), out), 258);
	assert_memory_equal(out, "\xC0\x80\x01", 3);
	assert_memory_equal(out + 48,
	    "\xC0\xAF"
	    "0",
	    3);
	assert_int_equal(out[257], 0xFF);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(units_become_bytes_one_to_one),
	    cmocka_unit_test(no_two_units_become_the_same_bytes),
	    cmocka_unit_test(bytes_keep_everything_but_separators),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

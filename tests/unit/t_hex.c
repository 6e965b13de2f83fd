/* links: src/base/hex */
/* SPDX-License-Identifier: ISC */
#include "src/base/hex.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static void
hex_has_one_spelling(void **state)
{
	static const struct {
		const char *what, *text;
		bool want;
	} cases[] = {
	    {"four digits", "00ff", true},
	    {"upper case", "00FF", false},
	    {"odd", "00f", false},
	    {"odd, one more", "00ff0", false},
	    {"too few", "00", false},
	    {"too many", "00ff00", false},
	    {"empty", "", false},
	    {"before 0", "0/ff", false},
	    {"after 9", "0:ff", false},
	    {"before a", "0`ff", false},
	    {"after f", "00fg", false},
	    {"sign", "+0ff", false},
	    {"space", " 0ff", false},
	    {"prefix", "0xff", false},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t out[2];
		char text[5];
		if (hex_decode(cases[i].text, strlen(cases[i].text), out, 2) != cases[i].want)
			fail_msg("%s", cases[i].what);
		if (!cases[i].want)
			continue;
		hex_encode(out, 2, text);
		assert_string_equal(text, cases[i].text);
	}
	assert_true(hex_decode("", 0, NULL, 0));
	assert_false(hex_decode("00\0f", 4, (uint8_t[2]){0}, 2));
}

/* RFC 4648 section 10, and every spelling that is not the one. */
static void
hex_base64_has_one_spelling(void **state)
{
	static const struct {
		const char *what, *text, *bytes;
	} cases[] = {
	    {"empty", "", ""},
	    {"one byte", "Zg==", "f"},
	    {"two bytes", "Zm8=", "fo"},
	    {"three bytes", "Zm9v", "foo"},
	    {"four bytes", "Zm9vYg==", "foob"},
	    {"five bytes", "Zm9vYmE=", "fooba"},
	    {"six bytes", "Zm9vYmFy", "foobar"},
	    {"both signs", "+/+/", "\xfb\xff\xbf"},
	    {"no padding", "Zg", NULL},
	    {"half the padding", "Zg=", NULL},
	    {"too much padding", "Z===", NULL},
	    {"only padding", "====", NULL},
	    {"padding inside", "Zg==Zg==", NULL},
	    {"digit after padding", "Zg=v", NULL},
	    {"unused bits of one byte", "Zh==", NULL},
	    {"unused bits of two bytes", "Zm9=", NULL},
	    {"url alphabet", "-_-_", NULL},
	    {"space", "Zm9 ", NULL},
	    {"LF at the end", "Zm9v\n", NULL},
	    {"LF inside", "Zm\n9v", NULL},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t out[16];
		char text[HEX_B64_SIZE(16)];
		size_t len = 99, n = strlen(cases[i].text);
		bool ok = hex_b64_decode(cases[i].text, n, out, &len);
		if (ok != (cases[i].bytes != NULL))
			fail_msg("%s", cases[i].what);
		if (!ok) {
			assert_int_equal(len, 99);
			continue;
		}
		assert_int_equal(len, strlen(cases[i].bytes));
		assert_memory_equal(out, cases[i].bytes, len);
		assert_int_equal(hex_b64_encode(out, len, text), n);
		assert_string_equal(text, cases[i].text);
		assert_true(n + 1 == HEX_B64_SIZE(len));
	}
	assert_false(hex_b64_decode("Zm\0v", 4, (uint8_t[4]){0}, &(size_t){0}));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(hex_has_one_spelling),
	    cmocka_unit_test(hex_base64_has_one_spelling),
	};
	return cmocka_run_group_tests_name("hex", tests, NULL, NULL);
}

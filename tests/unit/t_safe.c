/* links: ui/safe ui/print src/base/arena src/base/escape src/base/utf8 src/base/mem */
/* SPDX-License-Identifier: ISC */
#include "ui/safe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void
is_printable(struct safe s)
{
	for (const char *p = s.text; *p != '\0'; p++)
		if (*p < 0x20 || *p > 0x7e)
			fail_msg("byte %02x gets through", (unsigned char)*p);
}

static void
no_byte_but_printable_ascii_gets_through(void **state)
{
	struct arena *a = arena_new();
	char all[256];
	(void)state;
	for (size_t i = 0; i < 255; i++)
		all[i] = (char)(i + 1);
	all[255] = '\0';
	is_printable(safe_bytes(a, all, 255));
	is_printable(safe_text(a, all));
	is_printable(safe_printf(a, "%s", all));
	json_t *row = json_pack("{s:s}", "name", "a\x1b[2J\b\b\xe2\x80\xae");
	is_printable(safe_member(a, row, "name"));
	assert_string_equal(safe_member(a, row, "name").text, "a\\x1B[2J\\x08\\x08\\u{202E}");
	assert_string_equal(safe_member(a, row, "other").text, "");
	assert_string_equal(safe_text(a, NULL).text, "");
	json_decref(row);
	arena_free(a);
}

static void
escaped_text_is_not_escaped_again(void **state)
{
	struct arena *a = arena_new();
	(void)state;
	assert_string_equal(safe_text(a, "a\\x1Bb\\\\c").text, "a\\x1Bb\\\\c");
	arena_free(a);
}

static void
a_long_name_keeps_its_end_and_is_never_cut_in_an_escape(void **state)
{
	struct arena *a = arena_new();
	char name[512];
	(void)state;
	memset(name, 0x1b, sizeof(name));
	memcpy(name + 500, "plan.pdf.exe", 12);
	struct safe full = safe_bytes(a, name, sizeof(name));
	for (int cells = 0; cells < 120; cells++) {
		struct safe s = safe_fit(a, full, cells);
		is_printable(s);
		assert_true(safe_cells(s) <= cells);
		if (cells >= 36)
			assert_non_null(strstr(s.text, "plan.pdf.exe"));
	}
	assert_string_equal(safe_fit(a, SAFE("short"), 5).text, "short");
	assert_string_equal(safe_fit(a, SAFE("short"), 4).text, "shor");
	assert_string_equal(safe_from(SAFE("short"), 2).text, "ort");
	assert_string_equal(safe_from(SAFE("short"), 9).text, "");
	arena_free(a);
}

static void
numbers_times_and_digests_are_for_people(void **state)
{
	struct arena *a = arena_new();
	(void)state;
	assert_string_equal(safe_count(a, 0).text, "0");
	assert_string_equal(safe_count(a, 999).text, "999");
	assert_string_equal(safe_count(a, 1000).text, "1,000");
	assert_string_equal(safe_count(a, 1234567).text, "1,234,567");
	assert_string_equal(safe_count(a, UINT64_MAX).text, "18,446,744,073,709,551,615");
	assert_string_equal(safe_minute(a, "2026-11-22T14:02:11Z").text, "11-22 14:02");
	assert_string_equal(safe_minute(a, "").text, "");
	assert_string_equal(safe_minute(a, NULL).text, "");
	assert_string_equal(safe_digest(a, "9f31c0aa77e2", 2).text, "9f31 c0aa");
	assert_string_equal(safe_digest(a, "9f", 2).text, "");
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(no_byte_but_printable_ascii_gets_through),
	    cmocka_unit_test(escaped_text_is_not_escaped_again),
	    cmocka_unit_test(a_long_name_keeps_its_end_and_is_never_cut_in_an_escape),
	    cmocka_unit_test(numbers_times_and_digests_are_for_people),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

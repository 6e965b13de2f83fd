/* links: ui/key */
/* SPDX-License-Identifier: ISC */
#include "ui/key.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

static void
names_are_what_is_printed_on_keys(void **state)
{
	static const struct {
		int key;
		const char *name;
	} rows[] = {
	    {'a', "a"},
	    {'~', "~"},
	    {K_SPACE, "Space"},
	    {K_ESC, "Esc"},
	    {K_TAB, "Tab"},
	    {K_ENTER, "Enter"},
	    {K_CTRL('D'), "Ctrl-D"},
	    {K_CTRL('\\'), "Ctrl-\\"},
	    {0x00, "Ctrl-@"},
	    {0x7f, "Ctrl-?"},
	    {0x80, "0x80"},
	    {0xff, "0xFF"},
	    {K_F1, "F1"},
	    {K_F12, "F12"},
	    {K_PAGE_DOWN, "PgDn"},
	    {K_BACK_TAB, "Shift-Tab"},
	    {K__MAX, "other"},
	    {-2, "other"},
	};
	char out[10];
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(key_name(rows[i].key, out), rows[i].name);
}

static void
every_key_has_a_name_of_its_own_that_leads_back(void **state)
{
	(void)state;
	for (int key = K_NONE; key < K__MAX; key++) {
		char out[10];
		const char *name = key_name(key, out);
		assert_in_range(strlen(name), 1, 9);
		for (const char *p = name; *p != '\0'; p++)
			assert_in_range(*p, 0x21, 0x7e);
		assert_int_equal(key_parse(name), key);
	}
}

static void
what_is_no_name_is_no_key(void **state)
{
	static const char *const rows[] = {"", "f1", "F0", "F13", "F1 ", "ctrl-d", "Ctrl-",
	    "Ctrl-d", "aa", "0x7F", "0x100", "\xc3"};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(key_parse(rows[i]), K_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_are_what_is_printed_on_keys),
	    cmocka_unit_test(every_key_has_a_name_of_its_own_that_leads_back),
	    cmocka_unit_test(what_is_no_name_is_no_key),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

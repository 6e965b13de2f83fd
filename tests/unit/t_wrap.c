/* links: ui/wrap ui/safe ui/print src/base/arena src/base/escape src/base/utf8 src/base/mem */
/* SPDX-License-Identifier: ISC */
#include "ui/wrap.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

static void
test_an_escape_is_never_cut(void **state)
{
	(void)state;
	static const struct {
		const char *what, *text;
		int cells;
		size_t cut;
	} rows[] = {
	    {"empty", "", 10, 0},
	    {"fits", "abc", 3, 3},
	    {"one too long", "abcd", 3, 3},
	    {"before a byte", "ab\\x1Bc", 5, 2},
	    {"behind a byte", "ab\\x1Bc", 6, 6},
	    {"before a code point", "ab\\u{202E}c", 9, 2},
	    {"behind a code point", "ab\\u{202E}c", 10, 10},
	    {"before a backslash", "ab\\\\", 3, 2},
	    {"a backslash is a pair, not the start of what follows", "\\\\x1B", 5, 5},
	    {"an escape wider than the row is taken whole", "\\u{202E}", 3, 8},
	    {"no room at all", "abc", 0, 1},
	    {"a broken escape is characters", "\\u{20", 3, 3},
	    {"a lone backslash at the end", "a\\", 2, 2},
	};
	struct arena *a = arena_new();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = wrap_cut(safe_text(a, rows[i].text), rows[i].cells);
		if (n != rows[i].cut)
			fail_msg("%s: %zu", rows[i].what, n);
	}
	arena_free(a);
}

static void
test_from_the_middle_begins_with_a_whole_escape(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int skip;
		const char *rest;
	} rows[] = {
	    {"abcdef", 2, "cdef"},
	    {"abcdef", 0, "abcdef"},
	    {"abcdef", -1, "abcdef"},
	    {"abcdef", 6, ""},
	    {"abcdef", 600, ""},
	    {"a\\x1Bb", 1, "\\x1Bb"},
	    {"a\\x1Bb", 2, "b"},
	};
	struct arena *a = arena_new();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(
		    rows[i].rest, wrap_from(safe_text(a, rows[i].text), rows[i].skip).text);
	arena_free(a);
}

static void
test_words_stay_whole_and_nothing_is_lost(void **state)
{
	(void)state;
	size_t next;
	struct arena *a = arena_new();
	struct safe s = safe_text(a, "one two three");
	assert_int_equal(7, wrap_words(s, 9, &next));
	assert_int_equal(8, next);
	assert_int_equal(7, wrap_words(s, 7, &next));
	assert_int_equal(8, next);
	assert_int_equal(3, wrap_words(s, 6, &next));
	assert_int_equal(4, next);
	assert_int_equal(13, wrap_words(s, 13, &next));
	assert_int_equal(13, next);
	assert_int_equal(2, wrap_words(s, 2, &next)); /* a word wider than the row */
	assert_int_equal(2, next);
	arena_free(a);
}

static void
test_folder_and_base_of_a_path(void **state)
{
	(void)state;
	static const struct {
		const char *path, *folder, *base;
	} rows[] = {
	    {"a.txt", "", "a.txt"},
	    {"docs/a.txt", "docs/", "a.txt"},
	    {"v1/docs/\\x1B/a", "v1/docs/\\x1B/", "a"},
	    {"docs/ a", "docs/", "\\x20a"},
	    {"", "", ""},
	};
	struct arena *a = arena_new();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct safe path = safe_text(a, rows[i].path);
		assert_string_equal(rows[i].folder, wrap_folder(a, path).text);
		assert_string_equal(rows[i].base, wrap_base(a, path).text);
	}
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_an_escape_is_never_cut),
	    cmocka_unit_test(test_from_the_middle_begins_with_a_whole_escape),
	    cmocka_unit_test(test_words_stay_whole_and_nothing_is_lost),
	    cmocka_unit_test(test_folder_and_base_of_a_path),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

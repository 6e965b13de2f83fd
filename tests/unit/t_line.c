/* links: ui/line ui/grid ui/area ui/style ui/safe ui/print src/core/seal src/core/sshsig src/core/digest src/base/arena src/base/buf src/base/hex src/base/io src/base/escape src/base/utf8 src/base/mem */
/* SPDX-License-Identifier: ISC */
#include "ui/line.h"
#include "src/base/limits.h"
#include "tests/unit/screen.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static void
type(struct line *l, const char *text)
{
	for (; *text != '\0'; text++)
		assert_true(line_key(l, (unsigned char)*text));
}

#define KEYS 8

static void
editing_keys_do_what_they_say(void **state)
{
	static const struct {
		const char *what, *before;
		int keys[KEYS]; /* 0 at the end */
		const char *after;
	} rows[] = {
	    {"a byte at the end", "ab", {'c'}, "abc"},
	    {"at the start", "ab", {K_HOME, 'c'}, "cab"},
	    {"Ctrl-A, Ctrl-E", "ab", {K_CTRL('A'), '1', K_CTRL('E'), '2'}, "1ab2"},
	    {"in the middle", "ab", {K_LEFT, 'c', K_RIGHT, 'd'}, "acbd"},
	    {"right at the end stays", "ab", {K_RIGHT, 'c'}, "abc"},
	    {"left at the start stays", "", {K_LEFT, 'c'}, "c"},
	    {"backspace", "abc", {K_LEFT, K_BACKSPACE}, "ac"},
	    {"backspace at the start", "abc", {K_HOME, K_BACKSPACE}, "abc"},
	    {"delete", "abc", {K_HOME, K_DELETE}, "bc"},
	    {"delete at the end", "abc", {K_DELETE}, "abc"},
	    {"Ctrl-U clears all", "abc", {K_LEFT, K_CTRL('U'), 'x'}, "x"},
	    {"Ctrl-W takes a word", "ab cd", {K_CTRL('W')}, "ab "},
	    {"and the blanks behind it", "ab cd  ", {K_CTRL('W')}, "ab "},
	    {"Ctrl-W in a word", "ab cd", {K_LEFT, K_CTRL('W')}, "ab d"},
	    {"Ctrl-W at the start", "ab", {K_HOME, K_CTRL('W')}, "ab"},
	    {"two bytes go as one", "a\xc3\xa9", {K_BACKSPACE}, "a"},
	    {"four bytes, too", "\xf0\x9f\x98\x80z", {K_HOME, K_DELETE}, "z"},
	    {"left over three", "\xe2\x82\xac", {K_LEFT, 'x'}, "x\xe2\x82\xac"},
	    {"right over three", "\xe2\x82\xac", {K_HOME, K_RIGHT, 'x'}, "\xe2\x82\xacx"},
	    {"a stray byte is one", "a\x80\x80", {K_BACKSPACE}, "a\x80"},
	    {"a lead byte is one", "a\xc3", {K_LEFT, K_DELETE}, "a"},
	    {"a sequence byte by byte", "", {0xc3, 0xa9, K_LEFT, 'x'}, "x\xc3\xa9"},
	    {"a surrogate is three bytes", "\xed\xa0\x80", {K_BACKSPACE}, "\xed\xa0"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct line *l = line_new(64);
		line_set(l, rows[i].before);
		for (size_t k = 0; k < KEYS && rows[i].keys[k] != 0; k++)
			assert_true(line_key(l, rows[i].keys[k]));
		if (strcmp(line_text(l), rows[i].after) != 0)
			fail_msg("%s: \"%s\"", rows[i].what, line_text(l));
		assert_int_equal(line_len(l), strlen(rows[i].after));
		assert_false(line_full(l));
		line_free(l);
	}
	line_free(NULL);
}

static void
keys_of_the_form_are_not_text(void **state)
{
	static const int rows[] = {0, K_ENTER, K_TAB, K_ESC, K_BACK_TAB, K_UP, K_DOWN, K_F1,
	    K_F12, K_PAGE_UP, K_PAGE_DOWN, K_INSERT, K_CTRL('C'), K_CTRL('D'), K_CTRL('Z'),
	    0x08, 0x0a, 0x1f, 0x7f, K_SIZE, K_OTHER, K_NONE, K__MAX};
	struct line *l = line_new(8);
	(void)state;
	line_set(l, "ab");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_false(line_key(l, rows[i]));
	assert_string_equal(line_text(l), "ab");
	line_free(l);
}

static void
a_line_takes_its_limit_and_no_byte_more(void **state)
{
	static const size_t limits[] = {0, 1, 5, LIM_REASON_BYTES};
	(void)state;
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct line *l = line_new(limits[i]);
		for (size_t n = 0; n < limits[i]; n++) {
			assert_true(line_key(l, 'a'));
			assert_false(line_full(l));
		}
		assert_true(line_key(l, 'b'));
		assert_true(line_full(l));
		assert_int_equal(line_len(l), limits[i]);
		assert_true(line_key(l, K_HOME));
		assert_false(line_full(l));
		assert_null(strchr(line_text(l), 'b'));
		line_free(l);
	}
	struct line *l = line_new(3);
	line_set(l, "123");
	assert_string_equal(line_text(l), "123");
	line_set(l, "1234");
	assert_string_equal(line_text(l), "123");
	line_free(l);
}

static void
no_half_sequence_stays_in_a_full_line(void **state)
{
	static const struct {
		const char *what, *typed;
		size_t limit;
		const char *kept;
	} rows[] = {
	    {"fits", "ab\xc3\xa9", 4, "ab\xc3\xa9"},
	    {"one byte short", "abc\xc3\xa9", 4, "abc"},
	    {"three of four fit", "a\xf0\x9f\x98\x80", 4, "a"},
	    {"one of four fits", "abc\xf0\x9f\x98\x80", 4, "abc"},
	    {"none fits", "abcd\xf0\x9f\x98\x80", 4, "abcd"},
	    {"what follows is text again", "a\xf0\x9f\x98\x80z", 4, "az"},
	    {"stray bytes are kept as they are", "\x80\x80\x80\x80\x80", 4, "\x80\x80\x80\x80"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct line *l = line_new(rows[i].limit);
		type(l, rows[i].typed);
		if (strcmp(line_text(l), rows[i].kept) != 0)
			fail_msg("%s: %zu bytes stay", rows[i].what, line_len(l));
		line_free(l);
	}
}

static void
a_paste_of_a_megabyte_fills_the_line_and_ends(void **state)
{
	struct line *l = line_new(LIM_REASON_BYTES);
	(void)state;
	for (uint32_t i = 0; i < 1u << 20; i++)
		line_key(l, (int)((i * 2654435761u) >> 24));
	assert_int_equal(line_len(l), strlen(line_text(l)));
	assert_true(line_len(l) <= LIM_REASON_BYTES);
	line_free(l);
}

static void
a_passphrase_is_seen_by_nobody(void **state)
{
	struct line *l = line_new_secret();
	struct grid *g = grid_new();
	struct arena *m = arena_new();
	(void)state;
	assert_non_null(l);
	assert_null(line_take_secret(l));
	type(l, "open \xc3\xa9sesame");
	grid_clear(g, 1, 20);
	struct area a = area_of(g);
	line_draw(l, &a, m, 0, 0, 20, true);
	assert_string_equal(screen_row(g, 0), "*************       ");
	assert_int_equal(g->cursor_col, 13);
	line_draw(l, &a, m, 0, 0, 8, true);
	assert_memory_equal(screen_row(g, 0), "<****** ", 8);
	assert_int_equal(g->cursor_col, 7);
	struct seal_secret *s = line_take_secret(l);
	assert_non_null(s);
	assert_int_equal(seal_secret_len(s), 13);
	assert_memory_equal(seal_secret_bytes(s), "open \xc3\xa9sesame", 13);
	assert_int_equal(line_len(l), 0);
	assert_null(line_take_secret(l));
	seal_secret_free(s);
	/* where its words are does not show either */
	type(l, "two words");
	line_key(l, K_CTRL('W'));
	assert_int_equal(line_len(l), 0);
	for (int i = 0; i < LIM_PASSPHRASE_BYTES; i++)
		assert_true(line_key(l, 'x') && !line_full(l));
	assert_true(line_key(l, 'x') && line_full(l));
	s = line_take_secret(l);
	assert_int_equal(seal_secret_len(s), LIM_PASSPHRASE_BYTES);
	seal_secret_free(s);
	line_free(l);
	grid_free(g);
	arena_free(m);
}

static void
the_cursor_is_always_seen(void **state)
{
	static const struct {
		const char *what, *text;
		int lefts, cells;
		const char *shown;
		int cursor;
	} rows[] = {
	    {"empty", "", 0, 6, "      ", 0},
	    {"room for the cursor", "12345", 0, 6, "12345 ", 5},
	    {"full", "123456", 0, 6, "<3456 ", 5},
	    {"full, cursor on the last", "123456", 1, 6, "123456", 5},
	    {"more on both sides", "123456789", 4, 6, "<3456>", 4},
	    {"from the start", "123456789", 9, 6, "12345>", 0},
	    {"blanks are blanks", "a  ", 0, 6, "a     ", 3},
	    {"a backslash is two", "a\\b", 0, 6, "a\\\\b  ", 4},
	    {"an escape", "\x1b[", 0, 6, "\\x1B[ ", 5},
	    {"an escape that was scrolled", "ab\x80z", 0, 6, "<z    ", 2},
	    {"an escape that does not fit", "ab\x80zz", 3, 6, "ab\\x8>", 2},
	    {"one cell", "abc", 0, 1, "<", 0},
	};
	struct grid *g = grid_new();
	struct arena *m = arena_new();
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct line *l = line_new(64);
		line_set(l, rows[i].text);
		for (int n = 0; n < rows[i].lefts; n++)
			line_key(l, K_LEFT);
		grid_clear(g, 1, rows[i].cells + 1);
		struct area a = area_of(g);
		line_draw(l, &a, m, 0, 0, rows[i].cells, true);
		const char *shown = screen_row(g, 0);
		if (strncmp(shown, rows[i].shown, (size_t)rows[i].cells) != 0 ||
		    shown[rows[i].cells] != ' ' || g->cursor_col != rows[i].cursor)
			fail_msg("%s: \"%s\", cursor %d", rows[i].what, shown, g->cursor_col);
		line_free(l);
	}
	grid_free(g);
	arena_free(m);
}

static void
hostile_pastes_are_drawn_as_escapes(void **state)
{
	struct grid *g = grid_new();
	struct arena *m = arena_new();
	(void)state;
	for (size_t i = 0; i < SCREEN_HOSTILE; i++) {
		struct line *l = line_new(256);
		for (size_t n = 0; n < screen_hostile[i].n; n++)
			line_key(l, (unsigned char)screen_hostile[i].bytes[n]);
		for (int cells = 0; cells < 40; cells++) {
			grid_clear(g, 1, 40);
			struct area a = area_of(g);
			line_draw(l, &a, m, 0, 0, cells, true);
			for (int col = 0; col < 40; col++)
				assert_in_range(screen_row(g, 0)[col], 0x20, 0x7e);
			assert_in_range(g->cursor_col, 0, cells > 0 ? cells - 1 : 0);
		}
		line_free(l);
	}
	grid_free(g);
	arena_free(m);
}

static int
setup(void **state)
{
	(void)state;
	return seal_init() == ERR_OK ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(editing_keys_do_what_they_say),
	    cmocka_unit_test(keys_of_the_form_are_not_text),
	    cmocka_unit_test(a_line_takes_its_limit_and_no_byte_more),
	    cmocka_unit_test(no_half_sequence_stays_in_a_full_line),
	    cmocka_unit_test(a_paste_of_a_megabyte_fills_the_line_and_ends),
	    cmocka_unit_test(a_passphrase_is_seen_by_nobody),
	    cmocka_unit_test(the_cursor_is_always_seen),
	    cmocka_unit_test(hostile_pastes_are_drawn_as_escapes),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}

/* links: ui/grid ui/area ui/style ui/safe ui/print src/base/arena src/base/escape src/base/utf8 src/base/mem */
/* SPDX-License-Identifier: ISC */
#include "ui/grid.h"
#include "src/base/limits.h"
#include "tests/unit/screen.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static struct grid *g;
static struct arena *m;

static int
setup(void **state)
{
	(void)state;
	g = grid_new();
	m = arena_new();
	grid_clear(g, 4, 20);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	grid_free(g);
	arena_free(m);
	return 0;
}

static void
sizes_are_kept_within_the_limit(void **state)
{
	static const struct {
		int in, out;
	} rows[] = {
	    {INT32_MIN, 0},
	    {-1, 0},
	    {0, 0},
	    {1, 1},
	    {LIM_SCREEN_CELLS, LIM_SCREEN_CELLS},
	    {LIM_SCREEN_CELLS + 1, LIM_SCREEN_CELLS},
	    {INT32_MAX, LIM_SCREEN_CELLS},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		grid_clear(g, rows[i].in, 2);
		assert_int_equal(g->rows, rows[i].out);
		grid_clear(g, 2, rows[i].in);
		assert_int_equal(g->cols, rows[i].out);
	}
	grid_clear(g, 0, 0);
	struct area a = area_of(g);
	area_put(&a, 0, 0, STYLE_PLAIN, SAFE("nothing to draw on"));
	area_box(&a, SAFE("box"));
	area_cursor(&a, 5, 5);
	assert_int_equal(g->cursor_row, 0);
	assert_int_equal(g->cursor_col, 0);
}

static void
a_cleared_grid_shows_nothing_of_the_last_frame(void **state)
{
	struct area a = area_of(g);
	(void)state;
	area_put(&a, 3, 19, STYLE_FAIL, SAFE("x"));
	area_cursor(&a, 3, 19);
	grid_clear(g, 4, 20);
	for (int i = 0; i < 80; i++) {
		assert_int_equal(g->cells[i].ch, ' ');
		assert_int_equal(g->cells[i].style, STYLE_PLAIN);
	}
	assert_int_equal(g->cursor_row, 0);
	assert_int_equal(g->cursor_col, 0);
}

static void
text_outside_its_area_is_cut_off(void **state)
{
	static const struct {
		const char *what;
		int row, col, end;
		const char *shown;
	} rows[] = {
	    {"fits", 0, 0, 5, "     abcde          "},
	    {"to the edge", 0, 5, 10, "          abcde     "},
	    {"over the edge", 0, 6, 11, "           abcd     "},
	    {"behind the edge", 0, 10, 15, "                    "},
	    {"far behind", 0, 99999, 100004, "                    "},
	    {"before the edge", 0, -2, 3, "     cde            "},
	    {"above", -1, 0, 5, "                    "},
	    {"below", 1, 0, 5, "                    "},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		grid_clear(g, 4, 20);
		struct area all = area_of(g), a = area_part(&all, 1, 5, 1, 10);
		int end = area_put(&a, rows[i].row, rows[i].col, STYLE_PLAIN, SAFE("abcde"));
		if (end != rows[i].end || strcmp(screen_row(g, 1), rows[i].shown) != 0)
			fail_msg("%s: %d \"%s\"", rows[i].what, end, screen_row(g, 1));
		for (int row = 0; row < 4; row++)
			if (row != 1)
				assert_string_equal(screen_row(g, row), "                    ");
	}
}

static void
parts_stay_inside_whatever_is_asked(void **state)
{
	static const int odd[] = {INT32_MIN, -1, 0, 1, 3, 4, 19, 20, 21, INT32_MAX};
	struct area all = area_of(g);
	(void)state;
	for (size_t i = 0; i < 10; i++)
		for (size_t j = 0; j < 10; j++) {
			struct area a = area_part(&all, odd[i], odd[j], odd[j], odd[i]);
			assert_in_range(a.row, 0, 4);
			assert_in_range(a.col, 0, 20);
			assert_in_range(a.rows, 0, 4 - a.row);
			assert_in_range(a.cols, 0, 20 - a.col);
			area_box(&a, SAFE("title"));
			area_cursor(&a, odd[i], odd[j]);
			assert_in_range(g->cursor_row, 0, 3);
			assert_in_range(g->cursor_col, 0, 19);
		}
}

static void
a_field_is_as_wide_as_was_asked(void **state)
{
	struct area a = area_of(g);
	(void)state;
	area_fill(&a, 0, 0, 20, STYLE_PLAIN, '#');
	assert_int_equal(area_field(&a, m, 0, 2, 5, STYLE_HEAD, SAFE("ab")), 7);
	assert_string_equal(screen_row(g, 0), "##ab   #############");
	assert_string_equal(screen_styles(g, 0), "..HHHHH.............");
	assert_int_equal(
	    area_field(&a, m, 0, 1, 18, STYLE_PLAIN, SAFE("0123456789012345678")), 19);
	assert_int_equal(screen_row(g, 0)[0], '#');
	assert_int_equal(screen_row(g, 0)[19], '#');
	assert_non_null(strstr(screen_row(g, 0), "\\..{"));
	assert_int_equal(screen_row(g, 0)[18], '8');
	for (int cells = -1; cells <= 0; cells++)
		assert_int_equal(area_field(&a, m, 1, 3, cells, STYLE_PLAIN, SAFE("ab")), 3);
	assert_string_equal(screen_row(g, 1), "                    ");
}

/* A sentence cut in its middle says something else. */
static void
a_sentence_loses_its_end(void **state)
{
	static const struct {
		const char *text;
		int cells;
		const char *shown;
	} rows[] = {
	    {"", 4, ".    ..............."},
	    {"hand it back", 12, ".hand it back......."},
	    {"hand it back", 13, ".hand it back ......"},
	    {"hand it back", 11, ".hand it..  ........"},
	    {"hand it back", 9, ".hand it............"},
	    {"not for you", 8, ".not..   ..........."},
	    {"application/x", 9, ".applica............"},
	    {"a longword", 8, ".a long............."},
	    {"name \\x1B here", 9, ".name..   .........."},
	    {"na\\u{202E}x", 8, ".na..    ..........."},
	    {"abc", 2, "...................."},
	    {"abc", 1, "...................."},
	    {"abc", 0, "...................."},
	    {"abc", -1, "...................."},
	};
	struct area a = area_of(g);
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int cells = rows[i].cells, end = 1 + (cells > 0 ? cells : 0);
		area_fill(&a, 0, 0, 20, STYLE_PLAIN, '.');
		assert_int_equal(
		    area_clip(&a, 0, 1, cells, STYLE_HEAD, safe_text(m, rows[i].text)), end);
		if (strncmp(screen_row(g, 0), rows[i].shown, 20) != 0)
			fail_msg("%s in %d: %s", rows[i].text, cells, screen_row(g, 0));
		assert_int_equal(screen_styles(g, 0)[end], '.');
	}
}

static void
numbers_are_flush_right(void **state)
{
	static const struct {
		const char *text, *shown;
	} rows[] = {
	    {"", "...    .............."},
	    {"1", "...   1.............."},
	    {"1234", "...1234.............."},
	    {"91234", "...1234.............."},
	};
	struct area a = area_of(g);
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		area_fill(&a, 0, 0, 20, STYLE_PLAIN, '.');
		assert_int_equal(
		    area_right(&a, 0, 3, 4, STYLE_HEAD, safe_text(m, rows[i].text)), 7);
		assert_memory_equal(screen_row(g, 0), rows[i].shown, 20);
		assert_string_equal(screen_styles(g, 0), "...HHHH.............");
	}
}

static void
escapes_in_names_are_marked(void **state)
{
	static const struct {
		const char *text, *styles;
	} rows[] = {
	    {"a\\x1Bb", ".\\\\\\\\..............."},
	    {"a\\u{202E}b", ".\\\\\\\\\\\\\\\\..........."},
	    {"a\\\\x1B", ".\\\\................."},
	    {"a\\..{12}b", ".\\\\\\\\\\\\\\............"},
	    {"a\\", "...................."},
	    {"a\\x1", "...................."},
	    {"a\\u{12", "...................."},
	};
	struct area a = area_of(g);
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		grid_clear(g, 4, 20);
		area_name(&a, m, 0, 0, 20, STYLE_PLAIN, safe_text(m, rows[i].text));
		if (strcmp(screen_styles(g, 0), rows[i].styles) != 0)
			fail_msg("%s: %s", rows[i].text, screen_styles(g, 0));
		assert_memory_equal(screen_row(g, 0), rows[i].text, strlen(rows[i].text));
	}
}

/* A list of a number, a name and a size, as every list has it. */
static void
hostile_names_stay_in_their_cells(void **state)
{
	(void)state;
	grid_clear(g, (int)SCREEN_HOSTILE, 80);
	struct area all = area_of(g);
	for (int row = 0; row < g->rows; row++) {
		const struct screen_hostile *h = &screen_hostile[row];
		area_put(&all, row, 0, STYLE_HOLD, SAFE("HELD"));
		struct safe name = safe_bytes(m, h->bytes, h->n);
		area_name(&all, m, row, 6, 60, STYLE_PLAIN, name);
		area_put(&all, row, 68, STYLE_PLAIN, SAFE("|1.2K|"));
	}
	for (int row = 0; row < g->rows; row++) {
		const struct screen_hostile *h = &screen_hostile[row];
		const char *shown = screen_row(g, row);
		for (int col = 0; col < 80; col++)
			assert_in_range(shown[col], 0x20, 0x7e);
		if (strstr(shown + 6, h->seen) == NULL || memcmp(shown, "HELD  ", 6) != 0 ||
		    memcmp(shown + 66, "  |1.2K|  ", 10) != 0)
			fail_msg("%s: %s", h->what, shown);
	}
	/* no two of them look the same */
	for (int row = 0; row < g->rows; row++)
		for (int other = row + 1; other < g->rows; other++)
			assert_memory_not_equal(&g->cells[row * 80], &g->cells[other * 80],
			    80 * sizeof(g->cells[0]));
}

static void
what_is_not_printable_ascii_is_a_fault_of_ours(void **state)
{
	static const char *const rows[] = {"\x1b", "\x1f", "\x7f", "\x80", "\xff", "\t"};
	struct area a = area_of(g);
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		/* what safe_text would never make */
		struct safe forged = {rows[i]};
		pid_t child = fork();
		if (child == 0) {
			fclose(stderr);
			signal(SIGABRT, SIG_DFL);
			area_put(&a, 0, 99, STYLE_PLAIN, forged);
			_exit(0);
		}
		int status = 0;
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
	}
	area_put(&a, 0, 0, STYLE_PLAIN, SAFE(" ~"));
}

static void
words_break_at_blanks(void **state)
{
	static const struct {
		const char *what, *text;
		int rows, used;
		const char *shown[3];
	} rows[] = {
	    {"nothing", "", 0, 0, {"        ", "        ", "        "}},
	    {"fits", "12345678", 0, 1, {"12345678", "        ", "        "}},
	    {"one too many", "123456789", 0, 2, {"12345678", "9       ", "        "}},
	    {"two words", "1234 678", 0, 1, {"1234 678", "        ", "        "}},
	    {"two rows", "1234 6789", 0, 2, {"1234    ", "6789    ", "        "}},
	    {"blank at the edge", "12345678 9", 0, 2, {"12345678", "9       ", "        "}},
	    {"blanks inside stay", "a:  b", 0, 1, {"a:  b   ", "        ", "        "}},
	    {"more than there is room", "aaaa bbbb cccc dddd", 2, 2,
		{"aaaa    ", "bbbb..  ", "        "}},
	    {"full row, more to come", "12345678 12345678", 1, 1,
		{"123456..", "        ", "        "}},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		grid_clear(g, 3, 8);
		struct area a = area_of(g);
		int used =
		    area_words(&a, 0, 0, rows[i].rows, STYLE_PLAIN, safe_text(m, rows[i].text));
		if (used != rows[i].used)
			fail_msg("%s: %d rows", rows[i].what, used);
		for (int row = 0; row < 3; row++)
			if (strcmp(screen_row(g, row), rows[i].shown[row]) != 0)
				fail_msg("%s: \"%s\"", rows[i].what, screen_row(g, row));
	}
	grid_clear(g, 3, 1);
	struct area narrow = area_of(g);
	assert_int_equal(area_words(&narrow, 0, 0, 0, STYLE_PLAIN, SAFE("a b cd")), 4);
	assert_int_equal(area_words(&narrow, 0, 1, 0, STYLE_PLAIN, SAFE("a")), 0);
}

static void
a_box_hides_what_was_there(void **state)
{
	struct area all = area_of(g);
	(void)state;
	area_fill(&all, 2, 0, 20, STYLE_FAIL, '#');
	struct area a = area_part(&all, 1, 1, 3, 18), in = area_box(&a, SAFE("STOP"));
	assert_string_equal(screen_row(g, 1), " +- STOP ---------+ ");
	assert_string_equal(screen_row(g, 2), "#|                |#");
	assert_string_equal(screen_row(g, 3), " +----------------+ ");
	assert_int_equal(in.row, 2);
	assert_int_equal(in.col, 3);
	assert_int_equal(in.rows, 1);
	assert_int_equal(in.cols, 14);
	area_box(&a, SAFE("a title that is too long"));
	assert_string_equal(screen_row(g, 1), " +- a title that -+ ");
}

static void
the_cursor_is_where_the_area_says(void **state)
{
	struct area all = area_of(g), a = area_part(&all, 1, 5, 2, 10);
	(void)state;
	area_cursor(&a, 1, 9);
	assert_int_equal(g->cursor_row, 2);
	assert_int_equal(g->cursor_col, 14);
	area_cursor(&a, 2, 10);
	assert_int_equal(g->cursor_row, 2);
	assert_int_equal(g->cursor_col, 14);
}

static void
styles_are_told_apart(void **state)
{
	(void)state;
	for (int s = 0; s < STYLE__MAX; s++) {
		assert_in_range(style_letter((enum style)s), 0x21, 0x7e);
		for (int other = s + 1; other < STYLE__MAX; other++)
			assert_int_not_equal(
			    style_letter((enum style)s), style_letter((enum style)other));
	}
	struct area a = area_of(g);
	area_put(&a, 0, 0, STYLE_PLAIN, SAFE("abc"));
	area_style(&a, 0, 1, 99, STYLE_ROW);
	assert_memory_equal(screen_row(g, 0), "abc ", 4);
	assert_string_equal(screen_styles(g, 0), ".>>>>>>>>>>>>>>>>>>>");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(sizes_are_kept_within_the_limit),
	    TEST(a_cleared_grid_shows_nothing_of_the_last_frame),
	    TEST(text_outside_its_area_is_cut_off),
	    TEST(parts_stay_inside_whatever_is_asked),
	    TEST(a_field_is_as_wide_as_was_asked),
	    TEST(a_sentence_loses_its_end),
	    TEST(numbers_are_flush_right),
	    TEST(escapes_in_names_are_marked),
	    TEST(hostile_names_stay_in_their_cells),
	    TEST(what_is_not_printable_ascii_is_a_fault_of_ours),
	    TEST(words_break_at_blanks),
	    TEST(a_box_hides_what_was_there),
	    TEST(the_cursor_is_where_the_area_says),
	    TEST(styles_are_told_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

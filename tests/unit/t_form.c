/* links: ui/form ui/line ui/grid ui/area ui/style ui/safe ui/print src/core/seal src/core/sshsig src/core/digest src/base/arena src/base/buf src/base/hex src/base/io src/base/escape src/base/utf8 src/base/mem */
/* SPDX-License-Identifier: ISC */
#include "ui/form.h"
#include "src/base/limits.h"
#include "tests/unit/screen.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

enum { ROW_ID, ROW_SECRET, ROW_THEME, ROW_OK, ROW_CANCEL };

static struct form *f;
static struct grid *g;
static struct arena *m;

static int
setup(void **state)
{
	static const struct safe themes[] = {{"normal"}, {"contrast"}, {"monochrome"}};
	(void)state;
	f = form_new();
	g = grid_new();
	m = arena_new();
	assert_int_equal(form_add_text(f, SAFE("Officer id"), 8, "ada"), ROW_ID);
	assert_int_equal(form_add_secret(f, SAFE("Passphrase")), ROW_SECRET);
	assert_int_equal(form_add_choice(f, SAFE("Theme"), themes, 3), ROW_THEME);
	assert_int_equal(form_add_button(f, SAFE("Sign in")), ROW_OK);
	assert_int_equal(form_add_button(f, SAFE("Cancel")), ROW_CANCEL);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	form_free(f);
	grid_free(g);
	arena_free(m);
	return 0;
}

static void
keys_move_change_and_press(void **state)
{
	static const struct {
		const char *what;
		int row, key;
		enum form_event event;
		int focus;
	} rows[] = {
	    {"Tab", ROW_ID, K_TAB, FORM_CHANGED, ROW_SECRET},
	    {"Tab goes round", ROW_CANCEL, K_TAB, FORM_CHANGED, ROW_ID},
	    {"Shift-Tab", ROW_SECRET, K_BACK_TAB, FORM_CHANGED, ROW_ID},
	    {"Shift-Tab goes round", ROW_ID, K_BACK_TAB, FORM_CHANGED, ROW_CANCEL},
	    {"Down", ROW_ID, K_DOWN, FORM_CHANGED, ROW_SECRET},
	    {"Up", ROW_SECRET, K_UP, FORM_CHANGED, ROW_ID},
	    {"Enter in a field presses nothing", ROW_ID, K_ENTER, FORM_CHANGED, ROW_SECRET},
	    {"Enter in a secret", ROW_SECRET, K_ENTER, FORM_CHANGED, ROW_THEME},
	    {"Enter in a choice", ROW_THEME, K_ENTER, FORM_CHANGED, ROW_OK},
	    {"Enter on a button", ROW_OK, K_ENTER, FORM_PRESSED, ROW_OK},
	    {"Enter on the last button", ROW_CANCEL, K_ENTER, FORM_PRESSED, ROW_CANCEL},
	    {"Right between buttons", ROW_OK, K_RIGHT, FORM_CHANGED, ROW_CANCEL},
	    {"Left between buttons", ROW_CANCEL, K_LEFT, FORM_CHANGED, ROW_OK},
	    {"Left in a field is the field's", ROW_ID, K_LEFT, FORM_CHANGED, ROW_ID},
	    {"a letter in a field", ROW_ID, 'x', FORM_CHANGED, ROW_ID},
	    {"a blank is no press", ROW_OK, K_SPACE, FORM_IGNORED, ROW_OK},
	    {"a letter on a button", ROW_OK, 'y', FORM_IGNORED, ROW_OK},
	    {"a letter on a choice", ROW_THEME, 'y', FORM_IGNORED, ROW_THEME},
	    {"Esc is not ours", ROW_ID, K_ESC, FORM_IGNORED, ROW_ID},
	    {"F8 is not ours", ROW_ID, K_F8, FORM_IGNORED, ROW_ID},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		form_set_focus(f, rows[i].row);
		enum form_event event = form_key(f, rows[i].key);
		if (event != rows[i].event || form_focus(f) != rows[i].focus)
			fail_msg("%s: event %d, focus %d", rows[i].what, event, form_focus(f));
	}
	struct form *empty = form_new();
	assert_int_equal(form_key(empty, K_TAB), FORM_IGNORED);
	assert_int_equal(form_rows(empty), 0);
	form_free(empty);
	form_free(NULL);
}

static void
values_are_what_was_typed(void **state)
{
	(void)state;
	assert_string_equal(form_text(f, ROW_ID), "ada");
	for (int i = 0; i < 5; i++)
		assert_int_equal(form_key(f, 'x'), FORM_CHANGED);
	assert_int_equal(form_key(f, 'x'), FORM_FULL);
	assert_string_equal(form_text(f, ROW_ID), "adaxxxxx");
	form_set_text(f, ROW_ID, "bo");
	assert_string_equal(form_text(f, ROW_ID), "bo");

	assert_null(form_take_secret(f, ROW_SECRET));
	form_set_focus(f, ROW_SECRET);
	form_key(f, 'k');
	form_key(f, ' ');
	struct seal_secret *s = form_take_secret(f, ROW_SECRET);
	assert_int_equal(seal_secret_len(s), 2);
	assert_memory_equal(seal_secret_bytes(s), "k ", 2);
	seal_secret_free(s);
	assert_null(form_take_secret(f, ROW_SECRET));

	static const struct {
		int key;
		size_t choice;
	} rows[] = {{K_RIGHT, 1}, {K_SPACE, 2}, {K_RIGHT, 0}, {K_LEFT, 2}, {K_LEFT, 1}};
	form_set_focus(f, ROW_THEME);
	assert_int_equal(form_choice(f, ROW_THEME), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(form_key(f, rows[i].key), FORM_CHANGED);
		assert_int_equal(form_choice(f, ROW_THEME), rows[i].choice);
	}
	form_set_choice(f, ROW_THEME, 2);
	assert_int_equal(form_choice(f, ROW_THEME), 2);
	const struct safe other[] = {SAFE("one"), SAFE("two")};
	form_set_choices(f, ROW_THEME, other, 2);
	assert_int_equal(form_choice(f, ROW_THEME), 0);
	form_key(f, K_LEFT);
	assert_int_equal(form_choice(f, ROW_THEME), 1);
	assert_int_equal(form_kind(f, ROW_THEME), FORM_CHOICE);
	assert_int_equal(form_kind(f, ROW_CANCEL), FORM_BUTTON);
}

static void
the_focus_is_seen_without_colour(void **state)
{
	static const struct {
		int focus, row, col;
	} rows[] = {{ROW_ID, 1, 18}, {ROW_SECRET, 2, 15}, {ROW_THEME, 3, 16}, {ROW_OK, 5, 16},
	    {ROW_CANCEL, 5, 29}};
	(void)state;
	assert_int_equal(form_rows(f), 5);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		grid_clear(g, 8, 50);
		struct area a = area_of(g);
		form_set_focus(f, rows[i].focus);
		form_draw(f, &a, m, 1, 2, true);
		assert_int_equal(g->cursor_row, rows[i].row);
		assert_int_equal(g->cursor_col, rows[i].col);
		int focused = 0;
		for (int cell = 0; cell < 8 * 50; cell++)
			focused += g->cells[cell].style == STYLE_FOCUS;
		assert_true(focused > 0);
	}
	assert_string_equal(
	    screen_row(g, 1), "  Officer id  [ada                               ]");
	assert_string_equal(
	    screen_row(g, 2), "  Passphrase  [                                  ]");
	assert_string_equal(
	    screen_row(g, 3), "  Theme       < normal >                          ");
	assert_string_equal(
	    screen_row(g, 5), "              [ Sign in ]  [ Cancel ]             ");
	grid_clear(g, 8, 50);
	struct area a = area_of(g);
	form_draw(f, &a, m, 1, 2, false);
	assert_null(strchr(screen_styles(g, 5), 'F'));
	assert_int_equal(g->cursor_row, 0);
}

/* A policy may ask for more fields than a screen has rows. */
static void
many_fields_scroll_with_the_focus(void **state)
{
	struct form *many = form_new();
	(void)state;
	for (int i = 0; i < LIM_POLICY_FIELDS; i++)
		form_add_text(many, safe_printf(m, "Field %02d", i), 16, "");
	int ok = form_add_button(many, SAFE("Go on"));
	for (int rows = 0; rows <= 40; rows++)
		for (int row = 0; row <= ok; row++) {
			grid_clear(g, rows, 40);
			struct area a = area_of(g);
			form_set_focus(many, row);
			form_draw(many, &a, m, 0, 0, true);
			if (rows < 3)
				continue;
			const char *at = screen_row(g, g->cursor_row);
			char wanted[24];
			snprintf(wanted, sizeof(wanted), "Field %02d", row);
			if (row == ok)
				assert_non_null(strstr(at, "[ Go on ]"));
			else
				assert_memory_equal(at, wanted, strlen(wanted));
		}
	assert_int_equal(form_rows(many), LIM_POLICY_FIELDS + 2);
	form_free(many);
}

static void
buttons_alone_and_fields_alone(void **state)
{
	struct form *one = form_new();
	(void)state;
	form_add_button(one, SAFE("No"));
	form_add_button(one, SAFE("Yes"));
	assert_int_equal(form_rows(one), 1);
	assert_int_equal(form_focus(one), 0);
	grid_clear(g, 1, 20);
	struct area a = area_of(g);
	form_draw(one, &a, m, 0, 0, true);
	assert_string_equal(screen_row(g, 0), "[ No ]  [ Yes ]     ");
	assert_string_equal(screen_styles(g, 0), "FFFFFF..............");
	form_free(one);
	one = form_new();
	form_add_text(one, SAFE(""), 5, NULL);
	assert_int_equal(form_rows(one), 1);
	grid_clear(g, 1, 20);
	a = area_of(g);
	form_draw(one, &a, m, 0, 0, true);
	assert_string_equal(screen_row(g, 0), "[                  ]");
	form_free(one);
}

static void
any_size_and_any_key_is_survived(void **state)
{
	uint32_t s = 1;
	(void)state;
	for (int i = 0; i < 20000; i++) {
		s = s * 1664525u + 1013904223u;
		form_key(f, (int)(s >> 16) % (K__MAX + 8) - 4);
		if (i % 16 != 0)
			continue;
		grid_clear(g, (int)(s >> 8) % 12, (int)(s >> 12) % 60);
		struct area a = area_of(g);
		form_draw(f, &a, m, (int)(s >> 20) % 5 - 1, (int)(s >> 4) % 9 - 2, i % 32 == 0);
		arena_reset(m);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static int
init(void **state)
{
	(void)state;
	return seal_init() == ERR_OK ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(keys_move_change_and_press),
	    TEST(values_are_what_was_typed),
	    TEST(the_focus_is_seen_without_colour),
	    TEST(many_fields_scroll_with_the_focus),
	    TEST(buttons_alone_and_fields_alone),
	    TEST(any_size_and_any_key_is_survived),
	};
	return cmocka_run_group_tests(tests, init, NULL);
}

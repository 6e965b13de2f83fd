/* links: ui/dump ui/grid ui/area ui/style ui/safe ui/print src/base/arena src/base/buf src/base/escape src/base/utf8 src/base/mem */
/* SPDX-License-Identifier: ISC */
#include "ui/dump.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static void
a_grid_as_text_and_as_styles(void **state)
{
	struct grid *g = grid_new();
	struct buf out;
	(void)state;
	grid_clear(g, 3, 6);
	struct area a = area_of(g);
	area_put(&a, 0, 1, STYLE_HEAD, SAFE("Name "));
	area_put(&a, 2, 0, STYLE_PLAIN, SAFE("plain"));
	area_style(&a, 2, 5, 1, STYLE_ROW);
	area_cursor(&a, 2, 5);
	buf_init(&out, 4096);
	dump_text(g, &out);
	assert_string_equal(buf_str(&out), " Name\n\nplain\n");
	buf_done(&out);
	dump_styles(g, &out);
	assert_string_equal(buf_str(&out), ".HHHHH\n\n.....>\ncursor 2 5\n");
	buf_done(&out);
	grid_clear(g, 0, 0);
	dump_text(g, &out);
	assert_string_equal(buf_str(&out), "");
	dump_styles(g, &out);
	assert_string_equal(buf_str(&out), "cursor 0 0\n");
	buf_done(&out);
	grid_free(g);
}

static void
a_full_buffer_is_an_error_and_nothing_else(void **state)
{
	struct grid *g = grid_new();
	(void)state;
	grid_clear(g, 2, 4);
	struct area a = area_of(g);
	area_put(&a, 0, 0, STYLE_PLAIN, SAFE("abcd"));
	for (size_t max = 0; max <= 12; max++) {
		struct buf out;
		buf_init(&out, max);
		dump_text(g, &out);
		/* blanks are written before they are taken back */
		assert_int_equal(out.error, max >= 9 ? ERR_OK : ERR_LIMIT);
		assert_true(out.len <= max);
		buf_done(&out);
	}
	grid_free(g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_grid_as_text_and_as_styles),
	    cmocka_unit_test(a_full_buffer_is_an_error_and_nothing_else),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

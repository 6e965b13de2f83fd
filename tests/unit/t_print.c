/* links: ui/print src/base/escape src/base/utf8 src/base/hex src/base/mem src/base/err */
/* SPDX-License-Identifier: ISC */
#include "ui/print.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What fn prints, as bytes in out. */
static void
printed(void (*fn)(void), char *out, size_t size)
{
	int before, pipe_fds[2];
	fflush(stdout);
	before = dup(STDOUT_FILENO);
	assert_int_equal(pipe(pipe_fds), 0);
	dup2(pipe_fds[1], STDOUT_FILENO);
	fn();
	fflush(stdout);
	dup2(before, STDOUT_FILENO);
	close(pipe_fds[1]);
	close(before);
	ssize_t n = read(pipe_fds[0], out, size - 1);
	out[n > 0 ? n : 0] = '\0';
	close(pipe_fds[0]);
}

static void
print_hostile(void)
{
	print_out("a%sb\n", "\033[2J\b\r\t\177\377\342\200\256");
}

static void
test_nothing_but_printable_ascii_gets_out(void **state)
{
	char out[256];
	(void)state;
	printed(print_hostile, out, sizeof(out));
	assert_string_equal(out, "a\\x1B[2J\\x08\\x0D\\x09\\x7F\\xFF\\xE2\\x80\\xAEb\n");
}

static void
print_hostile_json(void)
{
	json_t *row = json_pack("{s:s}", "name", "\033\342\200\256\n");
	print_json(row);
	json_decref(row);
}

static void
test_json_is_ascii_on_one_line(void **state)
{
	char out[256];
	(void)state;
	printed(print_hostile_json, out, sizeof(out));
	assert_string_equal(out, "{\"name\":\"\\u001B\\u202E\\n\"}\n");
}

static void
print_long(void)
{
	print_folded("  next: ", 8, "hand the %s back, then: sallyport --as ID close %s %s",
	    "medium", "K1-000042", "--disposition TEXT");
	print_folded("  next: ", 8, "%s", "");
	print_wrapped(2, "short");
}

static void
test_no_line_is_longer_than_the_terminal(void **state)
{
	char out[512];
	(void)state;
	printed(print_long, out, sizeof(out));
	assert_string_equal(out,
	    "  next: hand the medium back, then: sallyport --as ID close K1-000042\n"
	    "        --disposition TEXT\n"
	    "  next: \n"
	    "  short\n");
}

static const struct print_column columns[] = {
    {"ITEM", 4, true, 0},
    {"TYPE", 6, false, 1},
    {"NAME", 20, false, 2},
    {"END", 3, false, 1},
};

static void
print_table(void)
{
	static const char *const first[] = {"1", "text", "short.txt", "x"};
	static const char *const second[] = {
	    "22", "spreadsheet", "a very long name that ends in\\x20evil.exe", "y"};
	print_titles(columns, 4);
	print_row(columns, 4, first);
	print_row(columns, 4, second);
}

static void
test_a_row_keeps_its_columns_and_the_end_of_a_name(void **state)
{
	char out[512];
	(void)state;
	printed(print_table, out, sizeof(out));
	char *third = strchr(strchr(out, '\n') + 1, '\n') + 1;
	assert_memory_equal(out, "ITEM TYPE    NAME                 END\n", 38);
	assert_memory_equal(third, "  22 spread", 11);
	assert_int_equal(strcspn(third, "\n"), 4 + 1 + 6 + 2 + 20 + 1 + 1);
	assert_non_null(strstr(third, "\\..{"));
	assert_non_null(strstr(third, ".exe y\n"));
}

static void
test_sizes(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} cases[] = {
	    {0, "0"},
	    {1023, "1023"},
	    {1024, "1.0K"},
	    {10188, "9.9K"},
	    {10240, "10K"},
	    {1047552, "1023K"},
	    {1048064, "1.0M"},
	    {UINT64_C(5) << 30, "5.0G"},
	    {UINT64_MAX, "16E"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char out[PRINT_SIZE_SIZE];
		print_size(cases[i].bytes, out);
		assert_string_equal(out, cases[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_nothing_but_printable_ascii_gets_out),
	    cmocka_unit_test(test_json_is_ascii_on_one_line),
	    cmocka_unit_test(test_no_line_is_longer_than_the_terminal),
	    cmocka_unit_test(test_a_row_keeps_its_columns_and_the_end_of_a_name),
	    cmocka_unit_test(test_sizes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

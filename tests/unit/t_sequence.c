/* links: ui/sequence ui/key */
/* SPDX-License-Identifier: ISC */
#include "ui/sequence.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

struct source {
	const char *bytes;
	size_t n, at;
};

static int
more(void *arg)
{
	struct source *s = arg;
	return s->at < s->n ? (unsigned char)s->bytes[s->at++] : -1;
}

static void
a_sequence_is_one_key(void **state)
{
	static const struct {
		const char *what, *bytes; /* behind the ESC */
		int key, left;            /* K_NONE: nothing */
		size_t used;
	} rows[] = {
	    {"cursor key", "[A", K_UP, K_NONE, 2},
	    {"application cursor key", "OA", K_UP, K_NONE, 2},
	    {"Home", "[1~", K_HOME, K_NONE, 3},
	    {"F5 of a VT220", "[15~", K_F5, K_NONE, 4},
	    {"F12", "[24~", K_F12, K_NONE, 4},
	    {"a number without a key", "[16~", K_OTHER, K_NONE, 4},
	    {"three digits", "[124~", K_OTHER, K_NONE, 5},
	    {"four digits are not the last three", "[1024~", K_OTHER, K_NONE, 6},
	    {"no number", "[~", K_OTHER, K_NONE, 2},
	    {"F1 of the Linux console", "[[A", K_F1, K_NONE, 3},
	    {"F5 of the Linux console", "[[E", K_F5, K_NONE, 3},
	    {"one more", "[[F", K_OTHER, K_NONE, 3},
	    {"Ctrl-Up is not Up", "[1;5A", K_OTHER, K_NONE, 5},
	    {"paste bracket", "[200~a", K_OTHER, K_NONE, 5},
	    {"mouse", "[<0;1;1Ma", K_OTHER, K_NONE, 8},
	    {"focus", "[Ia", K_OTHER, K_NONE, 2},
	    {"Alt-a approves nothing", "aa", K_OTHER, K_NONE, 1},
	    {"Alt-Enter", "\r", K_OTHER, K_NONE, 1},
	    {"ESC ESC", "\x1b", K_ESC, K_ESC, 1},
	    {"an answer with a title", "]0;aaa\aa", K_OTHER, K_NONE, 7},
	    {"closed by ESC \\", "P1$r\x1b\\a", K_OTHER, K_NONE, 6},
	    {"cut off", "[", K_OTHER, K_NONE, 1},
	    {"cut off in the number", "[1", K_OTHER, K_NONE, 2},
	    {"cut off after O", "O", K_OTHER, K_NONE, 1},
	    {"a control inside", "[1\x03", K_OTHER, 3, 3},
	    {"a byte above 7F inside", "[1\xc3", K_OTHER, 0xc3, 3},
	    {"ESC inside", "[1\x1b", K_OTHER, K_ESC, 3},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct source s = {rows[i].bytes, strlen(rows[i].bytes), 0};
		int left = K_NONE, key = sequence_read(more(&s), more, &s, &left);
		if (key != rows[i].key || left != rows[i].left || s.at != rows[i].used)
			fail_msg(
			    "%s: key %d, left %d, %zu bytes", rows[i].what, key, left, s.at);
	}
}

static void
a_long_sequence_ends_at_its_limit(void **state)
{
	static const char *const begins[] = {"[", "]"};
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		char bytes[SEQUENCE_BYTES + 8];
		memset(bytes, '1', sizeof(bytes));
		bytes[0] = begins[i][0];
		struct source s = {bytes, sizeof(bytes), 0};
		int left = K_NONE;
		assert_int_equal(sequence_read(more(&s), more, &s, &left), K_OTHER);
		assert_in_range(s.at, SEQUENCE_BYTES, SEQUENCE_BYTES + 2);
	}
	/* the largest that is taken as one */
	char bytes[SEQUENCE_BYTES + 2];
	memset(bytes, '1', sizeof(bytes));
	bytes[0] = '[';
	bytes[SEQUENCE_BYTES + 1] = 'A';
	struct source s = {bytes, sizeof(bytes), 0};
	int left = K_NONE;
	assert_int_equal(sequence_read(more(&s), more, &s, &left), K_OTHER);
	assert_int_equal(left, K_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_sequence_is_one_key),
	    cmocka_unit_test(a_long_sequence_ends_at_its_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* links: ui/words src/base/err */
/* SPDX-License-Identifier: ISC */
#include "ui/words.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

/* Words are shown parted by | here. */
static void
test_lines(void **state)
{
	static const struct {
		const char *what, *line;
		enum err want;
		const char *words;
	} cases[] = {
	    {"nothing at all", "", ERR_OK, ""},
	    {"blanks only", " \t \r", ERR_OK, ""},
	    {"a comment", "  # take this", ERR_OK, ""},
	    {"a hash inside a word is no comment", "a#b #c", ERR_OK, "a#b"},
	    {"words", "decide  K1-000001\tapprove", ERR_OK, "decide|K1-000001|approve"},
	    {"an empty word is a word", "a '' \"\" b", ERR_OK, "a|||b"},
	    {"quotes inside a word", "--reason='not asked for'x", ERR_OK,
		"--reason=not asked forx"},
	    {"single quotes keep everything", "'a\\b\"c #d'", ERR_OK, "a\\b\"c #d"},
	    {"double quotes keep all but two escapes", "\"a\\\"b\\\\c\\d $x\"", ERR_OK,
		"a\"b\\c\\d $x"},
	    {"a backslash keeps a blank", "a\\ b \\'c", ERR_OK, "a b|'c"},
	    {"nothing is expanded", "$HOME * ~ `ls` $(ls) a;b a|b", ERR_OK,
		"$HOME|*|~|`ls`|$(ls)|a;b|a|b"},
	    {"a line from another system", "status\r", ERR_OK, "status"},
	    {"an open single quote", "a 'b", ERR_SYNTAX, NULL},
	    {"an open double quote", "a \"b\\\"", ERR_SYNTAX, NULL},
	    {"a backslash at the end", "a \\", ERR_SYNTAX, NULL},
	};
	(void)state;
	struct words *w = malloc(sizeof(*w));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *why = NULL;
		char all[256] = "";
		size_t at = 0;
		enum err e = words_split(cases[i].line, strlen(cases[i].line), w, &why);
		if (e != cases[i].want)
			fail_msg("%s: %s", cases[i].what, err_str(e));
		if (e != ERR_OK)
			continue;
		for (size_t k = 0; k < w->n; k++)
			at += (size_t)snprintf(
			    all + at, sizeof(all) - at, "%s%s", k > 0 ? "|" : "", w->word[k]);
		if (strcmp(all, cases[i].words) != 0)
			fail_msg("%s: %s", cases[i].what, all);
		assert_null(w->word[w->n]);
	}
	free(w);
}

static void
test_a_zero_byte_is_refused(void **state)
{
	const char *why;
	(void)state;
	struct words *w = malloc(sizeof(*w));
	assert_int_equal(words_split("a\0b", 3, w, &why), ERR_SYNTAX);
	free(w);
}

static void
test_limits(void **state)
{
	const char *why;
	char *line = malloc(LIM_LINE_BYTES + 1);
	struct words *w = malloc(sizeof(*w));
	(void)state;
	memset(line, 'a', LIM_LINE_BYTES + 1);
	assert_int_equal(words_split(line, LIM_LINE_BYTES, w, &why), ERR_OK);
	assert_int_equal(w->n, 1);
	assert_int_equal(strlen(w->word[0]), LIM_LINE_BYTES);
	assert_int_equal(words_split(line, LIM_LINE_BYTES + 1, w, &why), ERR_LIMIT);
	for (size_t i = 1; i < LIM_LINE_BYTES; i += 2)
		line[i] = ' ';
	size_t most = 2 * (size_t)LIM_LINE_WORDS;
	assert_int_equal(words_split(line, most, w, &why), ERR_OK);
	assert_int_equal(w->n, LIM_LINE_WORDS);
	assert_int_equal(words_split(line, most + 1, w, &why), ERR_LIMIT);
	free(line);
	free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_lines),
	    cmocka_unit_test(test_a_zero_byte_is_refused),
	    cmocka_unit_test(test_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

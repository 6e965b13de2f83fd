/* links: src/core/where src/core/finding src/core/item src/core/verdict src/core/policy src/core/field src/core/fieldrule src/core/digest src/core/setting src/core/canon src/base/utf8 src/base/hex src/base/buf src/base/mem */
/* SPDX-License-Identifier: ISC */
#include "src/base/mem.h"
#include "src/core/verdict.h"
#include "src/core/where.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void
check(const char *what, const char *text, const char *want)
{
	struct where *w;
	struct buf b;
	size_t at = 0;
	char why[WHERE_WHY_SIZE];
	buf_init(&b, 8192);
	if (where_parse(text, strlen(text), &w, &at, why) != ERR_OK)
		fail_msg("%s: at %zu: %s", what, at, why);
	where_print(w, &b);
	if (strcmp(buf_str(&b), want) != 0)
		fail_msg("%s: \"%s\"", what, buf_str(&b));
	for (unsigned i = 0; i < w->count; i++)
		if (w->nodes[i].op >= WHERE_AND)
			assert_true(w->nodes[i].left < i && w->nodes[i].right <= i);
	free(w);
	buf_done(&b);
}

static void
parses(void **state)
{
	(void)state;
	static const struct {
		const char *what, *text, *want;
	} cases[] = {
	    {"one", "verdict=malicious", "verdict=malicious"},
	    {"blanks", "  verdict  =  clean  ", "verdict=clean"},
	    {"and before or", "id=1 or id=2 and id=3", "(id=1 or (id=2 and id=3))"},
	    {"left to right", "id=1 and id=2 and id=3", "((id=1 and id=2) and id=3)"},
	    {"brackets", "(id=1 or id=2) and not (id=3)", "((id=1 or id=2) and not id=3)"},
	    {"not not", "not not id=1", "not not id=1"},
	    {"brackets without blanks", "not(id=1)and(id=2)", "(not id=1 and id=2)"},
	    {"sizes", "size>=10M and size<2K and size!=3 and size<=1T and size>0",
		"((((size>=10485760 and size<2048) and size!=3) and size<=1099511627776) and "
		"size>0)"},
	    {"text", "name~setup", "name~\"setup\""},
	    {"glob", "path!~*/bin/*.so.?", "path!~\"*/bin/*.so.?\""},
	    {"quotes", "name=\"a \\\"b\\\" \\\\ and (\"", "name=\"a \\\"b\\\" \\\\ and (\""},
	    {"empty text", "ext=\"\"", "ext=\"\""},
	    {"mime", "mime=application/x-executable", "mime=\"application/x-executable\""},
	    {"words of all lists",
		"decision=none and outcome=held and kind=link and state=unread and "
		"severity>=high and class=code-exec and gate!=pass",
		"((((((decision=none and outcome=held) and kind=link) and state=unread) and "
		"severity>=high) and class=code-exec) and gate!=pass)"},
	    {"a word that looks like and", "name=and", "name=\"and\""},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		check(cases[i].what, cases[i].text, cases[i].want);
		check(cases[i].what, cases[i].want, cases[i].want);
	}
}

static void
refuses_and_says_where(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t at;
		const char *why;
	} cases[] = {
	    {"", 0, "a field is missing"},
	    {"   ", 3, "a field is missing"},
	    {"colour=red", 0, "no such field"},
	    {"verdict", 7, "an operator is missing"},
	    {"verdict malicious", 8, "an operator is missing"},
	    {"verdict=", 8, "a value is missing"},
	    {"verdict=bad", 8, "verdict has no such value"},
	    {"verdict~clean", 7, "cannot be compared by ~"},
	    {"decision<none", 8, "cannot be compared by <"},
	    {"size=ten", 5, "size wants a number"},
	    {"size=10X", 5, "size wants a number"},
	    {"size=9223372036854775808", 5, "wants a number"},
	    {"id=10M", 3, "id wants a number"},
	    {"id=1 id=2", 5, "and, or, or the end"},
	    {"id=1 and", 8, "a field is missing"},
	    {"not", 3, "a field is missing"},
	    {"(id=1", 0, "the bracket is not closed"},
	    {"id=1)", 4, "and, or, or the end"},
	    {"name=\"x", 5, "the quotation mark is not closed"},
	    {"name=\"x\\", 5, "the quotation mark is not closed"},
	    {"name=\x1b", 5, "printable ASCII"},
	    {"name=\xc3\xa4", 5, "printable ASCII"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct where *w = NULL;
		size_t at = 999;
		char why[WHERE_WHY_SIZE] = "";
		enum err e = where_parse(cases[i].text, strlen(cases[i].text), &w, &at, why);
		if (e != ERR_SYNTAX || w != NULL || at != cases[i].at ||
		    strstr(why, cases[i].why) == NULL)
			fail_msg("\"%s\": error %d at %zu: %s", cases[i].text, (int)e, at, why);
	}
}

static void
limits(void **state)
{
	(void)state;
	char text[LIM_WHERE_BYTES + 2], why[WHERE_WHY_SIZE];
	struct where *w;
	struct buf b;
	size_t at;
	memset(text, ' ', sizeof(text));
	memcpy(text, "id=1", 4);
	assert_int_equal(where_parse(text, LIM_WHERE_BYTES, &w, &at, why), ERR_OK);
	free(w);
	assert_int_equal(where_parse(text, LIM_WHERE_BYTES + 1, &w, &at, why), ERR_LIMIT);
	assert_int_equal(at, LIM_WHERE_BYTES);
	/* n comparisons and n - 1 ors are 2n - 1 parts; a not makes them even. */
	for (unsigned nots = 1; nots <= 2; nots++) {
		buf_init(&b, LIM_WHERE_BYTES);
		for (unsigned i = 0; i < nots; i++)
			buf_add_str(&b, "not ");
		for (unsigned i = 0; i < LIM_WHERE_NODES / 2; i++)
			buf_add_str(&b, i > 0 ? " or id=1" : "id=1");
		enum err e = where_parse(buf_str(&b), b.len, &w, &at, why);
		assert_int_equal(e, nots == 1 ? ERR_OK : ERR_LIMIT);
		if (e == ERR_OK)
			free(w);
		buf_done(&b);
	}
	memset(text, '(', LIM_WHERE_BYTES);
	assert_int_equal(where_parse(text, LIM_WHERE_BYTES, &w, &at, why), ERR_LIMIT);
}

static void
words_keep_the_order_of_badness(void **state)
{
	(void)state;
	assert_string_equal(where_word_print(WHERE_VERDICT, VERDICT_MALICIOUS), "malicious");
	assert_null(where_word_print(WHERE_VERDICT, VERDICT__MAX));
	assert_string_equal(where_word_print(WHERE_SEVERITY, 0), "none");
	for (unsigned f = 0; f < WHERE_FIELD__MAX; f++) {
		assert_non_null(where_field_print((enum where_field)f));
		if (where_field_type((enum where_field)f) == WHERE_WORD)
			assert_non_null(where_word_print((enum where_field)f, 0));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(parses),
	    cmocka_unit_test(refuses_and_says_where),
	    cmocka_unit_test(limits),
	    cmocka_unit_test(words_keep_the_order_of_badness),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

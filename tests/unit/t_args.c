/* links: ui/args ui/kind src/core/map src/core/register src/core/transfer src/core/where src/core/item src/core/verdict src/core/finding src/core/policy src/core/field src/core/fieldrule src/core/setting src/core/station src/core/shape src/core/canon src/core/sshsig src/core/seal src/core/digest src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/mem src/base/utf8 src/core/exception */
/* SPDX-License-Identifier: ISC */
#include "ui/args.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#define WORDS 12

static int
count(const char *const *words)
{
	int n = 0;
	while (n < WORDS && words[n] != NULL)
		n++;
	return n;
}

static enum err
parse(const char *spec, const char *const *words, struct args *ret, char *why)
{
	char *argv[WORDS];
	int n = count(words);
	for (int i = 0; i < n; i++)
		argv[i] = (char *)(uintptr_t)words[i];
	why[0] = '\0';
	return args_parse(spec, n, argv, ret, why);
}

static void
test_what_is_refused(void **state)
{
	static const struct {
		const char *what, *spec, *words[WORDS];
		const char *why; /* part of the sentence; NULL: accepted */
	} cases[] = {
	    {"nothing is missing", "[TRANSFER]", {NULL}, NULL},
	    {"an argument is missing", "TRANSFER", {NULL}, "TRANSFER is missing"},
	    {"an option is missing", "ID --name=NAME", {"otto"}, "--name is missing"},
	    {"one word too many", "TRANSFER", {"K1-000001", "x"}, "one word too many"},
	    {"an option nobody knows", "[--json]", {"--jason"}, "no option --jason"},
	    {"one letter nobody knows", "[--json]", {"-j"}, "no option -j"},
	    {"a word with one hyphen", "[--json]", {"-json"}, "no option -json"},
	    {"a letter with two hyphens", "[-k]", {"--k"}, "no option --k"},
	    {"a letter", "[-k]", {"-k"}, NULL},
	    {"a letter with two hyphens and a value", "--n=N", {"--n", "3"}, NULL},
	    {"a value for a flag", "[--json]", {"--json=yes"}, "takes no value"},
	    {"no value", "[--where=EXPR]", {"--where"}, "needs a value"},
	    {"twice", "[--json]", {"--json", "--json"}, "given twice"},
	    {"several times", "[--set=FIELD=VALUE]*", {"--set", "a=b", "--set=c=d"}, NULL},
	    {"an argument several times", "[FILE]*", {"a", "b", "c"}, NULL},
	    {"behind the options' end", "ID", {"--", "otto"}, NULL},
	    {"an option behind the options' end", "ID", {"--", "--json"}, "must be an id"},
	    {"a transfer", "TRANSFER", {"K1-000042"}, NULL},
	    {"a continuation", "TRANSFER", {"K1-000042.2"}, NULL},
	    {"a transfer in small letters", "TRANSFER", {"k1-000042"}, "must be a transfer"},
	    {"a transfer without a number", "TRANSFER", {"K1-"}, "must be a transfer"},
	    {"a transfer too short", "TRANSFER", {"K1-00042"}, "must be a transfer"},
	    {"an escape in a transfer", "TRANSFER", {"K1-00004\033"}, "must be a transfer"},
	    {"a person", "ID", {"otto.b-2_x"}, NULL},
	    {"a person in capitals", "ID", {"Otto"}, "must be an id"},
	    {"a reason", "--reason=TEXT", {"--reason", "f\303\274r Rita"}, NULL},
	    {"an empty reason", "--reason=TEXT", {"--reason="}, "is empty"},
	    {"a reason that writes on the terminal", "--reason=TEXT", {"--reason", "a\033[2J"},
		"control characters"},
	    {"a reason that turns the line", "--reason=TEXT", {"--reason", "a\342\200\256b"},
		"control characters"},
	    {"a reason that is not UTF-8", "--reason=TEXT", {"--reason", "a\377"}, "not UTF-8"},
	    {"a field", "--set=FIELD=VALUE", {"--set", "purpose=x=y"}, NULL},
	    {"a field without a value", "--set=FIELD=VALUE", {"--set", "purpose="},
		"must be FIELD=VALUE"},
	    {"a field without a name", "--set=FIELD=VALUE", {"--set", "=x"},
		"must be FIELD=VALUE"},
	    {"a limit", "--where=EXPR", {"--where", "size>=10M and type~\"pe-*\""}, NULL},
	    {"a limit with an error", "--where=EXPR", {"--where", "size>10 and foo=1"},
		"  size>10 and foo=1\n              ^"},
	    {"a decision", "DECISION", {"hold"}, NULL},
	    {"half a decision", "DECISION", {"hol"}, "approve|reject|hold|none"},
	    {"two decisions", "DECISION", {"hold,reject"}, "approve|reject|hold|none"},
	    {"roles", "--role=ROLES", {"--role", "officer,auditor"}, NULL},
	    {"a role nobody has", "--role=ROLES", {"--role", "officer,king"}, "must be of"},
	    {"an empty role", "--role=ROLES", {"--role", "officer,"}, "must be of"},
	    {"items", "--item=ITEMS", {"--item", "1,22,333"}, NULL},
	    {"items with a hole", "--item=ITEMS", {"--item", "1,,3"}, "numbers of items"},
	    {"items with an end", "--item=ITEMS", {"--item", "1,"}, "numbers of items"},
	    {"items with a beginning", "--item=ITEMS", {"--item", ",1"}, "numbers of items"},
	    {"items that are none", "--item=ITEMS", {"--item", "1-3"}, "numbers of items"},
	    {"a descriptor", "--new-passphrase-fd=FD", {"--new-passphrase-fd", "9"}, NULL},
	    {"no descriptor", "--new-passphrase-fd=FD", {"--new-passphrase-fd", "-1"},
		"small number"},
	};
	(void)state;
	struct args *a = malloc(sizeof(*a));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char why[ARGS_WHY_SIZE];
		enum err e = parse(cases[i].spec, cases[i].words, a, why);
		if ((e == ERR_OK) != (cases[i].why == NULL))
			fail_msg("%s: %s %s", cases[i].what, err_str(e), why);
		if (cases[i].why != NULL && strstr(why, cases[i].why) == NULL)
			fail_msg("%s: %s", cases[i].what, why);
	}
	free(a);
}

static void
test_values_are_found(void **state)
{
	static const char spec[] = "TRANSFER DECISION [--item=ITEMS]* [--reason=TEXT] [--json]";
	static const char *const words[WORDS] = {
	    "--item=1", "K1-000001", "--reason", "why not", "approve", "--item", "2,3"};
	char why[ARGS_WHY_SIZE], kind[32];
	(void)state;
	struct args *a = malloc(sizeof(*a));
	assert_int_equal(parse(spec, words, a, why), ERR_OK);
	assert_false(a->help);
	assert_string_equal(args_text(a, "TRANSFER"), "K1-000001");
	assert_string_equal(args_text(a, "DECISION"), "approve");
	assert_string_equal(args_text(a, "reason"), "why not");
	assert_false(args_has(a, "json"));
	assert_null(args_text(a, "json"));
	assert_string_equal(args_at(a, "item", 0)->value, "1");
	assert_string_equal(args_at(a, "item", 1)->value, "2,3");
	assert_null(args_at(a, "item", 2));
	args_kind(args_at(a, "item", 1), kind);
	assert_string_equal(kind, "ITEMS");
	assert_int_equal(args_number(a, "threshold", 7), 7);
	free(a);
}

static void
test_help_comes_before_everything(void **state)
{
	static const char *const words[WORDS] = {"--nonsense", NULL};
	static const char *const helped[WORDS] = {"x", "-h", "--nonsense"};
	static const char *const not_helped[WORDS] = {"--", "-h"};
	char why[ARGS_WHY_SIZE];
	(void)state;
	struct args *a = malloc(sizeof(*a));
	assert_int_equal(parse("FILE", words, a, why), ERR_SYNTAX);
	assert_int_equal(parse("FILE", helped, a, why), ERR_OK);
	assert_true(a->help);
	assert_int_equal(parse("FILE", not_helped, a, why), ERR_OK);
	assert_false(a->help);
	free(a);
}

static void
test_usage_is_made_from_the_specification(void **state)
{
	struct buf b;
	(void)state;
	buf_init(&b, 4096);
	args_usage("TRANSFER DECISION [--item=ITEMS]* [--where=EXPR] [--json] [-k]", &b);
	assert_string_equal(buf_str(&b),
	    "TRANSFER approve|reject|hold|none [--item ID[,ID...]]... [--where EXPR] [--json] "
	    "[-k]");
	buf_done(&b);
}

static void
test_number_of_options(void **state)
{
	char *argv[LIM_OPTIONS + 1], why[ARGS_WHY_SIZE], word[] = "--set=a=b";
	(void)state;
	struct args *a = malloc(sizeof(*a));
	for (size_t i = 0; i <= LIM_OPTIONS; i++)
		argv[i] = word;
	assert_int_equal(args_parse("[--set=FIELD=VALUE]*", LIM_OPTIONS, argv, a, why), ERR_OK);
	assert_int_equal(
	    args_parse("[--set=FIELD=VALUE]*", LIM_OPTIONS + 1, argv, a, why), ERR_SYNTAX);
	free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_is_refused),
	    cmocka_unit_test(test_values_are_found),
	    cmocka_unit_test(test_help_comes_before_everything),
	    cmocka_unit_test(test_usage_is_made_from_the_specification),
	    cmocka_unit_test(test_number_of_options),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* links: src/core/canon src/base/buf src/base/mem src/base/hex src/base/utf8 src/base/err */
/* SPDX-License-Identifier: ISC */
/*
 * The examples of RFC 8785 (JCS) against our profile of it: what is inside is read and printed
 * as the RFC has it, and what is outside is refused for the reason that is named.
 */
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/canon.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define EURO     "\xe2\x82\xac"
#define O_UMLAUT "\xc3\xb6"
#define CONTROL  "\xc2\x80"
#define DALET    "\xef\xac\xb3"
#define SMILEY   "\xf0\x9f\x98\x82"
#define RING     "\xcc\x8a"

/* JSON as anybody may write it, and the form that the RFC gives it. */
static const struct {
	const char *what, *json, *canonical;
	enum err want;
} documents[] = {
    {"3.2.2, the string",
	"{\"string\": \"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\"}",
	"{\"string\":\"" EURO "$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}", ERR_OK},
    {"3.2.2, the literals", "{\"literals\": [null, true, false]}",
	"{\"literals\":[null,true,false]}", ERR_RANGE},
    {"3.2.2, the literals without null", "{\"literals\": [ true,\n false ]}",
	"{\"literals\":[true,false]}", ERR_OK},
    {"3.2.2, whole",
	"{\"numbers\": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],"
	" \"string\": \"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\","
	" \"literals\": [null, true, false]}",
	"{\"literals\":[null,true,false],"
	"\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
	"\"string\":\"" EURO "$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}",
	ERR_RANGE},
    {"3.2.3, keys beyond ASCII and with controls",
	"{\"\\u20ac\": \"Euro Sign\", \"\\r\": \"Carriage Return\","
	" \"\\ufb33\": \"Hebrew Letter Dalet With Dagesh\", \"1\": \"One\","
	" \"\\ud83d\\ude00\": \"Emoji: Grinning Face\", \"\\u0080\": \"Control\","
	" \"\\u00f6\": \"Latin Small Letter O With Diaeresis\"}",
	"{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"" CONTROL "\":\"Control\",\"" O_UMLAUT
	"\":\"Latin Small Letter O With Diaeresis\",\"" EURO "\":\"Euro Sign\","
	"\"\xf0\x9f\x98\x80\":\"Emoji: Grinning Face\",\"" DALET
	"\":\"Hebrew Letter Dalet With Dagesh\"}",
	ERR_RANGE},
    {"the same as values",
	"{\"d\": \"\\ufb33\", \"a\": \"\\u20ac\", \"c\": \"\\ud83d\\ude02\", \"b\": \"\\r\","
	" \"e\": \"\\u0080\\u007f\", \"f\": \"\\u00f6\"}",
	"{\"a\":\"" EURO "\",\"b\":\"\\r\",\"c\":\"" SMILEY "\",\"d\":\"" DALET
	"\",\"e\":\"" CONTROL "\x7f\",\"f\":\"" O_UMLAUT "\"}",
	ERR_OK},
    {"3.1, not normalised", "{\"name\": \"A\\u030a\"}", "{\"name\":\"A" RING "\"}", ERR_OK},
    {"a key with capitals and a space", "{\"Unnormalized Unicode\": \"A\\u030a\"}",
	"{\"Unnormalized Unicode\":\"A" RING "\"}", ERR_RANGE},
    {"an array outermost", "[56, {\"d\": true, \"10\": null, \"1\": []}]",
	"[56,{\"1\":[],\"10\":null,\"d\":true}]", ERR_RANGE},
    {"the same with keys that are names",
	"{\"list\": [56, {\"d\": true, \"c10\": {}, \"c1\": []}]}",
	"{\"list\":[56,{\"c1\":[],\"c10\":{},\"d\":true}]}", ERR_OK},
    {"the empty key", "{\"\": \"empty\"}", "{\"\":\"empty\"}", ERR_RANGE},
    {"keys of digits", "{\"111\": [], \"10\": {}, \"1\": 5}", "{\"1\":5,\"10\":{},\"111\":[]}",
	ERR_RANGE},
    {"keys in both cases", "{\"e\": \"yes\", \"E\": \"no\"}", "{\"E\":\"no\",\"e\":\"yes\"}",
	ERR_RANGE},
    {"nested and out of order",
	"{\"b\": {\"f\": {\"g\": \"hi\", \"f\": 5}, \"a\": 56}, \"a\": {}}",
	"{\"a\":{},\"b\":{\"a\":56,\"f\":{\"f\":5,\"g\":\"hi\"}}}", ERR_OK},
};

/* Of any JSON: what is printed is the form of the RFC, or nothing. */
static void
documents_are_printed_as_the_rfc_has_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(documents); i++) {
		struct buf out;
		json_t *o = json_loads(documents[i].json, 0, NULL);
		assert_non_null(o);
		buf_init(&out, LIM_CANON_BYTES);
		if (canon_print(o, &out) != documents[i].want)
			fail_msg("%s", documents[i].what);
		assert_string_equal(
		    buf_str(&out), documents[i].want == ERR_OK ? documents[i].canonical : "");
		buf_done(&out);
		json_decref(o);
	}
}

/* What others have made canonical is read when it is inside the profile. */
static void
canonical_documents_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(documents); i++) {
		const char *text = documents[i].canonical;
		json_t *o = NULL, *same;
		enum err e = canon_parse(text, strlen(text), &o);
		if (e != documents[i].want)
			fail_msg("%s: %s", documents[i].what, err_str(e));
		if (e != ERR_OK)
			continue;
		same = json_loads(documents[i].json, 0, NULL);
		assert_true(json_equal(o, same));
		json_decref(same);
		json_decref(o);
		assert_int_equal(
		    canon_parse(documents[i].json, strlen(documents[i].json), &o), ERR_SYNTAX);
	}
}

/* Appendix B: the form of a number, and whether the profile has it. */
static const struct {
	const char *number;
	enum err want;
} numbers[] = {
    {"0", ERR_OK},
    {"9007199254740991", ERR_OK},
    {"9007199254740992", ERR_RANGE},
    {"9007199254740994", ERR_RANGE},
    {"9007199254740996", ERR_RANGE},
    {"999999999999999700000", ERR_SYNTAX}, /* beyond 64 bits */
    {"295147905179352830000", ERR_SYNTAX},
    {"-9007199254740992", ERR_RANGE},
    {"5e-324", ERR_RANGE},
    {"-5e-324", ERR_RANGE},
    {"1.7976931348623157e+308", ERR_RANGE},
    {"-1.7976931348623157e+308", ERR_RANGE},
    {"9.999999999999997e+22", ERR_RANGE},
    {"1e+23", ERR_RANGE},
    {"1e+21", ERR_RANGE},
    {"0.000001", ERR_RANGE},
    {"9.999999999999997e-7", ERR_RANGE},
    {"333333333.3333332", ERR_RANGE},
    {"333333333.33333325", ERR_RANGE},
    {"333333333.3333334", ERR_RANGE},
    {"-0.0000033333333333333333", ERR_RANGE},
    {"1424953923781206.2", ERR_RANGE},
};

static void
numbers_are_integers_that_every_program_keeps(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(numbers); i++) {
		char text[64];
		json_t *o = NULL;
		snprintf(text, sizeof(text), "{\"n\":%s}", numbers[i].number);
		enum err e = canon_parse(text, strlen(text), &o);
		if (e != numbers[i].want)
			fail_msg("%s: %s", numbers[i].number, err_str(e));
		json_decref(o);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(documents_are_printed_as_the_rfc_has_them),
	    cmocka_unit_test(canonical_documents_are_read),
	    cmocka_unit_test(numbers_are_integers_that_every_program_keeps),
	};
	return cmocka_run_group_tests_name("canon, RFC 8785", tests, NULL, NULL);
}

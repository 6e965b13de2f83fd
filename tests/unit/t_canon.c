/* links: src/core/canon src/base/buf src/base/mem src/base/hex src/base/utf8 src/base/err */
/* SPDX-License-Identifier: ISC */
#include "src/core/canon.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#define K32 "abcdefghijklmnopqrstuvwxyz_01234"

/* the pairs below are written out for these limits */
_Static_assert(sizeof(K32) - 1 == LIM_CANON_KEY_BYTES, "longest key");
_Static_assert(LIM_CANON_DEPTH == 6, "deepest");

static const struct {
	const char *what, *text;
	enum err want;
} canon_cases[] = {
    {"empty object", "{}", ERR_OK},
    {"every kind of value", "{\"a\":[],\"b\":{},\"c\":\"\",\"d\":true,\"e\":false,\"f\":0}",
	ERR_OK},
    {"array of objects", "{\"a\":[{\"b\":1},{\"b\":2}]}", ERR_OK},
    {"nothing", "", ERR_SYNTAX},
    {"one byte", "{", ERR_SYNTAX},
    {"LF after the object", "{}\n", ERR_SYNTAX},
    {"space inside", "{ }", ERR_SYNTAX},
    {"space after colon", "{\"a\": 1}", ERR_SYNTAX},
    {"space before", " {}", ERR_SYNTAX},
    {"byte order mark", "\xef\xbb\xbf{}", ERR_SYNTAX},
    {"two objects", "{}{}", ERR_SYNTAX},
    {"comma at the end", "{\"a\":1,}", ERR_SYNTAX},
    {"array outermost", "[]", ERR_RANGE},
    {"string outermost", "\"a\"", ERR_SYNTAX},
    {"null", "{\"a\":null}", ERR_RANGE},
    /* keys */
    {"keys in order", "{\"a\":1,\"a0\":1,\"a_\":1,\"aa\":1,\"b\":1}", ERR_OK},
    {"keys out of order", "{\"b\":1,\"a\":1}", ERR_SYNTAX},
    {"the same key twice", "{\"a\":1,\"a\":1}", ERR_SYNTAX},
    {"the same key twice, spelt differently", "{\"a\":1,\"\\u0061\":1}", ERR_SYNTAX},
    {"empty key", "{\"\":1}", ERR_RANGE},
    {"upper case key", "{\"A\":1}", ERR_RANGE},
    {"key with capital later", "{\"aB\":1}", ERR_RANGE},
    {"digit first in key", "{\"0\":1}", ERR_RANGE},
    {"underscore first in key", "{\"_a\":1}", ERR_RANGE},
    {"hyphen in key", "{\"a-b\":1}", ERR_RANGE},
    {"key beyond ASCII", "{\"\xc3\xa4\":1}", ERR_RANGE},
    {"escaped key", "{\"\\u0061\":1}", ERR_SYNTAX},
    {"longest key", "{\"" K32 "\":1}", ERR_OK},
    {"key one too long", "{\"" K32 "5\":1}", ERR_RANGE},
    /* numbers */
    {"largest integer", "{\"a\":9007199254740991}", ERR_OK},
    {"integer one too large", "{\"a\":9007199254740992}", ERR_RANGE},
    {"integer beyond 64 bits", "{\"a\":18446744073709551616}", ERR_SYNTAX},
    {"minus one", "{\"a\":-1}", ERR_RANGE},
    {"minus zero", "{\"a\":-0}", ERR_SYNTAX},
    {"leading zero", "{\"a\":01}", ERR_SYNTAX},
    {"plus sign", "{\"a\":+1}", ERR_SYNTAX},
    {"fraction", "{\"a\":1.0}", ERR_RANGE},
    {"exponent", "{\"a\":1e2}", ERR_RANGE},
    {"not a number", "{\"a\":NaN}", ERR_SYNTAX},
    /* strings */
    {"short escapes", "{\"a\":\"\\\"\\\\\\b\\t\\n\\f\\r\"}", ERR_OK},
    {"long escapes", "{\"a\":\"\\u0001\\u000b\\u001f\"}", ERR_OK},
    {"upper case in escape", "{\"a\":\"\\u001F\"}", ERR_SYNTAX},
    {"long escape where a short one is", "{\"a\":\"\\u000a\"}", ERR_SYNTAX},
    {"escaped slash", "{\"a\":\"\\/\"}", ERR_SYNTAX},
    {"escaped letter", "{\"a\":\"\\u0041\"}", ERR_SYNTAX},
    {"DEL raw", "{\"a\":\"\x7f\"}", ERR_OK},
    {"raw LF in string", "{\"a\":\"\n\"}", ERR_SYNTAX},
    {"NUL in string", "{\"a\":\"\\u0000\"}", ERR_SYNTAX},
    {"raw beyond ASCII", "{\"a\":\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"}", ERR_OK},
    {"escaped beyond ASCII", "{\"a\":\"\\u00e4\"}", ERR_SYNTAX},
    {"escaped surrogate pair", "{\"a\":\"\\ud83d\\ude00\"}", ERR_SYNTAX},
    {"lone surrogate, escaped", "{\"a\":\"\\ud83d\"}", ERR_SYNTAX},
    {"surrogate in UTF-8", "{\"a\":\"\xed\xa0\x80\"}", ERR_SYNTAX},
    {"long spelling in UTF-8", "{\"a\":\"\xc0\xaf\"}", ERR_SYNTAX},
    {"stray byte", "{\"a\":\"\xff\"}", ERR_SYNTAX},
    {"not normalised", "{\"a\":\"e\xcc\x81\"}", ERR_OK},
    /* depth */
    {"deepest", "{\"a\":[[[[[]]]]]}", ERR_OK},
    {"one too deep", "{\"a\":[[[[[[]]]]]]}", ERR_RANGE},
    {"objects one too deep", "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}", ERR_RANGE},
};

static void
canon_accepts_only_its_own_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(canon_cases) / sizeof(canon_cases[0]); i++) {
		const char *text = canon_cases[i].text;
		json_t *o = NULL;
		struct buf out;
		enum err e = canon_parse(text, strlen(text), &o);
		if (e != canon_cases[i].want)
			fail_msg("%s: %s", canon_cases[i].what, err_str(e));
		if (e != ERR_OK) {
			assert_null(o);
			continue;
		}
		buf_init(&out, LIM_CANON_BYTES);
		assert_int_equal(canon_print(o, &out), ERR_OK);
		assert_string_equal(buf_str(&out), text);
		buf_done(&out);
		json_decref(o);
	}
}

static void
canon_nul_byte_is_refused(void **state)
{
	json_t *o = NULL;
	(void)state;
	assert_int_equal(canon_parse("{}\0", 3, &o), ERR_SYNTAX);
	assert_int_equal(canon_parse("{\"a\":\"\0\"}", 9, &o), ERR_SYNTAX);
	assert_null(o);
}

static void
canon_size_limit_is_exact(void **state)
{
	static const struct {
		const char *what;
		size_t n;
		enum err want;
	} cases[] = {
	    {"largest", LIM_CANON_BYTES, ERR_OK},
	    {"one more", LIM_CANON_BYTES + 1, ERR_LIMIT},
	};
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		MEM_FREE char *text = mem_alloc(cases[i].n);
		json_t *o = NULL;
		struct buf out;
		memset(text, 'x', cases[i].n);
		memcpy(text, "{\"a\":\"", 6);
		memcpy(text + cases[i].n - 2, "\"}", 2);
		assert_int_equal(canon_parse(text, cases[i].n, &o), cases[i].want);
		json_decref(o);
		o = json_loadb(text, cases[i].n, 0, NULL);
		buf_init(&out, 2 * LIM_CANON_BYTES);
		assert_int_equal(canon_print(o, &out), cases[i].want);
		assert_int_equal(out.len, cases[i].want == ERR_OK ? cases[i].n : 0);
		buf_done(&out);
		json_decref(o);
	}
}

static void
canon_print_sorts_keys(void **state)
{
	struct buf out;
	json_t *o =
	    json_pack("{s:i, s:i, s:{s:s, s:b}}", "b", 2, "a_", 1, "a", "y", "1", "x", 1);
	(void)state;
	buf_init(&out, LIM_CANON_BYTES);
	buf_add_str(&out, "body ");
	assert_int_equal(canon_print(o, &out), ERR_OK);
	assert_string_equal(
	    buf_str(&out), "body {\"a\":{\"x\":true,\"y\":\"1\"},\"a_\":1,\"b\":2}");
	buf_done(&out);
	json_decref(o);
}

static void
canon_print_refusal_leaves_the_buffer(void **state)
{
	struct {
		const char *what;
		json_t *value;
	} cases[] = {
	    {"nothing", NULL},
	    {"array", json_array()},
	    {"null inside", json_pack("{s:n}", "a")},
	    {"real inside", json_pack("{s:f}", "a", 1.5)},
	    {"negative inside", json_pack("{s:i}", "a", -1)},
	    {"key with a space", json_pack("{s:i}", "a b", 1)},
	    {"not UTF-8", json_pack("{s:o}", "a", json_string_nocheck("\xff"))},
	    {"NUL in a string", json_pack("{s:o}", "a", json_stringn("a\0b", 3))},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf out;
		buf_init(&out, LIM_CANON_BYTES);
		buf_add_str(&out, "before");
		if (canon_print(cases[i].value, &out) != ERR_RANGE)
			fail_msg("%s was printed", cases[i].what);
		assert_string_equal(buf_str(&out), "before");
		buf_done(&out);
		json_decref(cases[i].value);
	}
}

static void
canon_getters_refuse_other_types(void **state)
{
	json_t *o = json_pack("{s:s, s:I, s:b, s:[], s:{}, s:i}", "s", "x", "u", (json_int_t)7,
	    "b", 1, "a", "o", "neg", -1);
	uint64_t u = 99;
	bool b = false;
	(void)state;
	assert_string_equal(canon_str(o, "s"), "x");
	assert_null(canon_str(o, "u"));
	assert_null(canon_str(o, "none"));
	assert_null(canon_str(NULL, "s"));
	assert_true(canon_uint(o, "u", &u));
	assert_int_equal(u, 7);
	assert_false(canon_uint(o, "s", &u));
	assert_false(canon_uint(o, "neg", &u));
	assert_false(canon_uint(NULL, "u", &u));
	assert_int_equal(u, 7);
	assert_true(canon_bool(o, "b", &b) && b);
	assert_false(canon_bool(o, "u", &b));
	assert_non_null(canon_array(o, "a"));
	assert_null(canon_array(o, "o"));
	assert_non_null(canon_object(o, "o"));
	assert_null(canon_object(o, "a"));
	json_decref(o);
}

static void
canon_hex32_has_one_spelling(void **state)
{
	static const struct {
		const char *what, *text;
		bool want;
	} cases[] = {
	    {"64 digits", "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
		true},
	    {"upper case", "00112233445566778899AABBCCDDEEFF00112233445566778899aabbccddeeff",
		false},
	    {"63 digits", "0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
		false},
	    {"66 digits", "0000112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
		false},
	    {"empty", "", false},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t out[32] = {42};
		json_t *o = json_pack("{s:s}", "h", cases[i].text);
		if (canon_hex32(o, "h", out) != cases[i].want)
			fail_msg("%s", cases[i].what);
		assert_int_equal(out[0], cases[i].want ? 0 : 42);
		json_decref(o);
	}
}

static void
canon_b64_keeps_its_limit(void **state)
{
	const uint8_t bytes[4] = {1, 2, 3, 4};
	(void)state;
	for (size_t max = 0; max < 6; max++) {
		uint8_t *got = NULL;
		size_t len = 0;
		json_t *o = json_pack("{s:o}", "b", canon_b64_new(bytes, sizeof(bytes)));
		assert_int_equal(canon_b64(o, "b", max, &got, &len), max >= sizeof(bytes));
		if (got != NULL)
			assert_memory_equal(got, bytes, sizeof(bytes));
		assert_int_equal(len, got != NULL ? sizeof(bytes) : 0);
		free(got);
		json_decref(o);
	}
}

static void
canon_new_strings_read_back(void **state)
{
	uint8_t bytes[32], again[32];
	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 37);
	json_t *o = json_pack(
	    "{s:o, s:o}", "h", canon_hex_new(bytes, 32), "e", canon_b64_new(bytes, 0));
	assert_true(canon_hex32(o, "h", again));
	assert_memory_equal(bytes, again, sizeof(bytes));
	assert_string_equal(canon_str(o, "e"), "");
	json_decref(o);
}

static void
canon_only_wants_exactly_these_keys(void **state)
{
	json_t *o = json_pack("{s:i, s:i}", "a", 1, "bc", 2);
	(void)state;
	assert_true(canon_only(o, "a bc"));
	assert_true(canon_only(o, "bc a"));
	assert_false(canon_only(o, "a"));
	assert_false(canon_only(o, "a b"));
	assert_false(canon_only(o, "a bc d"));
	assert_false(canon_only(NULL, ""));
	json_decref(o);
}

static void
canon_text_is_fit_for_display(void **state)
{
	static const struct {
		const char *what, *text;
		bool want;
	} cases[] = {
	    {"a name", "Zo\xc3\xab \xe6\x9d\x8e", true},
	    {"empty", "", true},
	    {"LF", "a\nb", false},
	    {"escape", "\x1b[2J", false},
	    {"largest control", "\x1f", false},
	    {"space", " ", true},
	    {"tilde", "~", true},
	    {"DEL", "\x7f", false},
	    {"last of C1", "\xc2\x9f", false},
	    {"after C1", "\xc2\xa0", true},
	    {"right-to-left override", "\xe2\x80\xae", false},
	    {"left-to-right mark", "\xe2\x80\x8e", false},
	    {"isolate", "\xe2\x81\xa6", false},
	    {"line separator", "\xe2\x80\xa8", false},
	    {"noncharacter FDD0", "\xef\xb7\x90", false},
	    {"noncharacter FFFF", "\xef\xbf\xbf", false},
	    {"replacement character", "\xef\xbf\xbd", true},
	    {"noncharacter 10FFFE", "\xf4\x8f\xbf\xbe", false},
	    {"not UTF-8", "\xc3", false},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (canon_is_text(cases[i].text) != cases[i].want)
			fail_msg("%s", cases[i].what);
	json_t *o = json_pack("{s:s, s:s}", "good", "a", "bad", "\n");
	assert_string_equal(canon_text(o, "good"), "a");
	assert_null(canon_text(o, "bad"));
	json_decref(o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(canon_accepts_only_its_own_form),
	    cmocka_unit_test(canon_nul_byte_is_refused),
	    cmocka_unit_test(canon_size_limit_is_exact),
	    cmocka_unit_test(canon_print_sorts_keys),
	    cmocka_unit_test(canon_print_refusal_leaves_the_buffer),
	    cmocka_unit_test(canon_getters_refuse_other_types),
	    cmocka_unit_test(canon_hex32_has_one_spelling),
	    cmocka_unit_test(canon_b64_keeps_its_limit),
	    cmocka_unit_test(canon_new_strings_read_back),
	    cmocka_unit_test(canon_only_wants_exactly_these_keys),
	    cmocka_unit_test(canon_text_is_fit_for_display),
	};
	return cmocka_run_group_tests_name("canon", tests, NULL, NULL);
}

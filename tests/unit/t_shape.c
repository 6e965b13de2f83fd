/* links: src/core/shape src/core/canon src/core/digest src/core/sshsig src/core/seal src/base/buf src/base/err src/base/hex src/base/io src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* Shapes of entry data: exactly these fields, each of its kind. */
#include "src/core/shape.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/seal.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#define NESTED "a:s list:[{n:u t:t}] o:{h:h} p:p? words:[s]"
#define HASH   "00000000000000000000000000000000000000000000000000000000000000ff"
#define GOOD \
	"\"a\":\"x\",\"list\":[{\"n\":1,\"t\":true}],\"o\":{\"h\":\"" HASH "\"},\"words\":[]"

static const struct {
	const char *what, *shape, *json, *field; /* field NULL: good */
} cases[] = {
    {"no fields", "", "{}", NULL},
    {"a field where none is", "", "{\"x\":1}", "(a field too many)"},
    {"nested", NESTED, "{" GOOD "}", NULL},
    {"optional field there", NESTED, "{" GOOD ",\"p\":\"anna\"}", NULL},
    {"optional field of another kind", NESTED, "{" GOOD ",\"p\":1}", "p"},
    {"field missing", "a:s b:u", "{\"a\":\"x\"}", "b"},
    {"field too many", "a:s", "{\"a\":\"x\",\"b\":1}", "(a field too many)"},
    {"field too many inside", "o:{h:h}", "{\"o\":{\"h\":\"" HASH "\",\"i\":1}}",
	"o.(a field too many)"},
    {"element of another kind", "w:[u]", "{\"w\":[1,\"2\"]}", "w"},
    {"element's field", "l:[{n:u}]", "{\"l\":[{\"n\":1},{\"n\":true}]}", "l.n"},
    {"array for object", "o:{h:h}", "{\"o\":[]}", "o"},
    {"not an object at all", "a:s", "[]", ""},
    {"text with a control", "a:s", "{\"a\":\"\\u001b[2J\"}", "a"},
    {"text with a line feed", "a:s", "{\"a\":\"x\\ny\"}", "a"},
    {"text with a bidi control", "a:s", "{\"a\":\"\\u202e\"}", "a"},
    {"upper-case hex", "h:h",
	"{\"h\":\"00000000000000000000000000000000000000000000000000000000000000FF\"}", "h"},
    {"short hex", "h:h", "{\"h\":\"ff\"}", "h"},
    {"base64", "b:b", "{\"b\":\"AAA=\"}", NULL},
    {"base64 with loose bits", "b:b", "{\"b\":\"AAB=\"}", "b"},
    {"person", "p:p", "{\"p\":\"a.b-c_d9\"}", NULL},
    {"person with a capital", "p:p", "{\"p\":\"Anna\"}", "p"},
    {"person beginning with a digit", "p:p", "{\"p\":\"9a\"}", "p"},
    {"person of 32", "p:p", "{\"p\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}", NULL},
    {"person of 33", "p:p", "{\"p\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}", "p"},
    {"no person", "p:p", "{\"p\":\"\"}", "p"},
    {"key of another type", "k:k", "{\"k\":\"ssh-rsa AAAA\"}", "k"},
    {"key of low order", "k:k",
	"{\"k\":\"ssh-ed25519 "
	"AAAAC3NzaC1lZDI1NTE5AAAAIAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}",
	"k"},
};

static void
fields_are_exactly_those(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char field[64];
		json_t *v = json_loads(cases[i].json, 0, NULL);
		assert_non_null(v);
		bool good = shape_check(cases[i].shape, v, field, sizeof(field));
		if (good != (cases[i].field == NULL))
			fail_msg("%s", cases[i].what);
		if (!good && strcmp(field, cases[i].field) != 0)
			fail_msg("%s: %s", cases[i].what, field);
		json_decref(v);
	}
}

static void
texts_of_8192_bytes_and_one_more(void **state)
{
	(void)state;
	for (size_t over = 0; over < 2; over++) {
		char field[64], *text = mem_alloc(LIM_ENTRY_TEXT_BYTES + over + 1);
		memset(text, 'a', LIM_ENTRY_TEXT_BYTES + over);
		json_t *v = json_pack("{s:s}", "a", text);
		assert_int_equal(shape_check("a:s", v, field, sizeof(field)), over == 0);
		json_decref(v);
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(fields_are_exactly_those),
	    cmocka_unit_test(texts_of_8192_bytes_and_one_more),
	};
	if (seal_init() != ERR_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}

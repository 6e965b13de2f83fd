/* links: src/proc/desk/weigh src/core/policy src/core/field src/core/fieldrule src/core/digest src/core/setting src/core/finding src/core/item src/core/verdict src/core/canon src/base/utf8 src/base/hex src/base/buf src/base/mem */
/* SPDX-License-Identifier: ISC */
/* An answer is not worth more than what was looked at for it. */
#include "src/proc/desk/weigh.h"
#include "db/work.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const char policy_text[] =
    "name = \"p\";\n"
    "required = ( { scanner = \"whole\"; types = \"*\"; },\n"
    "  { scanner = \"part\"; types = \"text\"; part = true; } );\n";

static void
answers(void **state)
{
	static const struct {
		const char *what, *scanner, *type;
		enum verdict said;
		uint64_t bytes, read_bytes;
		enum verdict is;
		const char *why;
	} cases[] = {
	    {"everything", "whole", "text", VERDICT_CLEAN, 10, 10, VERDICT_CLEAN, "as said"},
	    {"nothing", "whole", "text", VERDICT_CLEAN, 10, 0, VERDICT_ERROR,
		"it said clean and had looked at nothing"},
	    {"all but one", "whole", "text", VERDICT_CLEAN, 10, 9, VERDICT_INCOMPLETE,
		"it said clean and had looked at 9 of 10 bytes"},
	    {"more than there is", "whole", "text", VERDICT_CLEAN, 10, 11, VERDICT_ERROR,
		"it answered for 11 bytes, the object has 10"},
	    {"one byte more", "whole", "text", VERDICT_CLEAN, 11, 11, VERDICT_ERROR,
		"it answered for 11 bytes, the object has 10"},
	    {"one byte less", "whole", "text", VERDICT_MALICIOUS, 9, 9, VERDICT_ERROR,
		"it answered for 9 bytes, the object has 10"},
	    {"a part, where policy says part", "part", "text", VERDICT_CLEAN, 10, 1,
		VERDICT_CLEAN, "as said"},
	    {"nothing, where policy says part", "part", "text", VERDICT_CLEAN, 10, 0,
		VERDICT_CLEAN, "as said"},
	    {"a part, of another type", "part", "zip", VERDICT_CLEAN, 10, 1, VERDICT_INCOMPLETE,
		"it said clean and had looked at 1 of 10 bytes"},
	    {"a part, from one nobody needs", "other", "text", VERDICT_CLEAN, 10, 1,
		VERDICT_INCOMPLETE, "it said clean and had looked at 1 of 10 bytes"},
	    {"na needs no look", "whole", "text", VERDICT_NA, 10, 0, VERDICT_NA, "as said"},
	    {"nor does incomplete", "whole", "text", VERDICT_INCOMPLETE, 10, 0,
		VERDICT_INCOMPLETE, "as said"},
	    {"nor does malicious", "whole", "text", VERDICT_MALICIOUS, 10, 3, VERDICT_MALICIOUS,
		"as said"},
	};
	struct policy *p = NULL;
	char why[POLICY_WHY_SIZE];
	(void)state;
	assert_int_equal(policy_parse(policy_text, strlen(policy_text), &p, why), ERR_OK);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct manifest m = {.window = 1};
		struct work_todo t = {.bytes = 10};
		struct worker_result r = {.verdict = cases[i].said,
		    .why = "as said",
		    .bytes = cases[i].bytes,
		    .read_bytes = cases[i].read_bytes};
		char words[WEIGH_WHY_SIZE];
		snprintf(m.name, sizeof(m.name), "%s", cases[i].scanner);
		snprintf(t.type, sizeof(t.type), "%s", cases[i].type);
		weigh_result(p, &m, &t, &r, words);
		if (r.verdict != cases[i].is || strcmp(r.why, cases[i].why) != 0 ||
		    r.bytes != 10)
			fail_msg("%s: %d %s", cases[i].what, r.verdict, r.why);
	}
	policy_free(p);
}

/* An empty object has nothing that could be left out. */
static void
empty(void **state)
{
	const struct manifest m = {.name = "whole"};
	const struct work_todo t = {.bytes = 0};
	struct worker_result r = {.verdict = VERDICT_CLEAN, .why = "as said"};
	char words[WEIGH_WHY_SIZE];
	(void)state;
	weigh_result(NULL, &m, &t, &r, words);
	assert_int_equal(r.verdict, VERDICT_CLEAN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(answers),
	    cmocka_unit_test(empty),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

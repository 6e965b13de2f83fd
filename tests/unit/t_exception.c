/* links: src/core/exception src/core/finding src/core/verdict src/core/canon src/core/digest src/base/clock src/base/hex src/base/utf8 src/base/buf src/base/mem src/base/err */
/* SPDX-License-Identifier: ISC */
/* Exceptions: their form, their last day, and exactly what they cover. */
#include "src/core/exception.h"
#include "src/base/limits.h"
#include "src/core/canon.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define LEAF     "1111111111111111111111111111111111111111111111111111111111111111"
#define THIS     "2222222222222222222222222222222222222222222222222222222222222222"
#define OTHER    "3333333333333333333333333333333333333333333333333333333333333333"

static struct exception
of_digest(void)
{
	return (struct exception){.leaf = LEAF,
	    .scanner = "av",
	    .sha256 = THIS,
	    .rule = "",
	    .type = "",
	    .reason = "a test file of the antivirus",
	    .expires = "2026-12-31"};
}

static struct exception
of_type(void)
{
	struct exception x = of_digest();
	x.sha256 = "";
	x.rule = "exec/packed";
	x.type = "pe-exe";
	return x;
}

static void
refuses_what_is_not_narrow(void **state)
{
	char reason[LIM_EXCEPTION_REASON_BYTES + 2], name[LIM_TYPE_BYTES + 2];
	(void)state;
	memset(reason, 'r', sizeof(reason) - 1);
	reason[sizeof(reason) - 1] = 0;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = 0;
	struct exception x = of_digest();
	const struct {
		const char *what, *scanner, *sha256, *rule, *type, *reason, *expires;
		bool ok;
	} cases[] = {
	    {"a digest", "av", THIS, "", "", "r", "2026-12-31", true},
	    {"a digest and a rule", "av", THIS, "av/x", "", "r", "2026-12-31", true},
	    {"a rule and a type", "exec", "", "exec/x", "elf", "r", "2026-12-31", true},
	    {"a whole scanner", "av", "", "", "", "r", "2026-12-31", false},
	    {"a rule everywhere", "av", "", "av/x", "", "r", "2026-12-31", false},
	    {"a scanner for a type", "av", "", "", "elf", "r", "2026-12-31", false},
	    {"a digest and a type", "av", THIS, "av/x", "elf", "r", "2026-12-31", false},
	    {"no scanner", "", THIS, "", "", "r", "2026-12-31", false},
	    {"every scanner", "*", THIS, "", "", "r", "2026-12-31", false},
	    {"half a digest", "av", "22", "", "", "r", "2026-12-31", false},
	    {"no reason", "av", THIS, "", "", "", "2026-12-31", false},
	    {"the longest reason", "av", THIS, "", "", reason + 1, "2026-12-31", true},
	    {"a longer one", "av", THIS, "", "", reason, "2026-12-31", false},
	    {"a reason with ESC", "av", THIS, "", "", "\033[2J", "2026-12-31", false},
	    {"the longest rule", "av", THIS, name + 1, "", "r", "2026-12-31", true},
	    {"a longer one", "av", THIS, name, "", "r", "2026-12-31", false},
	    {"a rule with a blank behind", "av", THIS, "av/x ", "", "r", "2026-12-31", false},
	    {"no day", "av", THIS, "", "", "r", "", false},
	    {"no such day", "av", THIS, "", "", "r", "2026-02-29", false},
	    {"for ever", "av", THIS, "", "", "r", "never", false},
	    {"a time", "av", THIS, "", "", "r", "2026-12-31T00:00:00Z", false},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		x.scanner = cases[i].scanner;
		x.sha256 = cases[i].sha256;
		x.rule = cases[i].rule;
		x.type = cases[i].type;
		x.reason = cases[i].reason;
		x.expires = cases[i].expires;
		if ((exception_wrong(&x) == NULL) != cases[i].ok)
			fail_msg("%s", cases[i].what);
	}
}

static void
holds_to_the_end_of_its_last_day(void **state)
{
	int64_t end_s;
	struct exception x = of_digest();
	(void)state;
	assert_true(exception_day("1970-01-01", &end_s));
	assert_int_equal(end_s, 86400);
	assert_true(exception_day(x.expires, &end_s));
	assert_true(exception_lasts(&x, end_s - 1));
	assert_false(exception_lasts(&x, end_s));
	x.expires = "";
	assert_false(exception_lasts(&x, 0));
}

/* Each verdict, of this and another object and scanner, against each form. */
static void
covers_exactly_one_verdict_of_one_scanner(void **state)
{
	struct exception digest = of_digest(), rule = of_digest(), type = of_type();
	(void)state;
	rule.rule = "av/hit";
	for (unsigned v = 0; v < VERDICT__MAX; v++)
		for (unsigned k = 0; k < 4; k++) {
			const char *scanner = k & 1 ? "yara" : "av";
			const char *sha256 = k & 2 ? OTHER : THIS;
			bool want =
			    k == 0 && (v == VERDICT_SUSPICIOUS || v == VERDICT_MALICIOUS);
			assert_int_equal(
			    exception_covers_verdict(&digest, scanner, (enum verdict)v, sha256),
			    want);
			assert_false(
			    exception_covers_verdict(&rule, scanner, (enum verdict)v, sha256));
			assert_false(
			    exception_covers_verdict(&type, scanner, (enum verdict)v, sha256));
		}
	assert_false(exception_covers_verdict(&digest, "av", VERDICT__MAX, THIS));
	/* a thing that has no digest is no object */
	digest.sha256 = "";
	assert_false(exception_covers_verdict(&digest, "av", VERDICT_MALICIOUS, ""));
}

static void
covers_findings_of_its_scanner_rule_object_and_type(void **state)
{
	struct exception digest = of_digest(), both = of_digest(), type = of_type();
	(void)state;
	both.rule = "av/hit";
	const struct {
		const char *scanner, *rule, *sha256, *type;
		bool digest, both, type_too;
	} cases[] = {
	    {"av", "av/hit", THIS, "text", true, true, false},
	    {"av", "av/other", THIS, "text", true, false, false},
	    {"av", "av/hit", OTHER, "text", false, false, false},
	    {"av", "av/hit", "", "", false, false, false},
	    {"yara", "av/hit", THIS, "text", false, false, false},
	    {"av", "exec/packed", OTHER, "pe-exe", false, false, true},
	    {"av", "exec/packed", OTHER, "pe-dll", false, false, false},
	    {"av", "exec/packed2", OTHER, "pe-exe", false, false, false},
	    {"exec", "exec/packed", OTHER, "pe-exe", false, false, false},
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		for (unsigned c = 0; c < FINDING_CLASS__MAX; c++) {
			struct finding f = {.class = (enum finding_class)c,
			    .severity = FINDING_CRITICAL,
			    .scanner = cases[i].scanner,
			    .rule = cases[i].rule};
			/* that nobody looked is never a false positive */
			bool seen = c != FINDING_INCOMPLETE && c != FINDING_SIGNATURE_AGE;
			assert_int_equal(exception_covers_finding(
					     &digest, &f, cases[i].sha256, cases[i].type),
			    seen && cases[i].digest);
			assert_int_equal(
			    exception_covers_finding(&both, &f, cases[i].sha256, cases[i].type),
			    seen && cases[i].both);
			assert_int_equal(
			    exception_covers_finding(&type, &f, cases[i].sha256, cases[i].type),
			    seen && cases[i].type_too);
		}
}

static void
finds_the_first_that_covers(void **state)
{
	struct exception list[2] = {of_digest(), of_digest()};
	struct finding f = {.class = FINDING_MALWARE, .scanner = "av", .rule = "av/hit"};
	(void)state;
	list[0].rule = "av/other";
	assert_int_equal(exception_find_finding(list, 2, &f, THIS, "text"), 1);
	assert_int_equal(exception_find_verdict(list, 2, "av", VERDICT_MALICIOUS, THIS), 1);
	assert_int_equal(
	    exception_find_verdict(list, 1, "av", VERDICT_MALICIOUS, THIS), EXCEPTION_NONE);
	assert_int_equal(exception_find_finding(list, 0, &f, THIS, "text"), EXCEPTION_NONE);
}

static void
rows_go_both_ways(void **state)
{
	static const char *const spoiled[][2] = {{"leaf", "11"}, {"scanner", ""},
	    {"sha256", ""}, {"type", "elf"}, {"expires", "soon"}, {"more", "x"}};
	struct exception x = of_digest(), again;
	(void)state;
	json_t *row = exception_print(&x);
	assert_true(exception_parse(row, &again));
	assert_true(exception_same(&x, &again));
	for (size_t i = 0; i < COUNT(spoiled); i++) {
		json_t *bad = json_copy(row);
		json_object_set_new(bad, spoiled[i][0], json_string(spoiled[i][1]));
		if (exception_parse(bad, &again))
			fail_msg("%s", spoiled[i][0]);
		json_decref(bad);
	}
	json_object_del(row, "reason");
	assert_false(exception_parse(row, &again));
	json_decref(row);
	x = of_type();
	row = exception_entry(&x);
	assert_null(json_object_get(row, "sha256"));
	exception_of_entry(row, LEAF, &again);
	assert_true(exception_same(&x, &again));
	again.reason = "another";
	assert_false(exception_same(&x, &again));
	json_decref(row);
}

static void
says_what_it_is_about(void **state)
{
	struct exception x = of_digest();
	struct buf out;
	(void)state;
	buf_init(&out, 4096);
	exception_words(&x, &out);
	assert_string_equal(buf_str(&out), "what av says of the object 2222222222222222...");
	buf_done(&out);
	buf_init(&out, 4096);
	x = of_type();
	exception_words(&x, &out);
	assert_string_equal(buf_str(&out),
	    "findings of av by the rule exec/packed in objects of the type pe-exe");
	buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(refuses_what_is_not_narrow),
	    cmocka_unit_test(holds_to_the_end_of_its_last_day),
	    cmocka_unit_test(covers_exactly_one_verdict_of_one_scanner),
	    cmocka_unit_test(covers_findings_of_its_scanner_rule_object_and_type),
	    cmocka_unit_test(finds_the_first_that_covers),
	    cmocka_unit_test(rows_go_both_ways),
	    cmocka_unit_test(says_what_it_is_about),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* links: src/proc/rescan/weigh src/core/canon src/core/digest src/core/exception src/core/finding src/core/inventory src/core/inventory_check src/core/inventory_print src/core/item src/core/part src/core/policy src/core/field src/core/fieldrule src/core/release src/core/release_weigh src/core/setting src/core/tree src/core/verdict src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* What an item comes to when it is scanned again at release. */
#include "src/proc/rescan/weigh.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

static const char policy_[] =
    "name = \"p\"; required = ( { scanner = \"type\"; types = \"*\"; part = true; },"
    "{ scanner = \"av\"; types = \"*\"; },"
    "{ scanner = \"archive\"; types = \"zip\"; } );"
    "rules = ( { class = \"malware\"; severity = \"medium\"; gate = \"block\"; },"
    "{ verdict = \"clean\"; types = \"text\"; gate = \"pass\"; } );";

#define DIGEST_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct exception excepted = {.leaf = DIGEST_A,
    .scanner = "av",
    .sha256 = "",
    .rule = "av/odd",
    .type = "text",
    .reason = "known",
    .expires = "2999-12-31"};

struct bench {
	struct policy *policy;
	struct weigh weigh;
	struct inventory_item sealed;
	struct crew_object object;
	struct crew_said type, av;
};

static void
set_up(struct bench *b)
{
	char why[POLICY_WHY_SIZE] = "";
	*b = (struct bench){.sealed = {.id = 1,
				.kind = ITEM_FILE,
				.state = ITEM_READ,
				.dest = {(const uint8_t *)"a", 1},
				.sha256 = DIGEST_A,
				.size_bytes = 5,
				.type = "text",
				.mime = "text/plain",
				.decision = ITEM_APPROVE,
				.by = "otto",
				.reason = ""}};
	if (policy_parse(policy_, strlen(policy_), &b->policy, why) != ERR_OK)
		fail_msg("%s", why);
	b->sealed.scans[0] = (struct inventory_scan){.scanner = "av",
	    .verdict = VERDICT_CLEAN,
	    .of_bytes = 5,
	    .read_bytes = 5,
	    .why = ""};
	b->sealed.scans[1] = (struct inventory_scan){
	    .scanner = "type", .verdict = VERDICT_CLEAN, .of_bytes = 5, .why = ""};
	b->sealed.nscans = 2;
	b->object = (struct crew_object){.size_bytes = 5, .type = "text", .mime = "text/plain"};
	snprintf(b->object.sha256, sizeof(b->object.sha256), "%s", DIGEST_A);
	b->type = (struct crew_said){.asked = true, .verdict = VERDICT_CLEAN, .of_bytes = 5};
	b->av = (struct crew_said){
	    .asked = true, .verdict = VERDICT_CLEAN, .of_bytes = 5, .read_bytes = 5};
	b->weigh.under = (struct release_under){b->policy, &excepted, 1, NULL};
	weigh_begin(&b->weigh, &b->sealed);
}

static void
assert_comes_to(struct bench *b, enum verdict verdict, enum policy_gate gate, const char *words)
{
	weigh_said(&b->weigh, "type", &b->type);
	weigh_said(&b->weigh, "av", &b->av);
	assert_true(weigh_end(&b->weigh, &b->object));
	assert_int_equal(b->weigh.item.verdict, verdict);
	assert_int_equal(b->weigh.item.proposed, gate);
	if (strstr(b->weigh.why, words) == NULL)
		fail_msg("%s", b->weigh.why);
	policy_free(b->policy);
}

static void
the_same_words_come_to_the_same(void **state)
{
	struct bench b;
	(void)state;
	set_up(&b);
	assert_comes_to(&b, VERDICT_CLEAN, POLICY_PASS, "");
	assert_int_equal(b.weigh.item.nscans, 2);
}

static void
what_is_said_now_counts_in_place_of_what_was_sealed(void **state)
{
	struct bench b;
	(void)state;
	set_up(&b);
	b.av.verdict = VERDICT_MALICIOUS;
	snprintf(b.av.why, sizeof(b.av.why), "Learned");
	assert_comes_to(&b, VERDICT_MALICIOUS, POLICY_REASON, "av says malicious: Learned");
	/* and half a look is none */
	set_up(&b);
	b.av.read_bytes = 4;
	assert_comes_to(&b, VERDICT_INCOMPLETE, POLICY_REASON, "");
	set_up(&b);
	b.av.of_bytes = 4;
	b.av.read_bytes = 4;
	assert_comes_to(&b, VERDICT_ERROR, POLICY_REASON, "");
}

static void
an_item_of_another_type_is_judged_as_that(void **state)
{
	struct bench b;
	(void)state;
	set_up(&b);
	/* nobody has opened it */
	snprintf(b.object.type, sizeof(b.object.type), "zip");
	assert_comes_to(&b, VERDICT_ERROR, POLICY_REASON, "it was taken for text and is zip");
}

static void
a_finding_counts_unless_an_exception_covers_it(void **state)
{
	struct finding f = {.class = FINDING_MALWARE,
	    .severity = FINDING_HIGH,
	    .scanner = "av",
	    .rule = "av/odd",
	    .title = "Odd",
	    .detail = "x"};
	struct bench b;
	(void)state;
	set_up(&b);
	weigh_finding(&b.weigh, &f);
	assert_comes_to(&b, VERDICT_CLEAN, POLICY_PASS, "");
	set_up(&b);
	f.rule = "av/other";
	weigh_finding(&b.weigh, &f);
	assert_comes_to(&b, VERDICT_CLEAN, POLICY_BLOCK, "av found: Odd: x");
	/* the exception is for text */
	set_up(&b);
	f.rule = "av/odd";
	snprintf(b.object.type, sizeof(b.object.type), "data");
	weigh_finding(&b.weigh, &f);
	assert_comes_to(&b, VERDICT_CLEAN, POLICY_BLOCK, "it was taken for text and is data");
}

static void
findings_that_were_sealed_stand(void **state)
{
	struct bench b;
	(void)state;
	set_up(&b);
	finding_worst_add(&b.sealed.worst, FINDING_MALWARE, FINDING_HIGH);
	weigh_begin(&b.weigh, &b.sealed);
	assert_comes_to(&b, VERDICT_CLEAN, POLICY_BLOCK, "");
}

static void
a_scanner_that_was_not_there_is_put_in_its_place(void **state)
{
	struct bench b;
	(void)state;
	set_up(&b);
	b.sealed.scans[0] = b.sealed.scans[1];
	b.sealed.nscans = 1;
	weigh_begin(&b.weigh, &b.sealed);
	assert_comes_to(&b, VERDICT_CLEAN, POLICY_PASS, "");
	assert_int_equal(b.weigh.item.nscans, 2);
	assert_string_equal(b.weigh.item.scans[0].scanner, "av");
	/* one more than there is room for is no verdict */
	char names[LIM_SCANNERS][8];
	set_up(&b);
	for (size_t i = 0; i < LIM_SCANNERS; i++) {
		snprintf(names[i], sizeof(names[i]), "m%02zu", i);
		b.sealed.scans[i] = (struct inventory_scan){.scanner = names[i], .why = ""};
	}
	b.sealed.nscans = LIM_SCANNERS;
	weigh_begin(&b.weigh, &b.sealed);
	weigh_said(&b.weigh, "zz", &b.av);
	assert_false(weigh_end(&b.weigh, &b.object));
	policy_free(b.policy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_same_words_come_to_the_same),
	    cmocka_unit_test(what_is_said_now_counts_in_place_of_what_was_sealed),
	    cmocka_unit_test(an_item_of_another_type_is_judged_as_that),
	    cmocka_unit_test(a_finding_counts_unless_an_exception_covers_it),
	    cmocka_unit_test(findings_that_were_sealed_stand),
	    cmocka_unit_test(a_scanner_that_was_not_there_is_put_in_its_place),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

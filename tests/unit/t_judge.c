/* links: src/proc/desk/judge src/proc/desk/classing src/proc/desk/compose src/proc/desk/compose_item tests/unit/items db/work db/work_split db/work_child db/work_draft db/work_facts db/work_item db/work_pick db/work_step db/work_fit db/sql src/core/contain src/core/where src/core/item src/core/verdict src/core/finding src/core/fold src/core/name src/core/name_type src/core/part src/core/policy src/core/field src/core/fieldrule src/core/setting src/core/release src/core/release_plan src/core/release_weigh src/core/exception src/core/inventory src/core/inventory_check src/core/inventory_print src/core/tree src/core/canon src/core/digest src/base/clock src/base/buf src/base/mem src/base/escape src/base/utf8 src/base/err src/base/hex */
/* SPDX-License-Identifier: ISC */
/* What becomes of items when they are judged, above all under many exceptions. */
#include "db/work_child.h"
#include "src/base/hex.h"
#include "src/base/mem.h"
#include "src/core/policy.h"
#include "src/proc/desk/asked.h"
#include "src/proc/desk/compose.h"
#include "src/proc/desk/judge.h"
#include "tests/unit/items.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static const char policy_text[] = "name = \"test\"; approvals = 2;\n"
				  "required = ( { scanner = \"av\"; types = \"*\"; } );\n"
				  "rules = ( { class = \"code-exec\"; gate = \"block\"; },\n"
				  "  { verdict = \"clean\"; gate = \"pass\"; } );\n";

/* nothing was asked for */
void
asked_begin(struct asked *a)
{
	(void)a;
}
enum err
asked_item(struct asked *a, const struct work_item *it)
{
	(void)a;
	(void)it;
	return ERR_OK;
}

/* Exceptions by number, each for a rule of its own: "av/r07", in objects of type "text". */
enum { MANY = LIM_EXCEPTIONS + 2 };

struct set {
	struct work *work;
	struct policy *policy;
	struct release_under under;
	struct exception exceptions[MANY];
	char leaves[MANY][HEX_DIGEST_SIZE], rules[MANY][16], digests[MANY][HEX_DIGEST_SIZE];
};

static void
set_up(struct set *s, size_t n)
{
	char why[POLICY_WHY_SIZE];
	memset(s, 0, sizeof(*s));
	s->work = items_fixture();
	if (policy_parse(policy_text, strlen(policy_text), &s->policy, why) != ERR_OK)
		fail_msg("%s", why);
	for (size_t i = 0; i < n; i++) {
		snprintf(s->leaves[i], sizeof(s->leaves[i]), "%064zu", i);
		snprintf(s->rules[i], sizeof(s->rules[i]), "av/r%02zu", i);
		s->exceptions[i] = (struct exception){.leaf = s->leaves[i],
		    .scanner = "av",
		    .sha256 = "",
		    .rule = s->rules[i],
		    .type = "text",
		    .reason = "ours",
		    .expires = "2030-01-01"};
	}
	s->under = (struct release_under){
	    .policy = s->policy, .exceptions = s->exceptions, .nexceptions = n};
	assert_int_equal(
	    work_object_type(s->work, items_digest_a, "text", "text/plain"), ERR_OK);
}

static void
tear_down(struct set *s)
{
	policy_free(s->policy);
	work_close(s->work);
}

static void
say(struct set *s, const uint8_t *sha256, const char *scanner, const char *verdict)
{
	struct work_todo o;
	assert_int_equal(work_object_get(s->work, sha256, &o), ERR_OK);
	struct work_verdict v = {scanner, verdict, "", o.bytes, o.bytes};
	assert_int_equal(work_verdict_put(s->work, sha256, &v), ERR_OK);
}

static void
find(struct set *s, const uint8_t *sha256, const char *rule)
{
	struct work_finding f = {.sha256 = sha256,
	    .scanner = "av",
	    .rule = rule,
	    .class = "code-exec",
	    .severity = "high",
	    .title = "it runs",
	    .detail = ""};
	assert_int_equal(work_finding_add(s->work, &f), ERR_OK);
}

static void
judge(struct set *s)
{
	char medium[JUDGE_WHY_SIZE];
	assert_int_equal(judge_names(s->work, NULL), ERR_OK);
	struct compose *c = compose_new(s->work, &s->under);
	while (compose_run(c, 0) == ERR_AGAIN)
		;
	compose_free(c);
	assert_int_equal(judge_all(s->work, &s->under, medium), ERR_OK);
}

struct told {
	unsigned n;
	char detail[128];
};

static void
note_over(void *arg, const struct work_finding *f)
{
	struct told *t = arg;
	if (strcmp(f->rule, "exceptions/too-many") != 0)
		return;
	t->n++;
	snprintf(t->detail, sizeof(t->detail), "%s", f->detail);
}

/* "verdict gate", with what is said of too many exceptions behind it. */
static void
expect(struct set *s, uint64_t item, const char *want)
{
	struct work_item it;
	struct told told = {0, ""};
	char got[256];
	assert_int_equal(work_item_get(s->work, item, &it), ERR_OK);
	snprintf(got, sizeof(got), "%s %s", it.verdict, it.gate);
	assert_int_equal(work_findings(s->work, NULL, item, note_over, &told), ERR_OK);
	assert_true(told.n <= 1);
	if (told.n == 1)
		snprintf(got + strlen(got), sizeof(got) - strlen(got), ": %s", told.detail);
	if (strcmp(got, want) != 0)
		fail_msg("%s, not %s", got, want);
}

#define OVER(n) n " findings or verdicts count here although an exception is in force for them"

/* As many as an item can have: all of them count for it. */
static void
as_many_exceptions_as_an_item_takes(void **state)
{
	struct set s;
	(void)state;
	set_up(&s, MANY);
	say(&s, items_digest_a, "av", "clean");
	for (size_t i = 0; i < LIM_EXCEPTIONS; i++)
		find(&s, items_digest_a, s.rules[i]);
	judge(&s);
	expect(&s, 2, "clean pass");
	tear_down(&s);
}

/*
 * One more: what only that one covers counts, of this item alone, and it says so; it was
 * an error of all the judging, and the transfer could only be aborted.
 */
static void
one_exception_more_than_an_item_takes(void **state)
{
	struct set s;
	(void)state;
	set_up(&s, MANY);
	say(&s, items_digest_a, "av", "clean");
	say(&s, items_digest_b, "av", "clean");
	for (size_t i = 0; i <= LIM_EXCEPTIONS; i++)
		find(&s, items_digest_a, s.rules[i]);
	for (unsigned round = 0; round < 2; round++) {
		judge(&s);
		expect(&s, 2, "clean block: " OVER("1"));
		expect(&s, 3, "clean block: " OVER("1"));
		expect(&s, 4, "clean pass");
	}
	/* a finding more of one that is taken is covered, and does not count as over */
	find(&s, items_digest_a, s.rules[3]);
	find(&s, items_digest_a, s.rules[MANY - 1]);
	judge(&s);
	expect(&s, 2, "clean block: " OVER("2"));
	/* fewer are in force: nothing is left of it */
	s.under.nexceptions = 0;
	judge(&s);
	expect(&s, 2, "clean block");
	tear_down(&s);
}

/* A verdict inside that one too many would set aside: the item is as bad as that. */
static void
one_exception_more_for_what_is_inside(void **state)
{
	(void)state;
	for (unsigned more = 0; more < 2; more++) {
		struct set s;
		uint8_t sha256[32] = {0};
		bool is_new;
		set_up(&s, LIM_EXCEPTIONS + more);
		say(&s, items_digest_b, "av", "clean");
		assert_int_equal(work_opener_add(s.work, "archive"), ERR_OK);
		say(&s, items_digest_b, "archive", "clean");
		for (unsigned i = 0; i < LIM_EXCEPTIONS + more; i++) {
			sha256[0] = (uint8_t)(10 + i);
			hex_encode(sha256, 32, s.digests[i]);
			s.exceptions[i].sha256 = s.digests[i];
			s.exceptions[i].rule = s.exceptions[i].type = "";
			const struct work_child c = {.parent = items_digest_b,
			    .scanner = "archive",
			    .name = (const uint8_t *)"x",
			    .name_len = 1,
			    .kind = "file",
			    .size_bytes = 7,
			    .link = (const uint8_t *)"",
			    .why = "",
			    .sha256 = sha256};
			assert_int_equal(work_child_add(s.work, &c), ERR_OK);
			assert_int_equal(
			    work_child_object(s.work, sha256, 7, 1, &is_new), ERR_OK);
			say(&s, sha256, "av", i % 2 == 0 ? "malicious" : "suspicious");
		}
		judge(&s);
		expect(&s, 4, more == 0 ? "clean pass" : "malicious reason: " OVER("1"));
		tear_down(&s);
	}
}

/* Nothing is judged by what was composed of something else. */
static void
what_is_not_composed_is_not_judged(void **state)
{
	struct set s;
	char medium[JUDGE_WHY_SIZE], why[JUDGE_WHY_SIZE];
	struct buf inventory, findings;
	const struct custody_transfer t = {.id = "K1-000001"};
	(void)state;
	set_up(&s, MANY);
	buf_init(&inventory, 65536);
	buf_init(&findings, 65536);
	judge(&s);
	say(&s, items_digest_a, "av", "malicious");
	assert_int_equal(judge_all(s.work, &s.under, medium), ERR_STATE);
	assert_int_equal(
	    judge_seal(s.work, &s.under, NULL, &t, "demo", &inventory, &findings, why),
	    ERR_STATE);
	judge(&s);
	s.under.nexceptions--;
	assert_int_equal(judge_all(s.work, &s.under, medium), ERR_STATE);
	buf_done(&inventory);
	buf_done(&findings);
	tear_down(&s);
}

/* Nobody vouches for what is scanned again, until it is judged. */
static void
what_is_scanned_again_is_not_green_meanwhile(void **state)
{
	struct set s;
	(void)state;
	set_up(&s, 0);
	say(&s, items_digest_a, "av", "clean");
	judge(&s);
	expect(&s, 2, "clean pass");
	assert_int_equal(work_judged_void(s.work), ERR_OK);
	expect(&s, 2, "error block");
	expect(&s, 4, "error block");
	judge(&s);
	expect(&s, 2, "clean pass");
	tear_down(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(as_many_exceptions_as_an_item_takes),
	    cmocka_unit_test(one_exception_more_than_an_item_takes),
	    cmocka_unit_test(one_exception_more_for_what_is_inside),
	    cmocka_unit_test(what_is_not_composed_is_not_judged),
	    cmocka_unit_test(what_is_scanned_again_is_not_green_meanwhile),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

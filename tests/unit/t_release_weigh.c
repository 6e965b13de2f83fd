/* links: src/core/release src/core/part src/core/release_weigh src/core/release_plan src/core/release_manifest src/core/exception src/core/tally src/core/tree src/core/merkle src/core/inventory src/core/inventory_check src/core/inventory_print src/core/finding src/core/item src/core/verdict src/core/policy src/core/field src/core/fieldrule src/core/setting src/core/canon src/core/digest src/base/escape src/base/utf8 src/base/clock src/base/hex src/base/buf src/base/mem src/base/err */
/* SPDX-License-Identifier: ISC */
/*
 * What of the scanners' words counts: every combination of verdicts, exceptions,
 * stand-ins and engines against the rule said again; and what is sealed otherwise.
 */
#include "src/core/tally.h"
#include "tests/unit/sample.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define LEAF     "1111111111111111111111111111111111111111111111111111111111111111"
#define OTHER    "3333333333333333333333333333333333333333333333333333333333333333"

static struct exception
excepted(const char *scanner, const char *sha256)
{
	return (struct exception){.leaf = LEAF,
	    .scanner = scanner,
	    .sha256 = sha256,
	    .rule = "",
	    .type = "",
	    .reason = "looked into",
	    .expires = "2026-12-31"};
}

/* --- every combination -------------------------------------------------------------------- */

enum cover { COVER_NONE, COVER_AV, COVER_YARA, COVER_OTHER_OBJECT, COVER_RULE, COVER__MAX };
enum limit { LIMIT_OTHER, LIMIT_SIZE, LIMIT__MAX }; /* why something is incomplete */
enum stand { STAND_NO, STAND_PART, STAND_WHOLE, STAND__MAX };
enum words { WORDS_SAME, WORDS_DISTINCT, WORDS_NOT_AV, WORDS__MAX };

struct combination {
	enum verdict av, yara;
	enum cover cover;
	enum limit limit;
	enum stand stand;
	enum words words;
	bool engines; /* policy asks for two */
	bool stands;  /* policy lets type stand in for av */
};

/* How bad it is, said again. */
static int
rank(const char *verdict)
{
	static const char *const order[] = {"na", "clean", "unscanned", "suspicious",
	    "incomplete", "timeout", "error", "invalid", "malicious"};
	int i = 0;
	while (strcmp(order[i], verdict) != 0)
		i++;
	return i;
}

/* What a word counts as: its rank; *ret_own: the engine itself stands behind clean. */
static int
oracle_word(const struct combination *c, const char *verdict, bool av, bool *ret_own)
{
	bool seen = strcmp(verdict, "suspicious") == 0 || strcmp(verdict, "malicious") == 0;
	bool covered = seen && c->cover == (av ? COVER_AV : COVER_YARA);
	bool stood = av && strcmp(verdict, "incomplete") == 0 && c->limit == LIMIT_SIZE &&
	             c->stands && c->stand == STAND_WHOLE;
	*ret_own = covered || strcmp(verdict, "clean") == 0;
	return covered || stood ? rank("clean") : rank(verdict);
}

static int
oracle(const struct combination *c)
{
	bool own_av, own_yara;
	int av = oracle_word(c, verdict_print(c->av), true, &own_av);
	int yara = oracle_word(c, verdict_print(c->yara), false, &own_yara);
	int worst = av > yara ? av : yara;
	int engines = own_av + own_yara;
	if (c->words == WORDS_SAME && engines == 2)
		engines = 1;
	if (c->words == WORDS_NOT_AV)
		engines = 0;
	if ((worst == rank("na") || (c->engines && engines < 2)) && worst < rank("unscanned"))
		worst = rank("unscanned");
	return worst;
}

static struct policy *
policy_of(bool engines, bool stands)
{
	char text[1024], why[POLICY_WHY_SIZE];
	struct policy *p;
	snprintf(text, sizeof(text),
	    "name = \"t\"; required = ( { scanner = \"av\"; types = \"*\"; }, { scanner = "
	    "\"yara\"; types = \"*\"; }, { scanner = \"type\"; types = \"*\"; part = true; } );"
	    "rules = ( { gate = \"pass\"; } ); %s %s",
	    engines ? "engines = ( { types = \"*\"; at_least = 2; } );" : "",
	    stands ? "stand_in = ( { types = \"plain-*\"; scanner = \"av\"; by = \"type\"; } );"
		   : "");
	if (policy_parse(text, strlen(text), &p, why) != ERR_OK)
		fail_msg("%s", why);
	return p;
}

static json_t *
scanners_of(enum words words)
{
	const char *kind = words == WORDS_NOT_AV ? "format" : "av";
	return json_pack("[{s:s, s:s, s:s}, {s:s, s:s, s:s}]", "name", "av", "kind", kind,
	    "engine", "ClamAV 1.4.3", "name", "yara", "kind", kind, "engine",
	    words == WORDS_SAME ? "ClamAV/0.103" : "YARA 4.2");
}

/* The item of a combination; it borrows sha256. */
static void
fill(const struct combination *c, const char *sha256, struct inventory_item *it)
{
	const char *why = c->limit == LIMIT_SIZE ? "size-limit" : "encrypted";
	*it = (struct inventory_item){.kind = ITEM_FILE,
	    .state = ITEM_READ,
	    .sha256 = sha256,
	    .size_bytes = 100,
	    .type = "plain-table",
	    .by = "m.weber",
	    .decision = ITEM_APPROVE,
	    .reason = "because",
	    .dest = sample_bytes("a"),
	    .nscans = 3};
	it->scans[0] = (struct inventory_scan){.scanner = "av",
	    .verdict = c->av,
	    .of_bytes = 100,
	    .read_bytes = c->av == VERDICT_INCOMPLETE ? 0 : 100,
	    .why = c->av == VERDICT_INCOMPLETE ? why : ""};
	it->scans[1] = (struct inventory_scan){.scanner = "type",
	    .verdict = c->stand == STAND_NO ? VERDICT_NA : VERDICT_CLEAN,
	    .of_bytes = 100,
	    .read_bytes = c->stand == STAND_WHOLE ? 100 : 99,
	    .why = ""};
	it->scans[2] = (struct inventory_scan){.scanner = "yara",
	    .verdict = c->yara,
	    .of_bytes = 100,
	    .read_bytes = 100,
	    .why = ""};
}

static void
try_one(const struct combination *c, const struct policy *policy, const json_t *scanners)
{
	static const char object[] =
	    "2222222222222222222222222222222222222222222222222222222222222222";
	struct exception x = excepted("av", object);
	struct release_under under = {policy, &x, c->cover != COVER_NONE, scanners};
	struct inventory_item it;
	if (c->cover == COVER_YARA)
		x.scanner = "yara";
	if (c->cover == COVER_OTHER_OBJECT)
		x.sha256 = OTHER;
	if (c->cover == COVER_RULE) {
		x.sha256 = "";
		x.rule = "av/hit";
		x.type = "plain-table";
	}
	fill(c, object, &it);
	release_weigh_exceptions(&under, &it);
	enum release_why why = release_judge(&under, NULL, &it);
	int want = oracle(c);
	bool goes = want == rank("clean") || want == rank("suspicious") ||
	            want == rank("incomplete") || want == rank("invalid");
	if (rank(verdict_print(it.verdict)) != want || (why == RELEASE_OK) != goes)
		fail_msg("av %s, yara %s, cover %d, limit %d, stand %d (%d), words %d (%d): %s",
		    verdict_print(c->av), verdict_print(c->yara), (int)c->cover, (int)c->limit,
		    (int)c->stand, c->stands, (int)c->words, c->engines,
		    verdict_print(it.verdict));
	/* what was used is told, and nothing else */
	bool used = (c->cover == COVER_AV &&
			(c->av == VERDICT_SUSPICIOUS || c->av == VERDICT_MALICIOUS)) ||
	            (c->cover == COVER_YARA &&
			(c->yara == VERDICT_SUSPICIOUS || c->yara == VERDICT_MALICIOUS));
	assert_int_equal(it.nexceptions, used);
	assert_null(release_weigh_wrong(&under, &it));
}

static void
try_verdicts(struct combination *c, const struct policy *policy, const json_t *scanners)
{
	for (unsigned av = 0; av < VERDICT__MAX; av++)
		for (unsigned yara = 0; yara < VERDICT__MAX; yara++) {
			if (av == VERDICT_UNSCANNED || yara == VERDICT_UNSCANNED)
				continue; /* no word of a scanner */
			c->av = (enum verdict)av;
			c->yara = (enum verdict)yara;
			try_one(c, policy, scanners);
		}
}

static void
R4_every_combination_of_what_counts(void **state)
{
	(void)state;
	for (unsigned k = 0; k < 4; k++) {
		struct combination c = {.engines = k & 1, .stands = k & 2};
		struct policy *policy = policy_of(c.engines, c.stands);
		for (unsigned w = 0; w < WORDS__MAX; w++) {
			json_t *scanners = scanners_of((enum words)w);
			for (unsigned i = 0; i < COVER__MAX * LIMIT__MAX * STAND__MAX; i++) {
				c.words = (enum words)w;
				c.cover = (enum cover)(i % COVER__MAX);
				c.limit = (enum limit)(i / COVER__MAX % LIMIT__MAX);
				c.stand = (enum stand)(i / COVER__MAX / LIMIT__MAX);
				try_verdicts(&c, policy, scanners);
			}
			json_decref(scanners);
		}
		policy_free(policy);
	}
}

/* An exception is no scanner: what nobody looked at stays what it is. */
static void
nothing_excepts_what_nobody_looked_at(void **state)
{
	static const enum verdict never[] = {
	    VERDICT_ERROR, VERDICT_TIMEOUT, VERDICT_INCOMPLETE, VERDICT_INVALID, VERDICT_NA};
	struct policy *policy = policy_of(false, false);
	(void)state;
	for (size_t i = 0; i < COUNT(never); i++) {
		struct combination c = {
		    .av = never[i], .yara = VERDICT_CLEAN, .cover = COVER_AV};
		struct exception x = excepted("av", OTHER);
		struct release_under under = {policy, &x, 1, NULL};
		struct inventory_item it;
		fill(&c, OTHER, &it);
		release_weigh_exceptions(&under, &it);
		assert_int_equal(it.nexceptions, 0);
		release_judge(&under, NULL, &it);
		assert_int_equal(it.verdict, never[i] == VERDICT_NA ? VERDICT_CLEAN : never[i]);
	}
	/* a scanner that stopped in the middle has not looked at the rest */
	struct combination c = {
	    .av = VERDICT_MALICIOUS, .yara = VERDICT_CLEAN, .cover = COVER_AV};
	struct exception x = excepted("av", OTHER);
	struct release_under under = {policy, &x, 1, NULL};
	struct inventory_item it;
	fill(&c, OTHER, &it);
	it.scans[0].read_bytes = 99;
	release_judge(&under, NULL, &it);
	assert_int_equal(it.verdict, VERDICT_INCOMPLETE);
	/* and a required scanner that says nothing is not excepted */
	it.scans[0] = it.scans[2];
	it.nscans = 1;
	release_judge(&under, NULL, &it);
	assert_int_equal(it.verdict, VERDICT_ERROR);
	policy_free(policy);
}

/* --- sealed ----------------------------------------------------------------------------------
 */

/* One file that av calls malicious, with an exception for it, sealed as the desk does. */
static struct inventory_item *
false_positive(struct sample *s)
{
	char why[RELEASE_WHY_SIZE] = "";
	sample_init(s);
	struct inventory_item *it = sample_file(s, "a");
	it->scans[0].verdict = VERDICT_MALICIOUS;
	sample_file(s, "b");
	s->exceptions[0] = excepted("av", it->sha256);
	s->nexceptions = 1;
	if (sample_judge(s, why) != ERR_OK)
		fail_msg("%s", why);
	return it;
}

static void
a_false_positive_goes_by_its_exception(void **state)
{
	struct sample s;
	struct release_manifest *m;
	char why[RELEASE_WHY_SIZE] = "";
	(void)state;
	struct inventory_item *it = false_positive(&s);
	assert_int_equal(it->verdict, VERDICT_CLEAN);
	assert_int_equal(it->outcome, ITEM_OUT_RELEASED);
	assert_int_equal(it->nexceptions, 1);
	assert_int_equal(it->exceptions[0].verdict, VERDICT_MALICIOUS);
	assert_int_equal(sample_seal(&s), ERR_OK);
	if (sample_manifest(&s, &m, why) != ERR_OK)
		fail_msg("%s", why);
	assert_int_equal(m->nfiles, 2);
	release_manifest_free(m);
	sample_done(&s);
}

static void
nothing_else_is_sealed_with_an_exception(void **state)
{
	static const struct {
		const char *what, *words;
	} cases[] = {
	    {"the exception is of another object", "the header does not name"},
	    {"it is of another scanner", "is not what its scans say"},
	    {"the header does not name it", "the header does not name"},
	    {"the item does not name it", "does not name that exception"},
	    {"nobody uses it", "no item uses it"},
	    {"it is used for a scanner's error", "is not what its scans say"},
	    {"more is set aside than was said", "is not what its scans say"},
	    {"another item uses it", "is not what its scans say"},
	    {"by its rule alone", "is not what its scans say"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sample s;
		struct release_manifest *m = NULL;
		char why[RELEASE_WHY_SIZE] = "";
		struct inventory_item *it = false_positive(&s), *other = &s.items[1];
		switch (i) {
		case 0:
			s.exceptions[0] = excepted("av", OTHER);
			s.exceptions[0].leaf = OTHER;
			break;
		case 1:
			s.exceptions[0].scanner = "yara";
			break;
		case 2:
			s.nexceptions = 0;
			break;
		case 3:
			it->nexceptions = 0;
			break;
		case 4:
			it->nexceptions = 0;
			it->scans[0].verdict = VERDICT_CLEAN;
			break;
		case 5:
			it->scans[0].verdict = VERDICT_ERROR;
			break;
		case 6:
			it->scans[0].verdict = VERDICT_SUSPICIOUS;
			break;
		case 7:
			other->exceptions[0] = it->exceptions[0];
			other->nexceptions = 1;
			break;
		default:
			s.exceptions[0].rule = "av/hit";
			break;
		}
		assert_int_equal(sample_seal(&s), ERR_OK);
		enum err e = sample_manifest(&s, &m, why);
		if (e != ERR_DENIED || strstr(why, cases[i].words) == NULL)
			fail_msg("%s: error %d, \"%s\"", cases[i].what, (int)e, why);
		sample_done(&s);
	}
}

static void
malformed_exceptions_are_no_inventory(void **state)
{
	struct sample s;
	(void)state;
	struct inventory_item *it = false_positive(&s);
	it->exceptions[0].verdict = VERDICT_ERROR;
	assert_int_equal(sample_seal(&s), ERR_RANGE);
	it->exceptions[0].verdict = VERDICT_NA; /* and covers no finding: it does nothing */
	assert_int_equal(sample_seal(&s), ERR_RANGE);
	it->exceptions[0].verdict = VERDICT_MALICIOUS;
	it->exceptions[0].finds = 1; /* it has none */
	assert_int_equal(sample_seal(&s), ERR_RANGE);
	it->exceptions[0].finds = 0;
	s.exceptions[1] = s.exceptions[0];
	s.nexceptions = 2; /* one twice */
	assert_int_equal(sample_seal(&s), ERR_RANGE);
	sample_done(&s);
}

/* The largest number of exceptions that can be used, and one more. */
static void
a_transfer_uses_so_many_exceptions_at_most(void **state)
{
	struct sample s;
	struct inventory *inv;
	char leaves[LIM_EXCEPTIONS + 1][HEX_DIGEST_SIZE], why[INVENTORY_WHY_SIZE] = "";
	struct inventory_item it = {.nexceptions = 0};
	(void)state;
	sample_init(&s);
	for (size_t i = 0; i <= LIM_EXCEPTIONS; i++) {
		snprintf(leaves[i], sizeof(leaves[i]), "%064zx", i);
		s.exceptions[i] = excepted("av", OTHER);
		s.exceptions[i].leaf = leaves[i];
		assert_int_equal(
		    inventory_except(&it, leaves[i], VERDICT_NA, 1), i < LIM_EXCEPTIONS);
	}
	assert_int_equal(inventory_excepted(&it), LIM_EXCEPTIONS);
	assert_true(inventory_except(&it, leaves[3], VERDICT_MALICIOUS, 2));
	assert_int_equal(inventory_excepted(&it), LIM_EXCEPTIONS + 2);
	s.nexceptions = LIM_EXCEPTIONS;
	assert_int_equal(sample_seal(&s), ERR_OK);
	if (inventory_open(s.bytes.data, s.bytes.len, &inv, why) != ERR_OK)
		fail_msg("%s", why);
	assert_int_equal(inventory_header(inv)->nexceptions, LIM_EXCEPTIONS);
	inventory_free(inv);
	s.nexceptions++;
	assert_int_equal(sample_seal(&s), ERR_RANGE);
	sample_done(&s);
}

/* --- findings --------------------------------------------------------------------------------
 */

static void
a_finding_that_is_excepted_does_not_count(void **state)
{
	struct sample s;
	struct buf findings;
	char why[RELEASE_WHY_SIZE] = "";
	struct tally *t;
	(void)state;
	sample_init(&s);
	buf_init(&findings, 1 << 16);
	struct inventory_item *it = sample_file(&s, "a"), *other = sample_file(&s, "b");
	struct exception x = excepted("exec", "");
	x.rule = "exec/packed";
	x.type = "text";
	s.exceptions[0] = x;
	s.nexceptions = 1;
	struct finding f = {.item = it->id,
	    .class = FINDING_CODE_EXEC,
	    .severity = FINDING_HIGH,
	    .scanner = "exec",
	    .rule = "exec/packed",
	    .title = "packed",
	    .detail = ""};
	assert_int_equal(finding_print(&f, &findings), ERR_OK);
	f.rule = "exec/other";
	f.severity = FINDING_LOW;
	assert_int_equal(finding_print(&f, &findings), ERR_OK);
	/* of something inside: its own type counts, not the item's */
	f.item = other->id;
	f.rule = "exec/packed";
	f.severity = FINDING_MEDIUM;
	f.object = OTHER;
	f.type = "elf";
	assert_int_equal(finding_print(&f, &findings), ERR_OK);
	f.severity = FINDING_CRITICAL;
	f.type = "text";
	assert_int_equal(finding_print(&f, &findings), ERR_OK);

	assert_int_equal(
	    tally_new(findings.data, findings.len, s.exceptions, 1, &t, why), ERR_OK);
	tally_put(t, it);
	tally_put(t, other);
	tally_free(t);
	assert_int_equal(it->finds, 2);
	assert_int_equal(it->worst.of[FINDING_CODE_EXEC], FINDING_LOW);
	assert_int_equal(other->worst.of[FINDING_CODE_EXEC], FINDING_MEDIUM);
	assert_int_equal(it->exceptions[0].finds, 1);
	assert_int_equal(other->exceptions[0].finds, 1);
	assert_int_equal(sample_judge(&s, why), ERR_OK);
	assert_int_equal(sample_seal(&s), ERR_OK);
	assert_int_equal(
	    tally_check(s.bytes.data, s.bytes.len, findings.data, findings.len, why), ERR_OK);

	/* sealed as if one more were covered, or one less */
	it->exceptions[0].finds = 2;
	it->worst = (struct finding_worst){0};
	assert_int_equal(sample_seal(&s), ERR_OK);
	assert_int_equal(
	    tally_check(s.bytes.data, s.bytes.len, findings.data, findings.len, why),
	    ERR_DENIED);
	it->nexceptions = 0;
	it->worst.of[FINDING_CODE_EXEC] = FINDING_LOW;
	assert_int_equal(sample_seal(&s), ERR_OK);
	assert_int_equal(
	    tally_check(s.bytes.data, s.bytes.len, findings.data, findings.len, why),
	    ERR_DENIED);
	buf_done(&findings);
	sample_done(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(R4_every_combination_of_what_counts),
	    cmocka_unit_test(nothing_excepts_what_nobody_looked_at),
	    cmocka_unit_test(a_false_positive_goes_by_its_exception),
	    cmocka_unit_test(nothing_else_is_sealed_with_an_exception),
	    cmocka_unit_test(malformed_exceptions_are_no_inventory),
	    cmocka_unit_test(a_transfer_uses_so_many_exceptions_at_most),
	    cmocka_unit_test(a_finding_that_is_excepted_does_not_count),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

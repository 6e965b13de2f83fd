/* links: src/core/release src/core/part src/core/release_plan src/core/release_manifest src/core/account src/core/fold src/core/tree src/core/merkle src/core/inventory src/core/inventory_check src/core/inventory_print src/core/finding src/core/item src/core/verdict src/core/policy src/core/field src/core/fieldrule src/core/setting src/core/canon src/core/digest src/base/escape src/base/utf8 src/base/clock src/base/hex src/base/buf src/base/mem src/base/err src/core/release_weigh src/core/exception */
/* SPDX-License-Identifier: ISC */
#include "src/core/account.h"
#include "src/core/merkle.h"
#include "tests/unit/sample.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/*
 * The release rule said again, from the design and not from the table:
 * only an approval releases; clean goes when policy lets it pass, or with a
 * reason when policy wants one; suspicious, incomplete and invalid go with a
 * reason unless policy blocks; nothing else ever goes.
 */
static bool
oracle_goes(const char *verdict, const char *gate, const char *decision, bool reason)
{
	if (strcmp(decision, "approve") != 0 || strcmp(gate, "block") == 0)
		return false;
	if (strcmp(verdict, "clean") == 0)
		return reason || strcmp(gate, "pass") == 0;
	if (strcmp(verdict, "suspicious") == 0 || strcmp(verdict, "incomplete") == 0 ||
	    strcmp(verdict, "invalid") == 0)
		return reason;
	return false;
}

static void
R4_every_combination_of_the_release_rule(void **state)
{
	(void)state;
	unsigned tried = 0, goes = 0;
	for (unsigned v = 0; v < VERDICT__MAX; v++)
		for (unsigned g = 0; g < POLICY_GATE__MAX; g++)
			for (unsigned d = 0; d < ITEM_DECISION__MAX; d++)
				for (unsigned r = 0; r < 2; r++) {
					const char *verdict = verdict_print((enum verdict)v);
					const char *gate =
					    policy_gate_print((enum policy_gate)g);
					const char *decision =
					    item_decision_print((enum item_decision)d);
					enum release_why why = release_rule((enum verdict)v,
					    (enum policy_gate)g, (enum item_decision)d, r == 1);
					bool want =
					    oracle_goes(verdict, gate, decision, r == 1);
					if ((why == RELEASE_OK) != want)
						fail_msg("%s, %s, %s, %s reason: %s", verdict,
						    gate, decision, r == 1 ? "a" : "no",
						    release_why_str(why));
					tried++;
					goes += want;
				}
	assert_int_equal(tried, 9 * 3 * 4 * 2);
	/* clean: pass twice, reason once; three verdicts under two gates once */
	assert_int_equal(goes, 2 + 1 + 3 * 2);
}

static void
R4_zeroed_memory_never_goes(void **state)
{
	(void)state;
	const struct inventory_item zero = {0};
	assert_int_not_equal(
	    release_rule(zero.verdict, zero.proposed, ITEM_APPROVE, true), RELEASE_OK);
	assert_int_equal(zero.outcome, ITEM_OUT_BLOCKED);
	assert_int_not_equal((enum release_why)0, RELEASE_OK);
}

static void
reasons_of_the_rule(void **state)
{
	(void)state;
	static const struct {
		enum verdict verdict;
		enum policy_gate gate;
		enum item_decision decision;
		bool reason;
		enum release_why want;
	} cases[] = {
	    {VERDICT_MALICIOUS, POLICY_PASS, ITEM_APPROVE, true, RELEASE_NO_VERDICT},
	    {VERDICT_MALICIOUS, POLICY_PASS, ITEM_NONE, false, RELEASE_NO_VERDICT},
	    {VERDICT_MALICIOUS, POLICY_BLOCK, ITEM_REJECT, false, RELEASE_REJECTED},
	    {VERDICT_ERROR, POLICY_PASS, ITEM_HOLD, false, RELEASE_HELD},
	    {VERDICT_CLEAN, POLICY_BLOCK, ITEM_APPROVE, true, RELEASE_NO_GATE},
	    {VERDICT_CLEAN, POLICY_REASON, ITEM_APPROVE, false, RELEASE_NO_REASON},
	    {VERDICT_SUSPICIOUS, POLICY_PASS, ITEM_APPROVE, false, RELEASE_NO_REASON},
	    {VERDICT_CLEAN, POLICY_PASS, ITEM_NONE, true, RELEASE_UNDECIDED},
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(release_rule(cases[i].verdict, cases[i].gate,
				     cases[i].decision, cases[i].reason),
		    cases[i].want);
}

/* --- whole inventories -------------------------------------------------------------- */

static struct release_manifest *
manifest(struct sample *s)
{
	struct release_manifest *m = NULL;
	char why[RELEASE_WHY_SIZE] = "";
	if (sample_judge(s, why) != ERR_OK || sample_seal(s) != ERR_OK ||
	    sample_manifest(s, &m, why) != ERR_OK)
		fail_msg("%s", why);
	return m;
}

/* Seals the items as they stand and expects a refusal with these words. */
static void
refused(struct sample *s, const char *what, const char *words)
{
	struct release_manifest *m = NULL;
	char why[RELEASE_WHY_SIZE] = "";
	assert_int_equal(sample_seal(s), ERR_OK);
	enum err e = sample_manifest(s, &m, why);
	if (e != ERR_DENIED || strstr(why, words) == NULL)
		fail_msg("%s: error %d, \"%s\"", what, (int)e, why);
}

static void
what_goes_and_what_does_not(void **state)
{
	(void)state;
	struct sample s;
	sample_init(&s);
	struct inventory_item *bad = sample_file(&s, "bad");
	bad->scans[0].verdict = VERDICT_MALICIOUS;
	struct inventory_item *device = sample_add(&s, ITEM_CHAR, "device");
	struct inventory_item *directory = sample_add(&s, ITEM_DIRECTORY, "dir");
	struct inventory_item *file = sample_file(&s, "dir/file");
	struct inventory_item *held = sample_file(&s, "held");
	sample_decide(held, ITEM_HOLD, "");
	struct inventory_item *lost = sample_add(&s, ITEM_FILE, "lost");
	lost->state = ITEM_UNREADABLE;
	struct inventory_item *nameless = sample_file(&s, "nameless");
	nameless->dest = sample_bytes("");
	struct inventory_item *odd = sample_file(&s, "odd");
	odd->scans[0].verdict = VERDICT_SUSPICIOUS;
	struct inventory_item *odd_why = sample_file(&s, "odd2");
	odd_why->scans[0].verdict = VERDICT_SUSPICIOUS;
	sample_decide(odd_why, ITEM_APPROVE, "looked at it");
	struct inventory_item *program = sample_file(&s, "program");
	program->type = "pe-x86";
	struct inventory_item *region = sample_add(&s, ITEM_REGION, "region");
	region->state = ITEM_UNREAD;
	struct inventory_item *rejected = sample_file(&s, "rejected");
	sample_decide(rejected, ITEM_REJECT, "not wanted");
	struct inventory_item *undecided = sample_file(&s, "undecided");
	sample_decide(undecided, ITEM_NONE, "");
	struct release_manifest *m = manifest(&s);

	const struct {
		const struct inventory_item *item;
		enum item_outcome outcome;
		const char *sentence;
	} want[] = {
	    {bad, ITEM_OUT_BLOCKED, "malicious by av"},
	    {device, ITEM_OUT_BLOCKED, "only files and links"},
	    {directory, ITEM_OUT_STRUCTURAL, "a directory"},
	    {file, ITEM_OUT_RELEASED, "released"},
	    {held, ITEM_OUT_HELD, "by m.weber"},
	    {lost, ITEM_OUT_UNREADABLE, "the reader gave no reason"},
	    {nameless, ITEM_OUT_BLOCKED, "cannot hold its name"},
	    {odd, ITEM_OUT_BLOCKED, "a reason in writing"},
	    {odd_why, ITEM_OUT_RELEASED, "released"},
	    {program, ITEM_OUT_BLOCKED, "rule 2 (line 7): no programs"},
	    {region, ITEM_OUT_UNREAD, "the reader gave no reason"},
	    {rejected, ITEM_OUT_REJECTED, "by m.weber: not wanted"},
	    {undecided, ITEM_OUT_HELD, "nobody decided"},
	};
	struct policy *policy;
	struct account account = {0};
	char why[POLICY_WHY_SIZE];
	assert_int_equal(policy_parse(s.policy, strlen(s.policy), &policy, why), ERR_OK);
	assert_int_equal(COUNT(want), s.n);
	for (size_t i = 0; i < COUNT(want); i++) {
		struct buf b;
		buf_init(&b, 4096);
		account_sentence(want[i].item, policy, &b);
		if (want[i].item->outcome != want[i].outcome ||
		    strstr(buf_str(&b), want[i].sentence) == NULL)
			fail_msg("%s: %s, \"%s\"", want[i].item->name,
			    item_outcome_print(want[i].item->outcome), buf_str(&b));
		buf_done(&b);
		account_add(&account, want[i].item);
	}
	policy_free(policy);
	assert_true(account_adds_up(&account));
	assert_int_equal(account.count[ITEM_OUT_RELEASED], 2);
	assert_int_equal(account.lost_special, 1);
	assert_int_equal(m->nfiles, 2);
	assert_int_equal(m->ndirs, 1);
	assert_int_equal(m->bytes, strlen("dir/file") + strlen("odd2"));
	account.count[ITEM_OUT_HELD]--;
	assert_false(account_adds_up(&account));
	release_manifest_free(m);
	sample_done(&s);
}

static void
manifest_is_what_sha256sum_writes(void **state)
{
	(void)state;
	struct sample s;
	struct merkle tree;
	uint8_t leaf[32], root[32], digest[32];
	sample_init(&s);
	sample_file(&s, "B");
	sample_file(&s, "a\nb");
	sample_file(&s, "a\\b");
	sample_file(&s, "z\r");
	struct release_manifest *m = manifest(&s);
	char *text = mem_dup(m->text, m->text_len), *line = text;
	static const char *const names[] = {"  B", "  a\\nb", "  a\\\\b", "  z\\r"};
	merkle_init(&tree);
	for (size_t i = 0; i < COUNT(names); i++) {
		char *lf = strchr(line, '\n');
		assert_non_null(lf);
		*lf = '\0';
		assert_int_equal(line[0] == '\\', i > 0);
		assert_string_equal(line + 64 + (i > 0), names[i]);
		merkle_leaf(line, strlen(line), leaf);
		merkle_add(&tree, leaf);
		line = lf + 1;
	}
	assert_int_equal(*line, '\0');
	merkle_root(&tree, root);
	assert_memory_equal(root, m->root, 32);
	digest_sha256(m->text, m->text_len, digest);
	assert_memory_equal(digest, m->sha256, 32);
	free(text);
	release_manifest_free(m);
	sample_done(&s);
}

static void
nothing_approved_gives_an_empty_manifest(void **state)
{
	(void)state;
	struct sample s;
	uint8_t empty[32];
	sample_init(&s);
	sample_decide(sample_file(&s, "a"), ITEM_REJECT, "");
	struct release_manifest *m = manifest(&s);
	digest_sha256("", 0, empty);
	assert_int_equal(m->nfiles, 0);
	assert_int_equal(m->text_len, 0);
	assert_memory_equal(m->root, empty, 32);
	release_manifest_free(m);
	s.n = 0;
	m = manifest(&s);
	assert_int_equal(m->items, 0);
	release_manifest_free(m);
	sample_done(&s);
}

static void
R7_same_basename_in_two_directories(void **state)
{
	(void)state;
	struct sample s;
	sample_init(&s);
	sample_add(&s, ITEM_DIRECTORY, "one");
	sample_file(&s, "one/data.csv");
	sample_add(&s, ITEM_DIRECTORY, "two");
	sample_file(&s, "two/data.csv");
	struct release_manifest *m = manifest(&s);
	assert_int_equal(m->nfiles, 2);
	assert_non_null(strstr((char *)m->text, "  one/data.csv\n"));
	assert_non_null(strstr((char *)m->text, "  two/data.csv\n"));
	release_manifest_free(m);
	/* And a seal that would put both in one place is no seal. */
	s.items[3].dest = sample_bytes("one/data.csv");
	refused(&s, "flattened", "one destination");
	sample_done(&s);
}

static void
order_is_by_destination_bytes(void **state)
{
	(void)state;
	struct sample s;
	sample_init(&s);
	sample_file(&s, "a")->dest = sample_bytes("z");
	sample_file(&s, "b")->dest = sample_bytes("a/b");
	sample_file(&s, "c")->dest = sample_bytes("a-");
	sample_file(&s, "d")->dest = sample_bytes("a");
	s.n = 3;
	struct release_manifest *m = manifest(&s);
	assert_int_equal(m->files[0].item, 3); /* "a-" before "a/b" before "z" */
	assert_int_equal(m->files[1].item, 2);
	assert_int_equal(m->files[2].item, 1);
	release_manifest_free(m);
	sample_done(&s);
}

static void
refuses_sealed_words_that_the_rule_does_not_give(void **state)
{
	(void)state;
	static const struct {
		const char *what, *words;
	} cases[] = {
	    {"verdict better than the scans", "but its scans say malicious"},
	    {"scan left out", "but its scans say error"},
	    {"gate better than policy", "but policy says block"},
	    {"outcome", "but the rule says blocked"},
	    {"reason taken away", "but the rule says blocked"},
	    {"decider left out of the header", "not among the deciders"},
	    {"link to nowhere", "a link"},
	    {"link left behind", "a link"},
	    {"encrypted region", "blocks the whole medium"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sample s;
		char why[RELEASE_WHY_SIZE];
		sample_init(&s);
		struct inventory_item *a = sample_file(&s, "a");
		struct inventory_item *b = sample_file(&s, "b");
		sample_file(&s, "c");
		struct inventory_item *gone = sample_link(&s, "gone", "nowhere");
		struct inventory_item *link = sample_link(&s, "link", "c");
		struct inventory_item *region = sample_add(&s, ITEM_REGION, "region");
		region->state = ITEM_UNREAD;
		b->scans[0].verdict = VERDICT_SUSPICIOUS;
		sample_decide(b, ITEM_APPROVE, "because");
		assert_int_equal(sample_judge(&s, why), ERR_OK);
		switch (i) {
		case 0:
			a->scans[0].verdict = VERDICT_MALICIOUS;
			break;
		case 1:
			a->scans[0] = a->scans[1];
			a->nscans = 1;
			break;
		case 2:
			a->type = "pe-x86";
			break;
		case 3:
			gone->outcome = ITEM_OUT_BLOCKED;
			a->dest = sample_bytes("");
			break;
		case 4:
			b->reason = "";
			break;
		case 5:
			s.deciders[1] = "s.ott";
			break;
		case 6:
			gone->outcome = ITEM_OUT_RELEASED;
			break;
		case 7:
			link->outcome = ITEM_OUT_BLOCKED;
			break;
		default:
			region->state = ITEM_ENCRYPTED;
			region->outcome = ITEM_OUT_ENCRYPTED;
			break;
		}
		refused(&s, cases[i].what, cases[i].words);
		sample_done(&s);
	}
}

static void
refuses_another_policy(void **state)
{
	(void)state;
	static const char other[] = SAMPLE_POLICY " ";
	struct sample s;
	struct release_manifest *m;
	char why[RELEASE_WHY_SIZE];
	sample_init(&s);
	sample_file(&s, "a");
	release_manifest_free(manifest(&s));
	assert_int_equal(
	    release_manifest(s.bytes.data, s.bytes.len, other, strlen(other), &m, why),
	    ERR_DENIED);
	s.approvals = 3;
	refused(&s, "approvals", "asks for 3 approvals");
	assert_int_equal(
	    release_manifest("", 0, s.policy, strlen(s.policy), &m, why), ERR_SYNTAX);
	assert_int_equal(
	    release_manifest(s.bytes.data, s.bytes.len, "", 0, &m, why), ERR_SYNTAX);
	sample_done(&s);
}

static void
what_is_against_a_medium_stops_it(void **state)
{
	(void)state;
	static const struct {
		const char *protect, *before, *after;
		bool required;
		const char *want; /* part of the words; NULL: nothing */
	} cases[] = {
	    {"kernel", "metadata:1", "metadata:1", true, NULL},
	    {"hardware", "metadata:1", "metadata:1", true, NULL},
	    {"image", "none:", "none:", true, NULL},
	    {"not proved", "metadata:1", "metadata:1", true, "not proved"},
	    {"not proved", "metadata:1", "metadata:1", false, NULL},
	    {"kernel", "metadata:1", "metadata:2", true, "digest differs"},
	    {"kernel", "metadata:1", "metadata:2", false, "digest differs"},
	    {"kernel", "metadata:1", NULL, false, "digest differs"},
	    {"not proved", "metadata:1", "metadata:2", true, "digest differs"},
	    {NULL, NULL, NULL, true, NULL}, /* recorded before there were such words */
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct policy policy = {.write_protect = cases[i].required};
		json_t *medium = json_pack("{s:s*, s:s*, s:s*}", "write_protect",
		    cases[i].protect, "before", cases[i].before, "after", cases[i].after);
		const char *why = release_stop_medium(&policy, medium);
		if ((cases[i].want == NULL) != (why == NULL) ||
		    (why != NULL && strstr(why, cases[i].want) == NULL))
			fail_msg("case %zu: %s", i, why != NULL ? why : "nothing");
		json_decref(medium);
	}
}

/* The desk may have been killed before it blocked, or lie: whoever derives refuses, too. */
static void
a_medium_that_changed_gives_no_manifest_though_nobody_blocked_it(void **state)
{
	(void)state;
	static const struct {
		const char *protect, *after, *want;
	} cases[] = {{"kernel", "metadata:2", "digest differs"},
	    {"not proved", "metadata:1", "not proved"}, {"kernel", "metadata:1", NULL}};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sample s;
		char why[RELEASE_WHY_SIZE];
		sample_init(&s);
		s.medium = json_pack("{s:s, s:s, s:s}", "write_protect", cases[i].protect,
		    "before", "metadata:1", "after", cases[i].after);
		sample_file(&s, "a");
		assert_int_equal(sample_judge(&s, why), ERR_OK);
		if (cases[i].want != NULL)
			refused(&s, cases[i].after, cases[i].want);
		else
			release_manifest_free(manifest(&s));
		sample_done(&s);
	}
}

static void
the_request_that_policy_asks_for_stops_a_transfer_without_it(void **state)
{
	(void)state;
	static const struct {
		enum policy_request asks;
		const char *id, *requester, *signed_word; /* id NULL: there is none */
		const char *want;
	} cases[] = {
	    {POLICY_REQUEST_NONE, NULL, NULL, NULL, NULL},
	    {POLICY_REQUEST_NONE, "R-1", "otto", "wrong", NULL},
	    {POLICY_REQUEST_PRESENT, NULL, NULL, NULL, "there is none"},
	    {POLICY_REQUEST_PRESENT, "", "", "no", "cannot be read"},
	    {POLICY_REQUEST_PRESENT, "R-1", "otto", "signed", "another requester"},
	    {POLICY_REQUEST_PRESENT, "R-1", "rita", "no", NULL},
	    {POLICY_REQUEST_PRESENT, "R-1", "rita", "wrong", NULL},
	    {POLICY_REQUEST_SIGNED, NULL, NULL, NULL, "there is none"},
	    {POLICY_REQUEST_SIGNED, "R-1", "rita", "no", "signed with"},
	    {POLICY_REQUEST_SIGNED, "R-1", "rita", "other key", "signed with"},
	    {POLICY_REQUEST_SIGNED, "R-1", "rita", NULL, "signed with"},
	    {POLICY_REQUEST_SIGNED, "R-1", "rita", "signed", NULL},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct policy policy = {.request = cases[i].asks};
		json_t *request =
		    cases[i].id == NULL
			? NULL
			: json_pack("{s:s, s:s, s:s*}", "id", cases[i].id, "requester",
			      cases[i].requester, "signed", cases[i].signed_word);
		const char *why = release_stop_request(&policy, request, "rita");
		if ((cases[i].want == NULL) != (why == NULL) ||
		    (why != NULL && strstr(why, cases[i].want) == NULL))
			fail_msg("case %zu: %s", i, why != NULL ? why : "nothing");
		json_decref(request);
	}
}

static void
refuses_unsafe_destinations(void **state)
{
	(void)state;
	static char long_part[257], long_path[LIM_PATH_BYTES + 2];
	memset(long_part, 'x', 256);
	for (size_t i = 0; i < LIM_PATH_BYTES; i++)
		long_path[i] = i % 2 == 0 ? 'x' : '/';
	long_path[LIM_PATH_BYTES - 1] = 'x';
	static const char *const bad[] = {
	    "/etc/passwd", "../x", "a/../b", "a//b", "a/", ".", "./a", "a/.", long_part};
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct sample s;
		char why[RELEASE_WHY_SIZE];
		sample_init(&s);
		struct inventory_item *it = sample_file(&s, "a");
		assert_int_equal(sample_judge(&s, why), ERR_OK);
		it->dest = sample_bytes(bad[i]);
		refused(&s, bad[i], "not a destination");
		sample_done(&s);
	}
	assert_true(tree_name_ok((const uint8_t *)long_part, 255));
	assert_false(tree_name_ok((const uint8_t *)long_part, 256));
	assert_true(tree_name_ok((const uint8_t *)long_path, LIM_PATH_BYTES));
	long_path[LIM_PATH_BYTES] = 'x';
	assert_false(tree_name_ok((const uint8_t *)long_path, LIM_PATH_BYTES + 1));
	assert_false(tree_name_ok((const uint8_t *)"a\0b", 3));
	assert_true(tree_name_ok((const uint8_t *)"..a/...", 7));
}

static void
refuses_a_file_that_is_a_directory_too(void **state)
{
	(void)state;
	static const char *const pairs[][2] = {{"x", "x/y"}, {"x/y", "x"}, {"x/y/z", "x/y"}};
	for (size_t i = 0; i < COUNT(pairs); i++) {
		struct sample s;
		char why[RELEASE_WHY_SIZE];
		sample_init(&s);
		struct inventory_item *a = sample_file(&s, "a"), *b = sample_file(&s, "b");
		assert_int_equal(sample_judge(&s, why), ERR_OK);
		a->dest = sample_bytes(pairs[i][0]);
		b->dest = sample_bytes(pairs[i][1]);
		refused(&s, pairs[i][0], "one destination");
		sample_done(&s);
	}
}

static void
links_go_with_their_targets(void **state)
{
	(void)state;
	static const struct {
		const char *what, *path, *target;
		bool goes;
	} cases[] = {
	    {"file beside it", "lib/l", "file", true},
	    {"file above", "lib/l", "../top", true},
	    {"directory", "l", "lib", true},
	    {"directory with a slash", "l", "lib/", true},
	    {"file with a slash", "l", "top/", false},
	    {"through the tree and back", "l", "lib/../top", true},
	    {"dots", "l", "./lib/./file", true},
	    {"itself", "l", "l", false},
	    {"absolute", "l", "/top", false},
	    {"out of the tree", "l", "../files/top", false},
	    {"out of the tree from below", "lib/l", "../../files/top", false},
	    {"through a file", "l", "top/../lib/file", false},
	    {"through a link", "l", "dirlink/file", false},
	    {"to a link that goes", "l", "dirlink", true},
	    {"nowhere", "l", "nothing", false},
	    {"to what was rejected", "l", "rejected", false},
	    {"its own directory, which nothing else needs", "alone/l", ".", false},
	    {"out of a directory that nothing else needs", "alone/l", "../top", true},
	    {"no target", "l", "", false},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sample s;
		sample_init(&s);
		struct inventory_item *l = NULL;
		if (strcmp(cases[i].path, "alone/l") == 0)
			l = sample_link(&s, cases[i].path, cases[i].target);
		sample_link(&s, "dirlink", "lib");
		if (strcmp(cases[i].path, "l") == 0)
			l = sample_link(&s, cases[i].path, cases[i].target);
		sample_add(&s, ITEM_DIRECTORY, "lib");
		sample_file(&s, "lib/file");
		if (strcmp(cases[i].path, "lib/l") == 0)
			l = sample_link(&s, cases[i].path, cases[i].target);
		sample_decide(sample_file(&s, "rejected"), ITEM_REJECT, "");
		sample_file(&s, "top");
		struct release_manifest *m = manifest(&s);
		assert_non_null(l);
		if ((l->outcome == ITEM_OUT_RELEASED) != cases[i].goes ||
		    m->nlinks != 1 + (size_t)cases[i].goes)
			fail_msg("%s: %s", cases[i].what, item_outcome_print(l->outcome));
		release_manifest_free(m);
		sample_done(&s);
	}
}

static void
chains_of_links(void **state)
{
	(void)state;
	struct sample s;
	sample_init(&s);
	sample_link(&s, "a.so", "b.so");
	sample_link(&s, "b.so", "c.so");
	sample_link(&s, "c.so", "d.so");
	sample_file(&s, "d.so");
	sample_link(&s, "x", "y");
	sample_link(&s, "y", "x");
	struct release_manifest *m = manifest(&s);
	assert_int_equal(m->nlinks, 3);
	assert_int_equal(s.items[4].outcome, ITEM_OUT_BLOCKED);
	release_manifest_free(m);
	sample_decide(&s.items[3], ITEM_REJECT, "");
	m = manifest(&s);
	assert_int_equal(m->nlinks, 0);
	release_manifest_free(m);
	sample_done(&s);
}

/* Every link leads to the next name: the worst order, one link a round. */
static void
limit_of_links_behind_links(void **state)
{
	(void)state;
	static char names[LIM_LINK_HOPS + 2][8];
	for (size_t n = LIM_LINK_HOPS; n <= LIM_LINK_HOPS + 1; n++) {
		struct sample s;
		sample_init(&s);
		for (size_t i = 0; i <= n; i++)
			snprintf(names[i], sizeof(names[i]), "l%03zu", i);
		for (size_t i = 0; i < n; i++)
			sample_link(&s, names[i], names[i + 1]);
		sample_file(&s, names[n]);
		struct release_manifest *m = manifest(&s);
		assert_int_equal(m->nlinks, LIM_LINK_HOPS);
		assert_int_equal(s.items[0].outcome,
		    n == LIM_LINK_HOPS ? ITEM_OUT_RELEASED : ITEM_OUT_BLOCKED);
		release_manifest_free(m);
		sample_done(&s);
	}
}

static void
directories_that_go(void **state)
{
	(void)state;
	struct sample s;
	sample_init(&s);
	sample_add(&s, ITEM_DIRECTORY, "empty-approved")->mode = 0700;
	sample_decide(sample_add(&s, ITEM_DIRECTORY, "empty-undecided"), ITEM_NONE, "");
	struct inventory_item *d = sample_add(&s, ITEM_DIRECTORY, "used");
	sample_decide(d, ITEM_NONE, "");
	d->mode = 0750;
	sample_file(&s, "used/unknown/file");
	struct release_manifest *m = manifest(&s);
	static const struct {
		const char *dest;
		unsigned mode;
	} want[] = {{"empty-approved", 0700}, {"used", 0750}, {"used/unknown", 0755}};
	assert_int_equal(m->ndirs, COUNT(want));
	for (size_t i = 0; i < COUNT(want); i++) {
		assert_int_equal(
		    inventory_compare(m->dirs[i].dest, sample_bytes(want[i].dest)), 0);
		assert_int_equal(m->dirs[i].mode, want[i].mode);
	}
	release_manifest_free(m);
	sample_done(&s);
}

/* An archive over the engine's limit, opened whole, every object in it clean: it goes. */
static void
read_in_parts_goes_and_a_missing_part_does_not(void **state)
{
	static const struct {
		const char *what;
		struct verdict_inside inside;
		uint64_t parts;
		enum verdict want;
	} cases[] = {
	    {"all of them", {4, 1, 3, VERDICT_CLEAN, true}, 3, VERDICT_CLEAN},
	    {"all but one", {4, 1, 3, VERDICT_CLEAN, true}, 2, VERDICT_INCOMPLETE},
	    {"not opened to its end", {4, 1, 3, VERDICT_CLEAN, false}, 3, VERDICT_INCOMPLETE},
	    {"one is malicious", {4, 1, 3, VERDICT_MALICIOUS, true}, 3, VERDICT_MALICIOUS},
	    {"nothing was in it", {0, 0, 0, VERDICT_NA, true}, 0, VERDICT_INCOMPLETE},
	    {"it was not opened", {0, 0, 0, VERDICT_NA, false}, 0, VERDICT_INCOMPLETE},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sample s;
		char why[RELEASE_WHY_SIZE] = "";
		sample_init(&s);
		struct inventory_item *a = sample_file(&s, "a");
		a->scans[0].verdict = VERDICT_INCOMPLETE;
		a->scans[0].why = VERDICT_TOO_LARGE;
		a->scans[0].read_bytes = 0;
		a->inside = cases[i].inside;
		a->scans[0].parts = cases[i].parts;
		sample_decide(a, ITEM_APPROVE, "");
		assert_int_equal(sample_judge(&s, why), ERR_OK);
		if (a->verdict != cases[i].want ||
		    (a->outcome == ITEM_OUT_RELEASED) != (cases[i].want == VERDICT_CLEAN))
			fail_msg("%s: %s, %s", cases[i].what, verdict_print(a->verdict),
			    item_outcome_print(a->outcome));
		sample_done(&s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(read_in_parts_goes_and_a_missing_part_does_not),
	    cmocka_unit_test(R4_every_combination_of_the_release_rule),
	    cmocka_unit_test(R4_zeroed_memory_never_goes),
	    cmocka_unit_test(reasons_of_the_rule),
	    cmocka_unit_test(what_goes_and_what_does_not),
	    cmocka_unit_test(manifest_is_what_sha256sum_writes),
	    cmocka_unit_test(nothing_approved_gives_an_empty_manifest),
	    cmocka_unit_test(R7_same_basename_in_two_directories),
	    cmocka_unit_test(order_is_by_destination_bytes),
	    cmocka_unit_test(refuses_sealed_words_that_the_rule_does_not_give),
	    cmocka_unit_test(refuses_another_policy),
	    cmocka_unit_test(what_is_against_a_medium_stops_it),
	    cmocka_unit_test(a_medium_that_changed_gives_no_manifest_though_nobody_blocked_it),
	    cmocka_unit_test(the_request_that_policy_asks_for_stops_a_transfer_without_it),
	    cmocka_unit_test(refuses_unsafe_destinations),
	    cmocka_unit_test(refuses_a_file_that_is_a_directory_too),
	    cmocka_unit_test(links_go_with_their_targets),
	    cmocka_unit_test(chains_of_links),
	    cmocka_unit_test(limit_of_links_behind_links),
	    cmocka_unit_test(directories_that_go),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

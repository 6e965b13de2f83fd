/* links: db/work db/work_where db/sql src/core/where src/core/item src/core/verdict src/core/finding src/core/policy src/core/setting src/base/buf src/base/mem src/base/escape src/base/utf8 src/base/err src/core/canon src/base/hex */
/* SPDX-License-Identifier: ISC */
#include "db/work.h"
#include "src/base/mem.h"
#include "src/core/where.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static const uint8_t digest_a[32] = {1}, digest_b[32] = {2};

/* Five items: two clean files of one object, a blocked one, a link, a directory. */
static const struct {
	uint64_t id;
	const char *path, *kind, *state, *gate, *verdict, *severity;
	uint64_t size;
	const uint8_t *sha256;
} rows[] = {
    {1, "a", "directory", "read", "pass", "na", "none", 0, NULL},
    {2, "a/one.txt", "file", "read", "pass", "clean", "none", 10, digest_a},
    {3, "a/two.TXT", "file", "read", "reason", "clean", "medium", 10, digest_a},
    {4, "bad.exe", "file", "read", "block", "malicious", "high", 5000, digest_b},
    {5, "link", "link", "read", "pass", "na", "none", 0, NULL},
    {6, "lost", "file", "unreadable", "block", "na", "none", 7, NULL},
};

static struct work *
fixture(void)
{
	struct work *w;
	bool is_new;
	assert_int_equal(work_open(":memory:", &w), ERR_OK);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *base = strrchr(rows[i].path, '/');
		base = base != NULL ? base + 1 : rows[i].path;
		const char *dot = strrchr(base, '.');
		struct work_item it = {.id = rows[i].id,
		    .path = (const uint8_t *)rows[i].path,
		    .path_len = strlen(rows[i].path),
		    .name = rows[i].path,
		    .base = base,
		    .ext = dot == NULL                ? ""
		           : strcmp(dot, ".exe") == 0 ? "exe"
		                                      : "txt",
		    .kind = rows[i].kind,
		    .state = rows[i].state,
		    .why = "",
		    .mtime = "",
		    .zone = "none",
		    .size_bytes = rows[i].size,
		    .link = (const uint8_t *)"",
		    .links = 1};
		assert_int_equal(work_item_add(w, &it, base, strlen(base)), ERR_OK);
		if (rows[i].sha256 != NULL)
			assert_int_equal(work_item_kept(w, rows[i].id, rows[i].sha256,
					     rows[i].size, &is_new),
			    ERR_OK);
		assert_int_equal(work_judged_put(w, rows[i].id, rows[i].verdict, rows[i].gate,
				     rows[i].path, strlen(rows[i].path), 0, rows[i].severity),
		    ERR_OK);
	}
	assert_int_equal(work_object_type(w, digest_b, "pe", "application/x-dosexec"), ERR_OK);
	return w;
}

static void
limits_pick_what_they_say(void **state)
{
	static const struct {
		const char *what, *where;
		uint64_t n;
	} cases[] = {
	    {"a number", "id=4", 1},
	    {"sizes have units", "size>=1K", 1},
	    {"words of a closed list", "verdict=malicious", 1},
	    {"words that are not", "gate!=pass", 3},
	    {"severity is ordered", "severity>=medium", 2},
	    {"the last component, any case", "name~TWO", 1},
	    {"a glob over the whole path", "path~\"a/*\"", 2},
	    {"extension", "ext=txt", 2},
	    {"type", "type=pe", 1},
	    {"not, and, or", "not (kind=directory or kind=link) and state=read", 3},
	    {"decision before anybody decided", "decision=none", 6},
	    {"a quote in a value is a value", "name=\"x' or 1=1 --\"", 0},
	    {"a bracket is no class of a glob", "name~\"[a-z]\"", 0},
	};
	struct work *w = fixture();
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct where *where;
		size_t at;
		char why[WHERE_WHY_SIZE];
		uint64_t n = 99;
		if (where_parse(cases[i].where, strlen(cases[i].where), &where, &at, why) !=
		    ERR_OK)
			fail_msg("%s: %s", cases[i].what, why);
		assert_int_equal(work_count(w, where, &n), ERR_OK);
		if (n != cases[i].n)
			fail_msg("%s: %llu items", cases[i].what, (unsigned long long)n);
		free(where);
	}
	work_close(w);
}

static void
approval_leaves_what_policy_blocks_or_wants_explained(void **state)
{
	struct work *w = fixture();
	uint64_t changed, skipped, undecided;
	struct work_item it;
	(void)state;
	assert_int_equal(
	    work_decide(w, NULL, "approve", "otto", "", &changed, &skipped), ERR_OK);
	assert_int_equal(changed, 2); /* one.txt and the link */
	assert_int_equal(skipped, 4);
	assert_int_equal(
	    work_decide(w, NULL, "approve", "otto", "seen", &changed, &skipped), ERR_OK);
	assert_int_equal(changed, 3); /* two.TXT with its reason, too */
	assert_int_equal(work_item_get(w, 4, &it), ERR_OK);
	assert_string_equal(it.decision, "none");
	assert_int_equal(work_undecided(w, &undecided), ERR_OK);
	assert_int_equal(undecided, 0);
	assert_int_equal(
	    work_decide(w, NULL, "perhaps", "otto", "", &changed, &skipped), ERR_RANGE);
	work_close(w);
}

static void
proposals_touch_only_the_undecided(void **state)
{
	struct work *w = fixture();
	uint64_t changed, skipped;
	struct work_item it;
	(void)state;
	assert_int_equal(
	    work_decide(w, NULL, "hold", "paula", "wait", &changed, &skipped), ERR_OK);
	assert_int_equal(work_decide_proposed(w, "otto", &changed, &skipped), ERR_OK);
	assert_int_equal(changed, 0);
	assert_int_equal(work_item_get(w, 2, &it), ERR_OK);
	assert_string_equal(it.decision, "hold");
	assert_string_equal(it.by, "paula");
	assert_int_equal(work_decide(w, NULL, "none", "otto", "", &changed, &skipped), ERR_OK);
	assert_int_equal(work_decide_proposed(w, "otto", &changed, &skipped), ERR_OK);
	assert_int_equal(
	    changed, 2); /* one.txt and the link; what is blocked needs no decision */
	assert_int_equal(skipped, 1); /* two.TXT wants a reason */
	work_close(w);
}

static void
another_name_gets_the_bytes_in_either_order(void **state)
{
	static const uint8_t late[32] = {9};
	struct work *w = fixture();
	struct work_item it = {.id = 7,
	    .path = (const uint8_t *)"z1",
	    .path_len = 2,
	    .name = "z1",
	    .base = "z1",
	    .ext = "",
	    .kind = "file",
	    .state = "read",
	    .why = "",
	    .mtime = "",
	    .zone = "none",
	    .link = (const uint8_t *)"",
	    .links = 2};
	bool is_new;
	(void)state;
	assert_int_equal(work_item_add(w, &it, "z1", 2), ERR_OK);
	it.id = 8;
	it.path = (const uint8_t *)"z2";
	assert_int_equal(work_item_add(w, &it, "z2", 2), ERR_OK);
	/* the reader's word comes before the vault's */
	assert_int_equal(work_item_same(w, 8, 7), ERR_OK);
	assert_int_equal(work_item_kept(w, 7, late, 3, &is_new), ERR_OK);
	assert_true(is_new);
	assert_int_equal(work_item_get(w, 8, &it), ERR_OK);
	assert_memory_equal(it.sha256, late, 32);
	/* and after it */
	assert_int_equal(work_item_same(w, 3, 7), ERR_OK);
	assert_int_equal(work_item_get(w, 3, &it), ERR_OK);
	assert_memory_equal(it.sha256, late, 32);
	work_close(w);
}

static void
what_did_not_arrive_is_unread(void **state)
{
	struct work *w = fixture();
	struct work_item it = {.id = 7,
	    .path = (const uint8_t *)"z1",
	    .path_len = 2,
	    .name = "z1",
	    .base = "z1",
	    .ext = "",
	    .kind = "file",
	    .state = "read",
	    .why = "",
	    .mtime = "",
	    .zone = "none",
	    .link = (const uint8_t *)"",
	    .links = 1};
	uint64_t lost;
	(void)state;
	assert_int_equal(work_item_add(w, &it, "z1", 2), ERR_OK);
	assert_int_equal(work_items_lost(w, "gone", &lost), ERR_OK);
	assert_int_equal(lost, 1);
	assert_int_equal(work_item_get(w, 7, &it), ERR_OK);
	assert_string_equal(it.state, "unread");
	work_close(w);
}

static void
count_finding(void *arg, const struct work_finding *f)
{
	assert_string_equal(f->scanner, "av");
	++*(unsigned *)arg;
}

static void
an_unfit_scanner_is_believed_in_nothing(void **state)
{
	struct work *w = fixture();
	struct work_verdict clean = {"av", "clean", "", 10, 10};
	struct work_todo todo[2];
	uint64_t n;
	size_t got;
	(void)state;
	assert_int_equal(work_verdict_put(w, digest_a, &clean), ERR_OK);
	assert_int_equal(work_distrust(w, "av", "it did not see"), ERR_OK);
	assert_int_equal(work_retry_errors(w, &n), ERR_OK);
	assert_int_equal(n, 1);
	assert_int_equal(work_todo_next(w, "av", 0, todo, 2, &got), ERR_OK);
	assert_int_equal(got, 1);
	assert_memory_equal(todo[0].sha256, digest_a, 32);
	work_close(w);
}

static void
same_bytes_have_the_same_size_whatever_the_reader_said(void **state)
{
	struct work *w = fixture();
	struct work_item it;
	(void)state;
	assert_int_equal(work_item_same(w, 4, 2), ERR_OK);
	assert_int_equal(work_item_get(w, 4, &it), ERR_OK);
	assert_int_equal(it.size_bytes, 10);
	assert_memory_equal(it.sha256, digest_a, 32);
	work_close(w);
}

static void
a_reader_cannot_speak_of_files_it_did_not_list(void **state)
{
	static const struct {
		const char *what;
		uint64_t item, as;
	} cases[] = {
	    {"no such other name", 2, 99},
	    {"no such file", 99, 2},
	    {"a directory is no other name", 2, 1},
	    {"a directory has no bytes", 1, 2},
	};
	struct work *w = fixture();
	struct work_item it;
	bool is_new = true;
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (work_item_same(w, cases[i].item, cases[i].as) != ERR_NOTFOUND)
			fail_msg("%s", cases[i].what);
	assert_int_equal(work_item_kept(w, 99, digest_a, 10, &is_new), ERR_NOTFOUND);
	assert_int_equal(work_item_kept(w, 1, digest_a, 10, &is_new), ERR_NOTFOUND);
	assert_int_equal(work_item_get(w, 1, &it), ERR_OK);
	assert_null(it.sha256);
	work_close(w);
}

static void
what_failed_is_forgotten_and_waits_again(void **state)
{
	static const struct work_verdict verdicts[] = {
	    {"av", "clean", "", 10, 10}, {"type", "timeout", "", 10, 0}};
	struct work *w = fixture();
	struct work_todo todo[2];
	struct work_finding f = {.sha256 = digest_a,
	    .rule = "r",
	    .class = "name",
	    .severity = "low",
	    .title = "t",
	    .detail = ""};
	uint64_t n;
	size_t got;
	unsigned left = 0;
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(work_verdict_put(w, digest_a, &verdicts[i]), ERR_OK);
		f.scanner = verdicts[i].scanner;
		assert_int_equal(work_finding_add(w, &f), ERR_OK);
	}
	assert_int_equal(work_retry_errors(w, &n), ERR_OK);
	assert_int_equal(n, 1);
	assert_int_equal(work_todo_next(w, "av", 0, todo, 2, &got), ERR_OK);
	assert_int_equal(got, 0);
	assert_int_equal(work_todo_next(w, "type", 0, todo, 2, &got), ERR_OK);
	assert_int_equal(got, 1);
	assert_int_equal(work_findings(w, digest_a, 0, count_finding, &left), ERR_OK);
	assert_int_equal(left, 1);
	work_close(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(limits_pick_what_they_say),
	    cmocka_unit_test(approval_leaves_what_policy_blocks_or_wants_explained),
	    cmocka_unit_test(proposals_touch_only_the_undecided),
	    cmocka_unit_test(another_name_gets_the_bytes_in_either_order),
	    cmocka_unit_test(what_did_not_arrive_is_unread),
	    cmocka_unit_test(an_unfit_scanner_is_believed_in_nothing),
	    cmocka_unit_test(same_bytes_have_the_same_size_whatever_the_reader_said),
	    cmocka_unit_test(a_reader_cannot_speak_of_files_it_did_not_list),
	    cmocka_unit_test(what_failed_is_forgotten_and_waits_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* links: tests/unit/items db/work db/work_draft db/work_facts db/work_item db/work_pick db/work_step db/work_fit db/sql src/core/where src/core/item src/core/verdict src/core/finding src/core/policy src/core/field src/core/fieldrule src/core/digest src/core/setting src/base/buf src/base/mem src/base/escape src/base/utf8 src/base/err src/core/canon src/base/hex */
/* SPDX-License-Identifier: ISC */
#include "db/work_in.h"
#include "src/base/mem.h"
#include "tests/unit/items.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

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
	    {"a per cent sign is no pattern", "name~\"%\"", 0},
	    {"an underscore is no pattern", "name~\"b_d\"", 0},
	    {"a question mark is", "name~\"b?d*\"", 1},
	    {"a backslash is itself", "name~\"a\\\\\"", 0},
	    {"findings by class", "class=mismatch", 1},
	    {"and without", "class!=mismatch", 5},
	    {"types by pattern", "type~\"p?\"", 1},
	    {"types that are not", "type!~pe", 5},
	    {"blocked ones", "outcome=blocked", 1},
	    {"without an outcome yet", "outcome!=blocked and kind=file and state=read", 2},
	};
	struct work *w = items_fixture();
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct where *where = items_parse(cases[i].where);
		uint32_t *ids;
		size_t n;
		assert_int_equal(work_pick(w, where, WORK_PATH, false, &ids, &n), ERR_OK);
		if (n != cases[i].n)
			fail_msg("%s: %zu items", cases[i].what, n);
		free(ids);
		free(where);
	}
	work_close(w);
}

/* Item 4 gets a name of so many bytes that all of them together are bytes. */
static void
name_of_rest(struct work *w, uint64_t bytes)
{
	static const char set[] =
	    "UPDATE item SET base = 'Z' || substr(printf('%.*c', ?1, 'y'), 2) WHERE id = 4";
	struct sql_stmt *s;
	assert_int_equal(
	    sql_prepare(w->sql, "SELECT 1 + sum(length(base) + 1) FROM item WHERE id <> 4", &s),
	    ERR_OK);
	assert_int_equal(sql_step(s), ERR_OK);
	uint64_t others = sql_uint(s, 0);
	sql_drop(s);
	assert_int_equal(sql_prepare(w->sql, set, &s), ERR_OK);
	sql_bind_uint(s, 1, bytes - others - 1);
	assert_int_equal(sql_run(s), ERR_OK);
	sql_drop(s);
	work_draft_stale(w);
}

static void
names_that_are_too_many_to_keep_are_found_all_the_same(void **state)
{
	static const struct {
		uint64_t bytes;
		bool kept;
	} cases[] = {{LIM_NAMES_BYTES, true}, {LIM_NAMES_BYTES + 1, false}};
	static const char *const wheres[][2] = {
	    {"name~zyy", "4"}, {"name=one.txt", "2"}, {"name!~y", "1 2 3 6 5"}};
	struct work *w = items_fixture();
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		name_of_rest(w, cases[i].bytes);
		for (size_t k = 0; k < 3; k++) {
			MEM_FREE char *ids = items_listed(w, wheres[k][0], WORK_PATH, false);
			assert_string_equal(ids, wheres[k][1]);
		}
		assert_int_equal(w->drafts->names != NULL, cases[i].kept);
	}
	work_close(w);
}

/* What nobody judged yet has no verdict, gate or severity; the rest is as it was read. */
static void
limits_work_before_anything_was_judged(void **state)
{
	static const struct {
		const char *what, *where, *ids;
	} cases[] = {
	    {"everything", NULL, "1 2 3 4 6 5"},
	    {"kinds", "kind=file", "2 3 4 5"},
	    {"states", "state!=read", "5"},
	    {"names", "name~two", "3"},
	    {"types the scanner said already", "type=pe", "4"},
	    {"no verdict", "verdict=na", ""},
	    {"no gate", "gate=block", ""},
	    {"findings of objects", "class=malware", "4"},
	    {"and without", "class!=malware and kind=file", "2 3 5"},
	    {"outcomes that are sure", "outcome=unreadable or outcome=structural", "1 5"},
	    {"and those that are not", "outcome=blocked or outcome=released", ""},
	};
	struct work *w;
	struct work_counts c;
	struct work_finding f = {.sha256 = items_digest_b,
	    .scanner = "av",
	    .rule = "r",
	    .class = "malware",
	    .severity = "high",
	    .title = "t",
	    .detail = ""};
	uint64_t changed;
	(void)state;
	assert_int_equal(work_open(":memory:", &w), ERR_OK);
	items_fill(w, false);
	assert_int_equal(work_finding_add(w, &f), ERR_OK);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		MEM_FREE char *ids = items_listed(w, cases[i].where, WORK_SEVERITY, false);
		if (strcmp(ids, cases[i].ids) != 0)
			fail_msg("%s: %s", cases[i].what, ids);
	}
	assert_int_equal(work_counts(w, &c), ERR_OK);
	assert_int_equal(c.undecided, 4);
	/* nothing can be approved on nobody's word */
	assert_int_equal(
	    items_decide(w, NULL, ITEM_APPROVE, "otto", "because", &changed), ERR_OK);
	assert_int_equal(changed, 0);
	work_close(w);
}

static void
lists_have_the_order_asked_for_and_ties_go_by_path(void **state)
{
	static const struct {
		const char *what;
		enum work_sort sort;
		const char *where, *ids, *reversed;
	} cases[] = {
	    {"raw path, not the reader's order", WORK_PATH, NULL, "1 2 3 4 6 5", "5 6 4 3 2 1"},
	    {"the reader's order", WORK_ID, NULL, "1 2 3 4 5 6", "6 5 4 3 2 1"},
	    {"worst finding first", WORK_SEVERITY, NULL, "4 3 1 2 6 5", "5 6 2 1 3 4"},
	    {"worst verdict first", WORK_VERDICT, NULL, "4 2 3 1 6 5", "5 6 1 3 2 4"},
	    {"by type", WORK_TYPE, NULL, "1 6 5 4 2 3", "3 2 4 5 6 1"},
	    {"largest first", WORK_SIZE, NULL, "4 2 3 5 1 6", "6 1 5 3 2 4"},
	    {"undecided first", WORK_DECISION, NULL, "1 3 4 6 5 2", "2 5 6 4 3 1"},
	    {"of a limit", WORK_SIZE, "kind=file", "4 2 3 5", "5 3 2 4"},
	    {"of nothing", WORK_SIZE, "size>1G", "", ""},
	};
	struct work *w = items_fixture();
	uint64_t changed;
	(void)state;
	assert_int_equal(items_decide(w, "id=2", ITEM_HOLD, "otto", "", &changed), ERR_OK);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		MEM_FREE char *ids = items_listed(w, cases[i].where, cases[i].sort, false);
		MEM_FREE char *back = items_listed(w, cases[i].where, cases[i].sort, true);
		if (strcmp(ids, cases[i].ids) != 0 || strcmp(back, cases[i].reversed) != 0)
			fail_msg("%s: %s, reversed %s", cases[i].what, ids, back);
	}
	work_close(w);
}

static void
orders_have_names_and_no_others_exist(void **state)
{
	enum work_sort sort = WORK_SIZE;
	(void)state;
	assert_true(work_sort_parse("", &sort));
	assert_int_equal(sort, WORK_PATH);
	assert_true(work_sort_parse("verdict", &sort));
	assert_int_equal(sort, WORK_VERDICT);
	assert_false(work_sort_parse("verdict; drop table item", &sort));
	assert_int_equal(sort, WORK_VERDICT);
}

static void
a_search_finds_the_nearest_in_either_direction(void **state)
{
	static const uint32_t ids[] = {4, 3, 1, 2, 6, 5};
	struct work *w = items_fixture();
	struct where *text = items_parse("ext=txt"), *none = items_parse("decision=reject");
	size_t at = 99;
	uint64_t changed;
	(void)state;
	assert_int_equal(work_pick_first(w, text, ids, 6, false, &at), ERR_OK);
	assert_int_equal(at, 1);
	assert_int_equal(work_pick_first(w, text, ids, 6, true, &at), ERR_OK);
	assert_int_equal(at, 3);
	at = 99;
	assert_int_equal(work_pick_first(w, text, ids, 1, false, &at), ERR_NOTFOUND);
	assert_int_equal(work_pick_first(w, none, ids, 6, false, &at), ERR_NOTFOUND);
	assert_int_equal(at, 99);
	/* it sees what was decided a moment ago */
	assert_int_equal(items_decide(w, "id=6", ITEM_REJECT, "otto", "", &changed), ERR_OK);
	assert_int_equal(work_pick_first(w, none, ids, 6, false, &at), ERR_OK);
	assert_int_equal(at, 4);
	free(text);
	free(none);
	work_close(w);
}

static void
another_name_gets_the_bytes_in_either_order(void **state)
{
	static const uint8_t late[32] = {9};
	struct work *w = items_fixture();
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
	struct work *w = items_fixture();
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
	struct work *w = items_fixture();
	struct work_verdict clean = {"av", "clean", "", 10, 10};
	struct work_todo todo[2];
	uint64_t n;
	size_t got;
	(void)state;
	assert_int_equal(work_verdict_put(w, items_digest_a, &clean), ERR_OK);
	assert_int_equal(work_distrust(w, "av", "it did not see"), ERR_OK);
	assert_int_equal(work_retry_errors(w, &n), ERR_OK);
	assert_int_equal(n, 1);
	assert_int_equal(work_todo_next(w, "av", 0, todo, 2, &got), ERR_OK);
	assert_int_equal(got, 1);
	assert_memory_equal(todo[0].sha256, items_digest_a, 32);
	work_close(w);
}

static void
same_bytes_have_the_same_size_whatever_the_reader_said(void **state)
{
	struct work *w = items_fixture();
	struct work_item it;
	(void)state;
	assert_int_equal(work_item_same(w, 4, 2), ERR_OK);
	assert_int_equal(work_item_get(w, 4, &it), ERR_OK);
	assert_int_equal(it.size_bytes, 10);
	assert_memory_equal(it.sha256, items_digest_a, 32);
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
	struct work *w = items_fixture();
	struct work_item it;
	bool is_new = true;
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (work_item_same(w, cases[i].item, cases[i].as) != ERR_NOTFOUND)
			fail_msg("%s", cases[i].what);
	assert_int_equal(work_item_kept(w, 99, items_digest_a, 10, &is_new), ERR_NOTFOUND);
	assert_int_equal(work_item_kept(w, 1, items_digest_a, 10, &is_new), ERR_NOTFOUND);
	assert_int_equal(work_item_get(w, 1, &it), ERR_OK);
	assert_null(it.sha256);
	work_close(w);
}

static void
what_failed_is_forgotten_and_waits_again(void **state)
{
	static const struct work_verdict verdicts[] = {
	    {"av", "clean", "", 10, 10}, {"type", "timeout", "", 10, 0}};
	struct work *w = items_fixture();
	struct work_todo todo[2];
	struct work_finding f = {.sha256 = items_digest_a,
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
		assert_int_equal(work_verdict_put(w, items_digest_a, &verdicts[i]), ERR_OK);
		f.scanner = verdicts[i].scanner;
		assert_int_equal(work_finding_add(w, &f), ERR_OK);
	}
	assert_int_equal(work_retry_errors(w, &n), ERR_OK);
	assert_int_equal(n, 1);
	assert_int_equal(work_todo_next(w, "av", 0, todo, 2, &got), ERR_OK);
	assert_int_equal(got, 0);
	assert_int_equal(work_todo_next(w, "type", 0, todo, 2, &got), ERR_OK);
	assert_int_equal(got, 1);
	assert_int_equal(work_findings(w, items_digest_a, 0, count_finding, &left), ERR_OK);
	assert_int_equal(left, 1);
	work_close(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(limits_pick_what_they_say),
	    cmocka_unit_test(names_that_are_too_many_to_keep_are_found_all_the_same),
	    cmocka_unit_test(limits_work_before_anything_was_judged),
	    cmocka_unit_test(lists_have_the_order_asked_for_and_ties_go_by_path),
	    cmocka_unit_test(orders_have_names_and_no_others_exist),
	    cmocka_unit_test(a_search_finds_the_nearest_in_either_direction),
	    cmocka_unit_test(another_name_gets_the_bytes_in_either_order),
	    cmocka_unit_test(what_did_not_arrive_is_unread),
	    cmocka_unit_test(an_unfit_scanner_is_believed_in_nothing),
	    cmocka_unit_test(same_bytes_have_the_same_size_whatever_the_reader_said),
	    cmocka_unit_test(a_reader_cannot_speak_of_files_it_did_not_list),
	    cmocka_unit_test(what_failed_is_forgotten_and_waits_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

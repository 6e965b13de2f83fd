/* links: tests/unit/items db/work db/work_child db/work_draft db/work_facts db/work_item db/work_maker db/work_pick db/work_resume db/work_scan db/work_scope db/work_step db/work_fit db/sql src/core/where src/core/item src/core/verdict src/core/finding src/core/policy src/core/field src/core/fieldrule src/core/digest src/core/setting src/base/buf src/base/mem src/base/escape src/base/utf8 src/base/err src/core/canon src/base/hex */
/* SPDX-License-Identifier: ISC */
/* What is inside objects, as facts of a work database. */
#include "db/work_child.h"
#include "db/work_in.h"
#include "src/base/mem.h"
#include "tests/unit/items.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

/* The digest of object n, as items.h has those of its items. */
static const uint8_t *
object(uint8_t n)
{
	static uint8_t digests[8][32];
	static unsigned next;
	uint8_t *d = digests[next++ % 8];
	memset(d, 0, 32);
	d[0] = n;
	return d;
}

static void
put(struct work *w, uint8_t parent, const char *name, const char *kind, uint8_t n,
    uint64_t depth)
{
	bool is_new;
	struct work_child c = {.parent = object(parent),
	    .scanner = "archive",
	    .name = (const uint8_t *)name,
	    .name_len = strlen(name),
	    .kind = kind,
	    .size_bytes = 7,
	    .mode = 0644,
	    .link = (const uint8_t *)"",
	    .why = n == 0 && strcmp(kind, "file") == 0 ? "encrypted" : "",
	    .sha256 = n != 0 ? object(n) : NULL};
	if (n != 0)
		assert_int_equal(work_child_object(w, object(n), 7, depth, &is_new), ERR_OK);
	assert_int_equal(work_child_add(w, &c), ERR_OK);
}

static void
say(struct work *w, uint8_t n, const char *scanner, const char *verdict, const char *why)
{
	struct work_verdict v = {scanner, verdict, why, 7, 7};
	assert_int_equal(work_verdict_put(w, object(n), &v), ERR_OK);
}

static uint64_t
depth_of(struct work *w, uint8_t n)
{
	uint64_t depth = 99;
	work_child_depth(w, object(n), &depth);
	return depth;
}

static uint64_t
waiting(struct work *w, const char *scanner)
{
	struct work_todo todo[16];
	size_t n = 0;
	assert_int_equal(work_todo_next(w, scanner, 0, todo, 16, &n), ERR_OK);
	return n;
}

static uint64_t
children(struct work *w)
{
	uint64_t n = 99;
	assert_int_equal(work_child_count(w, &n), ERR_OK);
	return n;
}

static void
rows(void **state)
{
	struct work *w = items_fixture();
	struct work_child c;
	bool is_new = false;
	uint64_t gone = 0;
	(void)state;
	put(w, 2, "dir", "directory", 0, 0);
	put(w, 2, "a\xff", "file", 10, 1);
	put(w, 2, "secret", "file", 0, 0);
	assert_int_equal(children(w), 3);
	assert_int_equal(work_child_lacking(w, object(2), &c), ERR_OK);
	assert_string_equal(c.why, "encrypted");
	assert_int_equal(work_child_get(w, 2, &c), ERR_OK);
	assert_int_equal(c.name_len, 2);
	assert_memory_equal(c.name, "a\xff", 2);
	assert_memory_equal(c.sha256, object(10), 32);
	assert_int_equal(work_child_get(w, 4, &c), ERR_NOTFOUND);
	/* an item's object stays one, and one inside becomes one */
	assert_int_equal(work_child_object(w, object(1), 10, 3, &is_new), ERR_OK);
	assert_false(is_new);
	assert_int_equal(depth_of(w, 1), 0);
	assert_int_equal(depth_of(w, 10), 1);
	assert_int_equal(work_item_kept(w, 2, object(10), 7, &is_new), ERR_OK);
	assert_false(is_new);
	assert_int_equal(depth_of(w, 10), 0);
	assert_int_equal(work_child_cut(w, object(2), "other", &gone), ERR_OK);
	assert_int_equal(gone, 0);
	assert_int_equal(work_child_cut(w, object(2), "archive", &gone), ERR_OK);
	assert_int_equal(gone, 3);
	assert_int_equal(children(w), 0);
	work_close(w);
}

static void
the_nearest_depth_counts(void **state)
{
	struct work *w = items_fixture();
	bool is_new;
	(void)state;
	assert_int_equal(work_child_object(w, object(10), 7, 5, &is_new), ERR_OK);
	assert_true(is_new);
	assert_int_equal(work_child_object(w, object(10), 7, 3, &is_new), ERR_OK);
	assert_false(is_new);
	assert_int_equal(work_child_object(w, object(10), 7, 4, &is_new), ERR_OK);
	assert_int_equal(depth_of(w, 10), 3);
	work_close(w);
}

/* What was too deep on one way, and lies nearer on another, is opened after all. */
static void
too_deep_and_then_not(void **state)
{
	struct work *w = items_fixture();
	uint64_t n = 0;
	(void)state;
	put(w, 2, "x", "file", 10, 8);
	put(w, 10, "y", "file", 11, 9);
	put(w, 11, "z", "file", 12, 10);
	say(w, 11, "archive", "incomplete", "too deep");
	say(w, 12, "archive", "incomplete", "too deep");
	/* 10 is right in 2, which is an item's */
	assert_int_equal(work_child_deep(w, "too deep", 2, &n), ERR_OK);
	assert_int_equal(n, 1);
	assert_int_equal(depth_of(w, 10), 1);
	assert_int_equal(depth_of(w, 11), 2);
	assert_int_equal(waiting(w, "archive"), 1);
	assert_int_equal(work_child_deep(w, "too deep", 3, &n), ERR_OK);
	assert_int_equal(n, 1);
	assert_int_equal(work_child_deep(w, "too deep", 3, &n), ERR_OK);
	assert_int_equal(n, 0);
	work_close(w);
}

/* A rescan: bytes of what is inside are not there any more. */
static void
what_waits_inside_is_opened_again(void **state)
{
	struct work *w = items_fixture();
	bool any = true;
	uint64_t n = 0;
	(void)state;
	assert_int_equal(work_opener_add(w, "archive"), ERR_OK);
	put(w, 2, "a", "file", 10, 1);
	put(w, 10, "b", "file", 11, 2);
	say(w, 2, "archive", "clean", "");
	say(w, 2, "av", "clean", "");
	say(w, 1, "archive", "na", "");
	say(w, 10, "archive", "clean", "");
	say(w, 11, "av", "clean", "");
	assert_int_equal(work_child_again(w, &any), ERR_OK);
	assert_false(any);
	say(w, 11, "av", "error", "it ended");
	assert_int_equal(work_retry_errors(w, &n), ERR_OK);
	assert_int_equal(n, 1);
	assert_int_equal(work_child_again(w, &any), ERR_OK);
	assert_true(any);
	assert_int_equal(children(w), 0);
	assert_int_equal(depth_of(w, 10), 99);
	assert_int_equal(depth_of(w, 11), 99);
	/* the item's object is opened again; what the engine said of it stays */
	assert_int_equal(waiting(w, "archive"), 1);
	assert_int_equal(waiting(w, "av"), 0);
	assert_int_equal(work_child_again(w, &any), ERR_OK);
	assert_false(any);
	work_close(w);
}

/* It makes no verdict of its own, and hands on what is inside: that is not forgotten. */
static void
an_opener_without_a_verdict_opens_again(void **state)
{
	struct work *w = items_fixture();
	bool any = false;
	(void)state;
	assert_int_equal(work_opener_add(w, "archive"), ERR_OK);
	put(w, 2, "a", "file", 10, 1);
	say(w, 1, "archive", "na", "");
	say(w, 2, "archive", "na", "");
	say(w, 2, "av", "clean", "");
	assert_int_equal(work_todo_add(w, "av", object(10)), ERR_OK);
	assert_int_equal(work_child_again(w, &any), ERR_OK);
	assert_true(any);
	assert_int_equal(children(w), 0);
	assert_int_equal(waiting(w, "archive"), 1);
	work_close(w);
}

/* A process died half through: what only that half had is nobody's. */
static void
orphans_are_tidied_up(void **state)
{
	struct work *w = items_fixture();
	uint8_t left[8][32], after[32] = {0};
	size_t n = 0;
	uint64_t gone;
	(void)state;
	put(w, 2, "a", "file", 10, 1);
	put(w, 10, "b", "file", 11, 2);
	assert_int_equal(work_todo_add(w, "av", object(11)), ERR_OK);
	assert_int_equal(work_child_cut(w, object(2), "archive", &gone), ERR_OK);
	put(w, 2, "c", "file", 12, 1);
	assert_int_equal(work_child_objects(w, after, left, 8, &n), ERR_OK);
	assert_int_equal(n, 3);
	assert_int_equal(work_child_tidy(w), ERR_OK);
	assert_int_equal(work_child_objects(w, after, left, 8, &n), ERR_OK);
	assert_int_equal(n, 1);
	assert_memory_equal(left[0], object(12), 32);
	assert_int_equal(waiting(w, "av"), 0);
	assert_int_equal(children(w), 1);
	work_close(w);
}

/* Nothing of what is only inside is in the store that purges look at. */
static void
purges_do_not_see_what_is_inside(void **state)
{
	struct work *w = items_fixture();
	uint8_t sha256[32] = {0};
	unsigned n = 0;
	(void)state;
	put(w, 2, "a", "file", 10, 1);
	while (work_bytes_next(w, sha256, sha256) == ERR_OK) {
		assert_true(sha256[0] < 10);
		n++;
	}
	assert_int_equal(n, 2);
	work_close(w);
}

/* The file is read again from the beginning: nothing inside is known. */
static void
a_reading_that_begins_again_forgets_it(void **state)
{
	char path[32];
	struct work *w = items_file(path);
	struct verdict_inside in = {1, 0, 1, VERDICT_CLEAN, true};
	char way[LIM_INSIDE_WAY_BYTES + 1];
	(void)state;
	put(w, 2, "a", "file", 10, 1);
	assert_int_equal(work_opened_put(w, object(2), &in, ""), ERR_OK);
	assert_int_equal(work_commit(w), ERR_OK);
	w = items_reopen(w, path);
	assert_int_equal(children(w), 1);
	assert_int_equal(work_again(w), ERR_OK);
	assert_int_equal(children(w), 0);
	assert_int_equal(work_opened_get(w, object(2), &in, way), ERR_NOTFOUND);
	work_close(w);
	items_remove(path);
}

static void
count_part(void *arg, const char *scanner, uint64_t parts)
{
	assert_string_equal(scanner, "av");
	*(uint64_t *)arg += parts;
}

static void
what_was_judged(void **state)
{
	struct work *w = items_fixture();
	struct verdict_inside in = {5, 1, 3, VERDICT_MALICIOUS, true}, got;
	char way[LIM_INSIDE_WAY_BYTES + 1];
	uint64_t parts = 0, items[4], last = 0;
	size_t n = 0;
	(void)state;
	assert_int_equal(work_opened_put(w, object(2), &in, "b.tar > c.exe"), ERR_OK);
	assert_int_equal(work_opened_part(w, object(2), "av", 3), ERR_OK);
	assert_int_equal(work_opened_get(w, object(2), &got, way), ERR_OK);
	assert_int_equal(got.members, in.members);
	assert_int_equal(got.links, in.links);
	assert_int_equal(got.objects, in.objects);
	assert_int_equal(got.verdict, in.verdict);
	assert_int_equal(got.whole, in.whole);
	assert_string_equal(way, "b.tar > c.exe");
	assert_int_equal(work_opened_parts(w, object(2), count_part, &parts), ERR_OK);
	assert_int_equal(parts, 3);
	assert_int_equal(work_opened_items(w, 0, items, 3, &n, &last), ERR_OK);
	assert_int_equal(n, 0);
	assert_int_equal(last, 3);
	assert_int_equal(work_opened_items(w, last, items, 4, &n, &last), ERR_OK);
	assert_int_equal(n, 1);
	assert_int_equal(items[0], 4);
	assert_int_equal(last, 6);
	assert_int_equal(work_opened_items(w, last, items, 4, &n, &last), ERR_OK);
	assert_int_equal(last, 0);
	/* put again: what was counted before is of that composition */
	assert_int_equal(work_opened_put(w, object(2), &in, ""), ERR_OK);
	parts = 0;
	assert_int_equal(work_opened_parts(w, object(2), count_part, &parts), ERR_OK);
	assert_int_equal(parts, 0);
	assert_int_equal(work_opened_cut(w, object(2)), ERR_OK);
	assert_int_equal(work_opened_get(w, object(2), &got, way), ERR_NOTFOUND);
	work_close(w);
}

/* Each page begins where the last one ended: nobody waits for a hundred thousand archives. */
static void
pages_are_not_sorted(void **state)
{
	static const char *const texts[STMT__MAX] = {
#define STMT(id, text) [STMT_##id] = "EXPLAIN QUERY PLAN " text,
#include "db/work_statements.def"
#undef STMT
	};
	static const enum work_stmt pages[] = {STMT_OPENED_ITEMS, STMT_OPENED_NEXT,
	    STMT_INSIDE_EACH, STMT_CHILD_MORE, STMT_CHILD_EACH, STMT_INSIDE_FINDINGS,
	    STMT_FINDING_CLEAR_INSIDE};
	struct work *w = items_fixture();
	struct sql_stmt *s;
	(void)state;
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		assert_int_equal(sql_prepare(w->sql, texts[pages[i]], &s), ERR_OK);
		while (sql_step(s) == ERR_OK) {
			const char *plan = sql_text(s, 3);
			if (strstr(plan, "TEMP B-TREE") != NULL ||
			    (strncmp(plan, "SCAN ", 5) == 0 && strstr(plan, "INDEX") == NULL))
				fail_msg("%s: %s", texts[pages[i]], plan);
		}
		sql_drop(s);
	}
	work_close(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rows),
	    cmocka_unit_test(the_nearest_depth_counts),
	    cmocka_unit_test(too_deep_and_then_not),
	    cmocka_unit_test(what_waits_inside_is_opened_again),
	    cmocka_unit_test(an_opener_without_a_verdict_opens_again),
	    cmocka_unit_test(orphans_are_tidied_up),
	    cmocka_unit_test(purges_do_not_see_what_is_inside),
	    cmocka_unit_test(a_reading_that_begins_again_forgets_it),
	    cmocka_unit_test(what_was_judged),
	    cmocka_unit_test(pages_are_not_sorted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* links: src/proc/desk/scope src/base/mem */
/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/scope.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/*
 * 1 a/            5 f 100
 *   2 a/b/        6 f 40
 *     3 a/b/c/    7 f 5, 8 f 5
 * 4 d/            9 f 1000
 * 10 top 7, 11 a link
 */
static struct scope *
sample(void)
{
	static const struct {
		uint64_t id, parent;
		enum scope_kind kind;
		uint64_t bytes;
	} rows[] = {
	    {1, 0, SCOPE_FOLDER, 4096},
	    {2, 1, SCOPE_FOLDER, 4096},
	    {3, 2, SCOPE_FOLDER, 0},
	    {4, 0, SCOPE_FOLDER, 0},
	    {5, 1, SCOPE_FILE, 100},
	    {6, 2, SCOPE_FILE, 40},
	    {7, 3, SCOPE_FILE, 5},
	    {8, 3, SCOPE_FILE, 5},
	    {9, 4, SCOPE_FILE, 1000},
	    {10, 0, SCOPE_FILE, 7},
	    {11, 0, SCOPE_OTHER, 9},
	};
	struct scope *s = scope_new();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		scope_add(
		    s, rows[i].id, rows[i].parent, rows[i].kind, rows[i].bytes, rows[i].bytes);
	scope_sum(s);
	return s;
}

static void
weighs(struct scope *s, uint64_t id, uint64_t files, uint64_t bytes, uint64_t below)
{
	struct scope_weight w = scope_weight(s, id);
	assert_int_equal(w.files, files);
	assert_int_equal(w.bytes, bytes);
	assert_int_equal(w.below, below);
}

static void
folders_weigh_what_lies_below_them(void **state)
{
	struct scope *s = sample();
	(void)state;
	weighs(s, 1, 4, 150, 6);
	weighs(s, 2, 3, 50, 4);
	weighs(s, 3, 2, 10, 2);
	weighs(s, 4, 1, 1000, 1);
	weighs(s, 10, 1, 7, 0);
	weighs(s, 99, 0, 0, 0);
	scope_free(s);
}

static void
what_is_left_out_is_out_of_every_folder_above(void **state)
{
	struct scope *s = sample();
	(void)state;
	assert_int_equal(scope_leave(s, 3), ERR_OK);
	weighs(s, 3, 2, 10, 2);
	weighs(s, 2, 1, 40, 1);
	weighs(s, 1, 2, 140, 3);
	assert_int_equal(scope_out(s, 7), 3);
	assert_int_equal(scope_out(s, 6), 0);
	assert_int_equal(scope_leave(s, 7), ERR_EXISTS);
	assert_int_equal(scope_leave(s, 3), ERR_EXISTS);
	/* the folder above takes it in */
	assert_int_equal(scope_leave(s, 1), ERR_OK);
	weighs(s, 1, 4, 150, 6);
	assert_int_equal(scope_out(s, 3), 1);
	assert_int_equal(scope_count(s), 1);
	assert_int_equal(scope_left_weight(s).bytes, 150);
	assert_int_equal(scope_left_weight(s).files, 4);
	assert_int_equal(scope_take(s, 3), ERR_NOTFOUND);
	assert_int_equal(scope_take(s, 1), ERR_OK);
	weighs(s, 1, 4, 150, 6);
	assert_int_equal(scope_out(s, 7), 0);
	assert_int_equal(scope_left_weight(s).bytes, 0);
	scope_free(s);
}

static void
only_files_and_folders_are_left_out(void **state)
{
	struct scope *s = sample();
	(void)state;
	assert_int_equal(scope_leave(s, 11), ERR_NOTFOUND);
	assert_int_equal(scope_leave(s, 0), ERR_NOTFOUND);
	assert_int_equal(scope_leave(s, 12), ERR_NOTFOUND);
	assert_int_equal(scope_take(s, 5), ERR_NOTFOUND);
	assert_int_equal(scope_leave(s, 10), ERR_OK);
	assert_int_equal(scope_left_weight(s).files, 1);
	scope_free(s);
}

static void
lists_are_the_largest_first(void **state)
{
	struct scope *s = sample();
	uint64_t ids[8] = {0};
	(void)state;
	assert_int_equal(scope_list(s, 0, 0, ids, 8), 3);
	assert_int_equal(ids[0], 4);
	assert_int_equal(ids[1], 1);
	assert_int_equal(ids[2], 10);
	assert_int_equal(scope_list(s, 0, 2, ids, 8), 3);
	assert_int_equal(ids[0], 10);
	assert_int_equal(scope_list(s, 1, 0, ids, 1), 2);
	assert_int_equal(ids[0], 5);
	assert_int_equal(scope_list(s, 10, 0, ids, 8), 0);
	/* a folder stands for the one file in it */
	assert_int_equal(scope_largest(s, ids, 8), 8);
	assert_int_equal(ids[0], 4);
	assert_int_equal(ids[1], 1);
	assert_int_equal(ids[2], 5);
	assert_int_equal(ids[3], 2);
	assert_int_equal(ids[4], 6);
	assert_int_equal(ids[5], 3);
	assert_int_equal(ids[6], 10);
	assert_int_equal(ids[7], 7);
	assert_int_equal(scope_largest(s, ids, 2), 2);
	assert_int_equal(ids[1], 1);
	assert_int_equal(scope_leave(s, 1), ERR_OK);
	assert_int_equal(scope_largest(s, ids, 8), 2);
	assert_int_equal(ids[0], 4);
	assert_int_equal(ids[1], 10);
	scope_free(s);
}

/* What no reader of ours says does not lead out of the list, nor in a circle. */
static void
impossible_parents_lie_at_the_top(void **state)
{
	struct scope *s = scope_new();
	uint64_t ids[4];
	(void)state;
	scope_add(s, 5, 5, SCOPE_FOLDER, 0, 0);
	scope_add(s, 6, 7, SCOPE_FOLDER, 0, 0);
	scope_add(s, 7, 3, SCOPE_FILE, 1, 1);
	scope_add(s, UINT64_MAX, 1, SCOPE_FILE, 1, 1);
	scope_add(s, 0, 1, SCOPE_FILE, 1, 1);
	scope_sum(s);
	assert_int_equal(scope_list(s, 0, 0, ids, 4), 3);
	assert_int_equal(ids[0], 7);
	assert_int_equal(scope_leave(s, 5), ERR_OK);
	assert_int_equal(scope_leave(s, 6), ERR_OK);
	scope_free(s);
}

static void
items_at_the_limit(void **state)
{
	struct scope *s = scope_new();
	(void)state;
	scope_add(s, LIM_ITEMS, 0, SCOPE_FILE, 1, 1);
	scope_add(s, (uint64_t)LIM_ITEMS + 1, 0, SCOPE_FILE, 1, 1);
	scope_sum(s);
	assert_int_equal(scope_leave(s, LIM_ITEMS), ERR_OK);
	assert_int_equal(scope_leave(s, (uint64_t)LIM_ITEMS + 1), ERR_NOTFOUND);
	scope_free(s);
}

static void
left_out_at_the_limit(void **state)
{
	struct scope *s = scope_new();
	(void)state;
	scope_add(s, 1, 0, SCOPE_FOLDER, 0, 0);
	for (uint64_t id = 2; id < LIM_SCOPE + 4; id++)
		scope_add(s, id, id % 2, SCOPE_FILE, 1, 1);
	scope_sum(s);
	for (uint64_t id = 2; id < LIM_SCOPE + 2; id++)
		assert_int_equal(scope_leave(s, id), ERR_OK);
	assert_int_equal(scope_leave(s, LIM_SCOPE + 2), ERR_LIMIT);
	/* with those below it, it is one */
	assert_int_equal(scope_leave(s, 1), ERR_OK);
	assert_int_equal(scope_left_weight(s).files, LIM_SCOPE + 1);
	assert_int_equal(scope_leave(s, LIM_SCOPE + 2), ERR_OK);
	scope_free(s);
}

static void
the_largest_are_so_many(void **state)
{
	struct scope *s = scope_new();
	uint64_t ids[LIM_SCOPE_NAMED + 1];
	(void)state;
	for (uint64_t id = 1; id <= LIM_SCOPE_NAMED; id++)
		scope_add(s, id, 0, SCOPE_FILE, id, id);
	scope_sum(s);
	assert_int_equal(scope_largest(s, ids, LIM_SCOPE_NAMED), LIM_SCOPE_NAMED);
	scope_add(s, LIM_SCOPE_NAMED + 1, 0, SCOPE_FILE, 1000, 1000);
	assert_int_equal(scope_largest(s, ids, LIM_SCOPE_NAMED), LIM_SCOPE_NAMED);
	assert_int_equal(ids[0], LIM_SCOPE_NAMED + 1);
	assert_int_equal(ids[LIM_SCOPE_NAMED - 1], 2);
	scope_free(s);
}

static void
what_is_not_kept_is_left_out_in_as_few_pieces_as_it_takes(void **state)
{
	struct scope *s = sample();
	static uint64_t ids[LIM_SCOPE];
	size_t n = 0;
	bool keep[12] = {false};
	(void)state;
	keep[7] = true; /* a/b/c/ and with it a/b/ and a/ */
	assert_int_equal(scope_leave_others(s, keep, 12, ids, &n), ERR_OK);
	assert_int_equal(n, 5); /* d/ whole, and 5, 6, 8, 10 alone; a link cannot be */
	assert_int_equal(ids[0], 4);
	assert_int_equal(scope_out(s, 9), 4);
	assert_int_equal(scope_out(s, 8), 8);
	assert_int_equal(scope_out(s, 7), 0);
	weighs(s, 1, 1, 5, 3);
	/* twice the same adds nothing */
	assert_int_equal(scope_leave_others(s, keep, 12, ids, &n), ERR_OK);
	assert_int_equal(n, 0);
	assert_int_equal(scope_count(s), 5);
	scope_take_all(s);
	assert_int_equal(scope_count(s), 0);
	weighs(s, 1, 4, 150, 6);
	scope_free(s);
}

static void
what_was_left_out_before_becomes_part_of_what_is(void **state)
{
	struct scope *s = sample();
	static uint64_t ids[LIM_SCOPE];
	size_t n = 0;
	bool keep[12] = {false};
	(void)state;
	keep[10] = true;
	assert_int_equal(scope_leave(s, 3), ERR_OK);
	assert_int_equal(scope_leave(s, 10), ERR_OK); /* by hand, although it is kept */
	assert_int_equal(scope_leave_others(s, keep, 12, ids, &n), ERR_OK);
	assert_int_equal(n, 2); /* a/ with a/b/c/ in it, d/ */
	assert_int_equal(scope_count(s), 3);
	assert_int_equal(scope_out(s, 7), 1);
	assert_int_equal(scope_out(s, 10), 10);
	assert_int_equal(scope_left_weight(s).bytes, 1157);
	/* keeping nothing at all; a list that ends early */
	scope_take_all(s);
	assert_int_equal(scope_leave_others(s, keep, 0, ids, &n), ERR_OK);
	assert_int_equal(scope_left_weight(s).files, 6);
	scope_free(s);
}

static void
others_at_the_limit(void **state)
{
	static uint64_t ids[LIM_SCOPE];
	(void)state;
	for (uint64_t more = 0; more < 2; more++) {
		struct scope *s = scope_new();
		size_t n = 0;
		bool keep[2] = {false, true};
		for (uint64_t id = 1; id <= LIM_SCOPE + 1 + more; id++)
			scope_add(s, id, 0, SCOPE_FILE, 1, 1);
		scope_sum(s);
		assert_int_equal(
		    scope_leave_others(s, keep, 2, ids, &n), more == 0 ? ERR_OK : ERR_LIMIT);
		assert_int_equal(scope_count(s), more == 0 ? LIM_SCOPE : 0);
		scope_free(s);
	}
}

static void
left_out_apart_is_left_out(void **state)
{
	struct scope *s = sample();
	(void)state;
	assert_int_equal(scope_leave_apart(s, 3), ERR_OK);
	assert_int_equal(scope_leave_apart(s, 3), ERR_EXISTS);
	assert_int_equal(scope_leave_apart(s, 7), ERR_EXISTS);
	assert_int_equal(scope_leave_apart(s, 11), ERR_NOTFOUND);
	assert_int_equal(scope_leave_apart(s, 99), ERR_NOTFOUND);
	weighs(s, 1, 2, 140, 3);
	scope_free(s);
}

/* A file of two names is read all the same when one of them is left out. */
static void
what_is_read_under_another_name_saves_nothing(void **state)
{
	struct scope *s = scope_new();
	(void)state;
	scope_add(s, 1, 0, SCOPE_FOLDER, 0, 0);
	scope_add(s, 2, 1, SCOPE_FILE, 1000, 0); /* its bytes have two names */
	scope_add(s, 3, 1, SCOPE_FILE, 10, 10);
	scope_add(s, 4, 0, SCOPE_FILE, 1000, 0);
	scope_sum(s);
	assert_int_equal(scope_leave(s, 2), ERR_OK);
	assert_int_equal(scope_left_weight(s).bytes, 1000);
	assert_int_equal(scope_left_weight(s).saved, 0);
	assert_int_equal(scope_weight(s, 1).saved, 10);
	assert_int_equal(scope_leave(s, 1), ERR_OK);
	assert_int_equal(scope_left_weight(s).bytes, 1010);
	assert_int_equal(scope_left_weight(s).saved, 10);
	assert_int_equal(scope_take(s, 1), ERR_OK);
	assert_int_equal(scope_weight(s, 1).saved, 10);
	scope_free(s);
}

/* What is listed is sorted once: it must be made anew when its weights have changed. */
static void
a_list_is_of_now(void **state)
{
	struct scope *s = sample();
	uint64_t ids[8];
	(void)state;
	assert_int_equal(scope_list(s, 0, 0, ids, 8), 3);
	assert_int_equal(ids[0], 4);
	assert_int_equal(ids[1], 1);
	assert_int_equal(scope_list(s, 1, 0, ids, 8), 2);
	assert_int_equal(ids[0], 5);
	assert_int_equal(scope_leave(s, 9), ERR_OK);
	assert_int_equal(scope_list(s, 0, 0, ids, 8), 3);
	assert_int_equal(ids[0], 1);
	scope_add(s, 12, 0, SCOPE_FILE, 100000, 100000);
	assert_int_equal(scope_list(s, 0, 0, ids, 8), 4);
	assert_int_equal(ids[0], 12);
	assert_int_equal(scope_list(s, 0, 3, ids, 8), 4);
	scope_take_all(s);
	assert_int_equal(scope_list(s, 0, 1, ids, 8), 4);
	assert_int_equal(ids[0], 4);
	scope_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(folders_weigh_what_lies_below_them),
	    cmocka_unit_test(what_is_left_out_is_out_of_every_folder_above),
	    cmocka_unit_test(only_files_and_folders_are_left_out),
	    cmocka_unit_test(lists_are_the_largest_first),
	    cmocka_unit_test(impossible_parents_lie_at_the_top),
	    cmocka_unit_test(items_at_the_limit),
	    cmocka_unit_test(left_out_at_the_limit),
	    cmocka_unit_test(the_largest_are_so_many),
	    cmocka_unit_test(what_is_not_kept_is_left_out_in_as_few_pieces_as_it_takes),
	    cmocka_unit_test(what_was_left_out_before_becomes_part_of_what_is),
	    cmocka_unit_test(others_at_the_limit),
	    cmocka_unit_test(left_out_apart_is_left_out),
	    cmocka_unit_test(what_is_read_under_another_name_saves_nothing),
	    cmocka_unit_test(a_list_is_of_now),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

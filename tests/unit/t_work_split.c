/* links: db/work db/work_child db/work_split db/work_draft db/work_facts db/work_item db/work_pick db/work_step db/work_fit db/sql src/core/where src/core/item src/core/verdict src/core/finding src/core/policy src/core/field src/core/fieldrule src/core/digest src/core/setting src/core/canon src/base/clock src/base/io src/base/buf src/base/mem src/base/escape src/base/utf8 src/base/err src/base/hex */
/* SPDX-License-Identifier: ISC */
/* What the joining of split sets asks of a transfer. */
#include "db/work_child.h"
#include "db/work_in.h"
#include "db/work_split.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static char told[512];

static bool
tell(void *arg, const struct work_named *f)
{
	size_t n = strlen(told);
	(void)arg;
	snprintf(told + n, sizeof(told) - n, "%s%.*s/%ju ", f->holder != NULL ? "!" : "",
	    (int)f->path_len, (const char *)f->path, (uintmax_t)f->bytes);
	assert_true((f->item == 0) == (f->holder != NULL));
	return true;
}

static const char *
names(struct work *w, enum work_split_names which)
{
	told[0] = '\0';
	assert_int_equal(work_split_names(w, which, tell, NULL), ERR_OK);
	return told;
}

static uint64_t
add_item(struct work *w, uint64_t id, const char *path)
{
	const uint8_t sha256[32] = {(uint8_t)id};
	const char *slash = strrchr(path, '/');
	bool is_new;
	const struct work_item it = {.id = id,
	    .volume = 1,
	    .path = (const uint8_t *)path,
	    .path_len = strlen(path),
	    .name = path,
	    .base = slash != NULL ? slash + 1 : path,
	    .ext = "",
	    .kind = "file",
	    .state = "read",
	    .why = "",
	    .mtime = "",
	    .zone = "",
	    .link = (const uint8_t *)"",
	    .links = 1};
	assert_int_equal(work_item_add(w, &it, path, strlen(path)), ERR_OK);
	assert_int_equal(work_item_kept(w, id, sha256, id, &is_new), ERR_OK);
	return id;
}

static void
add_member(struct work *w, uint8_t holder, uint8_t object, const char *name)
{
	const uint8_t parent[32] = {holder}, sha256[32] = {object};
	const struct work_child c = {.parent = parent,
	    .scanner = "archive",
	    .name = (const uint8_t *)name,
	    .name_len = strlen(name),
	    .kind = "file",
	    .link = (const uint8_t *)"",
	    .why = "",
	    .sha256 = sha256};
	bool is_new;
	assert_int_equal(work_child_object(w, sha256, object, 1, &is_new), ERR_OK);
	assert_int_equal(work_child_add(w, &c), ERR_OK);
}

static void
count(void *arg, const uint8_t sha256[32])
{
	uint64_t *n = arg;
	n[sha256[0]]++;
}

static void
names_of_parts_are_found_anywhere(void **state)
{
	static const char *const paths[] = {"d.001/notes", "d/a.001", "a.1000", "s.z01",
	    "S.Z123", "o.r00", "n.part1.rar", "whole.rar", "xaa", "b.zip.aa", "b.zip.ab", "xzz",
	    "text.txt", "s.zip", "S.ZIP", "S.Zip"};
	struct work *w;
	(void)state;
	assert_int_equal(work_open(":memory:", &w), ERR_OK);
	for (unsigned i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		add_item(w, i + 1, paths[i]);
	add_member(w, 2, 100, "in/c.002");
	add_member(w, 2, 101, "in/c.zip");
	add_member(w, 3, 100, "same");
	assert_string_equal(names(w, WORK_SPLIT_NUMBERS),
	    "d/a.001/2 s.z01/4 S.Z123/5 o.r00/6 n.part1.rar/7 "
	    "xaa/9 b.zip.aa/10 !in/c.002/100 ");
	assert_string_equal(names(w, WORK_SPLIT_LETTERS),
	    "d.001/notes/1 whole.rar/8 b.zip.ab/11 xzz/12 text.txt/13 s.zip/14 S.Zip/16 "
	    "!same/100 !in/c.zip/101 ");
	assert_string_equal(names(w, WORK_SPLIT_ZIPS), "s.zip/14 S.ZIP/15 !in/c.zip/101 ");
	uint64_t n[256] = {0}, items = 9;
	assert_int_equal(work_split_members(w, count, n), ERR_OK);
	assert_int_equal(n[100], 2);
	assert_int_equal(n[101], 1);
	const uint8_t sha256[32] = {2}, none[32] = {200};
	assert_int_equal(work_split_items(w, sha256, &items), ERR_OK);
	assert_int_equal(items, 1);
	assert_int_equal(work_split_items(w, none, &items), ERR_OK);
	assert_int_equal(items, 0);
	work_close(w);
}

static void
what_is_inside_one_part_is_inside_another(void **state)
{
	const uint8_t from[32] = {1}, to[32] = {2};
	struct work *w;
	uint64_t n = 0;
	(void)state;
	assert_int_equal(work_open(":memory:", &w), ERR_OK);
	add_item(w, 1, "a.001");
	add_item(w, 2, "a.002");
	add_member(w, 1, 100, "a");
	assert_int_equal(work_split_share(w, from, to, "other", &n), ERR_OK);
	assert_int_equal(n, 0);
	assert_int_equal(work_split_share(w, from, to, "archive", &n), ERR_OK);
	assert_int_equal(n, 1);
	assert_int_equal(work_child_inside(w, to, &n), ERR_OK);
	assert_int_equal(n, 1);
	work_close(w);
}

static void
why_a_set_is_not_joined_is_kept_until_it_is_told_anew(void **state)
{
	char why[WORK_APART_SIZE];
	struct work *w;
	(void)state;
	assert_int_equal(work_open(":memory:", &w), ERR_OK);
	assert_int_equal(work_apart_put(w, 7, "number 2 is missing"), ERR_OK);
	assert_int_equal(work_apart_get(w, 7, why), ERR_OK);
	assert_string_equal(why, "number 2 is missing");
	assert_int_equal(work_apart_get(w, 8, why), ERR_OK);
	assert_string_equal(why, "");
	assert_int_equal(work_apart_clear(w), ERR_OK);
	assert_int_equal(work_apart_get(w, 7, why), ERR_OK);
	assert_string_equal(why, "");
	work_close(w);
}

/* All names of a million items were gone through, for seconds, each time that nothing waited.
 */
static void
names_of_parts_are_found_by_an_index(void **state)
{
	static const char *const texts[STMT__MAX] = {
#define STMT(id, text) [STMT_##id] = "EXPLAIN QUERY PLAN " text,
#include "db/work_statements.def"
#undef STMT
	};
	static const struct {
		enum work_stmt stmt;
		const char *by;
	} rows[] = {{STMT_SPLIT_ITEMS, "item_part"}, {STMT_SPLIT_MEMBERS, "child_part"},
	    {STMT_SPLIT_ZIP_ITEMS, "item_zip"}, {STMT_SPLIT_ZIP_MEMBERS, "child_zip"}};
	struct work *w;
	(void)state;
	assert_int_equal(work_open(":memory:", &w), ERR_OK);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sql_stmt *s;
		assert_int_equal(sql_prepare(w->sql, texts[rows[i].stmt], &s), ERR_OK);
		assert_int_equal(sql_step(s), ERR_OK);
		if (strstr(sql_text(s, 3), rows[i].by) == NULL)
			fail_msg("%s: %s", texts[rows[i].stmt], sql_text(s, 3));
		sql_drop(s);
	}
	work_close(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_of_parts_are_found_anywhere),
	    cmocka_unit_test(what_is_inside_one_part_is_inside_another),
	    cmocka_unit_test(names_of_parts_are_found_by_an_index),
	    cmocka_unit_test(why_a_set_is_not_joined_is_kept_until_it_is_told_anew),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

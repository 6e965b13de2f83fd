/* links: db/work db/work_draft db/work_facts db/work_item db/work_pick db/work_scope db/work_step db/work_fit db/sql src/core/where src/core/item src/core/verdict src/core/finding src/core/policy src/core/field src/core/fieldrule src/core/digest src/core/setting src/base/buf src/base/mem src/base/escape src/base/utf8 src/base/err src/core/canon src/base/hex */
/* SPDX-License-Identifier: ISC */
/* What is left out of a reading: one row stays of a folder, and the choice outlasts it. */
#include "db/work.h"
#include "src/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char path[64];

static struct work *
fixture(void)
{
	static const struct {
		uint64_t id, parent, volume;
		const char *path, *kind, *state;
	} rows[] = {
	    {1, 0, 1, "v1/a", "directory", "read"},
	    {2, 1, 1, "v1/a/one", "file", "read"},
	    {3, 1, 1, "v1/a/sub", "directory", "read"},
	    {4, 3, 1, "v1/a/sub/two", "file", "read"},
	    {5, 0, 1, "v1/a.txt", "file", "read"}, /* '.' sorts before '/' */
	    {6, 0, 1, "v1/a0", "file", "read"},    /* and '0' behind it */
	    {7, 0, 2, ".region/v0-1", "region", "encrypted"},
	    {8, 0, 2, ".region/v0-2", "region", "unread"},
	    {9, 0, 3, ".region/v0-3", "region", "encrypted"},
	    {10, 0, 1, "v1/link", "link", "read"},
	};
	struct work *w;
	snprintf(path, sizeof(path), "/tmp/t_work_scope.%d.db", (int)getpid());
	unlink(path);
	assert_int_equal(work_open(path, &w), ERR_OK);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *base = strrchr(rows[i].path, '/') + 1;
		struct work_item it = {.id = rows[i].id,
		    .parent = rows[i].parent,
		    .volume = rows[i].volume,
		    .path = (const uint8_t *)rows[i].path,
		    .path_len = strlen(rows[i].path),
		    .name = rows[i].path,
		    .base = base,
		    .ext = "",
		    .kind = rows[i].kind,
		    .state = rows[i].state,
		    .why = "",
		    .size_bytes = 10,
		    .mtime = "",
		    .zone = "none",
		    .link = (const uint8_t *)"",
		    .links = 1};
		assert_int_equal(work_item_add(w, &it, base, strlen(base)), ERR_OK);
	}
	assert_int_equal(work_commit(w), ERR_OK);
	return w;
}

static void
done(struct work *w)
{
	char more[80];
	work_close(w);
	unlink(path);
	snprintf(more, sizeof(more), "%s-wal", path);
	unlink(more);
	snprintf(more, sizeof(more), "%s-shm", path);
	unlink(more);
}

static void
count(void *arg, const struct work_size *row)
{
	uint64_t *n = arg;
	assert_int_equal(row->bytes, 10);
	(*n)++;
}

static void
a_folder_that_is_left_out_is_one_row(void **state)
{
	struct work *w = fixture();
	struct work_item it;
	uint64_t gone = 0, n = 0, id = 0;
	(void)state;
	assert_int_equal(work_item_leave(w, 1, "left out by anna", &gone), ERR_OK);
	assert_int_equal(gone, 3);
	assert_int_equal(work_item_get(w, 1, &it), ERR_OK);
	assert_string_equal(it.state, "excluded");
	assert_string_equal(it.why, "left out by anna");
	assert_int_equal(work_item_get(w, 4, &it), ERR_NOTFOUND);
	assert_int_equal(work_item_find(w, (const uint8_t *)"v1/a.txt", 8, &id), ERR_OK);
	assert_int_equal(work_item_find(w, (const uint8_t *)"v1/a0", 5, &id), ERR_OK);
	assert_int_equal(id, 6);
	assert_int_equal(work_sizes(w, count, &n), ERR_OK);
	assert_int_equal(n, 7);
	done(w);
}

/* A reader that was taken over must not bring back what an officer left out. */
static void
what_is_left_out_is_nothing_the_reader_speaks_of(void **state)
{
	static const uint8_t sha256[32] = {1};
	struct work *w = fixture();
	struct work_item it;
	uint64_t gone;
	bool is_new;
	(void)state;
	assert_int_equal(work_item_leave(w, 5, "left out by anna", &gone), ERR_OK);
	assert_int_equal(work_item_kept(w, 5, sha256, 10, &is_new), ERR_NOTFOUND);
	assert_int_equal(work_item_bad(w, 5, "unreadable", "a reason"), ERR_NOTFOUND);
	assert_int_equal(work_item_same(w, 5, 6), ERR_NOTFOUND);
	assert_int_equal(work_item_bad(w, 99, "unreadable", "a reason"), ERR_NOTFOUND);
	assert_int_equal(work_item_get(w, 5, &it), ERR_OK);
	assert_string_equal(it.state, "excluded");
	assert_string_equal(it.why, "left out by anna");
	assert_null(it.sha256);
	done(w);
}

static void
a_file_is_left_out_alone_and_nothing_else_is(void **state)
{
	struct work *w = fixture();
	uint64_t gone = 99;
	(void)state;
	assert_int_equal(work_item_leave(w, 5, "x", &gone), ERR_OK);
	assert_int_equal(gone, 0);
	assert_int_equal(work_item_leave(w, 7, "x", &gone), ERR_NOTFOUND);
	assert_int_equal(work_item_leave(w, 10, "x", &gone), ERR_NOTFOUND);
	assert_int_equal(work_item_leave(w, 99, "x", &gone), ERR_NOTFOUND);
	done(w);
}

static void
an_opened_volume_is_no_item_any_more(void **state)
{
	struct work *w = fixture();
	struct work_item it;
	uint64_t gone = 0;
	(void)state;
	assert_int_equal(work_volume_opened(w, 2, &gone), ERR_OK);
	assert_int_equal(gone, 1);
	assert_int_equal(work_item_get(w, 7, &it), ERR_NOTFOUND);
	assert_int_equal(work_item_get(w, 8, &it), ERR_OK);
	assert_int_equal(work_item_get(w, 9, &it), ERR_OK);
	done(w);
}

static void
list(void *arg, const struct work_scope *row)
{
	char *text = arg;
	size_t n = strlen(text);
	snprintf(text + n, 100 - n, "%.*s by %s;", (int)row->path_len, (const char *)row->path,
	    row->by);
}

static void
put(struct work *w, const char *what, const char *by)
{
	assert_int_equal(work_scope_put(w, (const uint8_t *)what, strlen(what), by), ERR_OK);
}

static void
the_choice_is_kept_by_path(void **state)
{
	struct work *w = fixture();
	char text[100] = "";
	(void)state;
	put(w, "v1/a/sub", "anna");
	put(w, "v1/a/sub/two", "anna");
	put(w, "v1/a.txt", "ben");
	/* what is below goes with it */
	put(w, "v1/a", "ben");
	work_close(w);
	assert_int_equal(work_open(path, &w), ERR_OK);
	assert_int_equal(work_scope_each(w, list, text), ERR_OK);
	assert_string_equal(text, "v1/a by ben;v1/a.txt by ben;");
	assert_int_equal(work_scope_del(w, (const uint8_t *)"v1/a", 4), ERR_OK);
	text[0] = '\0';
	assert_int_equal(work_scope_each(w, list, text), ERR_OK);
	assert_string_equal(text, "v1/a.txt by ben;");
	done(w);
}

static void
count_scope(void *arg, const struct work_scope *row)
{
	(void)row;
	++*(size_t *)arg;
}

static void
many_paths_are_put_at_once_and_taken_back_at_once(void **state)
{
	static const uint64_t ids[] = {2, 3, 5}, one[] = {1}, none[] = {99};
	struct work *w = fixture();
	size_t n = 0;
	(void)state;
	assert_int_equal(work_scope_put_items(w, ids, 3, "anna"), ERR_OK);
	assert_int_equal(work_scope_each(w, count_scope, &n), ERR_OK);
	assert_int_equal(n, 3);
	/* the folder, and what is below it is forgotten */
	n = 0;
	assert_int_equal(work_scope_put_items(w, one, 1, "ben"), ERR_OK);
	assert_int_equal(work_scope_each(w, count_scope, &n), ERR_OK);
	assert_int_equal(n, 2);
	assert_int_equal(work_scope_put_items(w, none, 1, "ben"), ERR_NOTFOUND);
	n = 0;
	assert_int_equal(work_scope_clear(w), ERR_OK);
	assert_int_equal(work_scope_each(w, count_scope, &n), ERR_OK);
	assert_int_equal(n, 0);
	work_close(w);
	unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(many_paths_are_put_at_once_and_taken_back_at_once),
	    cmocka_unit_test(a_folder_that_is_left_out_is_one_row),
	    cmocka_unit_test(what_is_left_out_is_nothing_the_reader_speaks_of),
	    cmocka_unit_test(a_file_is_left_out_alone_and_nothing_else_is),
	    cmocka_unit_test(an_opened_volume_is_no_item_any_more),
	    cmocka_unit_test(the_choice_is_kept_by_path),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

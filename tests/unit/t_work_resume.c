/* links: db/work db/work_draft db/work_facts db/work_item db/work_pick db/work_resume db/work_scope db/work_step db/work_fit db/sql src/core/where src/core/item src/core/verdict src/core/finding src/core/policy src/core/field src/core/fieldrule src/core/digest src/core/setting src/base/buf src/base/mem src/base/escape src/base/utf8 src/base/err src/core/canon src/base/hex */
/* SPDX-License-Identifier: ISC */
/* What an earlier reading kept is known again only when nothing about it has changed. */
#include "db/work.h"
#include "src/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char path[64];

struct row {
	uint64_t id;
	const char *path;
	uint64_t volume, size, place;
	const char *kind, *state, *mtime, *zone;
	bool kept;
};

static void
add(struct work *w, const struct row *r)
{
	uint8_t sha256[32];
	bool is_new;
	struct work_item it = {.id = r->id,
	    .volume = r->volume,
	    .path = (const uint8_t *)r->path,
	    .path_len = strlen(r->path),
	    .name = r->path,
	    .base = r->path,
	    .ext = "",
	    .kind = r->kind,
	    .state = r->state,
	    .why = "",
	    .size_bytes = r->size,
	    .place = r->place,
	    .mtime = r->mtime,
	    .zone = r->zone,
	    .link = (const uint8_t *)"",
	    .links = 1};
	assert_int_equal(work_item_add(w, &it, r->path, strlen(r->path)), ERR_OK);
	memset(sha256, (int)r->id, sizeof(sha256));
	if (r->kept)
		assert_int_equal(work_item_kept(w, r->id, sha256, r->size, &is_new), ERR_OK);
}

static struct work *
fresh(void)
{
	struct work *w;
	snprintf(path, sizeof(path), "/tmp/t_work_resume.%d.db", (int)getpid());
	unlink(path);
	assert_int_equal(work_open(path, &w), ERR_OK);
	return w;
}

static void
over(struct work *w)
{
	work_close(w);
	unlink(path);
}

#define NOON "2026-01-01T12:00:00Z"
#define WAS                                                           \
	{                                                             \
		1, "a", 1, 10, 700, "file", "read", NOON, "utc", true \
	}
static const struct row was = WAS;

static size_t
known_again(struct work *w, const struct row *now)
{
	struct work_had rows[4];
	size_t n = 9;
	uint64_t files = 9, bytes = 0;
	assert_int_equal(work_again(w), ERR_OK);
	assert_int_equal(work_had_take(w, true, NULL), ERR_OK);
	add(w, now);
	assert_int_equal(work_had_count(w, &files, &bytes), ERR_OK);
	assert_int_equal(work_had_next(w, 0, rows, 4, &n), ERR_OK);
	assert_int_equal(n, files);
	if (n > 0) {
		assert_int_equal(rows[0].item, now->id);
		assert_int_equal(rows[0].bytes, bytes);
		assert_int_equal(rows[0].sha256[31], was.id);
		assert_false(rows[0].known);
		assert_int_equal(work_had_next(w, now->id, rows, 4, &n), ERR_OK);
		assert_int_equal(n, 0);
	}
	return (size_t)files;
}

static void
a_file_is_known_again_only_as_it_was(void **state)
{
	static const struct {
		const char *what;
		struct row then, now;
		size_t known;
	} cases[] = {
	    {"as it was, with another number", WAS,
		{7, "a", 1, 10, 700, "file", "read", NOON, "utc", false}, 1},
	    {"another path", WAS, {1, "b", 1, 10, 700, "file", "read", NOON, "utc", false}, 0},
	    {"another size", WAS, {1, "a", 1, 11, 700, "file", "read", NOON, "utc", false}, 0},
	    {"another place", WAS, {1, "a", 1, 10, 701, "file", "read", NOON, "utc", false}, 0},
	    {"another time", WAS,
		{1, "a", 1, 10, 700, "file", "read", "2026-01-01T12:00:01Z", "utc", false}, 0},
	    {"another zone", WAS, {1, "a", 1, 10, 700, "file", "read", NOON, "none", false}, 0},
	    {"unreadable now", WAS,
		{1, "a", 1, 10, 700, "file", "unreadable", NOON, "utc", false}, 0},
	    {"left out now", WAS, {1, "a", 1, 10, 700, "file", "excluded", NOON, "utc", false},
		0},
	    {"a folder now", WAS, {1, "a", 1, 10, 700, "directory", "read", NOON, "utc", false},
		0},
	    {"read again already", WAS, {1, "a", 1, 10, 700, "file", "read", NOON, "utc", true},
		0},
	    {"not kept then", {1, "a", 1, 10, 700, "file", "read", NOON, "utc", false},
		{1, "a", 1, 10, 700, "file", "read", NOON, "utc", false}, 0},
	    {"unreadable then", {1, "a", 1, 10, 700, "file", "unreadable", NOON, "utc", false},
		{1, "a", 1, 10, 700, "file", "read", NOON, "utc", false}, 0},
	    {"of no known time", {1, "a", 1, 10, 700, "file", "read", "", "none", true},
		{1, "a", 1, 10, 700, "file", "read", "", "none", false}, 0},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct work *w = fresh();
		add(w, &cases[i].then);
		if (known_again(w, &cases[i].now) != cases[i].known)
			fail_msg("%s", cases[i].what);
		over(w);
	}
}

/* Read, pulled, listed in part, pulled: what was kept first still counts. */
static void
what_was_kept_outlasts_two_interruptions(void **state)
{
	static const struct row b = {2, "b", 1, 5, 9, "file", "read", NOON, "utc", true};
	struct row again = was;
	uint64_t files = 0, bytes = 0;
	uint8_t sha256[32] = {0};
	struct work *w = fresh();
	(void)state;
	again.kept = false;
	again.id = 3;
	add(w, &was);
	assert_int_equal(work_had_take(w, true, NULL), ERR_OK);
	add(w, &b);
	assert_int_equal(work_had_take(w, true, NULL), ERR_OK);
	add(w, &again);
	assert_int_equal(work_had_count(w, &files, &bytes), ERR_OK);
	assert_int_equal(files, 1);
	assert_int_equal(bytes, 10);
	/* all of it is the transfer's, so that a purge knows it */
	for (uint8_t i = 1; i <= 2; i++) {
		assert_int_equal(work_bytes_next(w, sha256, sha256), ERR_OK);
		assert_int_equal(sha256[0], i);
	}
	assert_int_equal(work_bytes_next(w, sha256, sha256), ERR_NOTFOUND);
	/* another medium: nothing of it counts any more */
	assert_int_equal(work_had_take(w, false, NULL), ERR_OK);
	add(w, &again);
	assert_int_equal(work_had_count(w, &files, &bytes), ERR_OK);
	assert_int_equal(files, 0);
	over(w);
}

static void
the_medium_is_remembered_and_that_it_was_opened(void **state)
{
	char before[WORK_BEFORE_SIZE];
	bool opened = true;
	uint64_t gone;
	struct work *w = fresh();
	(void)state;
	assert_int_equal(work_medium_get(w, before, &opened), ERR_NOTFOUND);
	assert_int_equal(work_medium_put(w, "metadata:1"), ERR_OK);
	assert_int_equal(work_medium_get(w, before, &opened), ERR_OK);
	assert_string_equal(before, "metadata:1");
	assert_false(opened);
	assert_int_equal(work_volume_opened(w, 2, &gone), ERR_OK);
	assert_int_equal(work_medium_put(w, "metadata:2"), ERR_OK);
	assert_int_equal(work_medium_get(w, before, &opened), ERR_OK);
	assert_string_equal(before, "metadata:2");
	assert_true(opened);
	over(w);
}

/* The reader died on volume 2: its items stay, what was not read of them says why. */
static void
items_of_a_volume_that_was_stopped_on_stay(void **state)
{
	static const struct row rows[] = {
	    {1, ".region/v0-1", 0, 5, 0, "region", "unread", "", "none", false},
	    {2, "v1/a", 1, 10, 700, "file", "read", NOON, "utc", true},
	    {3, "v2/a", 2, 10, 900, "file", "read", NOON, "utc", true},
	    {4, "v2/b", 2, 10, 950, "file", "read", NOON, "utc", false},
	    {5, "v2/c", 2, 10, 990, "file", "unreadable", NOON, "utc", false},
	    {6, "v3/a", 3, 10, 999, "file", "read", NOON, "utc", false},
	};
	struct work_item it;
	uint64_t n = 0, last = 0;
	struct work *w = fresh();
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		add(w, &rows[i]);
	assert_int_equal(work_stopped_add(w, 2), ERR_OK);
	assert_int_equal(work_stopped_add(w, 2), ERR_OK);
	assert_int_equal(work_had_take(w, true, "it stopped"), ERR_OK);
	assert_int_equal(work_item_count(w, &n, &last), ERR_OK);
	assert_int_equal(n, 3);
	assert_int_equal(last, 5);
	assert_int_equal(work_item_get(w, 3, &it), ERR_OK);
	assert_string_equal(it.state, "read");
	assert_non_null(it.sha256);
	assert_int_equal(work_item_get(w, 4, &it), ERR_OK);
	assert_string_equal(it.state, "unread");
	assert_string_equal(it.why, "it stopped");
	assert_int_equal(work_item_get(w, 5, &it), ERR_OK);
	assert_string_equal(it.state, "unreadable");
	/* repeated by an officer, every volume is tried anew */
	assert_int_equal(work_had_take(w, true, NULL), ERR_OK);
	assert_int_equal(work_item_count(w, &n, &last), ERR_OK);
	assert_int_equal(n, 0);
	over(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_file_is_known_again_only_as_it_was),
	    cmocka_unit_test(what_was_kept_outlasts_two_interruptions),
	    cmocka_unit_test(the_medium_is_remembered_and_that_it_was_opened),
	    cmocka_unit_test(items_of_a_volume_that_was_stopped_on_stay),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* links: db/index db/sql src/base/arena src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/log src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
#include "db/index.h"
#include "db/sql.h"
#include "src/base/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char dir[] = "/tmp/sp-index.XXXXXX";
static char path[64];
static const uint8_t object[32] = {1}, other[32] = {2}, maker[32] = {3}, maker2[32] = {4},
		     seal[32] = {5};

static int
setup(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/sp-index.XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/index.db", dir);
	return 0;
}

static int
teardown(void **state)
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		MEM_FREE char *file = mem_printf("%s%s", path, ends[i]);
		unlink(file);
	}
	rmdir(dir);
	return 0;
}

static struct index *
opened(bool anew)
{
	struct index *x = NULL;
	bool was_anew = !anew;
	assert_int_equal(index_open(path, &x, &was_anew), ERR_OK);
	assert_int_equal(was_anew, anew);
	return x;
}

static uint64_t
run(struct index *x, const uint8_t m[32], bool sealed)
{
	uint64_t n = 0;
	assert_int_equal(index_run_new(x, m, "av", 1000, &n), ERR_OK);
	assert_true(n > 0);
	if (sealed)
		assert_int_equal(index_run_seal(x, n, seal), ERR_OK);
	return n;
}

static void
put(struct index *x, const uint8_t o[32], const uint8_t m[32], uint64_t n, const char *body)
{
	struct index_row row = {
	    .run = n, .body = (const uint8_t *)body, .body_len = strlen(body)};
	memcpy(row.maker, m, 32);
	memcpy(row.seal, seal, 32);
	assert_int_equal(index_put(x, o, &row), ERR_OK);
}

static void
what_was_put_is_found_again(void **state)
{
	struct index_row row;
	struct index_run r;
	(void)state;
	struct index *x = opened(true);
	uint64_t n = run(x, maker, true);
	put(x, object, maker, n, "clean");
	index_close(x);
	x = opened(false);
	assert_int_equal(index_get(x, object, maker, &row), ERR_OK);
	assert_int_equal(row.run, n);
	assert_int_equal(row.body_len, 5);
	assert_memory_equal(row.body, "clean", 5);
	assert_memory_equal(row.seal, seal, 32);
	assert_int_equal(index_run_get(x, n, &r), ERR_OK);
	assert_memory_equal(r.maker, maker, 32);
	assert_string_equal(r.scanner, "av");
	assert_int_equal(r.at_s, 1000);
	assert_int_equal(index_get(x, other, maker, &row), ERR_NOTFOUND);
	assert_int_equal(index_get(x, object, maker2, &row), ERR_NOTFOUND);
	assert_int_equal(index_run_get(x, n + 1, &r), ERR_NOTFOUND);
	index_close(x);
}

static void
run_that_never_ended_well_is_gone(void **state)
{
	struct index_row row;
	struct index_run r;
	(void)state;
	struct index *x = opened(true);
	uint64_t n = run(x, maker, false), m = run(x, maker2, true);
	put(x, object, maker, n, "clean");
	put(x, object, maker2, m, "clean");
	assert_int_equal(index_run_get(x, n, &r), ERR_NOTFOUND);
	index_close(x);
	x = opened(false);
	assert_int_equal(index_get(x, object, maker, &row), ERR_NOTFOUND);
	assert_int_equal(index_get(x, object, maker2, &row), ERR_OK);
	assert_int_equal(index_run_drop(x, m), ERR_OK);
	assert_int_equal(index_get(x, object, maker2, &row), ERR_NOTFOUND);
	index_close(x);
}

static void
seal_is_set_once(void **state)
{
	static const uint8_t forged[32] = {9};
	struct index_run r;
	(void)state;
	struct index *x = opened(true);
	uint64_t n = run(x, maker, true);
	assert_int_equal(index_run_seal(x, n, forged), ERR_OK);
	assert_int_equal(index_run_get(x, n, &r), ERR_OK);
	assert_memory_equal(r.seal, seal, 32);
	index_close(x);
}

static void
newest_of_earlier_runs(void **state)
{
	struct index_row row;
	(void)state;
	struct index *x = opened(true);
	uint64_t a = run(x, maker, true), b = run(x, maker2, true), c = run(x, object, false);
	put(x, object, maker, a, "first");
	put(x, object, maker2, b, "second");
	put(x, object, object, c, "unsealed");
	assert_int_equal(index_last(x, object, "av", UINT64_MAX, &row), ERR_OK);
	assert_memory_equal(row.body, "second", 6);
	assert_memory_equal(row.maker, maker2, 32);
	assert_int_equal(index_last(x, object, "av", b, &row), ERR_OK);
	assert_memory_equal(row.body, "first", 5);
	assert_int_equal(index_last(x, object, "av", a, &row), ERR_NOTFOUND);
	assert_int_equal(index_last(x, object, "type", UINT64_MAX, &row), ERR_NOTFOUND);
	index_close(x);
}

static void
oldest_go_first(void **state) /* as with LIM_REUSE_ROWS, in small */
{
	struct index_row row;
	(void)state;
	struct index *x = opened(true);
	uint64_t a = run(x, maker, true), b = run(x, maker2, true);
	put(x, object, maker, a, "a");
	put(x, other, maker, a, "a");
	put(x, object, maker2, b, "b");
	assert_int_equal(index_cut(x, 3), ERR_OK);
	assert_int_equal(index_get(x, object, maker, &row), ERR_OK);
	assert_int_equal(index_cut(x, 2), ERR_OK);
	assert_int_equal(index_get(x, object, maker, &row), ERR_NOTFOUND);
	assert_int_equal(index_get(x, object, maker2, &row), ERR_OK);
	assert_int_equal(index_cut(x, 0), ERR_OK);
	assert_int_equal(index_get(x, object, maker2, &row), ERR_NOTFOUND);
	index_close(x);
}

static void
texts_under_names(void **state)
{
	char out[6];
	(void)state;
	struct index *x = opened(true);
	assert_int_equal(index_meta_get(x, "key", out, sizeof(out)), ERR_NOTFOUND);
	assert_int_equal(index_meta_put(x, "key", "12345"), ERR_OK);
	assert_int_equal(index_meta_get(x, "key", out, sizeof(out)), ERR_OK);
	assert_string_equal(out, "12345");
	assert_int_equal(index_meta_put(x, "key", "123456"), ERR_OK);
	assert_int_equal(index_meta_get(x, "key", out, sizeof(out)), ERR_NOTFOUND);
	index_close(x);
}

/* Writes over the file; the next one who opens it gets an empty index. */
static void
damage(const char *what)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, what, strlen(what)), strlen(what));
	close(fd);
}

static void
damaged_file_is_made_anew(void **state)
{
	static const char *const contents[] = {
	    "not a database at all, not at all, not at all", "SQLite format 3"};
	struct index_row row;
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		damage(contents[i]);
		struct index *x = opened(true);
		assert_int_equal(index_get(x, object, maker, &row), ERR_NOTFOUND);
		put(x, object, maker, run(x, maker, true), "clean");
		assert_int_equal(index_get(x, object, maker, &row), ERR_OK);
		index_close(x);
	}
}

static void
foreign_tables_are_made_anew(void **state)
{
	static const char *const none[] = {"SELECT 1"};
	static const char *const foreign[] = {
	    "PRAGMA user_version=1; CREATE TABLE verdict(a); CREATE TABLE run(b);",
	    "PRAGMA user_version=1; CREATE TABLE x(a); CREATE VIEW verdict AS SELECT * FROM x;",
	    "PRAGMA user_version=2; CREATE TABLE verdict(a);",
	    "CREATE TABLE meta(key, value);",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
		struct sql *sql;
		teardown(NULL);
		setup(NULL);
		assert_int_equal(sql_open(path, none, 1, &sql), ERR_OK);
		assert_int_equal(sql_exec(sql, foreign[i]), ERR_OK);
		sql_close(sql);
		struct index *x = opened(true);
		put(x, object, maker, run(x, maker, true), "clean");
		index_close(x);
		index_close(opened(false));
	}
}

/* Columns that are not what they should be are no row. */
static void
digests_of_another_length_do_not_count(void **state)
{
	static const char *const none[] = {"SELECT 1"};
	struct index_row row;
	struct index_run r;
	struct sql *sql;
	(void)state;
	struct index *x = opened(true);
	uint64_t n = run(x, maker, true);
	put(x, object, maker, n, "clean");
	put(x, other, maker, n, "");
	index_close(x);
	assert_int_equal(sql_open(path, none, 1, &sql), ERR_OK);
	assert_int_equal(sql_exec(sql, "UPDATE verdict SET seal = x'00'; UPDATE run SET "
				       "maker = zeroblob(33);"),
	    ERR_OK);
	sql_close(sql);
	x = opened(false);
	assert_int_equal(index_get(x, object, maker, &row), ERR_NOTFOUND);
	assert_int_equal(index_last(x, object, "av", UINT64_MAX, &row), ERR_NOTFOUND);
	assert_int_equal(index_run_get(x, n, &r), ERR_NOTFOUND);
	index_close(x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(what_was_put_is_found_again, setup, teardown),
	    cmocka_unit_test_setup_teardown(run_that_never_ended_well_is_gone, setup, teardown),
	    cmocka_unit_test_setup_teardown(seal_is_set_once, setup, teardown),
	    cmocka_unit_test_setup_teardown(newest_of_earlier_runs, setup, teardown),
	    cmocka_unit_test_setup_teardown(oldest_go_first, setup, teardown),
	    cmocka_unit_test_setup_teardown(texts_under_names, setup, teardown),
	    cmocka_unit_test_setup_teardown(damaged_file_is_made_anew, setup, teardown),
	    cmocka_unit_test_setup_teardown(foreign_tables_are_made_anew, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		digests_of_another_length_do_not_count, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* links: src/proc/signatures/shelf src/core/digest src/base/buf src/base/err src/base/io src/base/mem */
/* SPDX-License-Identifier: ISC */
#include "src/base/io.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/proc/signatures/shelf.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static char path[] = "/tmp/sp-shelf.XXXXXX";
static int dir;
static char why[SHELF_WHY_SIZE];

static int
setup(void **state)
{
	(void)state;
	memcpy(path, "/tmp/sp-shelf.XXXXXX", sizeof(path));
	assert_non_null(mkdtemp(path));
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(dir >= 0);
	return 0;
}

static int
teardown(void **state)
{
	static const char *const gone[] = {"yara/" A "/one.yar", "yara/" B "/one.yar",
	    "yara/" A ".part/one.yar", "yara/current", "yara/current.part"};
	static const char *const folders[] = {
	    "yara/" A, "yara/" B, "yara/" A ".part", "yara/" B ".part", "yara"};
	(void)state;
	for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++)
		unlinkat(dir, gone[i], 0);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		unlinkat(dir, folders[i], AT_REMOVEDIR);
	close(dir);
	return rmdir(path);
}

static bool
there(const char *name)
{
	struct stat st;
	return fstatat(dir, name, &st, 0) == 0;
}

static enum err
add(struct shelf_copy *c, const char *text, bool right)
{
	uint8_t sha256[DIGEST_SIZE];
	MEM_CLOSE int fd = -1;
	assert_int_equal(io_memfd("file", text, strlen(text), &fd), ERR_OK);
	digest_sha256(text, strlen(text), sha256);
	sha256[0] ^= right ? 0 : 1;
	return shelf_add(c, "one.yar", fd, sha256, why);
}

static void
keep(const char *set)
{
	struct shelf_copy c;
	assert_int_equal(shelf_begin(dir, "yara", set, &c, why), ERR_OK);
	assert_int_equal(add(&c, "rule", true), ERR_OK);
	assert_int_equal(c.bytes, 4);
	assert_int_equal(shelf_end(&c, why), ERR_OK);
	shelf_drop(&c);
}

static void
set_is_there_when_it_is_whole(void **state)
{
	struct shelf_copy c;
	(void)state;
	assert_int_equal(shelf_begin(dir, "yara", A, &c, why), ERR_OK);
	assert_int_equal(add(&c, "rule", true), ERR_OK);
	assert_false(there("yara/" A));
	assert_int_equal(shelf_end(&c, why), ERR_OK);
	assert_true(there("yara/" A "/one.yar"));
	assert_false(there("yara/" A ".part"));
	keep(A); /* once more */
	assert_true(there("yara/" A "/one.yar"));
	assert_false(there("yara/" A ".part"));
}

static void
other_bytes_are_no_set(void **state)
{
	struct shelf_copy c;
	(void)state;
	assert_int_equal(shelf_begin(dir, "yara", A, &c, why), ERR_OK);
	assert_int_equal(add(&c, "rule", false), ERR_SIGNATURE);
	shelf_drop(&c);
	assert_false(there("yara/" A ".part"));
	/* what a power cut left goes, too */
	assert_int_equal(mkdirat(dir, "yara/" A ".part", 0755), 0);
	keep(A);
}

static void
names_that_lead_elsewhere(void **state)
{
	static const char *const names[] = {"", ".", "..", "../x", "a/b", "A", A "0"};
	struct shelf_copy c;
	char was[SHELF_NAME_SIZE];
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(shelf_begin(dir, names[i], A, &c, why), ERR_RANGE);
		assert_int_equal(shelf_begin(dir, "yara", names[i], &c, why), ERR_RANGE);
		assert_int_equal(shelf_swap(dir, names[i], A, was, why), ERR_RANGE);
	}
}

static void
swapped_and_back(void **state)
{
	char was[SHELF_NAME_SIZE], now[SHELF_NAME_SIZE] = "";
	(void)state;
	keep(A);
	keep(B);
	assert_int_equal(shelf_swap(dir, "yara", A, was, why), ERR_OK);
	assert_string_equal(was, "");
	assert_int_equal(shelf_swap(dir, "yara", B, was, why), ERR_OK);
	assert_string_equal(was, A);
	assert_int_equal(readlinkat(dir, "yara/current", now, sizeof(now) - 1), 64);
	assert_string_equal(now, B);
	assert_true(there("yara/current/one.yar"));
	assert_int_equal(shelf_swap(dir, "yara", "", was, why), ERR_OK);
	assert_string_equal(was, B);
	assert_false(there("yara/current"));
	assert_int_equal(shelf_swap(dir, "yara", "", was, why), ERR_OK);
}

static void
set_that_is_gone_is_not_swapped_in(void **state)
{
	char was[SHELF_NAME_SIZE];
	(void)state;
	keep(A);
	assert_int_equal(shelf_swap(dir, "yara", A, was, why), ERR_OK);
	assert_int_equal(shelf_swap(dir, "yara", B, was, why), ERR_NOTFOUND);
	assert_true(there("yara/current/one.yar"));
	assert_int_not_equal(shelf_swap(dir, "av", B, was, why), ERR_OK);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(set_is_there_when_it_is_whole),
	    TEST(other_bytes_are_no_set),
	    TEST(names_that_lead_elsewhere),
	    TEST(swapped_and_back),
	    TEST(set_that_is_gone_is_not_swapped_in),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

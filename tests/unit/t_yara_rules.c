/* links: scanners/yara_rules src/core/digest src/base/err src/base/hex src/base/io src/base/log src/base/mem src/base/clock src/base/escape src/base/utf8 */
/* SPDX-License-Identifier: ISC */
#include "scanners/yara_rules.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];

static void
path_of(const char *name, char out[256])
{
	snprintf(out, 256, "%s/%s", folder, name);
}

static void
put(const char *name, const char *text, size_t n)
{
	char path[256];
	path_of(name, path);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, n), (ssize_t)n);
	close(fd);
}

static int
before(void **state)
{
	(void)state;
	umask(022);
	snprintf(folder, sizeof(folder), "/tmp/rules.XXXXXX");
	return mkdtemp(folder) != NULL ? 0 : -1;
}

static int
after(void **state)
{
	(void)state;
	char path[256];
	static const char *const names[] = {
	    "a.yar", "b.yara", "c.txt", ".d.yar", "e.yar", "yar"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		path_of(names[i], path);
		unlink(path);
		rmdir(path);
	}
	return rmdir(folder);
}

static void
what_counts_as_a_file_with_rules(void **state)
{
	(void)state;
	struct yara_rules r = {.files = NULL};
	char why[YARA_RULES_WHY_SIZE] = "";
	put("b.yara", "two", 3);
	put("a.yar", "one", 3);
	put("c.txt", "no", 2);
	put(".d.yar", "no", 2);
	put("yar", "no", 2);
	assert_int_equal(yara_rules_read(&r, folder, why), ERR_OK);
	assert_int_equal(r.n, 2);
	assert_non_null(strstr(r.files[0].path, "/a.yar"));
	assert_string_equal(r.files[0].text, "one");
	assert_string_equal(r.files[1].text, "two");
	assert_int_equal(r.bytes, 6);
	assert_true(r.newest_s > 1700000000);
	yara_rules_done(&r);
}

static void
no_folder_and_no_rules(void **state)
{
	(void)state;
	struct yara_rules r = {.files = NULL};
	char why[YARA_RULES_WHY_SIZE] = "";
	assert_int_equal(yara_rules_read(&r, folder, why), ERR_OK);
	assert_int_equal(r.n, 0);
	assert_int_equal(yara_rules_read(&r, "/nonexistent/rules", why), ERR_NOTFOUND);
	assert_non_null(strstr(why, "/nonexistent/rules"));
	yara_rules_done(&r);
}

/* The digest is another one for another name, another text, and a text that moves over. */
static void
another_set_another_digest(void **state)
{
	(void)state;
	static const struct {
		const char *a, *b;
	} sets[] = {{"one", "two"}, {"onet", "wo"}, {"one", "twO"}, {"one", ""}};
	char digests[4][65], again[65], why[YARA_RULES_WHY_SIZE];
	for (size_t i = 0; i < 4; i++) {
		struct yara_rules r = {.files = NULL};
		put("a.yar", sets[i].a, strlen(sets[i].a));
		put("b.yara", sets[i].b, strlen(sets[i].b));
		assert_int_equal(yara_rules_read(&r, folder, why), ERR_OK);
		yara_rules_digest(&r, digests[i]);
		yara_rules_digest(&r, again);
		assert_string_equal(digests[i], again);
		yara_rules_done(&r);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(digests[i], digests[k]);
	}
}

static void
what_is_refused(void **state)
{
	(void)state;
	struct yara_rules r = {.files = NULL};
	char why[YARA_RULES_WHY_SIZE] = "", path[256];
	put("a.yar", "YARA\x0c\0\0\0", 8);
	assert_int_equal(yara_rules_read(&r, folder, why), ERR_SYNTAX);
	assert_non_null(strstr(why, "compiled rules"));
	put("a.yar", "rule\0", 5);
	assert_int_equal(yara_rules_read(&r, folder, why), ERR_SYNTAX);
	assert_non_null(strstr(why, "NUL"));
	put("a.yar", "rule", 4);
	path_of("a.yar", path);
	assert_int_equal(chmod(path, 0664), 0);
	assert_int_equal(yara_rules_read(&r, folder, why), ERR_DENIED);
	assert_non_null(strstr(why, "others can write it"));
	assert_int_equal(chmod(path, 0646), 0);
	assert_int_equal(yara_rules_read(&r, folder, why), ERR_DENIED);
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(chmod(folder, 0777), 0);
	assert_int_equal(yara_rules_read(&r, folder, why), ERR_DENIED);
	assert_int_equal(chmod(folder, 0755), 0);
	path_of("e.yar", path);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_int_equal(yara_rules_read(&r, folder, why), ERR_IO);
	unlink(path);
	assert_int_equal(mkdir(path, 0755), 0);
	assert_int_equal(yara_rules_read(&r, folder, why), ERR_IO);
	rmdir(path);
	assert_int_equal(mkfifo(path, 0644), 0);
	assert_int_equal(yara_rules_read(&r, folder, why), ERR_IO);
	unlink(path);
	yara_rules_done(&r);
}

/* All files together: the last byte that fits, and one more. */
static void
the_largest_set(void **state)
{
	(void)state;
	struct yara_rules r = {.files = NULL};
	char why[YARA_RULES_WHY_SIZE] = "", *text = mem_alloc(LIM_RULE_BYTES + 1);
	memset(text, ' ', LIM_RULE_BYTES + 1);
	put("a.yar", text, LIM_RULE_BYTES - 4);
	put("b.yara", "rule", 4);
	assert_int_equal(yara_rules_read(&r, folder, why), ERR_OK);
	yara_rules_done(&r);
	put("b.yara", "rule ", 5);
	assert_int_equal(yara_rules_read(&r, folder, why), ERR_LIMIT);
	yara_rules_done(&r);
	free(text);
}

static void
the_most_files(void **state)
{
	(void)state;
	struct yara_rules r = {.files = NULL};
	char why[YARA_RULES_WHY_SIZE] = "", name[32], path[256];
	for (int i = 0; i < LIM_RULE_FILES; i++) {
		snprintf(name, sizeof(name), "n%d.yar", i);
		put(name, "", 0);
	}
	assert_int_equal(yara_rules_read(&r, folder, why), ERR_OK);
	assert_int_equal(r.n, LIM_RULE_FILES);
	yara_rules_done(&r);
	put("a.yar", "", 0);
	assert_int_equal(yara_rules_read(&r, folder, why), ERR_LIMIT);
	yara_rules_done(&r);
	for (int i = 0; i < LIM_RULE_FILES; i++) {
		snprintf(name, sizeof(name), "n%d.yar", i);
		path_of(name, path);
		unlink(path);
	}
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, before, after)
	const struct CMUnitTest tests[] = {
	    TEST(what_counts_as_a_file_with_rules),
	    TEST(no_folder_and_no_rules),
	    TEST(another_set_another_digest),
	    TEST(what_is_refused),
	    TEST(the_largest_set),
	    TEST(the_most_files),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

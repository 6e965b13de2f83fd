/* links: src/base/io src/base/mem */
/* SPDX-License-Identifier: ISC */
#include "src/base/io.h"
#include "src/base/mem.h"
#include "tests/unit/shell.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

static struct shell io_shell;

static int
io_setup(void **state)
{
	(void)state;
	umask(022);
	return shell_open(&io_shell);
}

static int
io_teardown(void **state)
{
	(void)state;
	shell_close(&io_shell);
	return 0;
}

static int
open_dir(void)
{
	int fd = open(io_shell.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

static void
io_slurp_limit_is_exact(void **state)
{
	MEM_CLOSE int dir = open_dir();
	(void)state;
	assert_int_equal(io_create_synced(dir, "ten", 0600, "0123456789", 10), ERR_OK);
	MEM_CLOSE int fd = openat(dir, "ten", O_RDONLY | O_CLOEXEC);
	for (size_t max = 9; max <= 11; max++) {
		uint8_t *bytes = NULL;
		size_t len = 0;
		/* the offset of the descriptor must not matter */
		assert_true(lseek(fd, 5, SEEK_SET) == 5);
		assert_int_equal(
		    io_slurp(fd, max, &bytes, &len), max < 10 ? ERR_LIMIT : ERR_OK);
		assert_int_equal(len, max < 10 ? 0 : 10);
		if (bytes != NULL)
			assert_memory_equal(bytes, "0123456789", 11);
		free(bytes);
	}
	uint8_t *bytes = NULL;
	size_t len;
	assert_int_equal(io_slurp(-1, 10, &bytes, &len), ERR_IO);
	assert_null(bytes);
}

static void
io_read_all_wants_every_byte(void **state)
{
	int fd[2];
	char out[4];
	(void)state;
	assert_int_equal(pipe(fd), 0);
	assert_int_equal(io_write_all(fd[1], "abcdef", 6), ERR_OK);
	close(fd[1]);
	assert_int_equal(io_read_all(fd[0], out, 4), ERR_OK);
	assert_memory_equal(out, "abcd", 4);
	assert_int_equal(io_read_all(fd[0], out, 4), ERR_SYNTAX);
	assert_int_equal(io_read_all(fd[0], out, 0), ERR_OK);
	close(fd[0]);
	assert_int_equal(io_read_all(-1, out, 1), ERR_IO);
	assert_int_equal(io_write_all(-1, "a", 1), ERR_IO);
}

static void
io_full_disk_has_a_name_of_its_own(void **state)
{
	MEM_CLOSE int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	(void)state;
	if (fd < 0)
		skip();
	assert_int_equal(io_write_all(fd, "a", 1), ERR_NOSPACE);
}

static void
io_create_does_not_overwrite(void **state)
{
	char text[16];
	struct stat st;
	MEM_CLOSE int dir = open_dir();
	(void)state;
	assert_int_equal(io_create_synced(dir, "new", 0400, "one", 3), ERR_OK);
	assert_int_equal(io_create_synced(dir, "new", 0400, "two", 3), ERR_EXISTS);
	assert_int_equal(shell_get(&io_shell, "new", text, sizeof(text)), 3);
	assert_string_equal(text, "one");
	assert_int_equal(fstatat(dir, "new", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0400);
	/* nor through a link that leads elsewhere */
	assert_int_equal(symlinkat("elsewhere", dir, "link"), 0);
	assert_int_equal(io_create_synced(dir, "link", 0600, "x", 1), ERR_EXISTS);
	assert_int_not_equal(fstatat(dir, "elsewhere", &st, 0), 0);
	assert_int_equal(io_create_synced(dir, "no/such", 0600, "x", 1), ERR_IO);
}

static void
io_replace_survives_its_own_remains(void **state)
{
	char text[16];
	struct stat st;
	MEM_CLOSE int dir = open_dir();
	(void)state;
	assert_int_equal(io_replace_synced(dir, "head", 0644, "one", 3), ERR_OK);
	/* what a crash, or somebody with ideas, left behind */
	assert_int_equal(symlinkat("target", dir, ".head.new"), 0);
	assert_int_equal(io_replace_synced(dir, "head", 0640, "two", 3), ERR_OK);
	assert_int_equal(shell_get(&io_shell, "head", text, sizeof(text)), 3);
	assert_string_equal(text, "two");
	assert_int_equal(fstatat(dir, "head", &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_true(S_ISREG(st.st_mode));
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_not_equal(fstatat(dir, "target", &st, 0), 0);
	assert_int_not_equal(fstatat(dir, ".head.new", &st, AT_SYMLINK_NOFOLLOW), 0);
}

static void
io_memfd_cannot_be_changed(void **state)
{
	int fd = -1;
	uint8_t *bytes = NULL;
	size_t len;
	(void)state;
	assert_int_equal(io_memfd("t", "hello", 5, &fd), ERR_OK);
	assert_int_equal(pwrite(fd, "J", 1, 0), -1);
	assert_int_equal(ftruncate(fd, 0), -1);
	assert_int_equal(ftruncate(fd, 10), -1);
	assert_ptr_equal(mmap(NULL, 5, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), MAP_FAILED);
	assert_int_equal(io_memfd_read(fd, 4, &bytes, &len), ERR_LIMIT);
	assert_int_equal(io_memfd_read(fd, 5, &bytes, &len), ERR_OK);
	assert_int_equal(len, 5);
	assert_memory_equal(bytes, "hello", 6);
	free(bytes);
	close(fd);
}

/* A sender that keeps one way to change the bytes is refused. */
static void
io_memfd_map_gives_what_is_sealed_and_nothing_else(void **state)
{
	MEM_CLOSE int fd = -1;
	MEM_CLOSE int open_fd = memfd_create("t", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	MEM_CLOSE int empty = -1;
	const uint8_t *bytes = NULL;
	size_t len = 0;
	(void)state;
	assert_int_equal(io_memfd("t", "hello", 5, &fd), ERR_OK);
	assert_int_equal(io_memfd_map(fd, 4, &bytes, &len), ERR_LIMIT);
	assert_null(bytes);
	assert_int_equal(io_memfd_map(fd, 5, &bytes, &len), ERR_OK);
	assert_int_equal(len, 5);
	assert_memory_equal(bytes, "hello", 5);
	/* what lies behind the pages can be let go and comes back */
	assert_int_equal(madvise((void *)(uintptr_t)bytes, len, MADV_DONTNEED), 0);
	assert_memory_equal(bytes, "hello", 5);
	munmap((void *)(uintptr_t)bytes, len);
	assert_int_equal(io_write_all(open_fd, "x", 1), ERR_OK);
	assert_int_equal(io_memfd_map(open_fd, 5, &bytes, &len), ERR_PROTO);
	assert_int_equal(io_memfd("t", "", 0, &empty), ERR_OK);
	assert_int_equal(io_memfd_map(empty, 5, &bytes, &len), ERR_SYNTAX);
}

static void
io_memfd_with_a_seal_missing_is_refused(void **state)
{
	static const struct {
		const char *what;
		int seals;
		enum err want;
	} cases[] = {
	    {"none", 0, ERR_PROTO},
	    {"no write seal", F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW, ERR_PROTO},
	    {"no shrink seal", F_SEAL_SEAL | F_SEAL_WRITE | F_SEAL_GROW, ERR_PROTO},
	    {"no grow seal", F_SEAL_SEAL | F_SEAL_WRITE | F_SEAL_SHRINK, ERR_PROTO},
	    {"all", F_SEAL_SEAL | F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW, ERR_OK},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		MEM_FREE uint8_t *bytes = NULL;
		size_t len;
		MEM_CLOSE int fd = memfd_create("t", MFD_CLOEXEC | MFD_ALLOW_SEALING);
		assert_int_equal(io_write_all(fd, "x", 1), ERR_OK);
		assert_int_equal(fcntl(fd, F_ADD_SEALS, cases[i].seals), 0);
		if (io_memfd_read(fd, 10, &bytes, &len) != cases[i].want)
			fail_msg("%s", cases[i].what);
	}
	uint8_t *none = NULL;
	size_t len;
	MEM_CLOSE int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_int_equal(io_memfd_read(null, 10, &none, &len), ERR_PROTO);
}

static void
io_changed_ns_is_the_later_time_and_never_overflows(void **state)
{
	static const struct {
		struct timespec changed, modified;
		int64_t want;
	} cases[] = {
	    {{10, 5}, {9, 999999999}, INT64_C(10000000005)},
	    {{10, 5}, {10, 6}, INT64_C(10000000006)},
	    {{10, 5}, {11, 0}, INT64_C(11000000000)},
	    {{-3, 5}, {-4, 0}, 0},
	    {{INT64_C(9223372036), 854775807}, {0, 0}, INT64_MAX},
	    {{INT64_C(9223372036), 854775808}, {0, 0}, INT64_MAX},
	    {{0, 0}, {INT64_MAX, 0}, INT64_MAX},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct stat st = {.st_ctim = cases[i].changed, .st_mtim = cases[i].modified};
		assert_int_equal(io_changed_ns(&st), cases[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(io_slurp_limit_is_exact),
	    cmocka_unit_test(io_read_all_wants_every_byte),
	    cmocka_unit_test(io_full_disk_has_a_name_of_its_own),
	    cmocka_unit_test(io_create_does_not_overwrite),
	    cmocka_unit_test(io_replace_survives_its_own_remains),
	    cmocka_unit_test(io_memfd_cannot_be_changed),
	    cmocka_unit_test(io_memfd_map_gives_what_is_sealed_and_nothing_else),
	    cmocka_unit_test(io_memfd_with_a_seal_missing_is_refused),
	    cmocka_unit_test(io_changed_ns_is_the_later_time_and_never_overflows),
	};
	return cmocka_run_group_tests_name("io", tests, io_setup, io_teardown);
}

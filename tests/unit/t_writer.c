/* links: src/proc/writer/disk src/proc/writer/holds src/proc/writer/image src/core/digest src/base/buf src/base/err src/base/hex src/base/io src/base/mem */
/* SPDX-License-Identifier: ISC */
/* What is written to a medium, on media that fail; what is on one; images and their limits. */
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/proc/writer/disk.h"
#include "src/proc/writer/holds.h"
#include "src/proc/writer/image.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The call of this number fails so; a medium that lies spoils what was written. */
static int fail_write, fail_sync, fail_error, spoil;
static uint64_t last_at;

ssize_t
pwrite(int fd, const void *bytes, size_t n, off_t at)
{
	if (fail_write > 0 && --fail_write == 0) {
		errno = fail_error;
		return -1;
	}
	/* never more at once than a slow stick takes */
	return syscall(SYS_pwrite64, fd, bytes, n < 300000 ? n : 300000, at);
}

int
fsync(int fd)
{
	if (fail_sync > 0 && --fail_sync == 0) {
		errno = fail_error;
		return -1;
	}
	return (int)syscall(SYS_fsync, fd);
}

#define IMAGE_BYTES  (3u << 20)
#define MEDIUM_BYTES (5u << 20)

static void
on_progress(void *arg, const char *step, uint64_t done, uint64_t total)
{
	const struct disk_job *j = arg;
	assert_true(done <= total);
	last_at = done;
	if (spoil > 0 && strcmp(step, "read back") == 0 && done < total) {
		spoil = 0;
		assert_int_equal(syscall(SYS_pwrite64, j->medium, "!", 1, (off_t)done + 5), 1);
	}
}

static void
start(struct disk_job *j, size_t medium_bytes, char sha256[HEX_DIGEST_SIZE])
{
	static uint8_t image[IMAGE_BYTES];
	uint8_t digest[DIGEST_SIZE];
	for (size_t i = 0; i < sizeof(image); i++)
		image[i] = (uint8_t)(i * 7 + i / 4096 + 1);
	digest_sha256(image, sizeof(image), digest);
	hex_encode(digest, sizeof(digest), sha256);
	*j = (struct disk_job){memfd_create("image", MFD_CLOEXEC),
	    memfd_create("medium", MFD_CLOEXEC), sizeof(image), sha256, on_progress, j};
	assert_int_equal(io_write_all(j->image, image, sizeof(image)), ERR_OK);
	MEM_FREE uint8_t *old = mem_array(medium_bytes, 1);
	memset(old, 'o', medium_bytes);
	assert_int_equal(io_write_all(j->medium, old, medium_bytes), ERR_OK);
	fail_write = fail_sync = spoil = 0;
}

static void
stop(struct disk_job *j)
{
	close(j->image);
	close(j->medium);
}

static void
image_is_written_and_nothing_else_is_left_at_the_ends(void **state)
{
	struct disk_job j;
	char sha256[HEX_DIGEST_SIZE], why[DISK_WHY_SIZE];
	uint8_t tail[16], middle;
	(void)state;
	start(&j, MEDIUM_BYTES, sha256);
	assert_int_equal(disk_write(&j, why), ERR_OK);
	assert_int_equal(last_at, IMAGE_BYTES);
	assert_int_equal(pread(j.medium, tail, 16, MEDIUM_BYTES - 16), 16);
	assert_memory_equal(tail, (uint8_t[16]){0}, 16);
	assert_int_equal(pread(j.medium, &middle, 1, IMAGE_BYTES), 1);
	assert_int_equal(middle, 'o');
	stop(&j);
	/* one that fits to the byte, and one that is a byte short */
	start(&j, IMAGE_BYTES, sha256);
	assert_int_equal(disk_write(&j, why), ERR_OK);
	stop(&j);
	start(&j, IMAGE_BYTES - 1, sha256);
	assert_int_equal(disk_write(&j, why), ERR_LIMIT);
	assert_non_null(strstr(why, "take a larger one"));
	assert_int_equal(pread(j.medium, &middle, 1, 0), 1);
	assert_int_equal(middle, 'o');
	stop(&j);
}

static void
a_medium_that_fails_holds_neither_the_old_nor_the_new(void **state)
{
	static const struct {
		int error;
		const char *words;
	} rows[] = {{ENODEV, "was taken out while"}, {ENXIO, "was taken out while"},
	    {ENOMEDIUM, "was taken out while"}, {EROFS, "is write-protected"},
	    {EIO, "failed or was taken out while it was written to"},
	    {ENOSPC, "failed or was taken out while it was written to"}};
	struct disk_job j;
	char sha256[HEX_DIGEST_SIZE], why[DISK_WHY_SIZE];
	uint8_t head[8];
	(void)state;
	for (int call = 2; call <= 9; call++)
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			start(&j, MEDIUM_BYTES, sha256);
			fail_write = call;
			fail_error = rows[i].error;
			assert_int_equal(disk_write(&j, why), ERR_IO);
			if (strstr(why, rows[i].words) == NULL)
				fail_msg("write %d: %s", call, why);
			assert_int_equal(pread(j.medium, head, 8, 0), 8);
			assert_memory_equal(head, (uint8_t[8]){0}, 8);
			stop(&j);
		}
	for (int call = 1; call <= 3; call++) {
		start(&j, MEDIUM_BYTES, sha256);
		fail_sync = call;
		fail_error = EIO;
		assert_int_equal(disk_write(&j, why), ERR_IO);
		assert_non_null(strstr(why, "what is on it is not whole"));
		stop(&j);
	}
}

static void
a_medium_that_gives_back_something_else_is_found(void **state)
{
	struct disk_job j;
	char sha256[HEX_DIGEST_SIZE], why[DISK_WHY_SIZE];
	(void)state;
	start(&j, MEDIUM_BYTES, sha256);
	spoil = 1;
	assert_int_equal(disk_write(&j, why), ERR_SIGNATURE);
	assert_non_null(strstr(why, "other bytes than were written"));
	stop(&j);
}

static void
what_a_medium_holds_is_said(void **state)
{
	static const struct {
		size_t at;
		const char *mark;
		size_t len;
		const char *words;
	} rows[] = {
	    {32769, "CD001", 5, "ISO 9660"},
	    {512, "EFI PART", 8, "GPT"},
	    {3, "NTFS    ", 8, "NTFS"},
	    {1080, "\x53\xef", 2, "ext"},
	    {510, "\x55\xaa", 2, "MBR"},
	    {700, "x", 1, "not known"},
	    {0, "", 0, "nothing"},
	};
	uint8_t *bytes = mem_array(HOLDS_BYTES, 1), label[HOLDS_LABEL_BYTES];
	size_t n;
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memset(bytes, 0, HOLDS_BYTES);
		memcpy(bytes + rows[i].at, rows[i].mark, rows[i].len);
		if (strstr(holds_what(bytes, HOLDS_BYTES, label, &n), rows[i].words) == NULL)
			fail_msg("%s", rows[i].words);
		assert_int_equal(n, 0);
		/* nothing is read behind the end */
		for (size_t len = 0; len < 64; len++)
			holds_what(bytes, len, label, &n);
	}
	memset(bytes, 0, HOLDS_BYTES);
	memcpy(bytes + 82, "FAT32   ", 8);
	memcpy(bytes + 71, "PHO\x1bOS     ", 11);
	holds_what(bytes, HOLDS_BYTES, label, &n);
	assert_int_equal(n, 6);
	assert_memory_equal(label, "PHO\x1bOS", 6);
	free(bytes);
}

static void
an_image_has_its_limits(void **state)
{
	char why[IMAGE_WHY_SIZE], sha256[HEX_DIGEST_SIZE], path[32];
	uint64_t bytes;
	int fd;
	(void)state;
	struct image *im = image_new();
	assert_non_null(im);
	for (int i = 0; i < LIM_EXPORT_FILES; i++) {
		snprintf(path, sizeof(path), "record/file-%d.txt", i);
		assert_int_equal(image_add(im, path, "text", 4, why), ERR_OK);
	}
	assert_int_equal(image_add(im, "record/more", "text", 4, why), ERR_LIMIT);
	assert_non_null(strstr(why, "files"));
	assert_int_equal(image_finish(im, &fd, &bytes, sha256, why), ERR_OK);
	assert_int_equal(lseek(fd, 0, SEEK_END), bytes);
	image_free(im);
	/* more than it takes is not even looked at */
	im = image_new();
	assert_int_equal(image_add(im, "a/b", "text", 4, why), ERR_OK);
	assert_int_equal(
	    image_add(im, "a/c", "text", LIM_EXPORT_IMAGE_BYTES - 3, why), ERR_LIMIT);
	assert_non_null(strstr(why, "2 GiB"));
	image_free(im);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(image_is_written_and_nothing_else_is_left_at_the_ends),
	    cmocka_unit_test(a_medium_that_fails_holds_neither_the_old_nor_the_new),
	    cmocka_unit_test(a_medium_that_gives_back_something_else_is_found),
	    cmocka_unit_test(what_a_medium_holds_is_said),
	    cmocka_unit_test(an_image_has_its_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* links: src/core/tarfile src/proc/verify/tar src/base/buf src/base/mem src/base/err */
/* SPDX-License-Identifier: ISC */
/* What is written here is what the verifier reads. */
#include "src/core/tarfile.h"
#include "src/base/mem.h"
#include "src/proc/verify/tar.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static void
what_is_written_is_read(void **state)
{
	static const size_t sizes[] = {0, 1, 511, 512, 513};
	static uint8_t bytes[513];
	struct buf out;
	struct tar *t;
	const char *why = "";
	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	buf_init(&out, 1 << 16);
	for (size_t i = 0; i < 5; i++) {
		MEM_FREE char *path = mem_printf("docs/%zu", sizes[i]);
		assert_int_equal(tarfile_add(&out, path, bytes, sizes[i]), ERR_OK);
	}
	assert_int_equal(tarfile_add(&out, "SHA256SUMS", "sums", 4), ERR_OK);
	assert_int_equal(tarfile_end(&out), ERR_OK);
	assert_true(tar_is(out.data, out.len));
	assert_int_equal(tar_open(out.data, out.len, &t, &why), ERR_OK);
	for (size_t i = 0; i < 5; i++) {
		MEM_FREE char *path = mem_printf("docs/%zu", sizes[i]);
		const struct tar_file *file = tar_find(t, path);
		assert_non_null(file);
		assert_int_equal(file->len, sizes[i]);
		assert_memory_equal(file->bytes, bytes, sizes[i]);
	}
	tar_close(t);
	buf_done(&out);
}

static void
what_ustar_cannot_say_is_refused(void **state)
{
	uint8_t header[TARFILE_BLOCK];
	char path[101];
	(void)state;
	memset(path, 'a', sizeof(path));
	path[99] = '\0';
	assert_int_equal(tarfile_header(path, 0, header), ERR_OK);
	path[99] = 'a';
	path[100] = '\0';
	assert_int_equal(tarfile_header(path, 0, header), ERR_RANGE);
	assert_int_equal(tarfile_header("", 0, header), ERR_RANGE);
	assert_int_equal(tarfile_header("x", (UINT64_C(8) << 30) - 1, header), ERR_OK);
	assert_int_equal(tarfile_header("x", UINT64_C(8) << 30, header), ERR_RANGE);
}

static void
a_full_buffer_is_said(void **state)
{
	struct buf out;
	(void)state;
	buf_init(&out, TARFILE_BLOCK + 100);
	assert_int_equal(tarfile_add(&out, "x", "12345", 5), ERR_LIMIT);
	buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_written_is_read),
	    cmocka_unit_test(what_ustar_cannot_say_is_refused),
	    cmocka_unit_test(a_full_buffer_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

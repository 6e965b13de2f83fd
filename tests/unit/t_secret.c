/* links: src/ipc/secret src/base/pin src/base/io src/base/mem */
/* SPDX-License-Identifier: ISC */
#include "src/base/io.h"
#include "src/base/mem.h"
#include "src/ipc/secret.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* A pipe that holds these bytes, its writing end closed. */
static int
pipe_of(const void *bytes, size_t n)
{
	int ends[2];
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(io_write_all(ends[1], bytes, n), ERR_OK);
	close(ends[1]);
	return ends[0];
}

static void
what_goes_in_comes_out(void **state)
{
	static const struct {
		const char *passphrase, *files[3];
	} rows[] = {{"open sesame", {NULL}}, {"", {"key\001file"}}, {"both", {"of them\n"}},
	    {"", {"two", "key files"}}, {"all", {"of", "that", "and more"}}};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t p = strlen(rows[i].passphrase), n = 0;
		struct secret_file files[3];
		struct secret s;
		int fd = -1;
		for (; n < 3 && rows[i].files[n] != NULL; n++)
			files[n] = (struct secret_file){
			    (const uint8_t *)rows[i].files[n], strlen(rows[i].files[n])};
		assert_int_equal(secret_pipe(rows[i].passphrase, p, files, n, &fd), ERR_OK);
		assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
		assert_int_equal(secret_read(fd, &s), ERR_OK);
		assert_int_equal(s.passphrase_len, p);
		assert_int_equal(s.n_files, n);
		if (p > 0)
			assert_string_equal((const char *)s.passphrase, rows[i].passphrase);
		for (size_t k = 0; k < n; k++) {
			assert_int_equal(s.files[k].len, files[k].len);
			assert_string_equal((const char *)s.files[k].bytes, rows[i].files[k]);
		}
		secret_done(&s);
		assert_null(s.pinned);
		secret_done(&s);
		close(fd);
	}
}

/* As long as they may be, all together: nobody reads while it is written. */
static void
the_longest_secret_fits_its_pipe(void **state)
{
	MEM_FREE uint8_t *key = mem_alloc(LIM_UNLOCK_KEY_FILE_BYTES + 1);
	char passphrase[LIM_UNLOCK_PASSPHRASE_BYTES + 1];
	struct secret_file whole = {key, LIM_UNLOCK_KEY_FILE_BYTES};
	struct secret_file parts[LIM_UNLOCK_KEY_FILES + 1];
	struct secret s;
	int fd = -1;
	(void)state;
	memset(passphrase, 'p', sizeof(passphrase));
	memset(key, 'k', LIM_UNLOCK_KEY_FILE_BYTES);
	assert_int_equal(
	    secret_pipe(passphrase, LIM_UNLOCK_PASSPHRASE_BYTES, &whole, 1, &fd), ERR_OK);
	assert_int_equal(secret_read(fd, &s), ERR_OK);
	assert_int_equal(s.files[0].bytes[LIM_UNLOCK_KEY_FILE_BYTES - 1], 'k');
	secret_done(&s);
	close(fd);
	for (size_t i = 0; i <= LIM_UNLOCK_KEY_FILES; i++)
		parts[i] =
		    (struct secret_file){key, LIM_UNLOCK_KEY_FILE_BYTES / LIM_UNLOCK_KEY_FILES};
	assert_int_equal(secret_pipe(passphrase, LIM_UNLOCK_PASSPHRASE_BYTES, parts,
			     LIM_UNLOCK_KEY_FILES, &fd),
	    ERR_OK);
	assert_int_equal(secret_read(fd, &s), ERR_OK);
	assert_int_equal(s.n_files, LIM_UNLOCK_KEY_FILES);
	secret_done(&s);
	close(fd);
	/* one more of each */
	assert_int_equal(secret_pipe("x", 1, parts, LIM_UNLOCK_KEY_FILES + 1, &fd), ERR_LIMIT);
	parts[LIM_UNLOCK_KEY_FILES - 1].len++;
	assert_int_equal(secret_pipe("x", 1, parts, LIM_UNLOCK_KEY_FILES, &fd), ERR_LIMIT);
	assert_int_equal(
	    secret_pipe(passphrase, LIM_UNLOCK_PASSPHRASE_BYTES + 1, NULL, 0, &fd), ERR_LIMIT);
	whole.len++;
	assert_int_equal(secret_pipe("x", 1, &whole, 1, &fd), ERR_LIMIT);
	assert_int_equal(secret_pipe("", 0, NULL, 0, &fd), ERR_RANGE);
	whole.len = 0;
	assert_int_equal(secret_pipe("x", 1, &whole, 1, &fd), ERR_RANGE);
}

static void
a_frame_that_is_none_is_refused(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		enum err want;
	} rows[] = {
	    {"", 0, ERR_SYNTAX},
	    {"SPSECRT2\1\0\0\0\0\0\0", 15, ERR_SYNTAX},
	    {"SPSECRT1\1\0\0\0\0\0\0\0x", 17, ERR_SYNTAX},
	    {"SPSECRT2\1\0\0\0\0\0\0\0x", 17, ERR_OK},
	    {"SPSECRT2\0\0\0\0\1\0\0\0\1\0\0\0k", 21, ERR_OK},
	    {"SPSECRT2\1\0\0\0\2\0\0\0\1\0\0\0\2\0\0\0pkkk", 28, ERR_OK},
	    {"SPSECRT2\1\0\0\0\0\0\0\0xy", 18, ERR_SYNTAX}, /* something follows */
	    {"SPSECRT2\2\0\0\0\0\0\0\0x", 17, ERR_SYNTAX},  /* something is missing */
	    {"SPSECRT2\0\0\0\0\1\0\0\0\1\0\0", 19, ERR_SYNTAX},
	    {"SPSECRT2\0\0\0\0\1\0\0\0\2\0\0\0k", 21, ERR_SYNTAX},
	    {"SPSECRT2\0\0\0\0\0\0\0\0", 16, ERR_RANGE},
	    {"SPSECRT2\1\0\0\0\1\0\0\0\0\0\0\0x", 21, ERR_RANGE}, /* an empty key file */
	    {"SPSECRT2\1\2\0\0\0\0\0\0", 16, ERR_LIMIT},          /* 513 */
	    {"SPSECRT2\0\0\0\0\x9\0\0\0", 16, ERR_LIMIT},
	    {"SPSECRT2\0\0\0\0\1\0\0\0\1\xf0\x0f\0", 20, ERR_LIMIT},
	    {"SPSECRT2\0\0\0\0\2\0\0\0\0\xf0\x0f\0\1\0\0\0", 24, ERR_LIMIT},
	    {"SPSECRT2\0\0\0\0\2\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff", 24, ERR_LIMIT},
	    {"SPSECRT2\xff\xff\xff\xff\xff\xff\xff\xff", 16, ERR_LIMIT},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct secret s = {0};
		int fd = pipe_of(rows[i].bytes, rows[i].n);
		assert_int_equal(secret_read(fd, &s), rows[i].want);
		secret_done(&s);
		close(fd);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_goes_in_comes_out),
	    cmocka_unit_test(the_longest_secret_fits_its_pipe),
	    cmocka_unit_test(a_frame_that_is_none_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

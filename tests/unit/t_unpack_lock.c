/* links: scanners/unpack scanners/unpack_codec scanners/unpack_flow scanners/unpack_iso scanners/unpack_kind scanners/unpack_lib scanners/unpack_pax scanners/unpack_cpio scanners/unpack_rar scanners/unpack_stream scanners/unpack_tar scanners/unpack_tree scanners/unpack_lock scanners/unpack_zip scanners/zipcrypt scanners/zipwalk scanners/object src/core/name src/core/name_type src/core/digest src/base/buf src/base/err src/base/escape src/base/hex src/base/io src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* Zip archives that a password locks: with the right one, a wrong one, and changed. */
#include "tests/unit/shell.h"
#include "tests/unit/unpacked.h"
#include "src/base/io.h"

#define LOCKED "a=alpha "

static struct shell shell;

static struct buf
made(const char *name)
{
	struct buf b;
	char path[64];
	uint8_t *bytes = NULL;
	size_t n = 0;
	buf_init(&b, 1 << 24);
	snprintf(path, sizeof(path), "%s/%s", shell.dir, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || io_slurp(fd, 1 << 24, &bytes, &n) != ERR_OK)
		fail_msg("%s was not made", name);
	close(fd);
	(void)buf_add(&b, bytes, n);
	free(bytes);
	return b;
}

/* Whoever typed it is told; what it opens is as good as what was never locked. */
static void
a_password_opens_what_it_fits(void **state)
{
	static const struct {
		const char *name, *password;
		enum scan_verdict verdict;
		const char *rules, *said;
		uint64_t used, wrong, unable;
	} rows[] = {
	    {"e.zip", "pw", SCAN_CLEAN, "archive/password", LOCKED, 1, 0, 0},
	    {"aes.zip", "pw", SCAN_CLEAN, "archive/password", LOCKED, 1, 0, 0},
	    {"aes.zip", "PW", SCAN_INCOMPLETE, "archive/encrypted", "a:file(encrypted) ", 0, 1,
		0},
	    {"aes.zip", "", SCAN_INCOMPLETE, "archive/encrypted", "a:file(encrypted) ", 0, 1,
		0},
	    {"e.7z", "pw", SCAN_INCOMPLETE, "archive/encrypted", "a:file(encrypted) ", 0, 0, 0},
	    {"x.zip", "pw", SCAN_CLEAN, "", NULL, 0, 0, 0},
	    {"aes192.zip", "pw", SCAN_CLEAN, "archive/password", LOCKED, 1, 0, 0},
	    {"aes128.zip", "pw", SCAN_CLEAN, "archive/password", LOCKED, 1, 0, 0},
	    {"aes-stored.zip", "pw", SCAN_CLEAN, "archive/password", LOCKED, 1, 0, 0},
	    {"e-stored.zip", "pw", SCAN_CLEAN, "archive/password", LOCKED, 1, 0, 0},
	    {"e-lzma.zip", "pw", SCAN_CLEAN, "archive/password", LOCKED, 1, 0, 0},
	    {"e-two.zip", "pw", SCAN_INCOMPLETE, "archive/encrypted archive/password", NULL, 1,
		1, 0},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf b = made(rows[i].name);
		struct unpacked x = {.bytes = b.data, .n = b.len, .password = rows[i].password};
		unpacked_run(&x);
		assert_unpacked(rows[i].name, &x, rows[i].verdict, rows[i].rules, rows[i].said);
		assert_int_equal(x.u.password_used, rows[i].used);
		assert_int_equal(x.u.password_wrong, rows[i].wrong);
		assert_int_equal(x.u.password_unable, rows[i].unable);
		unpacked_done(&x);
		buf_done(&b);
	}
}

/* Its old cipher knows a password by one byte: one in 256 others seems to fit. */
static void
a_wrong_password_never_makes_an_archive_broken_or_clean(void **state)
{
	struct buf b = made("e.zip");
	unsigned begun = 0;
	(void)state;
	for (unsigned i = 0; i < 2000; i++) {
		char password[16];
		snprintf(password, sizeof(password), "no%u", i);
		struct unpacked x = {.bytes = b.data, .n = b.len, .password = password};
		unpacked_run(&x);
		begun += x.written > 0 || strstr(buf_str(&x.said), "broken") != NULL;
		assert_unpacked(password, &x, SCAN_INCOMPLETE, "archive/encrypted", NULL);
		assert_string_equal(x.u.why, "encrypted");
		assert_int_equal(x.u.password_wrong, 1);
		assert_null(strstr(buf_str(&x.said), LOCKED));
		unpacked_done(&x);
	}
	assert_in_range(begun, 1, 40);
	buf_done(&b);
}

/* The right password, and a byte of the archive was changed. */
static void
a_locked_member_that_was_changed_is_never_clean(void **state)
{
	static const char *const names[] = {"e.zip", "aes.zip", "aes-stored.zip"};
	(void)state;
	for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
		struct buf b = made(names[k]);
		for (size_t i = 0; i < b.len; i++) {
			b.data[i] ^= 0x41;
			struct unpacked x = {.bytes = b.data, .n = b.len, .password = "pw"};
			unpacked_run(&x);
			/* what no reader looks at: versions, times, attributes */
			if (x.u.verdict == SCAN_CLEAN && strcmp(buf_str(&x.said), LOCKED) != 0)
				fail_msg("%s, byte %zu changed, is clean: %s", names[k], i,
				    buf_str(&x.said));
			unpacked_done(&x);
			b.data[i] ^= 0x41;
		}
		buf_done(&b);
	}
}

static int
make_all(void **state)
{
	static const char *const script =
	    "set -e; exec 2>log; mkdir t t/d; cd t; printf alpha >a; printf beta >d/b\n"
	    "zip -qX ../x.zip a d/b\n"
	    "7zz a -bso0 -bsp0 -ppw ../e.7z a\n"
	    "7zz a -bso0 -bsp0 -tzip -ppw ../e.zip a\n"
	    "for n in 128 192 256; do\n"
	    "7zz a -bso0 -bsp0 -tzip -ppw -mem=AES$n ../aes$n.zip a; done\n"
	    "mv ../aes256.zip ../aes.zip\n"
	    "7zz a -bso0 -bsp0 -tzip -ppw -mem=AES256 -mx0 ../aes-stored.zip a\n"
	    "7zz a -bso0 -bsp0 -tzip -ppw -mm=lzma ../e-lzma.zip a\n"
	    "zip -qX0 -P pw ../e-stored.zip a\n"
	    "zip -qX -P pw ../e-two.zip a; zip -qX -P other ../e-two.zip d/b\n";
	(void)state;
	unpack_warm_up();
	if (shell_open(&shell) != 0 || shell_run(&shell, script) != 0) {
		(void)shell_run(&shell, "cat log >&2");
		return -1;
	}
	return 0;
}

static int
remove_all(void **state)
{
	(void)state;
	shell_close(&shell);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_password_opens_what_it_fits),
	    cmocka_unit_test(a_wrong_password_never_makes_an_archive_broken_or_clean),
	    cmocka_unit_test(a_locked_member_that_was_changed_is_never_clean),
	};
	return cmocka_run_group_tests(tests, make_all, remove_all);
}

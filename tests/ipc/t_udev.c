/* links: src/proc/desk/udev src/core/device src/core/digest src/core/usbdesc src/core/station src/core/setting src/core/item src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/log src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* The digest of what a USB device says of itself. */
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/proc/desk/udev.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static char *
file_of(const void *bytes, size_t n)
{
	char *path = mem_strdup("/tmp/t_udev.XXXXXX");
	MEM_CLOSE int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(io_write_all(fd, bytes, n), ERR_OK);
	return path;
}

static void
the_digest_is_of_all_bytes(void **state)
{
	(void)state;
	struct udev_described d;
	MEM_FREE char *path = file_of("a\0b", 3);
	assert_true(udev_describe_file(path, &d));
	/* printf 'a\0b' | sha256sum */
	assert_string_equal(
	    d.hash, "59b271ae1bbcb1d31d41929817f4b16fb439eb4f31520b5ad1d5ce98920a7138");
	assert_string_equal(d.wrong, "they do not begin with a device");
	unlink(path);
	assert_false(udev_describe_file(path, &d));
	assert_string_equal(d.hash, "");
	assert_false(udev_describe_file("/", &d));
	/* a link beside the descriptors leads nowhere */
	assert_int_equal(symlink("/etc/hostname", path), 0);
	assert_false(udev_describe_file(path, &d));
	unlink(path);
}

/* Those of QEMU's stick, as the kernel gives them. */
static void
descriptors_are_read_as_they_are(void **state)
{
	(void)state;
	static const uint8_t stick[] = {18, 1, 0, 3, 0, 0, 0, 9, 0xf4, 0x46, 1, 0, 0, 0, 1, 2,
	    3, 1, 9, 2, 44, 0, 1, 1, 6, 0xc0, 0, 9, 4, 0, 0, 2, 8, 6, 0x50, 0, 7, 5, 0x81, 2, 0,
	    4, 0, 6, 0x30, 15, 0, 0, 0, 7, 5, 2, 2, 0, 4, 0, 6, 0x30, 15, 0, 0, 0};
	struct udev_described d;
	MEM_FREE char *path = file_of(stick, sizeof(stick));
	assert_true(udev_describe_file(path, &d));
	assert_string_equal(
	    d.hash, "13532c44558550a1ee72cad5c7ee1043ea7e28c3bfeba2848f619e619938c2aa");
	assert_string_equal(d.wrong, "");
	assert_int_equal(d.usb.interfaces, 1);
	assert_int_equal(d.usb.nclasses, 1);
	assert_int_equal(d.usb.classes[0], 0x080650);
	unlink(path);
}

static void
descriptors_are_no_longer_than_the_kernel_keeps(void **state)
{
	(void)state;
	uint8_t *bytes = mem_alloc(LIM_DESCRIPTOR_BYTES + 1);
	for (size_t n = LIM_DESCRIPTOR_BYTES; n <= LIM_DESCRIPTOR_BYTES + 1; n++) {
		struct udev_described d;
		MEM_FREE char *path = file_of(bytes, n);
		assert_int_equal(udev_describe_file(path, &d), n == LIM_DESCRIPTOR_BYTES);
		assert_int_equal(strlen(d.hash), n == LIM_DESCRIPTOR_BYTES ? 64 : 0);
		unlink(path);
	}
	free(bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_digest_is_of_all_bytes),
	    cmocka_unit_test(descriptors_are_read_as_they_are),
	    cmocka_unit_test(descriptors_are_no_longer_than_the_kernel_keeps),
	};
	return cmocka_run_group_tests_name("udev", tests, NULL, NULL);
}

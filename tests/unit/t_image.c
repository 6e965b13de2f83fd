/* links: src/media/image src/media/layout src/media/decrypt src/base/mem */
/* SPDX-License-Identifier: ISC */
#include "src/media/image.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#define BYTES 65536

static void
what_lists_read_has_a_bound(void **state)
{
	(void)state;
	struct image *im;
	const char *why;
	uint8_t buf[4096];
	int fd = memfd_create("image", MFD_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, BYTES), 0);
	assert_int_equal(image_open(fd, &im, &why), ERR_OK);

	assert_int_equal(image_read(im, 0, buf, sizeof(buf)), ERR_OK);
	assert_int_equal(image_given(im), 4096);
	/* the same bytes count each time; what lies outside does not */
	image_allow(im, 8192);
	assert_int_equal(image_read(im, 0, buf, sizeof(buf)), ERR_OK);
	assert_int_equal(image_read(im, BYTES, buf, 1), ERR_RANGE);
	assert_int_equal(image_read(im, 0, buf, sizeof(buf)), ERR_OK);
	assert_int_equal(image_given(im), 3 * 4096);
	assert_false(image_spent(im));
	assert_int_equal(image_read(im, 0, buf, 1), ERR_OK);
	assert_true(image_spent(im));
	/* nothing is refused: who reads on for another reason may */
	image_allow_more(im, 1);
	assert_false(image_spent(im));
	image_allow(im, UINT64_MAX);
	image_allow_more(im, UINT64_MAX);
	assert_int_equal(image_read(im, 0, buf, sizeof(buf)), ERR_OK);
	assert_false(image_spent(im));
	image_close(im);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_lists_read_has_a_bound),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* links: src/media/extinode src/base/mem */
/* SPDX-License-Identifier: ISC */
#include "src/media/extinode.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define BLOCK 1024
#define INODE 256

#define DISK_BYTES (64 * BLOCK)
#include "tests/unit/disk.h"

#define SUPER (disk + EXTINODE_SUPER_AT)
#define GROUP (disk + 2 * BLOCK)
#define MAP   (disk + 3 * BLOCK)
#define FILE3 (disk + 4 * BLOCK + 2 * INODE) /* the record of file 3 */

/* 16 records in one group; file 3 is in use and plain. */
static int
volume(void **state)
{
	(void)state;
	memset(disk, 0, sizeof(disk));
	put(SUPER, 16, 4);
	put(SUPER + 4, 64, 4);
	put(SUPER + 40, 16, 4);
	put(SUPER + 76, 1, 4);
	put(SUPER + 88, INODE, 2);
	put(GROUP + 4, 3, 4);
	put(GROUP + 8, 4, 4);
	MAP[0] = 0x04;
	put(FILE3, 0x81A4, 2);
	put(FILE3 + 26, 1, 2);
	put(FILE3 + 4, 40, 4);
	return 0;
}

static enum err
inode(uint64_t inum, struct extinode **ret)
{
	struct extinode_table t;
	enum err err = extinode_table_init(&t, SUPER);

	if (err == ERR_OK) {
		err = extinode_read(&t, read_disk, NULL, inum, ret);
		extinode_table_done(&t);
	}
	return err;
}

static void
a_record_is_read(void **state)
{
	struct extinode *in;

	(void)state;
	assert_int_equal(inode(3, &in), ERR_OK);
	assert_int_equal(in->kind, ITEM_FILE);
	assert_int_equal(in->mode, 0x81A4);
	assert_int_equal(in->size_bytes, 40);
	assert_true(in->used);
	free(in);
	assert_int_equal(inode(4, &in), ERR_OK);
	assert_false(in->used);
	assert_int_equal(in->kind, ITEM_OTHER);
	free(in);
}

static void
records_end_with_the_last(void **state)
{
	struct extinode *in;

	(void)state;
	assert_int_equal(inode(0, &in), ERR_RANGE);
	assert_int_equal(inode(16, &in), ERR_OK);
	free(in);
	assert_int_equal(inode(17, &in), ERR_RANGE);
	/* 2^32 of them claimed: what is not there cannot be read */
	put(SUPER, 0xFFFFFFFF, 4);
	assert_int_equal(inode(0xFFFFFFFF, &in), ERR_RANGE);
}

/* A value of system.data of so many bytes, at this place behind the first name. */
static void
rest(unsigned value, uint32_t size)
{
	uint8_t *e = FILE3 + 128 + 32 + 4;

	put(FILE3 + 32, EXTINODE_INLINE, 4);
	put(FILE3 + 128, 32, 2);
	put(FILE3 + 160, 0xEA020000, 4);
	memset(e, 0, INODE - 164);
	e[0] = 4;
	e[1] = 7;
	put(e + 2, value, 2);
	put(e + 8, size, 4);
	memcpy(e + 16, "data", 4);
	memset(e + 60, 'z', 32);
	memset(FILE3 + 40, 'a', 60);
}

static void
data_in_the_record(void **state)
{
	static const struct {
		unsigned value;
		uint32_t rest;
		uint64_t size;
		enum err err;
		size_t n;
	} cases[] = {
	    {60, 32, 92, ERR_OK, 92}, /* to the last byte of the record */
	    {61, 32, 92, ERR_SYNTAX, 0},
	    {60, 33, 92, ERR_SYNTAX, 0},
	    {60, 0xFFFFFFFF, 92, ERR_SYNTAX, 0},
	    {60, 32, 70, ERR_OK, 70},
	    {60, 32, 65536, ERR_OK, 92}, /* the rest reads as zero */
	    {60, 32, 65537, ERR_SYNTAX, 0},
	    {60, 32, 3ull << 30, ERR_SYNTAX, 0}, /* libtsk makes memory for it */
	    {60, 32, UINT64_MAX, ERR_SYNTAX, 0},
	};
	struct extinode *in = NULL;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		volume(state);
		rest(cases[i].value, cases[i].rest);
		put(FILE3 + 4, cases[i].size, 4);
		put(FILE3 + 108, cases[i].size >> 32, 4);
		assert_int_equal(inode(3, &in), cases[i].err);
		if (cases[i].err != ERR_OK)
			continue;
		assert_int_equal(in->n_inline, cases[i].n);
		assert_int_equal(in->inline_data[59], 'a');
		assert_int_equal(in->inline_data[60], 'z');
		free(in);
	}
	volume(state); /* without a rest 60 bytes are all */
	put(FILE3 + 32, EXTINODE_INLINE, 4);
	put(FILE3 + 4, 60, 4);
	assert_int_equal(inode(3, &in), ERR_OK);
	free(in);
	put(FILE3 + 4, 61, 4);
	assert_int_equal(inode(3, &in), ERR_SYNTAX);
}

static void
volumes_that_cannot_be(void **state)
{
	static const struct {
		unsigned at;
		uint64_t good, bad;
		int bytes;
	} cases[] = {
	    {24, 6, 7, 4},       /* blocks of 64 KiB at most */
	    {40, 8192, 8193, 4}, /* records of a group have a bit each in a block */
	    {40, 1, 0, 4},
	    {88, 128, 127, 2}, /* bytes of a record */
	    {88, 1024, 1025, 2},
	    {4, 1, 0, 4},
	};
	struct extinode_table t;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		volume(state);
		put(SUPER + cases[i].at, cases[i].good, cases[i].bytes);
		assert_int_equal(extinode_table_init(&t, SUPER), ERR_OK);
		put(SUPER + cases[i].at, cases[i].bad, cases[i].bytes);
		assert_int_equal(extinode_table_init(&t, SUPER), ERR_SYNTAX);
	}
}

static void
a_group_that_points_outside(void **state)
{
	struct extinode *in;

	volume(state);
	put(GROUP + 8, 63, 4);
	assert_int_equal(inode(3, &in), ERR_OK);
	free(in);
	put(GROUP + 8, 64, 4);
	assert_int_equal(inode(3, &in), ERR_SYNTAX);
	volume(state);
	put(GROUP + 4, 64, 4);
	assert_int_equal(inode(3, &in), ERR_SYNTAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(a_record_is_read, volume),
	    cmocka_unit_test_setup(records_end_with_the_last, volume),
	    cmocka_unit_test(data_in_the_record),
	    cmocka_unit_test(volumes_that_cannot_be),
	    cmocka_unit_test(a_group_that_points_outside),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

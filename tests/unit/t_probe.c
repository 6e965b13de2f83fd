/* links: src/media/probe */
/* SPDX-License-Identifier: ISC */
#include "src/media/probe.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static uint8_t disk[131072];

static enum err
read_disk(void *arg, uint64_t at, void *out, size_t n)
{
	(void)arg;
	if (at > sizeof(disk) || n > sizeof(disk) - at)
		return ERR_RANGE;
	memcpy(out, disk + at, n);
	return ERR_OK;
}

static void
marks_are_named(void **state)
{
	(void)state;
	static const struct {
		size_t at;
		const char *bytes;
		size_t n;
		enum probe_kind kind;
		const char *name;
	} cases[] = {
	    {3, "NTFS    ", 8, PROBE_NTFS, "NTFS"},
	    {3, "EXFAT   ", 8, PROBE_EXFAT, "exFAT"},
	    {1080, "\x53\xEF", 2, PROBE_EXT, "ext2/3/4"},
	    {3, "-FVE-FS-", 8, PROBE_BITLOCKER, "BitLocker"},
	    {0, "LUKS\xBA\xBE", 6, PROBE_LUKS, "LUKS"},
	    {512, "LABELONE", 8, PROBE_LVM, "LVM"},
	    {65600, "_BHRfS_M", 8, PROBE_BTRFS, "btrfs"},
	    {0, "XFSB", 4, PROBE_XFS, "XFS"},
	    {1024, "H+", 2, PROBE_HFS_PLUS, "HFS+"},
	    {32, "NXSB", 4, PROBE_APFS, "APFS"},
	    {0, "hsqs", 4, PROBE_SQUASHFS, "squashfs"},
	    {32769, "CD001", 5, PROBE_ISO9660, "ISO 9660"},
	    {32769, "BEA01", 5, PROBE_UDF, "UDF"},
	    {4086, "SWAPSPACE2", 10, PROBE_SWAP, "swap space"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum probe_kind kinds[PROBE_KIND__MAX];
		memset(disk, 0, sizeof(disk));
		memcpy(disk + cases[i].at, cases[i].bytes, cases[i].n);
		size_t n = probe_volume(read_disk, NULL, 0, sizeof(disk), kinds);
		if (n != 1 || kinds[0] != cases[i].kind ||
		    strcmp(probe_kind_print(kinds[0]), cases[i].name) != 0)
			fail_msg("%s", cases[i].name);
		/* the mark must lie inside the volume */
		n = probe_volume(read_disk, NULL, 0, cases[i].at + cases[i].n - 1, kinds);
		assert_int_equal(n, 0);
	}
}

static void
a_fat_boot_sector_must_make_sense(void **state)
{
	(void)state;
	static const struct {
		const char *what;
		size_t at;
		uint8_t value;
		bool fat;
	} cases[] = {
	    {"good", 0, 0xEB, true},
	    {"no jump", 0, 0x00, false},
	    {"no signature", 510, 0, false},
	    {"sector of 513 bytes", 11, 1, false},
	    {"cluster of 3 sectors", 13, 3, false},
	    {"no tables", 16, 0, false},
	    {"media byte", 21, 0xF1, false},
	    {"no sectors", 19, 0, false},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum probe_kind kinds[PROBE_KIND__MAX];
		memset(disk, 0, sizeof(disk));
		disk[0] = 0xEB;
		disk[12] = 2;
		disk[13] = 4;
		disk[14] = 1;
		disk[16] = 2;
		disk[19] = 0x40;
		disk[21] = 0xF8;
		disk[510] = 0x55;
		disk[511] = 0xAA;
		disk[cases[i].at] = cases[i].value;
		size_t n = probe_volume(read_disk, NULL, 0, sizeof(disk), kinds);
		if ((n == 1 && kinds[0] == PROBE_FAT) != cases[i].fat)
			fail_msg("%s", cases[i].what);
	}
}

static void
nothing_is_claimed_by_zeros_and_text(void **state)
{
	(void)state;
	enum probe_kind kinds[PROBE_KIND__MAX];
	memset(disk, 0, sizeof(disk));
	assert_int_equal(probe_volume(read_disk, NULL, 0, sizeof(disk), kinds), 0);
	memset(disk, 'x', sizeof(disk));
	assert_int_equal(probe_volume(read_disk, NULL, 0, sizeof(disk), kinds), 0);
	assert_int_equal(probe_volume(read_disk, NULL, 0, 0, kinds), 0);
}

static void
two_marks_are_both_told(void **state)
{
	(void)state;
	enum probe_kind kinds[PROBE_KIND__MAX];
	memset(disk, 0, sizeof(disk));
	memcpy(disk + 1080, "\x53\xEF", 2);
	memcpy(disk + 65600, "_BHRfS_M", 8);
	assert_int_equal(probe_volume(read_disk, NULL, 0, sizeof(disk), kinds), 2);
	assert_int_equal(kinds[0], PROBE_EXT);
	assert_true(probe_kind_is_read(kinds[0]));
	assert_false(probe_kind_is_read(kinds[1]));
	assert_true(probe_kind_is_encrypted(PROBE_LUKS));
	assert_false(probe_kind_is_encrypted(PROBE_BTRFS));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(marks_are_named),
	    cmocka_unit_test(a_fat_boot_sector_must_make_sense),
	    cmocka_unit_test(nothing_is_claimed_by_zeros_and_text),
	    cmocka_unit_test(two_marks_are_both_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

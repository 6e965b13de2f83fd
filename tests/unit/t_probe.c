/* links: src/media/probe */
/* SPDX-License-Identifier: ISC */
#include "src/media/probe.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define DISK_BYTES (2 << 20)
#include "tests/unit/disk.h"

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
	    {16374, "SWAPSPACE2", 10, PROBE_SWAP, "swap space"},
	    {65526, "SWAPSPACE2", 10, PROBE_SWAP, "swap space"},
	    {4086, "SWAP-SPACE", 10, PROBE_SWAP, "swap space"},
	    {4086, "S1SUSPEND", 9, PROBE_HIBERNATION, "a machine put to sleep"},
	    {424, "\x3B\xD6\x67\x49\x29\x2E\xD8\x4A\x83\x99\xF6\xA3\x39\xE3\xD0\x01", 16,
		PROBE_BITLOCKER, "BitLocker"},
	    {16384, "SKUL\xBA\xBE", 6, PROBE_LUKS, "LUKS"},
	    {0, "LABELONE", 8, PROBE_LVM, "LVM"},
	    {1536, "LABELONE", 8, PROBE_LVM, "LVM"},
	    {0, "\xFC\x4E\x2B\xA9", 4, PROBE_RAID, "Linux RAID"},
	    {4096, "\xFC\x4E\x2B\xA9", 4, PROBE_RAID, "Linux RAID"},
	    {1024, "\x10\x20\xF5\xF2", 4, PROBE_F2FS, "F2FS"},
	    {1024, "HX", 2, PROBE_HFS_PLUS, "HFS+"},
	    {1024, "BD", 2, PROBE_HFS, "HFS"},
	    {3, "ReFS\0\0\0\0", 8, PROBE_REFS, "ReFS"},
	    {34817, "BEA01", 5, PROBE_UDF, "UDF"},
	    {16404, "\0\0\0\x07version", 11, PROBE_ZFS, "ZFS"},
	    {131072, "\x0C\xB1\xBA\0\0\0\0\0", 8, PROBE_ZFS, "ZFS"},
	    {65588, "ReIsEr", 6, PROBE_REISERFS, "ReiserFS"},
	    {32768, "JFS1", 4, PROBE_JFS, "JFS"},
	    {1030, "\x34\x34", 2, PROBE_NILFS, "NILFS2"},
	    {1024, "\xE2\xE1\xF5\xE0", 4, PROBE_EROFS, "EROFS"},
	    {0, "\x45\x3D\xCD\x28", 4, PROBE_CRAMFS, "cramfs"},
	    {66908, "\x19\x01\x54\x19", 4, PROBE_UFS, "UFS"},
	    {1048576, "\x0D\xD0\x01\xC0", 4, PROBE_VMFS, "VMFS"},
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

/* RAID members bear their mark at the end, for a whole disk to look like its content. */
static void
marks_at_the_end_are_found(void **state)
{
	(void)state;
	static const struct {
		uint64_t bytes; /* of the volume */
		size_t at;
		const char *mark;
		size_t n;
		bool found;
	} cases[] = {
	    {1 << 20, (1 << 20) - 65536, "\xFC\x4E\x2B\xA9", 4, true}, /* 0.90 */
	    {(1 << 20) + 65535, (1 << 20) - 65536, "\xFC\x4E\x2B\xA9", 4, true},
	    {(1 << 20) + 65536, (1 << 20) - 65536, "\xFC\x4E\x2B\xA9", 4, false},
	    {1 << 20, (1 << 20) - 65536, "\xA9\x2B\x4E\xFC", 4, true}, /* big endian */
	    {1 << 20, (1 << 20) - 8192, "\xFC\x4E\x2B\xA9", 4, true},  /* 1.0 */
	    {(1 << 20) + 512, (1 << 20) - 8192, "\xFC\x4E\x2B\xA9", 4, true},
	    {(1 << 20) + 4096, (1 << 20) - 8192, "\xFC\x4E\x2B\xA9", 4, false},
	    {1 << 20, (1 << 20) - 1024, "Intel Raid ISM Cfg Sig", 22, true},
	    {1 << 20, (1 << 20) - 512, "\xDE\x11\xDE\x11", 4, true},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum probe_kind kinds[PROBE_KIND__MAX];
		memset(disk, 0, sizeof(disk));
		memcpy(disk + cases[i].at, cases[i].mark, cases[i].n);
		size_t n = probe_volume(read_disk, NULL, 0, cases[i].bytes, kinds);
		if ((n == 1 && kinds[0] == PROBE_RAID) != cases[i].found)
			fail_msg("case %zu", i);
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
	    cmocka_unit_test(marks_at_the_end_are_found),
	    cmocka_unit_test(nothing_is_claimed_by_zeros_and_text),
	    cmocka_unit_test(two_marks_are_both_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

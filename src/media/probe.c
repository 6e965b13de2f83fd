/* SPDX-License-Identifier: ISC */
#include "src/media/probe.h"
#include "src/media/le.h"

#include <string.h>

static const struct probe_row {
	const char *name;
	enum probe_use { PROBE_NAMED, PROBE_IS_READ, PROBE_NEEDS_KEY } use;
} rows[PROBE_KIND__MAX] = {
    [PROBE_NTFS] = {"NTFS", PROBE_IS_READ},
    [PROBE_EXFAT] = {"exFAT", PROBE_IS_READ},
    [PROBE_FAT] = {"FAT", PROBE_IS_READ},
    [PROBE_EXT] = {"ext2/3/4", PROBE_IS_READ},
    [PROBE_BITLOCKER] = {"BitLocker", PROBE_NEEDS_KEY},
    [PROBE_LUKS] = {"LUKS", PROBE_NEEDS_KEY},
    [PROBE_LVM] = {"LVM", PROBE_NAMED},
    [PROBE_RAID] = {"Linux RAID", PROBE_NAMED},
    [PROBE_BTRFS] = {"btrfs", PROBE_NAMED},
    [PROBE_XFS] = {"XFS", PROBE_NAMED},
    [PROBE_F2FS] = {"F2FS", PROBE_NAMED},
    [PROBE_HFS_PLUS] = {"HFS+", PROBE_IS_READ},
    [PROBE_APFS] = {"APFS", PROBE_NAMED},
    [PROBE_SQUASHFS] = {"squashfs", PROBE_NAMED},
    [PROBE_REFS] = {"ReFS", PROBE_NAMED},
    [PROBE_ISO9660] = {"ISO 9660", PROBE_IS_READ},
    [PROBE_UDF] = {"UDF", PROBE_IS_READ},
    [PROBE_SWAP] = {"swap space", PROBE_NAMED},
    [PROBE_ZFS] = {"ZFS", PROBE_NAMED},
    [PROBE_HFS] = {"HFS", PROBE_NAMED},
    [PROBE_BCACHEFS] = {"bcache", PROBE_NAMED},
    [PROBE_REISERFS] = {"ReiserFS", PROBE_NAMED},
    [PROBE_JFS] = {"JFS", PROBE_NAMED},
    [PROBE_NILFS] = {"NILFS2", PROBE_NAMED},
    [PROBE_EROFS] = {"EROFS", PROBE_NAMED},
    [PROBE_CRAMFS] = {"cramfs", PROBE_NAMED},
    [PROBE_UFS] = {"UFS", PROBE_NAMED},
    [PROBE_VMFS] = {"VMFS", PROBE_NAMED},
    [PROBE_HIBERNATION] = {"a machine put to sleep", PROBE_NAMED},
};

#define UDF_AT      32768
#define UDF_SECTORS 64

/* Where a place is counted from. */
enum probe_from {
	PROBE_START,
	PROBE_END,
	PROBE_MD_0, /* the last whole 64 KiB but one of a RAID member of the old format */
	PROBE_MD_1, /* 8 KiB before the end, on a whole 4 KiB */
};

/* Magic bytes at a fixed place. */
static const struct probe_magic {
	uint64_t at; /* from the end: so many bytes before it */
	const char *bytes;
	uint8_t n;
	uint8_t kind;
	uint8_t from;
} magics[] = {
    {3, "NTFS    ", 8, PROBE_NTFS, PROBE_START},
    {3, "EXFAT   ", 8, PROBE_EXFAT, PROBE_START},
    {1080, "\x53\xEF", 2, PROBE_EXT, PROBE_START},
    {3, "-FVE-FS-", 8, PROBE_BITLOCKER, PROBE_START},
    /* BitLocker To Go, behind a FAT that holds a program for old systems */
    {424, "\x3B\xD6\x67\x49\x29\x2E\xD8\x4A\x83\x99\xF6\xA3\x39\xE3\xD0\x01", 16,
	PROBE_BITLOCKER, PROBE_START},
    {0, "LUKS\xBA\xBE", 6, PROBE_LUKS, PROBE_START},
    {0, "SKUL\xBA\xBE", 6, PROBE_LUKS, PROBE_START},
    {16384, "SKUL\xBA\xBE", 6, PROBE_LUKS, PROBE_START}, /* the second header of LUKS2 */
    {512, "LABELONE", 8, PROBE_LVM, PROBE_START},
    {0, "LABELONE", 8, PROBE_LVM, PROBE_START},
    {1024, "LABELONE", 8, PROBE_LVM, PROBE_START},
    {1536, "LABELONE", 8, PROBE_LVM, PROBE_START},
    {4096, "\xFC\x4E\x2B\xA9", 4, PROBE_RAID, PROBE_START},
    {0, "\xFC\x4E\x2B\xA9", 4, PROBE_RAID, PROBE_START},
    {0, "\xFC\x4E\x2B\xA9", 4, PROBE_RAID, PROBE_MD_0},
    {0, "\xA9\x2B\x4E\xFC", 4, PROBE_RAID, PROBE_MD_0},
    {0, "\xFC\x4E\x2B\xA9", 4, PROBE_RAID, PROBE_MD_1},
    {1024, "Intel Raid ISM Cfg Sig", 22, PROBE_RAID, PROBE_END},
    {512, "\xDE\x11\xDE\x11", 4, PROBE_RAID, PROBE_END},
    {65600, "_BHRfS_M", 8, PROBE_BTRFS, PROBE_START},
    {0, "XFSB", 4, PROBE_XFS, PROBE_START},
    {1024, "\x10\x20\xF5\xF2", 4, PROBE_F2FS, PROBE_START},
    {1024, "H+", 2, PROBE_HFS_PLUS, PROBE_START},
    {1024, "HX", 2, PROBE_HFS_PLUS, PROBE_START},
    {1024, "BD", 2, PROBE_HFS, PROBE_START},
    {32, "NXSB", 4, PROBE_APFS, PROBE_START},
    {0, "hsqs", 4, PROBE_SQUASHFS, PROBE_START},
    {3, "ReFS\0\0\0\0", 8, PROBE_REFS, PROBE_START},
    {32769, "CD001", 5, PROBE_ISO9660, PROBE_START},
    {4086, "SWAPSPACE2", 10, PROBE_SWAP, PROBE_START},
    {8182, "SWAPSPACE2", 10, PROBE_SWAP, PROBE_START},
    {16374, "SWAPSPACE2", 10, PROBE_SWAP, PROBE_START},
    {65526, "SWAPSPACE2", 10, PROBE_SWAP, PROBE_START},
    {4086, "SWAP-SPACE", 10, PROBE_SWAP, PROBE_START},
    {4086, "S1SUSPEND", 9, PROBE_HIBERNATION, PROBE_START},
    /* the first name in the first two labels, and their first root block in either order */
    {16404, "\0\0\0\x07version", 11, PROBE_ZFS, PROBE_START},
    {278548, "\0\0\0\x07version", 11, PROBE_ZFS, PROBE_START},
    {131072, "\x0C\xB1\xBA\0\0\0\0\0", 8, PROBE_ZFS, PROBE_START},
    {131072, "\0\0\0\0\0\xBA\xB1\x0C", 8, PROBE_ZFS, PROBE_START},
    {4120, "\xC6\x85\x73\xF6\x4E\x1A\x45\xCA\x82\x65\xF5\x7F\x48\xBA\x6D\x81", 16,
	PROBE_BCACHEFS, PROBE_START},
    {4120, "\xC6\x85\x73\xF6\x66\xCE\x90\xA9\xD9\x6A\x60\xCF\x80\x3D\xF7\xEF", 16,
	PROBE_BCACHEFS, PROBE_START},
    {65588, "ReIsEr", 6, PROBE_REISERFS, PROBE_START},
    {8244, "ReIsEr", 6, PROBE_REISERFS, PROBE_START},
    {32768, "JFS1", 4, PROBE_JFS, PROBE_START},
    {1030, "\x34\x34", 2, PROBE_NILFS, PROBE_START},
    {1024, "\xE2\xE1\xF5\xE0", 4, PROBE_EROFS, PROBE_START},
    {0, "\x45\x3D\xCD\x28", 4, PROBE_CRAMFS, PROBE_START},
    {66908, "\x19\x01\x54\x19", 4, PROBE_UFS, PROBE_START},
    {66908, "\x19\x54\x01\x19", 4, PROBE_UFS, PROBE_START},
    {9564, "\x54\x19\x01\0", 4, PROBE_UFS, PROBE_START},
    {1048576, "\x0D\xD0\x01\xC0", 4, PROBE_VMFS, PROBE_START},
};

/* A FAT boot sector has no magic of its own: its parameters must make sense. */
static bool
probe_is_fat(const uint8_t *s)
{
	unsigned sector = le16(s + 11), cluster = s[13];

	if (s[510] != 0x55 || s[511] != 0xAA || (s[0] != 0xEB && s[0] != 0xE9))
		return false;
	if (memcmp(s + 3, "NTFS    ", 8) == 0 || memcmp(s + 3, "EXFAT   ", 8) == 0 ||
	    memcmp(s + 3, "-FVE-FS-", 8) == 0)
		return false;
	if (sector < 512 || sector > 4096 || (sector & (sector - 1)) != 0)
		return false;
	if (cluster == 0 || (cluster & (cluster - 1)) != 0)
		return false;
	if (le16(s + 14) == 0 || s[16] < 1 || s[16] > 2)
		return false;
	if (s[21] != 0xF0 && s[21] < 0xF8)
		return false;
	return le16(s + 19) != 0 || le32(s + 32) != 0;
}

/* Where the magic bytes of a volume of this size lie; false when it is too small. */
static bool
probe_place(const struct probe_magic *m, uint64_t bytes, uint64_t *ret_at)
{
	switch ((enum probe_from)m->from) {
	case PROBE_END:
		*ret_at = bytes - m->at;
		return bytes >= m->at;
	case PROBE_MD_0:
		*ret_at = bytes / 65536 * 65536 - 65536;
		return bytes >= 2 * 65536;
	case PROBE_MD_1:
		*ret_at = (bytes / 512 - 16) / 8 * 8 * 512;
		return bytes >= 16384;
	case PROBE_START:
		break;
	}
	*ret_at = m->at;
	return true;
}

static bool
probe_has(table_read_fn *read, void *arg, uint64_t offset, uint64_t bytes,
    const struct probe_magic *m)
{
	uint8_t got[32];
	uint64_t at;

	if (!probe_place(m, bytes, &at) || at + m->n > bytes ||
	    read(arg, offset + at, got, m->n) != ERR_OK)
		return false;
	return memcmp(got, m->bytes, m->n) == 0;
}

/*
 * The mark of UDF stands among the descriptors of the disc, behind those of
 * ISO 9660; with blocks of 4096 bytes there is room between them.
 */
static bool
probe_is_udf(table_read_fn *read, void *arg, uint64_t offset, uint64_t bytes)
{
	uint8_t got[6];
	bool gap = false;

	for (uint64_t at = UDF_AT; at < UDF_AT + UDF_SECTORS * 2048 && at + 6 <= bytes;
	     at += 2048) {
		if (read(arg, offset + at, got, sizeof(got)) != ERR_OK)
			return false;
		if (memcmp(got + 1, "BEA01", 5) == 0)
			return true;
		bool known = memcmp(got + 1, "CD001", 5) == 0;
		if (!known && gap)
			return false;
		gap = !known;
	}
	return false;
}

size_t
probe_volume(table_read_fn *read, void *arg, uint64_t offset, uint64_t bytes,
    enum probe_kind kinds[PROBE_KIND__MAX])
{
	bool found[PROBE_KIND__MAX] = {false};
	uint8_t sector[512];
	size_t n = 0;

	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++)
		if (!found[magics[i].kind])
			found[magics[i].kind] = probe_has(read, arg, offset, bytes, &magics[i]);
	if (bytes >= sizeof(sector) && read(arg, offset, sector, sizeof(sector)) == ERR_OK)
		found[PROBE_FAT] = probe_is_fat(sector);
	found[PROBE_UDF] = probe_is_udf(read, arg, offset, bytes);
	if (found[PROBE_BITLOCKER]) /* what lies before it only tells how to open it */
		found[PROBE_FAT] = false;
	for (int k = 0; k < PROBE_KIND__MAX; k++)
		if (found[k])
			kinds[n++] = (enum probe_kind)k;
	return n;
}

const char *
probe_kind_print(enum probe_kind k)
{
	return k >= 0 && k < PROBE_KIND__MAX ? rows[k].name : "unknown";
}

bool
probe_kind_is_read(enum probe_kind k)
{
	return k < PROBE_KIND__MAX && rows[k].use == PROBE_IS_READ;
}

bool
probe_kind_is_encrypted(enum probe_kind k)
{
	return k < PROBE_KIND__MAX && rows[k].use == PROBE_NEEDS_KEY;
}

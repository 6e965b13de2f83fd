/* SPDX-License-Identifier: ISC */
#include "src/media/probe.h"
#include "src/media/le.h"

#include <string.h>

static const struct probe_row {
	const char *name;
	bool encrypted;
} rows[PROBE_KIND__MAX] = {
    [PROBE_NTFS] = {"NTFS", false},
    [PROBE_EXFAT] = {"exFAT", false},
    [PROBE_FAT] = {"FAT", false},
    [PROBE_EXT] = {"ext2/3/4", false},
    [PROBE_BITLOCKER] = {"BitLocker", true},
    [PROBE_LUKS] = {"LUKS", true},
    [PROBE_LVM] = {"LVM", false},
    [PROBE_RAID] = {"Linux RAID", false},
    [PROBE_BTRFS] = {"btrfs", false},
    [PROBE_XFS] = {"XFS", false},
    [PROBE_F2FS] = {"F2FS", false},
    [PROBE_HFS_PLUS] = {"HFS+", false},
    [PROBE_APFS] = {"APFS", false},
    [PROBE_SQUASHFS] = {"squashfs", false},
    [PROBE_REFS] = {"ReFS", false},
    [PROBE_ISO9660] = {"ISO 9660", false},
    [PROBE_UDF] = {"UDF", false},
    [PROBE_SWAP] = {"swap space", false},
};

/* Magic bytes at a fixed place. */
static const struct probe_magic {
	uint64_t at;
	const char *bytes;
	uint8_t n;
	uint8_t kind;
} magics[] = {
    {3, "NTFS    ", 8, PROBE_NTFS},
    {3, "EXFAT   ", 8, PROBE_EXFAT},
    {1080, "\x53\xEF", 2, PROBE_EXT},
    {3, "-FVE-FS-", 8, PROBE_BITLOCKER},
    {0, "LUKS\xBA\xBE", 6, PROBE_LUKS},
    {0, "SKUL\xBA\xBE", 6, PROBE_LUKS},
    {512, "LABELONE", 8, PROBE_LVM},
    {0, "LABELONE", 8, PROBE_LVM},
    {4096, "\xFC\x4E\x2B\xA9", 4, PROBE_RAID},
    {0, "\xFC\x4E\x2B\xA9", 4, PROBE_RAID},
    {65600, "_BHRfS_M", 8, PROBE_BTRFS},
    {0, "XFSB", 4, PROBE_XFS},
    {1024, "\x10\x20\xF5\xF2", 4, PROBE_F2FS},
    {1024, "H+", 2, PROBE_HFS_PLUS},
    {1024, "HX", 2, PROBE_HFS_PLUS},
    {32, "NXSB", 4, PROBE_APFS},
    {0, "hsqs", 4, PROBE_SQUASHFS},
    {3, "ReFS\0\0\0\0", 8, PROBE_REFS},
    {32769, "CD001", 5, PROBE_ISO9660},
    {32769, "BEA01", 5, PROBE_UDF},
    {34817, "BEA01", 5, PROBE_UDF},
    {36865, "BEA01", 5, PROBE_UDF},
    {4086, "SWAPSPACE2", 10, PROBE_SWAP},
    {8182, "SWAPSPACE2", 10, PROBE_SWAP},
    {65526, "SWAPSPACE2", 10, PROBE_SWAP},
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

static bool
probe_has(table_read_fn *read, void *arg, uint64_t offset, uint64_t bytes,
    const struct probe_magic *m)
{
	uint8_t got[16];

	if (m->at + m->n > bytes || read(arg, offset + m->at, got, m->n) != ERR_OK)
		return false;
	return memcmp(got, m->bytes, m->n) == 0;
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
	return k <= PROBE_EXT;
}

bool
probe_kind_is_encrypted(enum probe_kind k)
{
	return k < PROBE_KIND__MAX && rows[k].encrypted;
}

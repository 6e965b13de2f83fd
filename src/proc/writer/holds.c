/* SPDX-License-Identifier: ISC */
#include "src/proc/writer/holds.h"

#include <stdbool.h>
#include <string.h>

/* The first that fits is said: what is more particular stands before what is more general. */
static const struct holds_mark {
	size_t at;
	const char *mark;
	size_t len;
	const char *words;
	size_t label_at, label_len;
} holds_marks[] = {
    {32769, "CD001", 5, "a disc image (ISO 9660)", 32808, 32},
    {512, "EFI PART", 8, "a partition table (GPT)", 0, 0},
    {0, "LUKS\xba\xbe", 6, "an encrypted volume (LUKS)", 0, 0},
    {3, "-FVE-FS-", 8, "an encrypted volume (BitLocker)", 0, 0},
    {3, "NTFS    ", 8, "a file system (NTFS)", 0, 0},
    {3, "EXFAT   ", 8, "a file system (exFAT)", 0, 0},
    {82, "FAT32   ", 8, "a file system (FAT32)", 71, 11},
    {54, "FAT1", 4, "a file system (FAT)", 43, 11},
    {1080, "\x53\xef", 2, "a file system (ext)", 1144, 16},
    {65600, "_BHRfS_M", 8, "a file system (btrfs)", 0, 0},
    {0, "XFSB", 4, "a file system (XFS)", 108, 12},
    {1024, "H+\0\4", 4, "a file system (HFS+)", 0, 0},
    {510, "\x55\xaa", 2, "a partition table (MBR)", 0, 0},
};

static bool
holds_nothing(const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bytes[i] != 0)
			return false;
	return true;
}

static size_t
holds_label(const uint8_t *bytes, size_t n, const struct holds_mark *m, uint8_t *ret)
{
	size_t len = m->label_len;
	if (len == 0 || n < m->label_at + len)
		return 0;
	memcpy(ret, bytes + m->label_at, len);
	while (len > 0 && (ret[len - 1] == ' ' || ret[len - 1] == 0))
		len--;
	return len;
}

const char *
holds_what(
    const uint8_t *bytes, size_t n, uint8_t ret_label[HOLDS_LABEL_BYTES], size_t *ret_label_len)
{
	*ret_label_len = 0;
	if (holds_nothing(bytes, n))
		return "nothing, as far as its beginning shows";
	for (size_t i = 0; i < sizeof(holds_marks) / sizeof(holds_marks[0]); i++) {
		const struct holds_mark *m = &holds_marks[i];
		if (n < m->at + m->len || memcmp(bytes + m->at, m->mark, m->len) != 0)
			continue;
		*ret_label_len = holds_label(bytes, n, m, ret_label);
		return m->words;
	}
	return "something that is not known here";
}

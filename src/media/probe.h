/* SPDX-License-Identifier: ISC */
/*
 * What a volume claims to hold, by its magic numbers.  Only names things: what
 * we read is opened by volume.h, the rest is reported by name.
 */
#ifndef MEDIA_PROBE_H
#define MEDIA_PROBE_H

#include "src/media/table.h"

enum probe_kind {
	PROBE_NTFS, /* those that volume.c reads, in this order of preference */
	PROBE_EXFAT,
	PROBE_FAT,
	PROBE_EXT,
	PROBE_HFS_PLUS,
	PROBE_UDF,
	PROBE_ISO9660,
	PROBE_BITLOCKER, /* the rest is only named */
	PROBE_LUKS,
	PROBE_LVM,
	PROBE_RAID,
	PROBE_BTRFS,
	PROBE_XFS,
	PROBE_F2FS,
	PROBE_APFS,
	PROBE_SQUASHFS,
	PROBE_REFS,
	PROBE_SWAP,
	PROBE_ZFS,
	PROBE_HFS,
	PROBE_BCACHEFS,
	PROBE_REISERFS,
	PROBE_JFS,
	PROBE_NILFS,
	PROBE_EROFS,
	PROBE_CRAMFS,
	PROBE_UFS,
	PROBE_VMFS,
	PROBE_HIBERNATION,
	PROBE_KIND__MAX
};

/*
 * Everything the bytes at offset claim to be, best first, at most
 * PROBE_KIND__MAX of them; returns how many.  Bytes that cannot be read claim
 * nothing.
 */
size_t probe_volume(table_read_fn *, void *arg, uint64_t offset_bytes, uint64_t bytes,
    enum probe_kind ret_kinds[PROBE_KIND__MAX]);
/* "NTFS", "btrfs"…: never NULL. */
const char *probe_kind_print(enum probe_kind);
/* True for what volume_open can read. */
bool probe_kind_is_read(enum probe_kind);
/* True for containers that need a key. */
bool probe_kind_is_encrypted(enum probe_kind);

#endif

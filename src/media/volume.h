/* SPDX-License-Identifier: ISC */
/* One file system, opened by libtsk, and what only its own type knows. */
#ifndef MEDIA_VOLUME_H
#define MEDIA_VOLUME_H

#include "src/media/fatchain.h"
#include "src/media/image.h"
#include "src/media/probe.h"
#include "src/media/runs.h"

/* of libtsk */
struct TSK_FS_INFO;

#define VOLUME_LABEL_BYTES 256

struct volume {
	struct image *image; /* not owned */
	struct TSK_FS_INFO *fs;
	enum probe_kind family; /* NTFS, EXFAT, FAT or EXT */
	uint64_t offset_bytes, bytes;
	uint64_t fs_bytes; /* what the file system says it covers */
	unsigned number;   /* 1.. among the file systems of the medium */
	const char *kind;  /* "fat12", "fat16", "fat32", "exfat", "ntfs", "ext2".. */
	uint8_t label[VOLUME_LABEL_BYTES];
	size_t label_len;
	const char *note; /* something an officer must know, or NULL */

	/* FAT, exFAT */
	struct fatchain chain;
	uint32_t root_cluster; /* 0: FAT12 and FAT16 have a place of their own for it */
	uint64_t root_block, root_blocks; /* which is this */

	bool ext_typed; /* ext: directory entries carry a type */
};

/* ERR_SYNTAX with ret_why when it cannot be opened. */
enum err volume_open(struct image *, enum probe_kind, uint64_t offset_bytes, uint64_t bytes,
    struct volume *ret_volume, const char **ret_why);
void volume_done(struct volume *);

/* Root directory, as content_open wants it. */
uint64_t volume_root(const struct volume *);
/*
 * FAT and exFAT have no numbers for files: this makes one of what their
 * directory says.  Cluster 0 of a directory is the root of FAT12 and FAT16.
 */
uint64_t volume_fat_file(uint32_t first_cluster, bool directory, bool contiguous);
/* Where such a file lies; size_bytes 0 of a directory: to the end of its chain. */
enum err volume_fat_runs(struct volume *, uint64_t file, uint64_t size_bytes, struct runs *);
bool volume_fat_is_directory(uint64_t file);
/* Block, or sector for FAT: the unit of runs. */
size_t volume_block_bytes(const struct volume *);
/* ext: label from the superblock into v->label. */
void volume_ext_label(struct volume *);

/* What libtsk does not tell, or tells wrongly, about an ext inode. */
struct volume_ext_inode {
	unsigned mode; /* with type bits */
	uint32_t flags;
	int64_t mtime_s;     /* with the epoch bits: 1901 to 2446 */
	uint8_t i_block[60]; /* short link targets live here */
	uint64_t size_bytes;
};
#define VOLUME_EXT_ENCRYPT 0x800u
#define VOLUME_EXT_EXTENTS 0x80000u
#define VOLUME_EXT_INLINE  0x10000000u
/* Where the bytes of this inode lie; errors as extents.h and blockmap.h have them. */
enum err volume_ext_runs(struct volume *, const struct volume_ext_inode *, struct runs *);
/* To be called right after libtsk opened the same inode (it uses the group it loaded). */
enum err volume_ext_inode(struct volume *, uint64_t inum, struct volume_ext_inode *ret);

#endif

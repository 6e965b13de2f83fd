/* SPDX-License-Identifier: ISC */
/*
 * The records of files of ext2/3/4, from their raw bytes.  Ours, because libtsk
 * 4.11 makes memory for as many bytes as a record with its data inline claims,
 * gives zeros for what is missing of it, and cuts times.
 */
#ifndef MEDIA_EXTINODE_H
#define MEDIA_EXTINODE_H

#include "src/core/item.h"
#include "src/media/table.h"

#define EXTINODE_SUPER_AT    1024
#define EXTINODE_SUPER_BYTES 512
#define EXTINODE_BLOCK_MAX   65536

#define EXTINODE_ENCRYPT 0x800u
#define EXTINODE_EXTENTS 0x80000u
#define EXTINODE_INLINE  0x10000000u

/* Where the records lie, and the group that was read last. */
struct extinode_table {
	uint32_t n_inodes, per_group;
	uint64_t n_blocks, groups_at;
	unsigned block_bytes, inode_bytes, group_bytes;
	bool wide;       /* addresses of 64 bits in groups */
	uint64_t group;  /* one more than its number; 0: none */
	uint64_t inodes; /* its first block of records */
	uint8_t *used;   /* block_bytes: a bit for each */
};

struct extinode {
	enum item_kind kind;
	unsigned mode; /* with type bits */
	uint32_t links, flags;
	int64_t mtime_s;     /* with the epoch bits: 1901 to 2446 */
	uint8_t i_block[60]; /* short link targets live here */
	uint64_t size_bytes;
	bool used;       /* by the map of its group */
	size_t n_inline; /* data in the record itself */
	uint8_t inline_data[];
};

/*
 * From EXTINODE_SUPER_BYTES at EXTINODE_SUPER_AT.  ERR_SYNTAX when no volume can
 * be so.  Caller calls extinode_table_done.
 */
enum err extinode_table_init(struct extinode_table *, const uint8_t *super);
void extinode_table_done(struct extinode_table *);
/*
 * ERR_RANGE: there is no such record; ERR_SYNTAX: damaged; or what read returned.
 * ret is the caller's to free.
 */
enum err extinode_read(struct extinode_table *, table_read_fn *read, void *arg, uint64_t inum,
    struct extinode **ret);

#endif

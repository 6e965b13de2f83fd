/* SPDX-License-Identifier: ISC */
/*
 * Partition tables: MBR with logical partitions, GPT (UEFI 2.10 chapter 5), or
 * none.  The result covers the whole medium: partitions, the table itself, and
 * gaps that belong to neither.  Pure: bytes come from a callback.
 */
#ifndef MEDIA_TABLE_H
#define MEDIA_TABLE_H

#include "src/base/err.h"
#include "src/base/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Exactly n bytes at offset, or an error. */
typedef enum err table_read_fn(void *arg, uint64_t offset_bytes, void *out, size_t n);

enum table_kind {
	TABLE_NONE,
	TABLE_MBR,
	TABLE_GPT,
	TABLE_GPT_BACKUP, /* the first copy was damaged, the last one was used */
	TABLE_KIND__MAX
};

#define TABLE_LABEL_BYTES 160 /* 36 UTF-16 units as text */

struct table_extent {
	uint64_t offset_bytes;
	uint64_t bytes;
	bool partition; /* false: a gap that belongs to no partition */
	bool clipped;   /* the table says it reaches behind the end of the medium */
	bool overlaps;  /* shares bytes with an earlier partition */
	char type[40];  /* MBR: "0x0c"; GPT: the type's GUID; "" without table */
	uint8_t label[TABLE_LABEL_BYTES]; /* GPT partition name, WTF-8 */
	size_t label_len;
};

struct table {
	enum table_kind kind;
	unsigned sector_bytes;
	bool stale_gpt; /* MBR is used, but a valid GPT header exists, too */
	bool damaged;   /* part of the table could not be read or is malformed */
	size_t n;
	struct table_extent *extents; /* n of them, in order of offset */
};

/*
 * Reads the table of a medium of this size.  A whole medium without table is
 * one partition extent.  ERR_LIMIT when there are more than LIM_VOLUMES
 * extents; ERR_IO when sector 0 cannot be read.  On ERR_OK the caller calls
 * table_done.
 */
enum err table_parse(table_read_fn *, void *arg, uint64_t medium_bytes, unsigned sector_bytes,
    struct table *ret_table);
void table_done(struct table *);
/* "none", "mbr", "gpt", "gpt (backup)". */
const char *table_kind_print(enum table_kind);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * Partition tables: MBR with logical partitions, GPT (UEFI 2.10 chapter 5),
 * both at once, or none.  The result covers the whole medium: partitions, the
 * table itself, and gaps that belong to neither.  Pure: bytes come from a
 * callback.
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
#define TABLE_NOTES       16  /* the last one says that there are more */
#define TABLE_NOTE_SIZE   200

struct table_extent {
	uint64_t offset_bytes;
	uint64_t bytes;
	bool partition;   /* false: a gap that belongs to no partition */
	bool clipped;     /* the table says it reaches behind the end of the medium */
	bool overlaps;    /* shares bytes with an earlier partition */
	bool hidden;      /* systems do not show it to their users; kind says what it is */
	const char *kind; /* what its type is for, where that is worth a word, or NULL */
	char type[40];    /* MBR: "0x0c"; GPT: the type's GUID; "" without table */
	uint8_t label[TABLE_LABEL_BYTES]; /* GPT partition name, WTF-8 */
	size_t label_len;
};

/* Bytes that the table itself occupies; such places may share bytes. */
struct table_place {
	uint64_t offset_bytes, bytes;
};

/* Something about the table that an officer must know: a sentence part. */
struct table_note {
	bool damage;
	char text[TABLE_NOTE_SIZE];
};

struct table {
	enum table_kind kind;
	unsigned sector_bytes;
	bool stale_gpt; /* MBR is used, but a valid GPT header exists, too */
	bool hybrid;    /* GPT is used, and the MBR shows partitions, too */
	bool damaged;   /* part of the table could not be read or is malformed */
	size_t n, n_places, n_notes;
	struct table_extent *extents; /* n of them, in order of offset */
	struct table_place *places;
	struct table_note *notes;
};

/*
 * Reads the table of a medium of this size.  A whole medium without table is
 * one partition extent.  Of a hybrid MBR the partitions that the GPT does not
 * show come besides those of the GPT.  ERR_LIMIT when there are more than
 * LIM_VOLUMES extents; ERR_IO when sector 0 cannot be read.  On ERR_OK the
 * caller calls table_done.
 */
enum err table_parse(table_read_fn *, void *arg, uint64_t medium_bytes, unsigned sector_bytes,
    struct table *ret_table);
void table_done(struct table *);
/* True when what lies here begins with a partition table of its own. */
bool table_is_nested(
    table_read_fn *, void *arg, uint64_t offset_bytes, uint64_t bytes, unsigned sector_bytes);
/* "none", "mbr", "gpt", "gpt (backup)". */
const char *table_kind_print(enum table_kind);

#endif

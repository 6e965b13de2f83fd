/* SPDX-License-Identifier: ISC */
/*
 * One name in a directory, as the parsers of raw directories report it.
 *
 * Names are evidence, so directories are decoded here and not by libtsk, which
 * replaces control bytes and bytes outside ASCII by '^', drops long FAT names
 * of more than 15 parts and splits nothing it cannot convert.  (Block lists of
 * ext and cluster chains of FAT are ours, too: see extents.h and fatchain.h.)
 */
#ifndef MEDIA_ENTRY_H
#define MEDIA_ENTRY_H

#include "src/base/err.h"
#include "src/base/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Why an entry is `bad` whose name cannot be part of a path. */
#define ENTRY_BAD_NAME "its name holds a byte that no name can hold"

struct entry {
	const uint8_t *name; /* belongs to the parser, valid during the callback */
	size_t name_len;
	uint64_t record; /* ext: the inode; NTFS: the file record */
	const char *bad; /* why nothing behind this name can be used, or NULL */

	/* of file systems whose directories say it: all but ext and NTFS */
	bool directory;
	bool odd;             /* a volume label where none belongs */
	uint64_t size_bytes;  /* as declared */
	uint64_t valid_bytes; /* exFAT: bytes ever written; the rest reads as zero */
	uint32_t first_cluster;
	bool contiguous; /* exFAT: one piece, whatever the table says */
	bool has_mtime;
	int64_t mtime_s;
	bool utc; /* false: local time of the writer, counted as if it were UTC */

	/* NTFS only */
	uint16_t sequence; /* must match the record's */
	bool dos_name;     /* a short alias; the long name is an entry of its own */
};

/* Anything but ERR_OK ends the parse and is returned by it. */
typedef enum err entry_fn(void *arg, const struct entry *);

#endif

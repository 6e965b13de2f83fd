/* SPDX-License-Identifier: ISC */
/*
 * ISO 9660 directories (ECMA-119): their own names, those of Joliet, those of
 * Rock Ridge; exactly as stored.
 */
#ifndef MEDIA_ISODIR_H
#define MEDIA_ISODIR_H

#include "src/media/entry.h"
#include "src/media/susp.h"

#define ISODIR_SECTOR_BYTES 2048 /* no record crosses its end */
#define ISODIR_RECORD_BYTES 255

enum isodir_names { ISODIR_PLAIN, ISODIR_JOLIET, ISODIR_ROCK_RIDGE };

#define ISODIR_DIRECTORY  0x02u /* flags of a record */
#define ISODIR_ASSOCIATED 0x04u
#define ISODIR_GOES_ON    0x80u /* more extents follow */

struct isodir_record {
	size_t len;
	uint32_t block; /* of the first byte of data, behind the extended attributes */
	uint32_t bytes;
	unsigned flags;
	uint8_t unit_blocks, gap_blocks; /* 0: in one piece */
	bool has_mtime;
	int64_t mtime_s;
	const uint8_t *name;
	size_t name_len;
	const uint8_t *area; /* system use */
	size_t area_len;
};

/* False when it is malformed or longer than n; len 0 is no record. */
bool isodir_record(const uint8_t *bytes, size_t n, struct isodir_record *ret);

struct isodir {
	enum isodir_names names;
	table_read_fn *read; /* bytes of the volume, for continuations */
	void *arg;
	size_t block_bytes;
	unsigned skip;       /* as susp.h */
	uint64_t seen;       /* records so far */
	bool damaged;        /* a record did not fit: the rest of its sector was skipped */
	bool going_on;       /* the last record was one of several extents */
	uint64_t first_at;   /* the first of them */
	uint64_t more_bytes; /* their size so far */
	uint32_t first_block;
};

/*
 * One sector (or what is left of the directory) that lies at `at` in the
 * volume.  An entry's record is where its first record lies; first_cluster is
 * the block of its data; directories and sizes are filled, times are not.  A
 * directory that Rock Ridge put elsewhere has the record of its own ".".
 */
enum err isodir_feed(
    struct isodir *, const uint8_t *bytes, size_t n, uint64_t at, entry_fn *, void *arg);

#endif

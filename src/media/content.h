/* SPDX-License-Identifier: ISC */
/*
 * The bytes of one file, from beginning to end.  Runs come from libtsk, bytes
 * from the image; what libtsk would invent (missing runs as zeros, failed
 * reads as data) is an error here.
 */
#ifndef MEDIA_CONTENT_H
#define MEDIA_CONTENT_H

#include "src/core/item.h"
#include "src/media/volume.h"

/* of libtsk */
struct TSK_FS_FILE;
struct TSK_FS_ATTR;

/* Which part of a file. */
enum content_part {
	CONTENT_DATA,       /* what a program reads */
	CONTENT_INDEX_ROOT, /* the rest is NTFS: $INDEX_ROOT of $I30 */
	CONTENT_INDEX,      /* $INDEX_ALLOCATION of $I30 */
	CONTENT_INDEX_BITS, /* $BITMAP of $I30 */
	CONTENT_VOLUME_NAME,
};

struct content {
	struct volume *volume;
	uint64_t inum;
	struct TSK_FS_FILE *file;       /* NULL for FAT and exFAT */
	const struct TSK_FS_ATTR *attr; /* NULL: there are no bytes */
	struct runs runs;               /* when the bytes lie in blocks of the volume */
	size_t run;                     /* the one where `at` lies */
	uint64_t size_bytes;
	uint64_t valid_bytes; /* bytes behind it read as zero */
	uint64_t at;          /* read so far */
	uint64_t where;       /* of the last piece: bytes in the volume; 0: stored nowhere */
	const char *why;      /* after an error: what is wrong, static text */

	uint64_t fat_size_bytes;

	/* what the record says */
	enum item_kind kind; /* ITEM_OTHER when it says nothing known */
	uint64_t links;
	uint16_t sequence; /* NTFS */
	bool reparse;      /* NTFS: a reparse point */
	int64_t mtime_s;
	struct volume_ext_inode ext; /* ext: the inode itself */
};

/*
 * Opens file record inum (FAT, exFAT: see volume_fat_file, with its size).
 * ERR_SYNTAX when the record is damaged, why tells; otherwise the caller calls
 * content_part, and content_close at the end.
 */
enum err content_open(
    struct volume *, uint64_t inum, uint64_t fat_size_bytes, struct content *);
void content_close(struct content *);
/*
 * Chooses what content_read gives, from its beginning.  ERR_NOTFOUND when the
 * file has no such part (no data: an empty file), ERR_DENIED when it is
 * encrypted, ERR_LIMIT when it is mostly holes, ERR_SYNTAX when its runs are
 * damaged (why tells).
 */
enum err content_part(struct content *, enum content_part);
/*
 * Next piece, at most n bytes and at most one run: ret_n 0 at the end.  ERR_IO
 * or ERR_SYNTAX with why; `at` is where it stopped.
 */
enum err content_read(struct content *, uint8_t *out, size_t n, size_t *ret_n);
/* Fills out unless the end comes first. */
enum err content_fill(struct content *, uint8_t *out, size_t n, size_t *ret_n);
/* True when the chosen part lies in the record itself. */
bool content_is_resident(const struct content *);
/* NTFS: true when the directory has index records besides its root. */
bool content_has_index(const struct content *);
/* Where the first stored byte lies in the volume; 0 when nowhere. */
uint64_t content_first(const struct content *);
/* NTFS: names of the file in directories, short aliases not counted. */
uint64_t content_names(const struct content *);
/* The i-th named stream (NTFS): its name as libtsk has it; false behind the last. */
bool content_stream(
    const struct content *, size_t i, const char **ret_name, uint64_t *ret_bytes);

#endif

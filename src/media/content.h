/* SPDX-License-Identifier: ISC */
/*
 * The bytes of one file, from beginning to end.  Where they lie is known by
 * the family; bytes come from the image.  What a library would invent (missing
 * runs as zeros, failed reads as data) is an error here.
 */
#ifndef MEDIA_CONTENT_H
#define MEDIA_CONTENT_H

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

#define CONTENT_SIZE_MAX ((uint64_t)1 << 52) /* what messages can say */

struct content {
	struct volume *volume;
	uint64_t inum;
	struct runs runs;        /* when the bytes lie in blocks of the volume */
	const uint8_t *resident; /* when they lie in the record itself: size_bytes of them */
	bool packed;             /* when only the family can unpack them */
	size_t run;              /* the one where `at` lies */
	uint64_t size_bytes;
	uint64_t valid_bytes; /* bytes behind it read as zero */
	uint64_t at;          /* read so far */
	uint64_t where;       /* of the last piece: bytes in the volume; 0: stored nowhere */
	const char *why;      /* after an error: what is wrong, static text */

	/* what the record says */
	enum item_kind kind; /* ITEM_OTHER when it says nothing known */
	uint64_t links;
	int64_t mtime_s;

	/* the family's */
	struct TSK_FS_FILE *file; /* those that libtsk opens */
	const struct TSK_FS_ATTR *attr;
	uint64_t listed_bytes; /* as content_open was told */
	void *own;             /* freed by content_close */
};

/*
 * Opens the file of this number.  FAT and exFAT know its size from its
 * directory only; a size of 0 is ignored.  ERR_SYNTAX when the record is
 * damaged, why tells; otherwise the caller calls content_part, and
 * content_close at the end.
 */
enum err content_open(struct volume *, uint64_t inum, uint64_t size_bytes, struct content *);
void content_close(struct content *);
/*
 * Chooses what content_read gives, from its beginning.  ERR_NOTFOUND when the
 * file has no such part (no data: an empty file), ERR_DENIED when it is
 * encrypted, ERR_LIMIT when it is mostly holes or packed in a way that is not
 * read, ERR_SYNTAX when its runs are damaged (why tells).
 */
enum err content_part(struct content *, enum content_part);
/*
 * Next piece, at most n bytes and at most one run: ret_n 0 at the end.  ERR_IO
 * or ERR_SYNTAX with why; `at` is where it stopped.
 */
enum err content_read(struct content *, uint8_t *out, size_t n, size_t *ret_n);
/* Fills out unless the end comes first. */
enum err content_fill(struct content *, uint8_t *out, size_t n, size_t *ret_n);
/* content_read goes on at this byte; behind the end: at the end. */
void content_seek(struct content *, uint64_t at);
/* Every byte that counts must be there, and most of them stored.  For families. */
enum err content_check_runs(struct content *);
/* Where the first stored byte lies in the volume; 0 when nowhere. */
uint64_t content_first(const struct content *);

/* Bytes of a file besides its own: a named stream, a resource fork. */
struct content_stream {
	const uint8_t *name; /* with what separates it from the file's name */
	size_t name_len;
	uint64_t bytes;
	uint64_t inum;   /* for content_open */
	const char *bad; /* why it cannot be used, static text, or NULL */
};
/* The i-th; false behind the last. */
bool content_stream(const struct content *, size_t i, struct content_stream *);

#endif

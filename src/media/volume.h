/* SPDX-License-Identifier: ISC */
/* One file system of a known family (family.h) at its place on an image. */
#ifndef MEDIA_VOLUME_H
#define MEDIA_VOLUME_H

#include "src/core/item.h"
#include "src/media/image.h"
#include "src/media/probe.h"
#include "src/media/runs.h"

/* of libtsk */
struct TSK_FS_INFO;
struct family;

#define VOLUME_LABEL_BYTES 1024
#define VOLUME_NOTE_SIZE   240

/* Something an officer must know of a volume, or a part of it that is no file. */
struct volume_note {
	uint64_t bytes;
	enum item_state state;
	char text[VOLUME_NOTE_SIZE];
};

struct volume {
	struct image *image; /* not owned */
	const struct family *family;
	enum probe_kind mark; /* what it was opened as */
	uint64_t offset_bytes, bytes;
	uint64_t fs_bytes; /* what the file system says it covers */
	unsigned number;   /* 1.. among the file systems of the medium */
	const char *kind;  /* "fat12", "fat16", "fat32", "exfat", "ntfs", "ext2".. */
	uint8_t label[VOLUME_LABEL_BYTES];
	size_t label_len;
	struct volume_note *notes;
	size_t n_notes;

	size_t block_bytes;    /* the unit of runs */
	uint64_t n_blocks;     /* addresses of runs lie below it */
	uint64_t root;         /* the top directory, as content_open wants it */
	uint64_t root_place;   /* and as the place of a directory (describe.h) */
	uint64_t listed_bytes; /* of directories so far */

	struct TSK_FS_INFO *fs; /* families that libtsk opens */
	void *own;              /* the family's, freed by it */
};

/* ERR_SYNTAX with ret_why when it cannot be opened. */
enum err volume_open(struct image *, enum probe_kind, uint64_t offset_bytes, uint64_t bytes,
    struct volume *ret_volume, const char **ret_why);
void volume_done(struct volume *);
/* Beyond LIM_VOLUME_NOTES it is dropped, and the last one says so. */
void volume_note(struct volume *, uint64_t bytes, enum item_state, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* Bytes of the volume. */
enum err volume_read(struct volume *, uint64_t at, void *out, size_t n);
/* The same with the signature that table.h wants; arg is the volume. */
enum err volume_read_fn(void *arg, uint64_t at, void *out, size_t n);
size_t volume_block_bytes(const struct volume *);

#endif

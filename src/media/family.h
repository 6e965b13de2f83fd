/* SPDX-License-Identifier: ISC */
/*
 * What differs between file systems, as one table of functions for each
 * family.  A family is one group of files; volume.c has the list of them.
 */
#ifndef MEDIA_FAMILY_H
#define MEDIA_FAMILY_H

#include "src/media/content.h"
#include "src/media/describe.h"
#include "src/media/listing.h"
#include "src/media/volume.h"

struct family {
	const char *name;
	bool utc; /* its times have a zone, unless an entry says otherwise */

	/* --- a volume --- */
	/*
	 * Fills kind, fs_bytes, block_bytes, n_blocks, root and root_place of a
	 * volume whose image and place are set.  After an error the caller calls
	 * close.
	 */
	enum err (*open)(struct volume *, const char **ret_why);
	void (*close)(struct volume *);
	/* Into v->label; NULL: listing the root finds it. */
	void (*label)(struct volume *);
	/* What only a look at all of it tells, as notes; NULL: nothing. */
	void (*survey)(struct volume *);

	/* --- names --- */
	/* The entries of an opened directory, its data chosen unless list_raw. */
	void (*list)(struct listing *, struct content *);
	bool list_raw; /* list chooses parts by itself */
	/* True for a structure of the file system; NULL: there are none. */
	bool (*is_system)(const struct volume *, uint64_t dir, const struct entry *);
	/* Name, state and defaults are set. */
	void (*describe)(
	    struct volume *, const struct entry *, struct describe *, struct walk_item *);

	/* --- the bytes of a file --- */
	/* ERR_SYNTAX with why; content.h tells what to fill. */
	enum err (*file_open)(struct content *, uint64_t size_bytes);
	/* May release more than c->own; NULL: nothing more. */
	void (*file_close)(struct content *);
	/* Fills size_bytes, valid_bytes and runs or resident.  Errors as content_part. */
	enum err (*file_part)(struct content *, enum content_part);
	/* Bytes that lie packed in their runs; NULL: they never do. */
	enum err (*file_unpack)(struct content *, uint8_t *out, size_t *n);
	bool (*file_stream)(const struct content *, size_t i, struct content_stream *);
};

#endif

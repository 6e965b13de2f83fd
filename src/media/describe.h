/* SPDX-License-Identifier: ISC */
/* From a name in a directory to an item: what each file system knows of it. */
#ifndef MEDIA_DESCRIBE_H
#define MEDIA_DESCRIBE_H

#include "src/media/content.h"
#include "src/media/entry.h"
#include "src/media/walk.h"

/* Room for "v64/" before a path. */
#define DESCRIBE_PREFIX_BYTES 4

struct describe {
	uint64_t inum;
	uint64_t place; /* where it lies: order of reading, and the sameness of directories */
	uint64_t same;  /* of a file with several names: equal for all of them */
	uint64_t valid_bytes;
	uint64_t listed_bytes; /* size as its directory says, for content_open */
	bool open;             /* content is open */
	struct content content;
	uint8_t link[LIM_LINK_BYTES];
};

/* True for the file system's own structures ($MFT and the like), which are no items. */
bool describe_is_system(const struct volume *, uint64_t dir_inum, const struct entry *);
/*
 * Fills everything of the item but id and parent.  name and link of the item
 * point into entry and describe.  Caller calls describe_done.
 */
void describe_entry(
    struct volume *, const struct entry *, struct describe *, struct walk_item *);
void describe_done(struct describe *);

/* --- for families -------------------------------------------------------------- */

void describe_bad(struct walk_item *, enum item_state, const char *why);
/* Opens d->inum; false when the item is bad for it. */
bool describe_open(struct volume *, struct describe *, struct walk_item *);
/* Chooses the data; sets place to where its first byte lies. */
void describe_runs(struct describe *, struct walk_item *);
/* The data of a file: its sizes and place. */
void describe_file(struct describe *, struct walk_item *);
/* The data of a symbolic link: its target. */
void describe_link(struct describe *, struct walk_item *);
/* A kind that has no bytes of its own. */
void describe_special(struct walk_item *);

#endif

/* SPDX-License-Identifier: ISC */
/* ext2/3/4 directories: linear blocks; index blocks of a tree look empty. */
#ifndef MEDIA_EXTDIR_H
#define MEDIA_EXTDIR_H

#include "src/media/entry.h"

struct extdir {
	bool typed;    /* the file system has the filetype feature: 8-bit lengths */
	uint64_t self; /* inode of the directory, to know its "." */
	uint64_t seen; /* live entries so far */
	bool damaged;  /* a record did not fit its block: the rest was skipped */
};

void extdir_init(struct extdir *, bool typed, uint64_t self);
/* One whole block.  "." and ".." are not reported when they stand first. */
enum err extdir_feed(struct extdir *, const uint8_t *block, size_t n, entry_fn *, void *arg);

#endif

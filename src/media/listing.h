/* SPDX-License-Identifier: ISC */
/* The names in one directory of any file system, from its raw bytes. */
#ifndef MEDIA_LISTING_H
#define MEDIA_LISTING_H

#include "src/media/content.h"
#include "src/media/entry.h"

/*
 * Reports every live entry of a directory (inum and size as content_open has
 * them) but "." and "..".  Damage does
 * not end it: what can be found is reported and ret_why tells (NULL: none).
 * Returns only what the callback returned.
 */
enum err listing_run(struct volume *, uint64_t inum, uint64_t fat_size_bytes, entry_fn *,
    void *arg, const char **ret_why);
/* Puts the volume's own name into v->label. */
void listing_label(struct volume *);

#endif

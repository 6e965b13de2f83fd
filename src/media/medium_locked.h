/* SPDX-License-Identifier: ISC */
/*
 * Encrypted volumes of a medium.  Each has its number among the volumes from
 * the start and is a region until it is opened; then the region is gone, and
 * the volume lies on a decrypted view of the medium (image.h).
 */
#ifndef MEDIA_MEDIUM_LOCKED_H
#define MEDIA_MEDIUM_LOCKED_H

#include "src/media/layout.h"
#include "src/media/medium.h"
#include "src/media/probe.h"

/*
 * While the medium is opened: a partition that nothing reads.  True when it
 * needs a key, or may need one, and was given a number and a region.  what:
 * "the medium" or "a partition".
 */
bool medium_locked_add(struct medium *, const struct table_extent *,
    const enum probe_kind *kinds, size_t n_kinds, const char *what);
/* True while volume i (from 0) has not been opened; its kind is "luks", "bitlocker".. */
bool medium_locked(const struct medium *, size_t i);
/* Where volume i lies on the medium. */
uint64_t medium_locked_offset(const struct medium *, size_t i);

/*
 * Opens volume `number` after medium_walk.  The layout is foreign; key has its
 * key_bytes and may be wiped after.  ERR_RANGE or ERR_SYNTAX with ret_why, a
 * sentence, when there is no such volume, or nothing in it that is read.
 */
enum err medium_unlock(struct medium *, unsigned number, const struct layout *,
    const uint8_t *key, const char **ret_why);
/* Then: its items, to where medium_walk sent its.  Errors as medium_walk. */
enum err medium_walk_unlocked(struct medium *, unsigned number, const char **ret_why);

/* Every item passes here: a stick whose maker encrypts it shows a disc with a program. */
void medium_locked_see(struct medium *, const struct walk_item *);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * What stands on the share in the place of a delivery that was recalled or
 * retired: a directory with one text.  The delivery itself is put out of sight,
 * below transfers/.recalled, which clients cannot enter.
 *
 * A reader of transfers/<id> finds the delivery or the tombstone, never a
 * mixture, and never a delivery of which a part is gone.  Where the file system
 * cannot exchange two names there is a moment with neither.
 */
#ifndef PROC_STAGER_TOMBSTONE_H
#define PROC_STAGER_TOMBSTONE_H

#include "src/base/buf.h"
#include "src/core/custody.h"
#include "src/proc/stager/share.h"

#include <stdbool.h>

#define TOMBSTONE_FILE "TOMBSTONE.txt"
#define TOMBSTONE_AWAY ".recalled"

/* The text, from the record alone: the same whoever makes it, and whenever. */
enum err tombstone_print(const struct custody_transfer *, struct buf *out);
/* That of the recall alone, of what was recalled and is retired now; nothing otherwise. */
enum err tombstone_print_before(const struct custody_transfer *, struct buf *out);

struct tombstone {
	const struct buf *text;
	const struct buf *before; /* may stand there instead, and gives way; NULL: none */
};

/*
 * Puts the tombstone in the place of the delivery; whatever an earlier run has
 * done of it is found out and not done again.  ret_found: there was a delivery.
 * ERR_EXISTS when one was moved before and something else is there now.
 */
enum err tombstone_put(const struct share *, const char *transfer, const struct tombstone *,
    bool *ret_found, char why[SHARE_WHY_SIZE]);
/* This very text stands in the transfer's place, and nothing beside it. */
bool tombstone_stands(const struct share *, const char *transfer, const struct buf *text);
/*
 * Removes the files that were put out of sight; fine when there are none.  The empty
 * directory stays, so that a run after this one can tell that there was a delivery.
 */
enum err tombstone_clear(const struct share *, const char *transfer, char why[SHARE_WHY_SIZE]);
/* Removes that empty directory, when it is recorded. */
void tombstone_tidy(const struct share *, const char *transfer);

#endif

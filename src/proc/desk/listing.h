/* SPDX-License-Identifier: ISC */
/*
 * What the reader says of a medium and its items, checked word for word before
 * it is kept: the reader has touched hostile bytes.
 */
#ifndef DESK_LISTING_H
#define DESK_LISTING_H

#include "src/base/err.h"
#include "src/ipc/channel.h"

#include <stdbool.h>

struct work;

/* The volumes as xfer.read records them; caller decrefs.  NULL for an unknown form. */
json_t *listing_volumes(const json_t *said);
/*
 * Where the locked ones of them lie on the medium, {offset, bytes} in the same
 * order, null for all others; caller decrefs.
 */
json_t *listing_places(const json_t *said);
/*
 * Keeps the item of a reader.item; prefix: its path begins with its volume.
 * ERR_RANGE when it is of no known form, ERR_NOTFOUND without its parent,
 * ERR_EXISTS when its number was there.
 */
enum err listing_add(struct work *, const struct msg *, bool prefix);

#endif

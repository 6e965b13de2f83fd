/* SPDX-License-Identifier: ISC */
/*
 * The extent tree of an ext4 inode.  Ours, because libtsk 4.11 refuses every
 * file whose tree has more than one leaf (340 extents), reads past a node that
 * claims too many entries, and does not notice that a node is its own child.
 */
#ifndef MEDIA_EXTENTS_H
#define MEDIA_EXTENTS_H

#include "src/media/runs.h"
#include "src/media/table.h"

#define EXTENTS_ROOT_BYTES 60 /* i_block of the inode */
#define EXTENTS_DEPTH_MAX  5

/*
 * Adds the extents to runs.  root: the 60 bytes of i_block.  read gives the
 * bytes of the volume: n_blocks of block_bytes.  ERR_SYNTAX when the tree is
 * malformed: entries out of order or outside the volume, wrong depth; ERR_LIMIT
 * when it has more than LIM_EXTENT_NODES nodes or LIM_RUNS runs.
 */
enum err extents_load(const uint8_t root[EXTENTS_ROOT_BYTES], table_read_fn *read, void *arg,
    uint64_t block_bytes, uint64_t n_blocks, struct runs *);

#endif

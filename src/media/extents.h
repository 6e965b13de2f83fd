/* SPDX-License-Identifier: ISC */
/*
 * Looks over the extent tree of an ext4 inode before libtsk walks it: libtsk
 * reads past a node that claims too many entries, does not notice that a node
 * is its own child, and loses the high half of 48-bit addresses.
 */
#ifndef MEDIA_EXTENTS_H
#define MEDIA_EXTENTS_H

#include "src/media/table.h"

#define EXTENTS_ROOT_BYTES 60 /* i_block of the inode */
#define EXTENTS_DEPTH_MAX  5

/*
 * root: the 60 bytes of i_block.  read gives the bytes of the volume; blocks
 * of block_bytes, n_blocks of them.  ERR_SYNTAX when the tree is malformed:
 * entries out of order or outside the volume, wrong depth; ERR_LIMIT when it
 * has more than LIM_EXTENT_NODES nodes.  ret_stored: blocks that are not holes.
 */
enum err extents_check(const uint8_t root[EXTENTS_ROOT_BYTES], table_read_fn *read, void *arg,
    uint64_t block_bytes, uint64_t n_blocks, uint64_t *ret_stored);

#endif

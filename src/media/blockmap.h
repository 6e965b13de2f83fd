/* SPDX-License-Identifier: ISC */
/*
 * Looks over the block pointers of an ext2 or ext3 inode before libtsk follows
 * them: damaged pointer blocks make it collect millions of runs.
 */
#ifndef MEDIA_BLOCKMAP_H
#define MEDIA_BLOCKMAP_H

#include "src/media/table.h"

#define BLOCKMAP_ROOT_BYTES 60 /* i_block: 12 direct pointers, 3 indirect */

/*
 * size_blocks: what the file needs; pointers behind it are not looked at.
 * ERR_SYNTAX when a pointer leaves the volume or there are more pointers than
 * the volume has blocks.  ret_stored: blocks that are not holes.
 */
enum err blockmap_check(const uint8_t root[BLOCKMAP_ROOT_BYTES], table_read_fn *read, void *arg,
    uint64_t block_bytes, uint64_t n_blocks, uint64_t size_blocks, uint64_t *ret_stored);

#endif

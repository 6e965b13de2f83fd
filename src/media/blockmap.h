/* SPDX-License-Identifier: ISC */
/*
 * The block pointers of an ext2 or ext3 inode.  Ours, because libtsk follows
 * damaged pointers for as long as the damaged size says.
 */
#ifndef MEDIA_BLOCKMAP_H
#define MEDIA_BLOCKMAP_H

#include "src/media/runs.h"
#include "src/media/table.h"

#define BLOCKMAP_ROOT_BYTES 60 /* i_block: 12 direct pointers, 3 indirect */

/*
 * Adds size_blocks blocks to runs; pointers behind them are not looked at.
 * ERR_SYNTAX when a pointer leaves the volume or there are more pointers than
 * the volume has blocks; ERR_LIMIT beyond LIM_RUNS.
 */
enum err blockmap_load(const uint8_t root[BLOCKMAP_ROOT_BYTES], table_read_fn *read, void *arg,
    uint64_t block_bytes, uint64_t n_blocks, uint64_t size_blocks, struct runs *);

#endif

/* SPDX-License-Identifier: ISC */
#include "src/media/blockmap.h"
#include "src/base/mem.h"
#include "src/media/le.h"

#define DIRECT 12
#define LEVELS 3

struct blockmap_walk {
	table_read_fn *read;
	void *arg;
	uint64_t block_bytes, n_blocks;
	uint64_t at, size; /* blocks of the file: covered, needed */
	uint64_t pointers; /* followed so far */
	struct runs *runs;
	uint8_t *node[LEVELS];
};

/* One pointer to something of this level: 0 is data. */
static enum err
blockmap_pointer(struct blockmap_walk *w, uint32_t block, unsigned level)
{
	uint64_t covers = 1, per_node = w->block_bytes / 4;

	for (unsigned i = 0; i < level; i++)
		covers *= per_node;
	if (covers > w->size - w->at)
		covers = w->size - w->at;
	if (block != 0 && (block >= w->n_blocks || ++w->pointers > w->n_blocks))
		return ERR_SYNTAX;
	if (block == 0 || level == 0) { /* a hole or data */
		enum err err = runs_add(w->runs, w->at, block == 0 ? RUNS_HOLE : block, covers);
		w->at += covers;
		return err;
	}
	uint8_t *node = w->node[level - 1];
	enum err err = w->read(w->arg, block * w->block_bytes, node, w->block_bytes);
	for (uint64_t i = 0; err == ERR_OK && i < per_node && w->at < w->size; i++)
		err = blockmap_pointer(w, le32(node + 4 * i), level - 1);
	return err;
}

enum err
blockmap_load(const uint8_t root[BLOCKMAP_ROOT_BYTES], table_read_fn *read, void *arg,
    uint64_t block_bytes, uint64_t n_blocks, uint64_t size_blocks, struct runs *runs)
{
	struct blockmap_walk w = {.read = read,
	    .arg = arg,
	    .block_bytes = block_bytes,
	    .n_blocks = n_blocks,
	    .size = size_blocks,
	    .runs = runs};
	enum err err = ERR_OK;

	if (block_bytes < 1024 || block_bytes > 65536)
		return ERR_SYNTAX;
	for (size_t i = 0; i < LEVELS; i++)
		w.node[i] = mem_alloc(block_bytes);
	for (unsigned i = 0; err == ERR_OK && i < DIRECT + LEVELS && w.at < w.size; i++)
		err = blockmap_pointer(
		    &w, le32(root + 4 * (size_t)i), i < DIRECT ? 0 : i - DIRECT + 1);
	for (size_t i = 0; i < LEVELS; i++)
		free(w.node[i]);
	if (err == ERR_OK && w.at < w.size)
		err = ERR_SYNTAX; /* larger than pointers can say */
	return err;
}

/* SPDX-License-Identifier: ISC */
#include "src/media/extents.h"
#include "src/base/mem.h"
#include "src/media/le.h"

#define MAGIC       0xF30A
#define HEAD_BYTES  12
#define ENTRY_BYTES 12
#define LONGEST     32768 /* blocks of an extent; more: unwritten, less this */
#define LOGICAL_END (1ull << 32)

/* A node on the way down. */
struct extents_level {
	uint8_t *node;
	unsigned entries, at, depth;
	uint64_t from, to; /* logical blocks it may speak of */
};

struct extents_walk {
	table_read_fn *read;
	void *arg;
	uint64_t block_bytes, n_blocks;
	struct extents_level level[EXTENTS_DEPTH_MAX + 1];
	unsigned n_nodes;
	struct runs *runs;
};

static const uint8_t *
extents_entry(const struct extents_level *l, unsigned i)
{
	return l->node + HEAD_BYTES + ENTRY_BYTES * (size_t)i;
}

/* Extents in order, inside what the parent spoke of and inside the volume. */
static enum err
extents_leaf(struct extents_walk *w, const struct extents_level *l)
{
	uint64_t next = l->from;

	for (unsigned i = 0; i < l->entries; i++) {
		const uint8_t *e = extents_entry(l, i);
		uint64_t logical = le32(e), n = le16(e + 4);
		uint64_t addr = le32(e + 8) | (uint64_t)le16(e + 6) << 32;
		bool written = n <= LONGEST;
		if (!written)
			n -= LONGEST;
		if (n == 0 || logical < next || logical + n > l->to)
			return ERR_SYNTAX;
		if (addr >= w->n_blocks || n > w->n_blocks - addr)
			return ERR_SYNTAX;
		enum err err = runs_add(w->runs, logical, written ? addr : RUNS_HOLE, n);
		if (err != ERR_OK)
			return err;
		next = logical + n;
	}
	return ERR_OK;
}

/* Checks the header of a node of node_bytes that lies at this depth. */
static enum err
extents_head(struct extents_level *l, size_t node_bytes)
{
	if (le16(l->node) != MAGIC || le16(l->node + 6) != l->depth)
		return ERR_SYNTAX;
	l->entries = le16(l->node + 2);
	l->at = 0;
	return l->entries <= (node_bytes - HEAD_BYTES) / ENTRY_BYTES ? ERR_OK : ERR_SYNTAX;
}

/* Goes down to the next child of up; its entry must follow the one before. */
static enum err
extents_down(struct extents_walk *w, struct extents_level *up, struct extents_level *l)
{
	const uint8_t *e = extents_entry(up, up->at++);

	uint64_t block = le32(e + 4) | (uint64_t)le16(e + 8) << 32;

	l->depth = up->depth - 1;
	l->from = le32(e);
	l->to = up->at < up->entries ? le32(extents_entry(up, up->at)) : up->to;
	if (l->from < up->from || l->from >= l->to || l->to > up->to || block >= w->n_blocks)
		return ERR_SYNTAX;
	if (++w->n_nodes > LIM_EXTENT_NODES)
		return ERR_LIMIT;
	if (l->node == NULL)
		l->node = mem_alloc(w->block_bytes);
	enum err err = w->read(w->arg, block * w->block_bytes, l->node, w->block_bytes);
	return err == ERR_OK ? extents_head(l, w->block_bytes) : err;
}

static enum err
extents_walk(struct extents_walk *w, unsigned depth)
{
	unsigned top = 0; /* level[0] is the root */

	for (;;) {
		struct extents_level *l = &w->level[top];
		enum err err = ERR_OK;
		if (l->depth > 0 && l->at < l->entries) {
			err = extents_down(w, l, &w->level[++top]);
		} else {
			if (l->depth == 0)
				err = extents_leaf(w, l);
			if (top == 0 || depth == 0)
				return err;
			top--;
		}
		if (err != ERR_OK)
			return err;
	}
}

enum err
extents_load(const uint8_t root[EXTENTS_ROOT_BYTES], table_read_fn *read, void *arg,
    uint64_t block_bytes, uint64_t n_blocks, struct runs *runs)
{
	struct extents_walk w = {.read = read,
	    .arg = arg,
	    .block_bytes = block_bytes,
	    .n_blocks = n_blocks,
	    .runs = runs};
	unsigned depth = le16(root + 6);

	if (depth > EXTENTS_DEPTH_MAX || block_bytes < 1024 || block_bytes > 65536)
		return ERR_SYNTAX;
	w.level[0] = (struct extents_level){
	    .node = mem_dup(root, EXTENTS_ROOT_BYTES), .depth = depth, .to = LOGICAL_END};
	enum err err = extents_head(&w.level[0], EXTENTS_ROOT_BYTES);
	if (err == ERR_OK)
		err = extents_walk(&w, depth);
	for (size_t i = 0; i <= EXTENTS_DEPTH_MAX; i++)
		free(w.level[i].node);
	return err;
}

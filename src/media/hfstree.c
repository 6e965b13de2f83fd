/* SPDX-License-Identifier: ISC */
#include "src/media/hfstree.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/media/be.h"
#include "src/media/content.h"
#include "src/media/hfsdir.h"

#include <string.h>

#define NODE_HEAD     14
#define KIND_LEAF     0xFF
#define KIND_INDEX    0x00
#define VARIABLE_KEYS 4u /* attribute of a tree: keys of its upper nodes say their length */
#define FORK_EXTENTS  8
#define EXTENT_KEY    12 /* bytes of a key in the list of extents, with its length */
#define BLOCK_MAX     (1u << 30)

enum hfstree_kind { HFSTREE_EXTENTS, HFSTREE_CATALOG, HFSTREE_ATTRIBUTES, HFSTREE__MAX };

/* Where the volume header has each of them, and by which number their extents go. */
static const struct {
	size_t fork;
	uint32_t id;
} hfstree_places[HFSTREE__MAX] = {
    [HFSTREE_EXTENTS] = {192, 3},
    [HFSTREE_CATALOG] = {272, 4},
    [HFSTREE_ATTRIBUTES] = {352, 8},
};

struct hfstree {
	struct volume *v;
	enum hfstree_kind kind;
	struct content bytes[HFSTREE__MAX]; /* of all of them */
	size_t node_bytes;
	uint32_t root, n_nodes;
	uint16_t key_bytes; /* of keys in upper nodes; 0: as they say */
	uint8_t *buf;
	uint32_t *walk;  /* of each node: in which walk along the leaves it was passed */
	uint8_t *below;  /* a bit for each node: something above leads to it */
	uint32_t *level; /* nodes of one height, from left to right */
	size_t n_level;
	uint32_t last; /* directory of the last record in the leaves so far */
	bool disorder;
};

/* --- nodes ---------------------------------------------------------------------- */

static enum err
hfstree_node(struct hfstree *t, uint32_t number)
{
	struct content *c = &t->bytes[t->kind];
	size_t n = 0;

	if (number >= t->n_nodes)
		return ERR_SYNTAX;
	content_seek(c, (uint64_t)number * t->node_bytes);
	enum err err = content_fill(c, t->buf, t->node_bytes, &n);
	return err == ERR_OK && n < t->node_bytes ? ERR_SYNTAX : err;
}

/* Where record i of the node begins; at least its key's length is there.  0: nowhere. */
static size_t
hfstree_record(const struct hfstree *t, size_t i, size_t *ret_key)
{
	size_t n = t->node_bytes, table = 2 * (i + 1);

	if (table > n - NODE_HEAD)
		return 0;
	size_t at = be16(t->buf + n - table);
	if (at < NODE_HEAD || at > n - table - 2)
		return 0;
	*ret_key = 2 + (size_t)be16(t->buf + at);
	return *ret_key <= n - at ? at : 0;
}

/* --- from the root to the leaves --------------------------------------------------- */

/* What a node of an upper level leads to, behind what the level has so far. */
static enum err
hfstree_children(struct hfstree *t, uint32_t **next, size_t *n, size_t *cap)
{
	size_t records = be16(t->buf + 10);

	for (size_t i = 0; i < records; i++) {
		size_t key = 0, at = hfstree_record(t, i, &key);
		if (at == 0)
			return ERR_SYNTAX;
		key = t->key_bytes > 0 ? 2 + (size_t)t->key_bytes : key + key % 2;
		if (key > t->node_bytes - at || t->node_bytes - at - key < 4)
			return ERR_SYNTAX;
		uint32_t child = be32(t->buf + at + key);
		if (child == 0 || child >= t->n_nodes ||
		    (t->below[child / 8] >> (child % 8) & 1))
			return ERR_SYNTAX; /* nothing leads to the same node twice */
		t->below[child / 8] |= (uint8_t)(1u << (child % 8));
		if (*n == *cap) {
			*cap = *cap == 0 ? 64 : *cap * 2;
			*next = mem_resize(*next, *cap, sizeof(**next));
		}
		(*next)[(*n)++] = child;
	}
	return records > 0 ? ERR_OK : ERR_SYNTAX;
}

/* Makes the level the one below it; ERR_NOTFOUND when it is that of the leaves. */
static enum err
hfstree_down(struct hfstree *t)
{
	uint32_t *next = NULL;
	size_t n = 0, cap = 0;
	enum err err = ERR_OK;

	for (size_t i = 0; err == ERR_OK && i < t->n_level; i++) {
		err = hfstree_node(t, t->level[i]);
		if (err == ERR_OK && t->buf[8] == KIND_LEAF)
			err = i == 0 ? ERR_NOTFOUND : ERR_SYNTAX;
		else if (err == ERR_OK)
			err = t->buf[8] == KIND_INDEX ? hfstree_children(t, &next, &n, &cap)
			                              : ERR_SYNTAX;
	}
	if (err != ERR_OK) {
		free(next);
		return err;
	}
	free(t->level);
	t->level = next;
	t->n_level = n;
	return ERR_OK;
}

/* --- along the leaves ------------------------------------------------------------- */

/* More of the catalog's or the attributes' extents, in the order of their keys. */
static enum err
hfstree_extents(struct hfstree *t)
{
	size_t records = be16(t->buf + 10);

	for (size_t i = 0; i < records; i++) {
		size_t key = 0, at = hfstree_record(t, i, &key);
		if (at == 0 || key < EXTENT_KEY || t->node_bytes - at - key < FORK_EXTENTS * 8)
			return ERR_SYNTAX;
		const uint8_t *p = t->buf + at;
		for (size_t k = HFSTREE_CATALOG; k < HFSTREE__MAX; k++) {
			struct runs *r = &t->bytes[k].runs;
			if (be32(p + 4) != hfstree_places[k].id || p[2] != 0)
				continue;
			if (be32(p + 8) != r->end)
				return ERR_SYNTAX;
			for (size_t e = 0; e < FORK_EXTENTS; e++)
				if (runs_add(r, r->end, be32(p + key + 8 * e),
					be32(p + key + 8 * e + 4)) != ERR_OK)
					return ERR_SYNTAX;
		}
	}
	return ERR_OK;
}

/* Names are found only where the leaves are in the order of their directories. */
static enum err
hfstree_order(struct hfstree *t)
{
	size_t records = be16(t->buf + 10);

	for (size_t i = 0; i < records; i++) {
		size_t key = 0, at = hfstree_record(t, i, &key);
		if (at == 0 || key < 6)
			return ERR_OK; /* the listing tells it */
		uint32_t directory = be32(t->buf + at + 2);
		t->disorder |= directory < t->last;
		t->last = directory;
	}
	return ERR_OK;
}

/* From this leaf to the last one, or to one where an earlier walk went on. */
static enum err
hfstree_along(struct hfstree *t, uint32_t node, uint32_t walk)
{
	while (node != 0) {
		enum err err = hfstree_node(t, node);
		if (err != ERR_OK)
			return err;
		if (t->buf[8] != KIND_LEAF || t->walk[node] == walk)
			return ERR_SYNTAX;
		if (t->walk[node] != 0)
			return ERR_OK;
		t->walk[node] = walk;
		t->disorder |= walk > 1; /* the others do not lead to it */
		err = t->kind == HFSTREE_EXTENTS   ? hfstree_extents(t)
		      : t->kind == HFSTREE_CATALOG ? hfstree_order(t)
		                                   : ERR_OK;
		if (err != ERR_OK)
			return err;
		node = be32(t->buf);
	}
	return ERR_OK;
}

static enum err
hfstree_leaves(struct hfstree *t)
{
	enum err err = ERR_OK;

	for (size_t i = 0; err == ERR_OK && i < t->n_level; i++)
		if (t->walk[t->level[i]] == 0)
			err = hfstree_along(t, t->level[i], (uint32_t)i + 1);
	return err;
}

/* --- one tree ------------------------------------------------------------------------- */

/* The first node says how the others are; no root: it is empty. */
static enum err
hfstree_head(struct hfstree *t)
{
	uint8_t head[HFSDIR_HEAD_BYTES];
	struct content *c = &t->bytes[t->kind];
	struct hfsdir_head h;
	size_t n = 0;

	enum err err = content_fill(c, head, sizeof(head), &n);
	if (err == ERR_OK)
		err = n < sizeof(head) ? ERR_SYNTAX : hfsdir_head(head, &h);
	if (err != ERR_OK)
		return err;
	uint64_t nodes = c->size_bytes / h.node_bytes;
	if (nodes > LIM_HFS_NODES)
		return ERR_LIMIT;
	t->node_bytes = h.node_bytes;
	t->root = h.root;
	t->n_nodes = (uint32_t)nodes;
	t->key_bytes = t->kind != HFSTREE_ATTRIBUTES && !(be32(head + 52) & VARIABLE_KEYS)
	                   ? be16(head + 34)
	                   : 0;
	return t->root < t->n_nodes ? ERR_OK : ERR_SYNTAX;
}

static enum err
hfstree_one(struct hfstree *t)
{
	enum err err = hfstree_head(t);

	if (err != ERR_OK || t->root == 0)
		return err;
	t->buf = mem_alloc(t->node_bytes);
	t->walk = mem_array(t->n_nodes, sizeof(*t->walk));
	t->below = mem_alloc(t->n_nodes / 8 + 1);
	t->level = mem_array(1, sizeof(*t->level));
	t->level[0] = t->root;
	t->n_level = 1;
	t->below[t->root / 8] |= (uint8_t)(1u << (t->root % 8));
	while (err == ERR_OK)
		err = hfstree_down(t);
	if (err == ERR_NOTFOUND)
		err = hfstree_leaves(t);
	free(t->buf);
	free(t->walk);
	free(t->below);
	free(t->level);
	return err;
}

/* The extents that the volume header has; those behind them are in a tree of their own. */
static enum err
hfstree_fork(struct hfstree *t, enum hfstree_kind kind, const uint8_t *header)
{
	const uint8_t *p = header + hfstree_places[kind].fork;
	struct content *c = &t->bytes[kind];
	enum err err = ERR_OK;

	*c = (struct content){.volume = t->v};
	c->size_bytes = (uint64_t)be32(p) << 32 | be32(p + 4);
	for (size_t i = 0; err == ERR_OK && i < FORK_EXTENTS; i++)
		err =
		    runs_add(&c->runs, c->runs.end, be32(p + 16 + 8 * i), be32(p + 20 + 8 * i));
	return err;
}

/* When all of its extents are known. */
static enum err
hfstree_size(struct hfstree *t, enum hfstree_kind kind)
{
	struct content *c = &t->bytes[kind];

	if (c->size_bytes > c->runs.end * t->v->block_bytes)
		c->size_bytes = c->runs.end * t->v->block_bytes;
	c->valid_bytes = c->size_bytes;
	return content_check_runs(c);
}

enum err
hfstree_check(
    struct volume *v, const uint8_t header[HFSTREE_HEADER_BYTES], const char **ret_why)
{
	struct hfstree t = {.v = v};
	enum err err = ERR_OK;

	v->block_bytes = be32(header + 40);
	v->n_blocks = be32(header + 44);
	if (v->block_bytes < 512 || v->block_bytes > BLOCK_MAX ||
	    (v->block_bytes & (v->block_bytes - 1)) != 0)
		return ERR_SYNTAX;
	*ret_why = "has a damaged catalog";
	for (size_t k = 0; err == ERR_OK && k < HFSTREE__MAX; k++)
		err = hfstree_fork(&t, (enum hfstree_kind)k, header);
	for (size_t k = 0; err == ERR_OK && k < HFSTREE__MAX; k++) {
		t.kind = (enum hfstree_kind)k;
		t.last = 0;
		if (t.bytes[k].runs.end == 0)
			continue; /* there is none */
		err = hfstree_size(&t, t.kind);
		if (err == ERR_OK)
			err = hfstree_one(&t);
		if (err == ERR_LIMIT)
			*ret_why = "has a catalog that is too large";
	}
	for (size_t k = 0; k < HFSTREE__MAX; k++)
		runs_done(&t.bytes[k].runs);
	if (err == ERR_OK && t.disorder)
		volume_note(
		    v, 0, ITEM_UNREADABLE, "its catalog is not in order: names may be missing");
	return err == ERR_OK || err == ERR_IO ? err : ERR_SYNTAX;
}

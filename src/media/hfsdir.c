/* SPDX-License-Identifier: ISC */
#include "src/media/hfsdir.h"
#include "src/media/be.h"
#include "src/media/wtf8.h"

#include <string.h>

#define NODE_HEAD  14
#define KIND_LEAF  0xFF
#define KIND_INDEX 0x00
#define KEY_HEAD   8 /* length, parent, length of the name */
#define FOLDER     1
#define PLAIN      2
#define RECORD_MIN 12

struct hfsdir_key {
	uint32_t parent;
	const uint8_t *units;
	size_t n_units;
	const uint8_t *data;
	size_t data_len;
};

enum err
hfsdir_head(const uint8_t node[HFSDIR_HEAD_BYTES], struct hfsdir_head *ret)
{
	size_t size = be16(node + 32);

	if (node[8] != 1 || size < 512 || size > HFSDIR_NODE_MAX || (size & (size - 1)) != 0)
		return ERR_SYNTAX;
	*ret = (struct hfsdir_head){
	    .root = be32(node + 16), .n_nodes = be32(node + 36), .node_bytes = size};
	return ERR_OK;
}

bool
hfsdir_is_leaf(const uint8_t *node)
{
	return node[8] == KIND_LEAF;
}

/* Record i of a node: its offsets stand at the end, backwards. */
static bool
hfsdir_key(const uint8_t *node, size_t n, size_t i, struct hfsdir_key *k)
{
	size_t table = 2 * (i + 2);

	if (table > n - NODE_HEAD)
		return false;
	size_t at = be16(node + n - 2 * (i + 1)), end = be16(node + n - table);
	if (at < NODE_HEAD || end > n - table || at + KEY_HEAD > end)
		return false;
	const uint8_t *p = node + at;
	size_t key = be16(p), units = be16(p + 6);
	if (key < KEY_HEAD - 2 || 2 * units > key - (KEY_HEAD - 2) || 2 + key > end - at)
		return false;
	*k = (struct hfsdir_key){.parent = be32(p + 2),
	    .units = p + KEY_HEAD,
	    .n_units = units,
	    .data = p + 2 + key,
	    .data_len = end - at - 2 - key};
	return true;
}

enum err
hfsdir_child(const uint8_t *node, size_t n, uint32_t directory, uint32_t *ret_child)
{
	size_t records = be16(node + 10);
	uint32_t child = 0;

	if (node[8] != KIND_INDEX || records == 0)
		return ERR_SYNTAX;
	for (size_t i = 0; i < records; i++) {
		struct hfsdir_key k;
		if (!hfsdir_key(node, n, i, &k) || k.data_len < 4)
			return ERR_SYNTAX;
		bool before = k.parent < directory || (k.parent == directory && k.n_units == 0);
		if (i > 0 && !before)
			break;
		child = be32(k.data);
	}
	*ret_child = child;
	return ERR_OK;
}

static enum err
hfsdir_one(const struct hfsdir_key *k, entry_fn *fn, void *arg)
{
	uint8_t units[2 * 255], name[WTF8_SIZE(255)];
	size_t n = k->n_units < 255 ? k->n_units : 255;
	struct entry e = {.name = name, .record = be32(k->data + 8)};

	e.directory = be16(k->data) == FOLDER;
	for (size_t i = 0; i < n; i++) {
		uint16_t u = be16(k->units + 2 * i);
		if (u == 0 || u == ':')
			e.bad = ENTRY_BAD_NAME;
		if (u == '/')
			u = ':';
		units[2 * i] = (uint8_t)u;
		units[2 * i + 1] = (uint8_t)(u >> 8);
	}
	e.name_len = wtf8_put(units, n, name);
	if (n < k->n_units)
		e.bad = "its name is too long";
	return fn(arg, &e);
}

enum err
hfsdir_leaf(const uint8_t *node, size_t n, uint32_t directory, uint32_t *ret_next, entry_fn *fn,
    void *arg)
{
	size_t records = be16(node + 10);
	uint32_t last = 0;
	bool over = false;

	*ret_next = 0;
	if (node[8] != KIND_LEAF)
		return ERR_SYNTAX;
	for (size_t i = 0; i < records; i++) {
		struct hfsdir_key k;
		if (!hfsdir_key(node, n, i, &k) || k.parent < last)
			return ERR_SYNTAX; /* out of order: what systems find depends on them */
		last = k.parent;
		over |= k.parent > directory;
		if (k.parent != directory || k.data_len < RECORD_MIN ||
		    (be16(k.data) != FOLDER && be16(k.data) != PLAIN))
			continue;
		enum err err = hfsdir_one(&k, fn, arg);
		if (err != ERR_OK)
			return err;
	}
	*ret_next = over ? 0 : be32(node);
	return ERR_OK;
}

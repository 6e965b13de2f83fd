/* SPDX-License-Identifier: ISC */
/*
 * The catalog of HFS+ (Apple TN1150): a B-tree of all names, in the order of
 * their directories.  Names are UTF-16 units, kept exactly; where a Mac stores
 * a slash a path has a colon, as everywhere.
 */
#ifndef MEDIA_HFSDIR_H
#define MEDIA_HFSDIR_H

#include "src/media/entry.h"

#define HFSDIR_DEPTH_MAX  16
#define HFSDIR_NODE_MAX   32768
#define HFSDIR_HEAD_BYTES 120 /* of node 0: what hfsdir_head looks at */

struct hfsdir_head {
	uint32_t root, n_nodes;
	size_t node_bytes;
};

/* ERR_SYNTAX when it is no catalog. */
enum err hfsdir_head(const uint8_t node[HFSDIR_HEAD_BYTES], struct hfsdir_head *ret);
/* True for a node that holds names; false: hfsdir_child goes on. */
bool hfsdir_is_leaf(const uint8_t *node);
/* The node below in which the names of a directory begin. */
enum err hfsdir_child(const uint8_t *node, size_t n, uint32_t directory, uint32_t *ret_child);
/*
 * Reports the names of the directory in a leaf.  ret_next: the leaf where they
 * may go on, or 0.  ERR_SYNTAX when the node is damaged, or what fn returned.
 */
enum err hfsdir_leaf(const uint8_t *node, size_t n, uint32_t directory, uint32_t *ret_next,
    entry_fn *fn, void *arg);

#endif

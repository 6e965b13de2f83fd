/* SPDX-License-Identifier: ISC */
/*
 * The tree a release will make below files/: which names exist in it, as what,
 * and where a relative link would lead.  Names are bytes joined by '/'.
 */
#ifndef CORE_TREE_H
#define CORE_TREE_H

#include "src/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tree_kind { TREE_NOTHING, TREE_DIRECTORY, TREE_FILE, TREE_LINK };

struct tree;

struct tree *tree_new(void);
void tree_free(struct tree *);

/*
 * Whether a share can hold this name: relative, 1 .. LIM_PATH_BYTES bytes,
 * components of 1 .. 255 bytes, none of them "." or "..", no NUL.
 */
bool tree_name_ok(const uint8_t *name, size_t n);

/*
 * Adds a name (tree_name_ok) and the directories above it.  ERR_EXISTS when
 * the name, or one above it, is there as something else; adding a directory
 * twice is fine, a file or link twice is not.
 */
enum err tree_add(struct tree *, enum tree_kind, const uint8_t *name, size_t n);
enum tree_kind tree_find(const struct tree *, const uint8_t *name, size_t n);

/* Calls each() for every name of this kind, in no order. */
void tree_each(const struct tree *, enum tree_kind,
    void (*each)(void *ctx, const uint8_t *name, size_t n), void *ctx);

/*
 * Where link `name` with this target leads, without following other links:
 * what stands there, or TREE_NOTHING when the target is absolute, leaves the
 * tree, passes through anything but directories, or names nothing.  The
 * directories above the link count as passable: it brings them along.
 */
enum tree_kind tree_follow(const struct tree *, const uint8_t *name, size_t n,
    const uint8_t *target, size_t target_len);

#endif

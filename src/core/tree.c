/* SPDX-License-Identifier: ISC */
#include "src/core/tree.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/digest.h"

#include <assert.h>
#include <string.h>

#define TREE_COMPONENT_BYTES 255

/* An open-addressing hash table of names, kept at most two thirds full. */
struct tree_name {
	uint64_t hash;
	uint8_t *bytes;
	size_t len;
	enum tree_kind kind; /* TREE_NOTHING: the slot is free */
};

struct tree {
	struct tree_name *slots;
	size_t cap, used; /* cap is a power of two */
};

struct tree *
tree_new(void)
{
	struct tree *t = mem_alloc(sizeof(*t));
	t->cap = 64;
	t->slots = mem_array(t->cap, sizeof(*t->slots));
	return t;
}

void
tree_free(struct tree *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->cap; i++)
		free(t->slots[i].bytes);
	free(t->slots);
	free(t);
}

bool
tree_name_ok(const uint8_t *name, size_t n)
{
	size_t start = 0;
	if (n == 0 || n > LIM_PATH_BYTES || memchr(name, '\0', n) != NULL)
		return false;
	for (size_t i = 0; i <= n; i++) {
		if (i < n && name[i] != '/')
			continue;
		size_t len = i - start;
		if (len == 0 || len > TREE_COMPONENT_BYTES)
			return false;
		if (name[start] == '.' && (len == 1 || (len == 2 && name[start + 1] == '.')))
			return false;
		start = i + 1;
	}
	return true;
}

/* Names come from a medium: with a weaker hash they could be made to collide. */
static uint64_t
tree_hash(const uint8_t *name, size_t n)
{
	uint8_t digest[DIGEST_SIZE];
	uint64_t h;
	digest_sha256(name, n, digest);
	memcpy(&h, digest, sizeof(h));
	return h;
}

/* The slot that holds the name, or the free one where it belongs. */
static struct tree_name *
tree_slot(const struct tree *t, const uint8_t *name, size_t n, uint64_t hash)
{
	for (size_t i = hash & (t->cap - 1);; i = (i + 1) & (t->cap - 1)) {
		struct tree_name *s = &t->slots[i];
		if (s->kind == TREE_NOTHING ||
		    (s->hash == hash && s->len == n && memcmp(s->bytes, name, n) == 0))
			return s;
	}
}

static void
tree_grow(struct tree *t)
{
	struct tree_name *old = t->slots;
	size_t old_cap = t->cap;
	t->cap *= 2;
	t->slots = mem_array(t->cap, sizeof(*t->slots));
	for (size_t i = 0; i < old_cap; i++)
		if (old[i].kind != TREE_NOTHING)
			*tree_slot(t, old[i].bytes, old[i].len, old[i].hash) = old[i];
	free(old);
}

static enum err
tree_put(struct tree *t, enum tree_kind kind, const uint8_t *name, size_t n)
{
	uint64_t hash = tree_hash(name, n);
	struct tree_name *s = tree_slot(t, name, n, hash);
	if (s->kind != TREE_NOTHING)
		return s->kind == TREE_DIRECTORY && kind == TREE_DIRECTORY ? ERR_OK
		                                                           : ERR_EXISTS;
	if ((t->used + 1) * 3 > t->cap * 2) {
		tree_grow(t);
		s = tree_slot(t, name, n, hash);
	}
	*s =
	    (struct tree_name){.hash = hash, .bytes = mem_dup(name, n), .len = n, .kind = kind};
	t->used++;
	return ERR_OK;
}

enum err
tree_add(struct tree *t, enum tree_kind kind, const uint8_t *name, size_t n)
{
	assert(kind != TREE_NOTHING && tree_name_ok(name, n));
	for (size_t i = n; i-- > 0;) {
		if (name[i] != '/')
			continue;
		if (tree_find(t, name, i) == TREE_DIRECTORY)
			break; /* and so is everything above it */
		enum err e = tree_put(t, TREE_DIRECTORY, name, i);
		if (e != ERR_OK)
			return e;
	}
	return tree_put(t, kind, name, n);
}

enum tree_kind
tree_find(const struct tree *t, const uint8_t *name, size_t n)
{
	if (n == 0)
		return TREE_DIRECTORY; /* files/ itself */
	return tree_slot(t, name, n, tree_hash(name, n))->kind;
}

/* Cuts the last component off. */
static size_t
tree_parent(const uint8_t *name, size_t n)
{
	while (n > 0 && name[n - 1] != '/')
		n--;
	return n > 0 ? n - 1 : 0;
}

void
tree_each(const struct tree *t, enum tree_kind kind,
    void (*each)(void *ctx, const uint8_t *name, size_t n), void *ctx)
{
	for (size_t i = 0; i < t->cap; i++)
		if (t->slots[i].kind == kind)
			each(ctx, t->slots[i].bytes, t->slots[i].len);
}

/* A directory of the tree, or one that the link itself will bring along. */
static bool
tree_passable(
    const struct tree *t, const uint8_t *at, size_t len, const uint8_t *name, size_t n)
{
	return tree_find(t, at, len) == TREE_DIRECTORY ||
	       (len < n && name[len] == '/' && memcmp(at, name, len) == 0);
}

enum tree_kind
tree_follow(const struct tree *t, const uint8_t *name, size_t n, const uint8_t *target,
    size_t target_len)
{
	uint8_t at[LIM_PATH_BYTES];
	size_t len = tree_parent(name, n);

	if (target_len == 0 || n > LIM_PATH_BYTES || target[0] == '/' ||
	    memchr(target, '\0', target_len) != NULL)
		return TREE_NOTHING;
	memcpy(at, name, len);
	for (size_t i = 0; i < target_len;) {
		size_t end = i;
		while (end < target_len && target[end] != '/')
			end++;
		size_t part = end - i;
		if (!tree_passable(t, at, len, name, n))
			return TREE_NOTHING;
		if (part == 2 && memcmp(target + i, "..", 2) == 0) {
			if (len == 0)
				return TREE_NOTHING;
			len = tree_parent(at, len);
		} else if (part > 0 && !(part == 1 && target[i] == '.')) {
			if (len + 1 + part > sizeof(at))
				return TREE_NOTHING;
			if (len > 0)
				at[len++] = '/';
			memcpy(at + len, target + i, part);
			len += part;
		}
		if (end < target_len && !tree_passable(t, at, len, name, n))
			return TREE_NOTHING;
		i = end + 1;
	}
	return tree_find(t, at, len);
}

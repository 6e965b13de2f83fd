/* SPDX-License-Identifier: ISC */
/*
 * What a folder would look like after unpacking, without unpacking: every member
 * and every folder on the way to one is a node, found by a sum of its path.  The
 * sums are keyed by chance, so that nobody can make two paths meet.
 */
#include "scanners/unpack_in.h"
#include "src/base/buf.h"
#include "src/base/mem.h"
#include "src/core/name.h"

#include <ctype.h>
#include <sys/random.h>

#define TREE_ROOT  1u /* the sum of the folder itself */
#define TREE_BEGIN 1024

enum node_kind {
	NODE_IMPLIED = 1, /* a folder, as the name of something inside it says */
	NODE_FOLDER,
	NODE_FILE,
	NODE_LINK,
};

struct node {
	uint64_t sum, parent, fold; /* sum 0: free */
	uint32_t link;              /* of NODE_LINK: index */
	uint32_t kind;
};

struct link {
	uint64_t parent; /* folder it lies in */
	char *target;
	uint32_t len;
};

/* Folded paths, with the path that has one. */
struct fold {
	uint64_t sum, path;
};

struct unpack_tree {
	uint64_t key[2];
	struct node *nodes;
	struct fold *folds;
	size_t cap, count, fold_count; /* cap: a power of two, of both tables */
	struct link *links;
	size_t nlinks, link_cap;
	uint64_t steps;
};

/* --- sums (SipHash-1-3) ----------------------------------------------------------- */

static uint64_t
tree_turn(uint64_t v, int n)
{
	return v << n | v >> (64 - n);
}

static void
tree_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = tree_turn(v[1], 13) ^ v[0];
	v[0] = tree_turn(v[0], 32);
	v[2] += v[3];
	v[3] = tree_turn(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = tree_turn(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = tree_turn(v[1], 17) ^ v[2];
	v[2] = tree_turn(v[2], 32);
}

static void
tree_mix(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	tree_round(v);
	v[0] ^= word;
}

/* The sum of a name in a folder: never that of the root, never 0. */
static uint64_t
tree_sum(const struct unpack_tree *t, uint64_t folder, const void *name, size_t n)
{
	const uint8_t *p = name;
	uint64_t v[4] = {t->key[0] ^ 0x736f6d6570736575u, t->key[1] ^ 0x646f72616e646f6du,
	    t->key[0] ^ 0x6c7967656e657261u, t->key[1] ^ 0x7465646279746573u};
	uint64_t word = (uint64_t)n << 56;
	size_t i = 0;
	tree_mix(v, folder);
	for (; n - i >= 8; i += 8) {
		uint64_t whole;
		memcpy(&whole, p + i, sizeof(whole));
		tree_mix(v, whole);
	}
	for (size_t k = 0; i + k < n; k++)
		word |= (uint64_t)p[i + k] << (8 * k);
	tree_mix(v, word);
	v[2] ^= 0xff;
	for (int k = 0; k < 3; k++)
		tree_round(v);
	word = v[0] ^ v[1] ^ v[2] ^ v[3];
	return word > TREE_ROOT ? word : TREE_ROOT + 1;
}

/* --- nodes --------------------------------------------------------------------------- */

struct unpack_tree *
unpack_tree_new(void)
{
	struct unpack_tree *t = mem_alloc(sizeof(*t));
	if (getrandom(t->key, sizeof(t->key), 0) != (ssize_t)sizeof(t->key))
		abort();
	t->cap = TREE_BEGIN;
	t->nodes = mem_array(t->cap, sizeof(*t->nodes));
	t->folds = mem_array(t->cap, sizeof(*t->folds));
	return t;
}

void
unpack_tree_free(struct unpack_tree *t)
{
	for (size_t i = 0; i < t->nlinks; i++)
		free(t->links[i].target);
	free(t->links);
	free(t->nodes);
	free(t->folds);
	free(t);
}

/* The node of that sum, or the free one where it would be. */
static struct node *
tree_at(const struct unpack_tree *t, uint64_t sum)
{
	size_t i = (size_t)sum & (t->cap - 1);
	while (t->nodes[i].sum != 0 && t->nodes[i].sum != sum)
		i = (i + 1) & (t->cap - 1);
	return &t->nodes[i];
}

static struct fold *
tree_fold_at(const struct unpack_tree *t, uint64_t sum)
{
	size_t i = (size_t)sum & (t->cap - 1);
	while (t->folds[i].sum != 0 && t->folds[i].sum != sum)
		i = (i + 1) & (t->cap - 1);
	return &t->folds[i];
}

static void
tree_grow(struct unpack_tree *t)
{
	struct node *nodes = t->nodes;
	struct fold *folds = t->folds;
	size_t cap = t->cap;
	t->cap *= 2;
	t->nodes = mem_array(t->cap, sizeof(*nodes));
	t->folds = mem_array(t->cap, sizeof(*folds));
	for (size_t i = 0; i < cap; i++) {
		if (nodes[i].sum != 0)
			*tree_at(t, nodes[i].sum) = nodes[i];
		if (folds[i].sum != 0)
			*tree_fold_at(t, folds[i].sum) = folds[i];
	}
	free(nodes);
	free(folds);
}

/* What other systems take this name for. */
static uint64_t
tree_fold(const struct unpack_tree *t, uint64_t folder, const uint8_t *name, size_t n)
{
	struct buf b;
	buf_init(&b, LIM_PATH_BYTES * 8);
	uint64_t sum = name_fold(name, n, &b) == ERR_OK ? tree_sum(t, folder, b.data, b.len)
	                                                : tree_sum(t, folder, name, n);
	buf_done(&b);
	return sum;
}

/* A new node; NULL when there are enough. */
static struct node *
tree_insert(struct unpack_run *r, uint64_t parent, uint64_t parent_fold, uint64_t sum,
    const uint8_t *name, size_t n, const struct scan_child *c)
{
	struct unpack_tree *t = r->tree;
	if (t->count >= r->limits.nodes) {
		unpack_problem(r, UNPACK_NODES, c->name, c->name_len, r->done_bytes);
		return NULL;
	}
	if (2 * (t->count + 1) > t->cap)
		tree_grow(t);
	struct node *node = tree_at(t, sum);
	uint64_t fold = tree_fold(t, parent_fold, name, n);
	struct fold *f = tree_fold_at(t, fold);
	*node = (struct node){.sum = sum, .parent = parent, .fold = fold};
	t->count++;
	if (f->sum == 0)
		*f = (struct fold){fold, sum};
	else
		unpack_problem(r, UNPACK_CASE, c->name, c->name_len, r->done_bytes);
	return node;
}

/* --- where links lead ------------------------------------------------------------------- */

enum where {
	WHERE_INSIDE,
	WHERE_NOTHING,
	WHERE_OUT,
	WHERE_FIXED, /* an absolute path */
	WHERE_LOOP,
	WHERE_UNKNOWN, /* it took too long */
};

/*
 * Follows a path from a folder, links in it too.  *ret_sum is where it leads.
 * hops are the links that may still be followed.
 */
static enum where
tree_follow(struct unpack_run *r, uint64_t folder, const char *path, size_t n, unsigned *hops,
    uint64_t *ret_sum)
{
	struct unpack_tree *t = r->tree;
	uint64_t at = folder;
	if (n > 0 && path[0] == '/')
		return WHERE_FIXED;
	for (size_t i = 0; i < n;) {
		const char *slash = memchr(path + i, '/', n - i);
		size_t len = slash != NULL ? (size_t)(slash - (path + i)) : n - i;
		const char *part = path + i;
		i += len + 1;
		if (++t->steps > r->limits.steps)
			return WHERE_UNKNOWN;
		if (len == 0 || (len == 1 && part[0] == '.'))
			continue;
		if (len == 2 && part[0] == '.' && part[1] == '.') {
			if (at == TREE_ROOT)
				return WHERE_OUT;
			at = tree_at(t, at)->parent;
			continue;
		}
		const struct node *node = tree_at(t, tree_sum(t, at, part, len));
		if (node->sum == 0)
			return WHERE_NOTHING;
		at = node->sum;
		if (node->kind != NODE_LINK)
			continue;
		if (*hops == 0)
			return WHERE_LOOP;
		--*hops;
		const struct link *l = &t->links[node->link];
		enum where w = tree_follow(r, l->parent, l->target, l->len, hops, &at);
		if (w != WHERE_INSIDE)
			return w;
	}
	*ret_sum = at;
	return WHERE_INSIDE;
}

static enum where
tree_link_where(struct unpack_run *r, const struct link *l)
{
	unsigned hops = LIM_LINK_HOPS;
	uint64_t sum = 0;
	return tree_follow(r, l->parent, l->target, l->len, &hops, &sum);
}

void
unpack_tree_links(struct unpack_run *r)
{
	static const struct {
		enum unpack_problem problem;
		bool told;
	} problems[] = {
	    [WHERE_INSIDE] = {UNPACK_PROBLEM__MAX, false},
	    [WHERE_NOTHING] = {UNPACK_LINK_DANGLING, true},
	    [WHERE_OUT] = {UNPACK_LINK_LEAVES, true},
	    [WHERE_FIXED] = {UNPACK_LINK_ABSOLUTE, true},
	    [WHERE_LOOP] = {UNPACK_LINK_LOOP, true},
	    [WHERE_UNKNOWN] = {UNPACK_STEPS, true},
	};
	struct unpack_tree *t = r->tree;
	for (size_t i = 0; i < t->nlinks; i++) {
		enum where w = tree_link_where(r, &t->links[i]);
		if (problems[w].told)
			unpack_problem(
			    r, problems[w].problem, t->links[i].target, t->links[i].len, 0);
		if (w == WHERE_UNKNOWN)
			return;
	}
}

bool
unpack_tree_has(struct unpack_run *r, const void *path, size_t n)
{
	const char *p = path;
	unsigned hops = LIM_LINK_HOPS;
	uint64_t sum = 0;
	for (; n > 0 && *p == '/'; p++)
		n--;
	return tree_follow(r, TREE_ROOT, p, n, &hops, &sum) == WHERE_INSIDE && sum != TREE_ROOT;
}

/* --- names ---------------------------------------------------------------------------------
 */

/* One component that is passed on the way to a member; false: not that way. */
static bool
tree_pass(struct unpack_run *r, struct node *node, const struct scan_child *c)
{
	if (node->kind == NODE_FILE) {
		unpack_problem(r, UNPACK_FILE_FOLDER, c->name, c->name_len, r->done_bytes);
		return false;
	}
	if (node->kind != NODE_LINK)
		return true;
	enum where w = tree_link_where(r, &r->tree->links[node->link]);
	bool out = w == WHERE_OUT || w == WHERE_FIXED || w == WHERE_UNKNOWN;
	unpack_problem(
	    r, out ? UNPACK_WRITES_OUT : UNPACK_THROUGH, c->name, c->name_len, r->done_bytes);
	return false;
}

static enum node_kind
tree_kind(const struct scan_child *c)
{
	return strcmp(c->kind, "directory") == 0 ? NODE_FOLDER
	       : strcmp(c->kind, "link") == 0    ? NODE_LINK
	                                         : NODE_FILE;
}

static void
tree_link(struct unpack_tree *t, struct node *node, const struct scan_child *c)
{
	size_t n = c->link_len < LIM_LINK_BYTES ? c->link_len : LIM_LINK_BYTES;
	if (t->nlinks == t->link_cap) {
		t->link_cap = t->link_cap == 0 ? 64 : 2 * t->link_cap;
		t->links = mem_resize(t->links, t->link_cap, sizeof(*t->links));
	}
	node->link = (uint32_t)t->nlinks;
	t->links[t->nlinks++] =
	    (struct link){node->parent, mem_dup(n > 0 ? c->link : "", n), (uint32_t)n};
}

/* The member itself, after everything on the way to it. */
static void
tree_settle(struct unpack_run *r, struct node *node, const struct scan_child *c)
{
	enum node_kind kind = tree_kind(c);
	bool folders =
	    kind == NODE_FOLDER && (node->kind == NODE_IMPLIED || node->kind == NODE_FOLDER);
	if (node->kind != 0 && !folders && !r->table_names)
		unpack_problem(r, UNPACK_SAME_NAME, c->name, c->name_len, r->done_bytes);
	node->kind = kind;
	if (kind == NODE_LINK)
		tree_link(r->tree, node, c);
}

static void
tree_walk(struct unpack_run *r, const struct scan_child *c)
{
	const uint8_t *name = c->name;
	uint64_t at = TREE_ROOT, fold = TREE_ROOT;
	size_t n = c->name_len;
	while (n > 0 && name[n - 1] == '/')
		n--;
	for (size_t i = 0; i < n;) {
		const uint8_t *slash = memchr(name + i, '/', n - i);
		size_t len = slash != NULL ? (size_t)(slash - (name + i)) : n - i;
		const uint8_t *part = name + i;
		i += len + 1;
		if (len == 0 || (len == 1 && part[0] == '.'))
			continue;
		uint64_t sum = tree_sum(r->tree, at, part, len);
		struct node *node = tree_at(r->tree, sum);
		if (node->sum == 0)
			node = tree_insert(r, at, fold, sum, part, len, c);
		if (node == NULL)
			return;
		if (i > n)
			tree_settle(r, node, c);
		else if (node->kind == 0)
			node->kind = NODE_IMPLIED;
		else if (!tree_pass(r, node, c))
			return;
		at = sum;
		fold = node->fold;
	}
}

/* What is wrong with a name whatever else there is; true: it has no place in the tree. */
static bool
tree_judge(struct unpack_run *r, const struct scan_child *c)
{
	const uint8_t *name = c->name;
	size_t n = c->name_len, part = 0, parts = 0;
	bool bad = memchr(name, '\0', n) != NULL, leaves = n > 0 && name[0] == '/';
	bool drive = n >= 2 && ((isalpha(name[0]) && name[1] == ':') ||
				   (name[0] == '\\' && name[1] == '\\'));
	for (size_t i = 0; i <= n; i++) {
		if (i < n && name[i] != '/')
			continue;
		size_t len = i - part;
		leaves |= len == 2 && name[part] == '.' && name[part + 1] == '.';
		bad |= len > 255;
		parts += len > 0;
		part = i + 1;
	}
	if (bad && !r->names_checked)
		unpack_problem(r, UNPACK_NAME, name, n, r->done_bytes);
	if (leaves && !r->names_checked)
		unpack_problem(r, UNPACK_LEAVES, name, n, r->done_bytes);
	if (drive && !r->names_checked)
		unpack_problem(r, UNPACK_DRIVE, name, n, r->done_bytes);
	if (!drive && memchr(name, '\\', n) != NULL)
		unpack_problem(r, UNPACK_BACKSLASH, name, n, r->done_bytes);
	/* as many folders as an item of a medium may have, and itself */
	if (parts > LIM_PATH_DEPTH + 1)
		unpack_problem(r, UNPACK_FOLDERS, name, n, r->done_bytes);
	return leaves || parts > LIM_PATH_DEPTH + 1;
}

void
unpack_tree_add(struct unpack_run *r, const struct scan_child *c)
{
	const uint8_t *link = c->link;
	bool table = r->table_names && c->name_len > 0 && *(const char *)c->name == '/';
	bool lost = c->name_len == 0 || table || tree_judge(r, c);
	if (strcmp(c->kind, "hardlink") == 0) {
		bool out = c->link_len > 0 && link[0] == '/';
		for (size_t i = 0; i + 1 < c->link_len; i++)
			out |= link[i] == '.' && link[i + 1] == '.' &&
			       (i == 0 || link[i - 1] == '/') &&
			       (i + 2 == c->link_len || link[i + 2] == '/');
		if (out)
			unpack_problem(r, UNPACK_HARD_OUT, c->link, c->link_len, r->done_bytes);
		else if (!unpack_tree_has(r, c->link, c->link_len))
			unpack_problem(
			    r, UNPACK_HARD_MISSING, c->link, c->link_len, r->done_bytes);
	}
	if (!lost)
		tree_walk(r, c);
}

/* SPDX-License-Identifier: ISC */
#include "src/base/escape.h"
#include "src/base/mem.h"
#include "src/core/release.h"

#include <assert.h>
#include <string.h>

#define RELEASE_PLAN_CELLS 200 /* of a name in a sentence */

/* A link that may go if its target does. */
struct release_pending {
	struct release_link link;
	enum item_outcome sealed; /* as the inventory has it */
	bool goes;
};

struct release_plan {
	struct release_under under;
	struct tree *tree;
	struct release_file *files;
	size_t nfiles, files_cap;
	struct release_pending *pending;
	size_t npending, pending_cap;
	struct release_dir *places; /* all directories of the medium */
	size_t nplaces, places_cap;
	struct release_link *links; /* those that go */
	size_t nlinks;
	struct release_dir *dirs; /* those that go */
	size_t ndirs, dirs_cap;
	bool settled, taken_twice;
};

struct release_plan *
release_plan_new(const struct release_under *under)
{
	struct release_plan *p = mem_alloc(sizeof(*p));
	if (under != NULL)
		p->under = *under;
	p->tree = tree_new();
	return p;
}

static void
release_plan_free_bytes(struct inventory_bytes b)
{
	free((void *)(uintptr_t)b.data);
}

void
release_plan_free(struct release_plan *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->nfiles; i++)
		release_plan_free_bytes(p->files[i].dest);
	for (size_t i = 0; i < p->npending; i++) {
		release_plan_free_bytes(p->pending[i].link.dest);
		release_plan_free_bytes(p->pending[i].link.target);
	}
	for (size_t i = 0; i < p->nplaces; i++)
		release_plan_free_bytes(p->places[i].dest);
	for (size_t i = 0; i < p->ndirs; i++)
		release_plan_free_bytes(p->dirs[i].dest);
	free(p->files);
	free(p->pending);
	free(p->places);
	free(p->links);
	free(p->dirs);
	tree_free(p->tree);
	free(p);
}

static struct inventory_bytes
release_plan_copy(struct inventory_bytes b)
{
	return (struct inventory_bytes){.data = mem_dup(b.data, b.len), .len = b.len};
}

/* Makes room for one more element of an array. */
#define RELEASE_PLAN_GROW(array, n, cap)                                        \
	do {                                                                    \
		if ((n) == (cap)) {                                             \
			(cap) = (cap) == 0 ? 64 : (cap)*2;                      \
			(array) = mem_resize((array), (cap), sizeof(*(array))); \
		}                                                               \
	} while (0)

static enum err
release_plan_deny(char ret_why[RELEASE_WHY_SIZE], const char *what, struct inventory_bytes name)
{
	char shown[RELEASE_PLAN_CELLS + 1];
	escape_fit(name.data, name.len, shown, sizeof(shown), RELEASE_PLAN_CELLS, NULL);
	snprintf(ret_why, RELEASE_WHY_SIZE, "%s: %s", what, shown);
	return ERR_DENIED;
}

/* The one thing a destination must be, here and in the stager. */
static enum err
release_plan_put(struct release_plan *p, enum tree_kind kind, struct inventory_bytes dest,
    char ret_why[RELEASE_WHY_SIZE])
{
	if (tree_add(p->tree, kind, dest.data, dest.len) != ERR_OK)
		return release_plan_deny(ret_why, "two items have one destination", dest);
	return ERR_OK;
}

static enum err
release_plan_add_file(
    struct release_plan *p, const struct inventory_item *it, char ret_why[RELEASE_WHY_SIZE])
{
	enum err e = release_plan_put(p, TREE_FILE, it->dest, ret_why);
	if (e != ERR_OK)
		return e;
	RELEASE_PLAN_GROW(p->files, p->nfiles, p->files_cap);
	struct release_file *f = &p->files[p->nfiles++];
	*f = (struct release_file){.item = it->id,
	    .dest = release_plan_copy(it->dest),
	    .size_bytes = it->size_bytes,
	    .mode = it->mode,
	    .zone_utc = it->zone_utc};
	snprintf(f->mtime, sizeof(f->mtime), "%s", it->mtime);
	bool ok = hex_decode(it->sha256, strlen(it->sha256), f->sha256, sizeof(f->sha256));
	assert(ok); /* a file that was read has a digest: inventory_check */
	(void)ok;
	return ERR_OK;
}

static void
release_plan_add_link(
    struct release_plan *p, const struct inventory_item *it, enum item_outcome sealed)
{
	RELEASE_PLAN_GROW(p->pending, p->npending, p->pending_cap);
	struct release_pending *l = &p->pending[p->npending++];
	*l = (struct release_pending){.link = {.item = it->id,
					  .dest = release_plan_copy(it->dest),
					  .target = release_plan_copy(it->link)},
	    .sealed = sealed};
	snprintf(l->link.mtime, sizeof(l->link.mtime), "%s", it->mtime);
}

/* Directories that an officer approved are made even when they are empty. */
static enum err
release_plan_add_dir(
    struct release_plan *p, const struct inventory_item *it, char ret_why[RELEASE_WHY_SIZE])
{
	enum release_why why =
	    release_rule(VERDICT_CLEAN, it->proposed, it->decision, it->reason[0] != '\0');
	if (why == RELEASE_OK) {
		enum err e = release_plan_put(p, TREE_DIRECTORY, it->dest, ret_why);
		if (e != ERR_OK)
			return e;
	}
	RELEASE_PLAN_GROW(p->places, p->nplaces, p->places_cap);
	struct release_dir *d = &p->places[p->nplaces++];
	*d = (struct release_dir){.dest = release_plan_copy(it->dest), .mode = it->mode};
	snprintf(d->mtime, sizeof(d->mtime), "%s", it->mtime);
	return ERR_OK;
}

enum err
release_plan_add_judged(struct release_plan *p, const struct inventory_item *it,
    enum release_why why, enum item_outcome sealed, char ret_why[RELEASE_WHY_SIZE])
{
	assert(!p->settled);
	if (it->dest.len > 0 && !tree_name_ok(it->dest.data, it->dest.len))
		return release_plan_deny(ret_why, "not a destination on a share", it->dest);
	if (it->dest.len == 0)
		return ERR_OK;
	if (why == RELEASE_OK && it->kind == ITEM_FILE)
		return release_plan_add_file(p, it, ret_why);
	if (why == RELEASE_NO_TARGET)
		release_plan_add_link(p, it, sealed);
	if (why == RELEASE_DIRECTORY)
		return release_plan_add_dir(p, it, ret_why);
	return ERR_OK;
}

enum err
release_plan_add(
    struct release_plan *p, const struct inventory_item *it, char ret_why[RELEASE_WHY_SIZE])
{
	struct inventory_item copy = *it;
	enum release_why why = release_judge(&p->under, NULL, &copy);
	return release_plan_add_judged(p, &copy, why, copy.outcome, ret_why);
}

/* --- settling ----------------------------------------------------------------- */

static int
release_plan_by_file(const void *a, const void *b)
{
	const struct release_file *x = a, *y = b;
	return inventory_compare(x->dest, y->dest);
}

static int
release_plan_by_pending(const void *a, const void *b)
{
	const struct release_pending *x = a, *y = b;
	return inventory_compare(x->link.dest, y->link.dest);
}

static int
release_plan_by_dir(const void *a, const void *b)
{
	const struct release_dir *x = a, *y = b;
	return inventory_compare(x->dest, y->dest);
}

static void
release_plan_sort(void *array, size_t n, size_t size, int (*order)(const void *, const void *))
{
	if (n > 1)
		qsort(array, n, size, order);
}

/* One round: links whose targets are there by now.  Says whether any was. */
static enum err
release_plan_round(struct release_plan *p, bool *ret_any, char ret_why[RELEASE_WHY_SIZE])
{
	*ret_any = false;
	for (size_t i = 0; i < p->npending; i++) {
		struct release_pending *l = &p->pending[i];
		if (l->goes || tree_follow(p->tree, l->link.dest.data, l->link.dest.len,
				   l->link.target.data, l->link.target.len) == TREE_NOTHING)
			continue;
		enum err e = release_plan_put(p, TREE_LINK, l->link.dest, ret_why);
		if (e != ERR_OK)
			return e;
		l->goes = *ret_any = true;
		p->nlinks++;
	}
	return ERR_OK;
}

static void
release_plan_collect_dir(void *ctx, const uint8_t *name, size_t n)
{
	struct release_plan *p = ctx;
	const struct release_dir key = {.dest = {.data = name, .len = n}};
	const struct release_dir *found =
	    p->nplaces == 0
		? NULL
		: bsearch(&key, p->places, p->nplaces, sizeof(*p->places), release_plan_by_dir);
	RELEASE_PLAN_GROW(p->dirs, p->ndirs, p->dirs_cap);
	struct release_dir *d = &p->dirs[p->ndirs++];
	*d = found != NULL ? *found : (struct release_dir){.mode = 0755};
	d->dest = release_plan_copy(key.dest);
	/* Two directories of the medium for one of the share: whose mode and time? */
	if (found != NULL &&
	    ((found > p->places && release_plan_by_dir(found - 1, found) == 0) ||
		(found + 1 < p->places + p->nplaces &&
		    release_plan_by_dir(found, found + 1) == 0)))
		p->taken_twice = true;
}

static void
release_plan_collect_links(struct release_plan *p)
{
	p->links = mem_array(p->nlinks, sizeof(*p->links));
	size_t n = 0;
	for (size_t i = 0; i < p->npending; i++)
		if (p->pending[i].goes)
			p->links[n++] = p->pending[i].link;
}

enum err
release_plan_settle(struct release_plan *p, char ret_why[RELEASE_WHY_SIZE])
{
	bool any = p->npending > 0;
	assert(!p->settled);
	p->settled = true;
	release_plan_sort(p->files, p->nfiles, sizeof(*p->files), release_plan_by_file);
	release_plan_sort(
	    p->pending, p->npending, sizeof(*p->pending), release_plan_by_pending);
	release_plan_sort(p->places, p->nplaces, sizeof(*p->places), release_plan_by_dir);
	for (unsigned i = 0; any && i < LIM_LINK_HOPS; i++) {
		enum err e = release_plan_round(p, &any, ret_why);
		if (e != ERR_OK)
			return e;
	}
	release_plan_collect_links(p);
	tree_each(p->tree, TREE_DIRECTORY, release_plan_collect_dir, p);
	release_plan_sort(p->dirs, p->ndirs, sizeof(*p->dirs), release_plan_by_dir);
	if (p->taken_twice) {
		snprintf(ret_why, RELEASE_WHY_SIZE, "two directories have one destination");
		return ERR_DENIED;
	}
	return ERR_OK;
}

const struct tree *
release_plan_tree(const struct release_plan *p)
{
	assert(p->settled);
	return p->tree;
}

size_t
release_plan_files(const struct release_plan *p, const struct release_file **ret)
{
	*ret = p->files;
	return p->nfiles;
}

size_t
release_plan_links(const struct release_plan *p, const struct release_link **ret)
{
	*ret = p->links;
	return p->nlinks;
}

size_t
release_plan_dirs(const struct release_plan *p, const struct release_dir **ret)
{
	*ret = p->dirs;
	return p->ndirs;
}

bool
release_plan_contradicts(const struct release_plan *p, uint64_t *ret_item)
{
	for (size_t i = 0; i < p->npending; i++) {
		const struct release_pending *l = &p->pending[i];
		enum item_outcome outcome = l->goes ? ITEM_OUT_RELEASED : ITEM_OUT_BLOCKED;
		if (l->sealed != outcome) {
			*ret_item = l->link.item;
			return true;
		}
	}
	return false;
}

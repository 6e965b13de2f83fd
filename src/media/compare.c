/* SPDX-License-Identifier: ISC */
#include "src/media/compare.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/media/describe.h"
#include "src/media/idmap.h"
#include "src/media/listing.h"

#include <string.h>

/* Joliet shortens longer names, and has a few characters less. */
#define LONGEST_UNITS 60
#define FNV_START     14695981039346656037ull
#define FNV_PRIME     1099511628211ull

struct compare_file {
	uint64_t place, bytes;
	uint64_t name; /* a sum of it; 0: not to be compared */
};

struct compare_dir {
	uint64_t inum, listed_bytes;
	unsigned depth;
};

struct compare_set {
	struct volume *v;
	struct compare_file *files;
	size_t n, cap;
	struct compare_dir *dirs; /* those that wait */
	size_t n_dirs, cap_dirs;
	struct compare_dir at;
	struct idmap seen;
	bool cut; /* there is more than was looked at */
};

static uint64_t
compare_name(const struct walk_item *it)
{
	uint64_t h = FNV_START;
	size_t units = 0;

	for (size_t i = 0; i < it->name_len; i++) {
		uint8_t c = it->name[i];
		if (c < ' ' || c == 0x7F || strchr("*/:;?\\", c) != NULL)
			c = '_';
		h = (h ^ c) * FNV_PRIME;
		units += (c & 0xC0) != 0x80;
	}
	return units > LONGEST_UNITS ? 0 : h | 1;
}

static void
compare_add_dir(struct compare_set *s, const struct describe *d)
{
	uint32_t known;

	if (s->at.depth >= LIM_PATH_DEPTH) {
		s->cut = true;
		return;
	}
	if (!idmap_add(&s->seen, d->place, 1, &known))
		return;
	if (s->n_dirs == s->cap_dirs) {
		s->cap_dirs = s->cap_dirs == 0 ? 64 : s->cap_dirs * 2;
		s->dirs = mem_resize(s->dirs, s->cap_dirs, sizeof(*s->dirs));
	}
	s->dirs[s->n_dirs++] = (struct compare_dir){d->inum, d->listed_bytes, s->at.depth + 1};
}

static void
compare_add_file(struct compare_set *s, const struct describe *d, const struct walk_item *it)
{
	if (s->n == s->cap) {
		s->cap = s->cap == 0 ? 1024 : s->cap + s->cap / 2;
		s->files = mem_resize(s->files, s->cap, sizeof(*s->files));
	}
	s->files[s->n++] = (struct compare_file){d->place, it->size_bytes, compare_name(it)};
}

static enum err
compare_entry(void *arg, const struct entry *e)
{
	struct compare_set *s = arg;
	struct walk_item it = {.why = ""};
	struct describe d;

	image_allow_more(s->v->image, LIM_LIST_ITEM_BYTES);
	if (s->n + s->n_dirs >= LIM_ITEMS || image_spent(s->v->image)) {
		s->cut = true;
		return ERR_LIMIT;
	}
	if (describe_is_system(s->v, s->at.inum, e))
		return ERR_OK;
	describe_entry(s->v, e, &d, &it);
	if (it.kind == ITEM_DIRECTORY && it.state == ITEM_READ)
		compare_add_dir(s, &d);
	else if (it.kind == ITEM_FILE && it.size_bytes > 0 && d.place > 0)
		compare_add_file(s, &d, &it);
	describe_done(&d);
	return ERR_OK;
}

static int
compare_order(const void *a, const void *b)
{
	const struct compare_file *x = a, *y = b;

	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	if (x->bytes != y->bytes)
		return x->bytes < y->bytes ? -1 : 1;
	return x->name < y->name ? -1 : x->name > y->name;
}

static void
compare_collect(struct compare_set *s, const struct compare_tree *t)
{
	const char *why;

	*s = (struct compare_set){.v = t->v};
	s->at.inum = t->root;
	(void)listing_run(t->v, t->root, 0, compare_entry, s, &why);
	while (s->n_dirs > 0 && !s->cut) {
		s->at = s->dirs[--s->n_dirs];
		(void)listing_run(t->v, s->at.inum, s->at.listed_bytes, compare_entry, s, &why);
	}
	if (s->n > 0)
		qsort(s->files, s->n, sizeof(s->files[0]), compare_order);
	free(s->dirs);
	idmap_done(&s->seen);
}

/* The files that begin at x[0]'s place with its size: how many of them. */
static size_t
compare_group(const struct compare_file *x, size_t n)
{
	size_t i = 1;

	while (i < n && x[i].place == x[0].place && x[i].bytes == x[0].bytes)
		i++;
	return i;
}

/* Names of x that are not among those of y. */
static uint64_t
compare_names(const struct compare_file *x, size_t n, const struct compare_file *y, size_t m)
{
	uint64_t missing = 0;

	for (size_t i = 0, k = 0; i < n; i++) {
		while (k < m && y[k].name < x[i].name)
			k++;
		missing +=
		    x[i].name != 0 && y[0].name != 0 && (k == m || y[k].name != x[i].name);
	}
	return missing;
}

static bool
compare_before(const struct compare_file *x, const struct compare_file *y)
{
	return x->place != y->place ? x->place < y->place : x->bytes < y->bytes;
}

/* What two trees do not have in common, as notes. */
static void
compare_two(const struct compare_tree *first, const struct compare_set *a,
    const struct compare_tree *other)
{
	struct compare_set b;
	unsigned long long only_a = 0, only_b = 0, renamed = 0;
	size_t i = 0, k = 0;

	compare_collect(&b, other);
	while (i < a->n || k < b.n) {
		size_t n = i < a->n ? compare_group(a->files + i, a->n - i) : 0;
		size_t m = k < b.n ? compare_group(b.files + k, b.n - k) : 0;
		bool left = n > 0 && (m == 0 || compare_before(a->files + i, b.files + k));
		bool right = m > 0 && (n == 0 || compare_before(b.files + k, a->files + i));
		only_a += left ? n : 0;
		only_b += right ? m : 0;
		if (!left && !right && other->names)
			renamed += compare_names(a->files + i, n, b.files + k, m);
		i += right ? 0 : n;
		k += left ? 0 : m;
	}
	free(b.files);
	if (only_a > 0)
		volume_note(first->v, 0, ITEM_UNREAD,
		    "files that its %s names show and its %s names do not: %llu", first->word,
		    other->word, only_a);
	if (only_b > 0)
		volume_note(first->v, 0, ITEM_UNREAD,
		    "files that only its %s names show, and not its %s names, which were not "
		    "read: %llu",
		    other->word, first->word, only_b);
	if (renamed > 0)
		volume_note(first->v, 0, ITEM_UNREAD,
		    "files that %s and %s name differently, of which the first was taken: %llu",
		    first->word, other->word, renamed);
	if (a->cut || b.cut)
		volume_note(first->v, 0, ITEM_UNREAD,
		    "its %s and %s names are too many to be compared", first->word,
		    other->word);
}

void
compare_trees(const struct compare_tree *first, const struct compare_tree *others, size_t n)
{
	struct compare_set a;

	if (n == 0)
		return;
	compare_collect(&a, first);
	for (size_t i = 0; i < n; i++)
		compare_two(first, &a, &others[i]);
	free(a.files);
}

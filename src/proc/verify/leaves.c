/* SPDX-License-Identifier: ISC */
#include "src/proc/verify/leaves.h"
#include "src/base/hex.h"
#include "src/base/io.h"
#include "src/base/mem.h"
#include "src/core/merkle.h"
#include "src/core/note.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LEAVES_LINE (2 * MERKLE_SIZE + 1)

struct leaves_file {
	const char *name; /* as given */
	int fd;
};

/* One log's; a file holds one after the other. */
struct leaves_list {
	const char *name;
	char origin[256];
	uint64_t size;
	uint8_t (*roots)[MERKLE_SIZE]; /* at 0 to size */
	bool holds;                    /* the record is of these leaves */
};

struct leaves_head {
	uint64_t place, size;
	char origin[256];
	uint8_t root[MERKLE_SIZE];
};

struct leaves {
	struct leaves_file files[VERIFY_ANCHORS];
	size_t files_count;
	struct leaves_list *lists;
	size_t count;
	struct leaves_head *shown;
	size_t shown_count;
	int key_fd; /* or -1 */
};

struct leaves *
leaves_new(void)
{
	struct leaves *l = mem_array(1, sizeof(*l));
	l->key_fd = -1;
	return l;
}

struct leaves *
leaves_free(struct leaves *l)
{
	for (size_t i = 0; i < l->files_count; i++)
		close(l->files[i].fd);
	for (size_t i = 0; i < l->count; i++)
		free(l->lists[i].roots);
	free(l->lists);
	if (l->key_fd >= 0)
		close(l->key_fd);
	free(l->shown);
	free(l);
	return NULL;
}

bool
leaves_add(struct leaves *l, const char *name, int fd)
{
	if (l->files_count == VERIFY_ANCHORS)
		return false;
	l->files[l->files_count++] = (struct leaves_file){name, fd};
	return true;
}

bool
leaves_key(struct leaves *l, int fd)
{
	if (l->key_fd >= 0)
		return false;
	l->key_fd = fd;
	return true;
}

bool
leaves_has_key(const struct leaves *l)
{
	return l->key_fd >= 0;
}

void
leaves_shown(struct leaves *l, uint64_t place, const struct entry *e)
{
	l->shown = mem_resize(l->shown, l->shown_count + 1, sizeof(*l->shown));
	struct leaves_head *h = &l->shown[l->shown_count++];
	*h = (struct leaves_head){.place = place, .size = e->head.size};
	snprintf(h->origin, sizeof(h->origin), "%s", e->log);
	memcpy(h->root, e->head.root, sizeof(h->root));
}

/* --- lists ------------------------------------------------------------------------------ */

/* "# 12 leaves, root <hex>" */
static bool
parse_second(const char *line, uint64_t *ret_size, uint8_t ret_root[MERKLE_SIZE])
{
	static const char middle[] = " leaves, root ";
	if (strncmp(line, "# ", 2) != 0 || line[2] < '1' || line[2] > '9')
		return false;
	const char *digits = line + 2;
	const size_t n = strspn(digits, "0123456789");
	if (n > 18 || strncmp(digits + n, middle, sizeof(middle) - 1) != 0)
		return false;
	const char *hex = digits + n + sizeof(middle) - 1;
	*ret_size = strtoull(digits, NULL, 10);
	return strlen(hex) == LEAVES_LINE - 1 &&
	       hex_decode(hex, LEAVES_LINE - 1, ret_root, MERKLE_SIZE);
}

static bool
is_origin(const char *line)
{
	if (strncmp(line, "# ", 2) != 0 || line[2] == 0 || strlen(line + 2) > 200)
		return false;
	for (const char *p = line + 2; *p; p++) {
		if (*p <= ' ' || *p > '~')
			return false;
	}
	return true;
}

static bool
parse_head(struct verify *v, struct leaves_list *l, char **rest, uint8_t ret_root[MERKLE_SIZE])
{
	char *first = strsep(rest, "\n"), *second = *rest != NULL ? strsep(rest, "\n") : NULL;
	if (second == NULL || *rest == NULL || !is_origin(first) ||
	    !parse_second(second, &l->size, ret_root))
		return verify_fail(v,
		    "%.100s does not begin with an origin, a number of leaves and their root, "
		    "or "
		    "has more leaves than it says",
		    l->name);
	snprintf(l->origin, sizeof(l->origin), "%s", first + 2);
	return true;
}

/* One list from *rest on, which ends at end with LF and NUL; *rest is then behind it. */
static bool
parse_list(struct verify *v, struct leaves_list *l, char **rest, const char *end)
{
	uint8_t root[MERKLE_SIZE], leaf[MERKLE_SIZE];
	struct merkle tree;
	if (!parse_head(v, l, rest, root))
		return false;
	if ((uint64_t)(end - *rest) / LEAVES_LINE < l->size)
		return verify_fail(v, "%.100s has other than the %" PRIu64 " leaves it says",
		    l->name, l->size);
	l->roots = mem_array(l->size + 1, sizeof(*l->roots));
	merkle_init(&tree);
	merkle_root(&tree, l->roots[0]);
	for (uint64_t i = 0; i < l->size; i++, *rest += LEAVES_LINE) {
		if ((*rest)[LEAVES_LINE - 1] != '\n' ||
		    !hex_decode(*rest, LEAVES_LINE - 1, leaf, sizeof(leaf)))
			return verify_fail(v, "%.100s has a line that is no leaf", l->name);
		merkle_add(&tree, leaf);
		merkle_root(&tree, l->roots[i + 1]);
	}
	return memcmp(l->roots[l->size], root, sizeof(root)) == 0 ||
	       verify_fail(v, "%.100s: the root it says is not that of its leaves", l->name);
}

static bool
parse_lists(struct verify *v, const char *name, char *text, size_t n)
{
	struct leaves *all = v->leaves;
	const size_t before = all->count;
	for (char *rest = text; rest < text + n;) {
		all->lists = mem_resize(all->lists, all->count + 1, sizeof(*all->lists));
		struct leaves_list *l = &all->lists[all->count++];
		*l = (struct leaves_list){.name = name};
		if (!parse_list(v, l, &rest, text + n))
			return false;
		for (size_t i = before; i + 1 < all->count; i++) {
			if (strcmp(all->lists[i].origin, l->origin) == 0)
				return verify_fail(
				    v, "%.100s has two lists of %s", name, l->origin);
		}
	}
	return true;
}

/* The lists of a file come behind those that are there. */
static bool
read_lists(struct verify *v, const char *name, int fd)
{
	uint8_t *bytes;
	size_t n;
	if (io_slurp(fd, LIM_SEALED_BYTES, &bytes, &n) != ERR_OK)
		return verify_unreadable(v, "%.100s cannot be read", name);
	bool good = n > 2 && memcmp(bytes, "# ", 2) == 0 && bytes[n - 1] == '\n' &&
	            memchr(bytes, 0, n) == NULL;
	good = good ? parse_lists(v, name, (char *)bytes, n)
	            : verify_fail(v, "%.100s is no list of leaves, or was cut off", name);
	free(bytes);
	return good;
}

/* --- against a record ----------------------------------------------------------------------
 */

/* What the record knows of the log of a list. */
struct known {
	bool authority, whole;
	size_t epoch;
	uint64_t size;
};

static bool
find_log(struct verify *v, const struct leaves_list *l, bool whole, struct known *ret)
{
	const struct custody *c = v->custody;
	const struct custody_epoch *e = custody_epoch_find(c, l->origin);
	if (strcmp(l->origin, custody_origin(c, LOG_AUTHORITY)) == 0)
		*ret = (struct known){true, true, 0, custody_size(c, LOG_AUTHORITY)};
	else if (e == NULL)
		return verify_fail(v, "%.100s: the record has no log %s", l->name, l->origin);
	else
		*ret = (struct known){false, whole, e->number - 1,
		    whole && e != v->epoch ? e->size
		    : e == v->epoch        ? v->custody_size
					   : 0};
	return true;
}

static const uint8_t *
known_root(const struct verify *v, const struct known *k, uint64_t size)
{
	return k->authority ? custody_root(v->custody, LOG_AUTHORITY, size)
	                    : custody_epoch_root(v->custody, k->epoch, size);
}

/* All of its entries are there: the first at which the roots part is another one. */
static bool
check_whole(struct verify *v, const struct leaves_list *l, const struct known *k)
{
	if (l->size > k->size)
		return verify_fail(v,
		    "%s was cut off or put back: here are %" PRIu64
		    " entries, and %.100s has %" PRIu64 " leaves",
		    l->origin, k->size, l->name, l->size);
	for (uint64_t n = 1; n <= l->size; n++) {
		const uint8_t *root = known_root(v, k, n);
		if (root == NULL || memcmp(root, l->roots[n], MERKLE_SIZE) != 0)
			return verify_fail(v,
			    "%.100s: leaf %" PRIu64
			    " is not that of the entry: the list is of another history",
			    l->name, n - 1);
	}
	verify_checked(
	    v, "%.100s: the first %" PRIu64 " leaves of %s.", l->name, l->size, l->origin);
	return true;
}

static bool
check_shown(struct verify *v, const struct leaves *all, const struct leaves_list *l)
{
	for (size_t i = 0; i < all->shown_count; i++) {
		const struct leaves_head *h = &all->shown[i];
		if (strcmp(h->origin, l->origin) == 0 &&
		    memcmp(l->roots[h->size], h->root, MERKLE_SIZE) != 0)
			return verify_fail_entry(v, LOG_CUSTODY, h->place,
			    "head is not the root of the log at that size: history was "
			    "changed");
	}
	return true;
}

/* Of the log there are one checkpoint and some entries. */
static bool
check_part(struct verify *v, struct leaves_list *l, const struct known *k)
{
	if (k->size == 0 || l->size < k->size) {
		verify_unchecked(v,
		    "%.100s: it has %" PRIu64
		    " leaves, and the checkpoint here is about %" PRIu64
		    " entries: they cannot be compared.",
		    l->name, l->size, k->size);
		return true;
	}
	if (memcmp(l->roots[k->size], v->custody_root, MERKLE_SIZE) != 0)
		return verify_fail(v,
		    "%.100s: these are not the leaves of which the checkpoint of %" PRIu64
		    " entries is",
		    l->name, k->size);
	if (!check_shown(v, v->leaves, l))
		return false;
	l->holds = true;
	verify_checked(v,
	    "%.100s: the leaves of which the checkpoint is; the heads that signers were shown "
	    "are theirs.",
	    l->name);
	return true;
}

static bool
check_list(struct verify *v, struct leaves_list *l, bool whole)
{
	struct known k = {0};
	if (!find_log(v, l, whole, &k))
		return false;
	return k.whole ? check_whole(v, l, &k) : check_part(v, l, &k);
}

void
leaves_check(struct verify *v, bool whole)
{
	bool all = true;
	for (size_t i = 0; !v->bad && i < v->leaves->files_count; i++)
		read_lists(v, v->leaves->files[i].name, v->leaves->files[i].fd);
	for (size_t i = 0; !v->bad && i < v->leaves->count; i++)
		check_list(v, &v->leaves->lists[i], whole);
	for (size_t i = 0; i < v->leaves->shown_count; i++) {
		const struct leaves_head *h = &v->leaves->shown[i];
		all = all && leaves_root(v->leaves, h->origin, h->size) != NULL;
	}
	if (!v->bad && !all)
		verify_unchecked(v,
		    "The heads that the signers were shown: that needs the leaves, or the "
		    "whole log.");
}

const uint8_t *
leaves_root(const struct leaves *l, const char *origin, uint64_t size)
{
	for (size_t i = 0; i < l->count; i++) {
		const struct leaves_list *list = &l->lists[i];
		if (list->holds && strcmp(list->origin, origin) == 0 && size <= list->size)
			return list->roots[size];
	}
	return NULL;
}

/* --- alone
 * ------------------------------------------------------------------------------------ */

/* Its own list of those that were given. */
static const struct leaves_list *
read_key(struct verify *v, struct note_vkey *ret)
{
	const struct leaves *all = v->leaves;
	const struct leaves_list *l = NULL;
	uint8_t *bytes;
	size_t n;
	if (io_slurp(all->key_fd, LIM_NOTE_BYTES, &bytes, &n) != ERR_OK) {
		verify_unreadable(v, "the key cannot be read");
		return NULL;
	}
	bytes[strcspn((char *)bytes, "\n")] = 0;
	bool good = note_vkey_parse((char *)bytes, ret) == ERR_OK;
	for (size_t i = 0; good && i < all->count; i++)
		l = strcmp(ret->name, all->lists[i].origin) == 0 ? &all->lists[i] : l;
	free(bytes);
	if (l == NULL)
		verify_fail(v, "the key is none, or not that of %s", all->lists[0].origin);
	return l;
}

static bool
check_anchor(struct verify *v, const struct leaves_list *l, const struct note_vkey *key,
    const struct verify_anchor *a)
{
	uint8_t *bytes;
	size_t n;
	struct note_checkpoint cp;
	if (io_slurp(a->fd, LIM_NOTE_BYTES, &bytes, &n) != ERR_OK)
		return verify_unreadable(v,
		    "the anchor %.100s cannot be read, or is longer than a checkpoint may be",
		    a->name);
	bool good = note_checkpoint_open(bytes, n, key, &cp) == ERR_OK ||
	            verify_fail(v, "the anchor %.100s is not a checkpoint signed by %s: %s",
			a->name, l->origin, note_why(bytes, n, key));
	free(bytes);
	if (good && cp.size > l->size)
		return verify_fail(v,
		    "the list was cut off: %.100s knows %" PRIu64 " entries, here are %" PRIu64
		    " leaves",
		    a->name, cp.size, l->size);
	if (good && memcmp(cp.root, l->roots[cp.size], MERKLE_SIZE) != 0)
		return verify_fail(v,
		    "FORK: %.100s is about %" PRIu64
		    " other entries than the first of these leaves",
		    a->name, cp.size);
	if (good)
		verify_checked(v,
		    "%.100s: the log signed the first %" PRIu64 " of these leaves.", a->name,
		    cp.size);
	return good;
}

void
leaves_check_alone(struct verify *v, int fd)
{
	struct leaves *all = v->leaves;
	struct note_vkey key;
	v->kind = "leaves";
	if (!read_lists(v, "the list", fd))
		return;
	const struct leaves_list *own = all->key_fd >= 0 ? read_key(v, &key) : NULL;
	for (size_t i = 0; own != NULL && !v->bad && i < v->anchors_count; i++)
		check_anchor(v, own, &key, &v->anchors[i]);
	if (v->bad)
		return;
	for (size_t i = 0; i < all->count; i++)
		verify_checked(v, "%" PRIu64 " leaves of %s, and their root.",
		    all->lists[i].size, all->lists[i].origin);
	if (own == NULL || v->anchors_count == 0)
		verify_unchecked(v, "Without --vkey and --anchor: whether the log signed these "
				    "leaves, at any size.");
	verify_unchecked(v, "What the entries say: that needs the entries.");
}

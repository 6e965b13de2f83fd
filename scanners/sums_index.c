/* SPDX-License-Identifier: ISC */
#include "scanners/sums_in.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#include <string.h>

static void
index_put(struct sums_index *x, const uint8_t *p, size_t n, bool first)
{
	/* archives say "./a", "/a" and "a" for the same */
	while (n > 0 && (*p == '/' || (n > 1 && p[0] == '.' && p[1] == '/'))) {
		p++;
		n--;
	}
	if (x->names_cap - x->names_len < n + 1) {
		x->names_cap = (x->names_cap + n + 65536) * 3 / 2;
		x->names = mem_resize(x->names, x->names_cap, 1);
	}
	if (!first)
		x->names[x->names_len++] = '\0';
	for (size_t i = 0; i < n; i++)
		x->names[x->names_len++] = p[i] != '\0' ? (char)p[i] : '\1';
}

void
sums_index_add(struct sums_index *x, struct sums_name path, const struct sums_name *inside,
    size_t ninside, const uint8_t sha256[DIGEST_SIZE], uint64_t size_bytes)
{
	if (x->n == x->cap) {
		x->cap = (x->cap + 1024) * 3 / 2;
		x->files = mem_resize(x->files, x->cap, sizeof(*x->files));
	}
	struct sums_entry *f = &x->files[x->n++];
	*f = (struct sums_entry){
	    .key_at = x->names_len, .depth = (uint32_t)ninside, .size_bytes = size_bytes};
	memcpy(f->sha256, sha256, DIGEST_SIZE);
	index_put(x, path.bytes, path.len, true);
	for (size_t i = 0; i < ninside; i++)
		index_put(x, inside[i].bytes, inside[i].len, false);
	f->key_len = (uint32_t)(x->names_len - f->key_at);
	x->sorted = false;
}

static int
index_compare(const char *a, size_t an, const char *b, size_t bn)
{
	int c = memcmp(a, b, an < bn ? an : bn);
	return c != 0 ? c : (an > bn) - (an < bn);
}

static int
index_order(const void *a, const void *b, void *arg)
{
	const struct sums_index *x = arg;
	const struct sums_entry *f = a, *g = b;
	return index_compare(
	    x->names + f->key_at, f->key_len, x->names + g->key_at, g->key_len);
}

void
sums_index_sort(struct sums_index *x)
{
	if (!x->sorted && x->n > 0)
		qsort_r(x->files, x->n, sizeof(*x->files), index_order, x);
	x->sorted = true;
}

void
sums_index_done(struct sums_index *x)
{
	free(x->files);
	free(x->names);
	*x = (struct sums_index){0};
}

const char *
sums_index_key(const struct sums_index *x, size_t file)
{
	return x->names + x->files[file].key_at;
}

size_t
sums_index_place(const struct sums_index *x, size_t file)
{
	const char *key = sums_index_key(x, file);
	const char *p = memrchr(key, '\0', x->files[file].key_len);
	return p != NULL ? (size_t)(p - key) + 1 : 0;
}

size_t
sums_index_folder(const struct sums_index *x, size_t file)
{
	const char *key = sums_index_key(x, file);
	size_t n = x->files[file].key_len;
	while (n > 0 && key[n - 1] != '/' && key[n - 1] != '\0')
		n--;
	return n;
}

size_t
sums_index_find(const struct sums_index *x, const char *key, size_t n, size_t *ret_first)
{
	size_t lo = 0, hi = x->n, count = 0;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (index_compare(sums_index_key(x, mid), x->files[mid].key_len, key, n) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	while (lo + count < x->n && index_compare(sums_index_key(x, lo + count),
					x->files[lo + count].key_len, key, n) == 0)
		count++;
	*ret_first = lo;
	return count;
}

/* The last component of what stands behind `place` goes; false when there is none. */
static bool
index_up(struct buf *key, size_t place)
{
	size_t n = key->len;
	if (n == place)
		return false;
	/* it ends in a slash */
	for (n--; n > place && key->data[n - 1] != '/';)
		n--;
	key->len = n;
	return true;
}

bool
sums_index_package(const struct sums_index *x, size_t list, struct buf *ret_key)
{
	static const char name[] = "md5sums", control[] = "control.tar";
	static const char *const kinds[] = {"data.tar.xz", "data.tar.zst", "data.tar.gz",
	    "data.tar", "data.tar.bz2", "data.tar.lzma"};
	const char *key = sums_index_key(x, list);
	size_t place = sums_index_place(x, list), n = x->files[list].key_len, first;
	if (x->files[list].depth < 2 || n - place != strlen(name) ||
	    memcmp(key + place, name, strlen(name)) != 0)
		return false;
	/* place is behind a NUL, and so is the name of what holds the list */
	size_t box = place - 1;
	while (key[box - 1] != '\0')
		box--;
	if (place - box < sizeof(control) || memcmp(key + box, control, strlen(control)) != 0)
		return false;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		ret_key->len = 0;
		ret_key->error = ERR_OK;
		buf_add(ret_key, key, box);
		buf_add_str(ret_key, kinds[i]);
		if (sums_index_find(x, buf_str(ret_key), ret_key->len, &first) > 0) {
			buf_add_byte(ret_key, '\0');
			return true;
		}
	}
	return false;
}

enum sums_where
sums_index_resolve(const struct sums_index *x, size_t list, const uint8_t *name,
    size_t name_len, struct buf *ret_key)
{
	size_t place = sums_index_place(x, list);
	if (sums_index_package(x, list, ret_key)) {
		place = ret_key->len;
	} else {
		ret_key->len = 0;
		ret_key->error = ERR_OK;
		buf_add(ret_key, sums_index_key(x, list), sums_index_folder(x, list));
	}
	if (name_len > 0 && *name == '/')
		return SUMS_ELSEWHERE;
	for (size_t at = 0; at < name_len;) {
		const uint8_t *p = name + at, *slash = memchr(p, '/', name_len - at);
		size_t n = slash != NULL ? (size_t)(slash - p) : name_len - at;
		bool last = slash == NULL;
		at += n + !last;
		if (n == 0 || (n == 1 && *p == '.'))
			continue;
		if (n == 2 && memcmp(p, "..", 2) == 0) {
			if (!index_up(ret_key, place))
				return SUMS_ELSEWHERE;
			continue;
		}
		buf_add(ret_key, p, n);
		if (!last)
			buf_add_byte(ret_key, '/');
	}
	return ret_key->error == ERR_OK ? SUMS_HERE : SUMS_ELSEWHERE;
}

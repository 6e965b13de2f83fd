/* SPDX-License-Identifier: ISC */
#include "src/proc/desk/gather.h"
#include "db/work_child.h"
#include "src/base/buf.h"
#include "src/base/hex.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/digest.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define GATHER_CHUNK (1 << 16)

/* A name on the way down from an item, innermost last. */
struct gather_name {
	uint8_t *bytes;
	size_t len;
};

/* Another name of a file of the same container. */
struct gather_link {
	struct gather_name name, of;
};

/* All of it is told again where it lies nearer: a long way ends before the last of it. */
struct gather_told {
	uint8_t sha256[32];
	uint8_t depth; /* the nearest so far */
};

struct gather {
	struct work *work;
	int fd;
	struct digest *digest;
	struct buf out;
	uint64_t bytes;
	/* objects whose insides were told already */
	struct gather_told *told;
	size_t ntold, told_cap; /* a table, open addressing; the cap is a power of two */
	struct gather_name inside[LIM_ARCHIVE_DEPTH + 1];
	size_t depth;
	struct gather_link
	    *links; /* hard links of the container at hand, by what they are of */
	size_t nlinks;
	const uint8_t *path;
	size_t path_len;
	enum err error;
};

static const uint8_t gather_zero[32];

/* --- writing ----------------------------------------------------------------------------- */

static void
gather_flush(struct gather *g)
{
	if (g->error == ERR_OK)
		g->error = g->out.error;
	if (g->error == ERR_OK)
		g->error = io_write_all(g->fd, g->out.data, g->out.len);
	if (g->error != ERR_OK)
		return;
	digest_add(g->digest, g->out.data, g->out.len);
	g->bytes += g->out.len;
	if (g->bytes > LIM_SEALED_BYTES)
		g->error = ERR_LIMIT;
	buf_done(&g->out);
}

static void
gather_b64(struct gather *g, const void *bytes, size_t n)
{
	MEM_FREE char *text = mem_alloc(HEX_B64_SIZE(n));
	hex_b64_encode(bytes, n, text);
	buf_addf(&g->out, "\"%s\"", text);
}

/* As a JSON text. */
static void
gather_text(struct gather *g, const char *text)
{
	json_t *value = json_string(text);
	MEM_FREE char *line =
	    value != NULL ? json_dumps(value, JSON_ENCODE_ANY | JSON_ENSURE_ASCII) : NULL;
	json_decref(value);
	/* everything in the database is printable ASCII */
	buf_add_str(&g->out, line != NULL ? line : "\"\"");
}

static void
gather_end_line(struct gather *g)
{
	buf_add_str(&g->out, "}\n");
	if (g->out.len >= GATHER_CHUNK)
		gather_flush(g);
}

static void
gather_object(struct gather *g, const uint8_t sha256[32])
{
	char hex[HEX_DIGEST_SIZE];
	hex_encode(sha256, 32, hex);
	buf_addf(&g->out, "\"sha256\":\"%s\"", hex);
}

/* One file: the item, or what is inside at the end of the chain. */
static void
gather_file(struct gather *g, const uint8_t sha256[32])
{
	struct work_todo object = {.bytes = 0};
	enum err e = work_object_get(g->work, sha256, &object);
	if (e != ERR_OK && e != ERR_NOTFOUND)
		g->error = e;
	buf_add_str(&g->out, "{\"path\":");
	gather_b64(g, g->path, g->path_len);
	buf_add_str(&g->out, ",\"inside\":[");
	for (size_t i = 0; i < g->depth; i++) {
		buf_add_str(&g->out, i > 0 ? "," : "");
		gather_b64(g, g->inside[i].bytes, g->inside[i].len);
	}
	buf_add_str(&g->out, "],");
	gather_object(g, sha256);
	buf_addf(&g->out, ",\"size\":%ju,\"type\":", (uintmax_t)object.bytes);
	gather_text(g, object.type);
	gather_end_line(g);
}

/* --- what is inside ---------------------------------------------------------------------- */

static size_t
gather_place(const struct gather_told *table, size_t cap, const uint8_t sha256[32])
{
	uint64_t at;
	memcpy(&at, sha256, sizeof(at));
	while (memcmp(table[at & (cap - 1)].sha256, sha256, 32) != 0 &&
	       memcmp(table[at & (cap - 1)].sha256, gather_zero, 32) != 0)
		at++;
	return (size_t)(at & (cap - 1));
}

static void
gather_grow(struct gather *g)
{
	const size_t cap = g->told_cap == 0 ? 64 : g->told_cap * 2;
	struct gather_told *table = mem_array(cap, sizeof(*table));
	for (size_t i = 0; i < g->told_cap; i++)
		if (memcmp(g->told[i].sha256, gather_zero, 32) != 0)
			table[gather_place(table, cap, g->told[i].sha256)] = g->told[i];
	free(g->told);
	g->told = table;
	g->told_cap = cap;
}

/* True the first time, and when it was only told at the end of longer ways. */
static bool
gather_is_new(struct gather *g, const uint8_t sha256[32])
{
	if (g->ntold * 2 >= g->told_cap)
		gather_grow(g);
	struct gather_told *t = &g->told[gather_place(g->told, g->told_cap, sha256)];
	bool known = memcmp(t->sha256, sha256, 32) == 0;
	if (known && t->depth <= g->depth)
		return false;
	g->ntold += !known;
	memcpy(t->sha256, sha256, 32);
	t->depth = (uint8_t)g->depth;
	return true;
}

/* A row, copied: the next call on the database would take it away. */
struct gather_child {
	uint64_t n; /* 0: there was none */
	struct gather_name name;
	struct gather_name link; /* of a hard link */
	uint8_t sha256[32];
	bool has_bytes;
};

static bool
gather_copy(void *arg, const struct work_child *row)
{
	struct gather_child *c = arg;
	c->n = row->n;
	c->name = (struct gather_name){mem_dup(row->name, row->name_len), row->name_len};
	c->has_bytes = row->sha256 != NULL;
	if (c->has_bytes)
		memcpy(c->sha256, row->sha256, 32);
	else if (strcmp(row->kind, "hardlink") == 0)
		c->link =
		    (struct gather_name){mem_dup(row->link, row->link_len), row->link_len};
	return false;
}

static int
gather_link_order(const void *a, const void *b)
{
	const struct gather_name *x = &((const struct gather_link *)a)->of;
	const struct gather_name *y = &((const struct gather_link *)b)->of;
	int c = memcmp(x->bytes, y->bytes, x->len < y->len ? x->len : y->len);
	return c != 0 ? c : (x->len > y->len) - (x->len < y->len);
}

/* The links of the container that are other names of this file of it. */
static void
gather_linked(struct gather *g, const struct gather_child *c)
{
	const struct gather_link want = {.of = c->name};
	size_t lo = 0, hi = g->nlinks;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (gather_link_order(&g->links[mid], &want) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < g->nlinks && gather_link_order(&g->links[lo], &want) == 0; lo++) {
		g->inside[g->depth++] = g->links[lo].name;
		gather_file(g, c->sha256);
		g->depth--;
	}
}

/* A file by its other names, too: lists name all of them, and only one has bytes. */
static void
gather_links(struct gather *g, const uint8_t parent[32])
{
	uint64_t n = 0, end = 0;
	struct gather_child c;
	for (g->nlinks = 0; g->error == ERR_OK && end == 0;) {
		c = (struct gather_child){.n = 0};
		g->error = work_child_page(g->work, parent, n, gather_copy, &c);
		n = c.n;
		end = c.n == 0;
		if (c.link.bytes == NULL || g->nlinks == LIM_SET_LINKS) {
			free(c.name.bytes);
			free(c.link.bytes);
			continue;
		}
		/* doubled when it is a power of two */
		if ((g->nlinks & (g->nlinks - 1)) == 0)
			g->links = mem_resize(
			    g->links, g->nlinks == 0 ? 1 : g->nlinks * 2, sizeof(*g->links));
		g->links[g->nlinks++] = (struct gather_link){c.name, c.link};
	}
	if (g->nlinks > 0)
		qsort(g->links, g->nlinks, sizeof(*g->links), gather_link_order);
	for (n = 0, end = g->nlinks == 0; g->error == ERR_OK && end == 0;) {
		c = (struct gather_child){.n = 0};
		g->error = work_child_page(g->work, parent, n, gather_copy, &c);
		n = c.n;
		end = c.n == 0;
		if (c.has_bytes)
			gather_linked(g, &c);
		free(c.name.bytes);
		free(c.link.bytes);
	}
	for (size_t i = 0; i < g->nlinks; i++) {
		free(g->links[i].name.bytes);
		free(g->links[i].of.bytes);
	}
	g->nlinks = 0;
}

/* Each object with something inside is told of where it is met first, and nearer than that. */
static void
gather_inside(struct gather *g, const uint8_t parent[32])
{
	uint64_t n = 0;
	bool linked = false;
	/* nothing deeper is ever opened */
	if (g->depth == LIM_ARCHIVE_DEPTH + 1)
		return;
	while (g->error == ERR_OK) {
		struct gather_child c = {.n = 0};
		g->error = work_child_page(g->work, parent, n, gather_copy, &c);
		bool end = c.n == 0 || (n == 0 && !gather_is_new(g, parent));
		linked |= c.link.bytes != NULL && !end;
		free(c.link.bytes);
		if (end) {
			free(c.name.bytes);
			break;
		}
		n = c.n;
		if (c.has_bytes) {
			g->inside[g->depth++] = c.name;
			gather_file(g, c.sha256);
			gather_inside(g, c.sha256);
			g->depth--;
		}
		free(c.name.bytes);
	}
	if (linked)
		gather_links(g, parent);
}

static bool
gather_item(void *arg, const struct work_item *row)
{
	struct gather *g = arg;
	if (strcmp(row->kind, "file") != 0 || row->sha256 == NULL)
		return true;
	g->path = row->path;
	g->path_len = row->path_len;
	gather_file(g, row->sha256);
	gather_inside(g, row->sha256);
	return g->error == ERR_OK;
}

static void
gather_fact(void *arg, const struct work_scan_fact *f)
{
	struct gather *g = arg;
	if (g->error != ERR_OK)
		return;
	buf_add_byte(&g->out, '{');
	gather_object(g, f->sha256);
	buf_add_str(&g->out, ",\"scanner\":");
	gather_text(g, f->scanner);
	buf_add_str(&g->out, ",\"key\":");
	gather_text(g, f->key);
	buf_add_str(&g->out, ",\"value\":");
	gather_text(g, f->value);
	gather_end_line(g);
}

static void
gather_all(struct gather *g)
{
	enum err e = work_items(g->work, gather_item, g);
	if (g->error == ERR_OK)
		g->error = e;
	if (g->error == ERR_OK) {
		e = work_scan_facts(g->work, gather_fact, g);
		if (g->error == ERR_OK)
			g->error = e;
	}
	if (g->error == ERR_OK)
		gather_flush(g);
	if (g->error == ERR_OK)
		g->error = io_memfd_seal(g->fd);
}

enum err
gather_set(struct work *w, struct gather_set *ret_set)
{
	struct gather g = {.work = w};
	g.fd = memfd_create("set", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (g.fd < 0)
		return ERR_IO;
	g.digest = digest_new();
	buf_init(&g.out, LIM_SEALED_BYTES);
	gather_all(&g);
	if (g.error == ERR_OK) {
		*ret_set = (struct gather_set){.fd = g.fd, .bytes = g.bytes};
		digest_final(g.digest, ret_set->sha256);
	} else {
		close(g.fd);
	}
	digest_free(g.digest);
	buf_done(&g.out);
	free(g.told);
	free(g.links);
	return g.error;
}

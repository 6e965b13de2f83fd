/* SPDX-License-Identifier: ISC */
#include "src/media/medium.h"
#include "src/base/mem.h"
#include "src/media/listing.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ZERO_CHECK_BYTES (8u << 20) /* gaps up to this size are looked through */

struct medium {
	struct image *image;
	struct table table;
	struct volume *volumes; /* LIM_VOLUMES of them at most */
	size_t n_volumes;
	struct medium_region { /* found while opening, sent by medium_walk */
		uint64_t bytes;
		enum item_state state;
		char why[200];
	} * regions;
	size_t n_regions, cap_regions;
	struct walk walk;
	struct medium_result result;
};

/* --- opening ------------------------------------------------------------------ */

static void __attribute__((format(printf, 4, 5)))
medium_region(struct medium *m, uint64_t bytes, enum item_state state, const char *fmt, ...)
{
	va_list ap;

	if (m->n_regions == m->cap_regions) {
		m->cap_regions = m->cap_regions == 0 ? 16 : m->cap_regions * 2;
		m->regions = mem_resize(m->regions, m->cap_regions, sizeof(*m->regions));
	}
	struct medium_region *r = &m->regions[m->n_regions++];
	r->bytes = bytes;
	r->state = state;
	va_start(ap, fmt);
	vsnprintf(r->why, sizeof(r->why), fmt, ap);
	va_end(ap);
}

/* What lies in a small gap; large ones are not read. */
static const char *
medium_gap_word(struct medium *m, const struct table_extent *x)
{
	MEM_FREE uint8_t *buf = mem_alloc(65536);

	if (x->bytes > ZERO_CHECK_BYTES)
		return "not looked into";
	for (uint64_t at = 0; at < x->bytes;) {
		size_t n = x->bytes - at < 65536 ? (size_t)(x->bytes - at) : 65536;
		if (image_read(m->image, x->offset_bytes + at, buf, n) != ERR_OK)
			return "it could not be read";
		for (size_t i = 0; i < n; i++)
			if (buf[i] != 0)
				return "not empty";
		at += n;
	}
	return "all zero";
}

/* The file system a volume really has: the first candidate that opens. */
static bool
medium_open_volume(struct medium *m, const struct table_extent *x, const enum probe_kind *kinds,
    size_t n, size_t *ret_used, const char **ret_why)
{
	for (size_t i = 0; i < n; i++) {
		struct volume v;
		if (!probe_kind_is_read(kinds[i]) ||
		    volume_open(m->image, kinds[i], x->offset_bytes, x->bytes, &v, ret_why) !=
			ERR_OK)
			continue;
		v.number = (unsigned)m->n_volumes + 1;
		listing_label(&v);
		m->volumes[m->n_volumes++] = v;
		*ret_used = i;
		return true;
	}
	return false;
}

/* Space behind the end of the file system, beyond what rounding explains. */
static void
medium_slack(struct medium *m, const struct table_extent *x, const struct volume *v)
{
	uint64_t unit = volume_block_bytes(v) < 65536 ? 65536 : volume_block_bytes(v);

	if (x->bytes > v->fs_bytes && x->bytes - v->fs_bytes >= unit)
		medium_region(m, x->bytes - v->fs_bytes, ITEM_UNREAD,
		    "volume %u: space behind the end of its file system", v->number);
	if (v->fs_bytes > x->bytes)
		medium_region(m, 0, ITEM_UNREAD,
		    "volume %u: its file system says it is larger than its place on the medium",
		    v->number);
	if (v->note != NULL)
		medium_region(m, 0, ITEM_UNREAD, "volume %u: %s", v->number, v->note);
}

static void
medium_partition(struct medium *m, const struct table_extent *x, bool whole)
{
	enum probe_kind kinds[PROBE_KIND__MAX];
	const char *what = whole ? "the medium" : "a partition", *why = "";
	unsigned long long at = x->offset_bytes;
	size_t n = probe_volume(image_read_fn, m->image, x->offset_bytes, x->bytes, kinds),
	       used = n;

	if (x->overlaps)
		medium_region(
		    m, 0, ITEM_UNREAD, "the partition at byte %llu overlaps another one", at);
	if (x->clipped)
		medium_region(m, 0, ITEM_UNREADABLE,
		    "the partition at byte %llu reaches behind the end of the medium", at);
	bool open = medium_open_volume(m, x, kinds, n, &used, &why);
	if (open)
		medium_slack(m, x, &m->volumes[m->n_volumes - 1]);
	else if (n == 0)
		medium_region(m, x->bytes, ITEM_UNREAD,
		    "%s at byte %llu: no file system recognised", what, at);
	else if (probe_kind_is_read(kinds[0]))
		medium_region(m, x->bytes, ITEM_UNREADABLE,
		    "%s at byte %llu: its %s file system %s", what, at,
		    probe_kind_print(kinds[0]), why);
	else
		medium_region(m, x->bytes,
		    probe_kind_is_encrypted(kinds[0]) ? ITEM_ENCRYPTED : ITEM_UNREAD,
		    "%s at byte %llu: %s is not read", what, at, probe_kind_print(kinds[0]));
	for (size_t i = 0; i < n; i++)
		if (i != used && (open || i > 0))
			medium_region(m, open ? 0 : x->bytes, ITEM_UNREAD,
			    "%s at byte %llu also bears the mark of %s, which was not read",
			    what, at, probe_kind_print(kinds[i]));
}

/* Something that begins at byte 0 although the medium has a partition table. */
static void
medium_also(struct medium *m)
{
	enum probe_kind kinds[PROBE_KIND__MAX];
	size_t n = 0;

	if (m->table.stale_gpt)
		medium_region(m, 0, ITEM_UNREAD, "a second partition table (GPT) was not used");
	if (m->table.damaged)
		medium_region(m, 0, ITEM_UNREADABLE, "part of the partition table is damaged");
	if (m->table.kind != TABLE_NONE)
		n = probe_volume(image_read_fn, m->image, 0, image_bytes(m->image), kinds);
	for (size_t i = 0; i < n; i++)
		medium_region(m, 0, ITEM_UNREAD,
		    "besides its partitions the medium bears the mark of %s, which was not "
		    "read",
		    probe_kind_print(kinds[i]));
}

static void
medium_extents(struct medium *m)
{
	for (size_t i = 0; i < m->table.n; i++) {
		const struct table_extent *x = &m->table.extents[i];
		if (x->partition)
			medium_partition(m, x, m->table.kind == TABLE_NONE);
		else
			medium_region(m, x->bytes, ITEM_UNREAD,
			    "unpartitioned space at byte %llu: %s",
			    (unsigned long long)x->offset_bytes, medium_gap_word(m, x));
	}
	medium_also(m);
}

enum err
medium_open(int fd, struct medium **ret_medium, const char **ret_why)
{
	struct medium *m = mem_alloc(sizeof(*m));
	enum err err = image_open(fd, &m->image, ret_why);

	if (err == ERR_OK) {
		err = table_parse(image_read_fn, m->image, image_bytes(m->image),
		    image_sector_bytes(m->image), &m->table);
		*ret_why = err == ERR_LIMIT ? "the medium has too many partitions"
		                            : "the medium could not be read";
	}
	if (err != ERR_OK) {
		medium_close(m);
		return err;
	}
	m->volumes = mem_array(LIM_VOLUMES, sizeof(*m->volumes));
	medium_extents(m);
	*ret_medium = m;
	return ERR_OK;
}

struct medium *
medium_close(struct medium *m)
{
	if (m == NULL)
		return NULL;
	for (size_t i = 0; i < m->n_volumes; i++)
		volume_done(&m->volumes[i]);
	walk_done(&m->walk);
	free(m->volumes);
	free(m->regions);
	table_done(&m->table);
	image_close(m->image);
	free(m);
	return NULL;
}

uint64_t
medium_bytes(const struct medium *m)
{
	return image_bytes(m->image);
}

unsigned
medium_sector_bytes(const struct medium *m)
{
	return m->table.sector_bytes;
}

bool
medium_write_protected(const struct medium *m)
{
	return image_write_protected(m->image);
}

const char *
medium_table(const struct medium *m)
{
	return table_kind_print(m->table.kind);
}

size_t
medium_volumes(const struct medium *m)
{
	return m->n_volumes;
}

const struct volume *
medium_volume(const struct medium *m, size_t i)
{
	return &m->volumes[i];
}

/* --- metadata ----------------------------------------------------------------- */

enum err
medium_walk(struct medium *m, walk_item_fn *item, void *arg, const char **ret_why)
{
	enum err err = ERR_OK;

	m->walk.item = item;
	m->walk.arg = arg;
	for (size_t i = 0; i < m->n_regions && err == ERR_OK; i++)
		err = walk_region(
		    &m->walk, m->regions[i].bytes, m->regions[i].state, m->regions[i].why);
	for (size_t i = 0; i < m->n_volumes && err == ERR_OK; i++)
		err = walk_volume(&m->walk, &m->volumes[i]);
	*ret_why = err == ERR_LIMIT && m->walk.why != NULL ? m->walk.why : "";
	return err;
}

const struct walk_totals *
medium_totals(const struct medium *m)
{
	return &m->walk.totals;
}

/* --- contents ----------------------------------------------------------------- */

static int
medium_order(const void *a, const void *b)
{
	const struct walk_file *x = a, *y = b;

	if (x->volume != y->volume)
		return x->volume < y->volume ? -1 : 1;
	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	if (x->inum != y->inum)
		return x->inum < y->inum ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

static enum err
medium_bad(struct medium *m, const struct medium_sink *sink, void *arg,
    const struct walk_file *f, bool begun, const char *why, uint64_t at)
{
	if (image_gone(m->image))
		return ERR_NOTFOUND;
	m->result.unreadable++;
	return sink->bad(arg, f->id, begun, why, at);
}

/* Sends all bytes of an opened file; what the medium does not give is `bad`. */
static enum err
medium_stream(struct medium *m, const struct medium_sink *sink, void *arg,
    const struct walk_file *f, struct content *c, uint8_t *buf, bool *ret_good)
{
	enum err err = sink->begin(arg, f->id);

	while (err == ERR_OK && c->at < f->size_bytes) {
		size_t n = 0;
		uint64_t before = c->at;
		enum err broken = content_fill(c, buf, LIM_FRAME_BYTES, &n);
		if (broken != ERR_OK || n == 0)
			return medium_bad(m, sink, arg, f, true,
			    broken != ERR_OK ? c->why : "it ends too early", c->at);
		m->result.bytes += c->at - before;
		err = sink->data(arg, f->id, buf, n);
	}
	if (err == ERR_OK)
		err = sink->end(arg, f->id);
	*ret_good = err == ERR_OK;
	return err;
}

static enum err
medium_file(struct medium *m, const struct medium_sink *sink, void *arg,
    const struct walk_file *f, uint8_t *buf, bool *ret_good)
{
	struct volume *v = &m->volumes[f->volume - 1];
	struct content c = {.volume = v};

	if (f->size_bytes == 0)
		return medium_stream(m, sink, arg, f, &c, buf, ret_good);
	if (content_open(v, f->inum, f->size_bytes, &c) != ERR_OK)
		return medium_bad(m, sink, arg, f, false, c.why, 0);
	enum err err;
	if (content_part(&c, CONTENT_DATA) != ERR_OK || c.size_bytes != f->size_bytes) {
		err = medium_bad(
		    m, sink, arg, f, false, "the medium changed while it was read", 0);
	} else {
		if (f->valid_bytes < c.valid_bytes)
			c.valid_bytes = f->valid_bytes;
		err = medium_stream(m, sink, arg, f, &c, buf, ret_good);
	}
	content_close(&c);
	return err;
}

enum err
medium_read(struct medium *m, const struct medium_sink *sink, void *arg)
{
	struct walk_plan *p = &m->walk.plan;
	MEM_FREE uint8_t *buf = mem_alloc(LIM_FRAME_BYTES);
	enum err err = ERR_OK;
	bool good = false;

	if (p->n > 0)
		qsort(p->files, p->n, sizeof(p->files[0]), medium_order);
	for (size_t i = 0; i < p->n && err == ERR_OK; i++) {
		const struct walk_file *f = &p->files[i];
		/* other names follow their first one: same record, larger id */
		if (f->same_as == 0) {
			good = false;
			err = medium_file(m, sink, arg, f, buf, &good);
		} else if (good) {
			err = sink->same(arg, f->id, f->same_as);
		} else {
			err = medium_bad(
			    m, sink, arg, f, false, "its other name could not be read", 0);
		}
		m->result.files += good;
	}
	return err;
}

bool
medium_gone(const struct medium *m)
{
	return image_gone(m->image);
}

const struct medium_result *
medium_result(const struct medium *m)
{
	return &m->result;
}

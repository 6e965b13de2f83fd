/* SPDX-License-Identifier: ISC */
#include "src/media/medium.h"
#include "src/base/mem.h"
#include "src/media/cover.h"
#include "src/media/listing.h"
#include "src/media/medium_in.h"
#include "src/media/medium_locked.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MEDIUM_SLACK_BYTES 4096 /* less behind a file system is how sizes are rounded */
#define MEDIUM_DISC_SECTOR 2048

/* --- opening ------------------------------------------------------------------ */

size_t
medium_region_add(struct medium *m, uint64_t offset, uint64_t bytes, enum item_state state,
    const char *fmt, ...)
{
	va_list ap;

	if (m->n_regions == m->cap_regions) {
		m->cap_regions = m->cap_regions == 0 ? 16 : m->cap_regions * 2;
		m->regions = mem_resize(m->regions, m->cap_regions, sizeof(*m->regions));
	}
	struct medium_region *r = &m->regions[m->n_regions];
	*r = (struct medium_region){
	    .offset_bytes = offset, .bytes = bytes, .state = state, .look = bytes > 0};
	va_start(ap, fmt);
	vsnprintf(r->why, sizeof(r->why), fmt, ap);
	va_end(ap);
	return m->n_regions++;
}

void
medium_at(struct medium *m, unsigned volume, uint64_t offset_bytes)
{
	if (volume == m->at || m->how.at == NULL)
		return;
	m->at = volume;
	m->how.at(m->how.arg, volume, volume != 0 ? &offset_bytes : NULL);
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
		m->spans[m->n_volumes] =
		    (struct medium_span){.offset_bytes = x->offset_bytes, .bytes = x->bytes};
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
	uint64_t unit = volume_block_bytes(v) < MEDIUM_SLACK_BYTES ? MEDIUM_SLACK_BYTES
	                                                           : volume_block_bytes(v);

	if (x->bytes > v->fs_bytes && x->bytes - v->fs_bytes >= unit) {
		medium_region_add(m, x->offset_bytes + v->fs_bytes, x->bytes - v->fs_bytes,
		    ITEM_UNREAD, "volume %u: space behind the end of its file system",
		    v->number);
		m->spans[v->number - 1].bytes = v->fs_bytes;
	}
	if (v->fs_bytes > x->bytes)
		medium_region_add(m, 0, 0, ITEM_UNREAD,
		    "volume %u: its file system says it is larger than its place on the medium",
		    v->number);
}

/* What is odd about the partition itself. */
static void
medium_partition_words(struct medium *m, const struct table_extent *x)
{
	unsigned long long at = x->offset_bytes;

	if (x->overlaps)
		medium_region_add(m, 0, 0, ITEM_UNREAD,
		    "the partition at byte %llu overlaps another one", at);
	if (x->clipped)
		medium_region_add(m, 0, 0, ITEM_UNREADABLE,
		    "the partition at byte %llu reaches behind the end of the medium", at);
	if (x->hidden)
		medium_region_add(m, 0, 0, ITEM_UNREAD,
		    "the partition at byte %llu is one that systems hide: %s", at, x->kind);
}

/* A partition whose file system nobody reads. */
static void
medium_partition_unread(struct medium *m, const struct table_extent *x,
    const enum probe_kind *kinds, size_t n, const char *what, const char *why)
{
	unsigned long long at = x->offset_bytes;
	size_t r;

	if (n == 0 && table_is_nested(image_read_fn, m->image, x->offset_bytes, x->bytes,
			  m->table.sector_bytes))
		medium_region_add(m, x->offset_bytes, x->bytes, ITEM_UNREAD,
		    "%s at byte %llu: a partition table of its own, which is not followed",
		    what, at);
	else if (medium_locked_add(m, x, kinds, n, what))
		return;
	else if (n == 0)
		medium_region_add(m, x->offset_bytes, x->bytes, ITEM_UNREAD,
		    "%s at byte %llu: no file system recognised", what, at);
	else if (probe_kind_is_read(kinds[0]))
		medium_region_add(m, x->offset_bytes, x->bytes, ITEM_UNREADABLE,
		    "%s at byte %llu: its %s file system %s", what, at,
		    probe_kind_print(kinds[0]), why);
	else {
		r = medium_region_add(m, x->offset_bytes, x->bytes,
		    probe_kind_is_encrypted(kinds[0]) ? ITEM_ENCRYPTED : ITEM_UNREAD,
		    "%s at byte %llu: %s is not read", what, at, probe_kind_print(kinds[0]));
		m->regions[r].look = false; /* it is known what it is */
	}
}

/*
 * A file system that a reader died of: it keeps its number, so that the others keep
 * theirs.  bytes 0: they are those of its partitions.
 */
static bool
medium_stopped_add(struct medium *m, uint64_t offset, uint64_t bytes, const char *what)
{
	size_t i = 0;

	while (i < m->how.n_without && m->how.without[i] != offset)
		i++;
	if (i == m->how.n_without || m->n_volumes == LIM_VOLUMES)
		return false;
	size_t r = medium_region_add(m, offset, bytes, ITEM_UNREADABLE,
	    "%s at byte %llu: not read, for the program that reads file systems stopped on it",
	    what, (unsigned long long)offset);
	i = m->n_volumes++;
	m->regions[r].look = false;
	m->regions[r].volume = (unsigned)i + 1;
	m->volumes[i] = (struct volume){.image = m->image,
	    .offset_bytes = offset,
	    .bytes = bytes,
	    .number = (unsigned)i + 1,
	    .kind = "not read"};
	m->spans[i] = (struct medium_span){.offset_bytes = offset,
	    .bytes = bytes,
	    .locked = true,
	    .stopped = true,
	    .region = r};
	return true;
}

bool
medium_stopped(const struct medium *m, size_t i)
{
	return i < m->n_volumes && m->spans[i].stopped;
}

static void
medium_partition(struct medium *m, const struct table_extent *x, bool whole)
{
	enum probe_kind kinds[PROBE_KIND__MAX];
	const char *what = whole ? "the medium" : "a partition", *why = "";

	if (medium_stopped_add(m, x->offset_bytes, x->bytes, what))
		return;
	medium_at(m, (unsigned)m->n_volumes + 1, x->offset_bytes);
	size_t n = probe_volume(image_read_fn, m->image, x->offset_bytes, x->bytes, kinds),
	       used = n;

	medium_partition_words(m, x);
	bool open = medium_open_volume(m, x, kinds, n, &used, &why);
	if (open)
		medium_slack(m, x, &m->volumes[m->n_volumes - 1]);
	else
		medium_partition_unread(m, x, kinds, n, what, why);
	for (size_t i = 0; i < n; i++)
		if (i != used && (open || i > 0))
			medium_region_add(m, 0, 0, ITEM_UNREAD,
			    "%s at byte %llu also bears the mark of %s, which was not read",
			    what, (unsigned long long)x->offset_bytes,
			    probe_kind_print(kinds[i]));
}

/* A medium that gives the same bytes again further on is smaller than it says. */
static void
medium_repeats(struct medium *m)
{
	uint64_t starts[LIM_VOLUMES];
	size_t n = 0;

	/* no disc does, and looking takes long there */
	if (image_sector_bytes(m->image) == MEDIUM_DISC_SECTOR)
		return;
	for (size_t i = 0; i < m->table.n; i++)
		if (m->table.extents[i].partition)
			starts[n++] = m->table.extents[i].offset_bytes;
	uint64_t period =
	    lies_period(image_read_fn, m->image, image_bytes(m->image), starts, n);
	if (period > 0)
		medium_region_add(m, 0, 0, ITEM_UNREADABLE,
		    "the medium repeats itself every %llu bytes: it is smaller than the %llu "
		    "bytes it says, and what was written behind that is lost or in place of "
		    "something else",
		    (unsigned long long)period, (unsigned long long)image_bytes(m->image));
}

/*
 * The file system of a disc lies at the beginning of the medium whatever its
 * partition table says: images of installers have both.  Returns which of the
 * marks it was, or n.
 */
static size_t
medium_disc(struct medium *m, const enum probe_kind *kinds, size_t n)
{
	struct table_extent all = {.bytes = image_bytes(m->image), .partition = true};
	const char *why;
	size_t used;

	for (size_t i = 0; i < m->n_volumes; i++)
		if (m->volumes[i].mark == PROBE_UDF || m->volumes[i].mark == PROBE_ISO9660 ||
		    (m->spans[i].stopped && m->spans[i].offset_bytes == 0))
			return n; /* a partition holds it */
	if (n > 0 && medium_stopped_add(m, 0, 0, "the disc"))
		return n;
	medium_at(m, (unsigned)m->n_volumes + 1, 0);
	for (size_t k = 0; k < n && m->n_volumes < LIM_VOLUMES; k++) {
		if ((kinds[k] != PROBE_UDF && kinds[k] != PROBE_ISO9660) ||
		    !medium_open_volume(m, &all, kinds + k, 1, &used, &why))
			continue;
		const struct volume *v = &m->volumes[m->n_volumes - 1];
		if (v->fs_bytes < all.bytes)
			m->spans[m->n_volumes - 1].bytes = v->fs_bytes;
		return k;
	}
	return n;
}

/* Discs for Macs have a map of their own, and often another file system in it. */
static void
medium_apple(struct medium *m)
{
	static const uint64_t places[] = {512, MEDIUM_DISC_SECTOR};
	uint8_t mark[2];

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (image_read(m->image, places[i], mark, sizeof(mark)) != ERR_OK ||
		    memcmp(mark, "PM", sizeof(mark)) != 0)
			continue;
		medium_region_add(m, 0, 0, ITEM_UNREAD,
		    "the medium has a partition map of Apple's, too, which was not followed: "
		    "what it shows to others was not read");
		return;
	}
}

/* What is to be said of the medium besides its partitions. */
static void
medium_also(struct medium *m)
{
	enum probe_kind kinds[PROBE_KIND__MAX];
	size_t n = 0;

	for (size_t i = 0; i < m->table.n_notes; i++)
		medium_region_add(m, 0, 0,
		    m->table.notes[i].damage ? ITEM_UNREADABLE : ITEM_UNREAD, "%s",
		    m->table.notes[i].text);
	if (m->table.kind != TABLE_NONE)
		n = probe_volume(image_read_fn, m->image, 0, image_bytes(m->image), kinds);
	size_t disc = medium_disc(m, kinds, n);
	for (size_t i = 0; i < n; i++)
		if (i != disc)
			medium_region_add(m, 0, 0, ITEM_UNREAD,
			    "besides its partitions the medium bears the mark of %s, which was "
			    "not "
			    "read",
			    probe_kind_print(kinds[i]));
	medium_apple(m);
	medium_repeats(m);
}

static void
medium_extents(struct medium *m)
{
	for (size_t i = 0; i < m->table.n; i++) {
		const struct table_extent *x = &m->table.extents[i];
		if (x->partition)
			medium_partition(m, x, m->table.kind == TABLE_NONE);
		else
			medium_region_add(m, x->offset_bytes, x->bytes, ITEM_UNREAD,
			    "unpartitioned space at byte %llu",
			    (unsigned long long)x->offset_bytes);
	}
	medium_at(m, 0, 0);
	medium_also(m);
	medium_at(m, 0, 0);
}

enum err
medium_open(int fd, struct medium **ret_medium, const char **ret_why)
{
	static const struct medium_how how = {.at = NULL};

	return medium_open_how(fd, &how, ret_medium, ret_why);
}

enum err
medium_open_how(
    int fd, const struct medium_how *how, struct medium **ret_medium, const char **ret_why)
{
	struct medium *m = mem_alloc(sizeof(*m));
	enum err err = image_open(fd, &m->image, ret_why);

	m->how = *how;

	m->look_bytes = UINT64_MAX;
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
	for (size_t i = 0; i < m->n_volumes; i++) {
		volume_done(&m->volumes[i]);
		image_close(m->views[i]);
	}
	walk_done(&m->walk);
	free(m->volumes);
	free(m->regions);
	free(m->parents);
	free(m->left_out);
	table_done(&m->table);
	image_close(m->image);
	free(m);
	return NULL;
}

void
medium_watch(struct medium *m, void (*fn)(void *arg), void *arg)
{
	image_watch(m->image, fn, arg);
}

/* --- what it is ---------------------------------------------------------------- */

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

void
medium_account(const struct medium *m, struct medium_account *ret)
{
	struct cover c = {0};
	uint64_t bytes[COVER_KIND__MAX];

	for (size_t i = 0; i < m->table.n_places; i++)
		cover_add(
		    &c, COVER_TABLE, m->table.places[i].offset_bytes, m->table.places[i].bytes);
	for (size_t i = 0; i < m->n_volumes; i++)
		if (!m->spans[i].locked)
			cover_add(
			    &c, COVER_VOLUME, m->spans[i].offset_bytes, m->spans[i].bytes);
	for (size_t i = 0; i < m->n_regions; i++)
		if (!m->regions[i].gone)
			cover_add(
			    &c, COVER_REGION, m->regions[i].offset_bytes, m->regions[i].bytes);
	cover_count(&c, image_bytes(m->image), bytes);
	cover_done(&c);
	/* table.c leaves no byte out, and every extent became a volume or a region */
	assert(bytes[COVER_NONE] == 0);
	assert(bytes[COVER_TABLE] + bytes[COVER_VOLUME] + bytes[COVER_REGION] ==
	       image_bytes(m->image));
	*ret = (struct medium_account){
	    bytes[COVER_TABLE], bytes[COVER_VOLUME], bytes[COVER_REGION]};
}

/* --- metadata ----------------------------------------------------------------- */

/* Every item passes here: what lies in what is needed when something is left out. */
static enum err
medium_on_item(void *arg, const struct walk_item *it)
{
	struct medium *m = arg;

	if (m->n_items == m->cap_items) {
		m->cap_items = m->cap_items == 0 ? 1024 : m->cap_items + m->cap_items / 2;
		m->parents = mem_resize(m->parents, m->cap_items, sizeof(*m->parents));
	}
	m->parents[m->n_items++] = (uint32_t)it->parent;
	medium_locked_see(m, it);
	return m->item(m->item_arg, it);
}

enum err
medium_walk_regions(struct medium *m)
{
	enum err err = ERR_OK;

	for (size_t i = 0; i < m->n_regions && err == ERR_OK; i++) {
		struct medium_region *r = &m->regions[i];
		if (r->gone || r->id != 0)
			continue;
		m->walk.region_volume = r->volume;
		err = walk_region(&m->walk, r->bytes, r->state, r->why);
		m->walk.region_volume = 0;
		r->id = (uint32_t)m->walk.totals.items;
	}
	return err;
}

enum err
medium_walk(struct medium *m, walk_item_fn *item, void *arg, const char **ret_why)
{
	m->item = item;
	m->item_arg = arg;
	m->walk.item = medium_on_item;
	m->walk.arg = m;
	enum err err = medium_walk_regions(m);
	for (size_t i = 0; i < m->n_volumes && err == ERR_OK; i++) {
		if (m->spans[i].locked)
			continue;
		medium_at(m, (unsigned)i + 1, m->spans[i].offset_bytes);
		err = walk_volume(&m->walk, &m->volumes[i]);
	}
	medium_at(m, 0, 0);
	if (err == ERR_OK) /* what only the walk has shown */
		err = medium_walk_regions(m);
	m->totals = m->walk.totals;
	*ret_why = err == ERR_LIMIT && m->walk.why != NULL ? m->walk.why : "";
	return err;
}

const struct walk_totals *
medium_totals(const struct medium *m)
{
	return &m->totals;
}

/* SPDX-License-Identifier: ISC */
#include "src/media/udfvolume.h"
#include "src/base/mem.h"
#include "src/media/le.h"
#include "src/media/udffile.h"

#include <string.h>

#define ANCHOR_BLOCK   256
#define SEQUENCE_MAX   512 /* blocks of descriptors that are looked at */
#define TAG_BYTES      16
#define MAPS_AT        440
#define VIRTUAL_UNUSED 0xFFFFFFFFu
#define VAT_MAX        (4u << 20) /* blocks that a virtual table may have */

/*
 * CRC-16 of ECMA-167 1/7.2.6, x16 + x12 + x5 + 1, eight bits at once: each file
 * has a block with such a sum, which is most of what listing a disc costs.
 */
static uint16_t
udfvolume_crc(const uint8_t *p, size_t n)
{
	uint16_t crc = 0;

	for (size_t i = 0; i < n; i++) {
		crc = (uint16_t)(crc >> 8 | crc << 8);
		crc ^= p[i];
		crc ^= (crc & 0xff) >> 4;
		crc ^= (uint16_t)(crc << 12);
		crc ^= (uint16_t)((crc & 0xff) << 5);
	}
	return crc;
}

bool
udfvolume_is_sound(const uint8_t *d, size_t n)
{
	uint8_t sum = 0;
	size_t covered = le16(d + 10);

	for (size_t i = 0; i < TAG_BYTES; i++)
		sum = (uint8_t)(sum + (i == 4 ? 0 : d[i]));
	if (sum != d[4] || covered > n - TAG_BYTES)
		return false;
	return covered == 0 || udfvolume_crc(d + TAG_BYTES, covered) == le16(d + 8);
}

/* A descriptor at a block of the volume, which knows where it lies. */
static enum err
udfvolume_at(struct volume *v, size_t block_bytes, uint64_t block, unsigned tag, uint8_t *out)
{
	enum err err = volume_read(v, block * block_bytes, out, block_bytes);

	if (err != ERR_OK)
		return err == ERR_RANGE ? ERR_SYNTAX : err;
	if ((tag != 0 && le16(out) != tag) || le32(out + 12) != (uint32_t)block ||
	    !udfvolume_is_sound(out, block_bytes))
		return ERR_SYNTAX;
	return ERR_OK;
}

enum err
udfvolume_descriptor(struct volume *v, const struct udf *u, uint16_t part, uint32_t block,
    unsigned tag, uint8_t out[UDF_BLOCK_MAX])
{
	uint64_t at, n;
	enum err err = udfvolume_place(u, part, block, 1, &at, &n);

	if (err == ERR_OK)
		err = volume_read(v, at * u->block_bytes, out, u->block_bytes);
	if (err != ERR_OK)
		return err == ERR_RANGE ? ERR_SYNTAX : err;
	bool fits = tag != 0 ? le16(out) == tag
	                     : le16(out) == UDF_TAG_FILE || le16(out) == UDF_TAG_FILE_LONG;
	return fits && udfvolume_is_sound(out, u->block_bytes) ? ERR_OK : ERR_SYNTAX;
}

/* --- blocks of partitions --------------------------------------------------------- */

/* A partition that lies in a file. */
static enum err
udfvolume_in_file(
    const struct udf_partition *p, uint32_t block, uint64_t n, uint64_t *at, uint64_t *len)
{
	const struct run *r = runs_find(&p->runs, block);

	if (r == NULL || r->addr == RUNS_HOLE)
		return ERR_SYNTAX;
	uint64_t in = block - r->offset;
	*at = r->addr + in;
	*len = n < r->len - in ? n : r->len - in;
	return ERR_OK;
}

static void
udfvolume_spared(const struct udf_partition *p, uint32_t block, uint64_t *at, uint64_t *len)
{
	uint32_t packet = block - block % p->packet_blocks, in = block % p->packet_blocks;

	if (*len > p->packet_blocks - in)
		*len = p->packet_blocks - in;
	for (size_t i = 0; i < p->n_moved; i++)
		if (p->moved[i].from == packet)
			*at = (uint64_t)p->moved[i].to + in;
}

enum err
udfvolume_place(
    const struct udf *u, uint16_t part, uint32_t block, uint64_t n, uint64_t *at, uint64_t *len)
{
	if (part >= u->n_parts)
		return ERR_SYNTAX;
	const struct udf_partition *p = &u->parts[part];
	if (p->map == UDF_MAP_META)
		return udfvolume_in_file(p, block, n, at, len);
	if (p->map == UDF_MAP_VIRTUAL) {
		if (block >= p->n_table || p->table[block] == VIRTUAL_UNUSED)
			return ERR_SYNTAX;
		block = p->table[block];
		n = 1;
	}
	if (p->map == UDF_MAP_NONE || block >= p->blocks)
		return ERR_SYNTAX;
	*at = p->start + block;
	*len = n < p->blocks - block ? n : p->blocks - block;
	if (p->map == UDF_MAP_SPARED)
		udfvolume_spared(p, block, at, len);
	return ERR_OK;
}

/* --- partition maps --------------------------------------------------------------- */

struct udfvolume_sets { /* what the sequence of descriptors says */
	uint8_t logical[UDF_BLOCK_MAX];
	bool has_logical;
	uint32_t logical_nth; /* its place among those that were written: the last one counts */
	struct {
		uint16_t number;
		uint32_t nth, start, blocks;
	} parts[UDF_PARTITIONS];
	size_t n;
};

static bool
udfvolume_base(struct udf_partition *p, const struct udfvolume_sets *s, uint16_t number)
{
	for (size_t i = 0; i < s->n; i++) {
		if (s->parts[i].number != number)
			continue;
		p->number = number;
		p->start = s->parts[i].start;
		p->blocks = s->parts[i].blocks;
		return true;
	}
	return false;
}

/* The first sparing table that is sound. */
static enum err
udfvolume_sparing(
    struct volume *v, const struct udf *u, const uint8_t *m, struct udf_partition *p)
{
	uint8_t raw[UDF_BLOCK_MAX];

	p->packet_blocks = le16(m + 40);
	if (p->packet_blocks == 0)
		return ERR_SYNTAX;
	for (unsigned i = 0; i < m[42] && i < 4; i++) {
		if (udfvolume_at(v, u->block_bytes, le32(m + 48 + 4 * i), 0, raw) != ERR_OK ||
		    memcmp(raw + 17, "*UDF Sparing Table", 18) != 0)
			continue;
		size_t n = le16(raw + 48);
		p->moved = mem_array(UDF_SPARED, sizeof(*p->moved));
		for (size_t k = 0; k < n && k < UDF_SPARED && 56 + 8 * k + 8 <= u->block_bytes;
		     k++)
			p->moved[p->n_moved++] =
			    (struct udf_moved){le32(raw + 56 + 8 * k), le32(raw + 60 + 8 * k)};
		return ERR_OK;
	}
	return ERR_SYNTAX;
}

static enum err
udfvolume_map(struct volume *v, const struct udf *u, const struct udfvolume_sets *s,
    const uint8_t *m, struct udf_partition *p)
{
	static const struct {
		const char *name;
		enum udf_map map;
	} names[] = {
	    {"*UDF Virtual Partition", UDF_MAP_VIRTUAL},
	    {"*UDF Sparable Partition", UDF_MAP_SPARED},
	    {"*UDF Metadata Partition", UDF_MAP_META},
	};
	if (m[0] == 1) {
		p->map = UDF_MAP_PLAIN;
		return udfvolume_base(p, s, le16(m + 4)) ? ERR_OK : ERR_SYNTAX;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (memcmp(m + 5, names[i].name, strlen(names[i].name)) == 0)
			p->map = names[i].map;
	if (p->map == UDF_MAP_NONE || !udfvolume_base(p, s, le16(m + 38)))
		return ERR_SYNTAX;
	p->file_block = le32(m + 40);
	p->mirror_block = le32(m + 44);
	return p->map == UDF_MAP_SPARED ? udfvolume_sparing(v, u, m, p) : ERR_OK;
}

static enum err
udfvolume_maps(struct volume *v, struct udf *u, const struct udfvolume_sets *s)
{
	size_t n = le32(s->logical + 268), bytes = le32(s->logical + 264), at = MAPS_AT;

	if (n == 0 || n > UDF_PARTITIONS || bytes > u->block_bytes - at)
		return ERR_SYNTAX;
	for (size_t i = 0; i < n; i++) {
		const uint8_t *m = s->logical + at;
		size_t left = MAPS_AT + bytes - at;
		if (left < 6 || m[1] > left || m[1] != (m[0] == 1 ? 6 : 64) || m[0] > 2)
			return ERR_SYNTAX;
		u->n_parts = i + 1;
		enum err err = udfvolume_map(v, u, s, m, &u->parts[i]);
		if (err != ERR_OK)
			return err;
		at += m[1];
	}
	return ERR_OK;
}

/* The plain or spared partition that one in a file stands on. */
static bool
udfvolume_below(const struct udf *u, const struct udf_partition *p, uint16_t *ret_part)
{
	for (size_t i = 0; i < u->n_parts; i++)
		if (u->parts[i].number == p->number &&
		    (u->parts[i].map == UDF_MAP_PLAIN || u->parts[i].map == UDF_MAP_SPARED)) {
			*ret_part = (uint16_t)i;
			return true;
		}
	return false;
}

static enum err
udfvolume_metadata(struct volume *v, struct udf *u, struct udf_partition *p)
{
	MEM_FREE struct udffile *f = mem_alloc(sizeof(*f));
	uint16_t below;

	if (!udfvolume_below(u, p, &below))
		return ERR_SYNTAX;
	enum err err = udffile_open(v, u, below, p->file_block, f);
	if (err == ERR_SYNTAX)
		err = udffile_open(v, u, below, p->mirror_block, f);
	if (err != ERR_OK || udffile_is_inside(f))
		return err == ERR_OK ? ERR_SYNTAX : err;
	return udffile_runs(v, u, f, &p->runs);
}

/* The entry of the virtual table is the last block that was written. */
static enum err
udfvolume_find_vat(struct volume *v, struct udf *u, uint16_t below, struct udffile *f)
{
	const struct udf_partition *p = &u->parts[below];
	uint64_t last = v->bytes / u->block_bytes;

	for (unsigned i = 1; i <= 512 && i <= last; i++) {
		uint64_t at = last - i;
		if (at < p->start || at - p->start > UINT32_MAX)
			break;
		enum err err = udffile_open(v, u, below, (uint32_t)(at - p->start), f);
		if (err != ERR_OK && err != ERR_SYNTAX)
			return err;
		if (err == ERR_OK && (f->type == 248 || f->type == 0))
			return ERR_OK;
	}
	return ERR_SYNTAX;
}

/* All bytes of a small file. */
static enum err
udfvolume_load(struct volume *v, const struct udf *u, const struct udffile *f, uint8_t *out)
{
	struct runs runs = {0};

	if (udffile_is_inside(f)) {
		if (f->bytes > f->n_areas)
			return ERR_SYNTAX;
		memcpy(out, f->raw + f->areas, (size_t)f->bytes);
		return ERR_OK;
	}
	enum err err = udffile_runs(v, u, f, &runs);
	for (size_t i = 0; i < runs.n && err == ERR_OK; i++) {
		uint64_t at = runs.v[i].offset * u->block_bytes;
		uint64_t n = runs.v[i].len * u->block_bytes;
		if (at >= f->bytes || runs.v[i].addr == RUNS_HOLE)
			break;
		n = n < f->bytes - at ? n : f->bytes - at;
		err = volume_read(v, runs.v[i].addr * u->block_bytes, out + at, (size_t)n);
	}
	runs_done(&runs);
	return err == ERR_RANGE ? ERR_SYNTAX : err;
}

static enum err
udfvolume_virtual(struct volume *v, struct udf *u, struct udf_partition *p)
{
	MEM_FREE struct udffile *f = mem_alloc(sizeof(*f));
	MEM_FREE uint8_t *raw = NULL;
	uint16_t below;

	if (!udfvolume_below(u, p, &below))
		return ERR_SYNTAX;
	enum err err = udfvolume_find_vat(v, u, below, f);
	if (err == ERR_OK && (f->bytes > 4 * VAT_MAX || f->bytes < 8))
		err = ERR_SYNTAX;
	if (err != ERR_OK)
		return err;
	raw = mem_alloc((size_t)f->bytes);
	err = udfvolume_load(v, u, f, raw);
	if (err != ERR_OK)
		return err;
	/* 2.00 has a header, 1.50 a text behind the table */
	size_t head = f->type == 248 ? le16(raw) : 0, tail = f->type == 248 ? 0 : 36;
	if (head + tail > f->bytes)
		return ERR_SYNTAX;
	p->n_table = ((size_t)f->bytes - head - tail) / 4;
	p->table = mem_array(p->n_table + 1, sizeof(*p->table));
	for (size_t i = 0; i < p->n_table; i++)
		p->table[i] = le32(raw + head + 4 * i);
	return ERR_OK;
}

static enum err
udfvolume_files(struct volume *v, struct udf *u)
{
	enum err err = ERR_OK;

	for (size_t i = 0; i < u->n_parts && err == ERR_OK; i++) {
		if (u->parts[i].map == UDF_MAP_META)
			err = udfvolume_metadata(v, u, &u->parts[i]);
		if (u->parts[i].map == UDF_MAP_VIRTUAL)
			err = udfvolume_virtual(v, u, &u->parts[i]);
	}
	return err;
}

/* --- from the anchor ---------------------------------------------------------------- */

static void
udfvolume_take(struct udfvolume_sets *s, const uint8_t *d, size_t block_bytes)
{
	unsigned tag = le16(d);
	uint32_t nth = le32(d + 16);
	size_t i = 0;

	if (tag == UDF_TAG_LOGICAL && (!s->has_logical || nth >= s->logical_nth)) {
		memcpy(s->logical, d, block_bytes);
		s->logical_nth = nth;
		s->has_logical = true;
	}
	if (tag != UDF_TAG_PARTITION)
		return;
	while (i < s->n && s->parts[i].number != le16(d + 22))
		i++;
	if (i == UDF_PARTITIONS || (i < s->n && nth < s->parts[i].nth))
		return;
	s->parts[i].number = le16(d + 22);
	s->parts[i].nth = nth;
	s->parts[i].start = le32(d + 188);
	s->parts[i].blocks = le32(d + 192);
	s->n += i == s->n;
}

static enum err
udfvolume_sequence(
    struct volume *v, size_t block_bytes, const uint8_t *extent, struct udfvolume_sets *s)
{
	uint8_t d[UDF_BLOCK_MAX];
	uint64_t n = le32(extent) / block_bytes, at = le32(extent + 4);

	for (uint64_t i = 0; i < n && i < SEQUENCE_MAX; i++) {
		enum err err = udfvolume_at(v, block_bytes, at + i, 0, d);
		if (err == ERR_SYNTAX)
			continue;
		if (err != ERR_OK)
			return err;
		if (le16(d) == UDF_TAG_END)
			break;
		udfvolume_take(s, d, block_bytes);
	}
	return s->has_logical && s->n > 0 ? ERR_OK : ERR_SYNTAX;
}

/* Anchors stand at block 256, at the end, and 256 blocks before it. */
static enum err
udfvolume_anchor(struct volume *v, size_t block_bytes, struct udfvolume_sets *s)
{
	uint64_t n = v->bytes / block_bytes;
	const uint64_t places[] = {ANCHOR_BLOCK, n - 1, n - 1 - ANCHOR_BLOCK, 512};
	uint8_t d[UDF_BLOCK_MAX];

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (places[i] >= n ||
		    udfvolume_at(v, block_bytes, places[i], UDF_TAG_ANCHOR, d) != ERR_OK)
			continue;
		uint8_t main_set[8], reserve[8];
		memcpy(main_set, d + 16, 8);
		memcpy(reserve, d + 24, 8);
		if (udfvolume_sequence(v, block_bytes, main_set, s) == ERR_OK)
			return ERR_OK;
		*s = (struct udfvolume_sets){0};
		if (udfvolume_sequence(v, block_bytes, reserve, s) == ERR_OK)
			return ERR_OK;
		*s = (struct udfvolume_sets){0};
	}
	return ERR_SYNTAX;
}

static enum err
udfvolume_root(struct volume *v, struct udf *u, const uint8_t *logical)
{
	uint8_t d[UDF_BLOCK_MAX];
	enum err err = udfvolume_descriptor(
	    v, u, le16(logical + 256), le32(logical + 252), UDF_TAG_FILE_SET, d);

	if (err != ERR_OK)
		return err;
	u->root_block = le32(d + 404);
	u->root_part = le16(d + 408);
	return ERR_OK;
}

/* Where it ends: behind its last anchor, or behind its partitions. */
static void
udfvolume_size(struct volume *v, const struct udf *u)
{
	uint64_t n = v->bytes / u->block_bytes, end = ANCHOR_BLOCK;
	uint8_t d[UDF_BLOCK_MAX];

	v->block_bytes = u->block_bytes;
	v->n_blocks = n;
	for (size_t i = 0; i < u->n_parts; i++)
		if (u->parts[i].start + u->parts[i].blocks > end)
			end = u->parts[i].start + u->parts[i].blocks;
	for (uint64_t at = n; at > end && n - at <= 2 * ANCHOR_BLOCK; at -= ANCHOR_BLOCK)
		if (udfvolume_at(v, u->block_bytes, at - 1, UDF_TAG_ANCHOR, d) == ERR_OK)
			end = n;
	v->fs_bytes = end * u->block_bytes;
}

enum err
udfvolume_open(struct volume *v, struct udf *u, const char **ret_why)
{
	static const size_t sizes[] = {2048, 512, 4096, 1024};
	MEM_FREE struct udfvolume_sets *s = mem_alloc(sizeof(*s));
	enum err err = ERR_SYNTAX;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]) && err == ERR_SYNTAX; i++) {
		u->block_bytes = sizes[i];
		err = udfvolume_anchor(v, sizes[i], s);
	}
	if (err != ERR_OK)
		return err;
	if (le32(s->logical + 212) != u->block_bytes) {
		*ret_why = "has blocks of a size that does not fit the medium";
		return ERR_SYNTAX;
	}
	memcpy(u->label, s->logical + 84, sizeof(u->label));
	err = udfvolume_maps(v, u, s);
	if (err == ERR_OK)
		err = udfvolume_files(v, u);
	if (err == ERR_OK)
		err = udfvolume_root(v, u, s->logical);
	if (err == ERR_OK)
		udfvolume_size(v, u);
	return err;
}

void
udfvolume_done(struct udf *u)
{
	for (size_t i = 0; i < u->n_parts; i++) {
		free(u->parts[i].moved);
		free(u->parts[i].table);
		runs_done(&u->parts[i].runs);
	}
}

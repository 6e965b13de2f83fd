/* SPDX-License-Identifier: ISC */
#include "src/media/table.h"
#include "src/media/le.h"
#include "src/media/wtf8.h"
#include "src/base/mem.h"

#include <stdio.h>
#include <string.h>

#define MBR_BYTES       512
#define MBR_ENTRIES     446
#define GPT_HEADER_SIZE 92
#define GPT_ENTRY_MAX   4096
#define GPT_ENTRIES_MAX 1024
#define TYPE_PROTECTIVE 0xEE

/* What is being put together. */
struct table_work {
	table_read_fn *read;
	void *arg;
	uint64_t bytes;
	unsigned sector;
	struct table *t;
	/* places the table itself occupies: no gap there */
	struct {
		uint64_t offset, bytes;
	} meta[LIM_VOLUMES + 8];
	size_t n_meta;
};

static const char *const kind_words[TABLE_KIND__MAX] = {
    [TABLE_NONE] = "none",
    [TABLE_MBR] = "mbr",
    [TABLE_GPT] = "gpt",
    [TABLE_GPT_BACKUP] = "gpt (backup)",
};

const char *
table_kind_print(enum table_kind k)
{
	return k >= 0 && k < TABLE_KIND__MAX ? kind_words[k] : "unknown";
}

static void
table_meta(struct table_work *w, uint64_t offset, uint64_t bytes)
{
	if (w->n_meta < sizeof(w->meta) / sizeof(w->meta[0])) {
		w->meta[w->n_meta].offset = offset;
		w->meta[w->n_meta++].bytes = bytes;
	}
}

/* Adds an extent of `sectors` from `first`, cut at the medium's end. */
static struct table_extent *
table_add(struct table_work *w, uint64_t first, uint64_t sectors)
{
	struct table *t = w->t;

	if (t->n >= LIM_VOLUMES)
		return NULL;
	struct table_extent *x = &t->extents[t->n++];
	*x = (struct table_extent){.partition = true};
	uint64_t max = w->bytes / w->sector + 1; /* keeps products small */
	if (first > max)
		first = max;
	if (sectors > max)
		sectors = max;
	x->offset_bytes = first * w->sector;
	x->bytes = sectors * w->sector;
	if (x->offset_bytes >= w->bytes) {
		x->offset_bytes = w->bytes;
		x->bytes = 0;
		x->clipped = true;
	} else if (x->bytes > w->bytes - x->offset_bytes) {
		x->bytes = w->bytes - x->offset_bytes;
		x->clipped = true;
	}
	return x;
}

/* --- MBR -------------------------------------------------------------------- */

struct mbr_entry {
	uint8_t status, type;
	uint32_t first, sectors;
};

static struct mbr_entry
table_mbr_entry(const uint8_t *sector, int i)
{
	const uint8_t *p = sector + MBR_ENTRIES + 16 * i;
	return (struct mbr_entry){p[0], p[4], le32(p + 8), le32(p + 12)};
}

static bool
table_is_extended(uint8_t type)
{
	return type == 0x05 || type == 0x0F || type == 0x85;
}

static bool
table_has_signature(const uint8_t *sector)
{
	return sector[510] == 0x55 && sector[511] == 0xAA;
}

/* As Linux does: a table only when every status byte is 0 or 80. */
static bool
table_is_mbr(const uint8_t *sector)
{
	bool any = false;

	if (!table_has_signature(sector))
		return false;
	for (int i = 0; i < 4; i++) {
		struct mbr_entry e = table_mbr_entry(sector, i);
		if (e.status != 0 && e.status != 0x80)
			return false;
		/* an entry that begins with this very sector is a volume describing itself */
		if (e.type != 0 && e.sectors != 0 && e.first != 0)
			any = true;
	}
	return any;
}

static enum err
table_mbr_add(struct table_work *w, uint64_t base, struct mbr_entry e)
{
	struct table_extent *x = table_add(w, base + e.first, e.sectors);
	if (x == NULL)
		return ERR_LIMIT;
	snprintf(x->type, sizeof(x->type), "0x%02x", e.type);
	return ERR_OK;
}

/* The chain of logical partitions; each link must lie behind the one before. */
static enum err
table_logical(struct table_work *w, struct mbr_entry extended)
{
	uint8_t sector[MBR_BYTES];
	uint64_t base = extended.first, at = base;

	for (;;) {
		if (w->read(w->arg, at * w->sector, sector, sizeof(sector)) != ERR_OK ||
		    !table_has_signature(sector)) {
			w->t->damaged = true;
			return ERR_OK;
		}
		table_meta(w, at * w->sector, w->sector);
		struct mbr_entry next = {0, 0, 0, 0};
		for (int i = 0; i < 4; i++) {
			struct mbr_entry e = table_mbr_entry(sector, i);
			if (e.type == 0 || e.sectors == 0)
				continue;
			if (table_is_extended(e.type)) {
				next = e;
				continue;
			}
			enum err err = table_mbr_add(w, at, e);
			if (err != ERR_OK)
				return err;
		}
		if (next.type == 0)
			return ERR_OK;
		if (base + next.first <= at || w->n_meta >= LIM_VOLUMES) {
			w->t->damaged = true; /* a loop, or longer than any real disk */
			return ERR_OK;
		}
		at = base + next.first;
	}
}

static enum err
table_mbr(struct table_work *w, const uint8_t *sector)
{
	enum err err = ERR_OK;

	w->t->kind = TABLE_MBR;
	table_meta(w, 0, w->sector);
	for (int i = 0; i < 4 && err == ERR_OK; i++) {
		struct mbr_entry e = table_mbr_entry(sector, i);
		if (e.type == 0 || e.sectors == 0)
			continue;
		err = table_is_extended(e.type) ? table_logical(w, e) : table_mbr_add(w, 0, e);
	}
	return err;
}

/* --- GPT -------------------------------------------------------------------- */

static uint32_t
table_crc32(uint32_t crc, const uint8_t *p, size_t n)
{
	crc = ~crc;
	while (n-- > 0) {
		crc ^= *p++;
		for (int k = 0; k < 8; k++)
			crc = crc >> 1 ^ (0xEDB88320u & (0u - (crc & 1)));
	}
	return ~crc;
}

struct gpt {
	uint64_t my_lba, entries_lba, first_usable, last_usable;
	uint32_t count, entry_bytes;
	uint8_t *entries; /* count * entry_bytes */
};

/* Header and entries at this LBA, both checksums right. */
static bool
table_gpt_load(struct table_work *w, uint64_t lba, struct gpt *g)
{
	uint8_t h[512];
	static const uint8_t zero[4] = {0};

	if (w->read(w->arg, lba * w->sector, h, sizeof(h)) != ERR_OK ||
	    memcmp(h, "EFI PART", 8) != 0)
		return false;
	uint32_t size = le32(h + 12);
	if (size < GPT_HEADER_SIZE || size > sizeof(h))
		return false;
	uint32_t crc = table_crc32(0, h, 16);
	crc = table_crc32(crc, zero, 4);
	crc = table_crc32(crc, h + 20, size - 20);
	if (crc != le32(h + 16) || le64(h + 24) != lba)
		return false;
	*g = (struct gpt){
	    lba, le64(h + 72), le64(h + 40), le64(h + 48), le32(h + 80), le32(h + 84), NULL};
	if (g->count == 0 || g->count > GPT_ENTRIES_MAX || g->entry_bytes < 128 ||
	    g->entry_bytes > GPT_ENTRY_MAX || g->entries_lba > w->bytes / w->sector)
		return false;
	size_t n = (size_t)g->count * g->entry_bytes;
	g->entries = mem_alloc(n);
	if (w->read(w->arg, g->entries_lba * w->sector, g->entries, n) == ERR_OK &&
	    table_crc32(0, g->entries, n) == le32(h + 88))
		return true;
	free(g->entries);
	g->entries = NULL;
	return false;
}

static void
table_guid(const uint8_t *p, char *out, size_t n)
{
	snprintf(out, n, "%08X-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X", le32(p),
	    le16(p + 4), le16(p + 6), p[8], p[9], p[10], p[11], p[12], p[13], p[14], p[15]);
}

static enum err
table_gpt_entries(struct table_work *w, const struct gpt *g)
{
	static const uint8_t none[16] = {0};

	for (uint32_t i = 0; i < g->count; i++) {
		const uint8_t *e = g->entries + (size_t)i * g->entry_bytes;
		uint64_t first = le64(e + 32), last = le64(e + 40);
		if (memcmp(e, none, sizeof(none)) == 0)
			continue;
		if (last < first || last == UINT64_MAX)
			w->t->damaged = true;
		struct table_extent *x = table_add(
		    w, first, last < first || last == UINT64_MAX ? 0 : last - first + 1);
		if (x == NULL)
			return ERR_LIMIT;
		table_guid(e, x->type, sizeof(x->type));
		size_t units = 0;
		while (units < 36 && le16(e + 56 + 2 * units) != 0)
			units++;
		x->label_len = wtf8_put(e + 56, units, x->label);
	}
	return ERR_OK;
}

static void
table_gpt_meta(struct table_work *w, const struct gpt *g)
{
	uint64_t n =
	    ((uint64_t)g->count * g->entry_bytes + w->sector - 1) / w->sector * w->sector;
	table_meta(w, g->my_lba * w->sector, w->sector);
	table_meta(w, g->entries_lba * w->sector, n);
}

/* Tries a GPT with this sector size; ERR_NOTFOUND when there is none. */
static enum err
table_gpt(struct table_work *w, unsigned sector)
{
	struct gpt first = {0}, last = {0};
	uint64_t sectors = w->bytes / sector;

	w->sector = sector;
	if (sectors < 4)
		return ERR_NOTFOUND;
	bool has_first = table_gpt_load(w, 1, &first);
	bool has_last = table_gpt_load(w, sectors - 1, &last);
	if (!has_first && !has_last)
		return ERR_NOTFOUND;
	w->t->kind = has_first ? TABLE_GPT : TABLE_GPT_BACKUP;
	w->t->damaged = !has_first || !has_last;
	table_meta(w, 0, sector);
	if (has_first)
		table_gpt_meta(w, &first);
	if (has_last)
		table_gpt_meta(w, &last);
	enum err err = table_gpt_entries(w, has_first ? &first : &last);
	free(first.entries);
	free(last.entries);
	return err;
}

/* True when a valid first GPT header exists that the MBR does not announce. */
static bool
table_has_stale_gpt(struct table_work *w)
{
	struct gpt g = {0};
	bool has = table_gpt_load(w, 1, &g);
	free(g.entries);
	return has;
}

/* --- the whole -------------------------------------------------------------- */

static int
table_compare(const void *a, const void *b)
{
	const struct table_extent *x = a, *y = b;
	if (x->offset_bytes != y->offset_bytes)
		return x->offset_bytes < y->offset_bytes ? -1 : 1;
	return x->bytes < y->bytes ? -1 : x->bytes > y->bytes;
}

/* The end of what covers `at`, or `at` itself when nothing does. */
static uint64_t
table_covered_to(const struct table_work *w, size_t n_parts, uint64_t at, uint64_t *ret_next)
{
	uint64_t end = at;

	*ret_next = w->bytes;
	for (size_t i = 0; i < n_parts + w->n_meta; i++) {
		bool part = i < n_parts;
		uint64_t o = part ? w->t->extents[i].offset_bytes : w->meta[i - n_parts].offset;
		uint64_t b = part ? w->t->extents[i].bytes : w->meta[i - n_parts].bytes;
		if (o <= at && b > at - o && o + b > end)
			end = o + b;
		if (o > at && b > 0 && o < *ret_next)
			*ret_next = o;
	}
	return end;
}

/* Adds a gap wherever neither a partition nor the table lies. */
static enum err
table_gaps(struct table_work *w)
{
	size_t n_parts = w->t->n;
	uint64_t at = 0, next;

	while (at < w->bytes) {
		uint64_t end = table_covered_to(w, n_parts, at, &next);
		if (end > at) {
			at = end;
			continue;
		}
		if (w->t->n >= LIM_VOLUMES)
			return ERR_LIMIT;
		w->t->extents[w->t->n++] =
		    (struct table_extent){.offset_bytes = at, .bytes = next - at};
		at = next;
	}
	return ERR_OK;
}

static void
table_order(struct table *t)
{
	uint64_t end = 0;

	qsort(t->extents, t->n, sizeof(t->extents[0]), table_compare);
	for (size_t i = 0; i < t->n; i++) {
		struct table_extent *x = &t->extents[i];
		x->overlaps = x->bytes > 0 && x->offset_bytes < end;
		if (x->offset_bytes + x->bytes > end)
			end = x->offset_bytes + x->bytes;
	}
}

static enum err
table_find(struct table_work *w, unsigned sector_bytes)
{
	uint8_t sector[MBR_BYTES] = {0};
	bool whole = w->bytes >= sizeof(sector);

	if (whole && w->read(w->arg, 0, sector, sizeof(sector)) != ERR_OK)
		return ERR_IO;
	bool mbr = whole && table_is_mbr(sector), announced = false;
	for (int i = 0; mbr && i < 4; i++)
		announced |= table_mbr_entry(sector, i).type == TYPE_PROTECTIVE;
	if (announced || (whole && !mbr && !table_has_signature(sector))) {
		/* an image file does not tell the sector size of the disk it came from */
		enum err err = table_gpt(w, sector_bytes);
		if (err == ERR_NOTFOUND && sector_bytes == 512)
			err = table_gpt(w, 4096);
		if (err != ERR_NOTFOUND)
			return err;
		w->t->damaged = announced;
	}
	w->sector = sector_bytes;
	w->n_meta = 0;
	w->t->stale_gpt = whole && !announced && table_has_stale_gpt(w);
	if (mbr)
		return table_mbr(w, sector);
	w->t->extents[w->t->n++] = (struct table_extent){.bytes = w->bytes, .partition = true};
	return ERR_OK;
}

enum err
table_parse(table_read_fn *read, void *arg, uint64_t bytes, unsigned sector_bytes,
    struct table *ret_table)
{
	struct table t = {.extents = mem_array(LIM_VOLUMES, sizeof(struct table_extent))};
	struct table_work *w = mem_alloc(sizeof(*w));

	*w = (struct table_work){.read = read, .arg = arg, .bytes = bytes, .t = &t};
	enum err err = table_find(w, sector_bytes);
	if (err == ERR_OK && t.kind != TABLE_NONE)
		err = table_gaps(w);
	t.sector_bytes = w->sector;
	free(w);
	if (err != ERR_OK) {
		free(t.extents);
		return err;
	}
	table_order(&t);
	*ret_table = t;
	return ERR_OK;
}

void
table_done(struct table *t)
{
	free(t->extents);
	*t = (struct table){0};
}

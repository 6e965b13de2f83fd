/* SPDX-License-Identifier: ISC */
#include "src/media/table.h"
#include "src/base/mem.h"
#include "src/media/le.h"
#include "src/media/table_in.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MBR_BYTES       512
#define MBR_ENTRIES     446
#define TYPE_PROTECTIVE 0xEE

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

void
table_place(struct table_work *w, uint64_t offset, uint64_t bytes)
{
	if (w->t->n_places < TABLE_PLACES)
		w->t->places[w->t->n_places++] = (struct table_place){offset, bytes};
}

void
table_note(struct table_work *w, bool damage, const char *fmt, ...)
{
	struct table *t = w->t;
	va_list ap;

	if (t->n_notes == TABLE_NOTES)
		return;
	struct table_note *n = &t->notes[t->n_notes++];
	n->damage = damage;
	if (t->n_notes == TABLE_NOTES) {
		snprintf(n->text, sizeof(n->text),
		    "more is wrong with the partition table than is said here");
		return;
	}
	va_start(ap, fmt);
	vsnprintf(n->text, sizeof(n->text), fmt, ap);
	va_end(ap);
}

struct table_extent *
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
	x->kind = table_types_find(x->type, &x->hidden);
	return ERR_OK;
}

/* Whether the chain was here before, or is longer than any real one. */
static bool
table_chain_was_at(const struct table_work *w, uint64_t at)
{
	for (size_t i = 0; i < w->t->n_places; i++)
		if (w->t->places[i].offset_bytes == at * w->sector)
			return true;
	return w->t->n_places >= LIM_VOLUMES;
}

/* One link: its partitions, and where the next link is (type 0: nowhere). */
static enum err
table_link(struct table_work *w, const uint8_t *sector, uint64_t at, struct mbr_entry *ret_next)
{
	enum err err = ERR_OK;

	*ret_next = (struct mbr_entry){0, 0, 0, 0};
	for (int i = 0; i < 4 && err == ERR_OK; i++) {
		struct mbr_entry e = table_mbr_entry(sector, i);
		if (e.type == 0 || e.sectors == 0)
			continue;
		if (table_is_extended(e.type) && ret_next->type != 0)
			table_note(w, true,
			    "a table in the chain of logical partitions, at byte %llu, names "
			    "two that follow: behind the second was not looked",
			    (unsigned long long)(at * w->sector));
		else if (table_is_extended(e.type))
			*ret_next = e;
		else
			err = table_mbr_add(w, at, e);
	}
	return err;
}

/* The chain of logical partitions, which may lie in any order. */
static enum err
table_logical(struct table_work *w, struct mbr_entry extended)
{
	uint8_t sector[MBR_BYTES];
	uint64_t base = extended.first, at = base;
	struct mbr_entry next;

	for (;;) {
		if (table_chain_was_at(w, at)) {
			w->t->damaged = true;
			table_note(w, true,
			    "the chain of logical partitions runs in a circle or has no end; "
			    "what would follow was not looked for");
			return ERR_OK;
		}
		if (w->read(w->arg, at * w->sector, sector, sizeof(sector)) != ERR_OK ||
		    !table_has_signature(sector)) {
			w->t->damaged = true;
			table_note(w, true,
			    "the chain of logical partitions is damaged at byte %llu; what "
			    "would follow was not found",
			    (unsigned long long)(at * w->sector));
			return ERR_OK;
		}
		table_place(w, at * w->sector, w->sector);
		enum err err = table_link(w, sector, at, &next);
		if (err != ERR_OK || next.type == 0)
			return err;
		at = base + next.first;
	}
}

static enum err
table_mbr(struct table_work *w, const uint8_t *sector)
{
	enum err err = ERR_OK;

	w->t->kind = TABLE_MBR;
	table_place(w, 0, w->sector);
	for (int i = 0; i < 4 && err == ERR_OK; i++) {
		struct mbr_entry e = table_mbr_entry(sector, i);
		if (e.type == 0 || e.sectors == 0)
			continue;
		err = table_is_extended(e.type) ? table_logical(w, e) : table_mbr_add(w, 0, e);
	}
	return err;
}

/* The GPT shows a partition in the same place. */
static bool
table_gpt_has(const struct table_work *w, size_t n, struct mbr_entry e)
{
	for (size_t i = 0; i < n; i++)
		if (w->t->extents[i].offset_bytes == (uint64_t)e.first * w->sector &&
		    w->t->extents[i].bytes == (uint64_t)e.sectors * w->sector)
			return true;
	return false;
}

/*
 * A hybrid: what the MBR shows besides the GPT.  The entry that protects the
 * GPT is none of it, nor what the GPT shows in the same place.
 */
static enum err
table_hybrid(struct table_work *w, const uint8_t *sector)
{
	size_t n = w->t->n;
	enum err err = ERR_OK;

	for (int i = 0; i < 4 && err == ERR_OK; i++) {
		struct mbr_entry e = table_mbr_entry(sector, i);
		if (e.type == 0 || e.type == TYPE_PROTECTIVE || e.sectors == 0)
			continue;
		w->t->hybrid = true;
		if (table_gpt_has(w, n, e))
			continue;
		table_note(w, false,
		    "two partition tables differ: the MBR shows a partition of %llu bytes at "
		    "byte %llu that the GPT does not show",
		    (unsigned long long)e.sectors * w->sector,
		    (unsigned long long)e.first * w->sector);
		err = table_is_extended(e.type) ? table_logical(w, e) : table_mbr_add(w, 0, e);
	}
	return err;
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
	for (size_t i = 0; i < n_parts + w->t->n_places; i++) {
		bool part = i < n_parts;
		const struct table_place *p = part ? NULL : &w->t->places[i - n_parts];
		uint64_t o = part ? w->t->extents[i].offset_bytes : p->offset_bytes;
		uint64_t b = part ? w->t->extents[i].bytes : p->bytes;
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

/* No GPT was found: the MBR, or nothing. */
static enum err
table_other(struct table_work *w, const uint8_t *sector, bool mbr, bool announced)
{
	struct table *t = w->t;

	t->damaged = announced;
	t->stale_gpt = sector != NULL && !announced && table_gpt_is_there(w);
	if (announced)
		table_note(w, true,
		    "both copies of the partition table (GPT) are damaged or missing; what the "
		    "MBR shows was used");
	if (t->stale_gpt)
		table_note(w, false, "a second partition table (GPT) was not used");
	if (mbr)
		return table_mbr(w, sector);
	t->extents[t->n++] = (struct table_extent){.bytes = w->bytes, .partition = true};
	return ERR_OK;
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
		if (err == ERR_OK && mbr)
			err = table_hybrid(w, sector);
		if (err != ERR_NOTFOUND)
			return err;
	}
	w->sector = sector_bytes;
	return table_other(w, whole ? sector : NULL, mbr, announced);
}

enum err
table_parse(table_read_fn *read, void *arg, uint64_t bytes, unsigned sector_bytes,
    struct table *ret_table)
{
	struct table t = {.extents = mem_array(LIM_VOLUMES, sizeof(struct table_extent)),
	    .places = mem_array(TABLE_PLACES, sizeof(struct table_place)),
	    .notes = mem_array(TABLE_NOTES, sizeof(struct table_note))};
	struct table_work w = {.read = read, .arg = arg, .bytes = bytes, .t = &t};

	enum err err = table_find(&w, sector_bytes);
	if (err == ERR_OK && t.kind != TABLE_NONE)
		err = table_gaps(&w);
	t.sector_bytes = w.sector;
	if (err != ERR_OK) {
		table_done(&t);
		return err;
	}
	table_order(&t);
	*ret_table = t;
	return ERR_OK;
}

bool
table_is_nested(
    table_read_fn *read, void *arg, uint64_t offset, uint64_t bytes, unsigned sector_bytes)
{
	uint8_t sector[MBR_BYTES];

	if (bytes < sizeof(sector) || read(arg, offset, sector, sizeof(sector)) != ERR_OK)
		return false;
	if (table_is_mbr(sector))
		return true;
	return bytes >= sector_bytes + sizeof(sector) &&
	       read(arg, offset + sector_bytes, sector, sizeof(sector)) == ERR_OK &&
	       memcmp(sector, "EFI PART", 8) == 0;
}

void
table_done(struct table *t)
{
	free(t->extents);
	free(t->places);
	free(t->notes);
	*t = (struct table){0};
}

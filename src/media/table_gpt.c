/* SPDX-License-Identifier: ISC */
#include "src/base/mem.h"
#include "src/media/le.h"
#include "src/media/table_in.h"
#include "src/media/wtf8.h"

#include <stdio.h>
#include <string.h>

#define GPT_HEADER_SIZE 92
#define GPT_ENTRY_MAX   4096
#define GPT_ENTRIES_MAX 1024
#define GPT_HIDDEN      (UINT64_C(1) << 62) /* of Windows' own data partitions */
#define GPT_BASIC_DATA  "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7"

struct gpt {
	uint64_t my_lba, other_lba, entries_lba;
	uint32_t count, entry_bytes, entries_crc;
	uint8_t disk[16];
	uint8_t *entries; /* count * entry_bytes */
};

static uint32_t
table_gpt_crc(uint32_t crc, const uint8_t *p, size_t n)
{
	crc = ~crc;
	while (n-- > 0) {
		crc ^= *p++;
		for (int k = 0; k < 8; k++)
			crc = crc >> 1 ^ (0xEDB88320u & (0u - (crc & 1)));
	}
	return ~crc;
}

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
	uint32_t crc = table_gpt_crc(0, h, 16);
	crc = table_gpt_crc(crc, zero, 4);
	crc = table_gpt_crc(crc, h + 20, size - 20);
	if (crc != le32(h + 16) || le64(h + 24) != lba)
		return false;
	*g = (struct gpt){.my_lba = lba,
	    .other_lba = le64(h + 32),
	    .entries_lba = le64(h + 72),
	    .count = le32(h + 80),
	    .entry_bytes = le32(h + 84),
	    .entries_crc = le32(h + 88)};
	memcpy(g->disk, h + 56, sizeof(g->disk));
	if (g->count == 0 || g->count > GPT_ENTRIES_MAX || g->entry_bytes < 128 ||
	    g->entry_bytes > GPT_ENTRY_MAX || g->entries_lba > w->bytes / w->sector)
		return false;
	size_t n = (size_t)g->count * g->entry_bytes;
	g->entries = mem_alloc(n);
	if (w->read(w->arg, g->entries_lba * w->sector, g->entries, n) == ERR_OK &&
	    table_gpt_crc(0, g->entries, n) == g->entries_crc)
		return true;
	free(g->entries);
	g->entries = NULL;
	return false;
}

static void
table_gpt_guid(const uint8_t *p, char *out, size_t n)
{
	snprintf(out, n, "%08X-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X", le32(p),
	    le16(p + 4), le16(p + 6), p[8], p[9], p[10], p[11], p[12], p[13], p[14], p[15]);
}

static enum err
table_gpt_entry(struct table_work *w, const uint8_t *e, uint32_t number)
{
	uint64_t first = le64(e + 32), last = le64(e + 40);
	bool impossible = last < first || last == UINT64_MAX;

	if (impossible) {
		w->t->damaged = true;
		table_note(w, true,
		    "entry %lu of the partition table (GPT) has an impossible size",
		    (unsigned long)number);
	}
	struct table_extent *x = table_add(w, first, impossible ? 0 : last - first + 1);
	if (x == NULL)
		return ERR_LIMIT;
	table_gpt_guid(e, x->type, sizeof(x->type));
	x->kind = table_types_find(x->type, &x->hidden);
	if (strcmp(x->type, GPT_BASIC_DATA) == 0 && (le64(e + 48) & GPT_HIDDEN) != 0) {
		x->hidden = true;
		x->kind = "a data partition that is marked hidden";
	}
	size_t units = 0;
	while (units < 36 && le16(e + 56 + 2 * units) != 0)
		units++;
	x->label_len = wtf8_put(e + 56, units, x->label);
	return ERR_OK;
}

static enum err
table_gpt_entries(struct table_work *w, const struct gpt *g)
{
	static const uint8_t none[16] = {0};

	for (uint32_t i = 0; i < g->count; i++) {
		const uint8_t *e = g->entries + (size_t)i * g->entry_bytes;
		if (memcmp(e, none, sizeof(none)) == 0)
			continue;
		enum err err = table_gpt_entry(w, e, i + 1);
		if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}

static void
table_gpt_places(struct table_work *w, const struct gpt *g)
{
	uint64_t n =
	    ((uint64_t)g->count * g->entry_bytes + w->sector - 1) / w->sector * w->sector;
	table_place(w, g->my_lba * w->sector, w->sector);
	table_place(w, g->entries_lba * w->sector, n);
}

/* Both copies were found: do they say the same? */
static void
table_gpt_compare(struct table_work *w, const struct gpt *first, const struct gpt *last)
{
	if (first->count != last->count || first->entry_bytes != last->entry_bytes ||
	    first->entries_crc != last->entries_crc ||
	    memcmp(first->disk, last->disk, sizeof(first->disk)) != 0)
		table_note(w, true,
		    "the two copies of the partition table (GPT) differ; the first one was "
		    "used");
	if (last->my_lba != w->bytes / w->sector - 1)
		table_note(w, false,
		    "the medium is larger than its partition table (GPT) says: the copy of "
		    "the table lies at byte %llu",
		    (unsigned long long)(last->my_lba * w->sector));
}

/* The other copy: at the end, or, of an image on a larger medium, where the first says. */
static bool
table_gpt_last(struct table_work *w, const struct gpt *first, struct gpt *last)
{
	uint64_t sectors = w->bytes / w->sector;

	if (table_gpt_load(w, sectors - 1, last))
		return true;
	return first->entries != NULL && first->other_lba > 1 &&
	       first->other_lba < sectors - 1 && table_gpt_load(w, first->other_lba, last);
}

enum err
table_gpt(struct table_work *w, unsigned sector)
{
	struct gpt first = {0}, last = {0};

	w->sector = sector;
	if (w->bytes / sector < 4)
		return ERR_NOTFOUND;
	bool has_first = table_gpt_load(w, 1, &first);
	bool has_last = table_gpt_last(w, &first, &last);
	if (!has_first && !has_last)
		return ERR_NOTFOUND;
	w->t->kind = has_first ? TABLE_GPT : TABLE_GPT_BACKUP;
	w->t->damaged = !has_first || !has_last;
	table_place(w, 0, sector);
	if (has_first)
		table_gpt_places(w, &first);
	else
		table_note(w, true,
		    "the first partition table (GPT) is damaged; its copy at the end of the "
		    "medium was used");
	if (has_last)
		table_gpt_places(w, &last);
	else
		table_note(w, true,
		    "the copy of the partition table (GPT) at the end of the medium is damaged "
		    "or missing");
	if (has_first && has_last)
		table_gpt_compare(w, &first, &last);
	enum err err = table_gpt_entries(w, has_first ? &first : &last);
	free(first.entries);
	free(last.entries);
	return err;
}

bool
table_gpt_is_there(struct table_work *w)
{
	struct gpt g = {0};
	bool there = table_gpt_load(w, 1, &g);
	free(g.entries);
	return there;
}

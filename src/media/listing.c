/* SPDX-License-Identifier: ISC */
#include "src/media/listing.h"
#include "src/base/mem.h"
#include "src/media/exfatdir.h"
#include "src/media/extdir.h"
#include "src/media/fatdir.h"
#include "src/media/idmap.h"
#include "src/media/ntfsdir.h"
#include "src/media/wtf8.h"

#include <string.h>

#define PIECE_BYTES 65536
#define NTFS_VOLUME 3 /* file record of $Volume */

static const char *const why_damaged = "its list of names is damaged: some may be missing";

struct listing {
	struct volume *v;
	uint64_t inum, fat_size_bytes;
	bool root;
	entry_fn *fn;
	void *arg;
	enum err err;    /* what the callback returned */
	const char *why; /* first damage */
	uint8_t *buf;    /* PIECE_BYTES */

	/* NTFS: short aliases wait until it is clear that the long name is there, too */
	struct idmap named;
	struct listing_alias {
		uint64_t ref;
		uint16_t sequence;
		uint8_t *name;
		size_t len;
	} * aliases;
	size_t n_aliases, cap_aliases;
};

static void
listing_damage(struct listing *l, const char *why)
{
	if (l->why == NULL)
		l->why = why;
}

/* What the parsers call: remembers an error of the callback. */
static enum err
listing_entry(void *arg, const struct entry *e)
{
	struct listing *l = arg;
	return l->err = l->fn(l->arg, e);
}

/* Next piece of the directory; false at its end or when something broke. */
static bool
listing_piece(struct listing *l, struct content *c, size_t *ret_n)
{
	if (l->err != ERR_OK)
		return false;
	if (c->at > LIM_DIR_BYTES) {
		listing_damage(l, "it is impossibly large");
		return false;
	}
	if (l->why != NULL && c->at >= c->runs.end * volume_block_bytes(l->v))
		return false; /* the rest is what the damage is about */
	if (content_read(c, l->buf, PIECE_BYTES, ret_n) != ERR_OK) {
		listing_damage(l, c->why);
		return false;
	}
	return *ret_n > 0;
}

/* --- FAT and exFAT ------------------------------------------------------------ */

static void
listing_fat(struct listing *l, struct content *c)
{
	struct fatdir d;
	size_t n = 0;

	fatdir_init(&d, l->root, strcmp(l->v->kind, "fat32") == 0);
	while (!d.ended && listing_piece(l, c, &n))
		(void)fatdir_feed(&d, l->buf, n, listing_entry, l);
	if (l->root && d.label_len > 0 && l->v->label_len == 0) {
		memcpy(l->v->label, d.label, d.label_len);
		l->v->label_len = d.label_len;
	}
}

static void
listing_exfat(struct listing *l, struct content *c)
{
	struct exfatdir d;
	size_t n = 0;

	exfatdir_init(&d);
	while (!d.ended && listing_piece(l, c, &n))
		(void)exfatdir_feed(&d, l->buf, n, listing_entry, l);
	if (l->err == ERR_OK)
		(void)exfatdir_end(&d, listing_entry, l);
	if (l->root && l->v->label_len == 0) {
		uint8_t units[2 * 15];
		for (size_t i = 0; i < d.label_units; i++) {
			units[2 * i] = (uint8_t)d.label[i];
			units[2 * i + 1] = (uint8_t)(d.label[i] >> 8);
		}
		l->v->label_len = wtf8_put(units, d.label_units, l->v->label);
	}
}

/* --- ext ---------------------------------------------------------------------- */

/* Inline directories: the parent's number, then records up to 60 bytes, then the rest. */
#define EXT_INLINE_FIRST 60

static void
listing_ext_inline(struct listing *l, struct content *c)
{
	struct extdir d;
	size_t n = 0;

	extdir_init(&d, l->v->ext_typed, l->inum);
	d.seen = 2; /* "." and ".." are not stored */
	if (content_fill(c, l->buf, PIECE_BYTES, &n) != ERR_OK || n < 4) {
		listing_damage(l, why_damaged);
		return;
	}
	size_t first = n < EXT_INLINE_FIRST ? n : EXT_INLINE_FIRST;
	(void)extdir_feed(&d, l->buf + 4, first - 4, listing_entry, l);
	if (l->err == ERR_OK && n > first)
		(void)extdir_feed(&d, l->buf + first, n - first, listing_entry, l);
	if (d.damaged)
		listing_damage(l, why_damaged);
}

static void
listing_ext(struct listing *l, struct content *c)
{
	struct extdir d;
	size_t n = 0, block = volume_block_bytes(l->v);

	if (content_is_resident(c)) {
		listing_ext_inline(l, c);
		return;
	}
	extdir_init(&d, l->v->ext_typed, l->inum);
	while (listing_piece(l, c, &n)) {
		if (c->where == 0 || n % block != 0) { /* a hole */
			listing_damage(l, why_damaged);
			break;
		}
		for (size_t i = 0; i < n && l->err == ERR_OK; i += block)
			(void)extdir_feed(&d, l->buf + i, block, listing_entry, l);
	}
	if (d.damaged)
		listing_damage(l, why_damaged);
}

/* --- NTFS --------------------------------------------------------------------- */

static enum err
listing_ntfs_entry(void *arg, const struct entry *e)
{
	struct listing *l = arg;
	uint32_t known;

	if (!e->dos_name) {
		(void)idmap_add(&l->named, e->record, 0, &known);
		return listing_entry(l, e);
	}
	if (l->n_aliases == l->cap_aliases) {
		l->cap_aliases = l->cap_aliases == 0 ? 64 : l->cap_aliases * 2;
		l->aliases = mem_resize(l->aliases, l->cap_aliases, sizeof(*l->aliases));
	}
	l->aliases[l->n_aliases++] = (struct listing_alias){
	    e->record, e->sequence, mem_dup(e->name, e->name_len), e->name_len};
	return l->n_aliases > LIM_DIR_ENTRIES ? ERR_LIMIT : ERR_OK;
}

/* A short name without a long one is a name, too. */
static void
listing_ntfs_aliases(struct listing *l)
{
	for (size_t i = 0; i < l->n_aliases; i++) {
		struct listing_alias *a = &l->aliases[i];
		struct entry e = {.name = a->name,
		    .name_len = a->len,
		    .record = a->ref,
		    .sequence = a->sequence};
		if (l->err == ERR_OK && !idmap_has(&l->named, a->ref))
			(void)listing_entry(l, &e);
		free(a->name);
	}
	free(l->aliases);
	idmap_done(&l->named);
}

/* Which index records are in use; all bits set when there is no bitmap. */
static size_t
listing_ntfs_bits(struct listing *l, struct content *c, uint8_t *bits, size_t n)
{
	size_t got = 0;

	if (content_part(c, CONTENT_INDEX_BITS) != ERR_OK ||
	    content_fill(c, bits, n, &got) != ERR_OK) {
		listing_damage(l, why_damaged);
		memset(bits, 0xFF, n);
		return n;
	}
	return got;
}

static void
listing_ntfs_records(struct listing *l, struct content *c, uint32_t record)
{
	size_t n_bits = LIM_DIR_ENTRIES / 8, got = 0;
	MEM_FREE uint8_t *bits = mem_alloc(n_bits);

	n_bits = listing_ntfs_bits(l, c, bits, n_bits);
	enum err err = content_part(c, CONTENT_INDEX);
	if (err == ERR_NOTFOUND)
		return;
	for (size_t i = 0; err == ERR_OK && l->err == ERR_OK && i < n_bits * 8; i++) {
		err = content_fill(c, l->buf, record, &got);
		if (err != ERR_OK || got < record)
			break;
		if (!(bits[i / 8] >> (i % 8) & 1))
			continue;
		if (c->where == 0 ||
		    ntfsdir_record(l->buf, record, listing_ntfs_entry, l) != ERR_OK)
			listing_damage(l, why_damaged);
		if (c->where == 0)
			break;
	}
	if (err != ERR_OK)
		listing_damage(l, c->why);
}

static void
listing_ntfs(struct listing *l, struct content *c)
{
	uint32_t record = 0;
	size_t n = 0;

	if (content_part(c, CONTENT_INDEX_ROOT) != ERR_OK ||
	    content_fill(c, l->buf, PIECE_BYTES, &n) != ERR_OK) {
		listing_damage(l, why_damaged);
		return;
	}
	if (ntfsdir_root(l->buf, n, &record, listing_ntfs_entry, l) != ERR_OK)
		listing_damage(l, why_damaged);
	if (record != 0 && l->err == ERR_OK && content_has_index(c))
		listing_ntfs_records(l, c, record);
	listing_ntfs_aliases(l);
}

/* --- any ---------------------------------------------------------------------- */

static void
listing_open(struct listing *l)
{
	struct content c;

	if (content_open(l->v, l->inum, l->fat_size_bytes, &c) != ERR_OK) {
		listing_damage(l, c.why);
		return;
	}
	bool ntfs = l->v->family == PROBE_NTFS;
	if (!ntfs && content_part(&c, CONTENT_DATA) != ERR_OK)
		listing_damage(l, c.why);
	if (ntfs)
		listing_ntfs(l, &c);
	else if (l->v->family == PROBE_EXT)
		listing_ext(l, &c);
	else if (l->v->family == PROBE_EXFAT)
		listing_exfat(l, &c);
	else
		listing_fat(l, &c);
	content_close(&c);
}

enum err
listing_run(struct volume *v, uint64_t inum, uint64_t fat_size_bytes, entry_fn *fn, void *arg,
    const char **ret_why)
{
	struct listing l = {
	    .v = v,
	    .inum = inum,
	    .fat_size_bytes = fat_size_bytes,
	    .root = inum == volume_root(v),
	    .fn = fn,
	    .arg = arg,
	    .buf = mem_alloc(PIECE_BYTES),
	};
	listing_open(&l);
	free(l.buf);
	*ret_why = l.why;
	return l.err;
}

static enum err
listing_skip(void *arg, const struct entry *e)
{
	(void)arg;
	(void)e;
	return ERR_OK;
}

void
listing_label(struct volume *v)
{
	const char *why;
	struct content c;

	if (v->family == PROBE_FAT || v->family == PROBE_EXFAT) {
		(void)listing_run(v, volume_root(v), 0, listing_skip, NULL, &why);
		return;
	}
	if (v->family == PROBE_EXT) {
		volume_ext_label(v);
		return;
	}
	if (content_open(v, NTFS_VOLUME, 0, &c) != ERR_OK)
		return;
	uint8_t units[2 * 64];
	size_t n = 0;
	if (content_part(&c, CONTENT_VOLUME_NAME) == ERR_OK &&
	    content_fill(&c, units, sizeof(units), &n) == ERR_OK)
		v->label_len = wtf8_put(units, n / 2, v->label);
	content_close(&c);
}

/* SPDX-License-Identifier: ISC */
#include "src/media/fat.h"
#include "src/base/mem.h"
#include "src/media/exfatdir.h"
#include "src/media/family.h"
#include "src/media/fatchain.h"
#include "src/media/fatdir.h"
#include "src/media/le.h"
#include "src/media/wtf8.h"

#include <string.h>

#define BOOT_BYTES     512
#define FAT_DIRECTORY  (1ull << 32) /* of the number of a file */
#define FAT_CONTIGUOUS (1ull << 33)

struct fat {
	struct fatchain chain;
	bool exfat, wide;                 /* wide: FAT32 */
	uint64_t root_block, root_blocks; /* FAT12 and FAT16 have a place of their own for it */
};

/* Cluster 0 of a directory is the root of FAT12 and FAT16. */
static uint64_t
fat_file(uint32_t first_cluster, bool directory, bool contiguous)
{
	return first_cluster | (directory ? FAT_DIRECTORY : 0) |
	       (contiguous ? FAT_CONTIGUOUS : 0);
}

/* --- a volume ----------------------------------------------------------------- */

/* Clusters tell which FAT it is (FAT specification 3.5), or the fields that one has.  0 when
 * nothing can be so. */
static unsigned
fat_bits(const uint8_t *b, uint64_t sectors)
{
	uint64_t sector = le16(b + 11), reserved = le16(b + 14), roots = le16(b + 17);
	uint64_t table = le16(b + 22) != 0 ? le16(b + 22) : le32(b + 36);

	if (sector < 512 || sector > 4096 || (sector & (sector - 1)) != 0 || b[13] == 0 ||
	    reserved == 0)
		return 0;
	uint64_t heap = reserved + b[16] * table + (roots * 32 + sector - 1) / sector;
	if (heap >= sectors)
		return 0;
	uint64_t clusters = (sectors - heap) / b[13];
	unsigned bits = clusters < 4085 ? 12 : clusters < 65525 ? 16 : 32;
	if (le16(b + 22) == 0)
		bits = 32; /* small ones, too, as systems take it */
	return (bits == 32) == (roots == 0) ? bits : 0;
}

/* Systems do not agree when a table that is not the first one is said to count. */
static void
fat_tables(struct volume *v, const uint8_t *b, bool exfat, unsigned bits)
{
	unsigned flags = le16(b + 40);
	unsigned active = exfat                           ? le16(b + 106) & 1u
	                  : bits == 32 && (flags & 0x80u) ? flags & 15u
	                                                  : 0;

	if (active != 0)
		volume_note(v, 0, ITEM_UNREAD,
		    "it says that its %s table of clusters counts, which not all systems heed; "
		    "the first was used: files may have other contents elsewhere",
		    active == 1 ? "second" : "last");
}

static enum err
fat_geometry(struct volume *v, struct fat *f, const uint8_t *b)
{
	unsigned bits = 32;

	v->n_blocks = le64(b + 72);
	v->kind = "exfat";
	if (!f->exfat) {
		v->n_blocks = le16(b + 19) != 0 ? le16(b + 19) : le32(b + 32);
		bits = fat_bits(b, v->n_blocks);
		v->kind = bits == 12 ? "fat12" : bits == 16 ? "fat16" : "fat32";
		if (bits == 0)
			return ERR_SYNTAX;
	}
	f->wide = bits == 32 && !f->exfat;
	enum err err = fatchain_init(&f->chain, b, f->exfat, bits, volume_read_fn, v);
	if (err != ERR_OK)
		return err;
	v->block_bytes = f->exfat ? (size_t)1 << b[108] : le16(b + 11);
	uint64_t clusters = (uint64_t)f->chain.n_clusters * f->chain.cluster_blocks;
	if (f->chain.heap_block > v->n_blocks || clusters > v->n_blocks - f->chain.heap_block)
		return ERR_SYNTAX;
	uint32_t root = f->exfat ? le32(b + 96) : bits == 32 ? le32(b + 44) : 0;
	f->root_blocks = (le16(b + 17) * 32u + v->block_bytes - 1) / v->block_bytes;
	f->root_block = f->chain.heap_block - f->root_blocks;
	v->root = fat_file(root, true, false);
	v->root_place = root;
	fat_tables(v, b, f->exfat, bits);
	return ERR_OK;
}

/*
 * Ours, because libtsk reads the whole top directory to open a FAT, in a time
 * that grows with the square of its clusters, and follows ".." of what is below;
 * of an exFAT without a bitmap it reads every sector.
 */
static enum err
fat_open(struct volume *v, const char **ret_why)
{
	struct fat *f = v->own = mem_alloc(sizeof(*f));
	uint8_t b[BOOT_BYTES];

	*ret_why = "has a damaged first sector";
	f->exfat = v->mark == PROBE_EXFAT;
	enum err err = volume_read(v, 0, b, sizeof(b));
	if (err == ERR_OK)
		err = fat_geometry(v, f, b);
	if (err != ERR_OK)
		return err;
	if (v->n_blocks >= INT64_MAX / v->block_bytes / 2) {
		*ret_why = "says an impossible size";
		return ERR_SYNTAX;
	}
	v->fs_bytes = v->n_blocks * v->block_bytes;
	return ERR_OK;
}

static void
fat_close(struct volume *v)
{
	struct fat *f = v->own;

	if (f != NULL)
		fatchain_done(&f->chain);
	free(f);
	v->own = NULL;
}

/* --- names -------------------------------------------------------------------- */

static void
fat_list_short(struct listing *l, struct content *c)
{
	const struct fat *f = l->v->own;
	struct fatdir d;
	size_t n = 0;

	fatdir_init(&d, l->root, f->wide);
	while (!d.ended && listing_piece(l, c, &n))
		(void)fatdir_feed(&d, l->buf, n, listing_entry, l);
	if (l->root && d.label_len > 0 && l->v->label_len == 0) {
		memcpy(l->v->label, d.label, d.label_len);
		l->v->label_len = d.label_len;
	}
}

static void
fat_list_exfat(struct listing *l, struct content *c)
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

static void
fat_list(struct listing *l, struct content *c)
{
	const struct fat *f = l->v->own;

	if (f->exfat)
		fat_list_exfat(l, c);
	else
		fat_list_short(l, c);
}

static void
fat_describe(struct volume *v, const struct entry *e, struct describe *d, struct walk_item *it)
{
	it->kind = e->odd ? ITEM_OTHER : e->directory ? ITEM_DIRECTORY : ITEM_FILE;
	it->size_bytes = e->directory ? 0 : e->size_bytes;
	if (e->has_mtime)
		(void)clock_format(e->mtime_s, it->mtime);
	it->utc = e->utc;
	d->inum = fat_file(e->first_cluster, e->directory, e->contiguous);
	/* FAT: a directory is as long as its chain, whatever its entry says */
	d->listed_bytes =
	    e->directory && !((const struct fat *)v->own)->exfat ? 0 : e->size_bytes;
	d->place = e->first_cluster;
	d->valid_bytes = e->valid_bytes;
	if (e->odd) {
		describe_bad(it, ITEM_UNREAD, "a volume label where none belongs");
		return;
	}
	if (e->directory && e->first_cluster < 2) {
		describe_bad(it, ITEM_UNREADABLE, "its directory entry points nowhere");
		return;
	}
	if (it->state == ITEM_READ && !e->directory && e->size_bytes > 0 &&
	    describe_open(v, d, it))
		describe_runs(d, it);
}

/* --- bytes -------------------------------------------------------------------- */

static enum err
fat_file_open(struct content *c, uint64_t size_bytes)
{
	(void)size_bytes;
	c->kind = c->inum & FAT_DIRECTORY ? ITEM_DIRECTORY : ITEM_FILE;
	return ERR_OK;
}

/* Where a file lies; size 0 of a directory: to the end of its chain. */
static enum err
fat_runs(struct volume *v, uint64_t file, uint64_t size_bytes, struct runs *runs)
{
	struct fat *f = v->own;
	uint64_t cluster = (uint64_t)f->chain.cluster_blocks * v->block_bytes;
	uint64_t clusters = size_bytes / cluster + (size_bytes % cluster != 0);

	if ((uint32_t)file == 0 && (file & FAT_DIRECTORY))
		return runs_add(runs, 0, f->root_block, f->root_blocks);
	f->chain.arg = v; /* the volume may have moved since it was opened */
	return fatchain_load(
	    &f->chain, (uint32_t)file, clusters, (file & FAT_CONTIGUOUS) != 0, runs);
}

/* A directory is as long as its chain. */
static enum err
fat_file_part(struct content *c, enum content_part part)
{
	if (part != CONTENT_DATA)
		return ERR_NOTFOUND;
	/* a directory of exFAT has a size; names behind it are for others to see */
	const struct fat *f = c->volume->own;
	uint64_t block = c->volume->block_bytes, cluster = f->chain.cluster_blocks * block;
	bool chain = f->exfat && c->kind == ITEM_DIRECTORY && !(c->inum & FAT_CONTIGUOUS);
	enum err err = fat_runs(c->volume, c->inum, chain ? 0 : c->listed_bytes, &c->runs);
	c->size_bytes = c->listed_bytes;
	if (err == ERR_OK && chain && c->listed_bytes > 0 &&
	    c->runs.end * block / cluster > (c->listed_bytes - 1) / cluster + 1) {
		c->valid_bytes = c->size_bytes;
		c->why = "its chain of clusters goes on behind its size: names may be there";
		return ERR_SYNTAX;
	}
	if (c->kind == ITEM_DIRECTORY && c->size_bytes == 0)
		c->size_bytes = c->runs.end * c->volume->block_bytes;
	c->valid_bytes = c->size_bytes;
	if (err == ERR_LIMIT)
		c->why = "it, or all files together, lie in too many pieces";
	if (err == ERR_SYNTAX)
		c->why = "its chain of clusters ends too early";
	if (err == ERR_STATE) {
		c->why = "its chain of clusters runs in a circle";
		runs_done(&c->runs);
		err = ERR_SYNTAX;
	}
	return err == ERR_OK ? content_check_runs(c) : err;
}

static const struct family fat_functions = {
    .name = "FAT",
    .open = fat_open,
    .close = fat_close,
    .list = fat_list,
    .describe = fat_describe,
    .file_open = fat_file_open,
    .file_part = fat_file_part,
};

const struct family *
fat_family(void)
{
	return &fat_functions;
}

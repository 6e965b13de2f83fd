/* SPDX-License-Identifier: ISC */
#include "src/media/ext.h"
#include "src/base/mem.h"
#include "src/media/blockmap.h"
#include "src/media/extdir.h"
#include "src/media/extents.h"
#include "src/media/extinode.h"
#include "src/media/family.h"
#include "src/media/le.h"

#include <string.h>

#define COMPAT_AT       92
#define INCOMPAT_AT     96
#define LABEL_AT        120
#define LABEL_BYTES     16
#define HAS_JOURNAL     0x4u
#define FILETYPE        0x2u
#define EXTENTS         0x40u
#define RECOVER         0x4u
#define ROOT            2 /* its inode */
#define SHORT_LINK      60
#define INLINE_FIRST    60
#define PERMISSION_BITS 07777u
/*
 * filetype, recover, extents, 64bit, mmp, flex_bg, ea_inode, csum_seed,
 * largedir, inline_data, encrypt, casefold: those whose metadata is found here.
 */
#define KNOWN                                                                         \
	(0x2u | 0x4u | 0x40u | 0x80u | 0x100u | 0x200u | 0x400u | 0x2000u | 0x4000u | \
	    0x8000u | 0x10000u | 0x20000u)

struct ext {
	bool typed; /* directory entries carry a type */
	struct extinode_table inodes;
	uint64_t followed; /* blocks that say where files lie, of all files */
};

/* --- a volume ----------------------------------------------------------------- */

static enum err
ext_features(struct volume *v, const uint8_t *super, const char **ret_why)
{
	uint32_t incompat = le32(super + INCOMPAT_AT);

	v->kind = incompat & EXTENTS                      ? "ext4"
	          : le32(super + COMPAT_AT) & HAS_JOURNAL ? "ext3"
	                                                  : "ext2";
	if (incompat & RECOVER)
		volume_note(v, 0, ITEM_UNREAD,
		    "its journal holds changes that were not applied: what was read may be "
		    "older");
	if (incompat & ~KNOWN) {
		*ret_why = "uses features of ext4 that are not supported";
		return ERR_SYNTAX;
	}
	return ERR_OK;
}

static enum err
ext_open(struct volume *v, const char **ret_why)
{
	struct ext *x = v->own = mem_alloc(sizeof(*x));
	uint8_t super[EXTINODE_SUPER_BYTES];
	enum err err = volume_read(v, EXTINODE_SUPER_AT, super, sizeof(super));

	if (err == ERR_OK)
		err = extinode_table_init(&x->inodes, super);
	if (err != ERR_OK)
		return err;
	x->typed = (le32(super + INCOMPAT_AT) & FILETYPE) != 0;
	v->block_bytes = x->inodes.block_bytes;
	v->n_blocks = x->inodes.n_blocks;
	v->fs_bytes = v->n_blocks * v->block_bytes;
	v->root = v->root_place = ROOT;
	return ext_features(v, super, ret_why);
}

static void
ext_close(struct volume *v)
{
	struct ext *x = v->own;

	if (x != NULL)
		extinode_table_done(&x->inodes);
	free(x);
	v->own = NULL;
}

static void
ext_label(struct volume *v)
{
	uint8_t b[LABEL_BYTES];

	if (volume_read(v, EXTINODE_SUPER_AT + LABEL_AT, b, sizeof(b)) != ERR_OK)
		return;
	v->label_len = strnlen((const char *)b, sizeof(b));
	memcpy(v->label, b, v->label_len);
}

/* --- bytes -------------------------------------------------------------------- */

static enum err
ext_file_open(struct content *c, uint64_t size_bytes)
{
	struct ext *x = c->volume->own;
	struct extinode *in = NULL;
	enum err err = extinode_read(&x->inodes, volume_read_fn, c->volume, c->inum, &in);

	(void)size_bytes;
	if (err != ERR_OK) /* behind the end of the medium, too */
		return err == ERR_RANGE ? ERR_SYNTAX : err;
	c->own = in;
	if (!in->used) {
		c->why = "the file system marks its record as free";
		return ERR_SYNTAX;
	}
	c->kind = in->kind;
	c->links = in->links > 0 ? in->links : 1;
	c->mtime_s = in->mtime_s;
	return ERR_OK;
}

/* Such blocks belong to one file each: more of them are a circle, or shared. */
static enum err
ext_read_node(void *arg, uint64_t at, void *out, size_t n)
{
	struct volume *v = arg;
	struct ext *x = v->own;

	if (++x->followed > LIM_NODE_TIMES * v->n_blocks)
		return ERR_LIMIT;
	return volume_read(v, at, out, n);
}

static enum err
ext_runs(struct content *c, const struct extinode *in)
{
	struct volume *v = c->volume;
	uint64_t block = v->block_bytes;
	uint64_t needs = in->size_bytes / block + (in->size_bytes % block != 0);

	if (!(in->flags & EXTINODE_EXTENTS))
		return blockmap_load(
		    in->i_block, ext_read_node, v, block, v->n_blocks, needs, &c->runs);
	enum err err =
	    extents_load(in->i_block, ext_read_node, v, block, v->n_blocks, &c->runs);
	if (err == ERR_OK && c->runs.end < needs) /* a hole at the end is not written down */
		err = runs_add(&c->runs, needs, RUNS_HOLE, 0);
	return err;
}

static enum err
ext_file_part(struct content *c, enum content_part part)
{
	const struct extinode *in = c->own;

	if (part != CONTENT_DATA)
		return ERR_NOTFOUND;
	if (in->flags & EXTINODE_INLINE) {
		c->resident = in->inline_data;
		c->size_bytes = in->size_bytes;
		c->valid_bytes = in->n_inline;
		return ERR_OK;
	}
	if (in->size_bytes > CONTENT_SIZE_MAX) {
		c->why = "its size is impossible";
		return ERR_SYNTAX;
	}
	c->size_bytes = c->valid_bytes = in->size_bytes;
	enum err err = ext_runs(c, in);
	if (err == ERR_LIMIT)
		c->why = "it, or all files together, lie in too many pieces";
	return err == ERR_OK ? content_check_runs(c) : err;
}

/* --- names -------------------------------------------------------------------- */

/* Inline directories: the parent's number, then records up to 60 bytes, then the rest. */
static void
ext_list_inline(struct listing *l, struct content *c)
{
	const struct ext *x = l->v->own;
	struct extdir d;
	size_t n = 0;

	extdir_init(&d, x->typed, l->inum);
	d.seen = 2; /* "." and ".." are not stored */
	if (content_fill(c, l->buf, LISTING_PIECE_BYTES, &n) != ERR_OK || n < 4) {
		listing_damage(l, LISTING_DAMAGED);
		return;
	}
	size_t first = n < INLINE_FIRST ? n : INLINE_FIRST;
	(void)extdir_feed(&d, l->buf + 4, first - 4, listing_entry, l);
	if (l->err == ERR_OK && n > first)
		(void)extdir_feed(&d, l->buf + first, n - first, listing_entry, l);
	if (d.damaged)
		listing_damage(l, LISTING_DAMAGED);
}

static void
ext_list(struct listing *l, struct content *c)
{
	const struct ext *x = l->v->own;
	struct extdir d;
	size_t n = 0, block = l->v->block_bytes;

	if (c->resident != NULL) {
		ext_list_inline(l, c);
		return;
	}
	extdir_init(&d, x->typed, l->inum);
	while (listing_piece(l, c, &n)) {
		if (c->where == 0 || n % block != 0) { /* a hole */
			listing_damage(l, LISTING_DAMAGED);
			break;
		}
		for (size_t i = 0; i < n && l->err == ERR_OK; i += block)
			(void)extdir_feed(&d, l->buf + i, block, listing_entry, l);
	}
	if (d.damaged)
		listing_damage(l, LISTING_DAMAGED);
}

static void
ext_describe_link(const struct extinode *in, struct describe *d, struct walk_item *it)
{
	it->link = d->link;
	if (in->size_bytes >= SHORT_LINK ||
	    (in->flags & (EXTINODE_EXTENTS | EXTINODE_INLINE))) {
		if (in->size_bytes > LIM_LINK_BYTES)
			describe_bad(it, ITEM_UNREAD, "its target is too long");
		else
			describe_link(d, it);
		return;
	}
	it->link_len = (size_t)in->size_bytes;
	it->size_bytes = it->link_len;
	memcpy(d->link, in->i_block, it->link_len);
}

static void
ext_describe(struct volume *v, const struct entry *e, struct describe *d, struct walk_item *it)
{
	d->inum = d->place = e->record;
	if (!describe_open(v, d, it))
		return;
	const struct extinode *in = d->content.own;
	it->kind = d->content.kind;
	it->links = d->content.links;
	it->mode = in->mode & PERMISSION_BITS;
	(void)clock_format(in->mtime_s, it->mtime);
	if (it->state != ITEM_READ)
		return;
	if (in->flags & EXTINODE_ENCRYPT) {
		describe_bad(it, ITEM_ENCRYPTED, "it is encrypted");
	} else if (it->kind == ITEM_LINK) {
		ext_describe_link(in, d, it);
	} else if (it->kind == ITEM_FILE) {
		describe_runs(d, it);
		d->valid_bytes = d->content.size_bytes;
		it->size_bytes = in->size_bytes;
		if (it->state == ITEM_READ && in->size_bytes != d->content.size_bytes)
			describe_bad(it, ITEM_UNREADABLE, "its size is impossible");
	} else if (it->kind != ITEM_DIRECTORY) {
		describe_special(it);
	}
}

static const struct family ext_functions = {
    .name = "ext",
    .utc = true,
    .open = ext_open,
    .close = ext_close,
    .label = ext_label,
    .list = ext_list,
    .describe = ext_describe,
    .file_open = ext_file_open,
    .file_part = ext_file_part,
};

const struct family *
ext_family(void)
{
	return &ext_functions;
}

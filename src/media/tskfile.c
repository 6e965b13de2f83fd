/* SPDX-License-Identifier: ISC */
#include "src/media/tskfile.h"

#include <tsk/libtsk.h>

#define PACKED_MAX (1u << 20) /* bytes that NTFS packs together; it is 64 KiB */

static enum item_kind
tskfile_kind(TSK_FS_META_TYPE_ENUM t)
{
	static const struct {
		TSK_FS_META_TYPE_ENUM type;
		enum item_kind kind;
	} kinds[] = {
	    {TSK_FS_META_TYPE_REG, ITEM_FILE},
	    {TSK_FS_META_TYPE_DIR, ITEM_DIRECTORY},
	    {TSK_FS_META_TYPE_LNK, ITEM_LINK},
	    {TSK_FS_META_TYPE_FIFO, ITEM_FIFO},
	    {TSK_FS_META_TYPE_SOCK, ITEM_SOCKET},
	    {TSK_FS_META_TYPE_CHR, ITEM_CHAR},
	    {TSK_FS_META_TYPE_BLK, ITEM_BLOCK},
	};
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].type == t)
			return kinds[i].kind;
	return ITEM_OTHER;
}

enum err
tskfile_volume(struct volume *v, unsigned type, const char **ret_why)
{
	v->fs = tsk_fs_open_img(
	    image_tsk(v->image), (TSK_OFF_T)v->offset_bytes, (TSK_FS_TYPE_ENUM)type);
	if (v->fs == NULL)
		return ERR_SYNTAX;
	if (v->fs->block_size == 0 || v->fs->last_block >= INT64_MAX / v->fs->block_size / 2) {
		*ret_why = "says an impossible size";
		return ERR_SYNTAX;
	}
	v->block_bytes = v->fs->block_size;
	v->n_blocks = v->fs->last_block + 1;
	v->fs_bytes = (uint64_t)v->fs->block_count * v->fs->block_size;
	return ERR_OK;
}

void
tskfile_volume_close(struct volume *v)
{
	if (v->fs != NULL)
		tsk_fs_close(v->fs);
	v->fs = NULL;
}

enum err
tskfile_open(struct content *c, uint64_t inum)
{
	c->file = tsk_fs_file_open_meta(c->volume->fs, NULL, inum);
	if (c->file == NULL || c->file->meta == NULL)
		return ERR_SYNTAX;
	const TSK_FS_META *m = c->file->meta;
	if (m->flags & TSK_FS_META_FLAG_UNALLOC || !(m->flags & TSK_FS_META_FLAG_ALLOC)) {
		c->why = "the file system marks its record as free";
		return ERR_SYNTAX;
	}
	c->kind = tskfile_kind(m->type);
	c->links = m->nlink > 0 ? (uint64_t)m->nlink : 1;
	c->mtime_s = m->mtime;
	return ERR_OK;
}

void
tskfile_close(struct content *c)
{
	if (c->file != NULL)
		tsk_fs_file_close(c->file);
	c->file = NULL;
}

/* libtsk's runs; it returns zeros for what it could not find, we do not. */
static enum err
tskfile_runs(struct content *c)
{
	uint64_t n_blocks = c->volume->n_blocks;

	for (const TSK_FS_ATTR_RUN *r = c->attr->nrd.run; r != NULL; r = r->next) {
		bool hole = (r->flags & TSK_FS_ATTR_RUN_FLAG_SPARSE) != 0;
		if (r->offset != c->runs.end || (r->flags & TSK_FS_ATTR_RUN_FLAG_FILLER)) {
			c->why = "some of its blocks are missing";
			return ERR_SYNTAX;
		}
		if (!hole && (r->addr >= n_blocks || r->len > n_blocks - r->addr)) {
			c->why = "some of its blocks lie outside the volume";
			return ERR_SYNTAX;
		}
		enum err err =
		    runs_add(&c->runs, r->offset, hole ? RUNS_HOLE : r->addr, r->len);
		if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}

enum err
tskfile_part(struct content *c)
{
	const TSK_FS_ATTR *a = c->attr;

	c->why = "its size is impossible";
	if (a->size < 0 || (uint64_t)a->size > CONTENT_SIZE_MAX)
		return ERR_SYNTAX;
	c->size_bytes = (uint64_t)a->size;
	c->valid_bytes = c->size_bytes;
	if (a->flags & TSK_FS_ATTR_ENC) {
		c->why = "it is encrypted";
		return ERR_DENIED;
	}
	if (a->flags & TSK_FS_ATTR_RES) {
		c->resident = a->rd.buf;
		return c->size_bytes <= a->rd.buf_size ? ERR_OK : ERR_SYNTAX;
	}
	if (!(a->flags & TSK_FS_ATTR_NONRES) || a->nrd.skiplen != 0 || a->nrd.initsize < 0)
		return ERR_SYNTAX;
	if ((uint64_t)a->nrd.initsize < c->size_bytes)
		c->valid_bytes = (uint64_t)a->nrd.initsize;
	c->packed = (a->flags & TSK_FS_ATTR_COMP) != 0;
	if (c->packed && a->nrd.compsize * c->volume->block_bytes > PACKED_MAX) {
		c->why = "it is packed in pieces of an impossible size";
		return ERR_SYNTAX;
	}
	enum err err = tskfile_runs(c);
	return err == ERR_OK ? content_check_runs(c) : err;
}

enum err
tskfile_unpack(struct content *c, uint8_t *out, size_t *n)
{
	ssize_t r = tsk_fs_attr_read(
	    c->attr, (TSK_OFF_T)c->at, (char *)out, *n, TSK_FS_FILE_READ_FLAG_NONE);

	if (r <= 0)
		return ERR_SYNTAX;
	*n = (size_t)r < *n ? (size_t)r : *n;
	return ERR_OK;
}

/* SPDX-License-Identifier: ISC */
#include "src/media/content.h"

#include <string.h>
#include <tsk/libtsk.h>

#define CONTENT_SIZE_MAX ((TSK_OFF_T)1 << 52) /* what messages can say */
#define NTFS_NAME        0x60
#define NTFS_DATA        0x80
#define NTFS_INDEX_ROOT  0x90
#define NTFS_INDEX       0xA0
#define NTFS_BITMAP      0xB0
#define NTFS_REPARSE     0xC0

static const char *const why_medium = "the medium could not be read";

static const char *const why_behind = "it lies behind the end of the medium";

static enum item_kind
content_kind(TSK_FS_META_TYPE_ENUM t)
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

static bool
content_is_named(const TSK_FS_ATTR *a)
{
	return a->name != NULL && a->name[0] != '\0';
}

/* The NTFS attribute of this type, without a name or with the index's. */
static const TSK_FS_ATTR *
content_attr(TSK_FS_FILE *f, unsigned type, bool index)
{
	int n = tsk_fs_file_attr_getsize(f);

	for (int i = 0; i < n; i++) {
		const TSK_FS_ATTR *a = tsk_fs_file_attr_get_idx(f, i);
		if (a == NULL || (unsigned)a->type != type)
			continue;
		if (index ? content_is_named(a) && strcmp(a->name, "$I30") == 0
			  : !content_is_named(a))
			return a;
	}
	return NULL;
}

bool
content_stream(const struct content *c, size_t at, const char **ret_name, uint64_t *ret_bytes)
{
	int n = c->volume->family == PROBE_NTFS ? tsk_fs_file_attr_getsize(c->file) : 0;

	for (int i = 0; i < n; i++) {
		const TSK_FS_ATTR *a = tsk_fs_file_attr_get_idx(c->file, i);
		if (a == NULL || (unsigned)a->type != NTFS_DATA || !content_is_named(a) ||
		    at-- > 0)
			continue;
		*ret_name = a->name;
		*ret_bytes = a->size < 0 ? 0 : (uint64_t)a->size;
		return true;
	}
	return false;
}

static bool
content_is_fat(const struct content *c)
{
	return c->volume->family == PROBE_FAT || c->volume->family == PROBE_EXFAT;
}

enum err
content_open(struct volume *v, uint64_t inum, uint64_t fat_size_bytes, struct content *c)
{
	uint64_t failures = image_failures(v->image);

	*c = (struct content){.volume = v, .inum = inum, .why = "its record is damaged"};
	if (content_is_fat(c)) {
		c->fat_size_bytes = fat_size_bytes;
		c->kind = volume_fat_is_directory(inum) ? ITEM_DIRECTORY : ITEM_FILE;
		c->links = 1;
		return ERR_OK;
	}
	c->file = tsk_fs_file_open_meta(v->fs, NULL, inum);
	if (c->file == NULL || c->file->meta == NULL || image_failures(v->image) != failures) {
		if (image_failures(v->image) != failures)
			c->why = why_medium;
		content_close(c);
		return ERR_SYNTAX;
	}
	const TSK_FS_META *m = c->file->meta;
	if (m->flags & TSK_FS_META_FLAG_UNALLOC || !(m->flags & TSK_FS_META_FLAG_ALLOC)) {
		c->why = "the file system marks its record as free";
		content_close(c);
		return ERR_SYNTAX;
	}
	if (v->family == PROBE_EXT && volume_ext_inode(v, inum, &c->ext) != ERR_OK) {
		c->why = "its record could not be read";
		content_close(c);
		return ERR_SYNTAX;
	}
	c->kind = content_kind(m->type);
	c->links = m->nlink > 0 ? (uint64_t)m->nlink : 1;
	c->sequence = (uint16_t)m->seq;
	c->mtime_s = m->mtime;
	c->reparse =
	    v->family == PROBE_NTFS && content_attr(c->file, NTFS_REPARSE, false) != NULL;
	return ERR_OK;
}

void
content_close(struct content *c)
{
	if (c->file != NULL)
		tsk_fs_file_close(c->file);
	c->file = NULL;
	c->attr = NULL;
	runs_done(&c->runs);
}

/* libtsk's runs; it returns zeros for what it could not find, we do not. */
static enum err
content_tsk_runs(struct content *c)
{
	uint64_t n_blocks = c->volume->fs->last_block + 1;

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

/* Every byte that counts must be there, and most of them stored. */
static enum err
content_check_runs(struct content *c)
{
	uint64_t block = c->volume->fs->block_size;
	uint64_t counts = c->valid_bytes < c->size_bytes ? c->valid_bytes : c->size_bytes;

	if (c->runs.end > INT64_MAX / block)
		return ERR_SYNTAX;
	if (c->runs.stored > c->volume->fs->last_block + 1) {
		c->why = "it claims more blocks than the volume has";
		return ERR_SYNTAX;
	}
	uint64_t there = image_bytes(c->volume->image) - c->volume->offset_bytes;
	for (size_t i = 0; i < c->runs.n; i++) {
		const struct run *r = &c->runs.v[i];
		if (r->addr != RUNS_HOLE && r->addr + r->len > there / block + 1) {
			c->why = why_behind;
			return ERR_SYNTAX;
		}
	}
	uint64_t needs = c->size_bytes / block;
	if (needs > c->runs.stored && needs - c->runs.stored > LIM_SPARSE_BYTES / block) {
		c->why = "nearly all of it is holes";
		return ERR_LIMIT;
	}
	if (c->runs.end < counts / block + (counts % block != 0)) {
		c->why = "its chain of blocks ends too early";
		return ERR_SYNTAX;
	}
	return ERR_OK;
}

static enum err
content_tsk_check(struct content *c)
{
	const TSK_FS_ATTR *a = c->attr;

	c->why = "its size is impossible";
	if (a->size < 0 || a->size > CONTENT_SIZE_MAX)
		return ERR_SYNTAX;
	c->size_bytes = (uint64_t)a->size;
	c->valid_bytes = c->size_bytes;
	if (a->flags & TSK_FS_ATTR_ENC) {
		c->why = "it is encrypted";
		return ERR_DENIED;
	}
	if (a->flags & TSK_FS_ATTR_RES)
		return c->size_bytes <= a->rd.buf_size ? ERR_OK : ERR_SYNTAX;
	if (!(a->flags & TSK_FS_ATTR_NONRES) || a->nrd.skiplen != 0 || a->nrd.initsize < 0)
		return ERR_SYNTAX;
	if ((uint64_t)a->nrd.initsize < c->size_bytes)
		c->valid_bytes = (uint64_t)a->nrd.initsize;
	enum err err = content_tsk_runs(c);
	return err == ERR_OK ? content_check_runs(c) : err;
}

/* ext: the runs are ours. */
static enum err
content_ext_check(struct content *c)
{
	if (c->ext.size_bytes > CONTENT_SIZE_MAX) {
		c->why = "its size is impossible";
		return ERR_SYNTAX;
	}
	c->size_bytes = c->valid_bytes = c->ext.size_bytes;
	enum err err = volume_ext_runs(c->volume, &c->ext, &c->runs);
	return err == ERR_OK ? content_check_runs(c) : err;
}

/* FAT, exFAT: the runs are ours, and a directory is as long as its chain. */
static enum err
content_fat_check(struct content *c)
{
	enum err err = volume_fat_runs(c->volume, c->inum, c->fat_size_bytes, &c->runs);

	c->size_bytes = c->fat_size_bytes;
	if (c->kind == ITEM_DIRECTORY && c->size_bytes == 0)
		c->size_bytes = c->runs.end * c->volume->fs->block_size;
	c->valid_bytes = c->size_bytes;
	if (err == ERR_SYNTAX)
		c->why = "its chain of clusters ends too early";
	if (err == ERR_STATE) {
		c->why = "its chain of clusters runs in a circle";
		runs_done(&c->runs);
		err = ERR_SYNTAX;
	}
	return err == ERR_OK ? content_check_runs(c) : err;
}

static enum err
content_choose(struct content *c, enum content_part part)
{
	static const unsigned types[] = {
	    [CONTENT_DATA] = NTFS_DATA,
	    [CONTENT_INDEX_ROOT] = NTFS_INDEX_ROOT,
	    [CONTENT_INDEX] = NTFS_INDEX,
	    [CONTENT_INDEX_BITS] = NTFS_BITMAP,
	    [CONTENT_VOLUME_NAME] = NTFS_NAME,
	};
	bool index = part != CONTENT_DATA && part != CONTENT_VOLUME_NAME;

	c->why = "its list of blocks is damaged";
	if (c->volume->family == PROBE_EXT && !(c->ext.flags & VOLUME_EXT_INLINE))
		return content_ext_check(c);
	if (content_is_fat(c))
		return content_fat_check(c);
	if (c->volume->family == PROBE_NTFS) {
		c->attr = content_attr(c->file, types[part], index);
		if (c->attr == NULL)
			return ERR_NOTFOUND;
	} else {
		c->attr = tsk_fs_file_attr_get(c->file);
		if (c->attr == NULL)
			return ERR_SYNTAX;
	}
	return content_tsk_check(c);
}

enum err
content_part(struct content *c, enum content_part part)
{
	uint64_t failures = image_failures(c->volume->image);

	c->attr = NULL;
	runs_done(&c->runs);
	c->run = 0;
	c->size_bytes = c->valid_bytes = c->at = c->where = 0;
	enum err err = content_choose(c, part);
	if (image_failures(c->volume->image) != failures || err == ERR_IO || err == ERR_RANGE) {
		c->why = why_medium;
		err = ERR_SYNTAX;
	}
	if (err != ERR_OK)
		c->attr = NULL; /* only what runs say may still be read */
	return err;
}

/* One piece of the run where `at` lies. */
static enum err
content_read_run(struct content *c, uint8_t *out, size_t *n)
{
	uint64_t block = c->volume->fs->block_size;

	while (c->run < c->runs.n &&
	       (c->runs.v[c->run].offset + c->runs.v[c->run].len) * block <= c->at)
		c->run++;
	if (c->run == c->runs.n) {
		c->why = "its chain of blocks ends too early";
		return ERR_SYNTAX;
	}
	const struct run *r = &c->runs.v[c->run];
	uint64_t in = c->at - r->offset * block, left = r->len * block - in;
	if (*n > left)
		*n = (size_t)left;
	if (r->addr == RUNS_HOLE) {
		memset(out, 0, *n);
		return ERR_OK;
	}
	c->where = r->addr * block + in;
	enum err err =
	    image_read(c->volume->image, c->volume->offset_bytes + c->where, out, *n);
	if (err != ERR_OK)
		c->why = err == ERR_RANGE ? why_behind : why_medium;
	return err == ERR_OK ? ERR_OK : ERR_IO;
}

/* Compressed: libtsk unpacks. */
static enum err
content_read_packed(struct content *c, uint8_t *out, size_t *n)
{
	uint64_t failures = image_failures(c->volume->image);
	ssize_t r = tsk_fs_attr_read(
	    c->attr, (TSK_OFF_T)c->at, (char *)out, *n, TSK_FS_FILE_READ_FLAG_NONE);

	if (r <= 0 || image_failures(c->volume->image) != failures) {
		c->why = r <= 0 ? "its compressed data is damaged" : why_medium;
		return r <= 0 ? ERR_SYNTAX : ERR_IO;
	}
	*n = (size_t)r < *n ? (size_t)r : *n;
	return ERR_OK;
}

enum err
content_read(struct content *c, uint8_t *out, size_t n, size_t *ret_n)
{
	enum err err = ERR_OK;

	if (n > c->size_bytes - c->at)
		n = (size_t)(c->size_bytes - c->at);
	c->where = 0;
	if (n > 0 && c->at >= c->valid_bytes) {
		memset(out, 0, n);
	} else if (n > 0) {
		if (n > c->valid_bytes - c->at)
			n = (size_t)(c->valid_bytes - c->at);
		if (content_is_resident(c))
			memcpy(out, c->attr->rd.buf + c->at, n);
		else if (c->attr != NULL && (c->attr->flags & TSK_FS_ATTR_COMP))
			err = content_read_packed(c, out, &n);
		else
			err = content_read_run(c, out, &n);
	}
	if (err != ERR_OK)
		return err;
	c->at += n;
	*ret_n = n;
	return ERR_OK;
}

enum err
content_fill(struct content *c, uint8_t *out, size_t n, size_t *ret_n)
{
	size_t got = 0;

	while (got < n) {
		size_t piece = 0;
		enum err err = content_read(c, out + got, n - got, &piece);
		if (err != ERR_OK)
			return err;
		if (piece == 0)
			break;
		got += piece;
	}
	*ret_n = got;
	return ERR_OK;
}

uint64_t
content_first(const struct content *c)
{
	for (size_t i = 0; i < c->runs.n; i++)
		if (c->runs.v[i].addr != RUNS_HOLE)
			return c->runs.v[i].addr * c->volume->fs->block_size;
	return 0;
}

bool
content_is_resident(const struct content *c)
{
	return c->attr != NULL && (c->attr->flags & TSK_FS_ATTR_RES) != 0;
}

bool
content_has_index(const struct content *c)
{
	return content_attr(c->file, NTFS_INDEX, true) != NULL;
}

uint64_t
content_names(const struct content *c)
{
	uint64_t n = 0;

	for (const TSK_FS_META_NAME_LIST *l = c->file->meta->name2; l != NULL; l = l->next)
		n++;
	return n > 0 ? n : 1;
}

/* SPDX-License-Identifier: ISC */
#include "src/media/volume.h"
#include "src/media/blockmap.h"
#include "src/media/extents.h"
#include "src/media/le.h"

#include <string.h>
#include <tsk/libtsk.h>
#include <tsk/fs/tsk_ext2fs.h>

#define EXT_SUPER_AT    1024
#define EXT_INCOMPAT_AT 96
#define EXT_LABEL_AT    120
#define EXT_LABEL_BYTES 16
#define EXT_FILETYPE    0x2u
#define EXT_RECOVER     0x4u
/*
 * filetype, recover, extents, 64bit, mmp, flex_bg, ea_inode, csum_seed,
 * largedir, inline_data, encrypt, casefold: those whose metadata libtsk finds.
 */
#define EXT_KNOWN                                                                     \
	(0x2u | 0x4u | 0x40u | 0x80u | 0x100u | 0x200u | 0x400u | 0x2000u | 0x4000u | \
	    0x8000u | 0x10000u | 0x20000u)

static const char *
volume_kind(TSK_FS_TYPE_ENUM t)
{
	static const struct {
		TSK_FS_TYPE_ENUM type;
		const char *word;
	} words[] = {
	    {TSK_FS_TYPE_FAT12, "fat12"},
	    {TSK_FS_TYPE_FAT16, "fat16"},
	    {TSK_FS_TYPE_FAT32, "fat32"},
	    {TSK_FS_TYPE_EXFAT, "exfat"},
	    {TSK_FS_TYPE_NTFS, "ntfs"},
	    {TSK_FS_TYPE_EXT2, "ext2"},
	    {TSK_FS_TYPE_EXT3, "ext3"},
	    {TSK_FS_TYPE_EXT4, "ext4"},
	};
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].type == t)
			return words[i].word;
	return "unknown";
}

static enum err
volume_read_fn(void *arg, uint64_t at, void *out, size_t n)
{
	struct volume *v = arg;
	return image_read(v->image, v->offset_bytes + at, out, n);
}

static enum err
volume_fat_geometry(struct volume *v)
{
	uint8_t b[512];
	bool exfat = v->family == PROBE_EXFAT;
	unsigned bits = v->fs->ftype == TSK_FS_TYPE_FAT12   ? 12
	                : v->fs->ftype == TSK_FS_TYPE_FAT16 ? 16
	                                                    : 32;

	if (image_read(v->image, v->offset_bytes, b, sizeof(b)) != ERR_OK)
		return ERR_IO;
	enum err err = fatchain_init(&v->chain, b, exfat, bits, volume_read_fn, v);
	if (err != ERR_OK)
		return err;
	v->root_cluster = exfat ? le32(b + 96) : bits == 32 ? le32(b + 44) : 0;
	v->root_blocks = (le16(b + 17) * 32u + v->fs->block_size - 1) / v->fs->block_size;
	v->root_block = v->chain.heap_block - v->root_blocks;
	return ERR_OK;
}

static enum err
volume_ext_features(struct volume *v, const char **ret_why)
{
	uint8_t b[4];

	if (image_read(v->image, v->offset_bytes + EXT_SUPER_AT + EXT_INCOMPAT_AT, b, 4) !=
	    ERR_OK)
		return ERR_IO;
	uint32_t incompat = le32(b);
	v->ext_typed = (incompat & EXT_FILETYPE) != 0;
	if (incompat & EXT_RECOVER)
		v->note = "its journal holds changes that were not applied: what was read may "
			  "be older";
	if (incompat & ~EXT_KNOWN) {
		*ret_why = "uses features of ext4 that are not supported";
		return ERR_SYNTAX;
	}
	return ERR_OK;
}

static enum err
volume_check(struct volume *v, const char **ret_why)
{
	const TSK_FS_INFO *fs = v->fs;

	if (fs->block_size == 0 || fs->last_block >= INT64_MAX / fs->block_size / 2) {
		*ret_why = "says an impossible size";
		return ERR_SYNTAX;
	}
	v->fs_bytes = (uint64_t)fs->block_count * fs->block_size;
	v->kind = volume_kind(fs->ftype);
	if (v->family == PROBE_EXT)
		return volume_ext_features(v, ret_why);
	if (v->family == PROBE_NTFS)
		return ERR_OK;
	*ret_why = "its first sector is damaged";
	return volume_fat_geometry(v);
}

enum err
volume_open(struct image *image, enum probe_kind family, uint64_t offset, uint64_t bytes,
    struct volume *ret_volume, const char **ret_why)
{
	static const TSK_FS_TYPE_ENUM types[] = {
	    [PROBE_NTFS] = TSK_FS_TYPE_NTFS,
	    [PROBE_EXFAT] = TSK_FS_TYPE_EXFAT,
	    [PROBE_FAT] = TSK_FS_TYPE_FAT_DETECT,
	    [PROBE_EXT] = TSK_FS_TYPE_EXT_DETECT,
	};
	struct volume v = {
	    .image = image, .family = family, .offset_bytes = offset, .bytes = bytes};
	uint64_t failures = image_failures(image);

	v.fs = tsk_fs_open_img(image_tsk(image), (TSK_OFF_T)offset, types[family]);
	if (v.fs == NULL) {
		*ret_why = image_failures(image) != failures
		               ? "could not be read from the medium"
		               : "is damaged";
		return ERR_SYNTAX;
	}
	*ret_why = "could not be read from the medium";
	enum err err = image_failures(image) != failures ? ERR_IO : volume_check(&v, ret_why);
	if (err != ERR_OK) {
		fatchain_done(&v.chain);
		tsk_fs_close(v.fs);
		return ERR_SYNTAX;
	}
	*ret_volume = v;
	return ERR_OK;
}

void
volume_done(struct volume *v)
{
	fatchain_done(&v->chain);
	if (v->fs != NULL)
		tsk_fs_close(v->fs);
	*v = (struct volume){0};
}

#define FAT_DIRECTORY  (1ull << 32)
#define FAT_CONTIGUOUS (1ull << 33)

uint64_t
volume_fat_file(uint32_t first_cluster, bool directory, bool contiguous)
{
	return first_cluster | (directory ? FAT_DIRECTORY : 0) |
	       (contiguous ? FAT_CONTIGUOUS : 0);
}

bool
volume_fat_is_directory(uint64_t file)
{
	return (file & FAT_DIRECTORY) != 0;
}

uint64_t
volume_root(const struct volume *v)
{
	if (v->family == PROBE_FAT || v->family == PROBE_EXFAT)
		return volume_fat_file(v->root_cluster, true, false);
	return v->fs->root_inum;
}

enum err
volume_fat_runs(struct volume *v, uint64_t file, uint64_t size_bytes, struct runs *runs)
{
	uint64_t cluster = (uint64_t)v->chain.cluster_blocks * v->fs->block_size;
	uint64_t clusters = size_bytes / cluster + (size_bytes % cluster != 0);

	if ((uint32_t)file == 0 && volume_fat_is_directory(file))
		return runs_add(runs, 0, v->root_block, v->root_blocks);
	v->chain.arg = v; /* the volume may have moved since it was opened */
	return fatchain_load(
	    &v->chain, (uint32_t)file, clusters, (file & FAT_CONTIGUOUS) != 0, runs);
}

size_t
volume_block_bytes(const struct volume *v)
{
	return v->fs->block_size;
}

void
volume_ext_label(struct volume *v)
{
	uint8_t b[EXT_LABEL_BYTES];

	if (image_read(v->image, v->offset_bytes + EXT_SUPER_AT + EXT_LABEL_AT, b, sizeof(b)) !=
	    ERR_OK)
		return;
	v->label_len = strnlen((const char *)b, sizeof(b));
	memcpy(v->label, b, v->label_len);
}

enum err
volume_ext_inode(struct volume *v, uint64_t inum, struct volume_ext_inode *ret)
{
	EXT2FS_INFO *ext = (EXT2FS_INFO *)(void *)v->fs;
	uint32_t per_group = le32(ext->fs->s_inodes_per_group);
	uint8_t raw[256] = {0};
	uint64_t table;

	if (inum == 0 || per_group == 0 || (inum - 1) / per_group != ext->grp_num)
		return ERR_STATE;
	if (ext->ext4_grp_buf != NULL)
		table = le32(ext->ext4_grp_buf->bg_inode_table_lo) |
		        (uint64_t)le32(ext->ext4_grp_buf->bg_inode_table_hi) << 32;
	else
		table = le32(ext->grp_buf->bg_inode_table);
	if (table > v->fs->last_block)
		return ERR_SYNTAX;
	size_t n = ext->inode_size < sizeof(raw) ? ext->inode_size : sizeof(raw);
	uint64_t at = v->offset_bytes + table * v->fs->block_size +
	              (inum - 1) % per_group * ext->inode_size;
	enum err err = image_read(v->image, at, raw, n);
	if (err != ERR_OK)
		return err;
	struct volume_ext_inode in = {
	    .mode = le16(raw),
	    .flags = le32(raw + 0x20),
	    .mtime_s = (int32_t)le32(raw + 0x10),
	    .size_bytes = le32(raw + 4) | (uint64_t)le32(raw + 0x6C) << 32,
	};
	if (n > 0x8C && le16(raw + 0x80) >= 12)
		in.mtime_s += (int64_t)(le32(raw + 0x88) & 3) << 32;
	memcpy(in.i_block, raw + 0x28, sizeof(in.i_block));
	*ret = in;
	return ERR_OK;
}

enum err
volume_ext_runs(struct volume *v, const struct volume_ext_inode *in, struct runs *runs)
{
	uint64_t block = v->fs->block_size, n_blocks = v->fs->last_block + 1;
	uint64_t needs = in->size_bytes / block + (in->size_bytes % block != 0);

	if (!(in->flags & VOLUME_EXT_EXTENTS))
		return blockmap_load(
		    in->i_block, volume_read_fn, v, block, n_blocks, needs, runs);
	enum err err = extents_load(in->i_block, volume_read_fn, v, block, n_blocks, runs);
	if (err == ERR_OK && runs->end < needs) /* a hole at the end is not written down */
		err = runs_add(runs, needs, RUNS_HOLE, 0);
	return err;
}

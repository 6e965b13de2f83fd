/* SPDX-License-Identifier: ISC */
#include "src/media/hfs.h"
#include "src/base/mem.h"
#include "src/media/be.h"
#include "src/media/family.h"
#include "src/media/hfsdir.h"
#include "src/media/hfstree.h"
#include "src/media/tskfile.h"

#include <string.h>
#include <tsk/libtsk.h>

#define HEADER_AT       1024
#define ATTR_UNMOUNTED  0x100u
#define ID_ROOT_PARENT  1
#define ID_ROOT         2
#define ID_CATALOG      4
#define FORK_SHIFT      48   /* of the number of a file */
#define TYPE_RESOURCE   4353 /* libtsk's numbers for the resource fork */
#define ID_RESOURCE     1
#define PERMISSION_BITS 07777u

static const char resource_name[] = ":rsrc";

static const uint8_t private_files[] = "\300\200\300\200\300\200\300\200HFS+ Private Data";

struct hfs {
	struct content catalog;
	struct hfsdir_head head;
};

/* --- the catalog -------------------------------------------------------------------- */

/* One node into buf; its size is at most LISTING_PIECE_BYTES. */
static bool
hfs_node(struct volume *v, uint32_t number, uint8_t *buf)
{
	struct hfs *h = v->own;
	size_t n = 0;

	h->catalog.volume = v; /* it may have moved since it was opened */
	content_seek(&h->catalog, (uint64_t)number * h->head.node_bytes);
	return content_fill(&h->catalog, buf, h->head.node_bytes, &n) == ERR_OK &&
	       n == h->head.node_bytes;
}

/* The names of a directory; false when something of the tree is damaged. */
static bool
hfs_names(struct volume *v, uint32_t directory, uint8_t *buf, entry_fn *fn, void *arg)
{
	const struct hfs *h = v->own;
	uint32_t node = h->head.root, nodes = 0;
	enum err err = ERR_OK;

	for (unsigned depth = 0;; depth++) {
		if (depth == HFSDIR_DEPTH_MAX || node == 0 || !hfs_node(v, node, buf))
			return false;
		if (hfsdir_is_leaf(buf))
			break;
		if (hfsdir_child(buf, h->head.node_bytes, directory, &node) != ERR_OK)
			return false;
	}
	while (err == ERR_OK) {
		err = hfsdir_leaf(buf, h->head.node_bytes, directory, &node, fn, arg);
		if (err != ERR_OK || node == 0)
			break;
		if (++nodes > h->head.n_nodes || !hfs_node(v, node, buf))
			return false; /* leaves in a circle, or it ends too early */
	}
	return err != ERR_SYNTAX;
}

static void
hfs_list(struct listing *l, struct content *c)
{
	(void)c;
	if (!hfs_names(l->v, (uint32_t)l->inum, l->buf, listing_entry, l))
		listing_damage(l, LISTING_DAMAGED);
}

static enum err
hfs_label_entry(void *arg, const struct entry *e)
{
	struct volume *v = arg;

	v->label_len = e->name_len < sizeof(v->label) ? e->name_len : sizeof(v->label);
	memcpy(v->label, e->name, v->label_len);
	return ERR_LIMIT; /* there is one only */
}

static void
hfs_label(struct volume *v)
{
	MEM_FREE uint8_t *buf = mem_alloc(LISTING_PIECE_BYTES);

	(void)hfs_names(v, ID_ROOT_PARENT, buf, hfs_label_entry, v);
}

/* --- a volume ----------------------------------------------------------------------- */

static enum err
hfs_open_catalog(struct volume *v, struct hfs *h)
{
	uint8_t head[HFSDIR_HEAD_BYTES];
	size_t n = 0;
	enum err err = content_open(v, ID_CATALOG, 0, &h->catalog);

	if (err == ERR_OK)
		err = content_part(&h->catalog, CONTENT_DATA);
	if (err == ERR_OK)
		err = content_fill(&h->catalog, head, sizeof(head), &n);
	if (err != ERR_OK || n < sizeof(head))
		return ERR_SYNTAX;
	err = hfsdir_head(head, &h->head);
	/* no more nodes than its bytes have room for */
	if (err == ERR_OK && h->head.n_nodes > h->catalog.size_bytes / h->head.node_bytes)
		h->head.n_nodes = (uint32_t)(h->catalog.size_bytes / h->head.node_bytes);
	return err;
}

static enum err
hfs_open_volume(struct volume *v, const char **ret_why)
{
	struct hfs *h = v->own = mem_alloc(sizeof(*h));
	uint8_t header[HFSTREE_HEADER_BYTES];
	enum err err = volume_read(v, HEADER_AT, header, sizeof(header));

	if (err == ERR_OK)
		err = hfstree_check(v, header, ret_why);
	if (err == ERR_OK)
		err = tskfile_volume(v, TSK_FS_TYPE_HFS_DETECT, ret_why);
	if (err != ERR_OK)
		return err;
	v->kind = header[1] == 'X' ? "hfsx" : "hfs+";
	v->root = v->root_place = ID_ROOT;
	if (!(be32(header + 4) & ATTR_UNMOUNTED))
		volume_note(v, 0, ITEM_UNREAD,
		    "it was not put away properly: what was read may be older");
	*ret_why = "has a damaged catalog";
	return hfs_open_catalog(v, h);
}

static void
hfs_close(struct volume *v)
{
	struct hfs *h = v->own;

	if (h != NULL && h->catalog.volume != NULL) {
		h->catalog.volume = v;
		content_close(&h->catalog);
	}
	free(h);
	v->own = NULL;
	tskfile_volume_close(v);
}

/* --- bytes -------------------------------------------------------------------------- */

static enum err
hfs_file_open(struct content *c, uint64_t size_bytes)
{
	(void)size_bytes;
	return tskfile_open(c, c->inum & ((1ull << FORK_SHIFT) - 1));
}

static enum err
hfs_file_part(struct content *c, enum content_part part)
{
	if (part != CONTENT_DATA)
		return ERR_NOTFOUND;
	if (c->inum >> FORK_SHIFT != 0) {
		c->attr = tsk_fs_file_attr_get_type(
		    c->file, (TSK_FS_ATTR_TYPE_ENUM)TYPE_RESOURCE, ID_RESOURCE, 1);
	} else if (c->file->meta->flags & TSK_FS_META_FLAG_COMP) {
		c->why = "the file system compressed it, which is not read";
		return ERR_LIMIT;
	} else {
		c->attr = tsk_fs_file_attr_get(c->file);
	}
	return c->attr == NULL ? ERR_SYNTAX : tskfile_part(c);
}

static bool
hfs_file_stream(const struct content *c, size_t i, struct content_stream *ret)
{
	/* of a compressed file libtsk would unpack all, and the fork is a part of that */
	bool none = i > 0 || (c->file->meta->flags & TSK_FS_META_FLAG_COMP) != 0;
	const TSK_FS_ATTR *a = none ? NULL
	                            : tsk_fs_file_attr_get_type(c->file,
					  (TSK_FS_ATTR_TYPE_ENUM)TYPE_RESOURCE, ID_RESOURCE, 1);

	if (a == NULL || a->size <= 0)
		return false;
	*ret = (struct content_stream){.name = (const uint8_t *)resource_name,
	    .name_len = sizeof(resource_name) - 1,
	    .bytes = (uint64_t)a->size,
	    .inum = (c->inum & ((1ull << FORK_SHIFT) - 1)) | 1ull << FORK_SHIFT};
	return true;
}

/* --- names -------------------------------------------------------------------------- */

/* Where the bytes of files with several names are kept. */
static bool
hfs_is_system(const struct volume *v, uint64_t dir, const struct entry *e)
{
	(void)v;
	return dir == ID_ROOT && e->directory && e->name_len == sizeof(private_files) - 1 &&
	       memcmp(e->name, private_files, e->name_len) == 0;
}

static void
hfs_describe(struct volume *v, const struct entry *e, struct describe *d, struct walk_item *it)
{
	d->inum = d->place = e->record;
	if (!describe_open(v, d, it))
		return;
	const TSK_FS_META *m = d->content.file->meta;
	it->kind =
	    e->directory == (d->content.kind == ITEM_DIRECTORY) ? d->content.kind : ITEM_OTHER;
	it->mode = (unsigned)m->mode & PERMISSION_BITS;
	if (d->content.mtime_s > 0)
		(void)clock_format(d->content.mtime_s, it->mtime);
	if (it->state != ITEM_READ)
		return;
	if (it->kind == ITEM_FILE) {
		it->links = d->content.links;
		d->same = m->addr;
		describe_file(d, it);
	} else if (it->kind == ITEM_LINK) {
		describe_link(d, it);
	} else if (it->kind != ITEM_DIRECTORY) {
		describe_special(it);
	}
}

static const struct family hfs_functions = {
    .name = "HFS+",
    .utc = true,
    .open = hfs_open_volume,
    .close = hfs_close,
    .label = hfs_label,
    .list = hfs_list,
    .list_raw = true,
    .is_system = hfs_is_system,
    .describe = hfs_describe,
    .file_open = hfs_file_open,
    .file_close = tskfile_close,
    .file_part = hfs_file_part,
    .file_stream = hfs_file_stream,
};

const struct family *
hfs_family(void)
{
	return &hfs_functions;
}

/* SPDX-License-Identifier: ISC */
#include "src/media/describe.h"

#include <string.h>

#define NTFS_ROOT       5
#define NTFS_FIRST_USER 16 /* records below are the file system's own */
#define EXT_SHORT_LINK  60
#define PERMISSION_BITS 07777u

static const uint8_t no_name[] = {0xC0, 0x80}; /* as wtf8.h spells a NUL */

static void
describe_bad(struct walk_item *it, enum item_state state, const char *why)
{
	it->state = state;
	it->why = why;
}

bool
describe_is_system(const struct volume *v, uint64_t dir_inum, const struct entry *e)
{
	if (v->family != PROBE_NTFS || dir_inum != NTFS_ROOT || e->record >= NTFS_FIRST_USER)
		return false;
	return e->name_len > 0 &&
	       (e->name[0] == '$' ||
		   (e->record == NTFS_ROOT && e->name_len == 1 && e->name[0] == '.'));
}

/* "." and ".." where they have no business, and names of no bytes. */
static const char *
describe_name_problem(const struct entry *e)
{
	if (e->bad != NULL)
		return e->bad;
	if (e->name_len == 0)
		return "it has no name";
	if (e->name[0] == '.' && (e->name_len == 1 || (e->name_len == 2 && e->name[1] == '.')))
		return "its name means a directory itself";
	return NULL;
}

/* Runs of a file or directory, and where the first byte lies. */
static void
describe_runs(struct describe *d, struct walk_item *it)
{
	enum err err = content_part(&d->content, CONTENT_DATA);

	if (err == ERR_DENIED)
		describe_bad(it, ITEM_ENCRYPTED, d->content.why);
	else if (err == ERR_LIMIT)
		describe_bad(it, ITEM_UNREAD, d->content.why);
	else if (err == ERR_SYNTAX)
		describe_bad(it, ITEM_UNREADABLE, d->content.why);
	d->place = content_first(&d->content);
}

/* --- FAT and exFAT ------------------------------------------------------------ */

static void
describe_fat(struct volume *v, const struct entry *e, struct describe *d, struct walk_item *it)
{
	it->kind = e->odd ? ITEM_OTHER : e->directory ? ITEM_DIRECTORY : ITEM_FILE;
	it->size_bytes = e->directory ? 0 : e->size_bytes;
	if (e->has_mtime)
		(void)clock_format(e->mtime_s, it->mtime);
	it->utc = e->utc;
	d->inum = volume_fat_file(e->first_cluster, e->directory, e->contiguous);
	d->fat_size_bytes = e->size_bytes;
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
	if (it->state != ITEM_READ || e->directory || e->size_bytes == 0)
		return;
	(void)content_open(v, d->inum, d->fat_size_bytes, &d->content);
	d->open = true;
	describe_runs(d, it);
}

/* --- ext ---------------------------------------------------------------------- */

static void
describe_ext_link(const struct volume_ext_inode *in, struct describe *d, struct walk_item *it)
{
	it->link = d->link;
	if (in->size_bytes > LIM_LINK_BYTES) {
		describe_bad(it, ITEM_UNREAD, "its target is too long");
		return;
	}
	if (in->size_bytes < EXT_SHORT_LINK &&
	    !(in->flags & (VOLUME_EXT_EXTENTS | VOLUME_EXT_INLINE))) {
		it->link_len = (size_t)in->size_bytes;
		memcpy(d->link, in->i_block, it->link_len);
		return;
	}
	describe_runs(d, it);
	if (it->state == ITEM_READ &&
	    content_fill(&d->content, d->link, sizeof(d->link), &it->link_len) != ERR_OK)
		describe_bad(it, ITEM_UNREADABLE, d->content.why);
}

static void
describe_ext(struct volume *v, const struct entry *e, struct describe *d, struct walk_item *it)
{
	const struct volume_ext_inode *in = &d->content.ext;

	d->inum = d->place = e->record;
	it->kind = ITEM_OTHER;
	if (content_open(v, e->record, 0, &d->content) != ERR_OK) {
		describe_bad(it, ITEM_UNREADABLE, d->content.why);
		return;
	}
	d->open = true;
	it->kind = d->content.kind;
	it->links = d->content.links;
	it->mode = in->mode & PERMISSION_BITS;
	(void)clock_format(in->mtime_s, it->mtime);
	if (it->state != ITEM_READ)
		return;
	if (in->flags & VOLUME_EXT_ENCRYPT) {
		describe_bad(it, ITEM_ENCRYPTED, "it is encrypted");
	} else if (it->kind == ITEM_LINK) {
		describe_ext_link(in, d, it);
		it->size_bytes = it->link_len;
	} else if (it->kind == ITEM_FILE) {
		describe_runs(d, it);
		d->valid_bytes = d->content.size_bytes;
		it->size_bytes = in->size_bytes;
		if (it->state == ITEM_READ && in->size_bytes != d->content.size_bytes)
			describe_bad(it, ITEM_UNREADABLE, "its size is impossible");
	} else if (it->kind != ITEM_DIRECTORY) {
		describe_bad(it, ITEM_UNREAD,
		    it->kind == ITEM_OTHER ? "its kind is unknown"
					   : "a special file has no bytes");
	}
}

/* --- NTFS --------------------------------------------------------------------- */

static void
describe_ntfs(struct volume *v, const struct entry *e, struct describe *d, struct walk_item *it)
{
	d->inum = d->place = e->record;
	it->kind = ITEM_OTHER;
	if (content_open(v, e->record, 0, &d->content) != ERR_OK) {
		describe_bad(it, ITEM_UNREADABLE, d->content.why);
		return;
	}
	d->open = true;
	if (d->content.sequence != e->sequence) {
		describe_bad(it, ITEM_UNREADABLE, "its record belongs to another file");
		return;
	}
	it->kind = d->content.kind;
	it->links = d->content.links;
	(void)clock_format(d->content.mtime_s, it->mtime);
	if (it->state != ITEM_READ)
		return;
	if (d->content.reparse) {
		it->kind = ITEM_OTHER;
		describe_bad(it, ITEM_UNREAD, "a reparse point");
	} else if (it->kind == ITEM_FILE) {
		it->links = content_names(&d->content);
		describe_runs(d, it);
		d->valid_bytes = it->size_bytes = d->content.size_bytes;
	} else if (it->kind != ITEM_DIRECTORY) {
		describe_bad(it, ITEM_UNREAD, "its kind is unknown");
	}
}

/* --- any ---------------------------------------------------------------------- */

void
describe_entry(
    struct volume *v, const struct entry *e, struct describe *d, struct walk_item *it)
{
	const char *problem = describe_name_problem(e);

	d->open = false;
	d->inum = d->place = d->valid_bytes = d->fat_size_bytes = 0;
	it->name = e->name_len > 0 ? e->name : no_name;
	it->name_len = e->name_len > 0 ? e->name_len : sizeof(no_name);
	it->state = problem == NULL ? ITEM_READ : ITEM_UNREADABLE;
	it->why = problem == NULL ? "" : problem;
	it->links = 1;
	it->utc = v->family == PROBE_EXT || v->family == PROBE_NTFS;
	it->link = d->link;
	if (v->family == PROBE_EXT)
		describe_ext(v, e, d, it);
	else if (v->family == PROBE_NTFS)
		describe_ntfs(v, e, d, it);
	else
		describe_fat(v, e, d, it);
}

void
describe_done(struct describe *d)
{
	if (d->open)
		content_close(&d->content);
	d->open = false;
}

uint64_t
describe_root_place(const struct volume *v)
{
	if (v->family == PROBE_FAT || v->family == PROBE_EXFAT)
		return v->root_cluster;
	return volume_root(v);
}

/* SPDX-License-Identifier: ISC */
/*
 * The directories of an image of a disc (ECMA-119), walked for what libarchive
 * takes differently from other programs: it takes files that begin at the same
 * place for one file, whatever their sizes, and knows of no bytes between a
 * file's place and its contents.
 */
#include "scanners/unpack_in.h"
#include "src/base/mem.h"
#include "src/media/le.h"

#define ISO_SECTOR      2048u
#define ISO_FIRST       16u /* sector of the first descriptor */
#define ISO_DESCRIPTORS 64u
#define ISO_VIEWS       4u /* of all folders: plain, Joliet, and two more */
#define ISO_PRIMARY     1
#define ISO_OTHER       2
#define ISO_ROOT_AT     156u
#define ISO_RECORD      34u /* the shortest */
#define ISO_FOLDER      0x02

struct iso_piece {
	uint64_t at, n;
};

struct iso_list {
	struct iso_piece *pieces;
	size_t count, cap;
};

struct iso {
	struct unpack_run *run;
	uint64_t block_bytes;
	struct iso_list folders, files;
	uint8_t *seen; /* a bit for each sector where a folder began */
	uint64_t left; /* sectors of folders that are still looked at */
};

static void
iso_add(struct iso_list *l, uint64_t at, uint64_t n)
{
	if (l->count == l->cap) {
		l->cap = l->cap == 0 ? 64 : 2 * l->cap;
		l->pieces = mem_resize(l->pieces, l->cap, sizeof(*l->pieces));
	}
	l->pieces[l->count++] = (struct iso_piece){at, n};
}

static void
iso_add_folder(struct iso *d, uint64_t at, uint64_t n)
{
	uint64_t sector = at / ISO_SECTOR;
	if (at >= d->run->o->size_bytes || (d->seen[sector / 8] >> (sector % 8) & 1) != 0)
		return;
	d->seen[sector / 8] |= (uint8_t)(1u << (sector % 8));
	iso_add(&d->folders, at, n);
}

/* One record; false when there are too many. */
static bool
iso_record(struct iso *d, const uint8_t *p, uint64_t where)
{
	struct unpack_run *r = d->run;
	uint64_t at = d->block_bytes * le32(p + 2), n = le32(p + 10);
	if ((p[25] & ISO_FOLDER) != 0) {
		iso_add_folder(d, at, n);
		return true;
	}
	if (d->files.count / 4 >= r->limits.members) {
		unpack_problem(r, UNPACK_MEMBERS, NULL, 0, where);
		return false;
	}
	/* attributes before the contents; contents in turns with gaps */
	if (n > 0 && (p[1] | p[26] | p[27]) != 0)
		unpack_problem(
		    r, UNPACK_TWO_VIEWS, p + 33, p[0] - 33u < p[32] ? 0 : p[32], where);
	if (n > 0)
		iso_add(&d->files, at, n);
	return true;
}

static bool
iso_folder(struct iso *d, uint64_t at, uint64_t n)
{
	struct object *o = d->run->o;
	for (uint64_t i = 0; i < n && unpack_tick(d->run, 0);) {
		const uint8_t *p = object_get(o, at + i, 1);
		if (p == NULL)
			return !o->failed;
		if (p[0] == 0 || i == 0) {
			/* folders that lie in each other would be endless work */
			if (d->left == 0) {
				unpack_problem(d->run, UNPACK_NODES, NULL, 0, at);
				d->run->over = true;
				return false;
			}
			d->left--;
		}
		if (p[0] == 0) {
			i = (i / ISO_SECTOR + 1) * ISO_SECTOR;
			continue;
		}
		if (p[0] < ISO_RECORD || (p = object_get(o, at + i, p[0])) == NULL)
			return !o->failed;
		if (!iso_record(d, p, at + i))
			return false;
		i += p[0];
	}
	return !d->run->over;
}

static int
iso_by_place(const void *a, const void *b)
{
	const struct iso_piece *x = a, *y = b;
	return (x->at > y->at) - (x->at < y->at);
}

static void
iso_compare(struct iso *d)
{
	const struct iso_piece *p = d->files.pieces;
	if (d->files.count > 0)
		qsort(d->files.pieces, d->files.count, sizeof(*p), iso_by_place);
	for (size_t i = 1; i < d->files.count; i++)
		if (p[i].at == p[i - 1].at && p[i].n != p[i - 1].n)
			unpack_problem(d->run, UNPACK_TAR_SIZE, NULL, 0, p[i].at);
}

static void
iso_views(struct iso *d)
{
	struct object *o = d->run->o;
	bool go_on = true;
	for (uint64_t i = ISO_FIRST; go_on && i < ISO_FIRST + ISO_DESCRIPTORS; i++) {
		const uint8_t *p = object_get(o, i * ISO_SECTOR, ISO_SECTOR);
		if (p == NULL || memcmp(p + 1, "CD001", 5) != 0)
			return;
		if (p[0] != ISO_PRIMARY && p[0] != ISO_OTHER)
			continue;
		d->block_bytes = le16(p + 128);
		memset(d->seen, 0, (size_t)(o->size_bytes / ISO_SECTOR / 8 + 1));
		size_t next = d->folders.count;
		iso_add_folder(
		    d, d->block_bytes * le32(p + ISO_ROOT_AT + 2), le32(p + ISO_ROOT_AT + 10));
		for (; go_on && next < d->folders.count; next++)
			go_on = iso_folder(
			    d, d->folders.pieces[next].at, d->folders.pieces[next].n);
	}
}

void
unpack_iso_edges(struct unpack_run *r)
{
	struct iso d = {.run = r};
	d.left = ISO_VIEWS * (r->o->size_bytes / ISO_SECTOR + 1);
	d.seen = mem_alloc((size_t)(r->o->size_bytes / ISO_SECTOR / 8 + 1));
	iso_views(&d);
	if (!r->o->failed && !r->over)
		iso_compare(&d);
	free(d.seen);
	free(d.files.pieces);
	free(d.folders.pieces);
}

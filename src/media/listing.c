/* SPDX-License-Identifier: ISC */
#include "src/media/listing.h"
#include "src/base/mem.h"
#include "src/media/family.h"

#define LISTING_TIMES       4
#define LISTING_SPARE_BYTES (16ull << 20)

void
listing_damage(struct listing *l, const char *why)
{
	if (l->why == NULL)
		l->why = why;
}

enum err
listing_entry(void *arg, const struct entry *e)
{
	struct listing *l = arg;
	return l->err = l->fn(l->arg, e);
}

/*
 * A directory is read two or three times.  Many that share one long chain would
 * be read for ever: together they are larger than the volume.
 */
static bool
listing_is_too_much(struct listing *l, size_t n)
{
	struct volume *v = l->v;

	v->listed_bytes += n;
	return v->listed_bytes / LISTING_TIMES > v->fs_bytes + LISTING_SPARE_BYTES;
}

bool
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
	if (content_read(c, l->buf, LISTING_PIECE_BYTES, ret_n) != ERR_OK) {
		listing_damage(l, c->why);
		return false;
	}
	if (listing_is_too_much(l, *ret_n)) {
		listing_damage(l, "the directories of this volume share their blocks");
		return false;
	}
	return *ret_n > 0;
}

static void
listing_open(struct listing *l, uint64_t size_bytes)
{
	const struct family *f = l->v->family;
	struct content c;

	if (content_open(l->v, l->inum, size_bytes, &c) != ERR_OK) {
		listing_damage(l, c.why);
		return;
	}
	if (!f->list_raw && content_part(&c, CONTENT_DATA) != ERR_OK)
		listing_damage(l, c.why);
	f->list(l, &c);
	content_close(&c);
}

enum err
listing_run(struct volume *v, uint64_t inum, uint64_t size_bytes, entry_fn *fn, void *arg,
    const char **ret_why)
{
	struct listing l = {
	    .v = v,
	    .inum = inum,
	    .root = inum == v->root,
	    .fn = fn,
	    .arg = arg,
	    .buf = mem_alloc(LISTING_PIECE_BYTES),
	};
	listing_open(&l, size_bytes);
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

	if (v->family->label != NULL)
		v->family->label(v);
	else
		(void)listing_run(v, v->root, 0, listing_skip, NULL, &why);
}

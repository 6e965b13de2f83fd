/* SPDX-License-Identifier: ISC */
#include "src/media/iso.h"
#include "src/base/mem.h"
#include "src/media/compare.h"
#include "src/media/family.h"
#include "src/media/isodisc.h"
#include "src/media/wtf8.h"

#include <string.h>
#include <sys/stat.h>

/* The number of a file: where its directory record lies, and whose names it goes by. */
#define NAMES_SHIFT     60
#define PLACE_MASK      ((1ull << NAMES_SHIFT) - 1)
#define PERMISSION_BITS 07777u

struct iso_extent {
	uint32_t block, bytes;
	uint8_t unit_blocks, gap_blocks;
};

struct iso_file {
	struct susp says;
	struct iso_extent first;
	struct iso_extent *more; /* LIM_ISO_EXTENTS at most, with the first; NULL: one piece */
	size_t n;
	uint64_t bytes;
	bool directory;
	bool too_many;
};

static uint64_t
iso_number(uint64_t at, enum isodir_names names)
{
	return at | (uint64_t)names << NAMES_SHIFT;
}

/* --- a volume ----------------------------------------------------------------- */

/* The record at this place, which ends with its sector. */
static enum err
iso_record(
    struct volume *v, uint64_t at, uint8_t raw[ISODIR_RECORD_BYTES], struct isodir_record *r)
{
	size_t n = ISODIR_SECTOR_BYTES - at % ISODIR_SECTOR_BYTES;

	if (n > ISODIR_RECORD_BYTES)
		n = ISODIR_RECORD_BYTES;
	enum err err =
	    at > v->bytes || v->bytes - at < n ? ERR_SYNTAX : volume_read(v, at, raw, n);
	if (err == ERR_OK && raw[0] == 0)
		return ERR_NOTFOUND; /* the rest of the sector is empty */
	return err == ERR_OK && !isodir_record(raw, n, r) ? ERR_SYNTAX : err;
}

static enum isodir_names
iso_best(const struct isodisc *i)
{
	return i->rock_ridge     ? ISODIR_ROCK_RIDGE
	       : i->joliet.there ? ISODIR_JOLIET
	                         : ISODIR_PLAIN;
}

static enum err
iso_open(struct volume *v, const char **ret_why)
{
	static const char *const words[] = {
	    [ISODIR_PLAIN] = "iso9660",
	    [ISODIR_JOLIET] = "iso9660 (Joliet)",
	    [ISODIR_ROCK_RIDGE] = "iso9660 (Rock Ridge)",
	};
	struct isodisc *i = v->own = mem_alloc(sizeof(*i));
	uint8_t raw[ISODIR_RECORD_BYTES];
	struct isodir_record r;
	enum err err = isodisc_open(v, i);

	(void)ret_why;
	if (err != ERR_OK)
		return err;
	enum isodir_names names = iso_best(i);
	const struct isodisc_tree *t = names == ISODIR_JOLIET ? &i->joliet : &i->plain;
	v->kind = words[names];
	v->block_bytes = i->block_bytes;
	v->n_blocks = v->bytes / i->block_bytes;
	v->fs_bytes = i->blocks * i->block_bytes;
	if (i->session_at >= v->fs_bytes) /* it counts from its own beginning */
		v->fs_bytes += i->session_at;
	v->root = iso_number(t->root_at, names);
	err = iso_record(v, t->root_at, raw, &r);
	v->root_place = err == ERR_OK ? r.block : 0;
	return err == ERR_NOTFOUND ? ERR_SYNTAX : err;
}

static void
iso_close(struct volume *v)
{
	free(v->own);
	v->own = NULL;
}

static void
iso_label(struct volume *v)
{
	const struct isodisc *i = v->own;
	uint8_t units[32];
	size_t n = sizeof(i->plain.label);

	if (v->root >> NAMES_SHIFT == ISODIR_JOLIET) {
		for (size_t k = 0; k < sizeof(units); k += 2) {
			units[k] = i->joliet.label[k + 1];
			units[k + 1] = i->joliet.label[k];
		}
		v->label_len = wtf8_put(units, sizeof(units) / 2, v->label);
	} else {
		v->label_len = wtf8_put_bytes(i->plain.label, n, v->label);
	}
	while (v->label_len > 0 && v->label[v->label_len - 1] == ' ')
		v->label_len--;
}

static void
iso_survey(struct volume *v)
{
	static const char *const words[] = {[ISODIR_PLAIN] = "plain",
	    [ISODIR_JOLIET] = "Joliet",
	    [ISODIR_ROCK_RIDGE] = "Rock Ridge"};
	const struct isodisc *i = v->own;
	enum isodir_names names = (enum isodir_names)(v->root >> NAMES_SHIFT);
	const struct compare_tree first = {.v = v, .root = v->root, .word = words[names]};
	struct compare_tree others[2];
	size_t n = 0;

	isodisc_boot(v, i);
	if (names != ISODIR_PLAIN) /* names that nobody asked for are short */
		others[n++] = (struct compare_tree){.v = v,
		    .root = iso_number(i->plain.root_at, ISODIR_PLAIN),
		    .word = words[ISODIR_PLAIN]};
	if (names != ISODIR_JOLIET && i->joliet.there)
		others[n++] = (struct compare_tree){.v = v,
		    .root = iso_number(i->joliet.root_at, ISODIR_JOLIET),
		    .word = words[ISODIR_JOLIET],
		    .names = names == ISODIR_ROCK_RIDGE};
	compare_trees(&first, others, n);
}

/* --- bytes -------------------------------------------------------------------- */

static struct iso_extent
iso_extent(const struct isodir_record *r)
{
	return (struct iso_extent){r->block, r->bytes, r->unit_blocks, r->gap_blocks};
}

/* What Rock Ridge says of it. */
static enum err
iso_says(struct content *c, struct iso_file *f, const struct isodir_record *r)
{
	const struct isodisc *i = c->volume->own;

	if (c->inum >> NAMES_SHIFT != ISODIR_ROCK_RIDGE || r->area_len <= i->skip ||
	    (c->inum & PLACE_MASK) == i->plain.root_at)
		return ERR_OK;
	return susp_parse(volume_read_fn, c->volume, i->block_bytes, r->area + i->skip,
	    r->area_len - i->skip, &f->says);
}

/* The other records of a file in several pieces follow the first one; the last one says all. */
static enum err
iso_more(struct content *c, struct iso_file *f, uint64_t at, const struct isodir_record *first)
{
	uint8_t raw[ISODIR_RECORD_BYTES], name[ISODIR_RECORD_BYTES];
	struct isodir_record r = *first;
	size_t name_len = first->name_len;
	bool crossed = false;

	memcpy(name, first->name, name_len);
	f->more = mem_array(LIM_ISO_EXTENTS, sizeof(*f->more));
	f->more[0] = f->first;
	while (r.flags & ISODIR_GOES_ON) {
		if (f->n == LIM_ISO_EXTENTS) {
			f->too_many = true;
			return ERR_OK;
		}
		at += r.len;
		enum err err = iso_record(c->volume, at, raw, &r);
		if ((err == ERR_NOTFOUND || at % ISODIR_SECTOR_BYTES == 0) && !crossed) {
			crossed = true;
			at += ISODIR_SECTOR_BYTES - 1;
			at -= at % ISODIR_SECTOR_BYTES;
			err = iso_record(c->volume, at, raw, &r);
		}
		if (err != ERR_OK)
			return err == ERR_IO ? err : ERR_SYNTAX;
		crossed = false;
		if (r.name_len != name_len || memcmp(r.name, name, name_len) != 0)
			return ERR_SYNTAX;
		f->more[f->n++] = iso_extent(&r);
		f->bytes += r.bytes;
	}
	return iso_says(c, f, &r);
}

static void
iso_file_close(struct content *c)
{
	struct iso_file *f = c->own;

	if (f != NULL)
		free(f->more);
}

static enum err
iso_file_open(struct content *c, uint64_t size_bytes)
{
	struct volume *v = c->volume;
	struct iso_file *f = c->own = mem_alloc(sizeof(*f));
	uint8_t raw[ISODIR_RECORD_BYTES];
	struct isodir_record r;
	uint64_t at = c->inum & PLACE_MASK;

	(void)size_bytes;
	enum err err = iso_record(v, at, raw, &r);
	if (err != ERR_OK)
		return err == ERR_NOTFOUND ? ERR_SYNTAX : err;
	f->first = iso_extent(&r);
	f->n = 1;
	f->bytes = r.bytes;
	f->directory = (r.flags & ISODIR_DIRECTORY) != 0;
	c->kind = f->directory ? ITEM_DIRECTORY : ITEM_FILE;
	if (r.has_mtime) {
		f->says.has_mtime = true;
		f->says.mtime_s = r.mtime_s;
	}
	err = r.flags & ISODIR_GOES_ON ? iso_more(c, f, at, &r) : iso_says(c, f, &r);
	c->mtime_s = f->says.mtime_s;
	return err;
}

/* One extent; interleaved ones are units with gaps between them. */
static enum err
iso_run(struct content *c, const struct iso_extent *x)
{
	uint64_t block = c->volume->block_bytes, n = x->bytes / block + (x->bytes % block != 0);
	uint64_t at = x->block, last = c->volume->n_blocks;
	enum err err = ERR_OK;

	while (n > 0 && err == ERR_OK) {
		uint64_t unit = x->unit_blocks > 0 && x->unit_blocks < n ? x->unit_blocks : n;
		if (at >= last || unit > last - at) {
			c->why = "it lies behind the end of the volume";
			return ERR_SYNTAX;
		}
		err = runs_add(&c->runs, c->runs.end, at, unit);
		at += unit + x->gap_blocks;
		n -= unit;
	}
	return err;
}

static enum err
iso_file_part(struct content *c, enum content_part part)
{
	const struct iso_file *f = c->own;
	enum err err = ERR_OK;

	if (part != CONTENT_DATA)
		return ERR_NOTFOUND;
	if (f->too_many) {
		c->why = "it lies in too many pieces";
		return ERR_LIMIT;
	}
	c->size_bytes = c->valid_bytes = f->bytes;
	for (size_t i = 0; i < f->n && err == ERR_OK; i++) {
		const struct iso_extent *x = f->more != NULL ? &f->more[i] : &f->first;
		if (i + 1 < f->n && x->bytes % c->volume->block_bytes != 0) {
			c->why = "its pieces do not fit together";
			return ERR_SYNTAX;
		}
		err = iso_run(c, x);
	}
	if (err == ERR_OK)
		err = content_check_runs(c);
	if (err == ERR_OK && (f->says.packed || f->says.sparse)) {
		c->why = f->says.packed
		             ? "it is compressed (zisofs), which is not read"
		             : "it is stored with its holes left out (Rock Ridge), which is "
		               "not read";
		err = ERR_LIMIT;
	}
	return err;
}

/* --- names -------------------------------------------------------------------- */

struct iso_list {
	struct listing *l;
	enum isodir_names names;
};

static enum err
iso_list_entry(void *arg, const struct entry *e)
{
	const struct iso_list *s = arg;
	struct entry numbered = *e;

	numbered.record = iso_number(e->record, s->names);
	return listing_entry(s->l, &numbered);
}

static void
iso_list(struct listing *l, struct content *c)
{
	const struct isodisc *i = l->v->own;
	struct iso_list s = {l, (enum isodir_names)(l->inum >> NAMES_SHIFT)};
	struct isodir d = {.names = s.names,
	    .read = volume_read_fn,
	    .arg = l->v,
	    .block_bytes = i->block_bytes,
	    .skip = i->skip};
	size_t n = 0;

	while (listing_piece(l, c, &n))
		for (size_t at = 0; at < n && l->err == ERR_OK; at += ISODIR_SECTOR_BYTES)
			(void)isodir_feed(&d, l->buf + at,
			    n - at < ISODIR_SECTOR_BYTES ? n - at : ISODIR_SECTOR_BYTES,
			    c->where + at, iso_list_entry, &s);
	if (d.damaged || d.going_on)
		listing_damage(l, LISTING_DAMAGED);
}

static enum item_kind
iso_kind(uint32_t mode)
{
	static const struct {
		uint32_t mode;
		enum item_kind kind;
	} kinds[] = {
	    {S_IFREG, ITEM_FILE},
	    {S_IFDIR, ITEM_DIRECTORY},
	    {S_IFLNK, ITEM_LINK},
	    {S_IFIFO, ITEM_FIFO},
	    {S_IFSOCK, ITEM_SOCKET},
	    {S_IFCHR, ITEM_CHAR},
	    {S_IFBLK, ITEM_BLOCK},
	};
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].mode == (mode & S_IFMT))
			return kinds[i].kind;
	return ITEM_OTHER;
}

static void
iso_describe_link(const struct susp *s, struct describe *d, struct walk_item *it)
{
	if (s->link_long) {
		describe_bad(it, ITEM_UNREAD, "its target is too long");
		return;
	}
	memcpy(d->link, s->link, s->link_len);
	it->link = d->link;
	it->size_bytes = it->link_len = s->link_len;
}

static void
iso_describe(struct volume *v, const struct entry *e, struct describe *d, struct walk_item *it)
{
	d->inum = e->record;
	d->place = e->record;
	if (!describe_open(v, d, it))
		return;
	const struct iso_file *f = d->content.own;
	const struct susp *s = &f->says;
	it->kind = e->directory != f->directory ? ITEM_OTHER : d->content.kind;
	if (!f->directory && s->has_mode)
		it->kind = iso_kind(s->mode);
	if (s->has_mode) {
		it->mode = s->mode & PERMISSION_BITS;
		it->links = f->directory ? 1 : s->links;
	}
	if (s->has_mtime)
		(void)clock_format(s->mtime_s, it->mtime);
	if (it->state != ITEM_READ)
		return;
	if (it->kind == ITEM_DIRECTORY && f->directory) {
		d->place = f->first.block;
	} else if (it->kind == ITEM_FILE) {
		describe_file(d, it);
		if (f->n == 1 && f->bytes > 0 && f->first.gap_blocks == 0)
			d->same = (uint64_t)f->first.block << 32 | f->first.bytes;
		else
			it->links = 1; /* nothing tells that two of them are one */
	} else if (it->kind == ITEM_LINK) {
		iso_describe_link(s, d, it);
	} else if (f->bytes > 0) {
		it->size_bytes = f->bytes;
		describe_bad(it, ITEM_UNREAD,
		    "Rock Ridge says it is no file, but it has bytes, which were not read");
	} else {
		describe_special(it);
	}
}

static const struct family iso_functions = {
    .name = "ISO 9660",
    .utc = true,
    .open = iso_open,
    .close = iso_close,
    .label = iso_label,
    .survey = iso_survey,
    .list = iso_list,
    .describe = iso_describe,
    .file_open = iso_file_open,
    .file_close = iso_file_close,
    .file_part = iso_file_part,
};

const struct family *
iso_family(void)
{
	return &iso_functions;
}

/* SPDX-License-Identifier: ISC */
#include "src/media/udf.h"
#include "src/base/mem.h"
#include "src/media/compare.h"
#include "src/media/family.h"
#include "src/media/udfdir.h"
#include "src/media/udffile.h"

#include <string.h>

#define TYPE_DIRECTORY 4
#define TYPE_LINK      12
#define LINK_HEAD      4

static uint16_t
udf_part(uint64_t inum)
{
	return (uint16_t)(inum >> UDFDIR_PART_SHIFT);
}

/* --- a volume ----------------------------------------------------------------- */

static enum err
udf_open(struct volume *v, const char **ret_why)
{
	struct udf *u = v->own = mem_alloc(sizeof(*u));
	enum err err = udfvolume_open(v, u, ret_why);

	v->kind = "udf";
	v->root = v->root_place = u->root_block | (uint64_t)u->root_part << UDFDIR_PART_SHIFT;
	return err;
}

static void
udf_close(struct volume *v)
{
	if (v->own != NULL)
		udfvolume_done(v->own);
	free(v->own);
	v->own = NULL;
}

static void
udf_label(struct volume *v)
{
	const struct udf *u = v->own;
	size_t n = u->label[sizeof(u->label) - 1]; /* how much of it counts */
	bool is_name;

	if (n >= sizeof(u->label) ||
	    !udfdir_text(u->label, n, v->label, &v->label_len, &is_name))
		v->label_len = 0;
}

/* Most UDF discs have ISO 9660 names for the same files, too. */
static void
udf_survey(struct volume *v)
{
	struct volume iso;
	const char *why;

	if (volume_open(v->image, PROBE_ISO9660, v->offset_bytes, v->bytes, &iso, &why) !=
	    ERR_OK)
		return;
	iso.family->survey(&iso);
	for (size_t i = 0; i < iso.n_notes; i++)
		volume_note(v, iso.notes[i].bytes, iso.notes[i].state, "ISO 9660: %s",
		    iso.notes[i].text);
	const struct compare_tree first = {.v = v, .root = v->root, .word = "UDF"};
	const struct compare_tree other = {.v = &iso,
	    .root = iso.root,
	    .word = "ISO 9660",
	    .names = strcmp(iso.kind, "iso9660") != 0};
	compare_trees(&first, &other, 1);
	volume_done(&iso);
}

/* --- bytes -------------------------------------------------------------------- */

static enum item_kind
udf_kind(uint8_t type)
{
	static const struct {
		uint8_t type;
		enum item_kind kind;
	} kinds[] = {
	    {0, ITEM_FILE}, {TYPE_DIRECTORY, ITEM_DIRECTORY}, {5, ITEM_FILE}, {6, ITEM_BLOCK},
	    {7, ITEM_CHAR}, {9, ITEM_FIFO}, {10, ITEM_SOCKET}, {TYPE_LINK, ITEM_LINK},
	    {249, ITEM_FILE}, /* to be read in real time */
	};
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].type == type)
			return kinds[i].kind;
	return ITEM_OTHER;
}

static enum err
udf_file_open(struct content *c, uint64_t size_bytes)
{
	struct udffile *f = c->own = mem_alloc(sizeof(*f));
	enum err err =
	    udffile_open(c->volume, c->volume->own, udf_part(c->inum), (uint32_t)c->inum, f);

	(void)size_bytes;
	c->kind = udf_kind(f->type);
	c->links = f->links > 0 ? f->links : 1;
	c->mtime_s = f->mtime_s;
	return err;
}

static enum err
udf_file_part(struct content *c, enum content_part part)
{
	const struct udffile *f = c->own;

	if (part != CONTENT_DATA)
		return ERR_NOTFOUND;
	if (f->bytes > CONTENT_SIZE_MAX) {
		c->why = "its size is impossible";
		return ERR_SYNTAX;
	}
	c->size_bytes = c->valid_bytes = f->bytes;
	if (udffile_is_inside(f)) {
		c->resident = f->raw + f->areas;
		return f->bytes <= f->n_areas ? ERR_OK : ERR_SYNTAX;
	}
	enum err err = udffile_runs(c->volume, c->volume->own, f, &c->runs);
	if (err == ERR_LIMIT)
		c->why = "it, or all files together, lie in too many pieces";
	return err == ERR_OK ? content_check_runs(c) : err;
}

/* --- names -------------------------------------------------------------------- */

static void
udf_list(struct listing *l, struct content *c)
{
	struct udfdir d = {0};
	size_t have = 0, used = 0, n = 0;

	do {
		if (c->at > LIM_DIR_BYTES) {
			listing_damage(l, "it is impossibly large");
			break;
		}
		n = 0;
		if (content_fill(c, l->buf + have, LISTING_PIECE_BYTES - have, &n) != ERR_OK)
			listing_damage(l, c->why);
		have += n;
		(void)udfdir_feed(&d, l->buf, have, n == 0, &used, listing_entry, l);
		memmove(l->buf, l->buf + used, have - used);
		have -= used;
	} while (n > 0 && l->err == ERR_OK);
	if (d.damaged)
		listing_damage(l, LISTING_DAMAGED);
}

/* Other, group, owner: five bits each, of which three are ours. */
static unsigned
udf_mode(uint32_t p)
{
	unsigned mode = 0;

	for (unsigned i = 0; i < 3; i++) {
		unsigned bits = p >> (5 * i) & 7;
		mode |= ((bits & 4) | (bits & 2) | (bits & 1)) << (3 * i);
	}
	return mode;
}

/* Adds one component of a path; false when there is no room or it is malformed. */
static bool
udf_link_part(struct describe *d, struct walk_item *it, const uint8_t *p)
{
	uint8_t text[3 * 255];
	size_t n = 0;
	bool is_name;

	if (p[0] == 3 || p[0] == 4) {
		n = p[0] == 3 ? 2 : 1;
		memcpy(text, "..", n);
	} else if (p[0] == 5 && !udfdir_text(p + LINK_HEAD, p[1], text, &n, &is_name)) {
		return false;
	}
	if (it->link_len + 1 + n > sizeof(d->link))
		return false;
	if (p[0] <= 2 || (it->link_len > 0 && d->link[it->link_len - 1] != '/'))
		d->link[it->link_len++] = '/';
	memcpy(d->link + it->link_len, text, n);
	it->link_len += n;
	return true;
}

static void
udf_describe_link(struct describe *d, struct walk_item *it)
{
	MEM_FREE uint8_t *raw = mem_alloc(2 * LIM_LINK_BYTES);
	size_t n = 0;

	describe_runs(d, it);
	if (it->state != ITEM_READ)
		return;
	if (d->content.size_bytes > 2 * LIM_LINK_BYTES) {
		describe_bad(it, ITEM_UNREAD, "its target is too long");
		return;
	}
	it->link = d->link;
	bool good = content_fill(&d->content, raw, 2 * LIM_LINK_BYTES, &n) == ERR_OK;
	for (size_t at = 0; good && at < n; at += LINK_HEAD + raw[at + 1])
		good = n - at >= LINK_HEAD && raw[at + 1] <= n - at - LINK_HEAD &&
		       udf_link_part(d, it, raw + at);
	if (!good)
		describe_bad(it, ITEM_UNREADABLE, "its target is damaged");
	it->size_bytes = it->link_len;
}

static void
udf_describe(struct volume *v, const struct entry *e, struct describe *d, struct walk_item *it)
{
	d->inum = d->place = e->record;
	if (!describe_open(v, d, it))
		return;
	const struct udffile *f = d->content.own;
	struct udf *u = v->own;
	if (f->streams && !u->streams) {
		u->streams = true;
		volume_note(
		    v, 0, ITEM_UNREAD, "files of it have named streams, which were not listed");
	}
	it->kind = e->directory == (f->type == TYPE_DIRECTORY) ? d->content.kind : ITEM_OTHER;
	it->links = it->kind == ITEM_FILE ? d->content.links : 1;
	it->mode = udf_mode(f->permissions);
	if (f->has_mtime)
		(void)clock_format(f->mtime_s, it->mtime);
	it->utc = f->utc;
	if (it->state != ITEM_READ)
		return;
	if (it->kind == ITEM_FILE)
		describe_file(d, it);
	else if (it->kind == ITEM_LINK)
		udf_describe_link(d, it);
	else if (it->kind != ITEM_DIRECTORY)
		describe_special(it);
}

static const struct family udf_functions = {
    .name = "UDF",
    .utc = true,
    .open = udf_open,
    .close = udf_close,
    .label = udf_label,
    .survey = udf_survey,
    .list = udf_list,
    .describe = udf_describe,
    .file_open = udf_file_open,
    .file_part = udf_file_part,
};

const struct family *
udf_family(void)
{
	return &udf_functions;
}

/* SPDX-License-Identifier: ISC */
#include "src/media/ntfs.h"
#include "src/base/mem.h"
#include "src/media/family.h"
#include "src/media/idmap.h"
#include "src/media/le.h"
#include "src/media/ntfsattr.h"
#include "src/media/ntfsdir.h"
#include "src/media/tskfile.h"
#include "src/media/wtf8.h"

#include <string.h>
#include <tsk/libtsk.h>
#include <tsk/fs/tsk_ntfs.h>

#define TYPE_LIST      0x20
#define TYPE_NAME      0x60
#define TYPE_DATA      0x80
#define TYPE_ROOT      0x90
#define TYPE_INDEX     0xA0
#define TYPE_BITMAP    0xB0
#define TYPE_REPARSE   0xC0
#define RECORD_VOLUME  3
#define RECORD_ROOT    5
#define FIRST_USER     16 /* records below are the file system's own */
#define STREAM_SHIFT   48 /* of the number of a file: which stream, 0 is the file's own */
#define NAME_UNITS     255
#define BOOT_BYTES     512
#define RECORD_MAX     65536 /* bytes of a file record or an index record */
#define INDEX_IS_LARGE 1     /* of an index root: names lie elsewhere, too */

struct ntfs_file {
	uint16_t sequence;
	bool reparse;
	bool torn; /* its list names attributes that its records do not have */
	uint8_t stream[1 + WTF8_SIZE(NAME_UNITS)]; /* of the last stream asked for */
};

/* --- attributes --------------------------------------------------------------- */

static bool
ntfs_is_named(const TSK_FS_ATTR *a)
{
	return a->name != NULL && a->name[0] != '\0';
}

/* All of them, one behind the other: asking for each by its number takes their square. */
static const TSK_FS_ATTR *
ntfs_first(TSK_FS_FILE *f)
{
	return tsk_fs_file_attr_getsize(f) > 0 ? f->meta->attr->head : NULL;
}

static bool
ntfs_is(const TSK_FS_ATTR *a, unsigned type)
{
	return (a->flags & TSK_FS_ATTR_INUSE) && (unsigned)a->type == type;
}

/* The attribute of this type, without a name or with the index's. */
static const TSK_FS_ATTR *
ntfs_attribute(TSK_FS_FILE *f, unsigned type, bool index)
{
	for (const TSK_FS_ATTR *a = ntfs_first(f); a != NULL; a = a->next) {
		if (!ntfs_is(a, type))
			continue;
		if (index ? ntfs_is_named(a) && strcmp(a->name, "$I30") == 0
			  : !ntfs_is_named(a))
			return a;
	}
	return NULL;
}

/* The i-th named stream. */
static const TSK_FS_ATTR *
ntfs_stream(TSK_FS_FILE *f, size_t at)
{
	for (const TSK_FS_ATTR *a = ntfs_first(f); a != NULL; a = a->next)
		if (ntfs_is(a, TYPE_DATA) && ntfs_is_named(a) && at-- == 0)
			return a;
	return NULL;
}

/* The printable part of two spellings of a name. */
static bool
ntfs_same_letters(const uint8_t *a, size_t n, const char *b)
{
	size_t i = 0;

	for (;;) {
		while (i < n && (a[i] <= ' ' || a[i] > '~' || a[i] == '^'))
			i++;
		while (*b != '\0' && (*b <= ' ' || *b > '~' || *b == '^'))
			b++;
		if (i == n || *b == '\0')
			return i == n && *b == '\0';
		if (a[i++] != (uint8_t)*b++)
			return false;
	}
}

/* Puts the name as stored into out; 0 when it is not this attribute's. */
static size_t
ntfs_stored_name(const struct ntfsattr *raw, const TSK_FS_ATTR *a, bool by_id, uint8_t *out)
{
	if (raw->type != TYPE_DATA || raw->n_units == 0 || !raw->first)
		return 0;
	size_t n = wtf8_put(raw->units, raw->n_units, out);
	return (by_id ? raw->id == a->id : ntfs_same_letters(out, n, a->name)) ? n : 0;
}

/* One record holds them all: the identifier tells.  libtsk gives others in a list. */
static size_t
ntfs_name_in_record(const struct content *c, const TSK_FS_ATTR *a, uint8_t *out)
{
	NTFS_INFO *ntfs = (NTFS_INFO *)(void *)c->volume->fs;
	MEM_FREE char *record = mem_alloc(ntfs->mft_rsize_b);
	struct ntfsattr raw;
	size_t at = 0, n = 0;

	if (ntfs_dinode_lookup(ntfs, record, c->file->meta->addr) != TSK_OK)
		return 0;
	while (n == 0 && ntfsattr_next((uint8_t *)record, ntfs->mft_rsize_b, &at, &raw))
		n = ntfs_stored_name(&raw, a, true, out);
	return n;
}

/* All of a list of attributes into out, LIM_NTFS_LIST_BYTES. */
static bool
ntfs_load_list(const struct content *c, const TSK_FS_ATTR *list, uint8_t *out, size_t *ret_n)
{
	struct content l = {.volume = c->volume, .attr = list};
	bool good = tskfile_part(&l) == ERR_OK &&
	            content_fill(&l, out, LIM_NTFS_LIST_BYTES, ret_n) == ERR_OK;

	runs_done(&l.runs);
	return good;
}

/* ret_twice: libtsk's spelling, with only some letters of each, fits two of them. */
static size_t
ntfs_name_in_list(const struct content *c, const TSK_FS_ATTR *list, const TSK_FS_ATTR *a,
    uint8_t *out, bool *ret_twice)
{
	MEM_FREE uint8_t *value = mem_alloc(LIM_NTFS_LIST_BYTES);
	uint8_t other[WTF8_SIZE(NAME_UNITS)];
	struct ntfsattr raw;
	size_t at = 0, n = 0, size = 0;

	*ret_twice = false;
	if (!ntfs_load_list(c, list, value, &size))
		return 0;
	while (ntfsattr_listed(value, size, &at, &raw)) {
		size_t len = ntfs_stored_name(&raw, a, false, n == 0 ? out : other);
		if (n == 0)
			n = len;
		else if (len > 0)
			*ret_twice |= len != n || memcmp(other, out, n) != 0;
	}
	return n;
}

static bool
ntfs_file_stream(const struct content *c, size_t i, struct content_stream *ret)
{
	struct ntfs_file *f = c->own;
	const TSK_FS_ATTR *a = ntfs_stream(c->file, i);

	if (a == NULL)
		return false;
	const TSK_FS_ATTR *list = ntfs_attribute(c->file, TYPE_LIST, false);
	bool twice = false;
	f->stream[0] = ':';
	size_t n = list == NULL ? ntfs_name_in_record(c, a, f->stream + 1)
	                        : ntfs_name_in_list(c, list, a, f->stream + 1, &twice);
	if (n == 0 || twice) { /* as libtsk spells it */
		n = strnlen(a->name, sizeof(f->stream) - 1);
		memcpy(f->stream + 1, a->name, n);
	}
	*ret = (struct content_stream){.name = f->stream,
	    .name_len = 1 + n,
	    .bytes = a->size < 0 ? 0 : (uint64_t)a->size,
	    .inum = (uint64_t)c->file->meta->addr | (uint64_t)(i + 1) << STREAM_SHIFT,
	    .bad = twice ? "its name cannot be told from that of another stream" : NULL};
	return true;
}

/* --- bytes -------------------------------------------------------------------- */

/* libtsk makes memory for as long a list as a record claims. */
static enum err
ntfs_check_record(struct content *c, uint64_t inum)
{
	NTFS_INFO *ntfs = (NTFS_INFO *)(void *)c->volume->fs;
	MEM_FREE char *record = mem_alloc(ntfs->mft_rsize_b);

	if (ntfs_dinode_lookup(ntfs, record, inum) != TSK_OK)
		return ERR_SYNTAX;
	if (ntfsattr_list_bytes((uint8_t *)record, ntfs->mft_rsize_b) <= LIM_NTFS_LIST_BYTES)
		return ERR_OK;
	c->why = "its list of attributes is too large";
	return ERR_SYNTAX;
}

/* Whether all of a list's data and indexes are there: libtsk passes over damaged records. */
static bool
ntfs_is_torn(TSK_FS_FILE *f, const uint8_t *value, size_t n)
{
	struct ntfsattr raw;
	size_t at = 0, listed = 0, there = 0;

	while (ntfsattr_listed(value, n, &at, &raw))
		listed += raw.first && (raw.type == TYPE_DATA || raw.type == TYPE_INDEX);
	for (const TSK_FS_ATTR *a = ntfs_first(f); a != NULL; a = a->next)
		there += ntfs_is(a, TYPE_DATA) || ntfs_is(a, TYPE_INDEX);
	return there < listed;
}

/* And drops or mixes up what is behind the first 255. */
static enum err
ntfs_check_list(struct content *c)
{
	const TSK_FS_ATTR *list = ntfs_attribute(c->file, TYPE_LIST, false);
	size_t n = 0;

	if (list == NULL)
		return ERR_OK;
	MEM_FREE uint8_t *value = mem_alloc(LIM_NTFS_LIST_BYTES);
	c->why = "its list of attributes is damaged";
	if (!ntfs_load_list(c, list, value, &n))
		return ERR_SYNTAX;
	struct ntfs_file *f = c->own;
	f->torn = ntfs_is_torn(c->file, value, n);
	c->why = "it has more attributes, or is in more pieces, than can be read";
	return ntfsattr_list_fits(value, n) ? ERR_OK : ERR_SYNTAX;
}

static enum err
ntfs_file_open(struct content *c, uint64_t size_bytes)
{
	struct ntfs_file *f = c->own = mem_alloc(sizeof(*f));
	uint64_t inum = c->inum & ((1ull << STREAM_SHIFT) - 1);
	enum err err = ntfs_check_record(c, inum);

	(void)size_bytes;
	if (err == ERR_OK)
		err = tskfile_open(c, inum);
	if (err == ERR_OK)
		err = ntfs_check_list(c);
	if (err != ERR_OK)
		return err;
	f->sequence = (uint16_t)c->file->meta->seq;
	f->reparse = ntfs_attribute(c->file, TYPE_REPARSE, false) != NULL;
	return ERR_OK;
}

static enum err
ntfs_file_part(struct content *c, enum content_part part)
{
	static const unsigned types[] = {
	    [CONTENT_DATA] = TYPE_DATA,
	    [CONTENT_INDEX_ROOT] = TYPE_ROOT,
	    [CONTENT_INDEX] = TYPE_INDEX,
	    [CONTENT_INDEX_BITS] = TYPE_BITMAP,
	    [CONTENT_VOLUME_NAME] = TYPE_NAME,
	};
	bool index = part != CONTENT_DATA && part != CONTENT_VOLUME_NAME;
	uint64_t stream = c->inum >> STREAM_SHIFT;

	c->attr = stream > 0 && part == CONTENT_DATA
	              ? ntfs_stream(c->file, stream - 1)
	              : ntfs_attribute(c->file, types[part], index);
	return c->attr == NULL ? ERR_NOTFOUND : tskfile_part(c);
}

/* --- names -------------------------------------------------------------------- */

/* Short aliases wait until it is clear that the long name is there, too. */
struct ntfs_list {
	struct listing *l;
	struct idmap named;
	struct ntfs_alias {
		uint64_t ref;
		uint16_t sequence;
		uint8_t *name;
		size_t len;
	} * aliases;
	size_t n, cap;
	uint32_t record;                     /* bytes of an index record */
	uint8_t wanted[LIM_DIR_ENTRIES / 8]; /* records that the tree points to */
	bool lost;                           /* it points behind them */
};

static enum err
ntfs_list_entry(void *arg, const struct entry *e)
{
	struct ntfs_list *s = arg;
	uint32_t known;

	if (!e->dos_name) {
		(void)idmap_add(&s->named, e->record, 0, &known);
		return listing_entry(s->l, e);
	}
	if (s->n == s->cap) {
		s->cap = s->cap == 0 ? 64 : s->cap * 2;
		s->aliases = mem_resize(s->aliases, s->cap, sizeof(*s->aliases));
	}
	s->aliases[s->n++] = (struct ntfs_alias){
	    e->record, e->sequence, mem_dup(e->name, e->name_len), e->name_len};
	return s->n > LIM_DIR_ENTRIES ? ERR_LIMIT : ERR_OK;
}

static void
ntfs_list_child(void *arg, uint64_t vcn)
{
	struct ntfs_list *s = arg;
	uint64_t block = s->l->v->block_bytes, unit = block <= s->record ? block : 512;
	uint64_t i = vcn > INT64_MAX / unit ? UINT64_MAX : vcn * unit / s->record;

	if (i < LIM_DIR_ENTRIES)
		s->wanted[i / 8] |= (uint8_t)(1u << (i % 8));
	else
		s->lost = true;
}

/* A short name without a long one is a name, too. */
static void
ntfs_list_aliases(struct ntfs_list *s)
{
	for (size_t i = 0; i < s->n; i++) {
		struct ntfs_alias *a = &s->aliases[i];
		struct entry e = {.name = a->name,
		    .name_len = a->len,
		    .record = a->ref,
		    .sequence = a->sequence};
		if (s->l->err == ERR_OK && !idmap_has(&s->named, a->ref))
			(void)listing_entry(s->l, &e);
		free(a->name);
	}
	free(s->aliases);
	idmap_done(&s->named);
}

/* Which index records are in use; all bits set when there is no bitmap. */
static size_t
ntfs_list_bits(struct listing *l, struct content *c, uint8_t *bits, size_t n)
{
	size_t got = 0;

	if (content_part(c, CONTENT_INDEX_BITS) != ERR_OK ||
	    content_fill(c, bits, n, &got) != ERR_OK) {
		listing_damage(l, LISTING_DAMAGED);
		memset(bits, 0xFF, n);
		return n;
	}
	if (c->size_bytes > n) /* records behind the largest number are not looked at */
		listing_damage(l, LISTING_DAMAGED);
	return got;
}

static void
ntfs_list_records(struct ntfs_list *s, struct content *c, uint32_t record)
{
	struct listing *l = s->l;
	size_t n_bits = LIM_DIR_ENTRIES / 8, got = 0;
	MEM_FREE uint8_t *bits = mem_alloc(n_bits);

	n_bits = ntfs_list_bits(l, c, bits, n_bits); /* behind them bits stays zero */
	enum err err = content_part(c, CONTENT_INDEX);
	if (err == ERR_NOTFOUND)
		return;
	for (size_t i = 0; err == ERR_OK && l->err == ERR_OK && i < n_bits * 8; i++) {
		err = content_fill(c, l->buf, record, &got);
		if (err == ERR_OK && got > 0 && got < record)
			listing_damage(l, LISTING_DAMAGED);
		if (err != ERR_OK || got < record)
			break;
		if (!(bits[i / 8] >> (i % 8) & 1))
			continue;
		if (c->where == 0 ||
		    ntfsdir_record(l->buf, record, ntfs_list_entry, s) != ERR_OK)
			listing_damage(l, LISTING_DAMAGED);
		if (c->where == 0)
			break;
		ntfsdir_children(l->buf + 24, record - 24, ntfs_list_child, s);
	}
	/* systems follow the tree: a record in it that the bitmap hides holds names, too */
	for (size_t i = 0; i < LIM_DIR_ENTRIES / 8; i++)
		s->lost |= (s->wanted[i] & ~bits[i]) != 0;
	if (s->lost)
		listing_damage(l, LISTING_DAMAGED);
	if (err != ERR_OK)
		listing_damage(l, c->why);
}

static void
ntfs_list(struct listing *l, struct content *c)
{
	MEM_FREE struct ntfs_list *s = mem_alloc(sizeof(*s));
	uint32_t record = 0;
	size_t n = 0;

	const struct ntfs_file *f = c->own;

	s->l = l;
	if (f->torn)
		listing_damage(l, LISTING_DAMAGED);
	if (content_part(c, CONTENT_INDEX_ROOT) != ERR_OK ||
	    content_fill(c, l->buf, LISTING_PIECE_BYTES, &n) != ERR_OK) {
		listing_damage(l, LISTING_DAMAGED);
		return;
	}
	if (ntfsdir_root(l->buf, n, &record, ntfs_list_entry, s) != ERR_OK)
		listing_damage(l, LISTING_DAMAGED);
	s->record = record;
	if (record != 0)
		ntfsdir_children(l->buf + 16, n - 16, ntfs_list_child, s);
	if (record != 0 && l->err == ERR_OK) {
		if (ntfs_attribute(c->file, TYPE_INDEX, true) != NULL)
			ntfs_list_records(s, c, record);
		else if (n >= 32 && (l->buf[28] & INDEX_IS_LARGE))
			listing_damage(l, LISTING_DAMAGED);
	}
	ntfs_list_aliases(s);
}

static bool
ntfs_is_system(const struct volume *v, uint64_t dir, const struct entry *e)
{
	(void)v;
	if (dir != RECORD_ROOT || e->record >= FIRST_USER)
		return false;
	return e->name_len > 0 &&
	       (e->name[0] == '$' ||
		   (e->record == RECORD_ROOT && e->name_len == 1 && e->name[0] == '.'));
}

/* Names of the file in directories, short aliases not counted. */
static uint64_t
ntfs_names(const struct content *c)
{
	uint64_t n = 0;

	for (const TSK_FS_META_NAME_LIST *l = c->file->meta->name2; l != NULL; l = l->next)
		n++;
	return n > 0 ? n : 1;
}

static void
ntfs_describe(struct volume *v, const struct entry *e, struct describe *d, struct walk_item *it)
{
	d->inum = d->place = e->record;
	if (!describe_open(v, d, it))
		return;
	const struct ntfs_file *f = d->content.own;
	if (f->sequence != e->sequence) {
		describe_bad(it, ITEM_UNREADABLE, "its record belongs to another file");
		return;
	}
	it->kind = d->content.kind;
	it->links = d->content.links;
	(void)clock_format(d->content.mtime_s, it->mtime);
	if (it->state != ITEM_READ)
		return;
	if (f->reparse) {
		it->kind = ITEM_OTHER;
		describe_bad(it, ITEM_UNREAD, "a reparse point");
	} else if (it->kind == ITEM_FILE) {
		it->links = ntfs_names(&d->content);
		describe_file(d, it);
		if (it->state == ITEM_READ && (f->torn || d->content.attr == NULL))
			describe_bad(it, ITEM_UNREADABLE,
			    f->torn ? "a part of its record is damaged: data or named "
				      "streams of it are missing"
				    : "its record has no data: part of it is damaged");
	} else if (it->kind != ITEM_DIRECTORY) {
		describe_special(it);
	}
}

/* --- a volume ----------------------------------------------------------------- */

/* Bytes of a record, as the boot sector says it; 0 when it cannot be so. */
static uint32_t
ntfs_record_bytes(uint8_t said, uint32_t cluster)
{
	uint32_t n = said < 0x80 ? said * cluster : said > 0xE0 ? 1u << (256u - said) : 0;
	return n >= BOOT_BYTES && n <= RECORD_MAX && n % BOOT_BYTES == 0 ? n : 0;
}

/* What libtsk would believe before anything else is known. */
static enum err
ntfs_check_volume(struct volume *v, const uint8_t *boot)
{
	uint32_t cluster = boot[13] * (uint32_t)le16(boot + 11);
	uint32_t record = ntfs_record_bytes(boot[64], cluster);
	uint64_t first = le64(boot + 48);

	if (record == 0 || ntfs_record_bytes(boot[68], cluster) == 0 ||
	    first > INT64_MAX / 2 / cluster)
		return ERR_SYNTAX;
	MEM_FREE uint8_t *raw = mem_alloc(record);
	enum err err = volume_read(v, first * cluster, raw, record);
	if (err == ERR_OK)
		err = ntfsdir_fixup(raw, record);
	if (err != ERR_OK)
		return err == ERR_RANGE ? ERR_SYNTAX : err;
	return ntfsattr_list_bytes(raw, record) <= LIM_NTFS_LIST_BYTES ? ERR_OK : ERR_SYNTAX;
}

static enum err
ntfs_open_volume(struct volume *v, const char **ret_why)
{
	uint8_t boot[BOOT_BYTES];
	enum err err = volume_read(v, 0, boot, sizeof(boot));

	if (err == ERR_OK)
		err = ntfs_check_volume(v, boot);
	if (err == ERR_OK)
		err = tskfile_volume(v, TSK_FS_TYPE_NTFS, ret_why);
	if (err != ERR_OK)
		return err;
	v->kind = "ntfs";
	v->root = v->root_place = RECORD_ROOT;
	/* behind its sectors lies one more: the copy of the first */
	uint64_t sectors = le64(boot + 40), sector = le16(boot + 11);
	if (sectors < v->fs_bytes / sector + 65536)
		v->fs_bytes = (sectors + 1) * sector;
	return ERR_OK;
}

static void
ntfs_label(struct volume *v)
{
	struct content c;
	uint8_t units[2 * 64];
	size_t n = 0;

	if (content_open(v, RECORD_VOLUME, 0, &c) != ERR_OK)
		return;
	if (content_part(&c, CONTENT_VOLUME_NAME) == ERR_OK &&
	    content_fill(&c, units, sizeof(units), &n) == ERR_OK)
		v->label_len = wtf8_put(units, n / 2, v->label);
	content_close(&c);
}

static const struct family ntfs_functions = {
    .name = "NTFS",
    .utc = true,
    .open = ntfs_open_volume,
    .close = tskfile_volume_close,
    .label = ntfs_label,
    .list = ntfs_list,
    .list_raw = true,
    .is_system = ntfs_is_system,
    .describe = ntfs_describe,
    .file_open = ntfs_file_open,
    .file_close = tskfile_close,
    .file_part = ntfs_file_part,
    .file_unpack = tskfile_unpack,
    .file_stream = ntfs_file_stream,
};

const struct family *
ntfs_family(void)
{
	return &ntfs_functions;
}

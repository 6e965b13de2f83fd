/* SPDX-License-Identifier: ISC */
/*
 * Containers that libarchive reads: 7z, RAR, cabinets, cpio, ar and deb, ISO 9660.
 * Each format is named: those that are not are never tried, and none of them
 * starts a program.  Reading is by callback over the object.
 */
#include "scanners/unpack_in.h"
#include "src/base/mem.h"
#include "src/media/le.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>
#include <zlib.h>

#define ISO_SECTOR 2048u
#define ISO_FIRST  16u /* sector of the first descriptor */

/* --- reading ---------------------------------------------------------------------- */

/* The object, as libarchive reads it: nothing else may read it meanwhile. */
struct lib_source {
	struct unpack_run *run;
	uint64_t size, at;
};

static la_ssize_t
lib_read(struct archive *a, void *arg, const void **ret_bytes)
{
	struct lib_source *s = arg;
	size_t n = 0;
	if (s->at >= s->size)
		return 0;
	const uint8_t *p =
	    unpack_tick(s->run, s->at) ? object_some(s->run->o, s->at, &n) : NULL;
	if (p == NULL) {
		archive_set_error(a, EIO, "nothing more is read");
		return -1;
	}
	if (n > s->size - s->at)
		n = (size_t)(s->size - s->at);
	s->at += n;
	*ret_bytes = p;
	return (la_ssize_t)n;
}

static la_int64_t
lib_skip(struct archive *a, void *arg, la_int64_t n)
{
	struct lib_source *s = arg;
	uint64_t left = s->size - s->at;
	(void)a;
	if (n <= 0)
		return 0;
	uint64_t step = (uint64_t)n < left ? (uint64_t)n : left;
	s->at += step;
	return (la_int64_t)step;
}

static la_int64_t
lib_seek(struct archive *a, void *arg, la_int64_t offset, int whence)
{
	struct lib_source *s = arg;
	uint64_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? s->at : s->size;
	int64_t to;
	(void)a;
	if (__builtin_add_overflow((int64_t)from, offset, &to) || to < 0 ||
	    (uint64_t)to > s->size)
		return ARCHIVE_FATAL;
	s->at = (uint64_t)to;
	return to;
}

static struct archive *
lib_open(struct lib_source *s)
{
	struct archive *a = archive_read_new();
	if (a == NULL)
		abort();
	archive_read_set_callback_data(a, s);
	archive_read_set_read_callback(a, lib_read);
	archive_read_set_skip_callback(a, lib_skip);
	archive_read_set_seek_callback(a, lib_seek);
	return a;
}

static const struct {
	const char *part; /* of what libarchive says */
	enum unpack_problem problem;
} lib_words[] = {
    {"runcat", UNPACK_CUT},
    {"nexpected end of", UNPACK_CUT},
    {"remature end", UNPACK_CUT},
    {"ncrypt", UNPACK_ENCRYPTED},
    {"assphrase", UNPACK_ENCRYPTED},
    {"olume", UNPACK_PART},
    {"memory", UNPACK_MEMORY},
    {"Memory", UNPACK_MEMORY},
    {"allocate", UNPACK_MEMORY},
    {"ictionary size", UNPACK_MEMORY},
    {"nsupported", UNPACK_METHOD},
    {"not supported", UNPACK_METHOD},
    {"nknown compression", UNPACK_METHOD},
    {"CRC", UNPACK_SUM_LIES},
    {"hecksum", UNPACK_SUM_LIES},
};

/* What libarchive says is wrong, in our words. */
static void
lib_problem(struct unpack_run *r, struct archive *a)
{
	const char *said = archive_error_string(a);
	enum unpack_problem p = UNPACK_BROKEN;
	/* what was told already, or asked for */
	if (r->over || r->o->failed)
		return;
	if (said == NULL)
		said = "";
	for (size_t i = 0; i < sizeof(lib_words) / sizeof(lib_words[0]); i++)
		if (strstr(said, lib_words[i].part) != NULL) {
			p = lib_words[i].problem;
			break;
		}
	unpack_problem(r, p, said, strlen(said), r->done_bytes);
}

/* It goes on, and has passed over bytes: the next header was not where it should be. */
static void
lib_warning(struct unpack_run *r, struct archive *a)
{
	const char *said = archive_error_string(a);
	if (said != NULL && (strstr(said, "kipped") != NULL || strstr(said, "gnoring") != NULL))
		unpack_problem(r, UNPACK_BROKEN, said, strlen(said), r->done_bytes);
}

/* --- members -------------------------------------------------------------------------- */

static void
lib_text(const char *text, const char *utf8, const void **ret, size_t *ret_len)
{
	const char *p = text != NULL ? text : utf8 != NULL ? utf8 : "";
	*ret = p;
	*ret_len = strlen(p);
}

static const struct {
	__LA_MODE_T type;
	const char *kind;
} lib_kinds[] = {
    {AE_IFREG, "file"},
    {AE_IFDIR, "directory"},
    {AE_IFLNK, "link"},
    {AE_IFCHR, "special"},
    {AE_IFBLK, "special"},
    {AE_IFIFO, "special"},
    {AE_IFSOCK, "special"},
};

/* A member in our words; strings belong to the entry.  files: they cannot be anything else. */
static void
lib_child(struct archive_entry *e, bool files, struct scan_child *c)
{
	*c = (struct scan_child){.kind = "file", .link = "", .why = ""};
	for (size_t i = 0; !files && i < sizeof(lib_kinds) / sizeof(lib_kinds[0]); i++)
		if (lib_kinds[i].type == archive_entry_filetype(e))
			c->kind = lib_kinds[i].kind;
	lib_text(
	    archive_entry_pathname(e), archive_entry_pathname_utf8(e), &c->name, &c->name_len);
	c->mode = (uint32_t)archive_entry_perm(e);
	if (strcmp(c->kind, "file") == 0 && archive_entry_size(e) > 0)
		c->size_bytes = (uint64_t)archive_entry_size(e);
	if (strcmp(c->kind, "link") == 0)
		lib_text(archive_entry_symlink(e), archive_entry_symlink_utf8(e), &c->link,
		    &c->link_len);
	/* one that brings bytes of its own is a file */
	else if (archive_entry_hardlink(e) != NULL && c->size_bytes == 0) {
		c->kind = "hardlink";
		lib_text(archive_entry_hardlink(e), NULL, &c->link, &c->link_len);
	}
}

/* The contents of the open member; false: nothing more can be read at all. */
static bool
lib_data(struct unpack_run *r, struct archive *a, uint64_t claimed)
{
	static uint8_t piece[65536];
	uint64_t came = 0, said = r->entry <= r->nsums ? r->sums[r->entry - 1] : UINT64_MAX;
	uLong sum = crc32(0, NULL, 0);
	la_ssize_t n;
	while ((n = archive_read_data(a, piece, sizeof(piece))) > 0 &&
	       unpack_put(r, piece, (size_t)n)) {
		came += (uint64_t)n;
		if (said != UINT64_MAX)
			sum = crc32(sum, piece, (uInt)n);
	}
	bool ended = n == 0 && !r->over, sized = claimed == 0 || came == claimed;
	bool whole = ended && sized && (said == UINT64_MAX || said == sum);
	if (ended && !whole)
		unpack_problem(
		    r, sized ? UNPACK_SUM_LIES : UNPACK_SIZE_LIES, NULL, 0, r->done_bytes);
	else if (n < 0)
		lib_problem(r, a);
	return unpack_end(r, whole) && n != ARCHIVE_FATAL;
}

static bool
lib_member(struct unpack_run *r, struct archive *a, struct archive_entry *e)
{
	struct scan_child c;
	/* programs that read ar make files of all members, whatever their mode */
	lib_child(e, r->table_names, &c);
	r->entry++;
	if (archive_entry_is_encrypted(e) != 0 && strcmp(c.kind, "file") == 0) {
		c.why = "encrypted";
		unpack_problem(r, UNPACK_ENCRYPTED, c.name, c.name_len, r->done_bytes);
	}
	if (!unpack_begin(r, &c))
		return false;
	return !r->open || lib_data(r, a, archive_entry_size_is_set(e) ? c.size_bytes : 0);
}

/* Every member; false when it broke on the way. */
static bool
lib_members(struct unpack_run *r, struct archive *a)
{
	struct archive_entry *e;
	for (;;) {
		int status = archive_read_next_header(a, &e);
		if (status == ARCHIVE_EOF)
			return true;
		if (status == ARCHIVE_RETRY)
			continue;
		if (status < ARCHIVE_WARN) {
			lib_problem(r, a);
			return false;
		}
		if (status == ARCHIVE_WARN)
			lib_warning(r, a);
		if (!lib_member(r, a, e))
			return false;
	}
}

/* --- formats -------------------------------------------------------------------------------
 */

/* 7z says in its first header where its last one ends. */
static void
lib_edges_7z(struct unpack_run *r)
{
	const uint8_t *p = object_get(r->o, 0, 32);
	uint64_t end = 32;
	if (p == NULL || __builtin_add_overflow(end, le64(p + 12), &end) ||
	    __builtin_add_overflow(end, le64(p + 20), &end) || end > r->o->size_bytes)
		unpack_problem(r, UNPACK_CUT, "7z", 2, 0);
	else
		unpack_after(r, end);
}

static void
lib_edges_cab(struct unpack_run *r)
{
	const uint8_t *p = object_get(r->o, 0, 36);
	if (p == NULL || le32(p + 8) > r->o->size_bytes) {
		unpack_problem(r, UNPACK_CUT, "cabinet", 7, 0);
		return;
	}
	uint64_t end = le32(p + 8);
	if ((le16(p + 30) & 3u) != 0)
		unpack_problem(r, UNPACK_PART, "cabinet", 7, 0);
	unpack_after(r, end);
}

/* What an image of a disc is besides. */
static void
lib_edges_iso(struct unpack_run *r)
{
	const uint8_t *p = object_get(r->o, 0, 512);
	bool hybrid = false;
	for (size_t i = 0; p != NULL && le16(p + 510) == 0xaa55 && i < 4; i++)
		hybrid |= p[446 + 16 * i + 4] != 0;
	for (uint64_t i = ISO_FIRST; i < ISO_FIRST + 32; i++) {
		p = object_get(r->o, i * ISO_SECTOR, 8);
		hybrid |= p != NULL && memcmp(p + 1, "NSR0", 4) == 0;
	}
	if (hybrid)
		unpack_problem(r, UNPACK_HYBRID, NULL, 0, 0);
	unpack_iso_edges(r);
	p = object_get(r->o, (uint64_t)ISO_FIRST * ISO_SECTOR, 84);
	uint64_t end = p != NULL ? (uint64_t)le32(p + 80) * ISO_SECTOR : 0;
	if (end > r->o->size_bytes)
		unpack_problem(r, UNPACK_CUT, "ISO 9660", 8, 0);
	else
		unpack_after(r, end);
}

static const struct lib_format {
	int code; /* of struct unpack_kind */
	int (*support)(struct archive *);
	void (*edges)(struct unpack_run *); /* what lies around it */
} lib_formats[] = {
    {'7', archive_read_support_format_7zip, lib_edges_7z},
    {'r', archive_read_support_format_rar, unpack_rar_edges},
    {'R', archive_read_support_format_rar5, unpack_rar5_edges},
    {'c', archive_read_support_format_cab, lib_edges_cab},
    {'o', archive_read_support_format_cpio, unpack_cpio_edges},
    {'a', archive_read_support_format_ar, NULL},
    {'9', archive_read_support_format_iso9660, lib_edges_iso},
};

static const struct lib_format *
lib_format(const struct unpack_kind *kind)
{
	for (size_t i = 0; i < sizeof(lib_formats) / sizeof(lib_formats[0]); i++)
		if (lib_formats[i].code == kind->code)
			return &lib_formats[i];
	abort();
}

/* The files one view of a disc shows, in one number; false: it cannot be read. */
static bool
lib_iso_view(struct unpack_run *r, const char *without, uint64_t *ret)
{
	struct lib_source s = {.run = r, .size = r->o->size_bytes};
	struct archive *a = lib_open(&s);
	struct archive_entry *e;
	uint64_t sum = 0, n = 0;
	int status;
	archive_read_support_format_iso9660(a);
	bool ok = archive_read_set_options(a, without) == ARCHIVE_OK &&
	          archive_read_open1(a) == ARCHIVE_OK;
	while (ok && (status = archive_read_next_header(a, &e)) != ARCHIVE_EOF) {
		ok = status >= ARCHIVE_WARN && n++ < r->limits.members;
		/* links are empty files to who does not know them */
		if (ok && archive_entry_filetype(e) == AE_IFREG && archive_entry_size(e) > 0)
			sum += (uint64_t)archive_entry_size(e) * 0x9e3779b97f4a7c15u + 1;
	}
	archive_read_free(a);
	*ret = sum;
	return ok;
}

/* Rock Ridge, Joliet and plain names must show the same files. */
static void
lib_iso_views(struct unpack_run *r)
{
	static const char *const without[] = {
	    "", "iso9660:!joliet", "iso9660:!rockridge", "iso9660:!joliet,iso9660:!rockridge"};
	uint64_t first = 0, sum = 0;
	for (size_t i = 0; i < sizeof(without) / sizeof(without[0]) && !r->over; i++) {
		bool ok = lib_iso_view(r, without[i], i == 0 ? &first : &sum);
		if (r->over || (ok && (i == 0 || sum == first)))
			continue;
		unpack_problem(r, UNPACK_TWO_VIEWS, NULL, 0, 0);
		return;
	}
}

void
unpack_lib(struct unpack_run *r, const struct unpack_kind *kind)
{
	const struct lib_format *format = lib_format(kind);
	struct lib_source s = {.run = r, .size = r->o->size_bytes};
	bool whole = false;
	if (format->edges != NULL)
		format->edges(r);
	if (r->over || r->o->failed || r->counts[UNPACK_CUT] > 0 || r->counts[UNPACK_PART] > 0)
		return;
	struct archive *a = lib_open(&s);
	format->support(a);
	r->table_names = kind->code == 'a';
	if (archive_read_open1(a) != ARCHIVE_OK)
		lib_problem(r, a);
	else
		whole = lib_members(r, a);
	la_int64_t used = archive_filter_bytes(a, -1);
	/* members that were walked over are members it tells of */
	if (whole &&
	    ((kind->code == 'o' && r->entry != r->nheaders) ||
		(r->nsums > 0 && r->entry != r->nsums && r->counts[UNPACK_ENCRYPTED] == 0)))
		unpack_problem(r, UNPACK_BROKEN, NULL, 0, 0);
	if (archive_read_has_encrypted_entries(a) > 0 && r->counts[UNPACK_ENCRYPTED] == 0)
		unpack_problem(r, UNPACK_ENCRYPTED, NULL, 0, 0);
	archive_read_free(a);
	r->table_names = false;
	if (r->over || r->o->failed)
		return;
	if (format->edges == NULL && whole && used > 0)
		unpack_after(r, (uint64_t)used);
	if (kind->code == '9' && whole)
		lib_iso_views(r);
}

void
unpack_lib_warm_up(void)
{
	/* names in UTF-16 become UTF-8; this locale needs no file */
	(void)setlocale(LC_CTYPE, "C.UTF-8");
}

const char *
unpack_lib_engine(void)
{
	return archive_version_string();
}

/* SPDX-License-Identifier: ISC */
#include "scanners/zipwalk.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/media/le.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

/* Fixed parts of the records, with their signatures (APPNOTE 4.3). */
#define LOCAL_BYTES     30
#define ENTRY_BYTES     46
#define END_BYTES       22
#define END64_BYTES     56
#define LOCATOR_BYTES   20
#define END_COMMENT_MAX 65535
#define LOCAL_SIGN      "PK\3\4"
#define ENTRY_SIGN      "PK\1\2"
#define END_SIGN        "PK\5\6"
#define END64_SIGN      "PK\6\6"
#define LOCATOR_SIGN    "PK\6\7"
#define DATA_SIGN       "PK\7\10"

#define FLAG_DESCRIPTOR 0x0008u
#define FLAG_PATCH      0x0020u
#define FLAG_STRONG     0x0040u
#define FLAG_MASKED     0x2000u
#define EXTRA_ZIP64     0x0001u
#define EXTRA_NAME      0x7075u
#define EXTRA_AES       0x9901u
#define HOST_UNIX       3
#define LATER32         0xffffffffu /* "see the zip64 field" */
#define LATER16         0xffffu
#define METHOD_DEFLATE  8
#define DEFLATE_MOST    1032 /* times: more cannot come out of it */

/* Everything that is refused, or told. */
enum problem {
	NO_END,
	TWO_ENDS,
	END_LIES,
	END64_LIES,
	DISKS,
	ENTRY_BROKEN,
	LOCAL_BROKEN,
	DIFFERS,
	GAP,
	OVERLAP,
	EXTRA_BROKEN,
	NAME_EXTRA,
	DESCRIPTOR_LIES,
	SAME_NAME,
	IMPOSSIBLE,
	NAME_BAD,
	LEAVES,
	FLAGS_ODD,
	DIRECTORY_FULL,
	SPECIAL,
	PROBLEM__MAX
};

static const struct {
	const char *rule, *class, *severity, *title;
	enum scan_verdict verdict;
} problems[PROBLEM__MAX] = {
    [NO_END] = {"archive/zip-end", "corruption", "high",
	"The archive has no end record that fits: it was cut short, or something was added.",
	SCAN_INVALID},
    [TWO_ENDS] = {"archive/zip-two-ends", "tamper", "high",
	"The archive ends in two ways: programs will read different members.", SCAN_INVALID},
    [END_LIES] = {"archive/zip-end", "tamper", "high",
	"The end record does not say what the directory is.", SCAN_INVALID},
    [END64_LIES] = {"archive/zip-end64", "tamper", "high",
	"The two end records do not say the same.", SCAN_INVALID},
    [DISKS] = {"archive/zip-disks", "incomplete", "high",
	"The archive is one part of several: the others are needed to read it.",
	SCAN_INCOMPLETE},
    [ENTRY_BROKEN] = {"archive/zip-directory", "corruption", "high",
	"The directory of the archive is broken.", SCAN_INVALID},
    [LOCAL_BROKEN] = {"archive/zip-header", "tamper", "high",
	"The directory names members where there are none.", SCAN_INVALID},
    [DIFFERS] = {"archive/zip-differs", "tamper", "high",
	"Directory and headers do not say the same of members: programs will read "
	"different things.",
	SCAN_INVALID},
    [GAP] = {"archive/zip-gap", "polyglot", "high",
	"The archive has bytes that belong to no member: members or another file may hide "
	"there.",
	SCAN_INVALID},
    [OVERLAP] = {"archive/zip-overlap", "archive", "critical",
	"Members share the same bytes: the archive unpacks to far more than it holds.",
	SCAN_INVALID},
    [EXTRA_BROKEN] = {"archive/zip-extra", "tamper", "high",
	"The additional fields of members are broken.", SCAN_INVALID},
    [NAME_EXTRA] = {"archive/zip-second-name", "tamper", "high",
	"Members have a second name that is not the first.", SCAN_INVALID},
    [DESCRIPTOR_LIES] = {"archive/zip-descriptor", "tamper", "high",
	"What follows the data of members does not say the same as the directory.",
	SCAN_INVALID},
    [SAME_NAME] = {"archive/same-name", "tamper", "high",
	"Several members have the same name: which one is unpacked is anybody's guess.",
	SCAN_INVALID},
    [IMPOSSIBLE] = {"archive/ratio", "archive", "critical",
	"Members claim to hold more than their bytes can.", SCAN_INVALID},
    [NAME_BAD] = {"archive/name", "name", "high", "Members have names that no file can have.",
	SCAN_INVALID},
    [LEAVES] = {"archive/leaves", "archive", "critical",
	"Members would be unpacked outside the folder they are unpacked in.", SCAN_SUSPICIOUS},
    [FLAGS_ODD] = {"archive/zip-flags", "incomplete", "high",
	"Members are stored in a way that hides them from this program.", SCAN_INCOMPLETE},
    [DIRECTORY_FULL] = {"archive/directory-data", "tamper", "medium",
	"Members that are directories have contents.", SCAN_INVALID},
    [SPECIAL] = {"archive/special", "archive", "high", "Members are devices, pipes or sockets.",
	SCAN_SUSPICIOUS},
};

/* Where a member is in both descriptions. */
struct place {
	uint64_t local_at, entry_at;
};

/* The directory, as the end records say. */
struct end {
	uint64_t at; /* where the directory must end */
	uint64_t directory_at, directory_bytes, members;
};

struct walk {
	struct zipwalk *z;
	struct object *headers;   /* a window on the local headers ... */
	struct object *directory; /* ... and one on the directory */
	struct end end;
	struct place *places;
	uint64_t *names; /* sums of names; a chance hit refuses, it hides nothing */
	uint64_t counts[PROBLEM__MAX];
	char first[PROBLEM__MAX][LIM_FINDING_TEXT];
	uint64_t first_at[PROBLEM__MAX];
};

/* One member as one of its headers has it. */
struct header {
	uint16_t flags, method, time;
	struct zipwalk_lock lock;
	uint32_t crc32, attributes;
	uint64_t packed_bytes, bytes, local_at;
	uint8_t host;
	const uint8_t *name, *extra;
	size_t name_len, extra_len, total; /* bytes of the header and all behind it */
};

static void
zipwalk_problem(struct walk *w, enum problem p, const struct header *h, uint64_t at)
{
	if (w->counts[p]++ > 0)
		return;
	w->first_at[p] = at;
	if (h != NULL) {
		size_t n =
		    h->name_len < LIM_FINDING_TEXT - 1 ? h->name_len : LIM_FINDING_TEXT - 1;
		memcpy(w->first[p], h->name, n);
	}
}

static bool
zipwalk_refused(const struct walk *w)
{
	for (size_t i = 0; i < PROBLEM__MAX; i++)
		if (w->counts[i] > 0 && problems[i].verdict == SCAN_INVALID)
			return true;
	return false;
}

/* --- the end ---------------------------------------------------------------------- */

/* The offset of the one end record whose comment ends where the archive ends. */
static bool
zipwalk_find_end(struct walk *w, uint64_t *ret_at)
{
	struct object *o = w->directory;
	uint64_t size = o->size_bytes;
	uint64_t lowest =
	    size > END_BYTES + END_COMMENT_MAX ? size - END_BYTES - END_COMMENT_MAX : 0;
	size_t found = 0;
	if (size < END_BYTES)
		return false;
	for (uint64_t at = size - END_BYTES;; at--) {
		const uint8_t *p;
		if (at - lowest >= OBJECT_WINDOW - END_BYTES)
			p = object_get(o, at, END_BYTES);
		else {
			/* backwards, so that one window serves them all */
			p = object_get(o, lowest, (size_t)(at - lowest) + END_BYTES);
			p = p != NULL ? p + (at - lowest) : NULL;
		}
		if (p == NULL)
			return false;
		if (memcmp(p, END_SIGN, 4) == 0 && at + END_BYTES + le16(p + 20) == size) {
			if (found++ == 0)
				*ret_at = at;
			else
				zipwalk_problem(w, TWO_ENDS, NULL, at);
		}
		if (at == lowest)
			return found > 0;
	}
}

/* True when the small field defers to the large one, or both say the same. */
static bool
zipwalk_agrees(uint64_t small, uint64_t later, uint64_t large)
{
	return small == later || small == large;
}

static void
zipwalk_end64(struct walk *w, uint64_t end_at, const uint8_t end[END_BYTES])
{
	struct end *e = &w->end;
	uint8_t locator[LOCATOR_BYTES], end64[END64_BYTES];
	const uint8_t *p = end_at >= LOCATOR_BYTES + END64_BYTES
	                       ? object_get(w->directory, end_at - LOCATOR_BYTES, LOCATOR_BYTES)
	                       : NULL;
	bool later =
	    le16(end + 10) == LATER16 || le32(end + 12) == LATER32 || le32(end + 16) == LATER32;
	if (p == NULL || memcmp(p, LOCATOR_SIGN, 4) != 0) {
		if (later)
			zipwalk_problem(w, END64_LIES, NULL, end_at);
		return;
	}
	memcpy(locator, p, sizeof(locator));
	uint64_t at = end_at - LOCATOR_BYTES - END64_BYTES;
	p = object_get(w->directory, at, END64_BYTES);
	if (p == NULL)
		return;
	memcpy(end64, p, sizeof(end64));
	/* it must lie where the locator says, right before it, without more fields */
	if (le64(locator + 8) != at || le32(locator + 4) != 0 || le32(locator + 16) > 1 ||
	    memcmp(end64, END64_SIGN, 4) != 0 || le64(end64 + 4) != END64_BYTES - 12 ||
	    le64(end64 + 24) != le64(end64 + 32) ||
	    !zipwalk_agrees(le16(end + 10), LATER16, le64(end64 + 32)) ||
	    !zipwalk_agrees(le32(end + 12), LATER32, le64(end64 + 40)) ||
	    !zipwalk_agrees(le32(end + 16), LATER32, le64(end64 + 48))) {
		zipwalk_problem(w, END64_LIES, NULL, at);
		return;
	}
	if (le32(end64 + 16) != 0 || le32(end64 + 20) != 0)
		zipwalk_problem(w, DISKS, NULL, at);
	*e = (struct end){at, le64(end64 + 48), le64(end64 + 40), le64(end64 + 32)};
}

/* Fills w->end; problems say when it does not hold. */
static void
zipwalk_end(struct walk *w)
{
	struct end *e = &w->end;
	uint64_t at = 0;
	if (!zipwalk_find_end(w, &at)) {
		zipwalk_problem(w, NO_END, NULL, 0);
		return;
	}
	const uint8_t *p = object_get(w->directory, at, END_BYTES);
	if (p == NULL)
		return;
	uint8_t end[END_BYTES];
	memcpy(end, p, sizeof(end));
	*e = (struct end){at, le32(end + 16), le32(end + 12), le16(end + 10)};
	if ((le16(end + 4) != 0 && le16(end + 4) != LATER16) ||
	    (le16(end + 6) != 0 && le16(end + 6) != LATER16)) {
		zipwalk_problem(w, DISKS, NULL, at);
		return;
	}
	if (le16(end + 8) != le16(end + 10))
		zipwalk_problem(w, END_LIES, NULL, at);
	zipwalk_end64(w, at, end);
	if (e->directory_at > e->at || e->directory_bytes != e->at - e->directory_at ||
	    e->members > e->directory_bytes / ENTRY_BYTES)
		zipwalk_problem(w, END_LIES, NULL, at);
}

/* --- headers -------------------------------------------------------------------------- */

/* How AES locks a member; what is said twice or not as it should be is no way to open it. */
static struct zipwalk_lock
zipwalk_aes(const struct zipwalk_lock *before, const uint8_t *field, size_t n)
{
	bool fits = before->version == 0 && n == 7 && le16(field) >= 1 && le16(field) <= 2 &&
	            memcmp(field + 2, "AE", 2) == 0;
	return (struct zipwalk_lock){.version = fits ? le16(field) : 0xffffu,
	    .strength = fits ? field[4] : 0,
	    .method = fits ? le16(field + 5) : 0};
}

/*
 * The additional fields: sizes that did not fit, and a second name.  large
 * points at the values that may be deferred, in their order; those whose small
 * field did not defer are NULL.
 */
static void
zipwalk_extra(struct walk *w, struct header *h, uint64_t *large[3], uint64_t at)
{
	bool sizes = false, name = false;
	for (size_t i = 0; i < h->extra_len;) {
		const uint8_t *field = h->extra + i;
		if (h->extra_len - i < 4 || le16(field + 2) > h->extra_len - i - 4) {
			zipwalk_problem(w, EXTRA_BROKEN, h, at);
			return;
		}
		size_t n = le16(field + 2), used = 0;
		if (le16(field) == EXTRA_ZIP64) {
			for (size_t k = 0; k < 3; k++)
				if (large[k] != NULL && n - used >= 8) {
					*large[k] = le64(field + 4 + used);
					large[k] = NULL;
					used += 8;
				}
			/* the number of a disk may follow; anything else is there for
			 * somebody */
			if (sizes || (n != used && n != used + 4))
				zipwalk_problem(w, EXTRA_BROKEN, h, at);
			sizes = true;
		} else if (le16(field) == EXTRA_NAME) {
			if (name || n < 5 || field[4] != 1 ||
			    le32(field + 5) != crc32(0, h->name, (uInt)h->name_len) ||
			    n - 5 != h->name_len ||
			    memcmp(field + 9, h->name, h->name_len) != 0)
				zipwalk_problem(w, NAME_EXTRA, h, at);
			name = true;
		} else if (le16(field) == EXTRA_AES)
			h->lock = zipwalk_aes(&h->lock, field + 4, n);
		i += 4 + n;
	}
	for (size_t k = 0; k < 3; k++)
		if (large[k] != NULL)
			zipwalk_problem(w, EXTRA_BROKEN, h, at);
}

/* The directory's word on one member; false when it is not one. */
static bool
zipwalk_entry(struct walk *w, uint64_t at, struct header *h)
{
	const uint8_t *p = object_get(w->directory, at, ENTRY_BYTES);
	if (p == NULL || at + ENTRY_BYTES > w->end.at || memcmp(p, ENTRY_SIGN, 4) != 0)
		return false;
	size_t name = le16(p + 28), extra = le16(p + 30), comment = le16(p + 32);
	*h = (struct header){.flags = le16(p + 8),
	    .method = le16(p + 10),
	    .time = le16(p + 12),
	    .crc32 = le32(p + 16),
	    .attributes = le32(p + 38),
	    .packed_bytes = le32(p + 20),
	    .bytes = le32(p + 24),
	    .local_at = le32(p + 42),
	    .host = p[5],
	    .name_len = name,
	    .extra_len = extra,
	    .total = ENTRY_BYTES + name + extra + comment};
	uint16_t disk = le16(p + 34);
	/* fields may be longer than a window in all, but names and extras may not */
	if (h->total > w->end.at - at || name + extra > OBJECT_WINDOW)
		return false;
	if ((p = object_get(w->directory, at + ENTRY_BYTES, name + extra)) == NULL)
		return false;
	h->name = p;
	h->extra = p + name;
	uint64_t *large[3] = {h->bytes == LATER32 ? &h->bytes : NULL,
	    h->packed_bytes == LATER32 ? &h->packed_bytes : NULL,
	    h->local_at == LATER32 ? &h->local_at : NULL};
	zipwalk_extra(w, h, large, at);
	if (disk != 0 && disk != LATER16)
		zipwalk_problem(w, DISKS, h, at);
	return true;
}

/* The header before the data; false when it is not one. */
static bool
zipwalk_local(struct walk *w, uint64_t at, struct header *h)
{
	const uint8_t *p = object_get(w->headers, at, LOCAL_BYTES);
	if (p == NULL || memcmp(p, LOCAL_SIGN, 4) != 0)
		return false;
	size_t name = le16(p + 26), extra = le16(p + 28);
	*h = (struct header){.flags = le16(p + 6),
	    .method = le16(p + 8),
	    .time = le16(p + 10),
	    .crc32 = le32(p + 14),
	    .packed_bytes = le32(p + 18),
	    .bytes = le32(p + 22),
	    .local_at = at,
	    .name_len = name,
	    .extra_len = extra,
	    .total = LOCAL_BYTES + name + extra};
	if (name + extra > OBJECT_WINDOW ||
	    (p = object_get(w->headers, at + LOCAL_BYTES, name + extra)) == NULL)
		return false;
	h->name = p;
	h->extra = p + name;
	/* here a zip64 field has both sizes or none (4.5.3) */
	bool later = h->bytes == LATER32 || h->packed_bytes == LATER32;
	uint64_t bytes = h->bytes, packed = h->packed_bytes;
	uint64_t *large[3] = {later ? &bytes : NULL, later ? &packed : NULL, NULL};
	zipwalk_extra(w, h, large, at);
	if ((h->bytes != LATER32 && h->bytes != bytes) ||
	    (h->packed_bytes != LATER32 && h->packed_bytes != packed))
		zipwalk_problem(w, EXTRA_BROKEN, h, at);
	h->bytes = bytes;
	h->packed_bytes = packed;
	return true;
}

/* Sizes and sum behind the data (4.3.9): n bytes up to the next header. */
static bool
zipwalk_descriptor(struct walk *w, const struct header *h, uint64_t at, uint64_t n)
{
	const uint8_t *p = n == 12 || n == 16 || n == 20 || n == 24
	                       ? object_get(w->headers, at, (size_t)n)
	                       : NULL;
	if (p == NULL)
		return false;
	if (n == 16 || n == 24) {
		if (memcmp(p, DATA_SIGN, 4) != 0)
			return false;
		p += 4;
		n -= 4;
	}
	return le32(p) == h->crc32 &&
	       (n == 12 ? le32(p + 4) == h->packed_bytes && le32(p + 8) == h->bytes
			: le64(p + 4) == h->packed_bytes && le64(p + 12) == h->bytes);
}

/* --- one member ------------------------------------------------------------------------- */

static void
zipwalk_name(struct walk *w, const struct header *h)
{
	const uint8_t *name = h->name;
	size_t n = h->name_len, part = 0;
	bool bad = n == 0, leaves = n > 0 && name[0] == '/';
	for (size_t i = 0; i <= n; i++) {
		if (i < n && name[i] != '/') {
			bad |= name[i] < 0x20 || name[i] == 0x7f || name[i] == '\\';
			continue;
		}
		size_t len = i - part;
		leaves |= len == 2 && name[part] == '.' && name[part + 1] == '.';
		bad |= len == 0 && i > 0 && i < n;
		bad |= len > 255;
		part = i + 1;
	}
	leaves |= n >= 2 && name[1] == ':';
	if (bad || n > LIM_PATH_BYTES)
		zipwalk_problem(w, NAME_BAD, h, h->local_at);
	if (leaves)
		zipwalk_problem(w, LEAVES, h, h->local_at);
}

/* Unix kind bits: 0 says nothing. */
static void
zipwalk_kind(struct walk *w, const struct header *h, struct zipwalk_member *m)
{
	m->mode = h->host == HOST_UNIX ? h->attributes >> 16 : 0;
	m->directory = h->name_len > 0 && h->name[h->name_len - 1] == '/';
	uint32_t kind = m->mode & 0170000u;
	if (m->directory && h->bytes != 0)
		zipwalk_problem(w, DIRECTORY_FULL, h, h->local_at);
	if (kind != 0 && kind != 0100000u && kind != 0120000u && kind != 0040000u)
		zipwalk_problem(w, SPECIAL, h, h->local_at);
	if ((kind == 0040000u) != m->directory && kind != 0)
		zipwalk_problem(w, DIFFERS, h, h->local_at);
}

static void
zipwalk_compare(struct walk *w, const struct header *e, const struct header *l)
{
	bool behind = (l->flags & FLAG_DESCRIPTOR) != 0;
	bool same = e->flags == l->flags && e->method == l->method &&
	            e->name_len == l->name_len && memcmp(e->name, l->name, e->name_len) == 0;
	/* with a descriptor the header may say 0 */
	same = same && (e->crc32 == l->crc32 || (behind && l->crc32 == 0)) &&
	       (e->packed_bytes == l->packed_bytes || (behind && l->packed_bytes == 0)) &&
	       (e->bytes == l->bytes || (behind && l->bytes == 0));
	same = same && e->lock.version == l->lock.version &&
	       e->lock.strength == l->lock.strength && e->lock.method == l->lock.method;
	if (!same)
		zipwalk_problem(w, DIFFERS, e, l->local_at);
}

static void
zipwalk_claims(struct walk *w, const struct header *e)
{
	uint64_t most = 0;
	if ((e->flags & (FLAG_PATCH | FLAG_STRONG | FLAG_MASKED)) != 0)
		zipwalk_problem(w, FLAGS_ODD, e, e->local_at);
	if ((e->flags & ZIPWALK_FLAG_ENCRYPTED) != 0)
		return;
	if (e->method == 0 && e->bytes != e->packed_bytes)
		zipwalk_problem(w, IMPOSSIBLE, e, e->local_at);
	if (e->method == METHOD_DEFLATE &&
	    (__builtin_mul_overflow(e->packed_bytes, DEFLATE_MOST, &most) ? 0
									  : e->bytes > most))
		zipwalk_problem(w, IMPOSSIBLE, e, e->local_at);
}

/*
 * The i-th member in the order of bytes: begins where the one before it ended,
 * ends where the next one begins.  False when the walk cannot go on.
 */
static bool
zipwalk_member(struct walk *w, size_t i, bool tell)
{
	const struct place *at = &w->places[i];
	uint64_t next =
	    i + 1 < w->end.members ? w->places[i + 1].local_at : w->end.directory_at;
	struct header e, l;
	struct zipwalk_member m = {.number = i};
	uint64_t data_at, data_end;
	if (!zipwalk_entry(w, at->entry_at, &e) || !zipwalk_local(w, at->local_at, &l)) {
		zipwalk_problem(w, LOCAL_BROKEN, NULL, at->local_at);
		return false;
	}
	zipwalk_compare(w, &e, &l);
	data_at = at->local_at + l.total;
	if (__builtin_add_overflow(data_at, e.packed_bytes, &data_end) || data_end > next)
		zipwalk_problem(w, OVERLAP, &e, at->local_at);
	else if ((l.flags & FLAG_DESCRIPTOR) != 0) {
		if (!zipwalk_descriptor(w, &e, data_end, next - data_end))
			zipwalk_problem(w, DESCRIPTOR_LIES, &e, data_end);
	} else if (data_end != next)
		zipwalk_problem(w, GAP, &e, data_end);
	zipwalk_kind(w, &e, &m);
	if (!tell) {
		zipwalk_name(w, &e);
		zipwalk_claims(w, &e);
		w->z->encrypted += (e.flags & ZIPWALK_FLAG_ENCRYPTED) != 0;
		if (__builtin_add_overflow(w->z->bytes, e.bytes, &w->z->bytes))
			zipwalk_problem(w, IMPOSSIBLE, &e, at->local_at);
		return true;
	}
	m.data_at = data_at;
	m.packed_bytes = e.packed_bytes;
	m.bytes = e.bytes;
	m.crc32 = e.crc32;
	m.method = e.method;
	m.flags = e.flags;
	m.time = e.time;
	m.lock = e.lock;
	m.name = e.name;
	m.name_len = e.name_len;
	w->z->member(w->z->arg, &m);
	return true;
}

/* --- all of them -------------------------------------------------------------------------- */

static int
zipwalk_by_place(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	return (x->local_at > y->local_at) - (x->local_at < y->local_at);
}

static int
zipwalk_by_sum(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

/* FNV-1a; "d", "d/" and "./d" are the same name. */
static uint64_t
zipwalk_sum(const uint8_t *name, size_t n)
{
	uint64_t sum = 0xcbf29ce484222325u;
	for (; n > 0 && name[n - 1] == '/'; n--)
		;
	for (size_t i = 0; i < n; i++) {
		bool first = i == 0 || name[i - 1] == '/';
		if (first && name[i] == '.' && (i + 1 == n || name[i + 1] == '/'))
			i++; /* and the slash behind it */
		else
			sum = (sum ^ name[i]) * 0x100000001b3u;
	}
	return sum;
}

/* Where every member is; false when the directory does not hold together. */
static bool
zipwalk_places(struct walk *w)
{
	uint64_t at = w->end.directory_at;
	size_t n = (size_t)w->end.members;
	w->places = mem_array(n + 1, sizeof(*w->places));
	w->names = mem_array(n + 1, sizeof(*w->names));
	for (size_t i = 0; i < n; i++) {
		struct header h;
		if (!zipwalk_entry(w, at, &h)) {
			zipwalk_problem(w, ENTRY_BROKEN, NULL, at);
			return false;
		}
		w->places[i] = (struct place){h.local_at, at};
		w->names[i] = zipwalk_sum(h.name, h.name_len);
		at += h.total;
	}
	if (at != w->end.at) {
		zipwalk_problem(w, END_LIES, NULL, at);
		return false;
	}
	qsort(w->places, n, sizeof(*w->places), zipwalk_by_place);
	qsort(w->names, n, sizeof(*w->names), zipwalk_by_sum);
	for (size_t i = 1; i < n; i++) {
		if (w->names[i] == w->names[i - 1])
			zipwalk_problem(w, SAME_NAME, NULL, w->end.directory_at);
		if (w->places[i].local_at == w->places[i - 1].local_at)
			zipwalk_problem(w, OVERLAP, NULL, w->places[i].local_at);
	}
	if ((n > 0 ? w->places[0].local_at : w->end.directory_at) != 0)
		zipwalk_problem(w, GAP, NULL, 0);
	return w->counts[OVERLAP] == 0 &&
	       (n == 0 || w->places[n - 1].local_at < w->end.directory_at);
}

static int
zipwalk_rank(enum scan_verdict v)
{
	return v == SCAN_INVALID ? 3 : v == SCAN_INCOMPLETE ? 2 : v == SCAN_SUSPICIOUS ? 1 : 0;
}

static void
zipwalk_conclude(struct walk *w)
{
	struct zipwalk *z = w->z;
	z->verdict = SCAN_CLEAN;
	z->why = "";
	for (size_t i = 0; i < PROBLEM__MAX; i++) {
		char detail[LIM_FINDING_TEXT + 64];
		if (w->counts[i] == 0)
			continue;
		bool named = w->first[i][0] != '\0';
		snprintf(detail, sizeof(detail), "%" PRIu64 " times%s%s", w->counts[i],
		    named ? "; first: " : "", w->first[i]);
		object_find(w->headers, problems[i].rule, problems[i].class,
		    problems[i].severity, problems[i].title, detail, w->first_at[i]);
		if (zipwalk_rank(problems[i].verdict) > zipwalk_rank(z->verdict)) {
			z->why = problems[i].title;
			z->verdict = problems[i].verdict;
		}
	}
}

/* The directory, then each member against its header. */
static void
zipwalk_members(struct walk *w)
{
	struct zipwalk *z = w->z;
	if (!zipwalk_places(w))
		return;
	for (size_t i = 0; i < w->end.members; i++) {
		if (!zipwalk_member(w, i, false))
			return;
		z->members++;
	}
}

enum err
zipwalk(struct object *o, struct zipwalk *z)
{
	MEM_FREE struct object *directory = mem_alloc(sizeof(*directory));
	MEM_FREE struct walk *w = mem_alloc(sizeof(*w));
	uint64_t most =
	    z->members_max < LIM_ARCHIVE_MEMBERS ? z->members_max : LIM_ARCHIVE_MEMBERS;
	*directory = *o;
	*w = (struct walk){.z = z, .headers = o, .directory = directory};
	z->members = z->encrypted = z->bytes = 0;
	zipwalk_end(w);
	bool many = w->end.members > most;
	if (!zipwalk_refused(w) && w->counts[DISKS] == 0 && !many)
		zipwalk_members(w);
	if (!o->failed && !directory->failed)
		zipwalk_conclude(w);
	if (z->verdict == SCAN_CLEAN && many) {
		z->verdict = SCAN_INCOMPLETE;
		z->why = "The archive has more members than this station takes.";
	}
	/* once nothing stands against it, what members there are */
	for (size_t i = 0; z->member != NULL && i < z->members && !zipwalk_refused(w); i++)
		if (!zipwalk_member(w, i, true))
			break;
	free(w->places);
	free(w->names);
	return o->failed || directory->failed ? ERR_IO : ERR_OK;
}

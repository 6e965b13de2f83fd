/* SPDX-License-Identifier: ISC */
/*
 * Zip: the walk (zipwalk.h) says what members there are; here their data are
 * unpacked, and must have the size and the sum that both headers claim.
 */
#include "scanners/unpack_in.h"
#include "scanners/unpack_lock.h"
#include "scanners/zipwalk.h"
#include "src/base/mem.h"

#include <zlib.h>

#define METHOD_STORED 0
#define LOCK_NO_SUM   2
#define FLAGS_ODD     0x2060u /* a patch, or hidden by encryption */
#define KIND_MASK     0170000u
#define KIND_LINK     0120000u
#define KIND_FOLDER   0040000u
#define KIND_FILE     0100000u

/* One member under way. */
struct zip {
	struct unpack_run *run;
	const struct zipwalk_member *m;
	/* its packed bytes: in the archive, or in what comes out of a lock */
	struct unpack_lock *lock;
	struct object *o;
	uint64_t at, packed_bytes;
	unsigned method;
	uint64_t out_bytes;
	uLong sum;
	/* a link's target instead of a child's bytes; NULL: to the child */
	uint8_t *target;
};

static void
zip_problem(const struct zip *z, enum unpack_problem p)
{
	unpack_problem(z->run, p, z->m->name, z->m->name_len, z->m->data_at);
}

/* What came out of it; false: it is too much, or nobody wants any more. */
static bool
zip_out(struct zip *z, const uint8_t *bytes, size_t n)
{
	if (n > z->m->bytes - z->out_bytes) {
		zip_problem(z, UNPACK_SIZE_LIES);
		return false;
	}
	z->sum = crc32(z->sum, bytes, (uInt)n);
	if (z->target != NULL)
		memcpy(z->target + z->out_bytes, bytes, n);
	z->out_bytes += n;
	return z->target != NULL || unpack_put(z->run, bytes, n);
}

/* Up to 64 KiB of the packed bytes; NULL when reading failed. */
static const uint8_t *
zip_packed(struct zip *z, uint64_t used, size_t *ret_n)
{
	struct unpack_run *r = z->run;
	const uint8_t *p = unpack_tick(r, z->m->data_at + used)
	                       ? object_some(z->o, z->at + used, ret_n)
	                       : NULL;
	if (p != NULL && *ret_n > z->packed_bytes - used)
		*ret_n = (size_t)(z->packed_bytes - used);
	return p;
}

static bool
zip_stored(struct zip *z)
{
	uint64_t used = 0;
	while (used < z->packed_bytes) {
		size_t n = 0;
		const uint8_t *p = zip_packed(z, used, &n);
		if (p == NULL || !zip_out(z, p, n))
			return false;
		used += n;
	}
	return true;
}

/* Packed: the flow tells what is wrong with it. */
static bool
zip_stream(struct zip *z)
{
	const struct unpack_part part = {.o = z->o,
	    .at = z->at,
	    .packed_bytes = z->packed_bytes,
	    .bytes = z->m->bytes,
	    .before_bytes = z->lock != NULL ? unpack_lock_at(z->lock) : 0,
	    .method = z->method,
	    .flags = z->m->flags};
	struct unpack_flow *f = unpack_stream_member(z->run, &part);
	const uint8_t *p;
	size_t n = 0;
	bool ok = true;
	while (ok && (p = unpack_flow_take(f, UINT64_MAX, &n)) != NULL)
		ok = zip_out(z, p, n);
	ok = ok && !f->broke && !z->run->over;
	if (!unpack_stream_done(f) && ok) {
		zip_problem(z, UNPACK_SIZE_LIES);
		ok = false;
	}
	return ok;
}

static bool
zip_knows(const struct zip *z)
{
	return (z->m->flags & FLAGS_ODD) == 0 &&
	       (z->method == METHOD_STORED || unpack_stream_knows(z->method));
}

/* A sum is there; where it is not, the lock itself knows what was changed. */
static bool
zip_has_sum(const struct zip *z)
{
	return z->lock == NULL || z->m->lock.version != LOCK_NO_SUM;
}

static bool
zip_unpack(struct zip *z)
{
	z->out_bytes = 0;
	z->sum = crc32(0, NULL, 0);
	if (!(z->method == METHOD_STORED ? zip_stored(z) : zip_stream(z)))
		return false;
	if (z->out_bytes != z->m->bytes)
		zip_problem(z, UNPACK_SIZE_LIES);
	else if (zip_has_sum(z) && z->sum != z->m->crc32)
		zip_problem(z, UNPACK_SUM_LIES);
	else
		return true;
	return false;
}

/* All of one member, held against its claims. */
static bool
zip_data(struct zip *z)
{
	struct unpack_run *r = z->run;
	r->locked = z->lock != NULL;
	bool whole = zip_unpack(z);
	r->locked = false;
	if (z->lock == NULL)
		return whole;
	bool opened = unpack_lock_done(r, z->lock, whole);
	z->lock = NULL;
	if (whole && !opened)
		zip_problem(z, UNPACK_ENCRYPTED);
	return opened;
}

/* Programs that make no links make a file of it: what it holds is looked at, too. */
static void
zip_link_file(struct unpack_run *r, const struct scan_child *link)
{
	struct scan_child c = *link;
	c.kind = "file";
	c.size_bytes = link->link_len;
	c.link = "";
	c.link_len = 0;
	r->again = true;
	if (unpack_begin(r, &c) && r->open)
		(void)unpack_end(r, unpack_put(r, link->link, link->link_len));
	r->again = false;
}

/* The target of a link is what the member holds. */
static void
zip_link(struct zip *z, struct scan_child *c)
{
	MEM_FREE uint8_t *target = NULL;
	c->kind = "link";
	c->size_bytes = 0;
	if (c->why[0] == '\0' && z->m->bytes > LIM_LINK_BYTES) {
		zip_problem(z, UNPACK_LONG);
		c->why = "too long";
	} else if (c->why[0] == '\0') {
		target = mem_alloc((size_t)z->m->bytes + 1);
		z->target = target;
		if (!zip_data(z))
			c->why = "broken";
		c->link = target;
		c->link_len = (size_t)z->out_bytes;
	}
	if (unpack_begin(z->run, c) && c->why[0] == '\0')
		zip_link_file(z->run, c);
}

static const char *
zip_kind(const struct zipwalk_member *m)
{
	uint32_t kind = m->mode & KIND_MASK;
	if (m->directory)
		return "directory";
	return kind == 0 || kind == KIND_FILE || kind == KIND_LINK ? "file" : "special";
}

/* Where its packed bytes are; why they cannot be had, "" when they can. */
static const char *
zip_find(struct zip *z)
{
	const struct zipwalk_member *m = z->m;
	z->o = z->run->o;
	z->at = m->data_at;
	z->packed_bytes = m->packed_bytes;
	z->method = m->method;
	if ((m->flags & ZIPWALK_FLAG_ENCRYPTED) != 0 &&
	    !(m->directory && m->packed_bytes == 0)) {
		z->lock = unpack_lock_open(z->run, m);
		if (z->lock == NULL) {
			zip_problem(z, UNPACK_ENCRYPTED);
			return "encrypted";
		}
		z->o = unpack_lock_object(z->lock);
		z->at = 0;
		z->packed_bytes = z->o->size_bytes;
		z->method = m->lock.version != 0 ? m->lock.method : m->method;
	}
	if (zip_knows(z))
		return "";
	zip_problem(z, UNPACK_METHOD);
	return "packed in an unknown way";
}

static void
zip_member(void *arg, const struct zipwalk_member *m)
{
	struct zip z = {.run = arg, .m = m};
	struct unpack_run *r = arg;
	struct scan_child c = {.name = m->name,
	    .name_len = m->name_len,
	    .kind = zip_kind(m),
	    .size_bytes = m->bytes,
	    .mode = m->mode & 07777u,
	    .link = "",
	    .why = ""};
	if (!unpack_tick(r, m->data_at))
		return;
	c.why = zip_find(&z);
	if (m->directory)
		c.why = "";
	if ((m->mode & KIND_MASK) == KIND_LINK)
		zip_link(&z, &c);
	else if (unpack_begin(r, &c) && r->open)
		(void)unpack_end(r, zip_data(&z));
	/* a directory, or nobody wants it */
	if (z.lock != NULL)
		unpack_lock_free(z.lock);
}

void
unpack_zip(struct unpack_run *r, const struct unpack_kind *kind)
{
	struct zipwalk z = {.member = zip_member, .arg = r, .members_max = r->limits.members};
	(void)kind;
	r->names_checked = true;
	enum err e = zipwalk(r->o, &z);
	r->names_checked = false;
	if (e != ERR_OK) {
		r->o->failed = true;
		return;
	}
	r->u->verdict = z.verdict;
	snprintf(r->u->why, sizeof(r->u->why), "%s", z.why);
	if (z.verdict != SCAN_INVALID && !r->over)
		r->done_bytes = r->o->size_bytes;
}

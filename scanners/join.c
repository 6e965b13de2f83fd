/* SPDX-License-Identifier: ISC */
#include "scanners/join.h"

#include <assert.h>
#include <string.h>

/* Of the zip format (APPNOTE.TXT 4.3): what ends it, one line of its directory. */
#define JOIN_END_BYTES     22
#define JOIN_LINE_BYTES    46
#define JOIN_LOCAL_BYTES   30
#define JOIN_END           0x06054b50u
#define JOIN_LINE          0x02014b50u
#define JOIN_LOCAL         0x04034b50u
#define JOIN_MARK          0x08074b50u /* of a set: before its first member */
#define JOIN_LOCATOR       0x07064b50u /* of zip64: before the end */
#define JOIN_LOCATOR_BYTES 20

#define JOIN_BROKEN \
	"The parts of a zip do not fit together: it is broken, or made to look like one."
#define JOIN_LARGE \
	"The parts of a zip make one that is too large, or of too many files, to be joined."

static uint16_t
join_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t
join_u32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

static void
join_put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static void
join_put32(uint8_t *p, uint32_t v)
{
	join_put16(p, (uint16_t)v);
	join_put16(p + 2, (uint16_t)(v >> 16));
}

static enum err
join_refuse(struct object *o, struct join *j, bool broken, uint64_t at)
{
	if (o->failed)
		return ERR_IO;
	j->verdict = broken ? SCAN_INVALID : SCAN_INCOMPLETE;
	j->why = broken ? JOIN_BROKEN : JOIN_LARGE;
	object_find(o, broken ? "archive/set-broken" : "archive/set-large",
	    broken ? "corruption" : "incomplete", "high", j->why, NULL, at);
	return ERR_OK;
}

/* --- a zip in parts ---------------------------------------------------------------------- */

/*
 * Where the end record is: its comment reaches to the last byte.  False: there is none,
 * or two, and readers would not agree.
 */
static bool
join_find_end(struct object *o, uint64_t *ret_at)
{
	const size_t n = o->size_bytes < OBJECT_WINDOW ? (size_t)o->size_bytes : OBJECT_WINDOW;
	const uint8_t *p = object_get(o, o->size_bytes - n, n);
	unsigned found = 0;
	for (size_t i = 0; p != NULL && i + JOIN_END_BYTES <= n; i++) {
		if (join_u32(p + i) != JOIN_END ||
		    join_u16(p + i + 20) != n - i - JOIN_END_BYTES)
			continue;
		*ret_at = o->size_bytes - n + i;
		found++;
	}
	return found == 1;
}

/* A place in a part, as one in all of them; false: that part has no such place. */
static bool
join_place(const struct join *j, uint16_t part, uint32_t offset, uint64_t *ret)
{
	if (part >= j->n || offset >= j->starts[part + 1] - j->starts[part])
		return false;
	*ret = j->starts[part] + offset;
	return true;
}

/*
 * One line of the directory; its header as it is to be written.  False: it does not fit.
 * What lies where it points to is for whoever opens the zip to see.
 */
static bool
join_line(struct object *o, const struct join *j, uint64_t at, uint8_t out[JOIN_LINE_BYTES],
    uint64_t *ret_next, bool *ret_large)
{
	const uint8_t *p = object_get(o, at, JOIN_LINE_BYTES);
	uint64_t place;
	if (p == NULL || j->end_at - at < JOIN_LINE_BYTES || join_u32(p) != JOIN_LINE)
		return false;
	memcpy(out, p, JOIN_LINE_BYTES);
	*ret_next =
	    at + JOIN_LINE_BYTES + join_u16(p + 28) + join_u16(p + 30) + join_u16(p + 32);
	*ret_large = join_u16(p + 34) == UINT16_MAX || join_u32(p + 42) == UINT32_MAX;
	if (*ret_large || *ret_next > j->end_at ||
	    !join_place(j, join_u16(p + 34), join_u32(p + 42), &place) || place < j->skip ||
	    place > j->directory_at || j->directory_at - place < JOIN_LOCAL_BYTES)
		return false;
	*ret_large = place - j->skip >= UINT32_MAX;
	join_put16(out + 34, 0);
	join_put32(out + 42, (uint32_t)(place - j->skip));
	return !*ret_large;
}

/* The end record says where the directory is; false: it contradicts itself, or the parts. */
static bool
join_look_end(struct object *o, struct join *j, bool *ret_large)
{
	const uint8_t *p = object_get(o, j->end_at, JOIN_END_BYTES);
	if (p == NULL)
		return false;
	const uint16_t part = join_u16(p + 4), first = join_u16(p + 6);
	const uint32_t size = join_u32(p + 12), offset = join_u32(p + 16);
	j->members = join_u16(p + 10);
	*ret_large = part == UINT16_MAX || first == UINT16_MAX || j->members == UINT16_MAX ||
	             size == UINT32_MAX || offset == UINT32_MAX;
	if (*ret_large || part != j->n - 1 || join_u16(p + 8) > j->members ||
	    !join_place(j, first, offset, &j->directory_at) ||
	    j->directory_at + size != j->end_at)
		return false;
	*ret_large = j->directory_at - j->skip >= UINT32_MAX;
	return !*ret_large;
}

static bool
join_is_zip64(struct object *o, const struct join *j)
{
	const uint8_t *p = j->end_at < JOIN_LOCATOR_BYTES
	                       ? NULL
	                       : object_get(o, j->end_at - JOIN_LOCATOR_BYTES, 4);
	return p != NULL && join_u32(p) == JOIN_LOCATOR;
}

enum err
join_look(struct object *o, struct join *j)
{
	uint8_t line[JOIN_LINE_BYTES];
	bool large = false;
	assert(j->n >= 2 && j->starts[j->n] == o->size_bytes);
	j->skip = j->directory_at = 0;
	if (!join_find_end(o, &j->end_at) || j->end_at < j->starts[j->n - 1])
		return join_refuse(o, j, true, 0);
	const uint8_t *p = object_get(o, 0, 4);
	if (p == NULL || (join_u32(p) != JOIN_MARK && join_u32(p) != JOIN_LOCAL))
		return join_refuse(o, j, true, 0);
	j->skip = join_u32(p) == JOIN_MARK ? 4 : 0;
	if (join_is_zip64(o, j))
		return join_refuse(o, j, false, j->end_at);
	if (!join_look_end(o, j, &large))
		return join_refuse(o, j, !large, j->end_at);
	uint64_t at = j->directory_at;
	for (unsigned i = 0; i < j->members; i++)
		if (!join_line(o, j, at, line, &at, &large))
			return join_refuse(o, j, !large, at);
	if (at != j->end_at)
		return join_refuse(o, j, true, at);
	j->verdict = SCAN_CLEAN;
	j->why = "";
	j->bytes = o->size_bytes - j->skip;
	return ERR_OK;
}

void
join_plain(const struct object *o, struct join *j)
{
	j->skip = 0;
	j->directory_at = j->end_at = o->size_bytes;
	j->members = 0;
	j->verdict = SCAN_CLEAN;
	j->why = "";
	j->bytes = o->size_bytes;
}

/* --- writing ---------------------------------------------------------------------------------
 */

static enum err
join_copy(struct object *o, struct join *j, uint64_t from, uint64_t to)
{
	while (from < to) {
		size_t n = to - from < OBJECT_WINDOW ? (size_t)(to - from) : OBJECT_WINDOW;
		const uint8_t *p = object_get(o, from, n);
		if (p == NULL)
			return ERR_IO;
		if (!j->write(j->arg, p, n))
			return ERR_CLOSED;
		from += n;
	}
	return ERR_OK;
}

/* The directory of the one file that it was cut from. */
static enum err
join_write_directory(struct object *o, struct join *j)
{
	uint8_t line[JOIN_LINE_BYTES], end[JOIN_END_BYTES];
	uint64_t at = j->directory_at, next = 0;
	bool large = false;
	for (unsigned i = 0; i < j->members; i++, at = next) {
		if (!join_line(o, j, at, line, &next, &large))
			return ERR_IO; /* it was there a moment ago */
		if (!j->write(j->arg, line, sizeof(line)))
			return ERR_CLOSED;
		enum err e = join_copy(o, j, at + JOIN_LINE_BYTES, next);
		if (e != ERR_OK)
			return e;
	}
	const uint8_t *p = object_get(o, j->end_at, JOIN_END_BYTES);
	if (p == NULL)
		return ERR_IO;
	memcpy(end, p, sizeof(end));
	join_put16(end + 4, 0);
	join_put16(end + 6, 0);
	join_put16(end + 8, j->members);
	join_put32(end + 16, (uint32_t)(j->directory_at - j->skip));
	if (!j->write(j->arg, end, sizeof(end)))
		return ERR_CLOSED;
	return join_copy(o, j, j->end_at + JOIN_END_BYTES, o->size_bytes);
}

enum err
join_write(struct object *o, struct join *j)
{
	assert(j->verdict == SCAN_CLEAN);
	enum err e = join_copy(o, j, j->skip, j->directory_at);
	if (e != ERR_OK || j->directory_at == o->size_bytes)
		return e;
	return join_write_directory(o, j);
}

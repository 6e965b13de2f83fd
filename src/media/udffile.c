/* SPDX-License-Identifier: ISC */
#include "src/media/udffile.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/media/le.h"
#include "src/media/moment.h"

#include <string.h>

#define STRATEGY_PLAIN 4
#define KIND_MASK      7u
#define KIND_SHORT     0
#define KIND_LONG      1
#define KIND_INSIDE    3
#define LENGTH_MASK    0x3FFFFFFFu
#define TYPE_RECORDED  0 /* upper bits of a length */
#define TYPE_GOES_ON   3
#define AREA_HEAD      24
#define TAG_AREA       258

bool
udffile_time(const uint8_t t[12], int64_t *ret_s, bool *ret_utc)
{
	uint16_t zone = le16(t);
	int minutes = zone & 0xFFF;

	if (minutes & 0x800)
		minutes -= 0x1000;
	*ret_utc = zone >> 12 == 1 && minutes >= -1440 && minutes <= 1440;
	return moment_utc((int16_t)le16(t + 2), t + 4, *ret_utc ? minutes : 0, ret_s);
}

enum err
udffile_open(
    struct volume *v, const struct udf *u, uint16_t part, uint32_t block, struct udffile *f)
{
	enum err err = udfvolume_descriptor(v, u, part, block, 0, f->raw);
	const uint8_t *r = f->raw;

	if (err != ERR_OK)
		return err;
	bool big = le16(r) == UDF_TAG_FILE_LONG;
	size_t head = big ? 216 : 176;
	uint64_t attributes = le32(r + (big ? 208 : 168)), areas = le32(r + (big ? 212 : 172));
	if (le16(r + 20) != STRATEGY_PLAIN || attributes > u->block_bytes - head ||
	    areas > u->block_bytes - head - attributes)
		return ERR_SYNTAX;
	f->type = r[27];
	f->flags = le16(r + 34);
	f->permissions = le32(r + 44);
	f->links = le16(r + 48);
	f->bytes = le64(r + 56);
	f->has_mtime = udffile_time(r + (big ? 92 : 84), &f->mtime_s, &f->utc);
	f->streams = big && le32(r + 152) != 0;
	f->part = part;
	f->areas = head + (size_t)attributes;
	f->n_areas = (size_t)areas;
	return ERR_OK;
}

bool
udffile_is_inside(const struct udffile *f)
{
	return (f->flags & KIND_MASK) == KIND_INSIDE;
}

struct udffile_area {
	unsigned type;
	uint32_t bytes, block;
	uint16_t part;
};

/* One allocation descriptor; false behind the last. */
static bool
udffile_area(const struct udffile *f, const uint8_t *p, size_t n, struct udffile_area *a)
{
	bool wide = (f->flags & KIND_MASK) == KIND_LONG;

	if (n < (wide ? 16u : 8u))
		return false;
	a->type = le32(p) >> 30;
	a->bytes = le32(p) & LENGTH_MASK;
	a->block = le32(p + 4);
	a->part = wide ? le16(p + 8) : f->part;
	return a->bytes > 0;
}

static enum err
udffile_add(const struct udf *u, const struct udffile_area *a, struct runs *runs)
{
	uint64_t n = a->bytes / u->block_bytes + (a->bytes % u->block_bytes != 0);
	uint32_t block = a->block;
	enum err err = ERR_OK;

	if (a->type != TYPE_RECORDED)
		return runs_add(runs, runs->end + n, RUNS_HOLE, 0);
	while (n > 0 && err == ERR_OK) {
		uint64_t at, len;
		err = udfvolume_place(u, a->part, block, n, &at, &len);
		if (err == ERR_OK)
			err = runs_add(runs, runs->end, at, len);
		if (err == ERR_OK) {
			block += (uint32_t)len;
			n -= len;
		}
	}
	return err;
}

/* More of them lie in a block of their own; p and n become its. */
static enum err
udffile_goes_on(struct volume *v, const struct udf *u, const struct udffile_area *a,
    uint8_t *buf, size_t *ret_n)
{
	enum err err = udfvolume_descriptor(v, u, a->part, a->block, TAG_AREA, buf);

	if (err != ERR_OK)
		return err;
	*ret_n = le32(buf + 20);
	return *ret_n <= u->block_bytes - AREA_HEAD ? ERR_OK : ERR_SYNTAX;
}

enum err
udffile_runs(struct volume *v, const struct udf *u, const struct udffile *f, struct runs *runs)
{
	MEM_FREE uint8_t *more = mem_alloc(UDF_BLOCK_MAX);
	const uint8_t *p = f->raw + f->areas;
	size_t n = f->n_areas, step = (f->flags & KIND_MASK) == KIND_LONG ? 16 : 8;
	struct udffile_area a;
	enum err err = ERR_OK;
	bool odd = false; /* the last piece does not fill its block: nothing may follow */

	if ((f->flags & KIND_MASK) > KIND_LONG)
		return ERR_SYNTAX;
	for (unsigned nodes = 0; err == ERR_OK && udffile_area(f, p, n, &a);) {
		if (a.type == TYPE_GOES_ON) {
			/* each belongs to one file: more are a circle, or shared */
			if (++nodes > LIM_EXTENT_NODES ||
			    ++((struct udf *)v->own)->followed >
				LIM_NODE_TIMES * (v->bytes / u->block_bytes))
				return ERR_LIMIT;
			err = udffile_goes_on(v, u, &a, more, &n);
			p = more + AREA_HEAD;
			continue;
		}
		if (odd)
			return ERR_SYNTAX;
		odd = a.bytes % u->block_bytes != 0;
		err = udffile_add(u, &a, runs);
		p += step;
		n -= step;
	}
	return err;
}

/* SPDX-License-Identifier: ISC */
#include "src/media/isodir.h"
#include "src/media/le.h"
#include "src/media/wtf8.h"

#include <string.h>

#define HEAD_BYTES 33
#define SUFFIX     ":associated" /* a second file of the same name */

bool
isodir_record(const uint8_t *p, size_t n, struct isodir_record *ret)
{
	if (n < HEAD_BYTES + 1)
		return false;
	size_t len = p[0], name = p[32], area = HEAD_BYTES + name + (name % 2 == 0 ? 1u : 0u);
	if (len < HEAD_BYTES + 1 || len > n || name == 0 || HEAD_BYTES + name > len)
		return false;
	*ret = (struct isodir_record){
	    .len = len,
	    .block = le32(p + 2) + p[1],
	    .bytes = le32(p + 10),
	    .flags = p[25],
	    .unit_blocks = p[26],
	    .gap_blocks = p[27],
	    .name = p + HEAD_BYTES,
	    .name_len = name,
	    .area = p + (area < len ? area : len),
	    .area_len = area < len ? len - area : 0,
	};
	ret->has_mtime = susp_date(p + 18, &ret->mtime_s);
	return true;
}

static bool
isodir_is_dot(const struct isodir *d, const struct isodir_record *r)
{
	return d->seen < 2 && r->name_len == 1 && r->name[0] == d->seen;
}

/* ";1" says nothing; neither does the dot of a name without extension. */
static size_t
isodir_trim(const uint8_t *name, size_t n, bool directory, bool joliet)
{
	if (directory)
		return n;
	if (n > 2 && name[n - 2] == ';' && name[n - 1] == '1')
		n -= 2;
	return !joliet && n > 1 && name[n - 1] == '.' ? n - 1 : n;
}

static void
isodir_joliet(const struct isodir_record *r, uint8_t *out, struct entry *e)
{
	uint8_t units[256];
	size_t n = r->name_len / 2;

	for (size_t i = 0; i < n; i++) {
		units[2 * i] = r->name[2 * i + 1];
		units[2 * i + 1] = r->name[2 * i];
	}
	e->name_len = isodir_trim(out, wtf8_put(units, n, out), e->directory, true);
	if (!wtf8_is_name(units, n) || r->name_len % 2 != 0)
		e->bad = ENTRY_BAD_NAME;
}

static void
isodir_bytes(const uint8_t *name, size_t n, uint8_t *out, struct entry *e)
{
	e->name_len = wtf8_put_bytes(name, n, out);
	if (e->name_len != n)
		e->bad = ENTRY_BAD_NAME;
}

static void
isodir_name(const struct isodir *d, const struct isodir_record *r, const struct susp *s,
    uint8_t *out, struct entry *e)
{
	if (d->names == ISODIR_JOLIET)
		isodir_joliet(r, out, e);
	else if (d->names == ISODIR_ROCK_RIDGE && s->has_name)
		isodir_bytes(s->name, s->name_len, out, e);
	else
		isodir_bytes(
		    r->name, isodir_trim(r->name, r->name_len, e->directory, false), out, e);
	if (s->name_long)
		e->bad = "its name is too long";
	if (e->name_len > LIM_NAME_BYTES) { /* a slash takes two bytes here */
		e->name_len = LIM_NAME_BYTES;
		e->bad = "its name is too long";
	}
	if ((r->flags & ISODIR_ASSOCIATED) &&
	    e->name_len + sizeof(SUFFIX) - 1 <= LIM_NAME_BYTES) {
		memcpy(out + e->name_len, SUFFIX, sizeof(SUFFIX) - 1);
		e->name_len += sizeof(SUFFIX) - 1;
	}
}

static enum err
isodir_one(
    struct isodir *d, const struct isodir_record *r, uint64_t at, entry_fn *fn, void *arg)
{
	uint8_t name[2 * LIM_NAME_BYTES + sizeof(SUFFIX)];
	struct susp s = {0};
	struct entry e = {.name = name, .directory = (r->flags & ISODIR_DIRECTORY) != 0};

	if (!d->going_on) {
		d->first_at = at;
		d->first_block = r->block;
		d->more_bytes = 0;
	}
	d->more_bytes += r->bytes;
	d->going_on = (r->flags & ISODIR_GOES_ON) != 0;
	if (d->going_on)
		return ERR_OK;
	if (d->names == ISODIR_ROCK_RIDGE && r->area_len > d->skip)
		(void)susp_parse(d->read, d->arg, d->block_bytes, r->area + d->skip,
		    r->area_len - d->skip, &s);
	if (s.moved)
		return ERR_OK;
	e.record = d->first_at;
	e.size_bytes = e.valid_bytes = d->more_bytes;
	e.first_cluster = d->first_block;
	if (s.child) {
		e.directory = true;
		e.record = (uint64_t)s.child_block * d->block_bytes;
		e.first_cluster = s.child_block;
	}
	isodir_name(d, r, &s, name, &e);
	if (s.damaged && e.bad == NULL)
		e.bad = "what Rock Ridge says of it is damaged";
	return fn(arg, &e);
}

enum err
isodir_feed(
    struct isodir *d, const uint8_t *bytes, size_t n, uint64_t at, entry_fn *fn, void *arg)
{
	for (size_t i = 0; i < n && bytes[i] != 0;) {
		struct isodir_record r;
		if (!isodir_record(bytes + i, n - i, &r)) {
			d->damaged = true;
			return ERR_OK;
		}
		bool dot = isodir_is_dot(d, &r);
		enum err err = dot ? ERR_OK : isodir_one(d, &r, at + i, fn, arg);
		d->seen++;
		if (err != ERR_OK)
			return err;
		i += r.len;
	}
	return ERR_OK;
}

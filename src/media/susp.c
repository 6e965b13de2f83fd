/* SPDX-License-Identifier: ISC */
#include "src/media/susp.h"
#include "src/media/le.h"
#include "src/media/moment.h"

#include <string.h>

#define HEAD_BYTES   4
#define AREA_BYTES   4096 /* one continuation */
#define SHORT_DATE   7
#define LONG_DATE    17
#define NAME_SPECIAL 6 /* "." or ".." */

bool
susp_date(const uint8_t d[7], int64_t *ret_s)
{
	return moment_utc(1900 + d[0], d + 1, (int8_t)d[6] * 15, ret_s);
}

/* "YYYYMMDDHHMMSScc" and the zone. */
static bool
susp_long_date(const uint8_t *d, int64_t *ret_s)
{
	uint8_t parts[5];

	for (int i = 0; i < 16; i++)
		if (d[i] < '0' || d[i] > '9')
			return false;
	int year = (d[0] - '0') * 1000 + (d[1] - '0') * 100 + (d[2] - '0') * 10 + d[3] - '0';
	for (int i = 0; i < 5; i++)
		parts[i] = (uint8_t)((d[4 + 2 * i] - '0') * 10 + d[5 + 2 * i] - '0');
	return moment_utc(year, parts, (int8_t)d[16] * 15, ret_s);
}

static bool
susp_sp(struct susp *s, const uint8_t *f, size_t n)
{
	if (n < 7 || f[4] != 0xBE || f[5] != 0xEF)
		return false;
	s->sharing = true;
	s->skip = f[6];
	return true;
}

static bool
susp_er(struct susp *s, const uint8_t *f, size_t n)
{
	(void)f;
	s->rock_ridge = true;
	return n >= 8;
}

static bool
susp_nm(struct susp *s, const uint8_t *f, size_t n)
{
	if (n < 5)
		return false;
	s->rock_ridge = true;
	if (f[4] & NAME_SPECIAL)
		return true;
	s->has_name = true;
	if (n - 5 > sizeof(s->name) - s->name_len) {
		s->name_long = true;
		return true;
	}
	memcpy(s->name + s->name_len, f + 5, n - 5);
	s->name_len += n - 5;
	return true;
}

static bool
susp_px(struct susp *s, const uint8_t *f, size_t n)
{
	if (n < 36)
		return false;
	s->rock_ridge = s->has_mode = true;
	s->mode = le32(f + 4);
	s->links = le32(f + 12);
	return true;
}

static void
susp_link_add(struct susp *s, const uint8_t *bytes, size_t n)
{
	if (n > sizeof(s->link) - s->link_len) {
		s->link_long = true;
		return;
	}
	memcpy(s->link + s->link_len, bytes, n);
	s->link_len += n;
}

/* Components: flags, length, text.  2 is ".", 4 "..", 8 the root, 1 goes on. */
static bool
susp_sl(struct susp *s, const uint8_t *f, size_t n)
{
	if (n < 5)
		return false;
	for (size_t at = 5; at < n;) {
		if (n - at < 2 || f[at + 1] > n - at - 2)
			return false;
		uint8_t flags = f[at], len = f[at + 1];
		if (s->link_open && !s->link_joined)
			susp_link_add(s, (const uint8_t *)"/", 1);
		if (flags & 8)
			susp_link_add(s, (const uint8_t *)"/", 1);
		else if (flags & 6)
			susp_link_add(s, (const uint8_t *)"..", flags & 4 ? 2 : 1);
		else
			susp_link_add(s, f + at + 2, len);
		s->link_open = true;
		s->link_joined = (flags & (8 | 1)) != 0;
		at += 2u + len;
	}
	return true;
}

/* Only the time of the last change is wanted; the time of creation stands before it. */
static bool
susp_tf(struct susp *s, const uint8_t *f, size_t n)
{
	if (n < 5)
		return false;
	size_t one = f[4] & 0x80 ? LONG_DATE : SHORT_DATE, at = 5 + (f[4] & 1 ? one : 0);
	if (!(f[4] & 2))
		return true;
	if (at + one > n)
		return false;
	s->has_mtime = one == SHORT_DATE ? susp_date(f + at, &s->mtime_s)
	                                 : susp_long_date(f + at, &s->mtime_s);
	return true;
}

static bool
susp_cl(struct susp *s, const uint8_t *f, size_t n)
{
	if (n < 12)
		return false;
	s->child = true;
	s->child_block = le32(f + 4);
	return true;
}

static bool
susp_re(struct susp *s, const uint8_t *f, size_t n)
{
	(void)f;
	(void)n;
	s->moved = true;
	return true;
}

static bool
susp_zf(struct susp *s, const uint8_t *f, size_t n)
{
	(void)f;
	(void)n;
	s->packed = true;
	return true;
}

static bool
susp_sf(struct susp *s, const uint8_t *f, size_t n)
{
	(void)f;
	(void)n;
	s->sparse = true;
	return true;
}

static const struct susp_field {
	char name[3];
	bool (*take)(struct susp *, const uint8_t *field, size_t n);
} fields[] = {
    {"SP", susp_sp},
    {"ER", susp_er},
    {"NM", susp_nm},
    {"PX", susp_px},
    {"SL", susp_sl},
    {"TF", susp_tf},
    {"CL", susp_cl},
    {"RE", susp_re},
    {"ZF", susp_zf},
    {"SF", susp_sf},
};

struct susp_more {
	uint64_t at;
	size_t n;
};

/* One area; ret_more->n is not 0 when it is continued elsewhere. */
static void
susp_area(struct susp *s, const uint8_t *p, size_t n, size_t block, struct susp_more *ret_more)
{
	ret_more->n = 0;
	for (size_t at = 0; n - at >= HEAD_BYTES && p[at] != 0;) {
		const uint8_t *f = p + at;
		size_t len = f[2];
		if (len < HEAD_BYTES || len > n - at) {
			s->damaged = true;
			return;
		}
		if (memcmp(f, "ST", 2) == 0)
			return;
		if (memcmp(f, "CE", 2) == 0 && len >= 28) {
			ret_more->at = (uint64_t)le32(f + 4) * block + le32(f + 12);
			ret_more->n = le32(f + 20);
		}
		for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
			if (memcmp(f, fields[i].name, 2) == 0 && !fields[i].take(s, f, len))
				s->damaged = true;
		at += len;
	}
}

enum err
susp_parse(
    table_read_fn *read, void *arg, size_t block, const uint8_t *area, size_t n, struct susp *s)
{
	uint8_t more[AREA_BYTES];
	struct susp_more next;

	susp_area(s, area, n, block, &next);
	for (int i = 0; next.n > 0; i++) {
		if (i == LIM_SUSP_AREAS || next.n > sizeof(more)) {
			s->damaged = true;
			return ERR_OK;
		}
		size_t size = next.n;
		enum err err = read(arg, next.at, more, size);
		if (err == ERR_RANGE)
			s->damaged = true;
		if (err != ERR_OK)
			return err == ERR_RANGE ? ERR_OK : err;
		susp_area(s, more, size, block, &next);
	}
	return ERR_OK;
}

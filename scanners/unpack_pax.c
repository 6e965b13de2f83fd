/* SPDX-License-Identifier: ISC */
/* The records of pax headers (POSIX pax, "pax Extended Header"), and maps of holes. */
#include "scanners/unpack_tar.h"
#include "src/base/mem.h"

#define PAX_FINE UNPACK_PROBLEM__MAX

void
unpack_more_init(struct unpack_more *m)
{
	*m = (struct unpack_more){.size = 0};
	buf_init(&m->path, LIM_ARCHIVE_PAX_BYTES);
	buf_init(&m->link, LIM_ARCHIVE_PAX_BYTES);
}

void
unpack_more_done(struct unpack_more *m)
{
	buf_done(&m->path);
	buf_done(&m->link);
	free(m->sparse.pieces);
	unpack_more_init(m);
}

bool
unpack_decimal(const uint8_t *text, size_t n, uint64_t *ret)
{
	uint64_t v = 0;
	for (size_t i = 0; i < n; i++)
		if (text[i] < '0' || text[i] > '9' || __builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(text[i] - '0'), &v))
			return false;
	if (n == 0 || v > INT64_MAX)
		return false;
	*ret = v;
	return true;
}

/* --- holes ------------------------------------------------------------------------- */

enum unpack_problem
unpack_sparse_add(struct unpack_sparse *s, uint64_t at, uint64_t n)
{
	if (s->count == LIM_ARCHIVE_HOLES)
		return UNPACK_HOLES;
	if (s->count == s->cap) {
		s->cap = s->cap == 0 ? 16 : 2 * s->cap;
		s->pieces = mem_resize(s->pieces, s->cap, sizeof(*s->pieces));
	}
	s->pieces[s->count++] = (struct unpack_piece){at, n};
	s->is = true;
	return PAX_FINE;
}

/* "at,n,at,n" of GNU 0.1. */
static enum unpack_problem
pax_map(struct unpack_sparse *s, const uint8_t *text, size_t n)
{
	uint64_t number[2];
	size_t have = 0;
	for (size_t i = 0; i < n;) {
		const uint8_t *comma = memchr(text + i, ',', n - i);
		size_t len = comma != NULL ? (size_t)(comma - (text + i)) : n - i;
		enum unpack_problem p = PAX_FINE;
		if (!unpack_decimal(text + i, len, &number[have++]))
			return UNPACK_TAR_SPARSE;
		if (have == 2)
			p = unpack_sparse_add(s, number[0], number[1]);
		if (p != PAX_FINE)
			return p;
		have %= 2;
		i += len + 1;
	}
	return have == 0 ? PAX_FINE : UNPACK_TAR_SPARSE;
}

/* One line of a map in the data: a number. */
static bool
sparse_line(struct unpack_flow *f, uint8_t block[UNPACK_BLOCK], size_t *at, uint64_t *left,
    uint64_t *ret)
{
	uint8_t digits[20];
	for (size_t n = 0;;) {
		if (*at == UNPACK_BLOCK) {
			if (*left < UNPACK_BLOCK || !unpack_flow_copy(f, block, UNPACK_BLOCK))
				return false;
			*left -= UNPACK_BLOCK;
			*at = 0;
		}
		uint8_t c = block[(*at)++];
		if (c == '\n')
			return unpack_decimal(digits, n, ret);
		if (n == sizeof(digits))
			return false;
		digits[n++] = c;
	}
}

enum unpack_problem
unpack_sparse_read(struct unpack_sparse *s, struct unpack_flow *f, uint64_t *stored)
{
	uint8_t block[UNPACK_BLOCK];
	size_t at = UNPACK_BLOCK;
	uint64_t count = 0, number[2];
	s->count = 0;
	if (!sparse_line(f, block, &at, stored, &count))
		return UNPACK_TAR_SPARSE;
	for (uint64_t i = 0; i < count; i++) {
		if (!sparse_line(f, block, &at, stored, &number[0]) ||
		    !sparse_line(f, block, &at, stored, &number[1]))
			return UNPACK_TAR_SPARSE;
		enum unpack_problem p = unpack_sparse_add(s, number[0], number[1]);
		if (p != PAX_FINE)
			return p;
	}
	return PAX_FINE;
}

bool
unpack_sparse_holds(const struct unpack_sparse *s, uint64_t stored)
{
	uint64_t at = 0, sum = 0;
	for (size_t i = 0; i < s->count; i++) {
		const struct unpack_piece *p = &s->pieces[i];
		if (p->at < at || __builtin_add_overflow(p->at, p->n, &at) ||
		    __builtin_add_overflow(sum, p->n, &sum))
			return false;
	}
	return s->has_real && !s->half && at <= s->real && sum == stored;
}

bool
unpack_sparse_pass(const struct unpack_sparse *s, struct unpack_flow *f)
{
	uint64_t at = 0;
	for (size_t i = 0; i < s->count; i++) {
		const struct unpack_piece *p = &s->pieces[i];
		if (!unpack_zeros(f->run, p->at - at) || !unpack_flow_pass(f, p->n))
			return false;
		at = p->at + p->n;
	}
	return unpack_zeros(f->run, s->real - at);
}

/* --- records --------------------------------------------------------------------------- */

/* A text that replaces another one. */
static enum unpack_problem
pax_text(struct buf *b, bool *has, const uint8_t *value, size_t n)
{
	if (*has || n == 0 || memchr(value, '\0', n) != NULL)
		return UNPACK_TAR_PAX;
	*has = true;
	b->len = 0;
	return buf_add(b, value, n) == ERR_OK ? PAX_FINE : UNPACK_LONG;
}

static enum unpack_problem
pax_path(struct unpack_more *m, const uint8_t *value, size_t n)
{
	if (m->gnu_path)
		return UNPACK_TAR_ORDER;
	/* GNU gives the true name of a sparse file in a record of its own */
	if (m->sparse.has_name) {
		bool other = false;
		struct buf unused;
		buf_init(&unused, LIM_ARCHIVE_PAX_BYTES);
		enum unpack_problem p = pax_text(&unused, &other, value, n);
		buf_done(&unused);
		return p;
	}
	return pax_text(&m->path, &m->has_path, value, n);
}

static enum unpack_problem
pax_link(struct unpack_more *m, const uint8_t *value, size_t n)
{
	return m->gnu_link ? UNPACK_TAR_ORDER : pax_text(&m->link, &m->has_link, value, n);
}

static enum unpack_problem
pax_size(struct unpack_more *m, const uint8_t *value, size_t n)
{
	if (m->has_size || !unpack_decimal(value, n, &m->size))
		return UNPACK_TAR_PAX;
	m->has_size = true;
	return PAX_FINE;
}

static enum unpack_problem
pax_sparse_name(struct unpack_more *m, const uint8_t *value, size_t n)
{
	if (m->sparse.has_name)
		return UNPACK_TAR_PAX;
	m->sparse.has_name = m->sparse.is = true;
	m->has_path = false;
	return pax_text(&m->path, &m->has_path, value, n);
}

static enum unpack_problem
pax_real(struct unpack_more *m, const uint8_t *value, size_t n)
{
	struct unpack_sparse *s = &m->sparse;
	if (s->has_real || !unpack_decimal(value, n, &s->real))
		return UNPACK_TAR_PAX;
	s->has_real = s->is = true;
	return PAX_FINE;
}

static enum unpack_problem
pax_major(struct unpack_more *m, const uint8_t *value, size_t n)
{
	m->sparse.is = true;
	return unpack_decimal(value, n, &m->sparse.major) && m->sparse.major <= 1
	           ? PAX_FINE
	           : UNPACK_TAR_SPARSE;
}

static enum unpack_problem
pax_minor(struct unpack_more *m, const uint8_t *value, size_t n)
{
	m->sparse.is = true;
	return unpack_decimal(value, n, &m->sparse.minor) ? PAX_FINE : UNPACK_TAR_SPARSE;
}

/* GNU 0.0 says it in pairs of records. */
static enum unpack_problem
pax_offset(struct unpack_more *m, const uint8_t *value, size_t n)
{
	uint64_t at;
	if (m->sparse.half || !unpack_decimal(value, n, &at))
		return UNPACK_TAR_SPARSE;
	m->sparse.half = true;
	return unpack_sparse_add(&m->sparse, at, 0);
}

static enum unpack_problem
pax_numbytes(struct unpack_more *m, const uint8_t *value, size_t n)
{
	struct unpack_sparse *s = &m->sparse;
	if (!s->half || !unpack_decimal(value, n, &s->pieces[s->count - 1].n))
		return UNPACK_TAR_SPARSE;
	s->half = false;
	return PAX_FINE;
}

static enum unpack_problem
pax_pieces(struct unpack_more *m, const uint8_t *value, size_t n)
{
	return pax_map(&m->sparse, value, n);
}

static const struct {
	const char *key;
	enum unpack_problem (*take)(struct unpack_more *, const uint8_t *value, size_t n);
} pax_keys[] = {
    {"path", pax_path},
    {"linkpath", pax_link},
    {"size", pax_size},
    {"GNU.sparse.name", pax_sparse_name},
    {"GNU.sparse.realsize", pax_real},
    {"GNU.sparse.size", pax_real},
    {"GNU.sparse.major", pax_major},
    {"GNU.sparse.minor", pax_minor},
    {"GNU.sparse.offset", pax_offset},
    {"GNU.sparse.numbytes", pax_numbytes},
    {"GNU.sparse.map", pax_pieces},
};

static enum unpack_problem
pax_record(struct unpack_more *m, const uint8_t *key, size_t key_len, const uint8_t *value,
    size_t n, bool global)
{
	for (size_t i = 0; i < sizeof(pax_keys) / sizeof(pax_keys[0]); i++)
		if (strlen(pax_keys[i].key) == key_len &&
		    memcmp(pax_keys[i].key, key, key_len) == 0)
			return global ? UNPACK_TAR_GLOBAL : pax_keys[i].take(m, value, n);
	return PAX_FINE;
}

/* "LENGTH key=value\n", where LENGTH counts all of it. */
enum unpack_problem
unpack_pax(struct unpack_more *m, const uint8_t *bytes, size_t n, bool global)
{
	while (n > 0) {
		const uint8_t *blank = memchr(bytes, ' ', n < 20 ? n : 20);
		uint64_t len;
		if (blank == NULL || bytes[0] == '0' ||
		    !unpack_decimal(bytes, (size_t)(blank - bytes), &len) || len > n)
			return UNPACK_TAR_PAX;
		size_t head = (size_t)(blank - bytes) + 1;
		if (len < head + 2 || bytes[len - 1] != '\n')
			return UNPACK_TAR_PAX;
		const uint8_t *key = bytes + head;
		size_t rest = (size_t)len - head - 1;
		const uint8_t *equals = memchr(key, '=', rest);
		if (equals == NULL || equals == key)
			return UNPACK_TAR_PAX;
		size_t key_len = (size_t)(equals - key);
		enum unpack_problem p =
		    pax_record(m, key, key_len, equals + 1, rest - key_len - 1, global);
		if (p != PAX_FINE)
			return p;
		bytes += len;
		n -= (size_t)len;
	}
	return PAX_FINE;
}

/* SPDX-License-Identifier: ISC */
/*
 * The blocks of a RAR archive, walked without unpacking: libarchive stops at the
 * end block and says nothing of volumes or of what lies behind, and it does not
 * hold all members against their checksums.
 */
#include "scanners/unpack_in.h"
#include "src/base/mem.h"
#include "src/media/le.h"

#define RAR_SIGN_BYTES  7u
#define RAR5_SIGN_BYTES 8u
#define RAR_MAIN        0x73
#define RAR_FILE        0x74
#define RAR_SERVICE     0x7a
#define RAR_END         0x7b
#define RAR_VOLUME      0x0001u
#define RAR_LOCKED      0x0080u
#define RAR_LONG        0x8000u /* the block has data */
#define RAR_STREAM      "STM"
#define RAR5_MAIN       1u
#define RAR5_FILE       2u
#define RAR5_SERVICE    3u
#define RAR5_LOCKED     4u
#define RAR5_END        5u

/* The checksum of the next member in the order of the blocks; UINT64_MAX: it has none. */
static void
rar_sum(struct unpack_run *r, uint64_t sum)
{
	if (r->nsums >= r->limits.members)
		return;
	if ((r->nsums & (r->nsums - 1)) == 0)
		r->sums =
		    mem_resize(r->sums, r->nsums == 0 ? 1 : 2 * r->nsums, sizeof(*r->sums));
	r->sums[r->nsums++] = sum;
}

/* A second stream of a file, as NTFS has them: it is not handed on. */
static void
rar_service(struct unpack_run *r, uint64_t at, size_t n)
{
	const uint8_t *p = object_get(r->o, at, n);
	if (p != NULL && memmem(p, n, RAR_STREAM, 3) != NULL)
		unpack_problem(r, UNPACK_METHOD, RAR_STREAM, 3, at);
}

void
unpack_rar_edges(struct unpack_run *r)
{
	uint64_t at = RAR_SIGN_BYTES;
	for (;;) {
		const uint8_t *p = unpack_tick(r, at) ? object_get(r->o, at, 7) : NULL;
		if (p == NULL)
			break;
		unsigned type = p[2], flags = le16(p + 3), size = le16(p + 5);
		uint64_t data = 0;
		if (size < 7)
			break;
		if (type == RAR_MAIN && (flags & RAR_VOLUME) != 0)
			unpack_problem(r, UNPACK_PART, "rar", 3, at);
		if (type == RAR_MAIN && (flags & RAR_LOCKED) != 0)
			return; /* the rest cannot be walked: it is encrypted */
		if ((flags & RAR_LONG) != 0 || type == RAR_FILE || type == RAR_SERVICE) {
			if (size < 11 || (p = object_get(r->o, at, 11)) == NULL)
				break;
			data = le32(p + 7);
			/* above 4 GiB the rest of the number is in a field of its own */
			if ((type == RAR_FILE || type == RAR_SERVICE) && (flags & 0x100) != 0 &&
			    size >= 36 && (p = object_get(r->o, at, 36)) != NULL)
				data |= (uint64_t)le32(p + 32) << 32;
		}
		if (type == RAR_SERVICE && size <= OBJECT_WINDOW)
			rar_service(r, at, size);
		if (type == RAR_FILE && (p = object_get(r->o, at, 20)) != NULL)
			rar_sum(r, size >= 32 ? le32(p + 16) : UINT64_MAX);
		if (__builtin_add_overflow(at, size + data, &at) || data > INT64_MAX)
			break;
		if (type == RAR_END) {
			unpack_after(r, at);
			return;
		}
	}
	if (!r->over)
		unpack_problem(r, UNPACK_CUT, "rar", 3, at);
}

/* A number of seven bits in each byte; its length, 0: not one. */
static size_t
rar5_number(struct object *o, uint64_t at, uint64_t *ret)
{
	uint64_t v = 0;
	for (size_t i = 0; i < 9; i++) {
		const uint8_t *p = object_get(o, at + i, 1);
		if (p == NULL)
			return 0;
		v |= (uint64_t)(*p & 0x7f) << (7 * i);
		if ((*p & 0x80) == 0) {
			*ret = v;
			return i + 1;
		}
	}
	return 0;
}

/* What a block begins with. */
struct rar5_block {
	uint64_t type, next, sum;
	uint64_t head;  /* bytes of its header */
	uint64_t flags; /* of its own kind */
};

/* Numbers one behind the other; false when one of them is none. */
static bool
rar5_numbers(struct object *o, uint64_t *at, uint64_t *numbers, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t len = rar5_number(o, *at, &numbers[i]);
		if (len == 0)
			return false;
		*at += len;
	}
	return true;
}

/* The block at `at`; false: it is none. */
static bool
rar5_block(struct object *o, uint64_t at, struct rar5_block *b)
{
	uint64_t size = 0, head[2], extra = 0, data = 0, file[2];
	const uint64_t begin = at;
	at += 4;
	if (!rar5_numbers(o, &at, &size, 1) || size == 0)
		return false;
	uint64_t from = at;
	if (!rar5_numbers(o, &at, head, 2) ||
	    ((head[1] & 1) != 0 && !rar5_numbers(o, &at, &extra, 1)) ||
	    ((head[1] & 2) != 0 && !rar5_numbers(o, &at, &data, 1)) ||
	    !rar5_numbers(o, &at, &b->flags, 1) ||
	    __builtin_add_overflow(from, size, &b->next) ||
	    __builtin_add_overflow(b->next, data, &b->next))
		return false;
	b->type = head[0];
	b->head = size + (from - begin);
	b->sum = UINT64_MAX;
	/* size and attributes, then the time when there is one, then the checksum */
	if (b->type == RAR5_FILE && (b->flags & 4) != 0 && rar5_numbers(o, &at, file, 2)) {
		const uint8_t *p = object_get(o, at + ((b->flags & 2) != 0 ? 4 : 0), 4);
		b->sum = p != NULL ? le32(p) : UINT64_MAX;
	}
	return true;
}

void
unpack_rar5_edges(struct unpack_run *r)
{
	uint64_t at = RAR5_SIGN_BYTES;
	struct rar5_block b = {0, 0, 0, 0, 0};
	while (unpack_tick(r, at) && rar5_block(r->o, at, &b)) {
		if (b.type == RAR5_LOCKED)
			return;
		if (b.type == RAR5_SERVICE)
			rar_service(
			    r, at, b.head < OBJECT_WINDOW ? (size_t)b.head : OBJECT_WINDOW);
		if (b.type == RAR5_FILE)
			rar_sum(r, b.sum);
		if (b.type == RAR5_MAIN && (b.flags & RAR_VOLUME) != 0)
			unpack_problem(r, UNPACK_PART, "rar", 3, at);
		at = b.next;
		if (b.type == RAR5_END) {
			if ((b.flags & 1) != 0)
				unpack_problem(r, UNPACK_PART, "rar", 3, at);
			unpack_after(r, at);
			return;
		}
	}
	if (!r->over)
		unpack_problem(r, UNPACK_CUT, "rar", 3, at);
}

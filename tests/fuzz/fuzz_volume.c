/* links: tests/fuzz/whole @media src/core/item src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/log src/base/mem src/base/utf8 src/core/digest */
/* SPDX-License-Identifier: ISC */
/*
 * Whole volumes of FAT, exFAT, NTFS and ext as the reader sees them: opened,
 * every directory listed, the beginning and the end of every file read.
 *
 * The input is a byte that says how large the medium is, then pieces of
 * {place, length, bytes}: seeds made from 40 MiB are a few hundred bytes.  The
 * mutator knows pieces, so a changed length moves nothing.  The sums of exFAT's
 * entries are made right, or nothing behind them would be tried.
 */
#include "tests/fuzz/whole.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define HEAD_BYTES  6 /* of a piece: place, length */
#define KEEP_SUMS   0x80
#define EXFAT_ENTRY 32
#define EXFAT_FILE  0x85

size_t LLVMFuzzerMutate(uint8_t *data, size_t n, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t max, unsigned seed);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct piece {
	uint32_t at;
	uint8_t *bytes;
	size_t n;
};

static const uint64_t sizes[] = {
    1 << 18, 1 << 20, 1 << 20, 1 << 22, 9 << 20, 36 << 20, 40 << 20, WHOLE_MOST};

/* --- pieces ------------------------------------------------------------------------ */

/* The next one; false at the end. */
static bool
fuzz_piece(const uint8_t *data, size_t n, size_t *at, struct piece *ret)
{
	if (n - *at <= HEAD_BYTES)
		return false;
	const uint8_t *p = data + *at;
	*ret = (struct piece){
	    .at = p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24,
	    .bytes = (uint8_t *)(uintptr_t)p + HEAD_BYTES,
	    .n = p[4] | (size_t)p[5] << 8};
	if (ret->n > n - *at - HEAD_BYTES)
		ret->n = n - *at - HEAD_BYTES;
	*at += HEAD_BYTES + ret->n;
	return true;
}

static size_t
fuzz_count(const uint8_t *data, size_t n)
{
	struct piece p;
	size_t at = 1, count = 0;

	while (fuzz_piece(data, n, &at, &p))
		count++;
	return count;
}

static struct piece
fuzz_nth(const uint8_t *data, size_t n, size_t i)
{
	struct piece p = {0};
	size_t at = 1;

	while (fuzz_piece(data, n, &at, &p) && i-- > 0)
		;
	return p;
}

/* --- the mutator --------------------------------------------------------------------- */

static unsigned
fuzz_random(unsigned *state)
{
	*state = *state * 1103515245u + 12345u;
	return *state >> 8;
}

/* A field of 1, 2, 4 or 8 bytes gets a value that something may trip over. */
static void
fuzz_field(struct piece p, unsigned *r)
{
	static const uint64_t values[] = {0, 1, 2, 3, 5, 16, 255, 256, 0x7FFF, 0x8000, 0xFFF7,
	    0xFFF8, 0xFFFF, 0x0FFFFFF7, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 1ull << 32,
	    INT64_MAX, 1ull << 63, UINT64_MAX};
	size_t width = (size_t)1 << fuzz_random(r) % 4;

	if (p.n < width)
		return;
	size_t at = fuzz_random(r) % (p.n - width + 1);
	if (fuzz_random(r) % 4 != 0) /* most fields lie at multiples of their width */
		at -= (p.at + at) % width <= at ? (p.at + at) % width : 0;
	uint64_t old = 0, v;
	memcpy(&old, p.bytes + at, width);
	switch (fuzz_random(r) % 4) {
	case 0:
		v = values[fuzz_random(r) % (sizeof(values) / sizeof(values[0]))];
		break;
	case 1:
		v = old + fuzz_random(r) % 9 - 4;
		break;
	case 2:
		v = old ^ 1ull << fuzz_random(r) % (8 * width);
		break;
	default:
		v = fuzz_random(r) % 4096;
		break;
	}
	memcpy(p.bytes + at, &v, width);
}

/* Bytes of one piece over those of another: references to the same thing. */
static void
fuzz_copy(struct piece from, struct piece to, unsigned *r)
{
	size_t most = from.n < to.n ? from.n : to.n;

	if (most == 0)
		return;
	size_t n = 1 + fuzz_random(r) % (most < 64 ? most : 64);
	size_t a = fuzz_random(r) % (from.n - n + 1), b = fuzz_random(r) % (to.n - n + 1);
	memmove(to.bytes + b, from.bytes + a, n);
}

/* A piece once more, somewhere else. */
static size_t
fuzz_again(uint8_t *data, size_t n, size_t max, struct piece p, unsigned *r)
{
	uint32_t at = p.at + 512 * (fuzz_random(r) % 64);

	if (p.n + HEAD_BYTES > max - n)
		return n;
	for (int i = 0; i < 4; i++)
		data[n + (size_t)i] = (uint8_t)(at >> 8 * i);
	data[n + 4] = (uint8_t)p.n;
	data[n + 5] = (uint8_t)(p.n >> 8);
	memcpy(data + n + HEAD_BYTES, p.bytes, p.n);
	return n + HEAD_BYTES + p.n;
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t max, unsigned seed)
{
	size_t count = n > 0 ? fuzz_count(data, n) : 0;
	unsigned r = seed;

	if (count == 0 || fuzz_random(&r) % 64 == 0)
		return LLVMFuzzerMutate(data, n, max);
	for (unsigned times = 1 + fuzz_random(&r) % 4; times > 0; times--) {
		struct piece p = fuzz_nth(data, n, fuzz_random(&r) % count);
		unsigned what = fuzz_random(&r) % 16;
		if (what < 11)
			fuzz_field(p, &r);
		else if (what < 13)
			fuzz_copy(fuzz_nth(data, n, fuzz_random(&r) % count), p, &r);
		else if (what < 14)
			n = fuzz_again(data, n, max, p, &r);
		else if (what < 15 && p.n > 0)
			(void)LLVMFuzzerMutate(p.bytes, p.n, p.n);
		else
			data[0] = (uint8_t)fuzz_random(&r);
	}
	return n;
}

/* --- the medium ---------------------------------------------------------------------- */

/* The sum of the set of entries that begins here, if one does. */
static void
fuzz_sum(uint8_t *set, uint64_t left)
{
	size_t n = (1 + (size_t)set[1]) * EXFAT_ENTRY;
	uint16_t sum = 0;

	if (set[0] != EXFAT_FILE || set[1] < 2 || set[1] > 18 || n > left)
		return;
	for (size_t i = 0; i < n; i++)
		if (i != 2 && i != 3)
			sum = (uint16_t)(((uint32_t)sum << 15 | sum >> 1) + set[i]);
	set[2] = (uint8_t)sum;
	set[3] = (uint8_t)(sum >> 8);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct piece p;
	size_t at = 1;

	if (n == 0)
		return 0;
	uint64_t bytes = sizes[data[0] % (sizeof(sizes) / sizeof(sizes[0]))];
	uint8_t *image = whole_medium(bytes);
	while (fuzz_piece(data, n, &at, &p))
		if (p.at < bytes)
			memcpy(image + p.at, p.bytes, p.n < bytes - p.at ? p.n : bytes - p.at);
	at = 1;
	while (!(data[0] & KEEP_SUMS) && fuzz_piece(data, n, &at, &p))
		for (uint64_t e = p.at - p.at % EXFAT_ENTRY;
		     e < (uint64_t)p.at + p.n && e + EXFAT_ENTRY <= bytes; e += EXFAT_ENTRY)
			fuzz_sum(image + e, bytes - e);
	whole_look();
	return 0;
}

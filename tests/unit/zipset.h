/* SPDX-License-Identifier: ISC */
/* A zip in three parts, and the one file it was cut from, for tests. */
#ifndef TESTS_UNIT_ZIPSET_H
#define TESTS_UNIT_ZIPSET_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Three members of 20 bytes, stored; member i begins part i; directory in the last one. */
#define ZIPSET_MEMBERS   3
#define ZIPSET_LOCAL     (30 + 1 + 20)
#define ZIPSET_LINE      47
#define ZIPSET_DIRECTORY (ZIPSET_MEMBERS * ZIPSET_LOCAL)
#define ZIPSET_END       (ZIPSET_DIRECTORY + ZIPSET_MEMBERS * ZIPSET_LINE)
#define ZIPSET_BYTES     (ZIPSET_END + 22)

static inline void
zipset_put(uint8_t *p, unsigned n, uint64_t v)
{
	for (unsigned i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

/*
 * Writes it into out, with room for 4 + ZIPSET_BYTES; its length.  split: as a set, with
 * its mark first, and places as parts count them; else as one file.
 */
static inline size_t
zipset_make(uint8_t *out, int split, uint64_t starts[ZIPSET_MEMBERS + 1])
{
	const size_t skip = split ? 4 : 0;
	uint8_t *z = out + skip;
	memset(out, 0, ZIPSET_BYTES + skip);
	if (split)
		zipset_put(out, 4, 0x08074b50);
	for (unsigned i = 0; i < ZIPSET_MEMBERS; i++) {
		uint8_t *local = z + i * ZIPSET_LOCAL;
		uint8_t *line = z + ZIPSET_DIRECTORY + i * ZIPSET_LINE;
		zipset_put(local, 4, 0x04034b50);
		zipset_put(local + 26, 2, 1);
		zipset_put(local + 18, 4, 20);
		zipset_put(local + 22, 4, 20);
		local[30] = (uint8_t)('a' + i);
		memset(local + 31, 'a' + (int)i, 20);
		zipset_put(line, 4, 0x02014b50);
		zipset_put(line + 20, 4, 20);
		zipset_put(line + 24, 4, 20);
		zipset_put(line + 28, 2, 1);
		zipset_put(line + 34, 2, split ? i : 0);
		zipset_put(line + 42, 4, split ? (i == 0 ? skip : 0) : i * ZIPSET_LOCAL);
		line[46] = (uint8_t)('a' + i);
		starts[i] = i == 0 ? 0 : skip + i * ZIPSET_LOCAL;
	}
	starts[ZIPSET_MEMBERS] = skip + ZIPSET_BYTES;
	zipset_put(z + ZIPSET_END, 4, 0x06054b50);
	zipset_put(z + ZIPSET_END + 4, 2, split ? 2 : 0);
	zipset_put(z + ZIPSET_END + 6, 2, split ? 2 : 0);
	zipset_put(z + ZIPSET_END + 8, 2, ZIPSET_MEMBERS);
	zipset_put(z + ZIPSET_END + 10, 2, ZIPSET_MEMBERS);
	zipset_put(z + ZIPSET_END + 12, 4, ZIPSET_MEMBERS * ZIPSET_LINE);
	zipset_put(z + ZIPSET_END + 16, 4,
	    split ? ZIPSET_DIRECTORY - 2 * ZIPSET_LOCAL : ZIPSET_DIRECTORY);
	return ZIPSET_BYTES + skip;
}

#endif

/* SPDX-License-Identifier: ISC */
/*
 * How long things took, in a fixed room: a count for each range of values,
 * eight ranges between a power of two and the next.  What it says of a rank is
 * the upper end of its range: at most an eighth too much, never too little.
 */
#ifndef BASE_HISTOGRAM_H
#define BASE_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_TOP_BITS 40 /* larger values count as the largest */
#define HISTOGRAM_RANGES   (16 + (HISTOGRAM_TOP_BITS - 4) * 8)

/* All zero is an empty one. */
struct histogram {
	uint64_t count, sum, most;
	uint64_t of[HISTOGRAM_RANGES];
};

void histogram_add(struct histogram *, uint64_t value);
/* The value that so many of a thousand do not exceed; 0 of an empty one. */
uint64_t histogram_at(const struct histogram *, unsigned permille);

#endif

/* SPDX-License-Identifier: ISC */
#include "src/base/histogram.h"

#include <stddef.h>

static size_t
histogram_range(uint64_t v)
{
	if (v < 16)
		return (size_t)v;
	unsigned top = 63 - (unsigned)__builtin_clzll(v);
	return 16 + (size_t)(top - 4) * 8 + (size_t)((v >> (top - 3)) & 7);
}

/* The largest value of a range. */
static uint64_t
histogram_end(size_t range)
{
	if (range < 16)
		return range;
	unsigned top = (unsigned)(range - 16) / 8 + 4;
	uint64_t part = (range - 16) % 8 + 9; /* in eighths of the power of two */
	return (part << (top - 3)) - 1;
}

void
histogram_add(struct histogram *h, uint64_t value)
{
	const uint64_t largest = (1ull << HISTOGRAM_TOP_BITS) - 1;
	if (value > largest)
		value = largest;
	h->of[histogram_range(value)]++;
	h->count++;
	h->sum += value;
	if (value > h->most)
		h->most = value;
}

uint64_t
histogram_at(const struct histogram *h, unsigned permille)
{
	/* so many of them, rounded up, and at least one */
	uint64_t whole = h->count / 1000 * permille, rest = h->count % 1000 * permille;
	uint64_t wanted = whole + (rest + 999) / 1000, seen = 0;
	if (h->count == 0)
		return 0;
	if (wanted == 0)
		wanted = 1;
	for (size_t i = 0; i < HISTOGRAM_RANGES; i++) {
		seen += h->of[i];
		if (seen >= wanted)
			return histogram_end(i) < h->most ? histogram_end(i) : h->most;
	}
	return h->most;
}

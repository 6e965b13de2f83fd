/* SPDX-License-Identifier: ISC */
/* Strings to numbers: open addressing, nothing is ever removed. */
#ifndef CORE_MAP_H
#define CORE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map_slot {
	char *key; /* owned; NULL when free */
	uint64_t hash;
	uint64_t value;
};

/* Caller's storage; zeroed memory is an empty map. */
struct map {
	struct map_slot *slots;
	size_t cap; /* a power of two, or 0 */
	size_t count;
};

void map_done(struct map *);
/* Adds the key or replaces its value. */
void map_put(struct map *, const char *key, uint64_t value);
bool map_get(const struct map *, const char *key, uint64_t *ret_value);
bool map_has(const struct map *, const char *key);

#endif

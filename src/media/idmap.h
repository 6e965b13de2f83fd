/* SPDX-License-Identifier: ISC */
/* Numbers to ids: which directory was seen already, which file has a name. */
#ifndef MEDIA_IDMAP_H
#define MEDIA_IDMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroed memory is an empty map. */
struct idmap {
	uint64_t *keys; /* key + 1; 0 is free */
	uint32_t *ids;
	size_t n, cap;
};

/* False and the id that was there when the key is known already. */
bool idmap_add(struct idmap *, uint64_t key, uint32_t id, uint32_t *ret_known);
bool idmap_has(const struct idmap *, uint64_t key);
void idmap_done(struct idmap *);

#endif

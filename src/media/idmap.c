/* SPDX-License-Identifier: ISC */
#include "src/media/idmap.h"
#include "src/base/mem.h"

#include <stdlib.h>
#include <sys/random.h>

/* Keys come from media: who writes one must not know which of them meet. */
static uint64_t
idmap_hash(uint64_t key)
{
	static uint64_t seed[2];

	while (seed[1] == 0) {
		if (getrandom(seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
			abort();
		seed[1] |= 1;
	}
	uint64_t h = (key ^ seed[0]) * seed[1];
	return (h ^ h >> 32) * 0x9E3779B97F4A7C15u >> 20;
}

/* The slot of key, or the free one where it belongs. */
static size_t
idmap_slot(const struct idmap *m, uint64_t key)
{
	size_t i = (size_t)idmap_hash(key) & (m->cap - 1);

	while (m->keys[i] != 0 && m->keys[i] != key + 1)
		i = (i + 1) & (m->cap - 1);
	return i;
}

static void
idmap_grow(struct idmap *m)
{
	struct idmap old = *m;

	m->cap = old.cap == 0 ? 1024 : old.cap * 2;
	m->keys = mem_array(m->cap, sizeof(*m->keys));
	m->ids = mem_array(m->cap, sizeof(*m->ids));
	for (size_t i = 0; i < old.cap; i++) {
		if (old.keys[i] == 0)
			continue;
		size_t to = idmap_slot(m, old.keys[i] - 1);
		m->keys[to] = old.keys[i];
		m->ids[to] = old.ids[i];
	}
	free(old.keys);
	free(old.ids);
}

bool
idmap_add(struct idmap *m, uint64_t key, uint32_t id, uint32_t *ret_known)
{
	if (m->n * 2 >= m->cap)
		idmap_grow(m);
	size_t i = idmap_slot(m, key);
	if (m->keys[i] != 0) {
		*ret_known = m->ids[i];
		return false;
	}
	m->keys[i] = key + 1;
	m->ids[i] = id;
	m->n++;
	return true;
}

bool
idmap_has(const struct idmap *m, uint64_t key)
{
	return m->cap > 0 && m->keys[idmap_slot(m, key)] != 0;
}

void
idmap_done(struct idmap *m)
{
	free(m->keys);
	free(m->ids);
	*m = (struct idmap){0};
}

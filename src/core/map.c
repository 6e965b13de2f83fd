/* SPDX-License-Identifier: ISC */
#include "src/core/map.h"
#include "src/base/mem.h"

#include <string.h>

/*
 * FNV-1a.  Keys are ids the ledger has accepted one by one, so a chosen
 * collision costs its maker a signature for each.
 */
static uint64_t
hash_of(const char *key)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	for (const char *p = key; *p; p++)
		h = (h ^ (uint8_t)*p) * UINT64_C(0x100000001b3);
	return h;
}

/* The slot of the key, or the free slot where it belongs; cap > count. */
static struct map_slot *
find_slot(const struct map *m, const char *key, uint64_t hash)
{
	for (size_t i = (size_t)hash & (m->cap - 1);; i = (i + 1) & (m->cap - 1)) {
		struct map_slot *s = &m->slots[i];
		if (s->key == NULL || (s->hash == hash && strcmp(s->key, key) == 0))
			return s;
	}
}

static void
grow(struct map *m)
{
	struct map bigger = {.cap = m->cap > 0 ? m->cap * 2 : 64, .count = m->count};
	bigger.slots = mem_array(bigger.cap, sizeof(*bigger.slots));
	for (size_t i = 0; i < m->cap; i++) {
		const struct map_slot *s = &m->slots[i];
		if (s->key != NULL)
			*find_slot(&bigger, s->key, s->hash) = *s;
	}
	free(m->slots);
	*m = bigger;
}

void
map_done(struct map *m)
{
	for (size_t i = 0; i < m->cap; i++)
		free(m->slots[i].key);
	free(m->slots);
	*m = (struct map){0};
}

void
map_put(struct map *m, const char *key, uint64_t value)
{
	if (m->count * 4 >= m->cap * 3)
		grow(m);
	uint64_t hash = hash_of(key);
	struct map_slot *s = find_slot(m, key, hash);
	if (s->key == NULL) {
		s->key = mem_strdup(key);
		s->hash = hash;
		m->count++;
	}
	s->value = value;
}

bool
map_get(const struct map *m, const char *key, uint64_t *ret_value)
{
	if (m->count == 0)
		return false;
	const struct map_slot *s = find_slot(m, key, hash_of(key));
	if (s->key == NULL)
		return false;
	*ret_value = s->value;
	return true;
}

bool
map_has(const struct map *m, const char *key)
{
	uint64_t ignored;
	return map_get(m, key, &ignored);
}

/* SPDX-License-Identifier: ISC */
#include "src/base/arena.h"
#include "src/base/mem.h"

#include <stdalign.h>
#include <string.h>

#define ARENA_BLOCK_BYTES 65536
#define ARENA_ALIGN       alignof(max_align_t)

struct arena_block {
	struct arena_block *next;
	size_t size, used;
	alignas(max_align_t) unsigned char bytes[];
};

struct arena {
	struct arena_block *blocks; /* the one that is filled now, then full ones */
};

struct arena *
arena_new(void)
{
	return mem_alloc(sizeof(struct arena));
}

void
arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	while (a->blocks != NULL) {
		struct arena_block *next = a->blocks->next;
		free(a->blocks);
		a->blocks = next;
	}
	free(a);
}

static struct arena_block *
arena_block_new(size_t size)
{
	struct arena_block *b = mem_array(sizeof(*b) + size, 1);
	b->size = size;
	return b;
}

void *
arena_alloc(struct arena *a, size_t n)
{
	size_t need = (n + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
	struct arena_block *b = a->blocks;
	if (b == NULL || b->size - b->used < need) {
		b = arena_block_new(need > ARENA_BLOCK_BYTES ? need : ARENA_BLOCK_BYTES);
		b->next = a->blocks;
		a->blocks = b;
	}
	void *at = b->bytes + b->used;
	b->used += need;
	memset(at, 0, n);
	return at;
}

char *
arena_strdup(struct arena *a, const char *text)
{
	size_t n = strlen(text) + 1;
	return memcpy(arena_alloc(a, n), text, n);
}

void
arena_reset(struct arena *a)
{
	struct arena_block *keep = a->blocks;
	if (keep == NULL)
		return;
	while (keep->next != NULL) {
		struct arena_block *next = keep->next->next;
		free(keep->next);
		keep->next = next;
	}
	keep->used = 0;
}

/* SPDX-License-Identifier: ISC */
/* Memory that is taken in small pieces and given back all at once. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *); /* NULL is allowed */
/* n bytes, zeroed, until the next arena_reset. */
void *arena_alloc(struct arena *, size_t n);
char *arena_strdup(struct arena *, const char *);
/* Gives everything back; keeps one block for the next round. */
void arena_reset(struct arena *);

#endif

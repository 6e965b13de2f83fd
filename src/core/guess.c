/* SPDX-License-Identifier: ISC */
#include "src/core/guess.h"
#include "src/base/mem.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define GUESS_FIRST_MS 1000 /* the first wait */

struct guess_name {
	char name[LIM_PERSON_ID_BYTES + 1];
	uint64_t count; /* 0: the place is free */
};

struct guess_book {
	struct guess_name names[LIM_GUESS_NAMES];
};

struct guess_book *
guess_new(void)
{
	return mem_alloc(sizeof(struct guess_book));
}

struct guess_book *
guess_free(struct guess_book *b)
{
	free(b);
	return NULL;
}

static bool
guess_is(const struct guess_name *g, const char *name)
{
	return g->count > 0 && strncmp(g->name, name, LIM_PERSON_ID_BYTES) == 0;
}

static struct guess_name *
guess_find(struct guess_book *b, const char *name)
{
	for (size_t i = 0; i < LIM_GUESS_NAMES; i++)
		if (guess_is(&b->names[i], name))
			return &b->names[i];
	return NULL;
}

void
guess_add(struct guess_book *b, const char *name, uint64_t n)
{
	struct guess_name *g = guess_find(b, name);
	if (n == 0)
		return;
	if (g == NULL) {
		g = &b->names[0];
		for (size_t i = 1; i < LIM_GUESS_NAMES; i++)
			if (b->names[i].count < g->count)
				g = &b->names[i];
		g->count = 0;
		snprintf(g->name, sizeof(g->name), "%s", name);
	}
	g->count = g->count + n < n ? UINT64_MAX : g->count + n;
}

void
guess_clear(struct guess_book *b, const char *name)
{
	struct guess_name *g = guess_find(b, name);
	if (g != NULL)
		g->count = 0;
}

uint64_t
guess_count(const struct guess_book *b, const char *name)
{
	for (size_t i = 0; i < LIM_GUESS_NAMES; i++)
		if (guess_is(&b->names[i], name))
			return b->names[i].count;
	return 0;
}

int
guess_wait_ms(uint64_t count)
{
	int wait_ms = GUESS_FIRST_MS;
	if (count <= LIM_GUESS_FREE)
		return 0;
	for (uint64_t i = LIM_GUESS_FREE + 1; i < count && wait_ms < LIM_GUESS_MS; i++)
		wait_ms *= 2;
	return wait_ms < LIM_GUESS_MS ? wait_ms : LIM_GUESS_MS;
}

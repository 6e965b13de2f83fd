/* SPDX-License-Identifier: ISC */
/*
 * Refused sign-ins since the last one that went well, name by name, and how
 * long the next try waits for it.  Names that nobody bears are kept like the
 * others: what is waited for does not tell who is enrolled.
 */
#ifndef CORE_GUESS_H
#define CORE_GUESS_H

#include "src/base/limits.h"

#include <stdint.h>

struct guess_book;

struct guess_book *guess_new(void);
/* NULL is fine; always returns NULL. */
struct guess_book *guess_free(struct guess_book *);
/*
 * n more were refused to this name.  Of LIM_GUESS_NAMES names the one with the
 * fewest gives way to a new one.  Names are cut to the length of an id.
 */
void guess_add(struct guess_book *, const char *name, uint64_t n);
/* The name signed in. */
void guess_clear(struct guess_book *, const char *name);
uint64_t guess_count(const struct guess_book *, const char *name);
/* Nothing for the first LIM_GUESS_FREE, then a second, and twice as long each time. */
int guess_wait_ms(uint64_t count);

#endif

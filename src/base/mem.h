/* SPDX-License-Identifier: ISC */
/*
 * Memory.  Running out of it is fatal in every process: each can be started
 * again, and a half-made decision is worse than none.  Sizes that come from
 * outside are compared with limits.h before they get here.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>
#include <stdlib.h>

/* Zeroed memory of size bytes; never returns NULL.  Caller frees. */
void *mem_alloc(size_t size);
/* Zeroed array; count * size is checked for overflow. */
void *mem_array(size_t count, size_t size);
/* Like realloc(3) for arrays; new elements are not zeroed. */
void *mem_resize(void *ptr, size_t count, size_t size);
/* Copy of n bytes plus a terminating NUL that is not counted. */
void *mem_dup(const void *ptr, size_t n);
char *mem_strdup(const char *);
/* asprintf(3) that cannot fail. */
char *mem_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* For __attribute__((cleanup)): early returns stay safe. */
void mem_cleanup_free(void *pointer_to_pointer);
void mem_cleanup_close(int *fd);
#define MEM_FREE  __attribute__((cleanup(mem_cleanup_free)))
#define MEM_CLOSE __attribute__((cleanup(mem_cleanup_close)))

#endif

/* SPDX-License-Identifier: ISC */
/* The bytes of one object, read where they are wanted and nowhere kept. */
#ifndef PREVIEW_PEEK_H
#define PREVIEW_PEEK_H

#include "src/base/err.h"

#include <stddef.h>
#include <stdint.h>

struct peek {
	int fd; /* the caller's */
	uint64_t size_bytes;
};

/* ERR_PROTO unless fd is a regular file of exactly this size. */
enum err peek_open(int fd, uint64_t size_bytes, struct peek *ret);
/*
 * Up to n bytes from `at` on, fewer only at the end of the object (none beyond
 * it).  ERR_IO when the disk does not give them, or the file has shrunk.
 */
enum err peek_read(const struct peek *, uint64_t at, void *out, size_t n, size_t *ret_n);

#endif

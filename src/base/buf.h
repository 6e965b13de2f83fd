/* SPDX-License-Identifier: ISC */
/*
 * A growable byte buffer with a hard ceiling.  The first error sticks: a
 * caller may add many pieces and ask once at the end.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "src/base/err.h"

#include <stddef.h>
#include <stdint.h>

struct buf {
	uint8_t *data; /* always followed by a NUL that is not counted */
	size_t len;
	size_t cap;
	size_t max; /* bytes, at most; adding more is ERR_LIMIT */
	enum err error;
};

/* Caller's storage; max_bytes is the ceiling for len. */
void buf_init(struct buf *, size_t max_bytes);
/* Frees the contents and leaves an empty buffer with the same ceiling. */
void buf_done(struct buf *);
enum err buf_add(struct buf *, const void *bytes, size_t n);
enum err buf_add_str(struct buf *, const char *);
enum err buf_add_byte(struct buf *, uint8_t);
enum err buf_addf(struct buf *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Network byte order, as SSH and Merkle formats want it. */
enum err buf_add_u32be(struct buf *, uint32_t);
/* The contents as a C string, owned by the buffer; "" when empty. */
const char *buf_str(const struct buf *);
/* Takes the contents away; the caller frees.  The buffer is empty after. */
uint8_t *buf_steal(struct buf *, size_t *ret_len);

#endif

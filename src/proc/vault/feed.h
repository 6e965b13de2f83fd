/* SPDX-License-Identifier: ISC */
/*
 * Exact reads from a pipe.  Small frames come several to a system call, large
 * ones straight into the caller's buffer.
 */
#ifndef PROC_VAULT_FEED_H
#define PROC_VAULT_FEED_H

#include "src/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FEED_BYTES 65536

struct feed {
	int fd; /* the caller's */
	size_t at, len;
	uint8_t ahead[FEED_BYTES];
};

/*
 * Exactly n bytes.  read_ahead says that more small pieces are expected.
 * ERR_CLOSED at an end before the first byte, ERR_SYNTAX after it, ERR_IO
 * with errno.
 */
enum err feed_take(struct feed *, void *out, size_t n, bool read_ahead);

#endif

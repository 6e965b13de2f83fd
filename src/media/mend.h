/* SPDX-License-Identifier: ISC */
/*
 * Bytes that a medium does not give at once: they are asked for again in
 * smaller and smaller parts, and what stays unread is known by its place.
 */
#ifndef MEDIA_MEND_H
#define MEDIA_MEND_H

#include "src/media/table.h"

#define MEND_TEXT_SIZE 512

struct mend {
	struct mend_range {
		uint64_t from, to; /* bytes from up to, not with, to */
	} bad[LIM_BAD_RANGES];
	size_t n;
	unsigned failed; /* reads that failed so far */
	bool more;       /* it was given up: more may be unreadable */
};

/* Called after each failed read: anything but ERR_OK ends it. */
typedef enum err mend_between_fn(void *arg);

/*
 * Reads n bytes at `at` with `read`, which failed for all of them at once.
 * What cannot be read is zero in out and a range in the mend.  ERR_LIMIT when
 * LIM_BAD_RANGES or LIM_BAD_READS are reached; else what `between` said, or an
 * error of `read` other than ERR_IO.
 */
enum err mend_read(struct mend *, table_read_fn *read, mend_between_fn *between, void *arg,
    uint64_t at, uint8_t *out, size_t n);
/* "bytes 4096-8191 and 20480-24575 of 1,048,576 cannot be read" */
void mend_print(const struct mend *, uint64_t of_bytes, char out[MEND_TEXT_SIZE]);

#endif

/* SPDX-License-Identifier: ISC */
/* A medium that an image is written to: its size, the writing, the reading back. */
#ifndef WRITER_DISK_H
#define WRITER_DISK_H

#include "src/base/err.h"
#include "src/base/hex.h"

#include <stddef.h>
#include <stdint.h>

#define DISK_WHY_SIZE 256

/* Of a block device or of a file in the place of one. */
enum err disk_size(int fd, uint64_t *ret_bytes);

typedef void disk_progress_fn(void *arg, const char *step, uint64_t done, uint64_t total);

struct disk_job {
	int image, medium; /* descriptors; medium is open for writing */
	uint64_t bytes;    /* of the image */
	const char *sha256;
	disk_progress_fn *progress;
	void *arg;
};

/*
 * Writes, syncs, drops what is cached and reads back.  The beginning goes to the medium last:
 * one that was taken out in the middle holds no file system at all, neither the old nor half of
 * the new one.  ERR_LIMIT: the medium is too small.  why: what happened, and what to do.
 */
enum err disk_write(const struct disk_job *, char why[DISK_WHY_SIZE]);

#endif

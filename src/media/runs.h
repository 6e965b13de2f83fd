/* SPDX-License-Identifier: ISC */
/* Where a file lies: pieces in the order of the file, holes included. */
#ifndef MEDIA_RUNS_H
#define MEDIA_RUNS_H

#include "src/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RUNS_HOLE UINT64_MAX /* as addr: nothing is stored, reads as zeros */

struct run {
	uint64_t offset; /* in blocks of the file */
	uint64_t addr;   /* in blocks of the volume, or RUNS_HOLE */
	uint64_t len;    /* blocks, never 0 */
};

/* Zeroed memory has no runs. */
struct runs {
	struct run *v;
	size_t n, cap;
	uint64_t end;    /* blocks covered */
	uint64_t stored; /* of them not holes */
};

/*
 * Adds len blocks at offset; what lies between the end and offset becomes a
 * hole.  ERR_SYNTAX when offset lies before the end or a number overflows,
 * ERR_LIMIT beyond LIM_RUNS.
 */
enum err runs_add(struct runs *, uint64_t offset, uint64_t addr, uint64_t len);
/* The run that holds this block of the file; NULL behind the end. */
const struct run *runs_find(const struct runs *, uint64_t offset);
void runs_done(struct runs *);

#endif

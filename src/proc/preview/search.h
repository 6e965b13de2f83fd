/* SPDX-License-Identifier: ISC */
/*
 * Searching an object for bytes as they are, a bounded piece at a time: what
 * is under way can be given up between two pieces.
 */
#ifndef PREVIEW_SEARCH_H
#define PREVIEW_SEARCH_H

#include "src/proc/preview/peek.h"

#include <stdbool.h>

/* Starts that one call looks at. */
#define SEARCH_STEP_BYTES (1 << 20)

struct search {
	const struct peek *peek;
	const uint8_t *what; /* 1 to LIM_PREVIEW_FIND_BYTES */
	size_t what_len;
	bool back;
	/*
	 * Forward: places at or behind `at`, the first first.  Back: places before
	 * `at`, the last first.  After a call: the place when it was found, else
	 * where to go on.
	 */
	uint64_t at;
};

/* One step.  *ret_found, or `at` is size_bytes or 0: there is no more. */
enum err search_step(struct search *, bool *ret_found);
/* Nothing is left. */
bool search_over(const struct search *);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * What is looked at beside the record: whether the wall clock moved against the
 * clock that runs since boot, and how much room the ledger's disk has.
 */
#ifndef LEDGER_WATCH_H
#define LEDGER_WATCH_H

#include "src/base/clock.h"
#include "src/base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct watch_clock {
	int64_t wall_s;
	uint64_t mono_ns;
};

struct watch_step {
	const char *kind; /* "ahead", "back", "unset" */
	char expected[CLOCK_TEXT_SIZE], found[CLOCK_TEXT_SIZE];
};

/*
 * Whether the clock says what it should at the start: not less than the newest
 * time in the record, and a year that can be.
 */
bool watch_start(struct watch_clock *, int64_t wall_s, uint64_t mono_ns, int64_t newest_s,
    struct watch_step *ret);
/* Whether it moved since the last look, by more than LIM_CLOCK_STEP_S. */
bool watch_look(struct watch_clock *, int64_t wall_s, uint64_t mono_ns, struct watch_step *ret);

/*
 * The ballast: a file beside the ledger whose room is given up when the disk is
 * full, so that what is under way can be recorded.  A disk that is too small
 * for one has none: ERR_RANGE.  ERR_NOSPACE when there is no room for it now.
 */
enum err watch_ballast_make(int dirfd, uint64_t bytes);
/* The bytes that became free; 0 when there was none. */
uint64_t watch_ballast_drop(int dirfd);
/* Bytes that the disk of this folder has left; 0 when it cannot tell. */
uint64_t watch_room(int dirfd);

#endif

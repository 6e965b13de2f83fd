/* SPDX-License-Identifier: ISC */
/*
 * Split sets of a transfer (src/core/split): found when every object was scanned, joined by
 * the scanner whose manifest says so.  It is given the first part and asks for the
 * others; what it hands back is inside each of them, and so is its verdict about each.
 * A set goes whole or not at all.
 */
#ifndef DESK_JOIN_H
#define DESK_JOIN_H

#include "db/work.h"

#include <stdbool.h>
#include <stdint.h>

/* How the word of a scanner begins about each part of a set that was joined. */
#define JOIN_WORD "joined: "

struct join;
struct scan;
struct scan_scanner;
struct worker_parts;

/* Nothing waits.  True when something does now: a set to be joined, or opened again. */
bool join_look(struct scan *);
/* The set that waits for this scanner, and begins with this object; or NULL. */
const struct worker_parts *join_of(const struct scan_scanner *, const uint8_t sha256[32]);
/*
 * A scanner has concluded about an object.  When it is the first part of such a set, the
 * others get the same; v is changed when it cannot be believed, its texts live until
 * the next call.
 */
void join_conclude(struct scan_scanner *, const struct work_todo *, struct work_verdict *v);
void join_end(struct scan *);

#endif

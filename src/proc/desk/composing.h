/* SPDX-License-Identifier: ISC */
/*
 * Composing (compose.h) from the loop: slice after slice, and between them everybody
 * else is served.  It stays in this process: the rows it writes belong to the one
 * connection that the desk has to a work database, and a second writer would be waited
 * for exactly where nobody may wait.
 */
#ifndef DESK_COMPOSING_H
#define DESK_COMPOSING_H

#include "src/proc/desk/desk.h"

#include <jansson.h>

struct composing;

/* From the loop, once: ERR_OK, and under what holds at this moment it is all composed. */
typedef void composing_fn(void *arg, enum err);

/* The work and the policy must stay until the end; scanners are rows as in xfer.scan. */
struct composing *composing_start(struct desk *, struct work *, const struct policy *,
    json_t *scanners, composing_fn *done, void *arg);
/* Whether it is done or not; NULL is allowed. */
struct composing *composing_end(struct composing *);

#endif

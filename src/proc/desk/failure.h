/* SPDX-License-Identifier: ISC */
/*
 * Refused sign-ins, as entries: at most one in LIM_FAILURE_MS, however often
 * somebody tries.  What came between is counted in the next.
 */
#ifndef DESK_FAILURE_H
#define DESK_FAILURE_H

#include "src/proc/desk/desk.h"

struct failure;

/* Records it now or, with others, a little later. */
void failure_add(struct desk *, const char *officer, const char *why);
/* Records what still waits: the desk is going down. */
void failure_end(struct desk *);

#endif

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
/* Counts what these entries of the custody log (a list) say of sign-ins. */
void failure_replay(struct desk *, const uint8_t *list, size_t n);
/* How often this name was refused since it last signed in, after a restart as well. */
uint64_t failure_count(const struct desk *, const char *officer);
/* He is about to sign in: what he was refused before is recorded before. */
void failure_settle(struct desk *, const char *officer);
/* Records what still waits: the desk is going down. */
void failure_end(struct desk *);

#endif

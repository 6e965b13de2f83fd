/* SPDX-License-Identifier: ISC */
/*
 * When the desk begins, every scanner shows without anybody asking that it
 * knows what it has to know.  One that could not even be started, as with an
 * engine that still reads its signatures, is tried again, each time a little
 * later, until it has been tried, here or for a transfer.  The same at the
 * beginning of a shift.
 */
#ifndef DESK_TRIAL_H
#define DESK_TRIAL_H

#include "src/proc/desk/desk.h"

/* The desk answers already: nobody waits for it. */
void trial_start(struct desk *);
void trial_end(struct desk *);
/*
 * Somebody signed in: the first one of a shift has all scanners prove themselves,
 * when they did not do so within LIM_SHIFT_S.
 */
void trial_shift(struct desk *);

#endif

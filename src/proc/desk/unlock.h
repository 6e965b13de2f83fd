/* SPDX-License-Identifier: ISC */
/*
 * Opening an encrypted volume while its reading waits: the officer's secret
 * goes to a program of its own, its key from there to the reader.  Both are
 * descriptors that the desk passes on and never reads.
 */
#ifndef DESK_UNLOCK_H
#define DESK_UNLOCK_H

#include "src/proc/desk/intake_in.h"
#include "src/proc/desk/session.h"

/* ui.unlock: answered when it has begun, or, with wait, when it is known how it ended. */
void unlock_answer(struct session *, struct msg *);
/* reader.unlocked */
void unlock_on_reader(struct intake *, struct msg *);
/* False for an item of another volume than the one whose items are being told. */
bool unlock_is_of(const struct intake *, const struct msg *item);
/* The items of the volume are all there. */
void unlock_listed(struct intake *);
/* Ends what is under way; whoever waits is told that the reading has ended. */
void unlock_end(struct intake *);

/*
 * An officer does not want to wait until it is known whether the secret fits.
 * False: none is being tried, or it fits and the volume is being listed.
 */
bool unlock_give_up(struct intake *);

/* The volume that is being opened, or 0. */
uint64_t unlock_volume(const struct intake *);
/* Seconds until another secret may be tried; 0: now. */
uint64_t unlock_wait_s(const struct intake *);

#endif

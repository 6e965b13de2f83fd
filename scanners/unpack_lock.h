/* SPDX-License-Identifier: ISC */
/* Members of a zip archive that are locked by a password. */
#ifndef SCANNERS_UNPACK_LOCK_H
#define SCANNERS_UNPACK_LOCK_H

#include "scanners/unpack_in.h"
#include "scanners/zipwalk.h"

struct unpack_lock;

/* NULL: nobody typed a password, or it does not fit; the run counts which. */
struct unpack_lock *unpack_lock_open(struct unpack_run *, const struct zipwalk_member *);
/* What is in it, still packed: to be read once, forward.  Lives as long as the lock. */
struct object *unpack_lock_object(struct unpack_lock *);
/* Where its first byte lies in the container. */
uint64_t unpack_lock_at(const struct unpack_lock *);
/* Nothing came out of it. */
void unpack_lock_free(struct unpack_lock *);
/* All of it was unpacked (whole); false when it is not what was locked.  Frees. */
bool unpack_lock_done(struct unpack_run *, struct unpack_lock *, bool whole);

#endif

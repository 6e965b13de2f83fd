/* SPDX-License-Identifier: ISC */
/*
 * Waits until an engine, which loads its signatures in its own time, is seen to have
 * loaded a set, or not to have it any more: its mark is shown again and again.
 */
#ifndef DESK_WATCH_H
#define DESK_WATCH_H

#include "src/proc/desk/desk.h"

struct watch;

#define WATCH_WHY_SIZE 256

enum watch_end {
	WATCH_SEEN,    /* as it was waited for */
	WATCH_REFUSED, /* who feeds the engine refuses the set */
	WATCH_LATE,    /* LIM_SIGSET_LOAD_MS are over */
};

/* Called once, with a sentence unless it was seen; frees the watch first. */
typedef void watch_done_fn(void *arg, enum watch_end, const char *why);

/* loaded: until all engines of the scanner have the set, else until none has it. */
struct watch *watch_new(struct desk *, const struct manifest *, const char *set, bool loaded,
    watch_done_fn *, void *arg);
/* NULL is fine; always returns NULL. */
struct watch *watch_free(struct watch *);

#endif

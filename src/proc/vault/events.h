/* SPDX-License-Identifier: ISC */
/*
 * What the vault's threads tell the main thread: a bounded queue and an
 * eventfd to poll.  A full queue stops the thread, which stops taking from its
 * pipe, which stops the reader: the back-pressure of the whole intake.
 */
#ifndef PROC_VAULT_EVENTS_H
#define PROC_VAULT_EVENTS_H

#include "src/base/hex.h"

#include <stdbool.h>
#include <stdint.h>

#define EVENTS_WHY_SIZE 512

enum event_kind {
	EVENT_KEPT,    /* tag, item, sha256, bytes */
	EVENT_FAILED,  /* tag, item, full, cut, why */
	EVENT_ENDED,   /* tag, item = objects, bytes: the last of its tag */
	EVENT_CHECKED, /* tag, sha256: bits, which objects are there whole */
	EVENT_GONE,    /* what was inside objects was let go */
	EVENT_SYNCED,  /* tag = request, why empty when it worked */
};

struct event {
	enum event_kind kind;
	uint64_t tag;
	uint64_t item;
	uint64_t bytes;
	unsigned kept; /* of what is inside objects: see store_told */
	bool full;
	bool cut;
	char sha256[HEX_DIGEST_SIZE];
	char why[EVENTS_WHY_SIZE];
};

struct events;

/* Room for LIM_VAULT_EVENTS. */
struct events *events_new(void);
/* No thread may be using it any more. */
struct events *events_free(struct events *);
/* Readable while the queue holds something; stays the queue's. */
int events_fd(const struct events *);
/* Waits for room, then copies *event. Any thread. */
void events_put(struct events *, const struct event *);
/* False when there is none.  Main thread only. */
bool events_take(struct events *, struct event *ret_event);

#endif

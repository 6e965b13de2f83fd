/* SPDX-License-Identifier: ISC */
/*
 * One scanner process as the desk sees it: started by the parent, fed with
 * objects by the vault, answering here.  An answer that does not belong to an
 * object it was given ends it.
 */
#ifndef DESK_WORKER_H
#define DESK_WORKER_H

#include "db/work.h"
#include "src/core/verdict.h"
#include "src/proc/desk/desk.h"

struct worker;

/* What it said of itself; escaped text. */
struct worker_about {
	char version[64], engine[256], signatures[256], signature_date[64];
};

struct worker_result {
	enum verdict verdict;
	const char *why, *type, *mime; /* escaped; type and mime "" unless told */
	uint64_t bytes, read_bytes;
};

struct worker_events {
	/* Known bad and known good were shown; ready for objects when passed. */
	void (*tested)(void *arg, struct worker *, bool passed, const char *why);
	void (*finding)(void *arg, const struct work_finding *);
	void (*result)(void *arg, struct work_todo *, const struct worker_result *);
	/* It ended with n objects unanswered.  The callee frees it. */
	void (*lost)(
	    void *arg, struct worker *, const struct work_todo *, size_t n, const char *why);
	/* It could not be started. */
	void (*refused)(void *arg, struct worker *, const char *why);
};

/* Asks the parent for the process; it is tested first. */
struct worker *worker_new(
    struct desk *, const struct manifest *, const struct worker_events *, void *arg);
/* Kills the process; NULL is fine; always returns NULL. */
struct worker *worker_free(struct worker *);
/* Shows it known bad and known good again; events.tested tells. */
void worker_test(struct worker *);
/* Objects it would take now; 0 for NULL. */
size_t worker_room(const struct worker *);
/* False when the vault's line is full: try again later. */
bool worker_give(struct worker *, const struct work_todo *);
bool worker_has(const struct worker *, const uint8_t sha256[32]);
/* True for NULL: what is not there does not have to be waited for. */
bool worker_ready(const struct worker *);
bool worker_busy(const struct worker *);
/* Bytes it says it has looked at in the objects it has now. */
uint64_t worker_seen(const struct worker *);
/* When an object is over its deadline: takes it back, and kills the process. */
bool worker_late(struct worker *, struct work_todo *ret_todo);
const struct worker_about *worker_about(const struct worker *);
bool worker_sandboxed(const struct worker *);

#endif

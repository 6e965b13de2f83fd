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

struct inside_room;
struct split_part;
struct work_child;
struct worker;

/* What it said of itself; escaped text. */
struct worker_about {
	char version[64], engine[256], signatures[256], signature_date[64];
	uint64_t max_bytes; /* larger objects are not for it; 0: no limit */
	char advice[256];   /* it is fit, and could do more; "" */
};

struct worker_result {
	enum verdict verdict;
	const char *why, *type, *mime; /* escaped; type and mime "" unless told */
	uint64_t bytes, read_bytes;
	uint64_t from_ns; /* it had nothing else to do since then (metrics.h) */
	const char
	    *secret; /* what became of the password it was given, a word; NULL: nothing said */
};

struct worker_events {
	/* Known bad and known good were shown; ready for objects when passed. */
	void (*tested)(void *arg, struct worker *, bool passed, const char *why);
	void (*finding)(void *arg, const struct work_finding *);
	void (*fact)(void *arg, const struct work_scan_fact *);
	/* Something inside an object: its bytes are kept, or will not come. */
	void (*member)(void *arg, const struct work_todo *, const struct work_child *);
	void (*result)(void *arg, struct work_todo *, const struct worker_result *);
	/*
	 * It ended with n objects unanswered; why is "" when it was ended over something
	 * else.  The callee frees it.
	 */
	void (*lost)(
	    void *arg, struct worker *, const struct work_todo *, size_t n, const char *why);
	/* It could not be started. */
	void (*refused)(void *arg, struct worker *, const char *why);
	/* It contradicts itself: nothing its scanner said is worth anything.  The callee frees
	 * it. */
	void (*disbelieved)(void *arg, struct worker *, const char *why);
	/* Of a set: whether an object, or the item with a path, is in it. */
	bool (*has)(void *arg, const uint8_t sha256[32], uint64_t *ret_bytes);
	bool (*has_path)(void *arg, const uint8_t *path, size_t n, uint64_t *ret_item);
	/* What it says of one object; false: it has said so before. */
	bool (*object)(void *arg, const uint8_t sha256[32], const struct worker_result *);
	/* And of all others: it has ended with the set. */
	void (*set)(void *arg, const struct worker_result *);
};

/* Asks the parent for the process; it is tested first. */
struct worker *worker_new(
    struct desk *, const struct manifest *, const struct worker_events *, void *arg);
/* Kills the process; NULL is fine; always returns NULL. */
struct worker *worker_free(struct worker *);
/* Right after worker_new: its test is to see as well whether its engine has this set. */
void worker_watch(struct worker *, const char *set);
enum worker_mark { WORKER_UNSEEN, WORKER_HAS_LOADED, WORKER_HAS_REFUSED };
/* What it has seen, once it was tested. */
enum worker_mark worker_mark(const struct worker *);
/* Shows it known bad and known good again; events.tested tells. */
void worker_test(struct worker *);
/* Objects it would take now; 0 for NULL. */
size_t worker_room(const struct worker *);
/* False when the vault's line is full: try again later.  room: of what is opened, else NULL. */
bool worker_give(struct worker *, const struct work_todo *, const struct inside_room *room);
/* A split set (join.h); lives until the object is answered, or its process has ended. */
struct worker_parts {
	const uint8_t *name; /* of what they make together, raw bytes */
	size_t name_len;
	bool zip;
	const struct split_part *parts; /* n of them, in order */
	size_t n;
	bool *asked; /* which of them the scanner asked for */
};
/* Just before: the set whose first part it is.  False: it cannot be told now. */
bool worker_give_parts(struct worker *, const struct worker_parts *);
/* Just before: the pipe with the password that was typed for it; stays the caller's. */
void worker_give_secret(struct worker *, const uint8_t sha256[32], int fd);
bool worker_has(const struct worker *, const uint8_t sha256[32]);
/* It has had as many objects as its manifest allows a process; false for NULL. */
bool worker_spent(const struct worker *);
/* How much it has to do, in bytes. */
uint64_t worker_load(const struct worker *);
/*
 * Takes back the last object that has waited too long behind another one, for
 * a process that has nothing to do; what the worker still says of it counts nothing.
 */
bool worker_yield(struct worker *, struct work_todo *ret_todo);
/* The set, in a sealed memfd (which is taken over), to a process that has nothing else. */
void worker_give_set(struct worker *, int fd, const uint8_t sha256[32], uint64_t bytes);
/*
 * Why the set is over its deadline, and its process is killed, or NULL; and what the vault
 * had no room for is asked again.
 */
const char *worker_set_late(struct worker *);
/* True for NULL: what is not there does not have to be waited for. */
bool worker_ready(const struct worker *);
bool worker_busy(const struct worker *);
/* Bytes it says it has looked at in the objects it has now. */
uint64_t worker_seen(const struct worker *);
/*
 * When the object it works on is over the deadline of its size, or does not get on:
 * why; takes the object back, and kills the process.  NULL otherwise.
 */
const char *worker_late(struct worker *, struct work_todo *ret_todo);
const struct worker_about *worker_about(const struct worker *);
/* clamd names its official signatures alone: the set that is in use is named behind them. */
void worker_name_set(const struct desk *, const struct manifest *, struct worker_about *);
bool worker_sandboxed(const struct worker *);

#endif

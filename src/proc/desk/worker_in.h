/* SPDX-License-Identifier: ISC */
/* What the files about one scanner process share. */
#ifndef DESK_WORKER_IN_H
#define DESK_WORKER_IN_H

#include "src/core/split.h"
#include "src/proc/desk/members.h"
#include "src/proc/desk/worker.h"

enum worker_state {
	WORKER_STARTING,
	WORKER_TESTING,
	WORKER_READY,
	WORKER_ENDING, /* it was killed: its end is on the way */
};

#define WORKER_OBJECT_BYTES 65536 /* as much work as so many bytes: an object by itself */
#define WORKER_WAIT_MS      2000  /* what waits so long behind another may go elsewhere */

/* What it is shown to prove itself, and the marks of a set (src/core/setmark.h). */
enum worker_test { WORKER_BAD, WORKER_GOOD, WORKER_LOADED, WORKER_REFUSED, WORKER_TESTS };

struct worker_job {
	uint64_t id;
	struct work_todo todo;
	int64_t
	    since_ms; /* the first of those unanswered since; its time is counted from here */
	int64_t heard_ms; /* when it was said to get on */
	bool answered;    /* but something of it is still awaited: its time is over */
	struct worker_result answer; /* then; its texts are those below, and type and mime */
	char why[256], secret[64];
	bool moved; /* another process has it now: what is still said of it counts nothing */
	uint64_t given_ns;
	uint64_t said, seen; /* bytes it has looked at, as it says; of them, of the object */
	unsigned findings, facts;
	char type[64], mime[128];
	const struct worker_parts *parts; /* it is the first of a split set; or NULL */
	uint64_t wants;                   /* parts it asked for */
	uint8_t want[32];                 /* the last of them ... */
	bool want_waits;                  /* ... and the vault had no room for that yet */
};

struct worker {
	struct desk *desk;
	const struct manifest *manifest;
	const struct worker_events *events;
	void *arg;
	enum worker_state state;
	uint64_t tag, next_id;
	struct channel *channel;
	bool sandboxed, said_ready;
	struct worker_about about;
	struct worker_job jobs[LIM_SCAN_WINDOW]; /* in the order in which they were given */
	size_t njobs;
	uint64_t given;          /* objects so far */
	uint64_t wants;          /* objects it asked for so far */
	struct members *members; /* what it hands back of what is inside objects, or NULL */
	int settled;             /* all of something that was answered has come */
	const struct worker_parts *parts; /* of the object that is given next, or NULL */
	struct worker_set *set;           /* of scope "transfer": what it has now, or NULL */
	uint64_t answered_ns;             /* when it answered last */
	size_t window;
	uint64_t test_ids[WORKER_TESTS]; /* 0 when answered, or not shown */
	const char *mark;         /* a set: whether it is loaded is to be seen; or NULL */
	bool found[WORKER_TESTS]; /* it was called malicious */
	const char *trouble;      /* what it failed, or NULL */
	bool test_ok;
	int timer;      /* start and self-test must end */
	bool silent;    /* its socket is closed */
	char ended[96]; /* how the process ended, as soon as the parent has said it */
};

/* Escaped copy into a fixed field. */
void worker_keep(char *out, size_t size, const char *text);
/* The end of this process, over what it did: all it held is lost with it; frees w. */
void worker_lose(struct worker *, const char *why);
/* sha256 of an object, or NULL; item of an item, or 0.  A text over the limit ends w. */
void worker_tell_finding(struct worker *, struct msg *, const uint8_t *sha256, uint64_t item);
/* Ends the process; what it held besides comes back without blame. */
void worker_end(struct worker *);

/* --- split sets (worker_parts.c) ----------------------------------------------------- */
/* Whether a message asks for a part; then it is dealt with, and w may be gone. */
bool worker_parts_takes(struct worker *, const struct msg *);
/* The vault cannot give what it asked for; false: it asked for nothing of that id. */
bool worker_parts_missing(struct worker *, const struct msg *);
/* Of all parts but the first. */
uint64_t worker_parts_bytes(const struct worker_job *);
/* Asks the vault for what it wants, or later. */
void worker_parts_ask(struct worker *, struct worker_job *);

/* --- sets (worker_set.c) ------------------------------------------------------------- */
void worker_set_free(struct worker *);
/* Whether a message is about its set; then it is dealt with, and w may be gone. */
bool worker_set_takes(struct worker *, struct msg *);
/* The vault cannot give what it asked for; false: it asked for nothing of that id. */
bool worker_set_missing(struct worker *, const struct msg *);

#endif

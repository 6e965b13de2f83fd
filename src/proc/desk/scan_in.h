/* SPDX-License-Identifier: ISC */
/* What the files about the scanning of one transfer share. */
#ifndef DESK_SCAN_IN_H
#define DESK_SCAN_IN_H

#include "db/work.h"
#include "src/core/policy.h"
#include "src/core/verdict.h"
#include "src/proc/desk/inside.h"
#include "src/proc/desk/reuse.h"
#include "src/proc/desk/scan.h"
#include "src/proc/desk/worker.h"

#define SCAN_TYPE      "type"       /* the scanner that says what an object is */
#define SCAN_TOO_LARGE "size-limit" /* the same word in scanners/scan.h */
#define SCAN_LOOKS     8            /* batches of earlier verdicts in one turn */
#define SCAN_ROW_BYTES 160          /* of a finding or a fact, besides its texts */
/* why, of LIM_SCAN_KEPT_BYTES */
#define SCAN_FULL "it has told more findings and facts of this transfer than are kept"

/* An object that was with a process when it ended: it is given again, alone. */
struct scan_suspect {
	struct work_todo todo;
	unsigned tries; /* processes that ended with it */
	bool crowd;     /* others were with it then */
	bool waits;     /* for a process of its own */
};

/* One scanner and its workers. */
struct scan_scanner {
	struct scan *scan;
	const struct manifest *manifest;
	struct worker *workers[LIM_SCAN_SLOTS];
	uint64_t cursor; /* position in the queue up to which objects were given */
	/* of objects: queued ever and answered */
	uint64_t added, added_bytes, done, done_bytes;
	unsigned deaths;  /* of processes, that no single object explains */
	unsigned strikes; /* over single objects, or the set */
	struct scan_suspect *suspects;
	size_t nsuspects;
	struct worker *hold; /* gets nothing more, so that a suspect can be alone with it */
	enum { SCAN_SET_NOT_YET, SCAN_SET_GIVEN, SCAN_SET_DONE } set; /* of scope "transfer" */
	unsigned set_tries;
	const char *before, *after; /* "pass", "fail", or "" */
	unsigned tests;             /* of the last ones, those that are not over */
	const char *last;           /* the worst of those that are, or "" */
	bool unfit;
	char why[SCAN_WHY_SIZE];
	struct worker_about about; /* of its workers: one that says otherwise is a change */
	bool known;                /* they were told, to this scan or an earlier one */
	bool recalled;             /* that one was asked */
	unsigned changes;
	struct reuse_run reuse;
	uint64_t
	    looked; /* position in the queue up to which earlier verdicts were looked for */
	bool sandboxed;
	uint64_t kept_bytes; /* findings and facts since its signatures changed last */
	bool full;           /* and no more are kept: it is asked nothing more */
};

struct scan {
	struct desk *desk;
	struct work *work;
	const struct policy *policy;
	struct inside *inside;      /* what is inside objects; NULL without a work */
	struct password *passwords; /* that were typed and not answered */
	struct join *joins;         /* split sets that were given to be joined */
	uint64_t kept, looked;      /* verdicts so far; and when sets were looked for last */
	scan_done_fn *done;
	void *arg;
	const char *when;                /* of entries; NULL: before and after the work */
	char transfer[TRANSFER_ID_SIZE]; /* that it is for, or "" */
	struct scan_scanner scanners[LIM_SCANNERS];
	size_t nscanners;
	bool no_more; /* no objects will come */
	bool paused;
	bool unsized;  /* objects were queued before, nobody knows how many bytes */
	bool answered; /* something was said of objects: sets are others than before */
	bool testing;  /* proof of life at the end has begun */
	bool over;
	enum err lost; /* the work database has failed */
	int timer;
	int soon; /* it goes on at once, after whoever waits */
};

/* The first error of the work database: scan_pump ends it all then. */
void scan_check(struct scan *, enum err);
/* Goes on with whatever can be done now. */
void scan_pump(struct scan *);
/* The same as soon as whoever is at work has come back. */
void scan_soon(struct scan *);
void scan_start_worker(struct scan_scanner *, size_t slot);
/*
 * What the type scanner says an object is (others say nothing of that); what anybody
 * said of it as something else is forgotten.
 */
void scan_typed(struct scan_scanner *, struct work_todo *, const struct worker_result *);
/* When not all it told was kept: what it says is incomplete at best. */
void scan_full(const struct scan_scanner *, struct worker_result *);
/* Keeps a scanner's verdict about an object, which does not wait for it any more. */
void scan_conclude(struct scan_scanner *, const struct work_todo *, const char *verdict,
    const char *why, uint64_t bytes, uint64_t read_bytes);
/* What waits for an unfit scanner gets the verdict it deserves; true when more may wait. */
bool scan_drain_unfit(struct scan_scanner *);

/* --- trust (scan_trust.c) -------------------------------------------------------------------
 */
/* It cannot be relied on: all it said becomes `error`. */
void scan_set_unfit(struct scan_scanner *, const char *why);
/*
 * One of its processes says what engine and signatures it has.  When they are others
 * than before, all that was said is forgotten and scanned again: true, and that
 * process is gone.
 */
bool scan_changed(struct scan_scanner *, const struct worker_about *now);
/* It proved itself: what it says from here on is from these signatures. */
void scan_trust(struct scan_scanner *);

/* --- objects (scan_feed.c) -------------------------------------------------------------- */
/* The verdict of an object that is not for this scanner, or NULL. */
const char *scan_feed_refuses(
    const struct scan_scanner *, const char *type, uint64_t bytes, const char **ret_why);
/* Gives waiting objects to processes with room; true when something is under way or waits. */
bool scan_feed(struct scan_scanner *);
/*
 * These were with a process that ended, or (verdict "timeout") had to be ended;
 * why is "" when nothing is known against them.  Each is given again.
 */
void scan_feed_back(struct scan_scanner *, const struct work_todo *, size_t n,
    const char *verdict, const char *why);
/* It was answered. */
void scan_feed_acquit(struct scan_scanner *, const uint8_t sha256[32]);

/* --- sets (scan_set.c) -------------------------------------------------------------------- */
/* When all objects were scanned; true while something is under way. */
bool scan_set_run(struct scan_scanner *);
/* Objects are scanned again: what was made of them as a whole is made anew. */
void scan_sets_again(struct scan *);
/* Its process ended, or had to be ended; why as above. */
void scan_set_lost(struct scan_scanner *, enum verdict, const char *why);
/* Handlers of worker.h. */
bool scan_set_on_has(void *arg, const uint8_t sha256[32], uint64_t *ret_bytes);
bool scan_set_on_path(void *arg, const uint8_t *path, size_t n, uint64_t *ret_item);
bool scan_set_on_object(void *arg, const uint8_t sha256[32], const struct worker_result *);
void scan_set_on_result(void *arg, const struct worker_result *);

#endif

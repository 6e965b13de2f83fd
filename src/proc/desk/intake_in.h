/* SPDX-License-Identifier: ISC */
/*
 * What the parts of an intake share: intake.c, reading.c, choosing.c, unlock.c.
 *
 * From stage to stage: OPENING until the reader says hello, LISTING while it tells
 * what is there.  At its totals choosing.c either goes on or waits: in FIRST the
 * reader reads a request before all else (early.c), in HELD an officer chooses
 * (choice.c); his secret for a locked volume leads to UNLOCKING and RELISTING
 * (unlock.c) and back to HELD.  His word to go on, or that nobody is waited for,
 * leads through SKIPPING (what is left out), CHECKING and HAVING (what an earlier
 * reading brought, resume.c) to READING.  When reader and vault have ended it is
 * SCANNING (scan.c), and JUDGING ends it (intake.c).  A reader that dies of a file
 * system begins anew at OPENING (stopped.c).
 *
 * One rule: after any call that may end the intake, return.  intake_fail does, and
 * whatever records, sends to a scanner or goes on to the next stage may.
 */
#ifndef DESK_INTAKE_IN_H
#define DESK_INTAKE_IN_H

#include "src/proc/desk/hold.h"
#include "src/proc/desk/intake.h"

struct asked;
struct composing;
struct early;
struct policy;
struct resume;
struct scan;
struct scope;
struct stopped;
struct unlock;
struct work;

/* How far it is; the reader may say only what belongs to the stage. */
enum intake_stage {
	STAGE_OPENING,
	STAGE_LISTING,
	STAGE_FIRST,     /* the reader reads a request before all else, or it is taken apart */
	STAGE_HELD,      /* an officer chooses; the reader has nothing to say */
	STAGE_UNLOCKING, /* the reader has the key of a volume */
	STAGE_RELISTING, /* and tells what is in it */
	STAGE_SKIPPING,  /* the reader was told what is left out */
	STAGE_CHECKING,  /* the vault looks at what an earlier reading brought into it */
	STAGE_HAVING,    /* the reader was told what of that is whole */
	STAGE_READING,
	STAGE_SCANNING,
	STAGE_JUDGING,
};

#define INTAKE_STEPS 3

struct intake {
	struct intake *next;
	struct desk *desk;
	char transfer[TRANSFER_ID_SIZE];
	char officer[LIM_PERSON_ID_BYTES + 1];
	enum intake_stage stage;
	struct work *work; /* the desk's */
	struct policy *policy;
	struct scan *scan;
	struct asked *asked;         /* the request it is held against, or NULL */
	struct composing *composing; /* what is inside is composed, or NULL */
	uint64_t tag;
	struct channel *reader;
	json_t *medium;                          /* as xfer.read records it */
	bool prefix;                             /* more than one volume: v1/, v2/ */
	uint64_t items, files, bytes;            /* what the reader counted */
	uint64_t files_read, bytes_read;         /* contents, as the reader says */
	uint64_t files_done, bytes_done, errors; /* what came of them */
	bool reader_done, vault_ended;
	bool paused, ready; /* ready: the reader waits for the word to go on */
	int timer;          /* commit and progress */
	int lost_timer;     /* its work database has failed: the end is near */
	enum err lost;      /* why; nothing is recorded any more but the fault */

	/* --- the medium itself */
	bool image, hardware; /* it is a file; it refuses to be written by itself */
	uint64_t heard;       /* messages of the reader */
	int64_t heard_ms;     /* when it said something last, or was not expected to */
	struct intake_step {  /* what takes long besides the contents: reading.c */
		uint64_t at, of;
		bool over;
	} steps[INTAKE_STEPS];

	/* --- between the list of what is there and the contents */
	enum hold_mode hold;
	struct stopped *stopped; /* where the reader is, and volumes it died of; or NULL */
	bool relisted; /* the medium was described to an earlier reader of this insertion */
	uint64_t base; /* numbers of items are the reader's and this: the rest are kept rows */
	bool again;    /* an earlier reading of it was interrupted */
	struct resume *resume; /* what of that holds; NULL for a first reading */
	struct early *early;   /* the request, as far as it is known; or NULL */
	unsigned skips; /* answers that the reader owes: what is left out was told in parts */
	int medium_fd;  /* as it was handed in, while it may be needed again; or -1 */
	json_t *places; /* of locked volumes: [{n, offset, bytes}] */
	struct scope *scope; /* the items with what is below them, while it is held; or NULL */
	struct unlock *unlock; /* a volume is being opened, or NULL */
	json_t *tried;         /* how the last try ended, as a status tells it; or NULL */
	unsigned wrong;        /* secrets that did not fit so far */
	int64_t tried_ms;      /* when the last of them was answered */
};

/* The transfer cannot go on: an entry, a word to whoever watches, and the end of this. */
void intake_fail(struct intake *, const char *step, const char *reason);
/* "reading" or "scanning": the step that fails. */
const char *intake_step(const struct intake *);
/*
 * Rows that cannot be written are the end of this intake, not of the station:
 * of itself, as soon as whoever is at work here has come back.
 */
void intake_check(struct intake *, enum err);
/* Everything was scanned (scan.h); the arg is the intake. */
void intake_on_scanned(void *, struct scan *);

#endif

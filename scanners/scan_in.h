/* SPDX-License-Identifier: ISC */
/* What the files of the skeleton share; scanners include scan.h alone. */
#ifndef SCANNERS_SCAN_IN_H
#define SCANNERS_SCAN_IN_H

#include "scanners/scan.h"
#include "src/base/limits.h"
#include "src/ipc/channel.h"

#define SCAN_WHY_SIZE 512

struct scan_slot {
	struct scan_job job; /* first, so that a job is its slot */
	bool used, set;
	bool cancelled; /* the desk does not want it any more; its callback is at work */
	bool facts_cut; /* a fact was dropped */
	unsigned findings, facts;
	int64_t began_ms;
};

struct scan {
	const struct scan_ops *ops;
	char program[32];
	struct channel *desk, *vault;
	uint64_t max_bytes;
	uint64_t children, child; /* told so far; the one whose bytes are being written, or 0 */
	uint64_t wants;
	struct scan_slot *busy;    /* its callback is at work */
	bool ended;                /* the desk has hung up */
	int secret_fd;             /* a password that came, or -1 ... */
	char secret_of[65];        /* ... and for which object */
	struct scan_parts *parts;  /* a split set that came, or NULL ... */
	char parts_of[65];         /* ... and of which object */
	char unfit[SCAN_WHY_SIZE]; /* why set-up failed */
	struct scan_slot slots[LIM_SCAN_WINDOW];
};

/* To the desk; steals body.  One that has hung up is told nothing. */
void scan_say(struct scan *, enum msg_id, json_t *body);
/* Printable ASCII of at most LIM_FINDING_TEXT bytes. */
const char *scan_text(const char *text, size_t n, char out[LIM_FINDING_TEXT + 1]);
json_t *scan_bytes(const void *, size_t n); /* base64 */
/* A place for a job; no window that is full, no id that is taken. */
struct scan_slot *scan_take_slot(struct scan *, uint64_t id);
/* The size is what was said; anything else is not what was named. */
bool scan_size_holds(const struct scan_job *);
/* Whatever the desk says besides; what it may not say now ends this process. */
void scan_on_desk(struct scan *, struct msg *);
/* scan_parts.c; one that has not the form it needs ends this process */
void scan_on_parts(struct scan *, struct msg *);
/* scan_set.c */
void scan_on_set(struct scan *, struct msg *);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * The skeleton every scanner links.  Descriptors: 3 desk, 4 vault, 5 engine
 * (when the manifest asks for one).  scan_main does the rest: set-up, sandbox,
 * hello, scan.ready, then objects, each answered by exactly one scan.result.
 *
 * Arguments: -m BYTES the largest object taken (0: no limit); -T ACT tries a
 * forbidden act inside the sandbox and reports by its exit status (tests).
 * Exit status: 0 the desk hung up, 2 usage, 3 fault.
 */
#ifndef SCANNERS_SCAN_H
#define SCANNERS_SCAN_H

#include "src/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCAN_FD_DESK   3
#define SCAN_FD_VAULT  4
#define SCAN_FD_ENGINE 5

#define SCAN_TEXT_SIZE 128 /* of each text in struct scan_about */

enum scan_verdict {
	SCAN_CLEAN,
	SCAN_SUSPICIOUS,
	SCAN_MALICIOUS,
	SCAN_INVALID,
	SCAN_INCOMPLETE,
	SCAN_ERROR,
	SCAN_TIMEOUT,
	SCAN_NA,
};

/* What scan.ready says; the set-up callback fills in the last three. */
struct scan_about {
	char engine[SCAN_TEXT_SIZE];         /* "ClamAV 1.4.6", "libmagic 5.44" */
	char signatures[SCAN_TEXT_SIZE];     /* version or digest of the signature set; "" */
	char signature_date[SCAN_TEXT_SIZE]; /* "YYYY-MM-DDTHH:MM:SSZ"; "" when there is none */
};

struct scan;

/* One object under way.  Lives from the object callback to scan_result. */
struct scan_job {
	uint64_t id;
	uint64_t size_bytes; /* fstat agrees */
	int fd;              /* read-only, own file position; the skeleton closes it */
	char sha256[65];
	void *state; /* the scanner's own, untouched by the skeleton */
};

struct scan_finding {
	const char *rule;     /* "av/signature": printable, ours */
	const char *class;    /* closed list */
	const char *severity; /* closed list */
	const char *title;    /* printable, ours */
	const char *detail;   /* may be hostile: is escaped and cut here; NULL for none */
	size_t detail_len;
	uint64_t at; /* offset in bytes; 0 when there is none */
};

struct scan_ops {
	const char *name;   /* "av" */
	unsigned window;    /* objects taken at once, 1..LIM_SCAN_WINDOW */
	uint64_t max_bytes; /* when -m is not given */
	/*
	 * Before the sandbox: load databases, speak to the engine.  Fills about;
	 * may lower scan_max_bytes.  On failure it has said why by scan_unfit.
	 */
	enum err (*setup)(struct scan *, struct scan_about *);
	/* One object, at most max_bytes long: calls scan_result now or later. */
	void (*object)(struct scan *, struct scan_job *);
	/* The desk does not want it any more and has been told: forget job->state.  May be
	 * NULL. */
	void (*cancel)(struct scan *, struct scan_job *);
	/* With an engine: what to poll for now, and what to do then. */
	short (*engine_events)(struct scan *);
	/* Another return than ERR_OK ends the process after all jobs were answered `error`. */
	enum err (*engine_ready)(struct scan *, short revents);
	/* About once a second while the engine is quiet; may be NULL. */
	enum err (*tick)(struct scan *);
};

/* The whole program; returns its exit status. */
int scan_main(int argc, char **argv, const struct scan_ops *);

/* In set-up: why this scanner cannot begin, and what is to be done; ours, printable. */
void scan_unfit(struct scan *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
uint64_t scan_max_bytes(const struct scan *);
void scan_set_max_bytes(struct scan *, uint64_t max_bytes);

/*
 * Sends one finding, texts cut to LIM_FINDING_TEXT.  More than LIM_FINDINGS for
 * one object are dropped, and its verdict can then be no better than incomplete.
 */
void scan_put_finding(struct scan *, struct scan_job *, const struct scan_finding *);
/* A fact about the object: key is ours, value is escaped and cut. */
void scan_put_fact(struct scan *, struct scan_job *, const char *key, const char *value);
/* Heartbeat for long work: bytes done so far. */
void scan_put_progress(struct scan *, struct scan_job *, uint64_t done_bytes);
/*
 * Answers and frees the job.  why is a word or a sentence of ours, may be "";
 * read_bytes is the coverage: how much was really looked at.  An object that
 * changed its size meanwhile is `error` whatever is said here.
 */
void scan_result(
    struct scan *, struct scan_job *, enum scan_verdict, const char *why, uint64_t read_bytes);

const char *scan_verdict_word(enum scan_verdict);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * The skeleton every scanner links.  Descriptors: 3 desk, 4 vault, 5 engine, 6
 * pipe to the vault for what is inside objects, 7 the manifest (each of these
 * three when the manifest asks for it).  scan_main does the rest: set-up,
 * sandbox, hello, scan.ready, then objects, each answered by exactly one
 * scan.result; for scope "transfer" the set of all objects, answered by one.
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

#define SCAN_FD_DESK     3
#define SCAN_FD_VAULT    4
#define SCAN_FD_ENGINE   5
#define SCAN_FD_CHILDREN 6
#define SCAN_FD_MANIFEST 7

#define SCAN_TEXT_SIZE   128 /* of each text in struct scan_about */
#define SCAN_ADVICE_SIZE 256

/* Why, of every object that is larger than the scanner takes: the desk counts on the word. */
#define SCAN_WHY_TOO_LARGE "size-limit"

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
	char advice[SCAN_ADVICE_SIZE]; /* fit, but less than it could be: what to change; "" */
};

struct scan;

/* One object, or set, under way.  Lives from its callback to scan_result. */
struct scan_job {
	uint64_t id;
	uint64_t size_bytes;      /* fstat agrees */
	uint64_t room_bytes;      /* so much may come out of it; UINT64_MAX: nobody said */
	uint64_t depth;           /* 0: found on the medium, 1: inside that, ... */
	char type[64], mime[128]; /* what the type scanner said: hints; "" of a set */
	int fd;                   /* read-only, own file position; the skeleton closes it */
	char sha256[65];
	void *state; /* the scanner's own, untouched by the skeleton */
	/* what became of the password (scan_secret), a word of scan.result; NULL: there was
	 * none
	 */
	const char *secret;
};

struct scan_finding {
	const char *rule;     /* "av/signature": printable, ours */
	const char *class;    /* closed list */
	const char *severity; /* closed list */
	const char *title;    /* printable, ours */
	const char *detail;   /* may be hostile: is escaped and cut here; NULL for none */
	size_t detail_len;
	uint64_t at; /* offset in bytes; 0 when there is none */
	/* Of a set: the object it is about (NULL: none), or else the item with this path. */
	const char *sha256;
	const void *path; /* raw bytes, as in the set; NULL: none */
	size_t path_len;
};

/* Something inside an object. */
struct scan_child {
	const void *name; /* raw bytes, may be hostile; cut to LIM_PATH_BYTES */
	size_t name_len;
	const char *kind;    /* file, directory, link, hardlink, special */
	uint64_t size_bytes; /* what the container claims, 0 when it does not say */
	uint32_t mode;
	const void *link; /* target, raw bytes; cut to LIM_LINK_BYTES */
	size_t link_len;
	const char *why; /* why it has no bytes, ours: "encrypted"; "": a file's bytes follow */
};

struct scan_ops {
	const char *name;   /* "av" */
	unsigned window;    /* objects taken at once, 1..LIM_SCAN_WINDOW */
	uint64_t max_bytes; /* when -m is not given */
	bool children;      /* calls scan_put_child */
	/*
	 * Before the sandbox: load databases, speak to the engine.  Fills about;
	 * may lower scan_max_bytes.  On failure it has said why by scan_unfit.
	 */
	enum err (*setup)(struct scan *, struct scan_about *);
	/* One object, at most max_bytes long: calls scan_result now or later. */
	void (*object)(struct scan *, struct scan_job *);
	/*
	 * Scope "transfer", instead of object: job->fd is the set (scanners/set.h);
	 * calls scan_result before it returns.
	 */
	void (*set)(struct scan *, struct scan_job *);
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
/*
 * A fact about the object, for scanners of scope "transfer": key is ours, value
 * is escaped.  One whose escaped value is longer than LIM_FACT_BYTES, and more than
 * LIM_SCAN_FACTS for one object, are dropped: its verdict is incomplete at best.
 */
void scan_put_fact(struct scan *, struct scan_job *, const char *key, const char *value);
void scan_put_fact_bytes(
    struct scan *, struct scan_job *, const char *key, const void *value, size_t n);
/* Heartbeat for long work: bytes done so far. */
void scan_put_progress(struct scan *, struct scan_job *, uint64_t done_bytes);
/*
 * Answers and frees the job.  why is a word or a sentence of ours, may be "";
 * read_bytes is the coverage: how much was really looked at.  An object that
 * changed its size meanwhile is `error` whatever is said here.
 */
void scan_result(
    struct scan *, struct scan_job *, enum scan_verdict, const char *why, uint64_t read_bytes);

/* The engine or its signatures have become others. */
void scan_changed(struct scan *, const struct scan_about *);
/*
 * For long work in an object or set callback: true when nobody wants it any
 * more, so that it is answered at once, with whatever verdict.
 */
bool scan_cancelled(struct scan *, struct scan_job *);
const char *scan_verdict_word(enum scan_verdict);

/* --- what is inside objects (scan_child.c) ------------------------------------------ */
/*
 * Tells the desk of a child, in the order of the container; its number.  When
 * it is a file with why "", its bytes follow: writes, then one end.
 */
uint64_t scan_put_child(struct scan *, struct scan_job *, const struct scan_child *);
/* Waits while the vault is busy.  False when the vault has gone: answer, and end. */
bool scan_child_write(struct scan *, uint64_t child, const void *bytes, size_t n);
/* whole: false when the container broke off in the middle of it. */
bool scan_child_end(struct scan *, uint64_t child, bool whole);

/* --- passwords (scan_secret.c) ---------------------------------------------------- */
/*
 * In an object callback: the password that an officer typed for this object, into
 * room for LIM_UNLOCK_PASSPHRASE_BYTES; false when there is none.
 */
bool scan_secret(struct scan *, struct scan_job *, uint8_t *room, size_t *ret_len);

/* --- split sets (scan_parts.c) ----------------------------------------------------- */
struct scan_part {
	char sha256[65];
	uint64_t bytes;
};

struct scan_parts {
	uint8_t *name; /* of what they make together, raw bytes */
	size_t name_len;
	bool zip; /* a zip in parts: its offsets count from them */
	size_t n;
	struct scan_part parts[]; /* in order; the object at hand is the first of them */
};

/*
 * In an object callback: the split set whose first part this object is, or NULL, when it
 * is an object as any.  Its parts are had by scan_want.  Caller frees.
 */
struct scan_parts *scan_parts(struct scan *, struct scan_job *);
struct scan_parts *scan_parts_free(struct scan_parts *); /* always NULL */

/* --- the set of a transfer (scan_set.c) ----------------------------------------------- */
/*
 * A fresh descriptor of an object of the set, or of a part of the split set that the job
 * is the first of; caller closes.  ERR_NOTFOUND: it
 * cannot be had; ERR_CLOSED: nobody wants the answer any more.  A digest that is not in
 * the set ends this process.
 */
enum err scan_want(
    struct scan *, struct scan_job *set, const char *sha256, int *ret_fd, uint64_t *ret_bytes);
/*
 * The verdict of one object of the set; read_bytes of what was asked for, else
 * 0.  Those without one get the verdict of scan_result; and when that is error,
 * timeout or incomplete, nothing counts as better.
 */
void scan_put_object_verdict(struct scan *, struct scan_job *set, const char *sha256,
    enum scan_verdict, const char *why, uint64_t read_bytes);

#endif

/* SPDX-License-Identifier: ISC */
/* What the parts of sallyport-verify share: the findings so far. */
#ifndef VERIFY_VERIFY_H
#define VERIFY_VERIFY_H

#include "src/core/custody.h"
#include "src/proc/verify/when.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VERIFY_ANCHORS 64

struct verify_anchor {
	const char *name; /* as given */
	int fd;
};

struct leaves;

struct verify {
	struct custody *custody;
	const char *genesis; /* expected leaf in hex, or NULL */
	struct verify_anchor anchors[VERIFY_ANCHORS];
	size_t anchors_count;
	int copy_fd;           /* folder of a copy to compare with, or -1 */
	struct leaves *leaves; /* lists that were given beside the record */

	const char *kind;             /* "ledger", "custody folder", "entries" */
	char sha256[HEX_DIGEST_SIZE]; /* of ledger.db, else "" */
	/* The custody log's head; in a folder it is the checkpoint's. */
	const struct custody_epoch *epoch;
	uint64_t custody_size; /* of that epoch's log */
	uint8_t custody_root[32];
	struct when *when; /* what witnesses say of times */
	json_t *checked;   /* sentences: what holds */
	json_t *unchecked; /* sentences: what could not be looked at, and why */

	/* The first thing that is wrong. */
	bool bad;
	bool unreadable; /* it cannot be looked at: nothing is said about what it holds */
	bool at_entry;
	unsigned bad_log; /* 0 authority, n custody of epoch n */
	uint64_t bad_seq;
	char why[CUSTODY_WHY_SIZE];
};

/* Record the first failure; always return false, so that a step can end with it. */
bool verify_fail(struct verify *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* log is 0 for authority, n for the custody log of epoch n (1: seq is a place). */
bool verify_fail_entry(struct verify *, unsigned log, uint64_t seq, const char *why);
bool verify_unreadable(struct verify *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void verify_checked(struct verify *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void verify_unchecked(struct verify *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Each looks at one kind of input and ends early when something is wrong. */
/*
 * So that a live ledger is not read in the middle of a transaction; before the
 * sandbox.  False when it is being written all the time.
 */
bool whole_lock(int fd);
/* docs_fd is the folder of documents or -1. */
void whole_ledger(struct verify *, int fd, int docs_fd);
void whole_entries(struct verify *, const int *fds, size_t n);
void folder_check(struct verify *, int dirfd);
/* The same in an archive of tar. */
void folder_check_tar(struct verify *, int fd);

/* The copy of a ledger, if one was given. */
struct ledger;
void copy_check(struct verify *, struct ledger *);

/* Genesis and anchors; after the record was replayed. */
void anchor_check(struct verify *);

/* The result for people, or as JSON. */
void print_text(const struct verify *);
void print_json(const struct verify *);

#endif

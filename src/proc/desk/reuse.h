/* SPDX-License-Identifier: ISC */
/*
 * Verdicts of earlier transfers over the same bytes (db/index.h).
 *
 * A verdict is found again only by what made it: the scanner's program and
 * manifest, its version, engine and signatures.  Only what a scanner said to the
 * end is kept (clean, suspicious, malicious, invalid, not applicable), and it
 * counts only when that scanner proved itself after the last object.  Scanners
 * that open containers, judge whole transfers or run a command of the site are
 * asked anew each time.  The file is believed for nothing: each row carries a
 * seal by a key that lies in the ledger, with the scanner, the object and all
 * that was said under it; a row without it is as if it were not there.
 */
#ifndef DESK_REUSE_H
#define DESK_REUSE_H

#include "src/core/policy.h"
#include "src/proc/desk/desk.h"
#include "src/proc/desk/worker.h"

struct reuse;

#define REUSE_WHY_SIZE 256

struct reuse *reuse_new(void);
/* NULL is fine; always returns NULL. */
struct reuse *reuse_free(struct reuse *);
/* Before the sandbox: the scanner at this position has this manifest; its program is read. */
void reuse_note(struct desk *, size_t scanner, const void *manifest, size_t n);

/* One scanner at work for one transfer.  All zero: nothing is kept or used. */
struct reuse_run {
	uint64_t life, run; /* of the index; the run in it, or 0 */
	uint8_t maker[32];
	enum policy_reuse mode;
	unsigned days;
	uint64_t used;
};
/* The scanner has proved itself and says what it is. */
void reuse_begin(struct desk *, const struct policy *, const struct manifest *,
    const struct worker_about *, struct reuse_run *ret_run);
/* Something said, in memory of its own. */
struct reuse_said {
	struct worker_result result;
	char why[REUSE_WHY_SIZE], type[64], mime[128];
};
/*
 * True when policy lets an earlier verdict stand; its findings and facts are in
 * the work then, and why says from when it is.
 */
bool reuse_find(struct desk *, struct reuse_run *, const struct manifest *, struct work *,
    const struct work_todo *, struct reuse_said *ret_said);
/* The scanner has answered; its findings and facts are in the work. */
void reuse_keep(struct desk *, const struct reuse_run *, const struct manifest *, struct work *,
    const struct work_todo *, const struct worker_result *);
/* It is over, and the scanner proved itself again; or it did not, and nothing of it stays. */
void reuse_end(struct desk *, struct reuse_run *, bool good);
/*
 * What the scanner said of this object in a transfer before before_s, for a person:
 * "clean, 2026-11-20 10:00Z".  False when nothing is known.
 */
bool reuse_show(struct desk *, const uint8_t sha256[32], const char *scanner, int64_t before_s,
    char out[REUSE_WHY_SIZE]);

#endif

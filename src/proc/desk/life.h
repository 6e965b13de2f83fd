/* SPDX-License-Identifier: ISC */
/*
 * Whether a scanner that knows its known-bad object can be relied on all the
 * same: its signatures are neither too old nor older than those before.
 */
#ifndef DESK_LIFE_H
#define DESK_LIFE_H

#include "src/core/signature.h"
#include "src/proc/desk/desk.h"
#include "src/proc/desk/worker.h"

struct policy;

#define LIFE_WHY_SIZE SIGNATURE_WHY_SIZE

/*
 * Under this policy (NULL: the one in force).  False when it cannot be relied
 * on; why gets a sentence then, or a warning when it can, else "".
 */
bool life_judge(struct desk *, const struct policy *, const struct manifest *,
    const struct worker_about *, char why[LIFE_WHY_SIZE]);
/* The policy in force lets people see what was said in earlier transfers. */
bool life_tells_earlier(struct desk *);
/* Both say the same of engine and signatures. */
bool life_same(const struct worker_about *, const struct worker_about *);
/* The later of wall clock and record: a clock that was set back makes nothing younger. */
int64_t life_now_s(const struct desk *);
/* Days since this date, by the later of clock and record; false when it is no date. */
bool life_age(const struct desk *, const char *date, unsigned *ret_days);
/* What the record last heard of this scanner, or NULL. */
const struct custody_selftest *life_recorded(const struct desk *, const char *scanner);
/*
 * Records that a scanner's engine or signatures changed while it was at work for a
 * transfer ("": for none); so many objects are scanned again.
 */
void life_record_change(struct desk *, const struct manifest *, const char *transfer,
    const struct worker_about *was, const struct worker_about *now, uint64_t objects);
/* Records a test; when is a literal, why "" or why it failed. */
void life_record_test(struct desk *, const struct manifest *, const struct worker_about *,
    bool passed, const char *when, const char *why);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * What each scanner did since the desk began: how long objects took, what it
 * says it is, how it stood its last test.  In memory alone, of fixed size.
 */
#ifndef DESK_METRICS_H
#define DESK_METRICS_H

#include "src/base/buf.h"
#include "src/proc/desk/desk.h"
#include "src/proc/desk/worker.h"

struct metrics;

struct metrics *metrics_new(void);
/* NULL is fine; always returns NULL. */
struct metrics *metrics_free(struct metrics *);

/* A process of this scanner answered for an object that it had since `from`, nanoseconds of
 * clock_mono_ns: when it was given, or when the process answered before. */
void metrics_object(struct desk *, const struct manifest *, uint64_t from_ns);
/* A process of it died, or was ended, over an object. */
void metrics_strike(struct desk *, const struct manifest *);
/* One of its verdicts was used again. */
void metrics_reused(struct desk *, const struct manifest *);
/* It was tried: what it is, and how that ended; why is a warning when it passed. */
void metrics_tested(struct desk *, const struct manifest *, const struct worker_about *,
    bool passed, const char *why);

/* The same for all the desk's scanners, by position; NULL before it was tried. */
const struct worker_about *metrics_about(const struct desk *, size_t scanner);
/* What is to be said of a scanner that is fit all the same, or "". */
const char *metrics_warning(const struct desk *, size_t scanner);
/* Adds ", median 0.8 ms, 99 % within 3.2 ms, 2 strikes" as far as there is anything to say. */
void metrics_add_pace(const struct desk *, size_t scanner, struct buf *out);
/*
 * Adds to a row about a scanner what is known: date, age_days, tested, median_us,
 * p99_us, objects, per_s, strikes, reused.
 */
void metrics_print(const struct desk *, size_t scanner, json_t *row);

#endif

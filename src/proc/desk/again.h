/* SPDX-License-Identifier: ISC */
/*
 * A transfer that was scanned already is scanned again: in review its verdicts are
 * made anew; what was submitted gets an addendum, which the next officer signs.
 */
#ifndef DESK_AGAIN_H
#define DESK_AGAIN_H

#include "src/proc/desk/desk.h"

#define AGAIN_WHY_SIZE 512

struct work;

/* Forgets what scanners said: everything waits for them. */
enum err again_forget(struct desk *, struct work *);
/*
 * Everything was scanned and judged: compares it with what was submitted and makes the
 * entry.  scanners: rows as in xfer.scan, borrowed; unfit: why one cannot be relied on,
 * or NULL.
 */
enum err again_record(struct desk *, const struct custody_transfer *, struct work *,
    const char *officer, json_t *scanners, const char *unfit, char why[AGAIN_WHY_SIZE]);

#endif

/* SPDX-License-Identifier: ISC */
/* Reports on the share: reports/<transfer>/<name>, the newest of each name. */
#ifndef PROC_STAGER_PAPER_H
#define PROC_STAGER_PAPER_H

#include "src/proc/stager/record.h"
#include "src/proc/stager/share.h"

/*
 * Writes the report in fd (a sealed memfd) in place of an older one.  The
 * transfer must be in the record and the name in the closed list of those a
 * report has: ERR_NOTFOUND, ERR_DENIED.  A sentence when it fails.
 */
enum err paper_put(struct record *, const struct share *, const char *transfer,
    const char *name, int fd, char why[SHARE_WHY_SIZE]);

#endif

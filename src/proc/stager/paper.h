/* SPDX-License-Identifier: ISC */
/* What is exported to the share: reports/<transfer or kind>/<name>. */
#ifndef PROC_STAGER_PAPER_H
#define PROC_STAGER_PAPER_H

#include "src/proc/stager/record.h"
#include "src/proc/stager/share.h"

/*
 * Writes the report in fd (a sealed memfd) in place of an older one and reads it
 * back.  The transfer must be in the record, the name in the closed list of those a
 * report has, and its audit.export among the newest LIM_EXPORT_BACK entries:
 * ERR_NOTFOUND, ERR_DENIED.  A bundle and what lies in EXPORT_RECORD never take
 * another's place: ERR_EXISTS.  A sentence when it fails.
 */
enum err paper_put(struct record *, const struct share *, const char *transfer,
    const char *name, int fd, char why[SHARE_WHY_SIZE]);

#endif

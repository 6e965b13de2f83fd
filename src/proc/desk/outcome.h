/* SPDX-License-Identifier: ISC */
/* How exports to media ended: export.written, one for each that the record says was begun. */
#ifndef DESK_OUTCOME_H
#define DESK_OUTCOME_H

#include "src/proc/desk/desk.h"

/*
 * Enters how the export that was entered for this port has ended.  bytes: of its image; why: ""
 * when it was written or cancelled, and cut to what an entry takes.  What cannot be entered is
 * logged, and is entered as interrupted when something is written to that port again.
 */
void outcome_enter(
    struct desk *, const char *port, enum custody_writing_end, uint64_t bytes, const char *why);
/*
 * Whatever the record says is on its way to this port (NULL: to any) and is not, as an earlier
 * desk was ended in the middle: interrupted.
 */
void outcome_settle(struct desk *, const char *port);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * Volumes on which the reader stopped: a library crashed in it, or was busy for
 * ever.  Another reader reads the rest of the medium; what was read of the volume
 * stays, and that it is not whole is an entry, a region and a finding.
 */
#ifndef DESK_STOPPED_H
#define DESK_STOPPED_H

#include "src/proc/desk/intake_in.h"

/* reader.at */
void stopped_on_at(struct intake *, struct msg *);
/*
 * The reader has gone, or (cut) its pipe ended in the middle of a file.  True when a
 * file system may be the cause: stopped_settle is called with what else is known.
 */
bool stopped_gone(struct intake *, bool cut);
/* The reader's process has ended. */
void stopped_on_exit(struct intake *, int signum);
/* When all is known: another reader, or the end of the intake. */
void stopped_settle(struct intake *);
/* Number of volumes left out, and where they begin, for read.begin (NULL: none). */
size_t stopped_count(const struct intake *);
json_t *stopped_without(const struct intake *);
/* Why this volume is not read, or NULL. */
const char *stopped_why(const struct intake *, uint64_t volume);
void stopped_end(struct intake *);

#endif

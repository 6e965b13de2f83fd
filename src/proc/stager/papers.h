/* SPDX-License-Identifier: ISC */
/*
 * The papers of every transfer: its line in INDEX and its custody folder.  They
 * are written after the entry that makes them due, so a crash or a full disk may
 * come between; what is missing is found by looking, and made up for at the
 * start and until it is done.
 */
#ifndef PROC_STAGER_PAPERS_H
#define PROC_STAGER_PAPERS_H

#include "src/core/custody.h"
#include "src/proc/stager/delivery.h"

#include <stdbool.h>

struct loop;
struct papers;

/* Files of it were published, and that is recorded; they may have been recalled since. */
bool papers_delivered(const struct custody_transfer *);
/*
 * What INDEX says of it, as soon as two officers have signed: "delivered", "recalled" or
 * "retired".  What was recalled stays so.
 */
const char *papers_state(const struct custody_transfer *);
/*
 * They are due and the share does not have them as they should be: a folder
 * that lacks the transfer's last entry, or a delivery without one.
 */
bool papers_behind(const struct share *, const struct custody_transfer *);

/*
 * Whether the share is the one that was delivered to: an empty folder where much
 * was delivered is a share that is not mounted, or another one, and what goes
 * there would be seen by nobody.  ERR_STATE and a sentence.
 */
enum err papers_share(const struct record *, const struct share *, char why[SHARE_WHY_SIZE]);

/* Begins to look, by the loop; d->record and d->share stay the caller's. */
struct papers *papers_new(struct loop *, const struct delivery *d);
struct papers *papers_free(struct papers *);
/* Those of a transfer could not be written: looks again soon. */
void papers_failed(struct papers *, const char *transfer, const char *why);
/* A sentence about what could not be written at the last look, or "". */
const char *papers_why(const struct papers *);

#endif

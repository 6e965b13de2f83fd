/* SPDX-License-Identifier: ISC */
/*
 * Faults on their way into the record.  One that the ledger has no room for is
 * kept and tried again: until it is recorded nobody can take the transfer up.
 */
#ifndef DESK_FAULT_H
#define DESK_FAULT_H

#include "src/proc/desk/desk.h"

/* The entry xfer.fault, now or as soon as the ledger can take it. */
void fault_record(struct desk *, const char *transfer, const char *step, const char *reason);
/* What to say of a transfer whose fault still waits. */
#define FAULT_WAITS                                                                            \
	"its fault is not recorded yet: the ledger cannot write; an administrator makes room " \
	"on its disk"

/* Tries what waits for this transfer once more; true when it still waits. */
bool fault_waits(struct desk *, const char *transfer);
/* Where the transfer stands for a person: FAULT also while the entry waits. */
enum transfer_state fault_state(const struct desk *, const struct custody_transfer *);
/* Why it stopped, with the word that it is not recorded yet, or what the record says; not NULL.
 */
char *fault_why(const struct desk *, const struct custody_transfer *);
/* Forgets what waits: the next start records it as interrupted. */
void fault_end(struct desk *);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * A delivery goes off the share again: recalled, and kept out of sight, or
 * retired, and removed.  A table of steps as in delivery.h, each of which can
 * be repeated.  INDEX says so first: what it calls delivered is there.
 */
#ifndef PROC_STAGER_RECALL_H
#define PROC_STAGER_RECALL_H

#include "src/proc/stager/delivery.h"

#include <stdbool.h>

/* It has both signatures and is not done. */
bool recall_due(const struct custody_transfer *);
/*
 * Does what two officers signed.  Whose signatures they are is looked at here once
 * more; that they hold, the record has verified.  A failure leaves the transfer where
 * it is, to be repeated.
 */
enum err recall_run(
    const struct delivery *, const char *transfer, struct delivery_result *ret_result);

#endif

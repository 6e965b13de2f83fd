/* SPDX-License-Identifier: ISC */
/*
 * The share against the record, one transfer at a time: what is there, is missing, or is
 * another than was signed.  Everything that was delivered is read and hashed again.
 */
#ifndef PROC_STAGER_RECONCILE_H
#define PROC_STAGER_RECONCILE_H

#include "src/proc/stager/delivery.h"

#include <jansson.h>

/*
 * Adds rows {"transfer","part","finding","why"}: part is delivery, tombstone, INDEX or custody;
 * finding is same, missing, changed or extra.  With the transfer "" what the share has beside
 * the record.  ERR_STATE and the like when it cannot be looked at.
 */
enum err reconcile(const struct delivery *, const char *transfer, json_t *rows,
    struct delivery_result *ret_result);

#endif

/* SPDX-License-Identifier: ISC */
/* A copy of the ledger to be given away, with documents or without. */
#ifndef LEDGER_HANDOUT_H
#define LEDGER_HANDOUT_H

#include "src/proc/ledger/keeper.h"

/*
 * A sealed memfd: the database alone; or, when digests are asked for, an archive of tar with
 * ledger.db and docs/<sha256>.  path and dirfd are HOME/ledger, where the copy is made and
 * removed again.  ERR_LIMIT: more than LIM_SEALED_BYTES.  Caller closes.
 */
enum err handout_make(struct keeper *, const char *path, const json_t *documents, int *ret_fd,
    char why[KEEPER_WHY_SIZE]);

#endif

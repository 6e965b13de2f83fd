/* SPDX-License-Identifier: ISC */
/*
 * How a transfer begins: whether it may, its first entry, and the beginning
 * anew of one whose reading was interrupted.
 */
#ifndef DESK_OPENING_H
#define DESK_OPENING_H

#include "src/proc/desk/intake.h"

struct policy;

/* The rules about opening; ERR_DENIED with a sentence. */
enum err opening_allowed(struct desk *, const struct intake_request *, const struct policy *,
    char why[INTAKE_WHY_SIZE]);
/*
 * A transfer in FAULT whose reading is to be repeated: its work database goes,
 * but for what was left out (choosing_keep); caller decrefs that, NULL: nobody can
 * tell any more.  ERR_DENIED with a sentence.
 */
enum err opening_again(struct desk *, const struct intake_request *,
    char ret_transfer[TRANSFER_ID_SIZE], json_t **ret_kept, char why[INTAKE_WHY_SIZE]);
/* The entry xfer.open; policy is the digest of the one it is opened under. */
enum err opening_record(struct desk *, const struct intake_request *, const char *transfer,
    const char *policy, char why[INTAKE_WHY_SIZE]);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * The medium as a whole, for the record: that it was not written to, that it
 * was the same before and after, and that every byte of it is accounted for.
 */
#ifndef DESK_EVIDENCE_H
#define DESK_EVIDENCE_H

#include "src/ipc/channel.h"

#include <stdbool.h>

struct policy;

#define EVIDENCE_WHY_SIZE 320

/*
 * "image" of a file; "hardware" when the device refused writes by itself,
 * before the station's rules; "kernel" when the kernel says so of the
 * descriptor that is read; else "not proved".
 */
const char *evidence_write_protect(bool image, bool hardware, bool kernel);
/*
 * What a reader says when it begins and when it has ended (after), into the
 * medium that xfer.read records.  False with a sentence part when it is of no
 * known form, when bytes are missing from the account, or when the digest is
 * not the one that policy asks for.
 */
bool evidence_take(json_t *medium, const struct msg *, const struct policy *, bool after,
    char why[EVIDENCE_WHY_SIZE]);
#endif

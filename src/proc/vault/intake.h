/* SPDX-License-Identifier: ISC */
/*
 * One reader's pipe.  A thread takes frames and writes them to a temporary
 * file, a second one hashes the same buffers beside it; the object's name is
 * the digest of the bytes that were written.  What happens is told through
 * events.h.  Any failure is the end of the pipe: EVENT_FAILED, then, as after
 * a clean end, EVENT_ENDED.
 */
#ifndef PROC_VAULT_INTAKE_H
#define PROC_VAULT_INTAKE_H

#include "src/base/err.h"

#include <stdint.h>

struct events;
struct intake;
struct store;

/* Owns fd from here on, also when it fails; store and events outlive the intake. */
enum err intake_start(
    struct store *, struct events *, uint64_t tag, int fd, struct intake **ret_intake);
uint64_t intake_tag(const struct intake *);
/* Waits for its threads: call it after EVENT_ENDED. */
struct intake *intake_free(struct intake *);

#endif

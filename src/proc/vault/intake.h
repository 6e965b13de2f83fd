/* SPDX-License-Identifier: ISC */
/*
 * The pipe of a reader, or of a scanner that hands back what is inside objects.  A thread takes
 * frames and writes them to a temporary file, a second one hashes the same buffers beside it;
 * the object's name is the digest of the bytes that were written.  What happens is told through
 * events.h.  Any failure is the end of the pipe: EVENT_FAILED, then, as after
 * a clean end, EVENT_ENDED.
 *
 * Of a scanner's pipe every file is told, one that was given up too (EVENT_FAILED,
 * cut), and a disk without room fails one file: the rest of it is passed over.
 */
#ifndef PROC_VAULT_INTAKE_H
#define PROC_VAULT_INTAKE_H

#include "src/base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct events;
struct intake;
struct store;

/* Owns fd from here on, also when it fails; store and events outlive the intake. */
enum err intake_start(struct store *, struct events *, uint64_t tag, int fd, bool inside,
    struct intake **ret_intake);
uint64_t intake_tag(const struct intake *);
/* Waits for its threads: call it after EVENT_ENDED. */
struct intake *intake_free(struct intake *);

#endif

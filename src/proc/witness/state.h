/* SPDX-License-Identifier: ISC */
/*
 * What a witness keeps in its folder: `key` (a seed), `name`, and for each log two files,
 * named by the SHA-256 of its origin: `<hex>.log` (its verifier key) and `<hex>.head` (what was
 * cosigned last: a checkpoint's text).  It is never restored from a copy: a witness that lost
 * its state is retired, and another gets a new key.  The head is moved before it is signed and
 * `key` is bound to the folder's inode, so that a copy put back does not sign.
 */
#ifndef PROC_WITNESS_STATE_H
#define PROC_WITNESS_STATE_H

#include "src/base/buf.h"
#include "src/core/note.h"

#include <stdint.h>

#define STATE_WHY_SIZE 256

/* A new key under this name; ERR_EXISTS when there is one. */
enum err state_init(
    int dir, const char *name, char ret_vkey[NOTE_VKEY_SIZE], char why[STATE_WHY_SIZE]);
/* A log whose checkpoints are cosigned from now on. */
enum err state_add(int dir, const char *vkey, char why[STATE_WHY_SIZE]);
/*
 * C2SP add-checkpoint.  ret_answer: the cosignature line; or with ERR_STATE, when the
 * request begins at another size, that size and LF; else nothing.  What was cosigned is on the
 * disk before this returns.
 * ERR_SYNTAX     no request
 * ERR_NOTFOUND   a log that was not added
 * ERR_SIGNATURE  not signed by the log, or not proved to continue what was cosigned
 * ERR_STATE      the request begins at another size
 * ERR_DENIED     the same size with another root
 */
enum err state_sign(int dir, const void *request, size_t n, uint64_t time_s,
    struct buf *ret_answer, char why[STATE_WHY_SIZE]);
/* Key and logs, for people. */
enum err state_print(int dir, struct buf *, char why[STATE_WHY_SIZE]);

#endif

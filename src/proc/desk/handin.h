/* SPDX-License-Identifier: ISC */
/* What an officer hands in to be read: taken, or refused with an entry. */
#ifndef DESK_HANDIN_H
#define DESK_HANDIN_H

#include "src/proc/desk/desk.h"

#define HANDIN_WHY_SIZE 1024

/*
 * The descriptor of the medium: fd (taken over) when the terminal opened an
 * image, else (-1) what the parent opens for source, a device of a configured
 * port.  Caller closes.  ERR_DENIED with a sentence for anything else; the
 * refusal is in the ledger then, and no transfer begins.
 */
enum err handin_take(struct desk *, int fd, const uint8_t *source, size_t source_len,
    int *ret_fd, char why[HANDIN_WHY_SIZE]);

#endif

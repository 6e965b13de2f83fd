/* SPDX-License-Identifier: ISC */
/*
 * The room on the disks that the station cannot work without: that of the work
 * databases, which are the desk's, and that of the ledger.  Nothing new is begun
 * when one is short: what was begun must still be recorded to its end.
 */
#ifndef DESK_ROOM_H
#define DESK_ROOM_H

#include "src/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct desk;

enum room { ROOM_LEDGER, ROOM_WORK, ROOM__MAX };

/* What must stay free there, in bytes. */
uint64_t room_floor(enum room);
/* Looks at the disk; false when it cannot be told. */
bool room_free(const struct desk *, enum room, uint64_t *ret_free_bytes);
/* Not even a page of it is left. */
bool room_is_full(const struct desk *, enum room);
/* ERR_NOSPACE and a sentence when one of them has less than must stay free. */
enum err room_check(const struct desk *, char *why, size_t size);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * Entries about devices in the ports, at most so many: LIM_FLAPS of one port at
 * once, and one more every LIM_FLAP_EACH_MS.  What comes and goes faster is
 * counted: when the port has been calm for LIM_FLAP_CALM_MS, at the latest
 * LIM_FLAP_LATEST_MS after the first, the newest of them is written, and says
 * how many before it were not (unwritten).  What the ledger could not write
 * waits too, as it is, and is tried again; when it is more than LIM_FLAPS, the
 * newest stands for the rest.
 */
#ifndef DESK_FLAP_H
#define DESK_FLAP_H

#include "src/proc/desk/desk.h"

/*
 * Records an event about a device in this port (NULL: in none); steals data.
 * sure: it is written whatever there was.
 */
void flap_enter(
    struct desk *, const struct station_port *, const char *type, json_t *data, bool sure);
/* Writes what waits, if the ledger can: another entry is to come behind it. */
void flap_write(struct desk *);
/* The same: the desk is going down. */
void flap_end(struct desk *);

#endif

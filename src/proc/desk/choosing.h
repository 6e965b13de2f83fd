/* SPDX-License-Identifier: ISC */
/*
 * A reading between the list of what is there and the contents: whether it
 * waits for an officer, what is left out, and whether the rest has room.
 */
#ifndef DESK_CHOOSING_H
#define DESK_CHOOSING_H

#include "src/proc/desk/intake_in.h"

/* The reader has counted: everything, what is new, or what is left. */
void choosing_totals(struct intake *);
/* Everything that is listed is known: it waits for an officer. */
void choosing_hold(struct intake *);
/* All that is to be read is known: it begins when there is room; may end the intake. */
void choosing_ready(struct intake *);
/* Forgets what it keeps of the choice. */
void choosing_end(struct intake *);
/* True while it waits for an officer. */
bool choosing_waits(const struct intake *);
/* The word to go on: what is left out becomes one item each; may end the intake. */
void choosing_leave_all(struct intake *);

/* Bytes that the vault can still take, and that are to be read as it was chosen. */
uint64_t choosing_room(const struct intake *);
uint64_t choosing_bytes(const struct intake *);
size_t choosing_locked(const struct intake *); /* volumes */
/* For sentences: as many MiB as it takes. */
unsigned long long choosing_mib(uint64_t bytes);

/*
 * What an earlier reading of the transfer left out, from its work database:
 * caller decrefs.  Put into the next one it holds there, too.
 */
enum err choosing_kept(struct work *, json_t **ret);
enum err choosing_keep(struct work *, const json_t *kept);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * The reading of one medium: what its reader says, what the vault makes of
 * the contents, and the word to go on.
 */
#ifndef DESK_READING_H
#define DESK_READING_H

#include "src/proc/desk/intake_in.h"

/* Has the parent start a reader of the medium (borrowed). */
void reading_start(struct intake *, int medium_fd);
/* A new reader in the place of one that stopped on a volume: the others are read. */
void reading_again(struct intake *);
/* Nothing is left to choose: the contents are read, or wait until nobody pauses them. */
void reading_go(struct intake *);
/* For how long the medium has not answered: 0 unless that is worth a word. */
unsigned reading_stalled_s(const struct intake *);
/* Every now and then: whether a word of the reader can be expected. */
void reading_tick(struct intake *);
/* The item being read is given up as soon as the medium answers; false: it answers. */
bool reading_give_up(struct intake *);
/* Rows of what takes long besides the contents. */
void reading_stages(const struct intake *, json_t *stages);
/* Ends the reader and closes what was kept for it. */
void reading_end(struct intake *);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * A reading that is repeated: what an earlier one brought into the vault is not
 * read again, when the medium has the same digest as before the first reading,
 * the file has the same path, size, time and place, and the vault has hashed its
 * bytes and found them whole.
 */
#ifndef DESK_RESUME_H
#define DESK_RESUME_H

#include "src/proc/desk/intake_in.h"

/* The medium was described: what is known of it from before is used, or forgotten. */
void resume_medium(struct intake *);
/* Everything was listed, or more than before: which files are as they were? */
void resume_listed(struct intake *);
/* Bytes of those. */
uint64_t resume_bytes(const struct intake *);
/*
 * What is to be read is settled.  True when the vault is asked first what it has;
 * choosing_totals is called then when the reader knows it, or choosing_ready when
 * nothing is there.
 */
bool resume_begin(struct intake *);
/* vault.checked */
void resume_on_checked(struct intake *, const struct msg *);
/* The reader's totals without what is not read again. */
void resume_told(struct intake *);
/* For xfer.read: how much was not read again, or why all was; NULL for a first reading. */
json_t *resume_print(const struct intake *);
/* The row of what is being looked at in the vault. */
void resume_stages(const struct intake *, json_t *stages);
void resume_end(struct intake *);

#endif

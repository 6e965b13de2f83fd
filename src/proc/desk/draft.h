/* SPDX-License-Identifier: ISC */
/*
 * Deciding: one item, the items of a limit, what policy proposes, or a whole
 * list at once; and taking it back.  Only the officer who holds the transfer,
 * only in review.
 */
#ifndef DESK_DRAFT_H
#define DESK_DRAFT_H

#include "src/proc/desk/session.h"

struct bulk;

void draft_decide(struct session *, struct msg *);
void draft_undo(struct session *, struct msg *);
void draft_bulk(struct session *, struct msg *);
void draft_bulk_do(struct session *, struct msg *);
/* Forgets the bulk decision a session asked about. */
void draft_bulk_free(struct session *);
/* A transfer was submitted: what was decided cannot be taken back step by step any more. */
void draft_settle(struct desk *, const char *transfer);

#endif

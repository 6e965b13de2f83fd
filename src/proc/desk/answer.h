/* SPDX-License-Identifier: ISC */
/* Answers that only look: lists, details, checks. */
#ifndef DESK_ANSWER_H
#define DESK_ANSWER_H

#include "src/proc/desk/session.h"

struct work;

#define ANSWER_PAGE_BYTES 28000 /* rows of one message, with room for the frame */

void answer_transfers(struct session *, struct msg *);
void answer_status(struct session *, struct msg *);
void answer_item(struct session *, struct msg *);
void answer_register(struct session *, struct msg *);
void answer_scanners(struct session *, struct msg *);
void answer_export(struct session *, struct msg *);
void answer_get(struct session *, struct msg *);

/* Sends what there is of rows; stolen. */
void answer_rows(struct session *, json_t *rows, bool more, uint64_t next, uint64_t total);
/* How much of a page a row takes. */
size_t answer_size(const json_t *row);
/* The transfer's database; NULL after a refusal. */
struct work *answer_work(struct session *, const char *transfer);

#endif

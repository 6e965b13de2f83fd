/* SPDX-License-Identifier: ISC */
/* Answers that only look: lists, details, checks. */
#ifndef DESK_ANSWER_H
#define DESK_ANSWER_H

#include "src/proc/desk/session.h"

struct work;

void answer_transfers(struct session *, struct msg *);
void answer_status(struct session *, struct msg *);
void answer_item(struct session *, struct msg *);
void answer_register(struct session *, struct msg *);
void answer_scanners(struct session *, struct msg *);
void answer_export(struct session *, struct msg *);
void answer_get(struct session *, struct msg *);

/* The transfer's database; NULL after a refusal. */
struct work *answer_work(struct session *, const char *transfer);

#endif

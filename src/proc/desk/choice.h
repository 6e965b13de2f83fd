/* SPDX-License-Identifier: ISC */
/* What an officer sees and says of a reading that waits (choosing.h). */
#ifndef DESK_CHOICE_H
#define DESK_CHOICE_H

#include "src/proc/desk/intake.h"
#include "src/proc/desk/session.h"

/* What desk.status says of it; caller decrefs. */
json_t *choice_status(const struct intake *);
/* The transfer while it waits; NULL after a refusal. */
struct intake *choice_find(struct session *, const char *transfer);

/* --- answers ---------------------------------------------------------------------- */
void choice_go(struct session *, struct msg *);
void choice_scope(struct session *, struct msg *);
void choice_requested(struct session *, struct msg *);
void choice_folders(struct session *, struct msg *);

#endif

/* SPDX-License-Identifier: ISC */
/* Everything the custody log holds about one transfer. */
#ifndef DESK_TIMELINE_H
#define DESK_TIMELINE_H

#include "src/proc/desk/session.h"

/* Answers ui.timeline: the entries, oldest first, as a sealed list. */
void timeline_answer(struct session *, struct msg *);

#endif

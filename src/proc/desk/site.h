/* SPDX-License-Identifier: ISC */
/* What a terminal has to know of the site: its texts, and what the policy in force asks. */
#ifndef DESK_SITE_H
#define DESK_SITE_H

#include "src/proc/desk/session.h"

/* Answers ui.site. */
void site_answer(struct session *, struct msg *);

#endif

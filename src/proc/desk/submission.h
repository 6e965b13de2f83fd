/* SPDX-License-Identifier: ISC */
/* What an officer is asked to sign: the inventory, made now or as it was submitted. */
#ifndef DESK_SUBMISSION_H
#define DESK_SUBMISSION_H

#include "src/proc/desk/session.h"

/* ui.seal */
void submission_seal(struct session *, struct msg *);
/* The same, when what was in the way of it is out of it; answers or waits again. */
void submission_seal_now(struct session *, const char *transfer);

#endif

/* SPDX-License-Identifier: ISC */
/* What an officer is asked to sign: the inventory, made now or as it was submitted. */
#ifndef DESK_SUBMISSION_H
#define DESK_SUBMISSION_H

#include "src/proc/desk/session.h"

void submission_seal(struct session *, struct msg *);

#endif

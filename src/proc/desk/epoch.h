/* SPDX-License-Identifier: ISC */
/* What the next epoch of the custody log would continue. */
#ifndef DESK_EPOCH_H
#define DESK_EPOCH_H

#include "src/proc/desk/session.h"

void epoch_offer(struct session *, struct msg *);

#endif

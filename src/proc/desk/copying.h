/* SPDX-License-Identifier: ISC */
/*
 * Part of the record that leaves the station as it is: the bundle of a transfer, which the
 * stager makes, a copy of the ledger, or the leaves of a log.
 */
#ifndef DESK_COPYING_H
#define DESK_COPYING_H

#include "src/proc/desk/desk.h"

/* ui.copy. */
void copying_answer(struct session *, struct msg *);
/* stage.bundled and stage.not_bundled. */
void copying_bundled(struct desk *, struct msg *);
void copying_not_bundled(struct desk *, struct msg *);

#endif

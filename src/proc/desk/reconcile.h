/* SPDX-License-Identifier: ISC */
/* The share against the record: the stager looks, the desk carries the answer. */
#ifndef DESK_RECONCILE_H
#define DESK_RECONCILE_H

#include "src/proc/desk/session.h"

/* ui.reconcile. */
void reconcile_answer(struct session *, struct msg *);
/* stage.reconciled. */
void reconcile_over(struct desk *, struct msg *);

#endif

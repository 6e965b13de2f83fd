/* SPDX-License-Identifier: ISC */
/* Samples of what was delivered, for an auditor. */
#ifndef DESK_SAMPLING_H
#define DESK_SAMPLING_H

#include "src/proc/desk/session.h"

/* ui.sample: draws, keeps the list as a document and records it. */
void sampling_answer(struct session *, struct msg *);

#endif

/* SPDX-License-Identifier: ISC */
/* What must be right for a transfer, each with its remedy. */
#ifndef DESK_DOCTOR_H
#define DESK_DOCTOR_H

#include "src/proc/desk/session.h"

/*
 * Answers ui.doctor: rows {check, state, text, remedy}.  state is "OK", "WARN"
 * (a transfer goes, but see to it) or "FAIL"; remedy is "" for OK.
 */
void doctor_answer(struct session *, struct msg *);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * Transfers in review whose items are judged anew, because an exception came or ended, or
 * composed anew, because somebody wants to sign: one after the other, in slices
 * (composing.h).
 */
#ifndef DESK_RENEW_H
#define DESK_RENEW_H

#include "src/proc/desk/session.h"

/* Judges the items of a transfer in review as they are known now; soon. */
void renew_judge(struct desk *, const struct custody_transfer *);
/* Composes it; then submission_seal_now for this terminal, which waits for it. */
void renew_seal(struct session *, const struct custody_transfer *);
/* Its work database is needed. */
bool renew_is(const struct desk *, const char *transfer);
/* The transfer goes on, or its work database is closed: who waits is refused. */
void renew_drop(struct desk *, const char *transfer);

#endif

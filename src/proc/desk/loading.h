/* SPDX-License-Identifier: ISC */
/*
 * Signatures by stick: a set that came with a transfer is checked and laid aside by
 * sallyport-signatures; when two people have signed for it, it is swapped in and the
 * scanner tries it; one that does not pass is swapped back.  One at a time.
 */
#ifndef DESK_LOADING_H
#define DESK_LOADING_H

#include "src/proc/desk/session.h"

struct loading;

/* Answers ui.signatures: the sets of the record, or one of a transfer, laid aside. */
void loading_answer(struct session *, struct msg *);
/* An entry of this type is in the record: one that confirms a set begins the swap. */
void loading_on_entry(struct desk *, const char *type);
/* What the last desk did not bring to its end; when the desk serves. */
void loading_start(struct desk *);
void loading_end(struct desk *);

#endif

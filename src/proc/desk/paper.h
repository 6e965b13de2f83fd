/* SPDX-License-Identifier: ISC */
/* Reports: made by a process of their own from what the ledger gives. */
#ifndef DESK_PAPER_H
#define DESK_PAPER_H

#include "src/proc/desk/desk.h"

/*
 * Makes one report, as ui.report asks for it; the answer goes to that session, if it is still
 * there. publish: it goes below reports/ on the share instead, see publish.h.
 */
void paper_make(struct desk *, uint64_t session, const struct msg *asked, bool publish);

#endif

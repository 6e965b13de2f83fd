/* SPDX-License-Identifier: ISC */
/*
 * Papers: documents of Office programs and PDF, whose macros, links and scripts
 * no check of contents reads yet.  For such a one the checks answer `na`, and
 * say so: nobody shall take their silence for a word about it.
 */
#ifndef SCANNERS_PAPER_H
#define SCANNERS_PAPER_H

#include "scanners/object.h"

/* Why it is not looked into, a sentence; NULL when it is no such document. */
const char *paper_look(struct object *o);

#endif

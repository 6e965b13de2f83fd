/* SPDX-License-Identifier: ISC */
/* Recall and retirement in a report: who proposed it, who agreed, and whether it is done. */
#ifndef CORE_REPORT_RECALL_H
#define CORE_REPORT_RECALL_H

#include "src/core/report.h"
#include "src/core/sheet.h"

/*
 * Notes an entry in the tree, as "recall": {kind, reason, done, signatures}; nothing of a
 * type that is none of these.  xfer.keep takes it out again.
 */
void report_recall_note(json_t *tree, const struct report_entry *);
/* A section of the report; nothing when there is none. */
void report_recall_tell(const json_t *tree, struct sheet *);
/* The same for who was given the files; nothing until both have signed. */
void report_recall_slip(const json_t *tree, struct buf *out);

#endif

/* SPDX-License-Identifier: ISC */
/* Exceptions and addenda in a report: what they were about, and where they were used. */
#ifndef CORE_REPORT_EXCEPTIONS_H
#define CORE_REPORT_EXCEPTIONS_H

#include "src/core/inventory.h"
#include "src/core/sheet.h"

/*
 * The rows of the header, for the tree, completed from known: rows with leaf, by,
 * in_force_by and at, from the authority log (NULL: not at hand).
 */
json_t *report_exceptions_new(const struct inventory_header *, const json_t *known);
/* Notes what an item uses. */
void report_exceptions_note(json_t *rows, const struct inventory_item *);
/* data of xfer.addendum, with its time, for the tree; caller decrefs. */
json_t *report_exceptions_addendum(const json_t *data, const char *at);

/* Paragraphs of the report, and of the slip; nothing when there are none. */
void report_exceptions_tell(const json_t *tree, struct sheet *);
void report_exceptions_slip(const json_t *tree, struct buf *out);

#endif

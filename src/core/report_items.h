/* SPDX-License-Identifier: ISC */
/* The part of a report that comes from the sealed documents. */
#ifndef CORE_REPORT_ITEMS_H
#define CORE_REPORT_ITEMS_H

#include "src/base/err.h"
#include "src/core/report.h"

#include <jansson.h>

/*
 * Adds manifest, account, coverage, findings (counted) and lost to the tree,
 * from the documents of the input, all given.  ERR_DENIED or ERR_SYNTAX with a
 * sentence when they contradict each other.
 */
enum err report_items_add(
    const struct report_input *, json_t *tree, char ret_why[REPORT_WHY_SIZE]);

enum report_list { REPORT_NOT_GONE, REPORT_WENT, REPORT_FINDINGS };

/* row is borrowed; name: the raw bytes of what the row is about, or NULL. */
typedef enum err report_row_fn(void *ctx, const json_t *row, const void *name, size_t name_len);

/*
 * Every row of one list of an input that report_items_add accepted, in the
 * order of the inventory.  A non-zero answer stops with that code.
 */
enum err report_items_each(
    const struct report_input *, enum report_list, report_row_fn *, void *ctx);

#endif

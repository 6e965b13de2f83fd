/* SPDX-License-Identifier: ISC */
/* The part of a report that comes from the sealed documents. */
#ifndef CORE_REPORT_ITEMS_H
#define CORE_REPORT_ITEMS_H

#include "src/base/err.h"
#include "src/core/report.h"

#include <jansson.h>

/*
 * Adds manifest, account, went, not_gone, findings and lost to the tree, from
 * the documents of the input, all given.  ERR_DENIED or ERR_SYNTAX with a
 * sentence when they contradict each other.
 */
enum err report_items_add(
    const struct report_input *, json_t *tree, char ret_why[REPORT_WHY_SIZE]);

#endif

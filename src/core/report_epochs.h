/* SPDX-License-Identifier: ISC */
/*
 * Epochs in reports: the head of each epoch's log, why the next one was opened, and what is
 * missing of the one before.  From custody_epoch_rows, as facts.
 */
#ifndef CORE_REPORT_EPOCHS_H
#define CORE_REPORT_EPOCHS_H

#include "src/core/sheet.h"

#include <jansson.h>

/*
 * Puts "epochs" into the tree: the rows, printable.  With "entries" in it already (of one
 * transfer) each says how many of these are its own, and "epoch" and "origin" are of the first.
 */
void report_epochs_add(json_t *tree, const json_t *rows);
/* For the head: the epoch a transfer ran in, and each declared gap; nothing of a first epoch.
 */
void report_epochs_warn(const json_t *tree, struct sheet *out);
/* The section; nothing while there is one epoch. */
void report_epochs_tell(const json_t *tree, struct sheet *out);

#endif

/* SPDX-License-Identifier: ISC */
/* The requester's slip: what went and where it is, what did not and why. */
#ifndef CORE_SLIP_H
#define CORE_SLIP_H

#include "src/core/report.h"
#include "src/core/sheet.h"

/*
 * The slip as plain text, into the sheet whatever its format is; tree is from
 * report_build of the same input.
 */
enum err slip_tell(const struct report_input *, const json_t *tree, struct sheet *);

#endif

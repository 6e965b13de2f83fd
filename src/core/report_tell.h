/* SPDX-License-Identifier: ISC */
/* The custody report, told to any format: one order of parts for all of them. */
#ifndef CORE_REPORT_TELL_H
#define CORE_REPORT_TELL_H

#include "src/core/report.h"
#include "src/core/sheet.h"

/* tree is from report_build of the same input.  The first error of the sheet. */
enum err report_tell(const struct report_input *, const json_t *tree, struct sheet *);

#endif

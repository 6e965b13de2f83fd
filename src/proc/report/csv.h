/* SPDX-License-Identifier: ISC */
/*
 * One table (RFC 4180: CRLF, quoted cells) with a line of names on top.  A cell
 * that a spreadsheet would run as a formula is disarmed by an apostrophe.
 */
#ifndef REPORT_CSV_H
#define REPORT_CSV_H

#include "src/core/sheet.h"

/* The sheet's about is the name of the table: "items", "findings", "transfers" or "people". */
const struct sheet_format *csv(void);

#endif

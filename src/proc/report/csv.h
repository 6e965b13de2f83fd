/* SPDX-License-Identifier: ISC */
/*
 * One table (RFC 4180: CRLF, quoted cells) with a line of names on top.  A cell
 * that a spreadsheet would run as a formula is disarmed by an apostrophe.
 */
#ifndef REPORT_CSV_H
#define REPORT_CSV_H

#include "src/core/sheet.h"

/* Which lists make the table, and its columns: what sheet.about points to. */
struct csv_table {
	const char *const *lists;   /* NULL at the end */
	const char *const *columns; /* keys of the rows; NULL at the end */
};

extern const struct csv_table csv_items, csv_findings;
extern const struct sheet_format csv;

#endif

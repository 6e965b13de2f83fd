/* SPDX-License-Identifier: ISC */
/*
 * Pages of A4, the same bytes for the same facts.  Every page bears the id, its
 * number and, on a demo station, the mark.
 */
#ifndef REPORT_PDF_H
#define REPORT_PDF_H

#include "src/core/sheet.h"
#include "src/proc/report/page.h"

/* What the format keeps between parts. */
struct pdf {
	struct page *page;
	bool rail; /* the last part was an event: the line goes on */
	/*
	 * How many pages the same facts need, as the telling before this one found out; 0: this
	 * is that one, and gives nothing.
	 */
	unsigned pages;
};

/* sheet_begin fails with ERR_NOTFOUND when the fonts are not installed. */
const struct sheet_format *pdf(void);

#endif

/* SPDX-License-Identifier: ISC */
/* One file: no scripts, nothing from elsewhere, printable; fit for a browser years from now. */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

#include "src/core/sheet.h"

/* What the format keeps between parts. */
struct html {
	bool demo;
	const char *note; /* of the head */
	const char *open; /* the end tag of the block that is open, or NULL */
};

const struct sheet_format *html(void);

#endif

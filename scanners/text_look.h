/* SPDX-License-Identifier: ISC */
/*
 * Text, and what in it deceives whoever reads it: bytes that are in no
 * encoding, characters that change the writing direction, that are not seen or
 * look like others, that steer a terminal, lines pushed off the screen, cells
 * that a spreadsheet runs.  The whole object is read, once, in the memory of a
 * window.  A name is never looked at.
 */
#ifndef SCANNERS_TEXT_LOOK_H
#define SCANNERS_TEXT_LOOK_H

#include "scanners/object.h"

#define TEXT_LOOK_LINE  65536 /* bytes; a line that is longer is worth a word */
#define TEXT_LOOK_BLANK 256   /* blanks in a row; what follows them is off the screen */

struct text_look {
	enum scan_verdict verdict; /* na: no text */
	const char *why;
	const char *encoding; /* "ASCII", "UTF-8", ...; "" for what is no text */
	uint64_t lines, read_bytes;
};

/* ERR_IO when it could not be read.  One finding of each kind, with its count. */
enum err text_look(struct object *o, struct text_look *t);

#endif

/* SPDX-License-Identifier: ISC */
/* A QR code as lines of text: two rows of dots in a line, dark on light. */
#ifndef UI_QR_H
#define UI_QR_H

#include "src/base/buf.h"

/*
 * Appends the code of these bytes (level M, a light frame of four dots), each line behind
 * `indent` spaces.  ERR_LIMIT when there is no code that holds so many.
 */
enum err qr_print(const void *bytes, size_t n, int indent, struct buf *);

#endif

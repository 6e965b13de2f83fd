/* SPDX-License-Identifier: ISC */
/* A QR code as lines of text: two rows of dots in a line, dark on light. */
#ifndef UI_BLOCKS_H
#define UI_BLOCKS_H

#include "src/base/buf.h"
#include "src/core/qr.h"

/* Appends the code with a light frame of four dots, each line behind `indent` spaces. */
enum err blocks_print(const struct qr *, int indent, struct buf *);

#endif

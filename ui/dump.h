/* SPDX-License-Identifier: ISC */
/* A grid as text: what golden files hold and share/doc/SCREENS.md shows. */
#ifndef UI_DUMP_H
#define UI_DUMP_H

#include "src/base/buf.h"
#include "ui/grid.h"

/* Rows without trailing blanks, each closed by LF. */
void dump_text(const struct grid *, struct buf *out);
/* The style letters in the same shape ('.' at the end of a row is left out), then
 * "cursor ROW COL". */
void dump_styles(const struct grid *, struct buf *out);

#endif

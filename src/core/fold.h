/* SPDX-License-Identifier: ISC */
/* Lines of printable ASCII, folded to a width: what reports and slips print. */
#ifndef CORE_FOLD_H
#define CORE_FOLD_H

#include "src/base/buf.h"

#include <stddef.h>
#include <stdint.h>

#define FOLD_CELLS 96

/*
 * Appends "first" and the text, broken at blanks (or anywhere, when there is
 * none) so that no line is longer than FOLD_CELLS; later lines begin with
 * indent blanks.  Ends with LF.
 */
void fold_text(struct buf *out, const char *first, size_t indent, const char *text);
void fold_printf(struct buf *out, const char *first, size_t indent, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* A heading with its underline, after an empty line. */
void fold_heading(struct buf *out, const char *text);
/* "1,234,567" into a buffer of 32. */
const char *fold_number(uint64_t value, char out[32]);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * An object as its bytes: offset, 16 bytes in hex, and the printable ones
 * among them between bars.
 */
#ifndef PREVIEW_HEXVIEW_H
#define PREVIEW_HEXVIEW_H

#include "src/proc/preview/peek.h"
#include "src/proc/preview/window.h"

#define HEXVIEW_BYTES     16
#define HEXVIEW_LINE_SIZE 96

/* Digits of every offset of an object: 8, or more when it takes more. */
int hexview_digits(uint64_t size_bytes);
/* One line of n bytes (at most HEXVIEW_BYTES) that begin at `at`. */
void hexview_line(
    const uint8_t *bytes, size_t n, uint64_t at, int digits, char out[HEXVIEW_LINE_SIZE]);
/*
 * Fills a window from the line with byte `at` on, or with the lines before it
 * (before the end, when `at` is the size).
 */
enum err hexview_window(const struct peek *, uint64_t at, bool back, struct window *);

#endif

/* SPDX-License-Identifier: ISC */
/* Words about what is inside an item, from the desk's row of it. */
#ifndef UI_INSIDE_H
#define UI_INSIDE_H

#include <jansson.h>
#include <stdbool.h>

#define INSIDE_WORDS_SIZE 512

/* "opened: 12 members; worst inside: malicious, b.tar > c.exe"; "" when it was not opened. */
const char *inside_words(const json_t *row, char out[INSIDE_WORDS_SIZE]);
/*
 * "read in 300,214 parts": the scan found the item too large, and has read everything
 * inside; "" otherwise.
 */
const char *inside_parts(const json_t *row, const json_t *scan, char out[INSIDE_WORDS_SIZE]);
/* Everything inside is clean, or there is nothing; false when something is not. */
bool inside_is_fine(const json_t *row);

#endif

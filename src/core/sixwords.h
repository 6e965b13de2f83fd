/* SPDX-License-Identifier: ISC */
/*
 * Six words for a checkpoint, to be read from paper and typed back: the first 66
 * bits of SHA-256 over the checkpoint's three lines (the text that is signed), from
 * the most significant bit of the first byte on, cut into six numbers of 11 bits;
 * each is the number of a word of sixwords.def, counted from 0.
 */
#ifndef CORE_SIXWORDS_H
#define CORE_SIXWORDS_H

#include <stdbool.h>
#include <stddef.h>

#define SIXWORDS_COUNT 2048
#define SIXWORDS_LEN   6                        /* letters of the longest word */
#define SIXWORDS_SIZE  (6 * (SIXWORDS_LEN + 1)) /* six words, spaces between, NUL */

/* Word i of the list; i < SIXWORDS_COUNT. */
const char *sixwords_word(size_t i);
/* The words of a checkpoint's text. */
void sixwords_print(const void *text, size_t n, char out[SIXWORDS_SIZE]);
/*
 * What a person typed, as sixwords_print writes it: capitals, spaces, commas, hyphens and
 * tabs between words do not matter, and of a word its first four letters are enough.
 * False when it is not six words of the list.
 */
bool sixwords_parse(const char *typed, char out[SIXWORDS_SIZE]);

#endif

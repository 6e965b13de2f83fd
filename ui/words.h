/* SPDX-License-Identifier: ISC */
/* A line taken apart into words, quoted as in sh(1): for batch. */
#ifndef UI_WORDS_H
#define UI_WORDS_H

#include "src/base/err.h"
#include "src/base/limits.h"

#include <stddef.h>

struct words {
	char *word[LIM_LINE_WORDS + 1]; /* NULL after the last */
	size_t n;
	char text[LIM_LINE_BYTES + 1]; /* private: the words live here */
};

/*
 * Blanks part words.  '...' is literal; in "..." a backslash keeps the next of
 * " and \ ; elsewhere it keeps any character.  A # that begins a word ends the
 * line.  Nothing is expanded.  ERR_LIMIT: over LIM_LINE_BYTES or
 * LIM_LINE_WORDS; ERR_SYNTAX: a quote is not closed, a backslash ends the
 * line, or a NUL byte; ret_why gets a sentence.
 */
enum err words_split(const char *line, size_t n, struct words *ret, const char **ret_why);

#endif

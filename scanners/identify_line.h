/* SPDX-License-Identifier: ISC */
/* What the lines of a text say, for identify_source; and small words about texts. */
#ifndef SCANNERS_IDENTIFY_LINE_H
#define SCANNERS_IDENTIFY_LINE_H

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* What was seen; identify_source says what it makes of a text. */
enum {
	SEEN_PO_ID = 1 << 0,
	SEEN_PO = 1 << 1,
	SEEN_DIFF_OLD = 1 << 2,
	SEEN_DIFF_NEW = 1 << 3,
	SEEN_DIFF = 1 << 4,
	SEEN_PERL = 1 << 5,
	SEEN_JS = 1 << 6,
	SEEN_RUBY_CLASS = 1 << 7,
	SEEN_RUBY_DEF = 1 << 8,
	SEEN_RUBY_REQUIRE = 1 << 9,
	SEEN_RUBY_END = 1 << 10,
	SEEN_CXX = 1 << 11,
	SEEN_OBJC = 1 << 12,
	SEEN_TEX = 1 << 13,
	SEEN_PYTHON = 1 << 14,
	SEEN_PYTHON_TRY = 1 << 15,
	SEEN_M4 = 1 << 16,
	SEEN_HTML = 1 << 17,
	SEEN_C = 1 << 18,
	SEEN_C_IF = 1 << 19,
	SEEN_C_WORD = 1 << 20,
	SEEN_MAKE = 1 << 21,
	SEEN_LISP = 1 << 22,
	SEEN_JAVA = 1 << 23,
	SEEN_TROFF = 1 << 24,
	SEEN_ASM = 1 << 25,
	SEEN_CLOJURE = 1 << 26,
	SEEN_JS_WEAK = 1 << 27,
	SEEN_TROFF_PAGE = 1 << 28,
	SEEN_DOCSTRING = 1 << 29,
	SEEN_POD = 1 << 30,
};

/* The set of what the lines from p to end say. */
uint32_t identify_line_all(const char *p, const char *end);

static inline bool
begins(const char *p, const char *end, const char *word)
{
	size_t n = strlen(word);
	return (size_t)(end - p) >= n && memcmp(p, word, n) == 0;
}

static inline const char *
find(const char *p, const char *end, const char *word)
{
	return memmem(p, (size_t)(end - p), word, strlen(word));
}

static inline bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static inline const char *
skip_blanks(const char *p, const char *end)
{
	while (p < end && is_blank(*p))
		p++;
	return p;
}

/* White space, line ends too. */
static inline const char *
skip_space(const char *p, const char *end)
{
	while (p < end && isspace((unsigned char)*p))
		p++;
	return p;
}

static inline const char *
skip_word(const char *p, const char *end, const char *more)
{
	while (p < end && (isalnum((unsigned char)*p) || (*p != '\0' && strchr(more, *p))))
		p++;
	return p;
}

#endif

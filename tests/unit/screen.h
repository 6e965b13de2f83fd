/* SPDX-License-Identifier: ISC */
/* What tests of drawing share: a grid as text, one row, hostile names. */
#ifndef TESTS_UNIT_SCREEN_H
#define TESTS_UNIT_SCREEN_H

#include "ui/dump.h"

/* A row of the grid, blanks at its end and all; until the next call. */
static inline const char *
screen_row(const struct grid *g, int row)
{
	static char text[1024];
	for (int col = 0; col < g->cols; col++)
		text[col] = g->cells[row * g->cols + col].ch;
	text[g->cols] = '\0';
	return text;
}

static inline const char *
screen_styles(const struct grid *g, int row)
{
	static char text[1024];
	for (int col = 0; col < g->cols; col++)
		text[col] = style_letter(g->cells[row * g->cols + col].style);
	text[g->cols] = '\0';
	return text;
}

/* Every class of names that lie: the bytes, and a part of what has to be seen. */
struct screen_hostile {
	const char *what;
	const char *bytes;
	size_t n;
	const char *seen;
};

#define HOSTILE(what, bytes, seen)                   \
	{                                            \
		what, bytes, sizeof(bytes) - 1, seen \
	}

static const struct screen_hostile screen_hostile[] = {
    HOSTILE("overlong", "a\xc0\xaf", "\\xC0\\xAF"),
    HOSTILE("surrogate", "a\xed\xa0\x80", "\\xED\\xA0\\x80"),
    HOSTILE("above 10FFFF", "a\xf4\x90\x80\x80", "\\xF4\\x90"),
    HOSTILE("lone lead byte at the end", "lead\xc3", "lead\\xC3"),
    HOSTILE("stray continuation", "\x80z", "\\x80z"),
    HOSTILE("F5 and FF", "\xf5\xff", "\\xF5\\xFF"),
    HOSTILE("ESC clears the screen", "\x1b[2Jx", "\\x1B[2Jx"),
    HOSTILE("ESC sets a title", "\x1b]0;owned\x07", "\\x1B]0;owned\\x07"),
    HOSTILE("BS overwrites", "bs\b\b\b\bAPPROVED", "bs\\x08\\x08\\x08\\x08APPROVED"),
    HOSTILE("CR, LF and TAB", "a\rb\nc\td", "a\\x0Db\\x0Ac\\x09d"),
    HOSTILE("NUL", "a\0b", "a\\x00b"),
    HOSTILE("DEL", "a\x7f", "a\\x7F"),
    HOSTILE("SO",
	"\x0e"
	"lqk",
	"\\x0Elqk"),
    HOSTILE("C1 CSI, encoded",
	"\xc2\x9b"
	"2J",
	"\\u{9B}2J"),
    HOSTILE("C1 CSI, raw",
	"\x9b"
	"2J",
	"\\x9B2J"),
    HOSTILE("right-to-left override", "invoice\xe2\x80\xaegpj.exe", "invoice\\u{202E}gpj.exe"),
    HOSTILE("isolate", "\xe2\x81\xa6z", "\\u{2066}z"),
    HOSTILE("line separator",
	"a\xe2\x80\xa8"
	"b",
	"\\u{2028}"),
    HOSTILE("zero-width space",
	"a\xe2\x80\x8b"
	"b.txt",
	"a\\u{200B}b.txt"),
    HOSTILE("soft hyphen",
	"a\xc2\xad"
	"b",
	"\\u{AD}"),
    HOSTILE("Hangul filler", "\xe3\x85\xa4", "\\u{3164}"),
    HOSTILE("tag", "a\xf3\xa0\x81\x81", "\\u{E0041}"),
    HOSTILE("variation selector", "a\xef\xb8\x8f", "\\u{FE0F}"),
    HOSTILE("byte order mark",
	"\xef\xbb\xbf"
	"a",
	"\\u{FEFF}a"),
    HOSTILE("no-break space",
	"a\xc2\xa0"
	"b",
	"\\u{A0}"),
    HOSTILE("leading, double and trailing blanks", " a  b ", "\\x20a\\x20\\x20b\\x20"),
    HOSTILE("private use, font cells of the Linux console", "\xef\x81\x81", "\\u{F041}"),
    HOSTILE("noncharacter", "\xef\xb7\x90", "\\u{FDD0}"),
    HOSTILE("combining marks", "e\xcc\x81\xcc\x81", "\\u{301}\\u{301}"),
    HOSTILE("fullwidth", "\xef\xbc\xa1.exe", "\\u{FF21}.exe"),
    HOSTILE("slash look-alike",
	"a\xe2\x88\x95"
	"b",
	"\\u{2215}"),
    HOSTILE("Cyrillic a", "p\xd0\xb0ypal", "p\\u{430}ypal"),
    HOSTILE("wide", "\xe4\xb8\xad", "\\u{4E2D}"),
    HOSTILE("emoji", "\xf0\x9f\x98\x80", "\\u{1F600}"),
    HOSTILE("a forged cut", "a\\..{7}b", "a\\\\..{7}b"),
    HOSTILE("a forged escape", "a\\x1B", "a\\\\x1B"),
    HOSTILE("a format", "%n%s%99999d", "%n%s%99999d"),
};

#define SCREEN_HOSTILE (sizeof(screen_hostile) / sizeof(screen_hostile[0]))

#endif

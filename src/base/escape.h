/* SPDX-License-Identifier: ISC */
/*
 * The only way from hostile bytes to a terminal, a log or a report.
 *
 * Names, labels, device strings, scanner messages and what officers type are
 * bytes.  The escaper turns them into printable ASCII, reversibly:
 *   \\        a backslash
 *   \xHH      a control byte, a byte that is not UTF-8, or a space that could
 *             mislead (leading, trailing, repeated)
 *   \u{H..}   any other code point outside printable ASCII
 *   \..{N}    truncation mark: N bytes of the escaped text are not shown;
 *             cannot be forged, a real backslash is always doubled
 * Two different inputs never have the same full escaped form.
 */
#ifndef BASE_ESCAPE_H
#define BASE_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What was met, by class of code point; several may be set. */
enum escape_flag {
	ESCAPE_INVALID = 1u << 0,    /* not UTF-8: U */
	ESCAPE_CONTROL = 1u << 1,    /* C0, DEL, C1, line and paragraph separators: C */
	ESCAPE_BIDI = 1u << 2,       /* direction controls: B */
	ESCAPE_INVISIBLE = 1u << 3,  /* default ignorable, format, fillers: I */
	ESCAPE_SPACE = 1u << 4,      /* odd spaces; leading, trailing, repeated: S */
	ESCAPE_PRIVATE = 1u << 5,    /* private use: P */
	ESCAPE_UNASSIGNED = 1u << 6, /* noncharacters and unassigned: U */
	ESCAPE_COMBINING = 1u << 7,  /* marks that do not compose: M */
	ESCAPE_COMPAT = 1u << 8,     /* NFKC differs from NFC: K */
	ESCAPE_LOOKALIKE = 1u << 9,  /* looks like a dot, slash or colon: K */
	ESCAPE_MIXED = 1u << 10,     /* scripts mixed in one label: G */
	ESCAPE_WIDE = 1u << 11,      /* East Asian wide, emoji: N */
	ESCAPE_NON_ASCII = 1u << 12, /* any code point above 7E: N */
	ESCAPE_RESERVED = 1u << 13,  /* reserved on other systems: W */
};

/* Bytes enough for the escaped form of n bytes, NUL included. */
#define ESCAPE_SIZE(n) ((n)*4 + 1)

/*
 * Writes the full escaped form and a NUL; out_size >= ESCAPE_SIZE(n).
 * Returns its length in bytes, which is also its width in cells.
 * ret_flags may be NULL.
 */
size_t escape_bytes(
    const void *bytes, size_t n, char *out, size_t out_size, unsigned *ret_flags);

/*
 * The same, at most `cells` wide (>= 16): what does not fit is cut in the
 * middle, never inside an escape; the last 24 cells, with all extensions,
 * stay when there is room.  out_size > cells.
 */
size_t escape_fit(
    const void *bytes, size_t n, char *out, size_t out_size, size_t cells, unsigned *ret_flags);

/*
 * Cuts a text that is printable ASCII already, as escape_fit does: names that
 * were cut before and put into a row stay what they are, nothing is escaped
 * twice, and the mark counts what earlier marks had hidden.  Below 16 cells the
 * end is dropped without a mark, never inside an escape.  out_size > cells.
 */
size_t escape_shorten(
    const char *text, size_t text_len, char *out, size_t out_size, size_t cells);

/* The bytes an escaped form stands for; false when it is not one. */
bool escape_undo(const char *text, size_t text_len, uint8_t *out, size_t *ret_len);

/*
 * Flags of one code point by itself; what depends on neighbours (spaces, marks
 * that compose, mixed scripts, reserved names) is not in it.
 */
unsigned escape_class(uint32_t code);

/* What a code point is in a word: a letter of Latin, one that looks so, or another. */
enum escape_letter {
	ESCAPE_LETTER_NONE,
	ESCAPE_LETTER_LATIN,
	ESCAPE_LETTER_LOOKS, /* of another script, and looks like a Latin one */
	ESCAPE_LETTER_OTHER,
};
enum escape_letter escape_letter(uint32_t code);

/* Newly allocated escaped form of a NUL-terminated string; caller frees. */
char *escape_dup(const char *text);

/*
 * Text that a peer says is escaped already: a copy when it is printable ASCII,
 * else its escaped form.  Caller frees.
 */
char *escape_checked(const char *text);

/* "CB-" style letters of the flags, at most 8 and a NUL. */
void escape_letters(unsigned flags, char out[16]);

#endif

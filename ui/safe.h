/* SPDX-License-Identifier: ISC */
/*
 * Text that may be drawn.  A struct safe holds printable ASCII only, one cell
 * for each byte, and is made nowhere but here: from a literal, from bytes
 * through the escaper, or from other safe texts.  Nothing else can be drawn.
 *
 * Texts live in an arena, as a rule the frame's: until the next frame.
 */
#ifndef UI_SAFE_H
#define UI_SAFE_H

#include "src/base/arena.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct safe {
	const char *text; /* never NULL; read it, never set it */
};

/* A literal of ours. */
#define SAFE(literal) ((struct safe){"" literal})

/* Foreign bytes, escaped. */
struct safe safe_bytes(struct arena *, const void *, size_t n);
/* Text said to be escaped already: as it is when it is printable ASCII, else escaped. */
struct safe safe_text(struct arena *, const char *); /* NULL: "" */
/* The text of a member of a row, "" when it is not there. */
struct safe safe_member(struct arena *, const json_t *row, const char *key);
/*
 * As printf(3).  What comes out is checked like safe_text, so that a text that
 * was not escaped before shows as escapes, and never as what it holds.
 */
struct safe safe_printf(struct arena *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* At most cells wide: cut in the middle by the escaper's rules, the end stays. */
struct safe safe_fit(struct arena *, struct safe, int cells);
/* From byte `skip` on, for scrolling sideways. */
struct safe safe_from(struct safe, size_t skip);
int safe_cells(struct safe);
bool safe_empty(struct safe);

/* "1,204" */
struct safe safe_count(struct arena *, uint64_t n);
/* "17", "1.2K", "34M": at most six cells. */
struct safe safe_size(struct arena *, uint64_t bytes);
/* "2026-11-22T14:02:11Z" as "11-22 14:02"; "" for "". */
struct safe safe_minute(struct arena *, const char *at);
/* First 4 n hex digits in groups of four: "9f31 c0aa 77e2". */
struct safe safe_digest(struct arena *, const char *hex, int groups);

#endif

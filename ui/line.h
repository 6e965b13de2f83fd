/* SPDX-License-Identifier: ISC */
/*
 * One line that is typed: bytes, shown through the escaper.  A secret line
 * lives in locked memory and shows one * for each byte, up to the field's end.
 */
#ifndef UI_LINE_H
#define UI_LINE_H

#include "src/core/seal.h"
#include "ui/grid.h"
#include "ui/key.h"

struct line;

/* At most limit bytes (the largest accepted; one more is refused). */
struct line *line_new(size_t limit);
/* NULL when there is no memory to lock. */
struct line *line_new_secret(void);
void line_free(struct line *); /* wipes; NULL is allowed */
/* An editing key or a byte of text: true when it was one.  Enter, Tab, Esc and
 * function keys never are.  Cursor keys, Home End (Ctrl-A Ctrl-E), Backspace,
 * Delete, Ctrl-U clears, Ctrl-W deletes a word.  A UTF-8 sequence goes as a whole. */
bool line_key(struct line *, int key);
/* The last key was refused because the line is full. */
bool line_full(const struct line *);
void line_set(struct line *, const char *text);
/* NUL-terminated bytes; lives until the next key.  Not for a secret. */
const char *line_text(const struct line *);
size_t line_len(const struct line *);
/*
 * Moves what was typed into a new secret and empties the line; NULL when it is
 * empty, or when there is no memory to lock (the line stays then).
 */
struct seal_secret *line_take_secret(struct line *);
/* Draws into cells of a row, scrolled so that the cursor is seen; focus: places the cursor. */
void line_draw(const struct line *, const struct area *, struct arena *, int row, int col,
    int cells, bool focus);

#endif

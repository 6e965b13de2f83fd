/* SPDX-License-Identifier: ISC */
/*
 * An object as lines of text.  Nothing is decoded: bytes between two line
 * feeds go through the escaper.  Then blanks inside a line become blanks
 * again (the screen puts each line behind a bar, and nothing behind it),
 * and a tab and a carriage return read \t and \r; a real backslash is always
 * doubled, so that this can still be told from everything else.
 *
 * A line over LIM_PREVIEW_LINE_BYTES goes on in the next piece, cut between
 * code points.  Where the beginning of a line is too far away to look for,
 * pieces are counted from the beginning of the object instead, and a line
 * whose number would take too long to count has none.
 */
#ifndef PREVIEW_TEXTVIEW_H
#define PREVIEW_TEXTVIEW_H

#include "src/proc/preview/peek.h"
#include "src/proc/preview/window.h"

/* What is known about one place: the line that holds the byte `at`. */
struct textview_mark {
	uint64_t at;
	uint64_t start;  /* where that line begins; TEXTVIEW_UNKNOWN */
	uint64_t number; /* of that line, from 1; 0: not known */
};

#define TEXTVIEW_UNKNOWN UINT64_MAX
#define TEXTVIEW_MARKS   3

struct textview {
	const struct peek *peek;
	/* The beginning, and the two ends of the last window: paging goes on from there. */
	struct textview_mark marks[TEXTVIEW_MARKS];
};

void textview_init(struct textview *, const struct peek *);
/*
 * Fills a window from the piece with byte `at` on, or with the pieces before
 * it (before the end, when `at` is the size).
 */
enum err textview_window(struct textview *, uint64_t at, bool back, struct window *);

/*
 * The text of one piece: newly allocated, caller frees.  counts: control
 * characters (tabs, and a carriage return at the end, aside), direction
 * controls, invisible ones.
 */
char *textview_escape(const uint8_t *bytes, size_t n, unsigned ret_counts[3]);

#endif

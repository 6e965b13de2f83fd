/* SPDX-License-Identifier: ISC */
/* What one answer shows: lines of printable ASCII, as many as a message takes. */
#ifndef PREVIEW_WINDOW_H
#define PREVIEW_WINDOW_H

#include "src/base/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct window_line {
	uint64_t at, end; /* the bytes it stands for; `end` is behind them */
	char *text;       /* printable ASCII; owned by the window */
	uint64_t number;  /* of the line of text, from 1; 0: not known, or no text */
	bool more;        /* the line goes on behind `end` */
	bool goes_on;     /* it began before `at` */
	unsigned control, bidi, invisible; /* characters of these kinds */
};

struct window {
	struct window_line lines[LIM_PREVIEW_LINES];
	size_t n;
	size_t want;       /* lines asked for */
	size_t room_bytes; /* what the message still takes */
	uint64_t covered_bytes;
};

/* want is 1 to LIM_PREVIEW_LINES. */
void window_init(struct window *, size_t want, size_t room_bytes);
void window_done(struct window *);
/* Takes the line's text when true; false: the window is full.  The first always fits. */
bool window_add(struct window *, const struct window_line *);
/* Lines that were added from the last to the first are put in order. */
void window_turn(struct window *);
/* A window that was filled forward from `at`, or backward down to it. */
uint64_t window_at(const struct window *, uint64_t at);
uint64_t window_next(const struct window *, uint64_t at);

#endif

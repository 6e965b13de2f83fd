/* SPDX-License-Identifier: ISC */
/* A place in a list and the part of it that is on the screen. */
#ifndef UI_CURSOR_H
#define UI_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

struct cursor {
	uint64_t at;    /* row of the list with the cursor; 0 when it is empty */
	uint64_t top;   /* first row on the screen */
	uint64_t total; /* rows of the list */
	int rows;       /* rows the screen had for it in the last frame */
	int left;       /* cells scrolled sideways */
};

/* Moves by so many rows, and stays inside. */
void cursor_move(struct cursor *, int64_t by);
/* The same, and the screen moves with it: what comes is seen at once. */
void cursor_page(struct cursor *, int64_t by);
void cursor_to(struct cursor *, uint64_t at);
/* What the list and the screen are now: keeps the cursor inside and on the screen. */
void cursor_fit(struct cursor *, uint64_t total, int rows);

/*
 * "17" (from 1) or "50%" as a row of a list of total rows; false, and a
 * sentence, for anything else.
 */
bool cursor_parse(const char *text, uint64_t total, uint64_t *ret_row, const char **ret_why);

#endif

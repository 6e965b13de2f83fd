/* SPDX-License-Identifier: ISC */
/*
 * The terminal.  term.c is the only file that knows curses.  A frame goes out
 * as the difference to the last one; keys come in one by one.
 *
 * raw(), so that no key is a signal; Esc waits 25 ms; no mouse, no window
 * title, no bell.  A sequence that no terminal description knows is one
 * K_OTHER, never an Esc and some letters; so is a letter with Alt.
 *
 * While it is open SIGTSTP is ignored, and SIGWINCH interrupts poll(2): ask
 * term_key() after that.
 */
#ifndef UI_TERM_H
#define UI_TERM_H

#include "ui/grid.h"
#include "ui/key.h"

#include <stdbool.h>

enum term_theme { TERM_NORMAL, TERM_CONTRAST, TERM_MONOCHROME };

#define TERM_WHY_SIZE 160

struct term;

/*
 * Opens the terminal on descriptor tty (borrowed) before the sandbox: terminal
 * descriptions are read here.  NO_COLOR (not empty) and terminals without
 * colour give TERM_MONOCHROME.  NULL with a sentence when TERM is not known or
 * cannot place a cursor ("dumb"); the terminal is as it was then.  LINES and
 * COLUMNS are not believed, and gone after this.  One terminal at a time in a process.
 */
struct term *term_open(int tty, char ret_why[TERM_WHY_SIZE]);
/* Clears, and gives the terminal back as it was; NULL is allowed. */
void term_close(struct term *);
/* For poll(2). */
int term_fd(const struct term *);
/* The size as it is now, 1 to LIM_SCREEN_CELLS each; 24 x 80 when nobody says. */
void term_size(struct term *, int *ret_rows, int *ret_cols);
/* Shows the frame, with the cursor where the grid says.  What does not fit is cut off. */
void term_show(struct term *, const struct grid *);
/* The next frame is written whole. */
void term_redraw(struct term *);
/* The next key without waiting, or K_NONE.  K_SIZE after the size changed. */
int term_key(struct term *);
/* True when the terminal hung up or cannot be read. */
bool term_gone(const struct term *);
/* Throws away what was typed and not read: before every question. */
void term_flush(struct term *);
/* Shown with the next frame.  A terminal without colours stays monochrome. */
void term_set_theme(struct term *, enum term_theme);
enum term_theme term_theme(const struct term *);

#endif

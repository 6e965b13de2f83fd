/* SPDX-License-Identifier: ISC */
/*
 * Sequences that the description of a terminal does not know: keys of another
 * terminal, keys with Alt or Ctrl, answers to questions nobody asked, pasted
 * rubbish.  Each is one key, mostly K_OTHER, and never an Esc and some letters:
 * a letter is a decision.
 */
#ifndef UI_SEQUENCE_H
#define UI_SEQUENCE_H

#include "ui/key.h"

#define SEQUENCE_BYTES 256 /* of one sequence, at most; what follows are keys again */

/*
 * An ESC came and `next` at once after it.  more() gives the bytes behind that,
 * -1 when there is none in time; keys above 255 end the sequence.  Returns what
 * was pressed; a key that was read and does not belong to it is in *ret_left,
 * which is left alone else.
 */
int sequence_read(int next, int (*more)(void *), void *arg, int *ret_left);

#endif

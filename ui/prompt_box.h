/* SPDX-License-Identifier: ISC */
/* What the kinds of prompt share: a box in the middle of the body. */
#ifndef UI_PROMPT_BOX_H
#define UI_PROMPT_BOX_H

#include "ui/app.h"

#define PROMPT_BOX_CELLS 72 /* at most, frame included */

/* A box for so many rows of so many cells; returns what is inside, a blank cell off the frame.
 */
struct area prompt_box(const struct area *body, struct safe title, int rows, int cells);
/* Rows that words take in so many cells. */
int prompt_box_words(const struct area *body, struct safe text, int cells);
/* A copy that lives as long as the arena. */
struct safe prompt_box_keep(struct arena *, struct safe);

#endif

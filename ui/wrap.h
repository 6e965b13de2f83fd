/* SPDX-License-Identifier: ISC */
/* Escaped text on several rows, or from its middle on: never cut inside an escape. */
#ifndef UI_WRAP_H
#define UI_WRAP_H

#include "ui/safe.h"

/* How many characters of the text fit into so many cells; at least one escape. */
size_t wrap_cut(struct safe, int cells);
/* The first so many characters of the text. */
struct safe wrap_head(struct arena *, struct safe, size_t n);
/* The text from about `skip` cells on. */
struct safe wrap_from(struct safe, int skip);
/* The same with words kept whole where there are blanks; *ret_next is where to go on. */
size_t wrap_words(struct safe, int cells, size_t *ret_next);

/*
 * An escaped path: all before its last component ("" in the root), and that
 * component, with the blank escaped that it may begin with.
 */
struct safe wrap_folder(struct arena *, struct safe path);
struct safe wrap_base(struct arena *, struct safe path);

#endif

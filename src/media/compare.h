/* SPDX-License-Identifier: ISC */
/*
 * Two trees of names over the same bytes, as discs have them: what one shows
 * and the other hides depends on who looks.
 */
#ifndef MEDIA_COMPARE_H
#define MEDIA_COMPARE_H

#include "src/media/volume.h"

struct compare_tree {
	struct volume *v;
	uint64_t root;    /* its top directory */
	const char *word; /* what it is called */
	bool names;       /* of others: their names must be the same, too */
};

/*
 * Walks the first tree and n others, and leaves notes at the first one's volume:
 * files of one that the other does not have, and files with different names.
 */
void compare_trees(
    const struct compare_tree *first, const struct compare_tree *others, size_t n);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * What a signer must look at before he signs: the items of a sealed inventory
 * in groups, and which of them were on his screen.  Groups hold places in the
 * inventory's bytes, not copies.
 */
#ifndef UI_LOOK_H
#define UI_LOOK_H

#include "ui/sealed.h"

#define LOOK_SAMPLE_ITEMS 30 /* of what goes and has nothing against it */

enum look_group {
#define LOOK(id, title, help) LOOK_##id,
#include "ui/look.def"
#undef LOOK
	LOOK__MAX
};

struct look;

/* "go, with findings of weight": at most 28 cells. */
const char *look_title(enum look_group);
/* One sentence on what is in it. */
const char *look_help(enum look_group);

/*
 * Of an inventory (borrowed) that is walked now: look_take for every item in
 * its order, look_settle after the last.  NULL when it is malformed.  The
 * sample is drawn from the digest of the inventory and the signer's id: nobody
 * knows it before the inventory is sealed, and each signer has another one.
 */
struct look *look_new(const struct sealed *, const char *officer);
void look_take(struct look *, const struct inventory_item *);
void look_settle(struct look *);
void look_free(struct look *); /* NULL is allowed */

size_t look_count(const struct look *, enum look_group);
/* Item i of a group, valid until the next call; NULL when there is none. */
const struct inventory_item *look_item(struct look *, enum look_group, size_t i);
/* The escape flags of its name. */
unsigned look_flags(const struct inventory_item *);
/* Items [from, to) were on the screen. */
void look_see(struct look *, enum look_group, size_t from, size_t to);
size_t look_seen(const struct look *, enum look_group);
/* Groups that have items and were never opened. */
unsigned look_left(const struct look *);

const struct inventory_header *look_header(struct look *);

/* What was seen of an inventory outlives the look: the officer may leave and come back. */
struct look_memory;
struct look_memory *look_remember(const struct look *);
void look_memory_free(struct look_memory *); /* NULL is allowed */
/* After look_settle: marks as seen what was, when it is the same inventory. */
void look_recall(struct look *, const struct look_memory *); /* NULL: nothing was */

#endif

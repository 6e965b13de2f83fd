/* SPDX-License-Identifier: ISC */
/*
 * Lists a terminal looks at: the items of a limit in an order that stays as it
 * was made, whatever is decided meanwhile.  Items are found by their position,
 * rows are read when they are asked for.
 */
#ifndef DESK_ORDER_H
#define DESK_ORDER_H

#include "src/proc/desk/session.h"

struct where;
struct work;
struct work_item;

struct order {
	uint64_t number; /* as the terminal names it; 0: no list */
	uint64_t used;   /* the one used longest ago makes room */
	char transfer[TRANSFER_ID_SIZE];
	uint32_t *ids;
	size_t n;
	/* what was searched for last: a set over item numbers, good for one generation */
	char *find;
	uint8_t *fits;
	uint64_t fits_max, fits_generation, fits_facts;
	bool fits_drafts;
};

struct orders {
	struct order list[LIM_LISTS];
	uint64_t last; /* number given */
	uint64_t clock;
};

void order_list(struct session *, struct msg *);
void order_page(struct session *, struct msg *);
void order_find(struct session *, struct msg *);

/* The list with that number; NULL after a refusal. */
struct order *order_get(struct session *, uint64_t number);
/* Parses a limit; a mistake is refused, with its place.  Caller frees. */
enum err order_where(struct session *, const char *text, struct where **ret_where);
/* What a list shows of an item; caller decrefs. */
json_t *order_row(const struct work_item *);
/* {items, files, ...} of a transfer as it stands; caller decrefs.  NULL: the disk fails. */
json_t *order_counts(struct work *);
/* Forgets the lists of a session. */
void order_free(struct session *);

#endif

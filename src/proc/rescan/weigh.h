/* SPDX-License-Identifier: ISC */
/*
 * What an item comes to by what was said at release: the item as it was sealed,
 * with the words of those that were asked again in place of the older ones.  The
 * words of others, its findings and what is inside it stand.  Pure.
 */
#ifndef RESCAN_WEIGH_H
#define RESCAN_WEIGH_H

#include "src/core/release.h"
#include "src/proc/rescan/crew.h"

#define WEIGH_WHY_SIZE 512

struct weigh_find {
	enum finding_class class;
	enum finding_severity severity;
	char *scanner, *rule, *title, *detail;
};

struct weigh {
	struct release_under under; /* the caller's */
	struct inventory_item item;
	struct weigh_find *finds;
	size_t nfinds;
	char worst[WEIGH_WHY_SIZE / 2]; /* the worst finding that counts, in words */
	enum finding_severity severity; /* of it */
	char why[WEIGH_WHY_SIZE];       /* in words, what it comes to; printable */
	bool full;
};

/* The sealed item lives until weigh_end. */
void weigh_begin(struct weigh *, const struct inventory_item *sealed);
/* About this item; whether it counts is seen at the end. */
void weigh_finding(struct weigh *, const struct finding *);
/* The name lives until weigh_end. */
void weigh_said(struct weigh *, const char *scanner, const struct crew_said *);
/* Judges the item as an object of this type and size: its verdict, its gate and the words. */
bool weigh_end(struct weigh *, const struct crew_object *);

#endif

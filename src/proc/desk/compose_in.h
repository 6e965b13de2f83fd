/* SPDX-License-Identifier: ISC */
/*
 * What the parts of composing share: compose.c puts objects and places into a graph and
 * the answers into the work, compose_item.c the findings inside items.
 */
#ifndef DESK_COMPOSE_IN_H
#define DESK_COMPOSE_IN_H

#include "db/work_child.h"
#include "src/core/contain.h"
#include "src/core/digest.h"
#include "src/proc/desk/compose.h"

#define COMPOSE_PAGE  256 /* objects, places, findings, items: done before the clock is read */
#define COMPOSE_OTHER 1   /* the kind of what was of too many kinds */

/* A kind of finding: what they have in common. */
struct compose_kind {
	char *scanner, *rule, *class, *severity, *title;
	size_t exception; /* that covers them, or EXCEPTION_NONE */
	bool named;       /* there are exceptions from its scanner */
};

struct compose_find {
	uint64_t n; /* its row */
	uint32_t object;
	uint32_t kind;
};

/* A verdict about an object that an exception sets aside. */
struct compose_waived {
	size_t object, exception;
	enum verdict verdict;
};

struct compose_walk;

struct compose {
	struct work *work;
	const struct release_under *under;
	uint8_t key[DIGEST_SIZE]; /* of under */
	enum err error;

	/* --- where it is */
	unsigned step;   /* of compose_steps */
	uint64_t inputs; /* of the work, when it began */
	uint8_t after[32];
	uint64_t after_row;
	bool behind; /* after says something */
	size_t object;
	uint64_t items[COMPOSE_PAGE];
	size_t nitems, item;
	struct compose_walk *walk; /* through one item, or NULL */
	size_t left;               /* of COMPOSE_PAGE on that walk */

	/* --- what is known */
	struct contain *graph;
	char scanners[LIM_SCANNERS][LIM_PERSON_ID_BYTES + 1]; /* bits of its sets */
	bool openers[LIM_SCANNERS];
	unsigned nscanners;
	/* findings about its objects, in order of the objects */
	struct compose_find *finds;
	size_t nfinds, finds_cap;
	struct compose_kind kinds[LIM_INSIDE_KINDS];
	size_t nkinds;
	struct compose_waived *waived; /* in order of the objects */
	size_t nwaived;
	size_t parent; /* of the rows that are being put into the graph */
};

/* The first error stays. */
void compose_check(struct compose *, enum err);

/* --- compose_item.c ------------------------------------------------------------------ */
void compose_item_begin(struct compose *);
/* Forgets what it knows. */
void compose_item_end(struct compose *);
/* The findings of an object of the graph, behind row after_row: a page; false: all are there.
 */
bool compose_item_load(struct compose *, size_t object);
/* The way to the worst inside an object, and why that is as it is when nobody else says. */
void compose_item_worst(struct compose *, size_t object, char out[LIM_INSIDE_WAY_BYTES + 1]);
/* Findings of an item: some of them; true when all are told. */
bool compose_item_tell(struct compose *, uint64_t item);

#endif

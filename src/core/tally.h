/* SPDX-License-Identifier: ISC */
/*
 * The findings document counted by item: number, digest of the lines, worst
 * of each class.  What an inventory says under "finds" must be this.
 */
#ifndef CORE_TALLY_H
#define CORE_TALLY_H

#include "src/base/err.h"
#include "src/core/inventory.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TALLY_WHY_SIZE 128

struct tally;

/*
 * What these exceptions (borrowed, sorted by leaf, at most LIM_EXCEPTIONS) cover is
 * counted apart.  ERR_SYNTAX with a sentence when the document is malformed.
 */
enum err tally_new(const void *findings, size_t n, const struct exception *, size_t nexceptions,
    struct tally **ret, char ret_why[TALLY_WHY_SIZE]);
void tally_free(struct tally *);
/* Findings in all. */
uint64_t tally_total(const struct tally *);
/*
 * Fills finds, finds_sha256 and worst of an item whose id, sha256 and type are
 * known, for sealing, and adds the findings that exceptions cover to its exceptions.
 */
void tally_put(const struct tally *, struct inventory_item *);
/* Whether the item says what the document says about it; counts it as seen. */
bool tally_agrees(struct tally *, const struct inventory_item *);
/* Whether every item that has findings was seen. */
bool tally_all_seen(const struct tally *);

/* All of it for a whole inventory: ERR_DENIED with a sentence where they differ. */
enum err tally_check(const void *inventory, size_t inventory_len, const void *findings,
    size_t findings_len, char ret_why[INVENTORY_WHY_SIZE]);

#endif

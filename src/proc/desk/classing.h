/* SPDX-License-Identifier: ISC */
/*
 * Which items of a transfer bear another classification than it has: those that a limit of
 * its fields picks (field.h).  Of several limits the highest word counts; no directory has one.
 */
#ifndef DESK_CLASSING_H
#define DESK_CLASSING_H

#include "src/base/err.h"
#include "src/core/policy.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#define CLASSING_WHY_SIZE 512

struct work;
struct classing; /* good until items or drafts change */

/* classes: [{limit, word}], borrowed; NULL: none.  ERR_DENIED with a sentence. */
enum err classing_new(struct work *, const struct policy_fields *, const json_t *classes,
    struct classing **ret, char ret_why[CLASSING_WHY_SIZE]);
void classing_free(struct classing *);
/* The word of an item; NULL: that of the transfer. */
const char *classing_of(const struct classing *, uint64_t item);
/* The same of one item, without looking at all; NULL also where it cannot be told. */
const char *classing_item(
    struct work *, const struct policy_fields *, const json_t *classes, uint64_t item);
/* How many items bear the word of the i-th row because of it. */
uint64_t classing_count(const struct classing *, size_t i);

#endif

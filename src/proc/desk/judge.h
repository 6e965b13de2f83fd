/* SPDX-License-Identifier: ISC */
/*
 * From what reader, vault and scanners said to what an officer sees: names are
 * judged, verdicts composed, gates proposed; and the sealed form of it all.
 */
#ifndef DESK_JUDGE_H
#define DESK_JUDGE_H

#include "src/base/buf.h"
#include "src/core/inventory.h"
#include "src/core/policy.h"
#include "src/core/release.h"
#include "src/proc/desk/desk.h"

struct asked;
struct classing;
struct work;

#define JUDGE_WHY_SIZE 512

/*
 * Judging is three steps: names, what is inside (compose.h, in slices), and all together.
 *
 * The name of every item, and the item held against what was asked for (NULL: there is no
 * request).
 */
enum err judge_names(struct work *, struct asked *);
/*
 * What policy and exceptions make of names, verdicts and findings.  ret_medium gets a
 * sentence when an item blocks the whole medium, else "".  ERR_STATE: it is not composed.
 */
enum err judge_all(
    struct work *, const struct release_under *, char ret_medium[JUDGE_WHY_SIZE]);

/*
 * The inventory and the findings document of a transfer in review, as they
 * would be signed now.  ERR_DENIED with a sentence when it cannot be sealed, ERR_STATE
 * when it is not composed.  Items bear what the classing says.  Of the exceptions those that
 * were used go into the header.
 */
enum err judge_seal(struct work *, const struct release_under *, const struct classing *,
    const struct custody_transfer *, const char *station, struct buf *inventory,
    struct buf *findings, char why[JUDGE_WHY_SIZE]);

#endif

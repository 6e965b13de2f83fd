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
#include "src/proc/desk/desk.h"

struct asked;
struct work;

#define JUDGE_WHY_SIZE 512

/*
 * Judges every item anew, and holds it against what was asked for (NULL: there is no
 * request).  ret_medium gets a sentence when an item blocks the
 * whole medium, else "".
 */
enum err judge_items(
    struct work *, const struct policy *, struct asked *, char ret_medium[JUDGE_WHY_SIZE]);

/*
 * The inventory and the findings document of a transfer in review, as they
 * would be signed now.  ERR_DENIED with a sentence when it cannot be sealed.
 */
enum err judge_seal(struct work *, const struct policy *, const struct custody_transfer *,
    const char *station, struct buf *inventory, struct buf *findings, char why[JUDGE_WHY_SIZE]);

#endif

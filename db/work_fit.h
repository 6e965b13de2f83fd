/* SPDX-License-Identifier: ISC */
/*
 * Limit expressions over the items of work.db.  What can be told from memory
 * (work_facts) is; only names, and before judging types and classes, are asked
 * of the database, each comparison by itself.
 */
#ifndef DB_WORK_FIT_H
#define DB_WORK_FIT_H

#include "src/base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct where;
struct work;
struct work_fit; /* an expression made ready; good until the items change */

/* NULL as where: all items.  The expression must live as long; caller frees. */
enum err work_fit_new(struct work *, const struct where *, struct work_fit **ret_fit);
void work_fit_free(struct work_fit *);
/* One item. */
enum err work_fit_item(struct work_fit *, uint64_t id, bool *ret_fits);
/* All of them: bit id % 8 of byte id / 8, up to the largest id.  Caller frees. */
enum err work_fit_set(struct work_fit *, uint8_t **ret_bits);
/* It looks at what officers drafted. */
bool work_fit_drafts(const struct where *);

#endif

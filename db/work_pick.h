/* SPDX-License-Identifier: ISC */
/* Which items fit a limit, in which order. */
#ifndef DB_WORK_PICK_H
#define DB_WORK_PICK_H

#include "src/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct where;
struct work;

/* Where two are alike, the order of raw paths decides. */
enum work_sort {
	WORK_PATH,
	WORK_SEVERITY, /* worst first */
	WORK_TYPE,     /* by name */
	WORK_SIZE,     /* largest first */
	WORK_DECISION, /* none, approve, reject, hold */
	WORK_VERDICT,  /* worst first */
	WORK_ID,       /* as the reader met them */
	WORK_SORT__MAX
};

/* "" is path. */
bool work_sort_parse(const char *word, enum work_sort *ret);

/*
 * Numbers of the items that fit where (NULL: all), in order.  Before the items
 * were judged severity, type and verdict are unknown: by path then.  Caller frees.
 */
enum err work_pick(struct work *, const struct where *, enum work_sort, bool reverse,
    uint32_t **ret_ids, size_t *ret_n);
/* The same as a set: bit id % 8 of byte id / 8.  Caller frees; ret_max is the largest id. */
enum err work_pick_set(
    struct work *, const struct where *, uint8_t **ret_bits, uint64_t *ret_max);
/* The first of ids (back: the last) that fits, one by one; ERR_NOTFOUND when none does. */
enum err work_pick_first(struct work *, const struct where *, const uint32_t *ids, size_t n,
    bool back, size_t *ret_at);
/* The largest of these items; ERR_NOTFOUND when all are empty. */
enum err work_pick_largest(
    struct work *, const uint32_t *ids, size_t n, uint64_t *ret_id, uint64_t *ret_bytes);

#endif

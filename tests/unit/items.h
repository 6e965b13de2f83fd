/* SPDX-License-Identifier: ISC */
/* A work database with six items, for tests of what is done with them. */
#ifndef TESTS_UNIT_ITEMS_H
#define TESTS_UNIT_ITEMS_H

#include "db/work.h"
#include "db/work_pick.h"
#include "src/core/where.h"

#define ITEMS 6

/* Of items 2 and 3, and of item 4. */
extern const uint8_t items_digest_a[32], items_digest_b[32];

/*
 * 1 a (directory), 2 a/one.txt, 3 a/two.TXT (needs a reason), 4 bad.exe
 * (blocked), 6 link, 5 lost (unreadable): by path in this order.
 */
struct work *items_fixture(void);
/* The same on a disk, to be opened again. */
struct work *items_file(char path[32]);
struct work *items_reopen(struct work *, const char *path);
void items_remove(const char *path);
/* Puts the six items into it. */
void items_fill(struct work *, bool judged);
void items_add(struct work *, uint64_t id, const char *path, const char *kind,
    const char *state, uint64_t size);

/* NULL stays NULL; caller frees. */
struct where *items_parse(const char *where);
/* The ids of a list as "1 2 3"; caller frees. */
char *items_listed(struct work *, const char *where, enum work_sort, bool reverse);
/* Decides what fits. */
enum err items_decide(struct work *, const char *where, enum item_decision, const char *by,
    const char *reason, uint64_t *changed);
void items_assert(struct work *, uint64_t id, const char *decision, const char *by);

#endif

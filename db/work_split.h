/* SPDX-License-Identifier: ISC */
/*
 * What the joining of split sets (src/core/split) needs of a transfer: the files that are
 * named like parts, and how often their bytes are there.
 */
#ifndef DB_WORK_SPLIT_H
#define DB_WORK_SPLIT_H

#include "db/work.h"

#define WORK_APART_SIZE 128 /* why a set is not joined */

/* A file whose name may be that of a part.  Pointers live until the next call on the work. */
struct work_named {
	uint64_t item;         /* 0: it lies inside an object */
	const uint8_t *holder; /* then that object's digest; else NULL */
	const uint8_t *path;   /* raw bytes */
	size_t path_len;
	const uint8_t *sha256;
	uint64_t bytes;
};

/* Which of them: most are called so without being any, and are asked for only when needed. */
enum work_split_names {
	WORK_SPLIT_NUMBERS, /* parts with numbers, and the first ones with letters (-aa) */
	WORK_SPLIT_LETTERS, /* the others with letters */
	WORK_SPLIT_ZIPS,    /* files called .zip */
	WORK_SPLIT__MAX
};
/* fn must not change the work. */
enum err work_split_names(struct work *, enum work_split_names,
    bool (*fn)(void *arg, const struct work_named *), void *arg);
/* How many items have these bytes. */
enum err work_split_items(struct work *, const uint8_t sha256[32], uint64_t *ret_n);
/* The digest of each file inside an object, as often as it is inside one. */
enum err work_split_members(
    struct work *, void (*fn)(void *arg, const uint8_t sha256[32]), void *arg);
/* What a scanner found in one object is in the other as well: ret_n rows. */
enum err work_split_share(struct work *, const uint8_t from[32], const uint8_t to[32],
    const char *scanner, uint64_t *ret_n);

/* Items of sets that are not joined, and why. */
enum err work_apart_clear(struct work *);
enum err work_apart_put(struct work *, uint64_t item, const char *why);
/* ret_why is "" when nothing is known of it. */
enum err work_apart_get(struct work *, uint64_t item, char ret_why[WORK_APART_SIZE]);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * What was found inside objects: facts of work.db like items.  An object that is
 * only inside others has a depth of 1 or more; its bytes are in the vault as long
 * as the transfer is being scanned.
 */
#ifndef DB_WORK_CHILD_H
#define DB_WORK_CHILD_H

#include "db/work.h"
#include "src/base/limits.h"

/* One thing inside an object.  Pointers live until the next call on the work. */
struct work_child {
	uint64_t n;            /* in the order in which they were told; of all objects */
	const uint8_t *parent; /* digest of the container */
	const char *scanner;   /* that opened it */
	const uint8_t *name;   /* raw bytes */
	size_t name_len;
	const char *kind; /* file directory link hardlink special */
	uint64_t size_bytes, mode;
	const uint8_t *link;
	size_t link_len;
	const char *why;       /* why a file has no bytes, or "" */
	const uint8_t *sha256; /* of its bytes, or NULL */
};

/* --- while it is scanned ------------------------------------------------------- */
/* Uses all but n. */
enum err work_child_add(struct work *, const struct work_child *);
/* Forgets what a scanner found inside an object: ret_n rows. */
enum err work_child_cut(
    struct work *, const uint8_t parent[32], const char *scanner, uint64_t *ret_n);
enum err work_child_count(struct work *, uint64_t *ret_n);
/* The depth of an object that is only to be let go: nobody was asked to scan it. */
#define WORK_CHILD_UNASKED 1048576
/*
 * An object found at this depth: 1 right inside something on the medium.  ret_new: it
 * is to be scanned from now on.
 */
enum err work_child_object(
    struct work *, const uint8_t sha256[32], uint64_t bytes, uint64_t depth, bool *ret_new);
enum err work_child_depth(struct work *, const uint8_t sha256[32], uint64_t *ret_depth);
/*
 * Depths are counted anew from the items, and what was not opened for this reason
 * and lies no deeper than that waits again: ret_n of them.
 */
enum err work_child_deep(struct work *, const char *why, uint64_t most, uint64_t *ret_n);
/* This scanner opens objects: what it says of one other than na means that it was opened. */
enum err work_opener_add(struct work *, const char *scanner);

/* --- afterwards ------------------------------------------------------------------ */
/* Objects that no place and no item is left of are forgotten. */
enum err work_child_tidy(struct work *);
/* At most max objects that are only inside others, with larger digests than after. */
enum err work_child_objects(
    struct work *, const uint8_t after[32], uint8_t (*ret)[32], size_t max, size_t *ret_n);
/*
 * Something inside waits for a scanner, and its bytes are not in the vault any
 * more: all that is inside is forgotten, and what was opened waits to be opened again.
 */
enum err work_child_again(struct work *, bool *ret_any);

/* --- judging ----------------------------------------------------------------------- */
/* What is inside another object, or was opened. */
struct work_inside {
	const uint8_t *sha256;
	uint64_t bytes;
	const char *type;
	bool finds; /* there are findings about it */
};
/*
 * Everything below comes in pages of at most max rows, so that nobody waits for all of
 * them: the next page begins behind what the last one ended with.
 *
 * Objects in ascending order of digests behind after (NULL: from the first): ret_n of them
 * were looked at, ret_last is the last; fn gets those that are inside others or were
 * opened, and may ask for verdicts.
 */
enum err work_inside_each(struct work *, const uint8_t *after, size_t max, uint8_t ret_last[32],
    size_t *ret_n, enum err (*fn)(void *arg, const struct work_inside *), void *arg);
/*
 * Only n, parent, name, kind, why and sha256 are set; ascending by parent, then n, behind those
 * two (NULL, 0: from the first).
 */
enum err work_child_each(struct work *, const uint8_t *parent, uint64_t n, size_t max,
    size_t *ret_n, void (*fn)(void *arg, const struct work_child *), void *arg);
bool work_child_is_opener(struct work *, const char *scanner);
/* Findings of an object, with their rows, behind one; fn must not change the work. */
enum err work_inside_findings(struct work *, const uint8_t sha256[32], uint64_t after,
    size_t max, size_t *ret_n, void (*fn)(void *arg, uint64_t n, const struct work_finding *),
    void *arg);
/* ERR_NOTFOUND: there is no such row. */
enum err work_finding_get(struct work *, uint64_t n, struct work_finding *ret_finding);
enum err work_child_get(struct work *, uint64_t n, struct work_child *ret_child);
/* The first file inside an object that has no bytes. */
enum err work_child_lacking(
    struct work *, const uint8_t parent[32], struct work_child *ret_child);

/* --- what was judged: an object that was opened, with all inside ----------------------- */
/* The findings inside items, some at a time, and at last what exceptions set aside there. */
enum err work_opened_clear(struct work *, size_t max, bool *ret_more);
/*
 * Those of at most max items with larger numbers than after whose object was opened;
 * ret_last: the last that was looked at, 0 when there was none.
 */
enum err work_opened_items(struct work *, uint64_t after, uint64_t *ret, size_t max,
    size_t *ret_n, uint64_t *ret_last);
/* At most max of the objects that were opened, behind after (NULL: from the first). */
enum err work_opened_next(
    struct work *, const uint8_t *after, uint8_t (*ret)[32], size_t max, size_t *ret_n);
/* It was not opened after all. */
enum err work_opened_cut(struct work *, const uint8_t sha256[32]);
/*
 * A new number whenever anything changes that composing goes by; and that it was all
 * composed from the present inputs, under what key stands for: known as long as the work
 * is open.
 */
uint64_t work_inputs(const struct work *);
enum err work_composed_set(struct work *, const uint8_t key[32]);
bool work_composed_is(const struct work *, const uint8_t key[32]);
/* A verdict about something inside the item that an exception (its leaf) sets aside. */
enum err work_waived_put(struct work *, uint64_t item, const char *leaf, enum verdict);
enum err work_waived_each(struct work *, uint64_t item,
    void (*fn)(void *arg, const char *leaf, enum verdict), void *arg);
/* way: to the worst, escaped. */
enum err work_opened_put(
    struct work *, const uint8_t sha256[32], const struct verdict_inside *, const char *way);
enum err work_opened_part(
    struct work *, const uint8_t sha256[32], const char *scanner, uint64_t parts);
/* ERR_NOTFOUND: it was not opened. */
enum err work_opened_get(struct work *, const uint8_t sha256[32],
    struct verdict_inside *ret_inside, char ret_way[LIM_INSIDE_WAY_BYTES + 1]);
enum err work_opened_parts(struct work *, const uint8_t sha256[32],
    void (*fn)(void *arg, const char *scanner, uint64_t parts), void *arg);
/* How many things lie right in an object. */
enum err work_child_inside(struct work *, const uint8_t parent[32], uint64_t *ret_n);
/* They, behind row n, until fn returns false; fn may ask for what is not asked here. */
enum err work_child_page(struct work *, const uint8_t parent[32], uint64_t n,
    bool (*fn)(void *arg, const struct work_child *), void *arg);

#endif

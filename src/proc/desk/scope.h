/* SPDX-License-Identifier: ISC */
/*
 * What of a medium is to be read: its items, what lies below each folder, and
 * which of them are left out.  Pure, and small enough for every item a medium
 * can have.
 */
#ifndef DESK_SCOPE_H
#define DESK_SCOPE_H

#include "src/base/err.h"
#include "src/base/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scope;

enum scope_kind { SCOPE_OTHER, SCOPE_FILE, SCOPE_FOLDER };

/* An item and all that lies below it, without what is left out there by itself. */
struct scope_weight {
	uint64_t files, bytes;
	uint64_t saved; /* of the bytes, what is surely read no more when this is left out */
	uint64_t below; /* items of any kind, itself not counted */
};

struct scope *scope_new(void);
struct scope *scope_free(struct scope *); /* NULL is fine; always returns NULL */
/*
 * An item; parent 0 at the top of a volume, else a number that is lower than
 * its own and was added before: anything else counts as lying at the top.  An
 * item over LIM_ITEMS is not kept.
 */
void scope_add(struct scope *, uint64_t id, uint64_t parent, enum scope_kind, uint64_t bytes,
    uint64_t saved);
/* After the last of them. */
void scope_sum(struct scope *);

struct scope_weight scope_weight(const struct scope *, uint64_t id);
/* The item that is left out and has this one in it, or is it; 0: it is to be read. */
uint64_t scope_out(const struct scope *, uint64_t id);

/*
 * Leaves out a file, or a folder with all below it; what was left out below is
 * part of it then.  ERR_NOTFOUND: no file or folder; ERR_EXISTS: it is left
 * out already (scope_out); ERR_LIMIT: LIM_SCOPE items are.
 */
enum err scope_leave(struct scope *, uint64_t id);
/* The same when nothing that is left out lies in it: of so many, each costs little. */
enum err scope_leave_apart(struct scope *, uint64_t id);
/* Takes back what was left out; ERR_NOTFOUND when just this was not. */
enum err scope_take(struct scope *, uint64_t id);
/*
 * Leaves out all that is not kept, in as few pieces as that takes: a folder with
 * nothing kept in it is one.  keep: by number, n of them; a folder with something
 * kept in it is kept.  What is left out already stays so.  ret_ids (LIM_SCOPE of
 * them) and *ret_n: what was added.  ERR_LIMIT: LIM_SCOPE would not do; nothing has
 * changed.
 */
enum err scope_leave_others(
    struct scope *, const bool *keep, size_t n, uint64_t *ret_ids, size_t *ret_n);
/* Nothing is left out any more. */
void scope_take_all(struct scope *);
/* How many are left out, each with what is below it, and all of them together. */
size_t scope_count(const struct scope *);
struct scope_weight scope_left_weight(const struct scope *);

/*
 * The items right below a folder (0: at the top of the volumes) with anything
 * to read, the largest first; the number of them.  At most n of them, from the
 * one at `from` on, are put into ret_ids.
 */
size_t scope_list(struct scope *, uint64_t folder, size_t from, uint64_t *ret_ids, size_t n);
/*
 * The largest files and folders of the whole medium that are to be read, at
 * most n: their number.  A folder stands for what alone is in it.
 */
size_t scope_largest(const struct scope *, uint64_t *ret_ids, size_t n);

#endif

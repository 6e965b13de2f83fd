/* SPDX-License-Identifier: ISC */
/*
 * An addendum: what was submitted, scanned again before the next signature.  A
 * document of canonical JSON lines (CJ1), LF after each:
 *
 * header {"addendum":1,"changed":u,"inventory":hex,"objects":u,"transfer":id,"worse":u}
 * item {"id":u,"name":escaped path,"proposed":w,"verdict":w,"was":w,"was_proposed":w}
 *
 * One line for each item that is judged otherwise than it was sealed, in the
 * order of the inventory.  It changes nothing of what was sealed: when something
 * is worse the transfer goes back to review, else the next officer signs it, too.
 */
#ifndef CORE_ADDENDUM_H
#define CORE_ADDENDUM_H

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/core/policy.h"
#include "src/core/verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ADDENDUM_WHY_SIZE 256

struct addendum {
	const char *transfer, *inventory;
	uint64_t objects; /* that were scanned again */
	uint64_t changed; /* items that are judged otherwise */
	uint64_t worse;   /* of them */
};

struct addendum_item {
	uint64_t id;
	const char *name;
	enum verdict was, verdict;
	enum policy_gate was_proposed, proposed;
};

/* A worse verdict, or less that policy lets pass. */
bool addendum_is_worse(const struct addendum_item *);

enum err addendum_print_header(const struct addendum *, struct buf *out);
/* ERR_RANGE when nothing is changed by it. */
enum err addendum_print_item(const struct addendum_item *, struct buf *out);
/*
 * Calls each item's function; a false answer ends it with ERR_AGAIN.  ERR_SYNTAX
 * with a sentence when the document is malformed or does not count right.  Texts
 * of the header live as long as *ret_memory, which the caller frees with addendum_free.
 */
enum err addendum_walk(const void *bytes, size_t n, struct addendum *ret, void **ret_memory,
    bool (*each)(void *arg, const struct addendum_item *), void *arg,
    char ret_why[ADDENDUM_WHY_SIZE]);
void addendum_free(void *memory);
/* Whether it is the one an entry tells of, and about the items of this inventory. */
enum err addendum_check(const void *bytes, size_t n, const struct addendum *said,
    const void *inventory, size_t inventory_len, char ret_why[ADDENDUM_WHY_SIZE]);

#endif

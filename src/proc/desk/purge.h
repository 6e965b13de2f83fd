/* SPDX-License-Identifier: ISC */
/* Objects leave the vault when policy says so, and as an entry. */
#ifndef DESK_PURGE_H
#define DESK_PURGE_H

#include "src/proc/desk/desk.h"

struct purge_result {
	uint64_t objects, bytes;
};

/*
 * Removes the objects whose keeping time is over in every transfer that has
 * them.  why (BOOK_WHY_SIZE) gets a sentence on failure.
 */
enum err purge_by_policy(struct desk *, struct purge_result *ret_result, char *why);

#endif

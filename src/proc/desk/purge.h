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

/*
 * Names the transfers that policy no longer keeps objects of, for a person in
 * front of a full disk: "purge may remove what is left of K1-000001, ..." or
 * what else can be done.
 */
void purge_advice(struct desk *, char *out, size_t size);

#endif

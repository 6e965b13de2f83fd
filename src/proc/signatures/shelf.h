/* SPDX-License-Identifier: ISC */
/*
 * HOME/signatures: SCANNER/SET/ holds the files of one set, named by the digest of
 * its list; SCANNER/current points to the set in use.  A set is made as SET.part and
 * renamed when all of it is on the disk.
 */
#ifndef SIGNATURES_SHELF_H
#define SIGNATURES_SHELF_H

#include "src/base/err.h"

#include <stddef.h>
#include <stdint.h>

#define SHELF_WHY_SIZE  160
#define SHELF_NAME_SIZE 65

/* A set being made.  All zero: none is. */
struct shelf_copy {
	int scanner, set; /* folders, when name is not "" */
	char name[SHELF_NAME_SIZE];
	uint64_t bytes;
};

/* What was left of an earlier try goes.  ERR_IO, ERR_NOSPACE with a sentence. */
enum err shelf_begin(int dir, const char *scanner, const char *set, struct shelf_copy *ret_copy,
    char ret_why[SHELF_WHY_SIZE]);
/* All bytes of fd, which must have this digest: else ERR_SIGNATURE. */
enum err shelf_add(struct shelf_copy *, const char *name, int fd, const uint8_t sha256[32],
    char ret_why[SHELF_WHY_SIZE]);
enum err shelf_add_text(struct shelf_copy *, const char *name, const void *text, size_t n,
    char ret_why[SHELF_WHY_SIZE]);
/* It is whole: from here on it is there under its name.  Ends the copy. */
enum err shelf_end(struct shelf_copy *, char ret_why[SHELF_WHY_SIZE]);
/* Gives it up; fine when there is none. */
void shelf_drop(struct shelf_copy *);
/*
 * Points current to this set, which must be there; "" takes it away.  ret_was is the
 * one before, "" for none.
 */
enum err shelf_swap(int dir, const char *scanner, const char *set,
    char ret_was[SHELF_NAME_SIZE], char ret_why[SHELF_WHY_SIZE]);

#endif

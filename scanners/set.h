/* SPDX-License-Identifier: ISC */
/*
 * The set of a transfer, as a scanner of scope "transfer" reads it: lines of
 * JSON, for each file of the transfer and each file inside one
 *   {"path":b64,"inside":[b64,...],"sha256":hex,"size":u,"type":s}
 * (path: of the item; inside: the names from container to container, [] for the
 * item itself), then for each fact that scanners found in an object
 *   {"sha256":hex,"scanner":s,"key":s,"value":s}
 * Files come in the order of the items, facts in that of their digests.
 */
#ifndef SCANNERS_SET_H
#define SCANNERS_SET_H

#include "src/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct set;

struct set_name {
	uint8_t *bytes; /* raw, any but NUL-terminated */
	size_t len;
};

/* One line; lives until the next call. */
struct set_row {
	bool is_fact;
	const char *sha256; /* 64 digits */
	/* of a file */
	struct set_name path;
	struct set_name *inside;
	size_t ninside;
	uint64_t size_bytes;
	const char *type;
	/* of a fact; value is escaped text */
	const char *scanner, *key, *value;
};

/* Reads from the beginning; fd stays the caller's and is read by position. */
struct set *set_open(int fd, uint64_t bytes);
/* ERR_NOTFOUND at the end; ERR_SYNTAX, ERR_LIMIT or ERR_IO when it is no set. */
enum err set_next(struct set *, const struct set_row **ret_row);
/* Closes; always returns NULL. */
struct set *set_free(struct set *);

#endif

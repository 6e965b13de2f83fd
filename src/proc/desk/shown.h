/* SPDX-License-Identifier: ISC */
/*
 * The inventory a terminal was given last, to be submitted.  Only this is
 * submitted, and only while the drafts are those it was made of: what the
 * screens show of a submitted transfer is what was signed.
 */
#ifndef DESK_SHOWN_H
#define DESK_SHOWN_H

#include "src/base/hex.h"
#include "src/core/transfer.h"

#include <jansson.h>
#include <stdbool.h>

struct work;

struct shown {
	char transfer[TRANSFER_ID_SIZE]; /* "" before any */
	char inventory[HEX_DIGEST_SIZE];
	uint64_t generation; /* of the drafts */
};

void shown_put(struct shown *, const char *transfer, const char *inventory, struct work *);
/* NULL, or why the data of a submission must not be recorded. */
const char *shown_refuse(
    const struct shown *, const char *transfer, const json_t *data, const struct work *);

#endif

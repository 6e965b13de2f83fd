/* SPDX-License-Identifier: ISC */
/* All that a transfer holds, in one document for those that judge it as a whole. */
#ifndef DESK_GATHER_H
#define DESK_GATHER_H

#include "db/work.h"

struct gather_set {
	int fd; /* sealed; caller closes */
	uint8_t sha256[32];
	uint64_t bytes;
};

/* The set, as scanners/set.h has it; ERR_LIMIT over LIM_SEALED_BYTES. */
enum err gather_set(struct work *, struct gather_set *ret_set);

#endif

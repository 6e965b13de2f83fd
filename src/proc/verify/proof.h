/* SPDX-License-Identifier: ISC */
/* c2sp.org/tlog-proof: an inclusion proof as a file. */
#ifndef VERIFY_PROOF_H
#define VERIFY_PROOF_H

#include "src/core/merkle.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The proof that the entry of that index is in a log, and the checkpoint behind it:
 * *ret_note leads into text.  The text is n bytes and a NUL that is not counted.
 */
bool proof_parse(const char *text, size_t n, uint64_t *ret_index, struct merkle_proof *ret,
    const char **ret_note);

#endif

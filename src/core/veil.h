/* SPDX-License-Identifier: ISC */
/*
 * Facts that may be given to somebody who must not learn what was brought in: each
 * text that could tell is replaced by a commitment, which whoever has the key can
 * open later by giving the text.
 *
 * The commitment is HMAC-SHA256(key, "sallyport-name-v1" || 0x00 || bytes) in hex.
 * Without the key nobody can try names; with it nobody can find two for one.
 */
#ifndef CORE_VEIL_H
#define CORE_VEIL_H

#include "src/base/hex.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#define VEIL_KEY_SIZE 32

void veil_commit(
    const uint8_t key[VEIL_KEY_SIZE], const void *bytes, size_t n, char out[HEX_DIGEST_SIZE]);

/*
 * A copy of facts; caller decrefs.  where: what they are in a report, "" for all of it,
 * "lists.went" for a row.  What a closed list names stays, and so do booleans; every other text
 * that is not empty becomes its commitment; every other number is left out.
 */
json_t *veil_facts(const uint8_t key[VEIL_KEY_SIZE], const char *where, const json_t *facts);

#endif

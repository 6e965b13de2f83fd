/* SPDX-License-Identifier: ISC */
/*
 * Merkle trees of RFC 6962 section 2.1 (the same as RFC 9162): roots,
 * inclusion and consistency proofs.  Nothing is stored but a compact range:
 * who needs a root at an earlier size keeps it (merkle_root after each
 * merkle_add costs log2(size) hashes) or computes it from the leaf hashes.
 *
 * "leaves" is a flat array of leaf hashes, MERKLE_SIZE bytes each.
 */
#ifndef CORE_MERKLE_H
#define CORE_MERKLE_H

#include "src/base/err.h"
#include "src/base/limits.h"

#include <stddef.h>
#include <stdint.h>

#define MERKLE_SIZE 32

/* SHA-256(0x00 || bytes), SHA-256(0x01 || left || right). */
void merkle_leaf(const void *bytes, size_t n, uint8_t ret[MERKLE_SIZE]);
void merkle_node(const uint8_t left[MERKLE_SIZE], const uint8_t right[MERKLE_SIZE],
    uint8_t ret[MERKLE_SIZE]);

/* Compact range: one full subtree for each bit of size.  Plain data, may be copied. */
struct merkle {
	uint64_t size; /* leaves */
	uint8_t full[64][MERKLE_SIZE];
};

void merkle_init(struct merkle *);
void merkle_add(struct merkle *, const uint8_t leaf[MERKLE_SIZE]);
/* The root of the empty tree is SHA-256 of nothing. */
void merkle_root(const struct merkle *, uint8_t ret[MERKLE_SIZE]);
void merkle_root_of(const uint8_t *leaves, uint64_t size, uint8_t ret[MERKLE_SIZE]);

struct merkle_proof {
	size_t count;
	uint8_t nodes[LIM_PROOF_NODES][MERKLE_SIZE];
};

/* ERR_RANGE unless index < size. */
enum err merkle_inclusion(
    const uint8_t *leaves, uint64_t size, uint64_t index, struct merkle_proof *ret);
/* ERR_RANGE unless 0 < from <= to. */
enum err merkle_consistency(
    const uint8_t *leaves, uint64_t from, uint64_t to, struct merkle_proof *ret);

/*
 * ERR_OK when the proof holds, ERR_SIGNATURE when not, ERR_RANGE as above.
 * Every history is consistent with the empty tree (from 0): that needs no
 * proof and is for the caller to decide.
 */
enum err merkle_inclusion_check(uint64_t size, uint64_t index, const uint8_t leaf[MERKLE_SIZE],
    const struct merkle_proof *, const uint8_t root[MERKLE_SIZE]);
enum err merkle_consistency_check(uint64_t from, uint64_t to, const struct merkle_proof *,
    const uint8_t root_from[MERKLE_SIZE], const uint8_t root_to[MERKLE_SIZE]);

#endif

/* SPDX-License-Identifier: ISC */
#include "src/core/merkle.h"
#include "src/core/digest.h"
#include "src/base/mem.h"

#include <stdbool.h>
#include <string.h>

void
merkle_leaf(const void *bytes, size_t n, uint8_t ret[MERKLE_SIZE])
{
	/* most leaves are short; one digest call is the fast way */
	uint8_t small[2048];
	if (n < sizeof(small)) {
		small[0] = 0x00;
		if (n > 0)
			memcpy(small + 1, bytes, n);
		digest_sha256(small, n + 1, ret);
		return;
	}
	struct digest *d = digest_new();
	digest_add(d, "\0", 1);
	digest_add(d, bytes, n);
	digest_final(d, ret);
	digest_free(d);
}

void
merkle_node(
    const uint8_t left[MERKLE_SIZE], const uint8_t right[MERKLE_SIZE], uint8_t ret[MERKLE_SIZE])
{
	uint8_t pair[1 + 2 * MERKLE_SIZE] = {0x01};
	memcpy(pair + 1, left, MERKLE_SIZE);
	memcpy(pair + 1 + MERKLE_SIZE, right, MERKLE_SIZE);
	digest_sha256(pair, sizeof(pair), ret);
}

void
merkle_init(struct merkle *m)
{
	*m = (struct merkle){.size = 0};
}

/* full[k] is in use when bit k of size is set, and covers 2^k leaves. */
void
merkle_add(struct merkle *m, const uint8_t leaf[MERKLE_SIZE])
{
	uint8_t hash[MERKLE_SIZE];
	unsigned k = 0;
	memcpy(hash, leaf, MERKLE_SIZE);
	for (; (m->size >> k & 1) != 0; k++)
		merkle_node(m->full[k], hash, hash);
	memcpy(m->full[k], hash, MERKLE_SIZE);
	m->size++;
}

void
merkle_root(const struct merkle *m, uint8_t ret[MERKLE_SIZE])
{
	bool any = false;
	digest_sha256("", 0, ret);
	for (unsigned k = 0; k < 64; k++) {
		if ((m->size >> k & 1) == 0)
			continue;
		if (any)
			merkle_node(m->full[k], ret, ret);
		else
			memcpy(ret, m->full[k], MERKLE_SIZE);
		any = true;
	}
}

void
merkle_root_of(const uint8_t *leaves, uint64_t size, uint8_t ret[MERKLE_SIZE])
{
	struct merkle m;
	merkle_init(&m);
	for (uint64_t i = 0; i < size; i++)
		merkle_add(&m, leaves + i * MERKLE_SIZE);
	merkle_root(&m, ret);
}

/* The largest power of two smaller than n; n > 1. */
static uint64_t
merkle_split(uint64_t n)
{
	return UINT64_C(1) << (63 - __builtin_clzll(n - 1));
}

/*
 * Proofs are built from the root down, the hashes of RFC 9162 from the leaf
 * up: what is collected is turned round at the end.
 */
static void
merkle_push(struct merkle_proof *proof, const uint8_t *leaves, uint64_t from, uint64_t to)
{
	merkle_root_of(leaves + from * MERKLE_SIZE, to - from, proof->nodes[proof->count++]);
}

static void
merkle_reverse(struct merkle_proof *proof)
{
	for (size_t i = 0, k = proof->count; i + 1 < k; i++) {
		uint8_t hash[MERKLE_SIZE];
		k--;
		memcpy(hash, proof->nodes[i], MERKLE_SIZE);
		memcpy(proof->nodes[i], proof->nodes[k], MERKLE_SIZE);
		memcpy(proof->nodes[k], hash, MERKLE_SIZE);
	}
}

/* PATH of RFC 9162 section 2.1.3.1. */
enum err
merkle_inclusion(const uint8_t *leaves, uint64_t size, uint64_t index, struct merkle_proof *ret)
{
	uint64_t lo = 0, hi = size;
	if (index >= size)
		return ERR_RANGE;
	ret->count = 0;
	while (hi - lo > 1) {
		uint64_t middle = lo + merkle_split(hi - lo);
		if (index < middle) {
			merkle_push(ret, leaves, middle, hi);
			hi = middle;
		} else {
			merkle_push(ret, leaves, lo, middle);
			lo = middle;
		}
	}
	merkle_reverse(ret);
	return ERR_OK;
}

/* SUBPROOF of RFC 9162 section 2.1.4.1. */
enum err
merkle_consistency(const uint8_t *leaves, uint64_t from, uint64_t to, struct merkle_proof *ret)
{
	uint64_t lo = 0, hi = to;
	if (from == 0 || from > to)
		return ERR_RANGE;
	ret->count = 0;
	while (from != hi) {
		uint64_t middle = lo + merkle_split(hi - lo);
		if (from <= middle) {
			merkle_push(ret, leaves, middle, hi);
			hi = middle;
		} else {
			merkle_push(ret, leaves, lo, middle);
			lo = middle;
		}
	}
	if (lo != 0)
		merkle_push(ret, leaves, lo, hi);
	merkle_reverse(ret);
	return ERR_OK;
}

/* RFC 9162 section 2.1.3.2. */
enum err
merkle_inclusion_check(uint64_t size, uint64_t index, const uint8_t leaf[MERKLE_SIZE],
    const struct merkle_proof *proof, const uint8_t root[MERKLE_SIZE])
{
	uint8_t r[MERKLE_SIZE];
	if (index >= size)
		return ERR_RANGE;
	uint64_t fn = index, sn = size - 1;
	memcpy(r, leaf, MERKLE_SIZE);
	for (size_t i = 0; i < proof->count; i++) {
		if (sn == 0 || i >= LIM_PROOF_NODES)
			return ERR_SIGNATURE;
		if ((fn & 1) != 0 || fn == sn) {
			merkle_node(proof->nodes[i], r, r);
			while ((fn & 1) == 0 && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			merkle_node(r, proof->nodes[i], r);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && memcmp(r, root, MERKLE_SIZE) == 0 ? ERR_OK : ERR_SIGNATURE;
}

/* Steps 5 to 7 of RFC 9162 section 2.1.4.2; path[0] is the first common node. */
static enum err
merkle_consistency_walk(uint64_t fn, uint64_t sn, const uint8_t *path, size_t count,
    const uint8_t root_from[MERKLE_SIZE], const uint8_t root_to[MERKLE_SIZE])
{
	uint8_t fr[MERKLE_SIZE], sr[MERKLE_SIZE];
	memcpy(fr, path, MERKLE_SIZE);
	memcpy(sr, path, MERKLE_SIZE);
	for (size_t i = 1; i < count; i++) {
		const uint8_t *c = path + i * MERKLE_SIZE;
		if (sn == 0)
			return ERR_SIGNATURE;
		if ((fn & 1) != 0 || fn == sn) {
			merkle_node(c, fr, fr);
			merkle_node(c, sr, sr);
			while ((fn & 1) == 0 && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			merkle_node(sr, c, sr);
		}
		fn >>= 1;
		sn >>= 1;
	}
	if (sn != 0 || memcmp(fr, root_from, MERKLE_SIZE) != 0 ||
	    memcmp(sr, root_to, MERKLE_SIZE) != 0)
		return ERR_SIGNATURE;
	return ERR_OK;
}

/* RFC 9162 section 2.1.4.2. */
enum err
merkle_consistency_check(uint64_t from, uint64_t to, const struct merkle_proof *proof,
    const uint8_t root_from[MERKLE_SIZE], const uint8_t root_to[MERKLE_SIZE])
{
	uint8_t path[LIM_PROOF_NODES + 1][MERKLE_SIZE];
	size_t count = 0;
	if (from == 0 || from > to)
		return ERR_RANGE;
	if (from == to)
		return proof->count == 0 && memcmp(root_from, root_to, MERKLE_SIZE) == 0
		           ? ERR_OK
		           : ERR_SIGNATURE;
	if (proof->count == 0 || proof->count > LIM_PROOF_NODES)
		return ERR_SIGNATURE;
	/* a complete subtree is its own proof: its root leads the path */
	if ((from & (from - 1)) == 0)
		memcpy(path[count++], root_from, MERKLE_SIZE);
	memcpy(path[count], proof->nodes, proof->count * MERKLE_SIZE);
	count += proof->count;
	uint64_t fn = from - 1, sn = to - 1;
	while ((fn & 1) != 0) {
		fn >>= 1;
		sn >>= 1;
	}
	return merkle_consistency_walk(fn, sn, path[0], count, root_from, root_to);
}

/* links: src/core/merkle src/core/digest src/base/mem src/base/hex */
/* SPDX-License-Identifier: ISC */
#include "src/core/merkle.h"
#include "src/base/hex.h"
#include "src/core/digest.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

/* The eight leaves that Certificate Transparency implementations test with. */
static const struct {
	const char *bytes_hex, *leaf, *root; /* root: of the tree that ends here */
} merkle_leaves[] = {
    {"", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
    {"00", "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
	"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
    {"10", "0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7",
	"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
    {"2021", "07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7",
	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
    {"3031", "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
	"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
    {"40414243", "4271a26be0d8a84f0bd54c8c302e7cb3a3b5d1fa6780a40bcce2873477dab658",
	"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
    {"5051525354555657", "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
	"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
    {"606162636465666768696a6b6c6d6e6f",
	"46f6ffadd3d06a09ff3c5860d2755c8b9819db7df44251788c7d8e3180de8eb1",
	"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
};

#define N_LEAVES (sizeof(merkle_leaves) / sizeof(merkle_leaves[0]))
#define N_MANY   70

#define H00 "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
#define H01 "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
#define H04 "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
#define H10 "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
#define H11 "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
#define H12 "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
#define H13 "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
#define H20 "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"
#define H21 "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"

static const struct {
	const char *what;
	uint64_t size, at; /* at: index, or the older size */
	enum { INCLUSION, CONSISTENCY } kind;
	const char *nodes[4];
} merkle_proofs[] = {
    {"the only leaf", 1, 0, INCLUSION, {NULL}},
    {"leaf 0 of 8", 8, 0, INCLUSION, {H01, H11, H21, NULL}},
    {"leaf 5 of 8", 8, 5, INCLUSION, {H04, H13, H20, NULL}},
    {"leaf 2 of 3", 3, 2, INCLUSION, {H10, NULL}},
    {"leaf 1 of 5", 5, 1, INCLUSION, {H00, H11, H04, NULL}},
    {"1 to 1", 1, 1, CONSISTENCY, {NULL}},
    {"1 to 8", 8, 1, CONSISTENCY, {H01, H11, H21, NULL}},
    {"6 to 8", 8, 6, CONSISTENCY, {H12, H13, H20, NULL}},
    {"2 to 5", 5, 2, CONSISTENCY, {H11, H04, NULL}},
};

static uint8_t merkle_hashes[N_MANY][MERKLE_SIZE];

static void
unhex(const char *text, uint8_t out[MERKLE_SIZE])
{
	assert_true(hex_decode(text, strlen(text), out, MERKLE_SIZE));
}

static int
merkle_setup(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_MANY; i++) {
		uint8_t bytes[16] = {(uint8_t)i};
		size_t n = 1;
		if (i < N_LEAVES) {
			n = strlen(merkle_leaves[i].bytes_hex) / 2;
			if (!hex_decode(merkle_leaves[i].bytes_hex, 2 * n, bytes, n))
				return -1;
		}
		merkle_leaf(bytes, n, merkle_hashes[i]);
	}
	return 0;
}

static void
merkle_known_leaves_and_roots_hold(void **state)
{
	struct merkle m;
	uint8_t want[MERKLE_SIZE], root[MERKLE_SIZE], again[MERKLE_SIZE];
	(void)state;
	merkle_init(&m);
	merkle_root(&m, root);
	unhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", want);
	assert_memory_equal(root, want, MERKLE_SIZE);
	for (size_t i = 0; i < N_LEAVES; i++) {
		unhex(merkle_leaves[i].leaf, want);
		assert_memory_equal(merkle_hashes[i], want, MERKLE_SIZE);
		merkle_add(&m, merkle_hashes[i]);
		merkle_root(&m, root);
		merkle_root_of(merkle_hashes[0], i + 1, again);
		unhex(merkle_leaves[i].root, want);
		assert_memory_equal(root, want, MERKLE_SIZE);
		assert_memory_equal(again, want, MERKLE_SIZE);
	}
}

/* The recursive definition of RFC 6962, to compare with. */
static void
merkle_by_definition(const uint8_t *leaves, uint64_t n, uint8_t ret[MERKLE_SIZE])
{
	uint8_t left[MERKLE_SIZE], right[MERKLE_SIZE];
	uint64_t k = 1;
	if (n == 1) {
		memcpy(ret, leaves, MERKLE_SIZE);
		return;
	}
	while (2 * k < n)
		k *= 2;
	merkle_by_definition(leaves, k, left);
	merkle_by_definition(leaves + k * MERKLE_SIZE, n - k, right);
	merkle_node(left, right, ret);
}

static void
merkle_roots_follow_the_definition(void **state)
{
	(void)state;
	for (uint64_t n = 1; n <= N_MANY; n++) {
		uint8_t root[MERKLE_SIZE], want[MERKLE_SIZE];
		merkle_root_of(merkle_hashes[0], n, root);
		merkle_by_definition(merkle_hashes[0], n, want);
		assert_memory_equal(root, want, MERKLE_SIZE);
	}
}

static void
merkle_long_leaf_is_hashed_like_a_short_one(void **state)
{
	/* the pair around the size that is hashed in one call */
	static const size_t sizes[] = {2047, 2048};
	uint8_t bytes[2049] = {0}, got[MERKLE_SIZE], want[MERKLE_SIZE];
	(void)state;
	memset(bytes + 1, 'x', sizeof(bytes) - 1);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		merkle_leaf(bytes + 1, sizes[i], got);
		digest_sha256(bytes, sizes[i] + 1, want);
		assert_memory_equal(got, want, MERKLE_SIZE);
	}
}

static void
merkle_known_proofs_are_built(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(merkle_proofs) / sizeof(merkle_proofs[0]); i++) {
		struct merkle_proof p;
		size_t n = 0;
		enum err e = merkle_proofs[i].kind == INCLUSION
		                 ? merkle_inclusion(merkle_hashes[0], merkle_proofs[i].size,
				       merkle_proofs[i].at, &p)
		                 : merkle_consistency(merkle_hashes[0], merkle_proofs[i].at,
				       merkle_proofs[i].size, &p);
		assert_int_equal(e, ERR_OK);
		for (; merkle_proofs[i].nodes[n] != NULL; n++) {
			uint8_t want[MERKLE_SIZE];
			unhex(merkle_proofs[i].nodes[n], want);
			if (n >= p.count || memcmp(want, p.nodes[n], MERKLE_SIZE) != 0)
				fail_msg("%s: node %zu", merkle_proofs[i].what, n);
		}
		assert_int_equal(p.count, n);
	}
}

/* Every way to spoil a proof that has the right form. */
static void
spoil(struct merkle_proof *p, size_t way)
{
	if (way < p->count)
		p->nodes[way][way % MERKLE_SIZE] ^= 1;
	else if (way == p->count)
		memset(p->nodes[p->count++], 0, MERKLE_SIZE);
	else if (p->count > 0)
		p->count--;
}

static void
merkle_inclusion_holds_for_its_leaf_only(void **state)
{
	uint8_t root[MERKLE_SIZE];
	(void)state;
	for (uint64_t n = 1; n <= N_MANY; n++) {
		merkle_root_of(merkle_hashes[0], n, root);
		for (uint64_t i = 0; i < n; i++) {
			struct merkle_proof p, bad;
			const uint8_t *leaf = merkle_hashes[i];
			assert_int_equal(merkle_inclusion(merkle_hashes[0], n, i, &p), ERR_OK);
			assert_int_equal(merkle_inclusion_check(n, i, leaf, &p, root), ERR_OK);
			assert_int_equal(merkle_inclusion_check(
					     n, i, merkle_hashes[(i + 1) % N_MANY], &p, root),
			    ERR_SIGNATURE);
			if (n > 1)
				assert_int_equal(
				    merkle_inclusion_check(n, (i + 1) % n, leaf, &p, root),
				    ERR_SIGNATURE);
			for (size_t way = 0; way < p.count + 2; way++) {
				bad = p;
				spoil(&bad, way);
				if (bad.count != p.count || way < p.count)
					assert_int_equal(
					    merkle_inclusion_check(n, i, leaf, &bad, root),
					    ERR_SIGNATURE);
			}
		}
	}
}

static void
merkle_consistency_holds_for_its_roots_only(void **state)
{
	uint8_t old[MERKLE_SIZE], new[MERKLE_SIZE];
	(void)state;
	for (uint64_t to = 1; to <= N_MANY; to++) {
		merkle_root_of(merkle_hashes[0], to, new);
		for (uint64_t from = 1; from <= to; from++) {
			struct merkle_proof p, bad;
			merkle_root_of(merkle_hashes[0], from, old);
			assert_int_equal(
			    merkle_consistency(merkle_hashes[0], from, to, &p), ERR_OK);
			assert_int_equal(
			    merkle_consistency_check(from, to, &p, old, new), ERR_OK);
			for (size_t way = 0; way < p.count + 2; way++) {
				bad = p;
				spoil(&bad, way);
				if (bad.count != p.count || way < p.count)
					assert_int_equal(
					    merkle_consistency_check(from, to, &bad, old, new),
					    ERR_SIGNATURE);
			}
			old[0] ^= 1;
			assert_int_equal(
			    merkle_consistency_check(from, to, &p, old, new), ERR_SIGNATURE);
			old[0] ^= 1;
			new[0] ^= 1;
			assert_int_equal(
			    merkle_consistency_check(from, to, &p, old, new), ERR_SIGNATURE);
			new[0] ^= 1;
		}
	}
}

static void
merkle_out_of_range_is_refused(void **state)
{
	struct merkle_proof p = {.count = 0};
	const uint8_t *h = merkle_hashes[0];
	(void)state;
	assert_int_equal(merkle_inclusion(h, 0, 0, &p), ERR_RANGE);
	assert_int_equal(merkle_inclusion(h, 8, 8, &p), ERR_RANGE);
	assert_int_equal(merkle_inclusion_check(8, 8, h, &p, h), ERR_RANGE);
	assert_int_equal(merkle_consistency(h, 0, 8, &p), ERR_RANGE);
	assert_int_equal(merkle_consistency(h, 9, 8, &p), ERR_RANGE);
	assert_int_equal(merkle_consistency_check(0, 8, &p, h, h), ERR_RANGE);
	assert_int_equal(merkle_consistency_check(9, 8, &p, h, h), ERR_RANGE);
}

/* A proof as long as the limit, and one node more, against sizes of 64 bits. */
static void
merkle_proof_over_the_limit_is_refused(void **state)
{
	struct merkle_proof p = {.count = LIM_PROOF_NODES};
	uint8_t root[MERKLE_SIZE];
	(void)state;
	memcpy(root, merkle_hashes[0], MERKLE_SIZE);
	for (size_t i = 0; i < LIM_PROOF_NODES; i++)
		merkle_node(root, p.nodes[i], root);
	assert_int_equal(
	    merkle_inclusion_check(UINT64_MAX, 0, merkle_hashes[0], &p, root), ERR_OK);
	p.count = LIM_PROOF_NODES + 1;
	assert_int_equal(
	    merkle_inclusion_check(UINT64_MAX, 0, merkle_hashes[0], &p, root), ERR_SIGNATURE);
	assert_int_equal(
	    merkle_consistency_check(1, UINT64_MAX, &p, root, root), ERR_SIGNATURE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(merkle_known_leaves_and_roots_hold),
	    cmocka_unit_test(merkle_roots_follow_the_definition),
	    cmocka_unit_test(merkle_long_leaf_is_hashed_like_a_short_one),
	    cmocka_unit_test(merkle_known_proofs_are_built),
	    cmocka_unit_test(merkle_inclusion_holds_for_its_leaf_only),
	    cmocka_unit_test(merkle_consistency_holds_for_its_roots_only),
	    cmocka_unit_test(merkle_out_of_range_is_refused),
	    cmocka_unit_test(merkle_proof_over_the_limit_is_refused),
	};
	return cmocka_run_group_tests_name("merkle", tests, merkle_setup, NULL);
}

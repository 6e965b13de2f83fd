/* links: src/core/merkle src/core/digest src/base/mem src/base/hex src/base/err */
/* SPDX-License-Identifier: ISC */
/*
 * The ways in which implementations of RFC 6962 and RFC 9162 try each other's proof checks,
 * over the tree of eight leaves that all of them test with.  The proofs are built here;
 * t_merkle.c compares what is built with the published nodes and roots.
 */
#include "src/core/merkle.h"
#include "src/base/hex.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char *const probe_leaves[] = {"", "00", "10", "2021", "3031", "40414243",
    "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
static uint8_t probe_hashes[COUNT(probe_leaves)][MERKLE_SIZE];

/* What a proof is said to show: at is an index, or the older size; first a leaf, or the older
 * root. */
struct claim {
	bool inclusion;
	uint64_t size, at;
	uint8_t first[MERKLE_SIZE], root[MERKLE_SIZE];
	struct merkle_proof proof;
};

static const struct {
	bool inclusion;
	uint64_t size, at;
	size_t nodes;
} probe_claims[] = {
    {true, 1, 0, 0},
    {true, 8, 0, 3},
    {true, 8, 5, 3},
    {true, 3, 2, 1},
    {true, 5, 1, 3},
    {false, 1, 1, 0},
    {false, 8, 1, 3},
    {false, 8, 6, 3},
    {false, 5, 2, 2},
    {false, 7, 6, 3},
};

static int
probe_setup(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(probe_leaves); i++) {
		uint8_t bytes[16];
		size_t n = strlen(probe_leaves[i]) / 2;
		if (!hex_decode(probe_leaves[i], 2 * n, bytes, n))
			return -1;
		merkle_leaf(bytes, n, probe_hashes[i]);
	}
	return 0;
}

static struct claim
claim_new(size_t i)
{
	struct claim c = {.inclusion = probe_claims[i].inclusion,
	    .size = probe_claims[i].size,
	    .at = probe_claims[i].at};
	const uint8_t *leaves = probe_hashes[0];
	merkle_root_of(leaves, c.size, c.root);
	if (c.inclusion)
		memcpy(c.first, probe_hashes[c.at], MERKLE_SIZE);
	else
		merkle_root_of(leaves, c.at, c.first);
	assert_int_equal(c.inclusion ? merkle_inclusion(leaves, c.size, c.at, &c.proof)
				     : merkle_consistency(leaves, c.at, c.size, &c.proof),
	    ERR_OK);
	assert_int_equal(c.proof.count, probe_claims[i].nodes);
	return c;
}

static enum err
claim_check(const struct claim *c)
{
	return c->inclusion
	           ? merkle_inclusion_check(c->size, c->at, c->first, &c->proof, c->root)
	           : merkle_consistency_check(c->at, c->size, &c->proof, c->first, c->root);
}

/* --- ways to spoil a claim: false when this claim has nothing to spoil so ----------------- */

static void
put_node(struct claim *c, size_t at, const uint8_t node[MERKLE_SIZE])
{
	struct merkle_proof *p = &c->proof;
	memmove(p->nodes[at + 1], p->nodes[at], (p->count - at) * MERKLE_SIZE);
	memcpy(p->nodes[at], node, MERKLE_SIZE);
	p->count++;
}

static const uint8_t probe_noise[MERKLE_SIZE] = {0xde, 0xad, 0xbe, 0xef, [31] = 0x55};

static bool
at_one_more(struct claim *c)
{
	c->at++;
	return c->inclusion || c->at != c->size;
}

static bool
at_one_less(struct claim *c)
{
	c->at--;
	return true;
}

static bool
at_other_bit(struct claim *c)
{
	c->at ^= 2;
	return true;
}

static bool
size_twice(struct claim *c)
{
	c->size *= 2;
	return true;
}

static bool
size_half(struct claim *c)
{
	c->size /= 2;
	return true;
}

static bool
first_other(struct claim *c)
{
	merkle_leaf("WrongLeaf", 9, c->first);
	return true;
}

static bool
root_other(struct claim *c)
{
	memcpy(c->root, probe_noise, MERKLE_SIZE);
	return true;
}

static bool
root_of_nothing(struct claim *c)
{
	merkle_root_of(probe_hashes[0], 0, c->root);
	return true;
}

static bool
roots_swapped(struct claim *c)
{
	uint8_t kept[MERKLE_SIZE];
	memcpy(kept, c->first, MERKLE_SIZE);
	memcpy(c->first, c->root, MERKLE_SIZE);
	memcpy(c->root, kept, MERKLE_SIZE);
	return memcmp(c->first, c->root, MERKLE_SIZE) != 0;
}

static bool
no_nodes(struct claim *c)
{
	bool had = c->proof.count > 0;
	c->proof.count = 0;
	return had;
}

static bool
last_node_missing(struct claim *c)
{
	return c->proof.count > 0 && c->proof.count-- > 0;
}

static bool
first_node_missing(struct claim *c)
{
	if (c->proof.count == 0)
		return false;
	c->proof.count--;
	memmove(c->proof.nodes[0], c->proof.nodes[1], c->proof.count * MERKLE_SIZE);
	return true;
}

static bool
node_before(struct claim *c)
{
	put_node(c, 0, probe_noise);
	return true;
}

static bool
node_after(struct claim *c)
{
	put_node(c, c->proof.count, probe_noise);
	return true;
}

static bool
node_between(struct claim *c)
{
	bool has_between = c->proof.count > 1;
	if (has_between)
		put_node(c, 1, probe_noise);
	return has_between;
}

static bool
first_node_twice(struct claim *c)
{
	uint8_t node[MERKLE_SIZE];
	memcpy(node, c->proof.nodes[0], MERKLE_SIZE);
	put_node(c, 0, node);
	return c->proof.count > 1;
}

static bool
first_before(struct claim *c)
{
	put_node(c, 0, c->first);
	return true;
}

static bool
first_after(struct claim *c)
{
	put_node(c, c->proof.count, c->first);
	return true;
}

static bool
root_before(struct claim *c)
{
	put_node(c, 0, c->root);
	return true;
}

static bool
root_after(struct claim *c)
{
	put_node(c, c->proof.count, c->root);
	return true;
}

/* refused: of the ten claims, how many can be spoilt so. */
static const struct {
	const char *what;
	bool (*spoil)(struct claim *);
	size_t refused;
} probes[] = {
    {"index or older size, one more", at_one_more, 9},
    {"index or older size, one less", at_one_less, 10},
    {"index or older size, another bit", at_other_bit, 10},
    {"twice the size", size_twice, 10},
    {"half the size", size_half, 10},
    {"another leaf or older root", first_other, 10},
    {"another root", root_other, 10},
    {"the root of no leaves", root_of_nothing, 10},
    {"leaf or older root, and root, swapped", roots_swapped, 8},
    {"no nodes", no_nodes, 8},
    {"without the last node", last_node_missing, 8},
    {"without the first node", first_node_missing, 8},
    {"a node before", node_before, 10},
    {"a node after", node_after, 10},
    {"a node between", node_between, 7},
    {"the first node twice", first_node_twice, 8},
    {"leaf or older root before", first_before, 10},
    {"leaf or older root after", first_after, 10},
    {"the root before", root_before, 10},
    {"the root after", root_after, 10},
};

static void
claims_hold(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(probe_claims); i++) {
		struct claim c = claim_new(i);
		assert_int_equal(claim_check(&c), ERR_OK);
	}
}

static void
no_claim_holds_when_it_is_spoilt(void **state)
{
	(void)state;
	for (size_t k = 0; k < COUNT(probes); k++) {
		size_t refused = 0;
		for (size_t i = 0; i < COUNT(probe_claims); i++) {
			struct claim c = claim_new(i);
			if (!probes[k].spoil(&c))
				continue;
			bool range = c.inclusion ? c.at >= c.size : c.at == 0 || c.at > c.size;
			enum err e = claim_check(&c);
			if (e != (range ? ERR_RANGE : ERR_SIGNATURE))
				fail_msg("%s: claim %zu: %s", probes[k].what, i, err_str(e));
			refused++;
		}
		assert_int_equal(refused, probes[k].refused);
	}
}

static void
no_bit_of_a_node_is_free(void **state)
{
	size_t nodes = 0;
	(void)state;
	for (size_t i = 0; i < COUNT(probe_claims); i++) {
		struct claim c = claim_new(i);
		nodes += c.proof.count;
		for (size_t bit = 0; bit < c.proof.count * 8 * MERKLE_SIZE; bit++) {
			uint8_t *byte =
			    &c.proof.nodes[bit / 8 / MERKLE_SIZE][bit / 8 % MERKLE_SIZE];
			*byte ^= (uint8_t)(1u << bit % 8);
			assert_int_equal(claim_check(&c), ERR_SIGNATURE);
			*byte ^= (uint8_t)(1u << bit % 8);
		}
	}
	assert_int_equal(nodes, 21);
}

/* A tree of nothing has no leaf and no history to be shown by a proof. */
static void
nothing_is_shown_about_no_leaves(void **state)
{
	static const struct {
		uint64_t size, at;
		size_t nodes;
		bool inclusion;
	} cases[] = {{0, 0, 0, true}, {0, 1, 0, true}, {1, 2, 0, true}, {0, 0, 0, false},
	    {1, 0, 0, false}, {1, 0, 1, false}, {0, 0, 1, false}, {0, 1, 0, false},
	    {1, 2, 0, false}};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct claim c = {.inclusion = cases[i].inclusion,
		    .size = cases[i].size,
		    .at = cases[i].at,
		    .proof.count = cases[i].nodes};
		merkle_root_of(probe_hashes[0], 0, c.first);
		merkle_root_of(probe_hashes[0], 0, c.root);
		merkle_root_of(probe_hashes[0], 0, c.proof.nodes[0]);
		assert_int_equal(claim_check(&c), ERR_RANGE);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(claims_hold),
	    cmocka_unit_test(no_claim_holds_when_it_is_spoilt),
	    cmocka_unit_test(no_bit_of_a_node_is_free),
	    cmocka_unit_test(nothing_is_shown_about_no_leaves),
	};
	return cmocka_run_group_tests_name("merkle probes", tests, probe_setup, NULL);
}

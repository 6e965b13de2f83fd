/* links: src/media/extents src/media/blockmap src/media/runs src/base/mem */
/* SPDX-License-Identifier: ISC */
#include "src/media/blockmap.h"
#include "src/media/extents.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define BLOCK  1024
#define BLOCKS 64

static uint8_t disk[BLOCKS][BLOCK];
static unsigned reads;

static enum err
read_disk(void *arg, uint64_t at, void *out, size_t n)
{
	(void)arg;
	reads++;
	assert_true(at + n <= sizeof(disk));
	memcpy(out, &disk[0][0] + at, n);
	return ERR_OK;
}

static void
put(uint8_t *p, uint64_t v, int n)
{
	for (int i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

static void
head(uint8_t *node, unsigned entries, unsigned depth)
{
	put(node, 0xF30A, 2);
	put(node + 2, entries, 2);
	put(node + 6, depth, 2);
}

static void
leaf(uint8_t *node, unsigned i, uint32_t logical, unsigned len, uint64_t addr)
{
	uint8_t *e = node + 12 + 12 * i;
	put(e, logical, 4);
	put(e + 4, len, 2);
	put(e + 6, addr >> 32, 2);
	put(e + 8, addr, 4);
}

static void
child(uint8_t *node, unsigned i, uint32_t logical, uint64_t block)
{
	uint8_t *e = node + 12 + 12 * i;
	put(e, logical, 4);
	put(e + 4, block, 4);
	put(e + 8, block >> 32, 2);
}

static enum err
load(const uint8_t *root, struct runs *r)
{
	reads = 0;
	return extents_load(root, read_disk, NULL, BLOCK, BLOCKS, r);
}

static void
extents_of_more_than_one_leaf_are_read(void **state)
{
	(void)state;
	uint8_t root[60] = {0};
	struct runs r = {0};
	memset(disk, 0, sizeof(disk));
	head(root, 2, 1);
	child(root, 0, 0, 10);
	child(root, 1, 100, 11);
	head(disk[10], 2, 0);
	leaf(disk[10], 0, 0, 2, 20);
	leaf(disk[10], 1, 5, 32768 + 3, 30); /* allocated, never written */
	head(disk[11], 1, 0);
	leaf(disk[11], 0, 100, 4, 22);
	assert_int_equal(load(root, &r), ERR_OK);
	static const struct run want[] = {{0, 20, 2}, {2, RUNS_HOLE, 98}, {100, 22, 4}};
	assert_int_equal(r.n, 3);
	assert_memory_equal(r.v, want, sizeof(want));
	assert_int_equal(r.stored, 6);
	runs_done(&r);
}

static void
malformed_extent_trees_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *what;
		unsigned entries, depth;
		uint32_t logical[2];
		unsigned len;
		uint64_t addr;
	} cases[] = {
	    {"too many entries for a root", 5, 0, {0, 0}, 1, 20},
	    {"entries out of order", 2, 0, {5, 0}, 1, 20},
	    {"overlap", 2, 0, {0, 1}, 2, 20},
	    {"no length", 1, 0, {0, 0}, 0, 20},
	    {"behind the volume", 1, 0, {0, 0}, 1, 64},
	    {"reaches behind the volume", 1, 0, {0, 0}, 2, 63},
	    {"address above 32 bits", 1, 0, {0, 0}, 1, 1ull << 40},
	    {"too deep", 1, 6, {0, 0}, 1, 20},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t root[60] = {0};
		struct runs r = {0};
		memset(disk, 0, sizeof(disk));
		head(root, cases[i].entries, cases[i].depth);
		for (unsigned e = 0; e < 2 && e < cases[i].entries; e++)
			leaf(root, e, cases[i].logical[e], cases[i].len, cases[i].addr);
		if (load(root, &r) != ERR_SYNTAX)
			fail_msg("%s", cases[i].what);
		runs_done(&r);
	}
}

static void
a_node_that_is_its_own_child_is_refused(void **state)
{
	(void)state;
	uint8_t root[60] = {0};
	struct runs r = {0};
	memset(disk, 0, sizeof(disk));
	head(root, 1, 5);
	child(root, 0, 0, 10);
	head(disk[10], 80, 4);
	for (unsigned i = 0; i < 80; i++)
		child(disk[10], i, i, 10);
	assert_int_equal(load(root, &r), ERR_SYNTAX);
	assert_true(reads < 5);
	/* equal logical numbers do not multiply the tree, either */
	head(disk[10], 80, 4);
	for (unsigned i = 0; i < 80; i++)
		child(disk[10], i, 0, 11);
	assert_int_equal(load(root, &r), ERR_SYNTAX);
	runs_done(&r);
}

static void
block_pointers_and_holes_are_read(void **state)
{
	(void)state;
	uint8_t root[60] = {0};
	struct runs r = {0};
	memset(disk, 0, sizeof(disk));
	put(root, 20, 4);
	put(root + 4, 21, 4);
	put(root + 48, 30, 4); /* indirect */
	put(disk[30] + 8, 40, 4);
	put(root + 52, 31, 4); /* double indirect */
	put(disk[31] + 4, 32, 4);
	put(disk[32], 41, 4);
	uint64_t size = 12 + 256 + 256 + 1;
	assert_int_equal(blockmap_load(root, read_disk, NULL, BLOCK, BLOCKS, size, &r), ERR_OK);
	assert_int_equal(r.end, size);
	assert_int_equal(r.stored, 4);
	assert_int_equal(r.v[0].addr, 20);
	assert_int_equal(r.v[0].len, 2);
	assert_int_equal(r.v[2].offset, 14);
	assert_int_equal(r.v[2].addr, 40);
	assert_int_equal(r.v[r.n - 1].addr, 41);
	runs_done(&r);
}

static void
block_pointers_that_lead_in_circles_are_refused(void **state)
{
	(void)state;
	uint8_t root[60] = {0};
	struct runs r = {0};
	memset(disk, 0, sizeof(disk));
	put(root + 56, 30, 4);
	for (int i = 0; i < 256; i++)
		put(disk[30] + 4 * i, 30, 4); /* 256 to the third data blocks */
	assert_int_equal(
	    blockmap_load(root, read_disk, NULL, BLOCK, BLOCKS, 1 << 24, &r), ERR_SYNTAX);
	runs_done(&r);
	put(root, BLOCKS, 4);
	assert_int_equal(
	    blockmap_load(root, read_disk, NULL, BLOCK, BLOCKS, 1, &r), ERR_SYNTAX);
	put(root, BLOCKS - 1, 4);
	assert_int_equal(blockmap_load(root, read_disk, NULL, BLOCK, BLOCKS, 1, &r), ERR_OK);
	runs_done(&r);
}

static void
a_size_no_pointer_can_say_is_refused(void **state)
{
	(void)state;
	const uint8_t root[60] = {0};
	struct runs r = {0};
	uint64_t most = 12 + 256 + 256 * 256 + 256 * 256 * 256;
	assert_int_equal(blockmap_load(root, read_disk, NULL, BLOCK, BLOCKS, most, &r), ERR_OK);
	runs_done(&r);
	assert_int_equal(
	    blockmap_load(root, read_disk, NULL, BLOCK, BLOCKS, most + 1, &r), ERR_SYNTAX);
	runs_done(&r);
}

static void
runs_never_go_back_and_never_overflow(void **state)
{
	(void)state;
	struct runs r = {0};
	assert_int_equal(runs_add(&r, 0, 5, 3), ERR_OK);
	assert_int_equal(runs_add(&r, 3, 8, 1), ERR_OK); /* continues */
	assert_int_equal(r.n, 1);
	assert_int_equal(runs_add(&r, 3, 9, 1), ERR_SYNTAX);
	assert_int_equal(runs_add(&r, 4, UINT64_MAX - 1, 2), ERR_SYNTAX);
	assert_int_equal(runs_add(&r, UINT64_MAX, 1, 1), ERR_SYNTAX);
	assert_int_equal(runs_add(&r, 4, 1, UINT64_MAX), ERR_SYNTAX);
	assert_int_equal(r.end, 4);
	runs_done(&r);
}

static void
a_file_in_too_many_pieces_reaches_the_limit(void **state)
{
	(void)state;
	struct runs r = {0};
	for (uint64_t i = 0; i < LIM_RUNS; i++)
		assert_int_equal(runs_add(&r, i, 2 * i, 1), ERR_OK);
	assert_int_equal(runs_add(&r, LIM_RUNS, 1, 1), ERR_LIMIT);
	runs_done(&r);
}

/* A tree of exactly so many nodes, made up while it is read: each node a block of its own. */
struct forest {
	struct {
		unsigned depth;
		uint32_t from, span;
	} node[LIM_EXTENT_NODES + 2];
	unsigned used, budget;
};

static void
grow(struct forest *f, uint8_t *p, unsigned depth, uint32_t from, uint32_t span, unsigned most)
{
	unsigned n = depth == 0 ? 0 : f->budget < most ? f->budget : most;
	head(p, n, depth);
	f->budget -= n;
	for (unsigned i = 0; i < n; i++) {
		unsigned id = f->used++;
		f->node[id].depth = depth - 1;
		f->node[id].from = from + i * (span / most);
		f->node[id].span = span / most;
		child(p, i, f->node[id].from, id);
	}
}

static enum err
read_forest(void *arg, uint64_t at, void *out, size_t n)
{
	struct forest *f = arg;
	size_t id = at / BLOCK;
	memset(out, 0, n);
	grow(f, out, f->node[id].depth, f->node[id].from, f->node[id].span, 84);
	return ERR_OK;
}

static enum err
load_forest(unsigned nodes)
{
	struct forest *f = calloc(1, sizeof(*f));
	uint8_t root[60] = {0};
	struct runs r = {0};
	f->budget = nodes;
	grow(f, root, 4, 0, UINT32_MAX, 4);
	enum err err = extents_load(root, read_forest, f, BLOCK, LIM_EXTENT_NODES + 2, &r);
	assert_int_equal(f->budget, 0);
	runs_done(&r);
	free(f);
	return err;
}

static void
a_tree_of_too_many_nodes_reaches_the_limit(void **state)
{
	(void)state;
	assert_int_equal(load_forest(LIM_EXTENT_NODES), ERR_OK);
	assert_int_equal(load_forest(LIM_EXTENT_NODES + 1), ERR_LIMIT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(extents_of_more_than_one_leaf_are_read),
	    cmocka_unit_test(malformed_extent_trees_are_refused),
	    cmocka_unit_test(a_node_that_is_its_own_child_is_refused),
	    cmocka_unit_test(a_tree_of_too_many_nodes_reaches_the_limit),
	    cmocka_unit_test(block_pointers_and_holes_are_read),
	    cmocka_unit_test(block_pointers_that_lead_in_circles_are_refused),
	    cmocka_unit_test(a_size_no_pointer_can_say_is_refused),
	    cmocka_unit_test(runs_never_go_back_and_never_overflow),
	    cmocka_unit_test(a_file_in_too_many_pieces_reaches_the_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

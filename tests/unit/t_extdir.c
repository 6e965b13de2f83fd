/* links: src/media/extdir src/media/wtf8 */
/* SPDX-License-Identifier: ISC */
#include "src/media/extdir.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define BLOCK 1024

struct got {
	uint8_t block[BLOCK];
	size_t n;
	char names[16][600];
	size_t lens[16];
	uint64_t inodes[16];
	bool bad[16];
	size_t found;
};

static enum err
collect(void *arg, const struct entry *e)
{
	struct got *g = arg;
	memcpy(g->names[g->found], e->name, e->name_len);
	g->lens[g->found] = e->name_len;
	g->bad[g->found] = e->bad != NULL;
	g->inodes[g->found++] = e->record;
	return ERR_OK;
}

static void
record(struct got *g, uint32_t inode, size_t len, const char *name, size_t name_len)
{
	uint8_t *e = g->block + g->n;
	e[0] = (uint8_t)inode;
	e[4] = (uint8_t)len;
	e[5] = (uint8_t)(len >> 8);
	e[6] = (uint8_t)name_len;
	memcpy(e + 8, name, name_len);
	g->n += len;
}

static void
names_come_through_byte_for_byte(void **state)
{
	(void)state;
	char longest[255];
	memset(longest, 'x', sizeof(longest));
	const struct {
		const char *name;
		size_t n;
	} names[] = {{"bad\xFF\xFE", 5}, {"new\nline", 8}, {"esc\x1B[2J", 7}, {"^", 1},
	    {"trail ", 6}, {"...", 3}, {longest, 255}};
	struct got g = {.n = 0};
	struct extdir d;
	extdir_init(&d, true, 2);
	record(&g, 2, 12, ".", 1);
	record(&g, 2, 12, "..", 2);
	for (size_t i = 0; i < 7; i++)
		record(&g, 11, i < 6 ? 16 : BLOCK - g.n, names[i].name, names[i].n);
	assert_int_equal(extdir_feed(&d, g.block, BLOCK, collect, &g), ERR_OK);
	assert_false(d.damaged);
	assert_int_equal(g.found, 7);
	for (size_t i = 0; i < 7; i++) {
		assert_int_equal(g.lens[i], names[i].n);
		assert_memory_equal(g.names[i], names[i].name, names[i].n);
		assert_false(g.bad[i]);
	}
}

static void
only_the_first_dots_are_left_out(void **state)
{
	(void)state;
	struct got g = {.n = 0};
	struct extdir d;
	extdir_init(&d, true, 2);
	record(&g, 7, 12, ".", 1); /* another inode: not the directory itself */
	record(&g, 2, 12, "..", 2);
	record(&g, 2, BLOCK - g.n, "..", 2);
	assert_int_equal(extdir_feed(&d, g.block, BLOCK, collect, &g), ERR_OK);
	assert_int_equal(g.found, 2);
	assert_int_equal(g.inodes[0], 7);
}

static void
separators_in_names_are_told(void **state)
{
	(void)state;
	struct got g = {.n = 0};
	struct extdir d;
	extdir_init(&d, true, 2);
	record(&g, 11, 16, "a/b", 3);
	record(&g, 12, 16, "a\0b", 3);
	record(&g, 13, BLOCK - g.n, "\xC0\xAF", 2); /* odd, but a name */
	assert_int_equal(extdir_feed(&d, g.block, BLOCK, collect, &g), ERR_OK);
	assert_int_equal(g.found, 3);
	assert_true(g.bad[0] && g.bad[1]);
	assert_memory_equal(g.names[0],
	    "a\xC0\xAF"
	    "b",
	    4);
	assert_false(g.bad[2]);
}

static void
damaged_records_end_the_block(void **state)
{
	(void)state;
	static const struct {
		const char *what;
		size_t len, name_len;
		bool damaged;
	} cases[] = {
	    {"exactly the rest", BLOCK - 16, 200, false},
	    {"behind the block", BLOCK - 12, 3, true},
	    {"zero", 0, 3, true},
	    {"shorter than a head", 4, 0, true},
	    {"not a multiple of four", 18, 3, true},
	    {"name as long as its record", 16, 8, false},
	    {"name longer than its record", 16, 9, true},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct got g = {.n = 0};
		struct extdir d;
		extdir_init(&d, true, 2);
		record(&g, 11, 16, "a", 1);
		record(&g, 12, cases[i].len, "01234567890",
		    cases[i].name_len < 11 ? cases[i].name_len : 11);
		g.block[16 + 6] = (uint8_t)cases[i].name_len;
		if (16 + cases[i].len < BLOCK && cases[i].len >= 16) {
			g.n = 16 + (cases[i].len & ~3u);
			record(&g, 0, BLOCK - g.n, "", 0);
		}
		assert_int_equal(extdir_feed(&d, g.block, BLOCK, collect, &g), ERR_OK);
		if (d.damaged != cases[i].damaged || g.found != (cases[i].damaged ? 1 : 2))
			fail_msg("%s: %zu", cases[i].what, g.found);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_come_through_byte_for_byte),
	    cmocka_unit_test(only_the_first_dots_are_left_out),
	    cmocka_unit_test(separators_in_names_are_told),
	    cmocka_unit_test(damaged_records_end_the_block),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

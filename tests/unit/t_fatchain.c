/* links: src/media/fatchain src/media/runs src/base/mem */
/* SPDX-License-Identifier: ISC */
#include "src/media/fatchain.h"
#include "src/base/limits.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define TABLE_SECTORS 40

static uint8_t table[TABLE_SECTORS * 512];

static enum err
read_table(void *arg, uint64_t at, void *out, size_t n)
{
	(void)arg;
	if (at < 512 || at - 512 > sizeof(table) || n > sizeof(table) - (at - 512))
		return ERR_RANGE;
	memcpy(out, table + at - 512, n);
	return ERR_OK;
}

static void
put(uint8_t *p, uint64_t v, int n)
{
	for (int i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

/* One reserved sector, one table, clusters of two sectors. */
static void
make(struct fatchain *f, unsigned bits, uint32_t clusters)
{
	uint8_t boot[512] = {0};
	bool exfat = bits == 64;
	memset(table, 0, sizeof(table));
	if (exfat) {
		put(boot + 80, 1, 4);
		put(boot + 84, TABLE_SECTORS, 4);
		put(boot + 88, 1 + TABLE_SECTORS, 4);
		put(boot + 92, clusters, 4);
		boot[108] = 9;
		boot[109] = 1;
	} else {
		put(boot + 11, 512, 2);
		boot[13] = 2;
		put(boot + 14, 1, 2);
		boot[16] = 1;
		put(boot + 22, TABLE_SECTORS, 2);
		put(boot + 32, 1 + TABLE_SECTORS + 2 * clusters, 4);
	}
	assert_int_equal(fatchain_init(f, boot, exfat, bits, read_table, NULL), ERR_OK);
	assert_int_equal(f->heap_block, 1 + TABLE_SECTORS);
}

static void
link_to(const struct fatchain *f, uint32_t c, uint32_t next)
{
	if (f->bits == 12) {
		uint8_t *p = table + c + c / 2;
		unsigned old = (unsigned)(p[0] | p[1] << 8);
		put(p, c % 2 == 1 ? (old & 0xF) | next << 4 : (old & 0xF000) | (next & 0xFFF),
		    2);
	} else {
		int n = f->bits == 16 ? 2 : 4;
		put(table + (size_t)c * (size_t)n, next, n);
	}
}

static uint32_t
end_mark(const struct fatchain *f)
{
	return f->bits == 12   ? 0xFFF
	       : f->bits == 16 ? 0xFFFF
	       : f->bits == 32 ? 0x0FFFFFFF
	                       : 0xFFFFFFFF;
}

static const unsigned kinds[] = {12, 16, 32, 64};

static void
chains_of_every_width_are_followed(void **state)
{
	(void)state;
	for (size_t k = 0; k < 4; k++) {
		struct fatchain f;
		struct runs r = {0};
		make(&f, kinds[k], 2000);
		for (uint32_t c = 2; c < 12; c++) /* odd and even numbers */
			link_to(&f, c, c + 1);
		link_to(&f, 12, 1999);
		link_to(&f, 1999, 1500);
		link_to(&f, 1500, end_mark(&f));
		assert_int_equal(fatchain_load(&f, 2, 13, false, &r), ERR_OK);
		assert_int_equal(r.n, 3);
		assert_int_equal(r.v[0].addr, 41);
		assert_int_equal(r.v[0].len, 22);
		assert_int_equal(r.v[1].addr, 41 + 2 * 1997);
		assert_int_equal(r.v[2].addr, 41 + 2 * 1498);
		runs_done(&r);
		assert_int_equal(fatchain_load(&f, 2, 0, false, &r), ERR_OK);
		assert_int_equal(r.end, 26);
		runs_done(&r);
		/* more clusters than needed are fine, fewer are not */
		assert_int_equal(fatchain_load(&f, 2, 3, false, &r), ERR_OK);
		assert_int_equal(r.end, 6);
		runs_done(&r);
		assert_int_equal(fatchain_load(&f, 2, 14, false, &r), ERR_SYNTAX);
		runs_done(&r);
		fatchain_done(&f);
	}
}

static void
chains_that_leave_the_volume_are_refused(void **state)
{
	(void)state;
	static const uint32_t bad[] = {0, 1, 102, 0x0FF7};
	for (size_t k = 0; k < 4; k++) {
		struct fatchain f;
		struct runs r = {0};
		make(&f, kinds[k], 100); /* 2 to 101 */
		link_to(&f, 2, 101);
		link_to(&f, 101, end_mark(&f));
		assert_int_equal(fatchain_load(&f, 2, 2, false, &r), ERR_OK);
		runs_done(&r);
		for (size_t i = 0; i < 4; i++) {
			link_to(&f, 101, bad[i]);
			f.cached[0] = 0;
			assert_int_equal(fatchain_load(&f, 2, 3, false, &r), ERR_SYNTAX);
			assert_int_equal(r.end, 4); /* what came before */
			runs_done(&r);
			assert_int_equal(fatchain_load(&f, bad[i], 1, false, &r), ERR_SYNTAX);
			/* damage behind the end of the file does not count */
			assert_int_equal(fatchain_load(&f, 2, 2, false, &r), ERR_OK);
			runs_done(&r);
		}
		fatchain_done(&f);
	}
}

static void
circles_are_found_wherever_they_begin(void **state)
{
	(void)state;
	for (uint32_t tail = 0; tail < 20; tail++)
		for (uint32_t lap = 1; lap < 20; lap++) {
			struct fatchain f;
			struct runs r = {0};
			make(&f, 16, 2000);
			for (uint32_t c = 2; c < 2 + tail + lap - 1; c++)
				link_to(&f, c, c + 1);
			link_to(&f, 2 + tail + lap - 1, 2 + tail);
			assert_int_equal(fatchain_load(&f, 2, 0, false, &r), ERR_STATE);
			runs_done(&r);
			/* one cluster of the file would come twice */
			assert_int_equal(
			    fatchain_load(&f, 2, tail + lap + 1, false, &r), ERR_STATE);
			runs_done(&r);
			/* none does, and whether one would is not looked for without an end */
			uint64_t before = f.followed;
			enum err err = fatchain_load(&f, 2, 1, false, &r);
			assert_true(err == ERR_OK || err == ERR_STATE);
			assert_in_range(f.followed - before, 0, 4);
			runs_done(&r);
			fatchain_done(&f);
		}
}

/* A million small files in front of one long chain: each costs as much as it has. */
static void
what_lies_behind_a_file_is_not_followed_to_its_end(void **state)
{
	(void)state;
	for (size_t k = 1; k < 4; k++) {
		struct fatchain f;
		struct runs r = {0};
		make(&f, kinds[k], 4000);
		for (uint32_t c = 2; c < 4001; c++)
			link_to(&f, c, c + 1);
		link_to(&f, 4001, end_mark(&f));
		for (uint64_t n = 1; n <= 100; n++) {
			uint64_t before = f.followed;
			assert_int_equal(fatchain_load(&f, 2, n, false, &r), ERR_OK);
			assert_in_range(f.followed - before, n - 1, 4 * n);
			assert_int_equal(r.end, 2 * n);
			runs_done(&r);
		}
		fatchain_done(&f);
	}
}

static void
all_chains_together_have_a_limit(void **state)
{
	(void)state;
	struct fatchain f;
	struct runs r = {0};
	make(&f, 16, 4000);
	for (uint32_t c = 2; c < 4001; c++)
		link_to(&f, c, c + 1);
	link_to(&f, 4001, end_mark(&f));
	uint64_t most = (1u << 24) + LIM_CHAIN_TIMES * 4000;
	f.followed = most - 3999;
	assert_int_equal(fatchain_load(&f, 2, 4000, false, &r), ERR_OK);
	assert_int_equal(f.followed, most);
	runs_done(&r);
	assert_int_equal(fatchain_load(&f, 2, 2, false, &r), ERR_LIMIT);
	runs_done(&r);
	/* files of one piece ask no table */
	assert_int_equal(fatchain_load(&f, 2, 2, true, &r), ERR_OK);
	runs_done(&r);
	fatchain_done(&f);
}

static void
contiguous_files_do_not_ask_the_table(void **state)
{
	(void)state;
	struct fatchain f;
	struct runs r = {0};
	make(&f, 64, 100);
	assert_int_equal(fatchain_load(&f, 2, 100, true, &r), ERR_OK);
	assert_int_equal(r.end, 200);
	runs_done(&r);
	assert_int_equal(fatchain_load(&f, 3, 100, true, &r), ERR_SYNTAX);
	assert_int_equal(fatchain_load(&f, 101, 1, true, &r), ERR_OK);
	runs_done(&r);
	fatchain_done(&f);
}

static void
clusters_without_a_place_in_the_table_do_not_exist(void **state)
{
	(void)state;
	for (size_t k = 0; k < 4; k++) {
		struct fatchain f;
		struct runs r = {0};
		make(&f, kinds[k], 1u << 20);
		uint64_t entries = kinds[k] == 12   ? sizeof(table) * 2 / 3
		                   : kinds[k] == 16 ? sizeof(table) / 2
		                                    : sizeof(table) / 4;
		assert_int_equal(f.n_clusters, entries - 2);
		uint32_t last = (uint32_t)entries - 1;
		link_to(&f, last, end_mark(&f));
		assert_int_equal(fatchain_load(&f, last, 1, false, &r), ERR_OK);
		runs_done(&r);
		assert_int_equal(fatchain_load(&f, last + 1, 1, false, &r), ERR_SYNTAX);
		fatchain_done(&f);
	}
}

static void
boot_sectors_that_contradict_themselves_are_refused(void **state)
{
	(void)state;
	struct fatchain f;
	uint8_t boot[512] = {0};
	assert_int_equal(fatchain_init(&f, boot, false, 12, read_table, NULL), ERR_SYNTAX);
	put(boot + 11, 512, 2);
	boot[13] = boot[16] = 1;
	put(boot + 14, 10, 2);
	put(boot + 22, 10, 2);
	put(boot + 19, 20, 2); /* no sector left for a cluster */
	assert_int_equal(fatchain_init(&f, boot, false, 12, read_table, NULL), ERR_SYNTAX);
	put(boot + 19, 21, 2);
	assert_int_equal(fatchain_init(&f, boot, false, 12, read_table, NULL), ERR_OK);
	fatchain_done(&f);
	memset(boot, 0, sizeof(boot));
	boot[108] = 8;
	assert_int_equal(fatchain_init(&f, boot, true, 32, read_table, NULL), ERR_SYNTAX);
	boot[108] = 12;
	boot[109] = 14;
	assert_int_equal(fatchain_init(&f, boot, true, 32, read_table, NULL), ERR_SYNTAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(chains_of_every_width_are_followed),
	    cmocka_unit_test(chains_that_leave_the_volume_are_refused),
	    cmocka_unit_test(circles_are_found_wherever_they_begin),
	    cmocka_unit_test(what_lies_behind_a_file_is_not_followed_to_its_end),
	    cmocka_unit_test(all_chains_together_have_a_limit),
	    cmocka_unit_test(contiguous_files_do_not_ask_the_table),
	    cmocka_unit_test(clusters_without_a_place_in_the_table_do_not_exist),
	    cmocka_unit_test(boot_sectors_that_contradict_themselves_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

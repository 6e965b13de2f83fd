/* links: src/media/exfatdir src/media/fatdir src/media/wtf8 */
/* SPDX-License-Identifier: ISC */
#include "src/media/exfatdir.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define MAX 128

struct got {
	uint8_t dir[MAX * 32];
	size_t n;
	char names[16][800];
	size_t lens[16];
	struct entry entries[16];
	size_t found;
};

static enum err
collect(void *arg, const struct entry *e)
{
	struct got *g = arg;
	memcpy(g->names[g->found], e->name, e->name_len);
	g->names[g->found][e->name_len] = '\0';
	g->lens[g->found] = e->name_len;
	g->entries[g->found++] = *e;
	return ERR_OK;
}

/* A whole set for an ASCII name, with its checksum; returns where it begins. */
static uint8_t *
set(struct got *g, const char *name, uint64_t size)
{
	uint8_t *e = g->dir + 32 * g->n;
	size_t len = strlen(name), names = (len + 14) / 15;
	e[0] = 0x85;
	e[1] = (uint8_t)(1 + names);
	e[12] = 0x00; /* 2024-02-29 12:34:28, zone +01:00 */
	e[12] = (uint8_t)(34 << 5 | 14);
	e[13] = (uint8_t)(12 << 3 | 34 >> 3);
	e[14] = (uint8_t)(2 << 5 | 29);
	e[15] = (uint8_t)(44 << 1);
	e[23] = 0x84;
	e[32] = 0xC0;
	e[33] = 3;
	e[35] = (uint8_t)len;
	e[52] = 9;
	e[40] = e[56] = (uint8_t)size;
	for (size_t i = 0; i < names; i++)
		e[64 + 32 * i] = 0xC1;
	for (size_t i = 0; i < len; i++)
		e[64 + 32 * (i / 15) + 2 + 2 * (i % 15)] = (uint8_t)name[i];
	g->n += 2 + names;
	uint16_t sum = 0;
	for (size_t i = 0; i < 32 * (2 + names); i++)
		if (i != 2 && i != 3)
			sum = (uint16_t)((sum << 15 | sum >> 1) + e[i]);
	e[2] = (uint8_t)sum;
	e[3] = (uint8_t)(sum >> 8);
	return e;
}

static void
run(struct got *g, size_t step)
{
	struct exfatdir d;
	exfatdir_init(&d);
	for (size_t i = 0; i < g->n; i += step)
		assert_int_equal(exfatdir_feed(&d, g->dir + 32 * i,
				     32 * (g->n - i < step ? g->n - i : step), collect, g),
		    ERR_OK);
	assert_int_equal(exfatdir_end(&d, collect, g), ERR_OK);
}

static void
sets_are_put_together_across_pieces(void **state)
{
	(void)state;
	char longest[256];
	memset(longest, 'x', 255);
	longest[255] = '\0';
	for (size_t step = 1; step < 25; step++) {
		struct got g = {.n = 0};
		set(&g, "a", 5);
		set(&g, longest, 6);
		set(&g, "esc\x1B[2J", 7);
		run(&g, step);
		assert_int_equal(g.found, 3);
		assert_string_equal(g.names[0], "a");
		assert_string_equal(g.names[1], longest);
		assert_string_equal(g.names[2], "esc\x1B[2J");
		for (int i = 0; i < 3; i++) {
			assert_null(g.entries[i].bad);
			assert_int_equal(g.entries[i].size_bytes, 5 + i);
			assert_int_equal(g.entries[i].first_cluster, 9);
		}
	}
}

static void
times_with_a_zone_become_utc(void **state)
{
	(void)state;
	static const struct {
		uint8_t zone;
		int64_t want;
		bool utc;
	} cases[] = {
	    {0x80, 1709210068, true},
	    {0x84, 1709210068 - 3600, true},        /* +01:00 */
	    {0x80 | 0x7C, 1709210068 + 3600, true}, /* -01:00 */
	    {0x04, 1709210068, false},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct got g = {.n = 0};
		set(&g, "a", 5)[23] = cases[i].zone;
		run(&g, 9);
		assert_int_equal(g.entries[0].mtime_s, cases[i].want);
		assert_int_equal(g.entries[0].utc, cases[i].utc);
	}
}

static void
damaged_sets_are_told_and_the_next_one_is_read(void **state)
{
	(void)state;
	static const struct {
		const char *what;
		int at, value;
		size_t found; /* of the damaged set and the good one */
	} cases[] = {
	    {"checksum", 40, 99, 2},
	    {"stream missing", 32, 0xC1, 2},
	    {"name missing", 64, 0x05, 2},
	    {"fewer entries than it says", 1, 5, 2},
	    {"more valid bytes than bytes", 41, 1, 2},
	    {"not in use", 0, 0x05, 1},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct got g = {.n = 0};
		set(&g, "damaged", 5)[cases[i].at] = (uint8_t)cases[i].value;
		set(&g, "good", 6);
		run(&g, 3);
		if (g.found != cases[i].found)
			fail_msg("%s: %zu", cases[i].what, g.found);
		assert_string_equal(g.names[g.found - 1], "good");
		assert_null(g.entries[g.found - 1].bad);
		if (g.found == 2 && g.entries[0].bad == NULL)
			fail_msg("%s: not told", cases[i].what);
	}
}

static void
a_set_cut_off_by_the_end_is_told(void **state)
{
	(void)state;
	struct got g = {.n = 0};
	set(&g, "cut off", 5);
	g.n--;
	run(&g, 9);
	assert_int_equal(g.found, 1);
	assert_non_null(g.entries[0].bad);
}

static void
names_with_separators_are_told(void **state)
{
	(void)state;
	struct got g = {.n = 0};
	set(&g, "../../etc", 5);
	run(&g, 9);
	assert_int_equal(g.found, 1);
	assert_string_equal(g.names[0], "..\xC0\xAF..\xC0\xAF"
					"etc");
	assert_non_null(g.entries[0].bad);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sets_are_put_together_across_pieces),
	    cmocka_unit_test(times_with_a_zone_become_utc),
	    cmocka_unit_test(damaged_sets_are_told_and_the_next_one_is_read),
	    cmocka_unit_test(a_set_cut_off_by_the_end_is_told),
	    cmocka_unit_test(names_with_separators_are_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

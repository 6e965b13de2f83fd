/* links: src/media/fatdir src/media/wtf8 */
/* SPDX-License-Identifier: ISC */
#include "src/media/fatdir.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define MAX 64

struct got {
	uint8_t dir[MAX * 32];
	size_t n; /* entries */
	char names[MAX][800];
	size_t lens[MAX];
	struct entry entries[MAX];
	size_t found;
};

static enum err
collect(void *arg, const struct entry *e)
{
	struct got *g = arg;
	memcpy(g->names[g->found], e->name, e->name_len);
	g->lens[g->found] = e->name_len;
	g->entries[g->found++] = *e;
	return ERR_OK;
}

static uint8_t *
short_entry(struct got *g, const char *name11, uint8_t attr)
{
	uint8_t *e = g->dir + 32 * g->n++;
	memcpy(e, name11, 11);
	e[11] = attr;
	return e;
}

/* Long parts of units for the short name that follows; flaw is added to the checksum. */
static void
long_parts(struct got *g, const uint16_t *units, size_t n, const char *name11, uint8_t flaw)
{
	static const uint8_t at[13] = {1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};
	uint8_t sum = 0;
	for (int i = 0; i < 11; i++)
		sum = (uint8_t)((sum << 7 | sum >> 1) + (uint8_t)name11[i]);
	size_t parts = (n + 12) / 13;
	for (size_t p = parts; p >= 1; p--) {
		uint8_t *e = g->dir + 32 * g->n++;
		e[0] = (uint8_t)(p | (p == parts ? 0x40 : 0));
		e[11] = 0x0F;
		e[13] = (uint8_t)(sum + flaw);
		for (size_t i = 0; i < 13; i++) {
			size_t u = (p - 1) * 13 + i;
			uint16_t c = u < n ? units[u] : u == n ? 0 : 0xFFFF;
			e[at[i]] = (uint8_t)c;
			e[at[i] + 1] = (uint8_t)(c >> 8);
		}
	}
}

static void
run(struct got *g, bool root, size_t step)
{
	struct fatdir d;
	fatdir_init(&d, root, true);
	for (size_t i = 0; i < g->n; i += step)
		assert_int_equal(fatdir_feed(&d, g->dir + 32 * i,
				     32 * (g->n - i < step ? g->n - i : step), collect, g),
		    ERR_OK);
}

static void
expect(const struct got *g, size_t i, const char *name)
{
	if (i >= g->found || g->lens[i] != strlen(name) ||
	    memcmp(g->names[i], name, g->lens[i]) != 0)
		fail_msg("entry %zu is not %s", i, name);
}

static void
hostile_long_names_come_through_byte_for_byte(void **state)
{
	(void)state;
	static const struct {
		const char *what;
		uint16_t units[12];
		size_t n;
		const char *bytes;
	} cases[] = {
	    {"escape sequence", {0x1B, '[', '2', 'J'}, 4, "\x1B[2J"},
	    {"backspaces", {'x', 8, 8, 8, 'y'}, 5, "x\b\b\by"},
	    {"direction override", {0x202E, 'g', 'p', 'j'}, 4, "\xE2\x80\xAEgpj"},
	    {"caret is not a replaced control", {'^', 0x1B}, 2, "^\x1B"},
	    {"lone surrogate", {0xD800, 'a'}, 2,
		"\xED\xA0\x80"
		"a"},
	    {"private use", {0xF021}, 1, "\xEF\x80\xA1"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct got g = {.n = 0};
		long_parts(&g, cases[i].units, cases[i].n, "SHORT~1 TXT", 0);
		short_entry(&g, "SHORT~1 TXT", 0x20);
		run(&g, true, 100);
		assert_int_equal(g.found, 1);
		expect(&g, 0, cases[i].bytes);
	}
}

static void
long_names_of_every_length_are_kept(void **state)
{
	(void)state;
	for (size_t n = 1; n <= 255; n++) {
		uint16_t units[255];
		char name[256] = "";
		struct got g = {.n = 0};
		for (size_t i = 0; i < n; i++)
			units[i] = (uint16_t)(name[i] = (char)('a' + i % 26));
		name[n] = '\0';
		long_parts(&g, units, n, "LONG    TXT", 0);
		short_entry(&g, "LONG    TXT", 0x20);
		run(&g, true, n % 3 + 1);
		assert_int_equal(g.found, 1);
		expect(&g, 0, name);
	}
}

static void
broken_long_names_fall_back_to_the_short_one(void **state)
{
	(void)state;
	const uint16_t units[20] = {
	    'h', 'i', 'd', 'd', 'e', 'n', 'n', 'a', 'm', 'e', '1', '2', '3', '4', '5'};
	struct got g = {.n = 0};
	long_parts(&g, units, 15, "A       TXT", 1); /* checksum */
	short_entry(&g, "A       TXT", 0);
	long_parts(&g, units, 15, "B       TXT", 0);
	memmove(g.dir + 32 * (g.n - 1), g.dir + 32 * (g.n - 2), 32); /* part twice */
	short_entry(&g, "B       TXT", 0);
	long_parts(&g, units, 15, "C       TXT", 0);
	short_entry(&g,
	    "\xE5"
	    "       TXT",
	    0); /* deleted in between */
	short_entry(&g, "C       TXT", 0);
	long_parts(&g, units, 15, "D       TXT", 0);
	g.n--; /* last part missing */
	short_entry(&g, "D       TXT", 0);
	run(&g, true, 100);
	assert_int_equal(g.found, 4);
	expect(&g, 0, "A.TXT");
	expect(&g, 1, "B.TXT");
	expect(&g, 2, "C.TXT");
	expect(&g, 3, "D.TXT");
}

static void
short_names_are_shown_as_systems_show_them(void **state)
{
	(void)state;
	static const struct {
		const char *raw;
		uint8_t flags;
		const char *name;
		int bad;
	} cases[] = {
	    {"README  TXT", 0, "README.TXT", 0}, {"README  TXT", 0x18, "readme.txt", 0},
	    {"README  TXT", 0x08, "readme.TXT", 0}, {"NOEXT      ", 0, "NOEXT", 0},
	    {"A B     C  ", 0, "A B.C", 0},
	    {"\x05"
	     "XX        ",
		0, "\xE5XX", 0},
	    {"\x80\xFF"
	     "\x1B        ",
		0, "\x80\xFF\x1B", 0},
	    {"A/B     TXT", 0,
		"A\xC0\xAF"
		"B.TXT",
		1},
	    {"..         ", 0, "..", 0}, /* in the root it means nothing special */
	};
	struct got g = {.n = 0};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		short_entry(&g, cases[i].raw, 0x20)[12] = cases[i].flags;
	run(&g, true, 100);
	assert_int_equal(g.found, sizeof(cases) / sizeof(cases[0]));
	for (size_t i = 0; i < g.found; i++) {
		expect(&g, i, cases[i].name);
		assert_int_equal(g.entries[i].bad != NULL, cases[i].bad);
	}
}

static void
only_real_dots_labels_and_ends_are_left_out(void **state)
{
	(void)state;
	struct got g = {.n = 0};
	short_entry(&g, ".          ", 0x10);
	short_entry(&g, "..         ", 0x10);
	short_entry(&g, "..         ", 0x10); /* a third one is a name */
	short_entry(&g, "LABEL      ", 0x08); /* a label where none belongs */
	short_entry(&g,
	    "\xE5"
	    "ELETED    ",
	    0x20);
	short_entry(&g, "FILE       ", 0x20);
	memset(g.dir + 32 * g.n++, 0, 32);
	short_entry(&g, "BEHIND     ", 0x20);
	run(&g, false, 1);
	assert_int_equal(g.found, 3);
	expect(&g, 0, "..");
	expect(&g, 1, "LABEL");
	assert_true(g.entries[1].odd);
	expect(&g, 2, "FILE");
}

static void
the_root_gives_its_label_once(void **state)
{
	(void)state;
	struct got g = {.n = 0};
	struct fatdir d;
	short_entry(&g, "MY STICK   ", 0x08);
	short_entry(&g, "SECOND     ", 0x08);
	fatdir_init(&d, true, false);
	assert_int_equal(fatdir_feed(&d, g.dir, 64, collect, &g), ERR_OK);
	assert_int_equal(d.label_len, 8);
	assert_memory_equal(d.label, "MY STICK", 8);
	assert_int_equal(g.found, 1); /* the other is told */
	assert_true(g.entries[0].odd);
}

static void
times_that_do_not_exist_are_unknown(void **state)
{
	(void)state;
	static const struct {
		unsigned y, m, d, h, min, s2;
		int64_t want; /* -1: no such time */
	} cases[] = {
	    {1980, 1, 1, 0, 0, 0, 315532800},
	    {2024, 2, 29, 12, 34, 28, 1709210096},
	    {2023, 2, 29, 0, 0, 0, -1},
	    {2100, 2, 29, 0, 0, 0, -1},
	    {2100, 3, 1, 0, 0, 0, 4107542400},
	    {2107, 12, 31, 23, 59, 29, 4354819198},
	    {2000, 0, 1, 0, 0, 0, -1},
	    {2000, 13, 1, 0, 0, 0, -1},
	    {2000, 1, 0, 0, 0, 0, -1},
	    {2000, 4, 31, 0, 0, 0, -1},
	    {2000, 1, 1, 24, 0, 0, -1},
	    {2000, 1, 1, 0, 60, 0, -1},
	    {2000, 1, 1, 0, 0, 30, -1},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t s = -1;
		bool ok = fatdir_time(
		    (uint16_t)((cases[i].y - 1980) << 9 | cases[i].m << 5 | cases[i].d),
		    (uint16_t)(cases[i].h << 11 | cases[i].min << 5 | cases[i].s2), &s);
		if (ok != (cases[i].want >= 0) || s != cases[i].want)
			fail_msg("case %zu: %lld", i, (long long)s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(hostile_long_names_come_through_byte_for_byte),
	    cmocka_unit_test(long_names_of_every_length_are_kept),
	    cmocka_unit_test(broken_long_names_fall_back_to_the_short_one),
	    cmocka_unit_test(short_names_are_shown_as_systems_show_them),
	    cmocka_unit_test(only_real_dots_labels_and_ends_are_left_out),
	    cmocka_unit_test(the_root_gives_its_label_once),
	    cmocka_unit_test(times_that_do_not_exist_are_unknown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* links: src/media/lies src/base/mem */
/* SPDX-License-Identifier: ISC */
/* Media that say they are larger than they are, and those that only look like it. */
#include "src/media/lies.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define MIB ((uint64_t)1 << 20)

/* Blocks that hold something; what is not listed reads as zero. */
struct stick {
	uint64_t real; /* addresses are taken modulo it; 0: it does not lie */
	uint64_t empty_from;
	size_t n;
	struct {
		uint64_t at;
		uint8_t value; /* 0: as constant */
		uint8_t fill;
	} blocks[12];
};

static enum err
read_stick(void *arg, uint64_t at, void *out, size_t n)
{
	const struct stick *s = arg;
	uint8_t *to = out;
	memset(to, 0, n);
	if (s->empty_from != 0 && at >= s->empty_from)
		return ERR_OK;
	if (s->real != 0)
		at %= s->real;
	for (size_t i = 0; i < s->n; i++)
		if (s->blocks[i].at == at) {
			memset(to, s->blocks[i].fill, n);
			to[7] = s->blocks[i].value;
		}
	return ERR_OK;
}

#define TABLE              \
	{                  \
		0, 0x55, 1 \
	}
#define FATS                             \
	{MIB, 2, 3}, {MIB + 4096, 4, 0}, \
	{                                \
		MIB + 8192, 5, 0         \
	}

static void
a_medium_that_repeats_is_known(void **state)
{
	(void)state;
	static const uint64_t volume[] = {MIB};
	static const struct {
		const char *what;
		struct stick stick;
		uint64_t bytes, want;
	} cases[] = {
	    {"an honest stick", {0, 0, 4, {TABLE, FATS}}, 64 * MIB, 0},
	    {"8 of 64 MiB", {8 * MIB, 0, 4, {TABLE, FATS}}, 64 * MIB, 8 * MIB},
	    {"7.5 of 32 MiB", {15 * MIB / 2, 0, 4, {TABLE, FATS}}, 32 * MIB, 15 * MIB / 2},
	    {"48 of 64 MiB: more than a half", {48 * MIB, 0, 4, {TABLE, FATS}}, 64 * MIB,
		48 * MIB},
	    {"8 GiB of 1 TiB", {8192 * MIB, 0, 4, {TABLE, FATS}}, MIB * MIB, 8192 * MIB},
	    {"nothing behind the real size", {0, 8 * MIB, 4, {TABLE, FATS}}, 64 * MIB, 0},
	    {"an empty medium repeats nothing", {8 * MIB, 0, 0, {{0}}}, 64 * MIB, 0},
	    {"one byte over and over is no sample", {8 * MIB, 0, 2, {{0, 9, 9}, {4096, 8, 8}}},
		64 * MIB, 0},
	    {"two blocks are too few", {8 * MIB, 0, 2, {TABLE, {4096, 2, 3}}}, 64 * MIB, 0},
	    {"three are enough", {8 * MIB, 0, 3, {TABLE, {4096, 2, 3}, {8192, 3, 3 + 1}}},
		64 * MIB, 8 * MIB},
	    {"copies of a file system's head, not of the table",
		{0, 0, 7,
		    {TABLE, FATS, {9 * MIB, 2, 3}, {9 * MIB + 4096, 4, 0},
			{9 * MIB + 8192, 5, 0}}},
		64 * MIB, 0},
	    {"a copy of the table, and of nothing else",
		{0, 0, 5, {TABLE, FATS, {8 * MIB, 0x55, 1}}}, 64 * MIB, 0},
	    {"a copy of all but one block",
		{0, 0, 7,
		    {TABLE, FATS, {8 * MIB, 0x55, 1}, {9 * MIB, 2, 3}, {9 * MIB + 4096, 4, 0}}},
		64 * MIB, 0},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct stick s = cases[i].stick;
		uint64_t got = lies_period(read_stick, &s, cases[i].bytes, volume, 1);
		if (got != cases[i].want)
			fail_msg("%s: %llu", cases[i].what, (unsigned long long)got);
	}
}

static enum err
read_nothing(void *arg, uint64_t at, void *out, size_t n)
{
	(void)arg;
	(void)at;
	(void)out;
	(void)n;
	return ERR_IO;
}

static void
a_medium_that_cannot_be_read_is_not_accused(void **state)
{
	(void)state;
	assert_int_equal(lies_period(read_nothing, NULL, 64 * MIB, NULL, 0), 0);
}

static void
file(struct lies_tail *t, uint64_t at, uint64_t bytes, uint8_t value, bool end_differs)
{
	static uint8_t buf[65536];
	lies_begin(t, at);
	for (uint64_t done = 0; done < bytes; done += sizeof(buf)) {
		size_t n = bytes - done < sizeof(buf) ? (size_t)(bytes - done) : sizeof(buf);
		memset(buf, value, n);
		if (end_differs && done + n == bytes)
			buf[n - 1] = (uint8_t)(value + 1);
		lies_data(t, buf, n);
	}
	lies_end(t);
}

static void
an_empty_end_is_known_from_three_files_on(void **state)
{
	(void)state;
	static const struct {
		const char *what;
		unsigned files;
		uint64_t bytes;
		uint8_t value;
		bool first_holds_something, last_holds_something, want;
	} cases[] = {
	    {"three files, one MiB", 3, LIES_BYTES / 3 + 1, 0, true, false, true},
	    {"FF as well", 3, LIES_BYTES / 3 + 1, 0xFF, true, false, true},
	    {"another value is somebody's data", 3, LIES_BYTES, 'x', true, false, false},
	    {"two files", 2, LIES_BYTES, 0, true, false, false},
	    {"too few bytes", 3, LIES_BYTES / 3 - 1, 0, true, false, false},
	    {"the last file holds something", 5, LIES_BYTES, 0, true, true, false},
	    {"every file is empty: a medium of zeros", 5, LIES_BYTES, 0, false, false, false},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lies_tail t = {0};
		if (cases[i].first_holds_something)
			file(&t, 4096, 100, 'a', true);
		for (unsigned k = 0; k < cases[i].files; k++)
			file(&t, (k + 1) * MIB, cases[i].bytes, cases[i].value,
			    cases[i].last_holds_something && k + 1 == cases[i].files);
		if (lies_is_empty(&t) != cases[i].want)
			fail_msg("%s", cases[i].what);
		if (cases[i].want)
			assert_int_equal(t.from, MIB);
	}
}

static void
files_of_nothing_and_holes_say_nothing(void **state)
{
	(void)state;
	struct lies_tail t = {0};
	file(&t, 4096, 100, 'a', true);
	for (int i = 0; i < 4; i++)
		file(&t, 0, LIES_BYTES, 0, false); /* holes: no place */
	file(&t, MIB, 0, 0, false);
	assert_false(lies_is_empty(&t));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_medium_that_repeats_is_known),
	    cmocka_unit_test(a_medium_that_cannot_be_read_is_not_accused),
	    cmocka_unit_test(an_empty_end_is_known_from_three_files_on),
	    cmocka_unit_test(files_of_nothing_and_holes_say_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

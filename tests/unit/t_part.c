/* links: src/core/part */
/* SPDX-License-Identifier: ISC */
/* Names of the parts of split sets. */
#include "src/core/part.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

/* set NULL: it is no part */
static const struct {
	const char *path, *type, *set;
	unsigned number;
} rows[] = {
    {"a/big.7z.001", "7z", "big.7z", 1},
    {"a/big.7z.002", "data", "big.7z", 2},
    {"film.999", "other", "film", 999},
    {"film.000", "data", NULL, 0},
    {"film.01", "data", NULL, 0},
    {"film.0001", "data", NULL, 0},
    {"film.001", "text", NULL, 0},
    {"run.001", "csv", NULL, 0},
    {".001", "data", NULL, 0},
    {"x.001", "", "x", 1},
    {"setup.exe.001", "pe", "setup.exe", 1},
    {"set.z01", "data", "set", 1},
    {"SET.Z12", "text", "SET", 12},
    {"set.z1", "data", NULL, 0},
    {"set.z00", "data", NULL, 0},
    {"set.zip", "zip", NULL, 0},
    {"old.r00", "data", "old", 2},
    {"old.r99", "data", "old", 101},
    {"old.s00", "data", "old", 102},
    {"old.t00", "data", NULL, 0},
    {"new.part1.rar", "rar", "new", 1},
    {"new.PART012.RAR", "data", "new", 12},
    {"new.part0.rar", "rar", NULL, 0},
    {"new.part.rar", "rar", NULL, 0},
    {".part1.rar", "rar", NULL, 0},
    {"new.rar", "rar", NULL, 0},
    {"d/xaa", "data", "x", 1},
    {"d/xzz", "data", "x", 676},
    {"d/xaa", "text", NULL, 0},
    {"d/yaa", "data", NULL, 0},
    {"big.part-aa", "zip", "big.part-", 1},
    {"big.part-ab", "data", "big.part-", 2},
    {"big.partaa", "data", "big.part", 1},
    {"big.tar.gz.aa", "gzip", "big.tar.gz.", 1},
    {"big.tgzab", "data", "big.tgz", 2},
    {"big.zip.AA", "data", NULL, 0},
    {"depart-aa", "data", NULL, 0},
    {"notes.tar.gz", "gzip", NULL, 0},
    {"disk.img.xz", "xz", NULL, 0},
    {"a-part.so", "elf", NULL, 0},
    {"a.part.db", "data", NULL, 0},
    {"big.tar.gy", "data", "big.tar.", 181},
    {"big.tar-gz", "data", "big.tar-", 182},
    {"data", "data", NULL, 0},
    {"a.data", "data", NULL, 0},
    {"", "", NULL, 0},
    {"aa", "", NULL, 0},
};

static void
names_of_parts_are_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct part p;
		bool is = part_is(
		    (const uint8_t *)rows[i].path, strlen(rows[i].path), rows[i].type, &p);
		if (is != (rows[i].set != NULL))
			fail_msg("%s (%s): %d", rows[i].path, rows[i].type, (int)is);
		if (!is)
			continue;
		assert_int_equal(p.set_len, strlen(rows[i].set));
		assert_memory_equal(p.set, rows[i].set, p.set_len);
		assert_int_equal(p.number, rows[i].number);
	}
}

static void
number_0_and_any_type_are_parts_by_name_alone(void **state)
{
	static const struct {
		const char *path, *stem;
		enum part_way way;
		unsigned number;
	} names[] = {
	    {"d/film.000", "film.", PART_COUNTED, 0},
	    {"film.001", "film.", PART_COUNTED, 1},
	    {"set.z00", "set.z", PART_ZIP, 0},
	    {"SET.Z01", "SET.Z", PART_ZIP, 1},
	    {"big.part-ab", "big.part-", PART_LETTERS, 2},
	    {"new.part2.rar", "new.part", PART_RAR, 2},
	    {"old.r00", "old.r", PART_RAR, 2},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct part p;
		assert_true(
		    part_named((const uint8_t *)names[i].path, strlen(names[i].path), &p));
		assert_int_equal(p.stem_len, strlen(names[i].stem));
		assert_memory_equal(p.set, names[i].stem, p.stem_len);
		assert_int_equal(p.way, names[i].way);
		assert_int_equal(p.number, names[i].number);
	}
	struct part p;
	assert_false(part_named((const uint8_t *)"set.zip", 7, &p));
	assert_false(part_named((const uint8_t *)"film.01", 7, &p));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_of_parts_are_known),
	    cmocka_unit_test(number_0_and_any_type_are_parts_by_name_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* links: src/media/table src/media/table_gpt src/media/table_types src/media/wtf8 src/base/mem */
/* SPDX-License-Identifier: ISC */
#include "src/media/table.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define SECTOR  512
#define SECTORS 4096

#define DISK_BYTES (SECTORS * SECTOR)
#include "tests/unit/disk.h"

static enum err
parse(struct table *t)
{
	return table_parse(read_disk, NULL, sizeof(disk), SECTOR, t);
}

static void
mbr(unsigned sector, int i, uint8_t status, uint8_t type, uint32_t first, uint32_t n)
{
	uint8_t *s = disk + (size_t)sector * SECTOR, *e = s + 446 + 16 * i;
	e[0] = status;
	e[4] = type;
	put(e + 8, first, 4);
	put(e + 12, n, 4);
	s[510] = 0x55;
	s[511] = 0xAA;
}

static uint32_t
crc(const uint8_t *p, size_t n)
{
	uint32_t c = ~0u;
	while (n-- > 0) {
		c ^= *p++;
		for (int k = 0; k < 8; k++)
			c = c >> 1 ^ (0xEDB88320u & (0u - (c & 1)));
	}
	return ~c;
}

static void
gpt_seal(uint64_t header, uint64_t entries, uint32_t count)
{
	uint8_t *h = disk + header * SECTOR;
	memcpy(h, "EFI PART", 8);
	put(h + 8, 0x10000, 4);
	put(h + 12, 92, 4);
	put(h + 24, header, 8);
	put(h + 40, 34, 8);
	put(h + 48, SECTORS - 34, 8);
	put(h + 72, entries, 8);
	put(h + 80, count, 4);
	put(h + 84, 128, 4);
	put(h + 88, crc(disk + entries * SECTOR, (size_t)count * 128), 4);
	put(h + 16, 0, 4);
	put(h + 16, crc(h, 92), 4);
}

static void
gpt_entry(uint64_t entries, int i, uint64_t first, uint64_t last)
{
	uint8_t *e = disk + entries * SECTOR + 128 * (size_t)i;
	e[0] = 0xA2;
	put(e + 32, first, 8);
	put(e + 40, last, 8);
	e[56] = 0x1B; /* the name: ESC, then U+202E */
	e[58] = 0x2E;
	e[59] = 0x20;
}

/* A protective MBR and both copies, with so many partitions of one sector. */
static void
gpt(unsigned n)
{
	memset(disk, 0, sizeof(disk));
	mbr(0, 0, 0, 0xEE, 1, SECTORS - 1);
	for (unsigned i = 0; i < n; i++) {
		gpt_entry(2, (int)i, 40 + i, 40 + i);
		gpt_entry(SECTORS - 33, (int)i, 40 + i, 40 + i);
	}
	gpt_seal(1, 2, 128);
	gpt_seal(SECTORS - 1, SECTORS - 33, 128);
}

/* Every byte of the medium is in an extent or in the table itself. */
static void
check_cover(const struct table *t, uint64_t table_bytes)
{
	uint64_t sum = table_bytes, end = 0;
	for (size_t i = 0; i < t->n; i++) {
		assert_true(t->extents[i].offset_bytes >= end);
		end = t->extents[i].offset_bytes + t->extents[i].bytes;
		sum += t->extents[i].bytes;
	}
	assert_int_equal(sum, sizeof(disk));
}

static void
a_medium_without_table_is_one_volume(void **state)
{
	(void)state;
	struct table t;
	memset(disk, 0, sizeof(disk));
	for (int i = 0; i < 3; i++) {
		if (i == 1)
			memset(disk, 'x', sizeof(disk));
		if (i == 2) { /* a FAT boot sector: code where a table would be */
			memset(disk, 0, SECTOR);
			mbr(0, 0, 'N', 'o', 0x20, 0x20);
		}
		assert_int_equal(parse(&t), ERR_OK);
		assert_int_equal(t.kind, TABLE_NONE);
		assert_int_equal(t.n, 1);
		assert_true(t.extents[0].partition);
		assert_int_equal(t.extents[0].bytes, sizeof(disk));
		table_done(&t);
	}
}

static void
tiny_media_have_no_table(void **state)
{
	(void)state;
	for (uint64_t n = 1; n < 600; n += 7) {
		struct table t;
		assert_int_equal(table_parse(read_disk, NULL, n, SECTOR, &t), ERR_OK);
		assert_int_equal(t.extents[0].bytes, n);
		table_done(&t);
	}
}

static void
logical_partitions_and_gaps_are_found(void **state)
{
	(void)state;
	struct table t;
	memset(disk, 0, sizeof(disk));
	mbr(0, 0, 0x80, 0x0C, 8, 92);
	mbr(0, 1, 0, 0x05, 200, 1000);
	mbr(200, 0, 0, 0x83, 10, 90);   /* 210..299 */
	mbr(200, 1, 0, 0x05, 200, 100); /* next at 400 */
	mbr(400, 0, 0, 0x07, 1, 99);    /* 401..499 */
	assert_int_equal(parse(&t), ERR_OK);
	assert_int_equal(t.kind, TABLE_MBR);
	assert_false(t.damaged);
	static const struct {
		uint64_t first, n;
		bool partition;
	} want[] = {{1, 7, false}, {8, 92, true}, {100, 100, false}, {201, 9, false},
	    {210, 90, true}, {300, 100, false}, {401, 99, true}, {500, SECTORS - 500, false}};
	assert_int_equal(t.n, sizeof(want) / sizeof(want[0]));
	for (size_t i = 0; i < t.n; i++) {
		assert_int_equal(t.extents[i].offset_bytes, want[i].first * SECTOR);
		assert_int_equal(t.extents[i].bytes, want[i].n * SECTOR);
		assert_int_equal(t.extents[i].partition, want[i].partition);
	}
	assert_string_equal(t.extents[1].type, "0x0c");
	check_cover(&t, 3 * SECTOR);
	table_done(&t);
}

static void
a_chain_of_logical_partitions_that_loops_ends(void **state)
{
	(void)state;
	struct table t;
	memset(disk, 0, sizeof(disk));
	mbr(0, 0, 0, 0x05, 200, 1000);
	mbr(200, 0, 0, 0x83, 10, 10);
	mbr(200, 1, 0, 0x05, 100, 100);
	mbr(300, 0, 0, 0x83, 10, 10);
	mbr(300, 1, 0, 0x05, 100, 100); /* itself */
	assert_int_equal(parse(&t), ERR_OK);
	assert_true(t.damaged);
	table_done(&t);
}

static void
partitions_that_leave_the_medium_or_overlap_are_told(void **state)
{
	(void)state;
	struct table t;
	memset(disk, 0, sizeof(disk));
	mbr(0, 0, 0, 0x83, 8, UINT32_MAX);
	mbr(0, 1, 0, 0x83, 100, 100);
	mbr(0, 2, 0, 0x83, UINT32_MAX, UINT32_MAX);
	assert_int_equal(parse(&t), ERR_OK);
	assert_int_equal(t.n, 4);
	assert_true(t.extents[1].clipped);
	assert_int_equal(t.extents[1].bytes, (SECTORS - 8) * SECTOR);
	assert_true(t.extents[2].overlaps);
	assert_true(t.extents[3].clipped);
	assert_int_equal(t.extents[3].bytes, 0);
	table_done(&t);
}

static void
a_gpt_is_read_with_its_names(void **state)
{
	(void)state;
	struct table t;
	gpt(2);
	assert_int_equal(parse(&t), ERR_OK);
	assert_int_equal(t.kind, TABLE_GPT);
	assert_false(t.damaged);
	assert_int_equal(t.n, 4);
	assert_int_equal(t.extents[1].label_len, 4);
	assert_memory_equal(t.extents[1].label, "\x1B\xE2\x80\xAE", 4);
	assert_string_equal(t.extents[1].type, "000000A2-0000-0000-0000-000000000000");
	check_cover(&t, (1 + 33 + 33) * SECTOR);
	table_done(&t);
}

static void
the_backup_of_a_damaged_gpt_is_used_and_told(void **state)
{
	(void)state;
	static const struct {
		const char *what;
		size_t at;
		enum table_kind kind;
	} cases[] = {
	    {"first header", SECTOR + 40, TABLE_GPT_BACKUP},
	    {"first entries", 2 * SECTOR + 33, TABLE_GPT_BACKUP},
	    {"last header", (SECTORS - 1) * SECTOR + 40, TABLE_GPT},
	    {"last entries", (SECTORS - 33) * SECTOR + 33, TABLE_GPT},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct table t;
		gpt(2);
		disk[cases[i].at] ^= 1;
		assert_int_equal(parse(&t), ERR_OK);
		if (t.kind != cases[i].kind || !t.damaged || t.n != 4)
			fail_msg("%s", cases[i].what);
		table_done(&t);
	}
}

static void
a_gpt_with_both_copies_damaged_hides_nothing(void **state)
{
	(void)state;
	struct table t;
	gpt(2);
	disk[SECTOR] = disk[(SECTORS - 1) * SECTOR] = 0;
	assert_int_equal(parse(&t), ERR_OK);
	assert_int_equal(t.kind, TABLE_MBR);
	assert_true(t.damaged);
	check_cover(&t, SECTOR);
	table_done(&t);
}

static void
a_stale_gpt_does_not_win_over_an_mbr(void **state)
{
	(void)state;
	struct table t;
	gpt(2);
	mbr(0, 0, 0, 0x0C, 64, 1000);
	assert_int_equal(parse(&t), ERR_OK);
	assert_int_equal(t.kind, TABLE_MBR);
	assert_true(t.stale_gpt);
	table_done(&t);
}

static void
sectors_of_4096_bytes_are_found_in_an_image(void **state)
{
	(void)state;
	struct table t;
	memset(disk, 0, sizeof(disk));
	mbr(0, 0, 0, 0xEE, 1, 511);
	uint8_t *h = disk + 4096, *e = disk + 2 * 4096;
	e[0] = 0xA2;
	put(e + 32, 10, 8);
	put(e + 40, 19, 8);
	memcpy(h, "EFI PART", 8);
	put(h + 12, 92, 4);
	put(h + 24, 1, 8);
	put(h + 72, 2, 8);
	put(h + 80, 32, 4);
	put(h + 84, 128, 4);
	put(h + 88, crc(e, 4096), 4);
	put(h + 16, crc(h, 92), 4);
	assert_int_equal(parse(&t), ERR_OK);
	assert_int_equal(t.sector_bytes, 4096);
	assert_int_equal(t.extents[1].offset_bytes, 10 * 4096);
	assert_int_equal(t.extents[1].bytes, 10 * 4096);
	table_done(&t);
}

static void
too_many_partitions_reach_the_limit(void **state)
{
	(void)state;
	struct table t;
	/* the gap before, the gap behind and the partitions between them */
	gpt(LIM_VOLUMES - 2);
	assert_int_equal(parse(&t), ERR_OK);
	assert_int_equal(t.n, LIM_VOLUMES);
	table_done(&t);
	gpt(LIM_VOLUMES - 1);
	assert_int_equal(parse(&t), ERR_LIMIT);
	gpt(LIM_VOLUMES + 1);
	assert_int_equal(parse(&t), ERR_LIMIT);
}

/* A note of the table holds these words. */
static bool
noted(const struct table *t, const char *words)
{
	for (size_t i = 0; i < t->n_notes; i++)
		if (strstr(t->notes[i].text, words) != NULL)
			return true;
	return false;
}

static void
two_tables_that_differ_are_told(void **state)
{
	(void)state;
	static const struct {
		uint32_t first, n;
		bool differs;
	} cases[] = {{41, 1, false}, {41, 2, true}, {42, 1, true}, {200, 100, true}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct table t;
		gpt(2); /* at 40 and 41 */
		mbr(0, 1, 0, 0x0C, cases[i].first, cases[i].n);
		assert_int_equal(parse(&t), ERR_OK);
		assert_int_equal(t.kind, TABLE_GPT);
		assert_true(t.hybrid);
		assert_int_equal(noted(&t, "two partition tables differ"), cases[i].differs);
		size_t partitions = 0;
		for (size_t k = 0; k < t.n; k++)
			partitions += t.extents[k].partition;
		assert_int_equal(partitions, cases[i].differs ? 3 : 2);
		table_done(&t);
	}
}

static void
a_chain_in_any_order_is_followed(void **state)
{
	(void)state;
	struct table t;
	memset(disk, 0, sizeof(disk));
	mbr(0, 0, 0, 0x05, 200, 1000);
	mbr(200, 0, 0, 0x83, 10, 10);
	mbr(200, 1, 0, 0x05, 300, 100); /* 500 */
	mbr(500, 0, 0, 0x83, 10, 10);
	mbr(500, 1, 0, 0x05, 100, 100); /* back to 300 */
	mbr(300, 0, 0, 0x83, 10, 10);
	assert_int_equal(parse(&t), ERR_OK);
	assert_false(t.damaged);
	assert_int_equal(t.n_places, 4);
	check_cover(&t, 4 * SECTOR);
	table_done(&t);
	/* and round again */
	mbr(300, 1, 0, 0x05, 300, 100);
	assert_int_equal(parse(&t), ERR_OK);
	assert_true(t.damaged && noted(&t, "runs in a circle"));
	check_cover(&t, 4 * SECTOR);
	table_done(&t);
}

static void
what_systems_hide_is_named(void **state)
{
	(void)state;
	static const struct {
		uint8_t type;
		const char *kind;
	} cases[] = {{0x0C, NULL}, {0x27, "Windows recovery"}, {0x1B, "hidden FAT32"}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct table t;
		memset(disk, 0, sizeof(disk));
		mbr(0, 0, 0, cases[i].type, 1, SECTORS - 1);
		assert_int_equal(parse(&t), ERR_OK);
		assert_int_equal(t.extents[0].hidden, cases[i].kind != NULL);
		if (cases[i].kind != NULL)
			assert_string_equal(t.extents[0].kind, cases[i].kind);
		table_done(&t);
	}
}

static void
a_table_in_a_partition_is_known(void **state)
{
	(void)state;
	memset(disk, 0, sizeof(disk));
	assert_false(table_is_nested(read_disk, NULL, 100 * SECTOR, 100 * SECTOR, SECTOR));
	mbr(100, 0, 0, 0x83, 1, 10);
	assert_true(table_is_nested(read_disk, NULL, 100 * SECTOR, 100 * SECTOR, SECTOR));
	assert_false(table_is_nested(read_disk, NULL, 100 * SECTOR, 100, SECTOR));
	memset(disk, 0, sizeof(disk));
	memcpy(disk + 101 * SECTOR, "EFI PART", 8);
	assert_true(table_is_nested(read_disk, NULL, 100 * SECTOR, 100 * SECTOR, SECTOR));
}

/* TABLE_NOTES: as many are told, and the last one says that there are more. */
static void
notes_are_limited(void **state)
{
	(void)state;
	for (unsigned bad = TABLE_NOTES - 1; bad <= TABLE_NOTES; bad++) {
		struct table t;
		gpt(bad);
		for (unsigned i = 0; i < bad; i++) { /* each ends before it begins */
			put(disk + 2 * SECTOR + 128 * i + 40, 1, 8);
			put(disk + (SECTORS - 33) * SECTOR + 128 * i + 40, 1, 8);
		}
		gpt_seal(1, 2, 128);
		gpt_seal(SECTORS - 1, SECTORS - 33, 128);
		assert_int_equal(parse(&t), ERR_OK);
		assert_int_equal(t.n_notes, bad < TABLE_NOTES ? bad : TABLE_NOTES);
		assert_int_equal(noted(&t, "more is wrong"), bad == TABLE_NOTES);
		table_done(&t);
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
an_unreadable_first_sector_is_an_error(void **state)
{
	(void)state;
	struct table t;
	assert_int_equal(table_parse(read_nothing, NULL, 1 << 20, SECTOR, &t), ERR_IO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_medium_without_table_is_one_volume),
	    cmocka_unit_test(tiny_media_have_no_table),
	    cmocka_unit_test(logical_partitions_and_gaps_are_found),
	    cmocka_unit_test(a_chain_of_logical_partitions_that_loops_ends),
	    cmocka_unit_test(partitions_that_leave_the_medium_or_overlap_are_told),
	    cmocka_unit_test(a_gpt_is_read_with_its_names),
	    cmocka_unit_test(the_backup_of_a_damaged_gpt_is_used_and_told),
	    cmocka_unit_test(a_gpt_with_both_copies_damaged_hides_nothing),
	    cmocka_unit_test(a_stale_gpt_does_not_win_over_an_mbr),
	    cmocka_unit_test(sectors_of_4096_bytes_are_found_in_an_image),
	    cmocka_unit_test(too_many_partitions_reach_the_limit),
	    cmocka_unit_test(two_tables_that_differ_are_told),
	    cmocka_unit_test(a_chain_in_any_order_is_followed),
	    cmocka_unit_test(what_systems_hide_is_named),
	    cmocka_unit_test(a_table_in_a_partition_is_known),
	    cmocka_unit_test(notes_are_limited),
	    cmocka_unit_test(an_unreadable_first_sector_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* links: src/media/isodir src/media/susp src/media/wtf8 */
/* SPDX-License-Identifier: ISC */
#include "src/media/isodir.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define BLOCK 2048

static uint8_t disc[64 * BLOCK];

static struct {
	char name[LIM_NAME_BYTES + 1];
	uint64_t record, bytes;
	bool directory, bad;
	unsigned n;
} seen;

static enum err
read_disc(void *arg, uint64_t at, void *out, size_t n)
{
	(void)arg;
	if (at > sizeof(disc) || n > sizeof(disc) - at)
		return ERR_RANGE;
	memcpy(out, disc + at, n);
	return ERR_OK;
}

static enum err
see(void *arg, const struct entry *e)
{
	(void)arg;
	memcpy(seen.name, e->name, e->name_len);
	seen.name[e->name_len] = '\0';
	seen.record = e->record;
	seen.bytes = e->size_bytes;
	seen.directory = e->directory;
	seen.bad = e->bad != NULL;
	seen.n++;
	return ERR_OK;
}

/* A record of this name and system use area; returns its length. */
static size_t
put(uint8_t *p, const char *name, size_t n, unsigned flags, const void *area, size_t area_len)
{
	size_t len = 33 + n + (n % 2 == 0);

	memset(p, 0, len);
	p[2] = 20; /* block */
	p[10] = 100;
	p[25] = (uint8_t)flags;
	p[32] = (uint8_t)n;
	memcpy(p + 33, name, n);
	memcpy(p + len, area, area_len);
	len += area_len;
	len += len % 2;
	p[0] = (uint8_t)len;
	return len;
}

static void
feed(struct isodir *d, enum isodir_names names, const uint8_t *sector, size_t n)
{
	*d =
	    (struct isodir){.names = names, .read = read_disc, .block_bytes = BLOCK, .seen = 2};
	memset(&seen, 0, sizeof(seen));
	assert_int_equal(isodir_feed(d, sector, n, 1000, see, NULL), ERR_OK);
}

static void
names_are_kept(void **state)
{
	(void)state;
	static const struct {
		const char *stored;
		size_t n;
		enum isodir_names names;
		unsigned flags;
		const char *shown;
		bool bad;
	} cases[] = {
	    {"README.TXT;1", 12, ISODIR_PLAIN, 0, "README.TXT", false},
	    {"README.;1", 9, ISODIR_PLAIN, 0, "README", false},
	    {"README.TXT;2", 12, ISODIR_PLAIN, 0, "README.TXT;2", false},
	    {"DIR.", 4, ISODIR_PLAIN, ISODIR_DIRECTORY, "DIR.", false},
	    {"A/B", 3, ISODIR_PLAIN, 0,
		"A\xC0\xAF"
		"B",
		true},
	    {"\0a\0;\0001", 6, ISODIR_JOLIET, 0, "a", false},
	    {"\0a\x20\x2E\0b", 6, ISODIR_JOLIET, 0,
		"a\xE2\x80\xAE"
		"b",
		false},
	    {"\xD8\0", 2, ISODIR_JOLIET, 0, "\xED\xA0\x80", false},
	    {"\0a\0", 3, ISODIR_JOLIET, 0, "a", true},
	    {"FORK", 4, ISODIR_PLAIN, ISODIR_ASSOCIATED, "FORK:associated", false},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct isodir d;
		uint8_t sector[BLOCK] = {0};
		put(sector, cases[i].stored, cases[i].n, cases[i].flags, "", 0);
		feed(&d, cases[i].names, sector, sizeof(sector));
		if (seen.n != 1 || strcmp(seen.name, cases[i].shown) != 0 ||
		    seen.bad != cases[i].bad || d.damaged)
			fail_msg("%zu: %s", i, seen.name);
	}
}

static void
malformed_records_end_their_sector(void **state)
{
	(void)state;
	static const struct {
		size_t at;
		uint8_t value;
	} cases[] = {{0, 5}, {0, 33}, {32, 0}, {32, 200}, {0, 255}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct isodir d;
		uint8_t sector[BLOCK] = {0};
		size_t n = put(sector, "GOOD", 4, 0, "", 0);
		n += put(sector + n, "BAD", 3, 0, "", 0);
		sector[n - 36 + cases[i].at] = cases[i].value;
		feed(&d, ISODIR_PLAIN, sector, n);
		if (!d.damaged || seen.n != 1 || strcmp(seen.name, "GOOD") != 0)
			fail_msg("%zu: %u names", i, seen.n);
	}
}

static void
extents_of_one_file_are_one_entry(void **state)
{
	(void)state;
	struct isodir d;
	uint8_t sector[BLOCK] = {0};
	size_t n = put(sector, "BIG", 3, ISODIR_GOES_ON, "", 0);

	n += put(sector + n, "BIG", 3, ISODIR_GOES_ON, "", 0);
	put(sector + n, "BIG", 3, 0, "", 0);
	feed(&d, ISODIR_PLAIN, sector, sizeof(sector));
	assert_int_equal(seen.n, 1);
	assert_int_equal(seen.bytes, 300);
	assert_int_equal(seen.record, 1000); /* of the first */
	/* the end of the directory comes first */
	feed(&d, ISODIR_PLAIN, sector, n);
	assert_true(d.going_on);
}

static void
rock_ridge_moves_directories(void **state)
{
	(void)state;
	static const uint8_t cl[] = {'N', 'M', 6, 1, 0, 'x', 'C', 'L', 12, 1, 40};
	static const uint8_t re[] = {'R', 'E', 4, 1};
	uint8_t area[18] = {0}, sector[BLOCK] = {0};
	struct isodir d;

	memcpy(area, cl, sizeof(cl));
	put(sector, "X", 1, 0, area, sizeof(area));
	feed(&d, ISODIR_ROCK_RIDGE, sector, sizeof(sector));
	assert_true(seen.directory);
	assert_string_equal(seen.name, "x");
	assert_int_equal(seen.record, 40 * BLOCK);
	memset(sector, 0, sizeof(sector));
	put(sector, "X", 1, ISODIR_DIRECTORY, re, sizeof(re));
	feed(&d, ISODIR_ROCK_RIDGE, sector, sizeof(sector));
	assert_int_equal(seen.n, 0);
}

/* CE at `at` of the disc: n bytes at block, byte 0. */
static void
put_ce(uint8_t *p, unsigned block, unsigned n)
{
	memset(p, 0, 28);
	memcpy(p, "CE\x1C\x01", 4);
	p[4] = (uint8_t)block;
	p[20] = (uint8_t)n;
}

static void
continuations_end(void **state)
{
	(void)state;
	struct susp s = {0};
	uint8_t area[28];

	/* LIM_SUSP_AREAS of them, the last with a name */
	memset(disc, 0, sizeof(disc));
	put_ce(area, 1, 28);
	for (unsigned i = 1; i < LIM_SUSP_AREAS; i++)
		put_ce(disc + i * BLOCK, i + 1, 28);
	memcpy(disc + LIM_SUSP_AREAS * BLOCK, "NM\x06\x01\0z", 6);
	assert_int_equal(susp_parse(read_disc, NULL, BLOCK, area, sizeof(area), &s), ERR_OK);
	assert_false(s.damaged);
	assert_int_equal(s.name_len, 1);
	/* one more */
	put_ce(disc + LIM_SUSP_AREAS * BLOCK, LIM_SUSP_AREAS + 1, 28);
	s = (struct susp){0};
	assert_int_equal(susp_parse(read_disc, NULL, BLOCK, area, sizeof(area), &s), ERR_OK);
	assert_true(s.damaged);
	/* a circle */
	put_ce(disc + BLOCK, 1, 28);
	s = (struct susp){0};
	assert_int_equal(susp_parse(read_disc, NULL, BLOCK, area, sizeof(area), &s), ERR_OK);
	assert_true(s.damaged);
	/* behind the end */
	put_ce(area, 200, 28);
	s = (struct susp){0};
	assert_int_equal(susp_parse(read_disc, NULL, BLOCK, area, sizeof(area), &s), ERR_OK);
	assert_true(s.damaged);
}

static void
targets_are_put_together(void **state)
{
	(void)state;
	static const struct {
		const char *area;
		size_t n;
		const char *target;
		bool damaged;
	} cases[] = {
	    {"SL\x08\x01\0\0\x01x", 8, "x", false},
	    {"SL\x0D\x01\0\x04\0\x02\0\0\x02xy", 13, ".././xy", false},
	    {"SL\x0A\x01\0\x08\0\0\x01x", 10, "/x", false},
	    {"SL\x0B\x01\0\x01\x01x\0\x01y", 11, "xy", false}, /* one component in two parts */
	    {"SL\x08\x01\1\0\x01xSL\x08\x01\0\0\x01y", 16, "x/y", false},
	    {"SL\x08\x01\0\0\x09x", 8, "", true},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct susp s = {0};
		(void)susp_parse(
		    read_disc, NULL, BLOCK, (const uint8_t *)cases[i].area, cases[i].n, &s);
		s.link[s.link_len] = '\0';
		if (strcmp((char *)s.link, cases[i].target) != 0 ||
		    s.damaged != cases[i].damaged)
			fail_msg("%zu: %s", i, (char *)s.link);
	}
}

static void
times_have_a_zone(void **state)
{
	(void)state;
	static const struct {
		uint8_t date[7];
		bool good;
		int64_t s;
	} cases[] = {
	    {{70, 1, 1, 0, 0, 0, 0}, true, 0},
	    {{70, 1, 1, 1, 0, 0, 4}, true, 0},               /* one hour east */
	    {{69, 12, 31, 19, 0, 0, (uint8_t)-20}, true, 0}, /* five hours west */
	    {{124, 2, 29, 12, 34, 56, 0}, true, 1709210096},
	    {{123, 2, 29, 12, 34, 56, 0}, false, 0},
	    {{124, 13, 1, 0, 0, 0, 0}, false, 0},
	    {{0, 0, 0, 0, 0, 0, 0}, false, 0},
	    {{124, 1, 1, 24, 0, 0, 0}, false, 0},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t s = 0;
		if (susp_date(cases[i].date, &s) != cases[i].good ||
		    (cases[i].good && s != cases[i].s))
			fail_msg("%zu: %lld", i, (long long)s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_are_kept),
	    cmocka_unit_test(malformed_records_end_their_sector),
	    cmocka_unit_test(extents_of_one_file_are_one_entry),
	    cmocka_unit_test(rock_ridge_moves_directories),
	    cmocka_unit_test(continuations_end),
	    cmocka_unit_test(targets_are_put_together),
	    cmocka_unit_test(times_have_a_zone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

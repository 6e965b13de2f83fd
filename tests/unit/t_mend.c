/* links: src/media/mend src/base/buf src/base/mem */
/* SPDX-License-Identifier: ISC */
/* Bad sectors: everything around them is read, and they are named. */
#include "src/media/mend.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define DISK_BYTES (1u << 20)
#define PIECE      131072

struct disk {
	struct {
		uint64_t from, to;
		unsigned heals_after; /* reads that fail before it gives its bytes; 0: never */
	} bad[16];
	size_t n;
	unsigned stop_after; /* words between reads that are answered with ERR_STATE */
	unsigned asked, between;
};

static enum err
read_disk(void *arg, uint64_t at, void *out, size_t n)
{
	struct disk *d = arg;
	d->asked++;
	if (at > DISK_BYTES || n > DISK_BYTES - at)
		return ERR_RANGE;
	for (size_t i = 0; i < d->n; i++) {
		if (at >= d->bad[i].to || at + n <= d->bad[i].from)
			continue;
		if (d->bad[i].heals_after != 0 && --d->bad[i].heals_after == 0) {
			d->bad[i].to = d->bad[i].from;
			continue;
		}
		return ERR_IO;
	}
	memset(out, 'a' + (int)(at / 4096 % 16), n);
	return ERR_OK;
}

static enum err
between(void *arg)
{
	struct disk *d = arg;
	return ++d->between == d->stop_after ? ERR_STATE : ERR_OK;
}

static uint8_t piece[PIECE];

static void
what_stays_unread_is_named(void **state)
{
	(void)state;
	static const struct {
		struct disk disk;
		uint64_t at;
		enum err want;
		const char *text;
	} cases[] = {
	    {{{{4096, 4608, 0}}, 1, 0, 0, 0}, 0, ERR_OK,
		"bytes 4096-8191 of 1,048,576 cannot be read"},
	    {{{{4096, 4608, 0}, {20480, 20481, 0}}, 2, 0, 0, 0}, 0, ERR_OK,
		"bytes 4096-8191 and 20480-24575 of 1,048,576 cannot be read"},
	    {{{{0, 1, 0}, {131071, 131072, 0}}, 2, 0, 0, 0}, 0, ERR_OK,
		"bytes 0-4095 and 126976-131071 of 1,048,576 cannot be read"},
	    /* neighbours are one place */
	    {{{{8192, 8200, 0}, {12288, 12289, 0}}, 2, 0, 0, 0}, 0, ERR_OK,
		"bytes 8192-16383 of 1,048,576 cannot be read"},
	    /* parts end where pages do, wherever the file's piece begins */
	    {{{{8192, 8200, 0}}, 1, 0, 0, 0}, 100, ERR_OK,
		"bytes 8192-12287 of 1,048,576 cannot be read"},
	    /* all of it: given up after a bounded number of reads */
	    {{{{0, DISK_BYTES, 0}}, 1, 0, 0, 0}, 0, ERR_LIMIT, NULL},
	    /* read at the second or third try: nothing is missing */
	    {{{{4096, 4608, 6}}, 1, 0, 0, 0}, 0, ERR_OK, ""},
	    {{{{4096, 4608, 0}}, 1, 3, 0, 0}, 0, ERR_STATE, NULL},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct disk d = cases[i].disk;
		struct mend m = {0};
		char text[MEND_TEXT_SIZE] = "";
		enum err e =
		    mend_read(&m, read_disk, between, &d, cases[i].at, piece, sizeof(piece));
		if (m.n > 0)
			mend_print(&m, DISK_BYTES, text);
		if (e != cases[i].want ||
		    (cases[i].text != NULL && strcmp(text, cases[i].text) != 0))
			fail_msg("case %zu: %d, %s", i, (int)e, text);
		assert_true(m.failed <= LIM_BAD_READS && d.asked <= 2 * LIM_BAD_READS);
		assert_int_equal(d.between, m.failed);
	}
}

static void
what_lies_around_is_read(void **state)
{
	(void)state;
	struct disk d = {{{40960, 41000, 0}}, 1, 0, 0, 0};
	struct mend m = {0};
	assert_int_equal(mend_read(&m, read_disk, between, &d, 0, piece, PIECE), ERR_OK);
	for (size_t i = 0; i < PIECE; i++) {
		bool bad = i >= 40960 && i < 45056;
		if ((piece[i] == 0) != bad)
			fail_msg("byte %zu", i);
	}
}

/* LIM_BAD_RANGES places are told, one more is `more`; LIM_BAD_TRIES of the smallest part. */
static void
places_and_tries_are_limited(void **state)
{
	(void)state;
	char text[MEND_TEXT_SIZE];
	for (size_t n = LIM_BAD_RANGES; n <= LIM_BAD_RANGES + 1; n++) {
		struct disk d = {.n = n};
		struct mend m = {0};
		for (size_t i = 0; i < n; i++)
			d.bad[i].from = i * 8192, d.bad[i].to = i * 8192 + 1;
		enum err e = ERR_OK;
		/* piece by piece, so that the number of reads is not what ends it */
		for (uint64_t at = 0; at < PIECE && e == ERR_OK; at += 8192) {
			m.failed = 0;
			e = mend_read(&m, read_disk, between, &d, at, piece, 8192);
		}
		assert_int_equal(e, n <= LIM_BAD_RANGES ? ERR_OK : ERR_LIMIT);
		assert_int_equal(m.n, LIM_BAD_RANGES);
		mend_print(&m, DISK_BYTES, text);
		assert_int_equal(
		    strstr(text, "and more behind them") != NULL, n > LIM_BAD_RANGES);
	}
	for (unsigned heals = LIM_BAD_TRIES; heals <= LIM_BAD_TRIES + 1; heals++) {
		struct disk d = {{{0, 1, heals}}, 1, 0, 0, 0};
		struct mend m = {0};
		assert_int_equal(mend_read(&m, read_disk, between, &d, 0, piece, 4096), ERR_OK);
		assert_int_equal(m.n, heals <= LIM_BAD_TRIES ? 0 : 1);
	}
	for (unsigned failed = LIM_BAD_READS - 1; failed <= LIM_BAD_READS; failed++) {
		struct disk d = {{{0, 1, 2}}, 1, 0, 0, 0};
		struct mend m = {.failed = failed};
		enum err e = mend_read(&m, read_disk, between, &d, 0, piece, 4096);
		assert_int_equal(e, ERR_LIMIT);
		assert_int_equal(d.asked, LIM_BAD_READS - failed);
	}
}

static void
what_is_no_bad_sector_is_not_tried_again(void **state)
{
	(void)state;
	struct disk d = {.n = 0};
	struct mend m = {0};
	assert_int_equal(
	    mend_read(&m, read_disk, between, &d, DISK_BYTES, piece, 4096), ERR_RANGE);
	assert_int_equal(d.asked, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_stays_unread_is_named),
	    cmocka_unit_test(what_lies_around_is_read),
	    cmocka_unit_test(places_and_tries_are_limited),
	    cmocka_unit_test(what_is_no_bad_sector_is_not_tried_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

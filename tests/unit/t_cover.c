/* links: src/media/cover src/base/mem */
/* SPDX-License-Identifier: ISC */
/* Every byte of a medium is counted once, whatever its table claims. */
#include "src/media/cover.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

static void
bytes_count_once(void **state)
{
	(void)state;
	static const struct {
		struct cover_part parts[5];
		size_t n;
		uint64_t want[COVER_KIND__MAX];
	} cases[] = {
	    {{{0, 0, COVER_TABLE}}, 0, {0, 0, 0, 1000}},
	    {{{0, 10, COVER_TABLE}, {10, 90, COVER_VOLUME}, {100, 900, COVER_REGION}}, 3,
		{10, 90, 900, 0}},
	    /* a volume over the table, a region over both */
	    {{{0, 10, COVER_TABLE}, {5, 95, COVER_VOLUME}, {0, 1000, COVER_REGION}}, 3,
		{10, 90, 900, 0}},
	    {{{0, 1000, COVER_VOLUME}, {0, 1000, COVER_VOLUME}}, 2, {0, 1000, 0, 0}},
	    /* a hole that nobody claims */
	    {{{0, 400, COVER_VOLUME}, {500, 500, COVER_REGION}}, 2, {0, 400, 500, 100}},
	    /* behind the end, and over every end */
	    {{{900, UINT64_MAX, COVER_REGION}, {0, 900, COVER_VOLUME}}, 2, {0, 900, 100, 0}},
	    {{{2000, 10, COVER_TABLE}, {0, 1000, COVER_VOLUME}}, 2, {0, 1000, 0, 0}},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cover c = {0};
		uint64_t got[COVER_KIND__MAX], sum = 0;
		for (size_t k = 0; k < cases[i].n; k++)
			cover_add(&c, cases[i].parts[k].kind, cases[i].parts[k].offset_bytes,
			    cases[i].parts[k].bytes);
		cover_count(&c, 1000, got);
		for (int k = 0; k < COVER_KIND__MAX; k++) {
			if (got[k] != cases[i].want[k])
				fail_msg("case %zu, kind %d: %llu", i, k,
				    (unsigned long long)got[k]);
			sum += got[k];
		}
		assert_int_equal(sum, 1000);
		cover_done(&c);
	}
}

static void
many_parts_add_up(void **state)
{
	(void)state;
	struct cover c = {0};
	uint64_t got[COVER_KIND__MAX];
	srand(3);
	for (int i = 0; i < 500; i++)
		cover_add(&c, (enum cover_kind)(rand() % 3), (uint64_t)rand() % 100000,
		    (uint64_t)rand() % 400);
	cover_count(&c, 100000, got);
	assert_int_equal(got[0] + got[1] + got[2] + got[3], 100000);
	cover_done(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(bytes_count_once),
	    cmocka_unit_test(many_parts_add_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

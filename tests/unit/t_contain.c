/* links: src/core/contain src/core/verdict src/base/mem src/base/err */
/* SPDX-License-Identifier: ISC */
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/canon.h"
#include "src/core/contain.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define SCANNERS 2

static void
digest_of(size_t i, uint8_t out[32])
{
	memset(out, 0, 32);
	out[28] = (uint8_t)(i >> 24);
	out[29] = (uint8_t)(i >> 16);
	out[30] = (uint8_t)(i >> 8);
	out[31] = (uint8_t)i;
}

/* An object of one letter: c clean, l too large for scanner 0, m malicious, i incomplete; upper
 * case: it was opened whole, and o opened in part. */
static void
add(struct contain *c, size_t i, char what)
{
	struct contain_object o = {0};
	digest_of(i, o.sha256);
	o.verdict = o.in_parts = VERDICT_CLEAN;
	o.clean = 3;
	o.opened = what < 'a' || what == 'o';
	o.whole = what < 'a';
	if (what == 'l' || what == 'L') {
		o.verdict = VERDICT_INCOMPLETE;
		o.clean = 2;
		o.large = 1;
	} else if (what == 'm' || what == 'M') {
		o.verdict = o.in_parts = VERDICT_MALICIOUS;
		o.clean = 0;
		o.finds = true;
	} else if (what == 'i') {
		o.verdict = o.in_parts = VERDICT_INCOMPLETE;
		o.clean = 0;
	}
	assert_int_equal(contain_add(c, &o), i);
}

/* Objects by letter, and places "01 02" (object 1 in object 0, ...), sorted by container. */
static struct contain *
graph(const char *objects, const char *places)
{
	struct contain *c = contain_new(SCANNERS);
	for (size_t i = 0; objects[i] != '\0'; i++)
		add(c, i, objects[i]);
	for (const char *p = places; *p != '\0'; p += p[2] == ' ' ? 3 : 2)
		contain_put(c, (size_t)(p[0] - '0'), (size_t)(p[1] - '0'),
		    (uint64_t)(p[0] - '0') * 10 + (uint64_t)(p[1] - '0'));
	contain_settle(c);
	return c;
}

/* "m2 o2 whole clean parts 2 2 all clean" of object 0 */
static void
expect(const char *what, const char *objects, const char *places, const char *want)
{
	struct contain *c = graph(objects, places);
	struct verdict_inside in;
	uint64_t parts[SCANNERS];
	contain_inside(c, 0, &in, parts);
	MEM_FREE char *got = mem_printf("m%llu o%llu %s %s parts %llu %llu all %s",
	    (unsigned long long)in.members, (unsigned long long)in.objects,
	    in.whole ? "whole" : "part", verdict_print(in.verdict),
	    (unsigned long long)parts[0], (unsigned long long)parts[1],
	    verdict_print(contain_verdict(c, 0)));
	if (strcmp(got, want) != 0)
		fail_msg("%s: %s, not %s", what, got, want);
	contain_free(c);
}

static void
sums(void **state)
{
	(void)state;
	expect("not opened", "c", "", "m0 o0 part na parts 0 0 all clean");
	expect("opened and empty", "C", "", "m0 o0 whole na parts 0 0 all clean");
	expect("two members", "Ccc", "01 02", "m2 o2 whole clean parts 2 2 all clean");
	expect("one of them malicious", "Ccm", "01 02",
	    "m2 o2 whole malicious parts 1 1 all malicious");
	expect("one member twice", "Cc", "01 01", "m2 o2 whole clean parts 2 2 all clean");
	expect("too large, read in parts", "Lcc", "01 02",
	    "m2 o2 whole clean parts 2 2 all clean");
	expect("too large, and opened to a part", "lcc", "01 02",
	    "m2 o2 part clean parts 2 2 all incomplete");
	expect(
	    "too large, and nothing in it", "L", "", "m0 o0 whole na parts 0 0 all incomplete");
	expect("too large, a member not looked at", "Lci", "01 02",
	    "m2 o2 whole incomplete parts 1 1 all incomplete");
	expect("a member too large itself, read in parts", "LLcc", "01 12 13",
	    "m3 o3 whole clean parts 3 3 all clean");
	expect("a member too large itself, and no container", "Llc", "01 02",
	    "m2 o2 whole incomplete parts 1 2 all incomplete");
	expect(
	    "three deep", "CCCm", "01 12 23", "m3 o3 whole malicious parts 2 2 all malicious");
	expect("a member that was opened in part", "Coc", "01 12",
	    "m2 o2 part clean parts 2 2 all clean");
	expect("the container is bad itself", "Mc", "01",
	    "m1 o1 whole clean parts 1 1 all malicious");
}

static void
members_without_bytes(void **state)
{
	struct verdict_inside in;
	uint64_t parts[SCANNERS], rows[4];
	size_t at;
	bool bare;
	(void)state;
	struct contain *c = contain_new(SCANNERS);
	add(c, 0, 'C');
	add(c, 1, 'C');
	contain_put_bare(c, 0, true, false);
	contain_put(c, 0, 1, 7);
	contain_put_bare(c, 1, false, true);
	contain_settle(c);
	contain_inside(c, 0, &in, parts);
	assert_int_equal(in.members, 3);
	assert_int_equal(in.links, 1);
	assert_int_equal(in.objects, 1);
	assert_false(in.whole);
	assert_int_equal(in.verdict, VERDICT_INCOMPLETE);
	assert_int_equal(contain_verdict(c, 0), VERDICT_INCOMPLETE);
	assert_int_equal(contain_worst(c, 0, rows, 4, &at, &bare), 1);
	assert_int_equal(rows[0], 7);
	assert_int_equal(at, 1);
	assert_true(bare);
	contain_free(c);
}

static void
an_object_inside_itself(void **state)
{
	(void)state;
	expect("right inside", "Cc", "00 01", "m2 o2 part incomplete parts 1 1 all incomplete");
	expect("in what is in it", "CCc", "01 10 12",
	    "m1 o1 part incomplete parts 0 0 all incomplete");
	expect("with something malicious in the ring", "CCm", "01 10 12",
	    "m1 o1 part malicious parts 0 0 all malicious");
	expect("a ring inside", "CCC", "01 12 21",
	    "m2 o2 part incomplete parts 1 1 all incomplete");
	struct contain *c = graph("CCC", "01 12 21");
	assert_false(contain_is_quine(c, 0));
	assert_true(contain_is_quine(c, 1));
	assert_true(contain_is_quine(c, 2));
	contain_free(c);
}

/* --- the way ----------------------------------------------------------------------------- */

struct seen {
	struct contain *graph;
	char text[64];
};

static bool
note(void *arg, size_t found)
{
	struct seen *s = arg;
	uint64_t rows[8];
	size_t n = contain_way(s->graph, found, rows, 8), len = strlen(s->text);
	snprintf(s->text + len, sizeof(s->text) - len, "%s%zu:", len > 0 ? " " : "", found);
	for (size_t i = 0; i < n; i++) {
		len = strlen(s->text);
		snprintf(s->text + len, sizeof(s->text) - len, "/%02llu",
		    (unsigned long long)rows[i]);
	}
	return true;
}

static void
ways(void **state)
{
	(void)state;
	uint64_t rows[8];
	size_t at;
	bool bare;
	/* 4 and 5 are malicious: 4 in 2 in 1 in 0, and right in 3; 5 in 3 */
	struct contain *c = graph("CCCCmm", "01 03 12 24 34 35");
	struct seen s = {c, ""};
	contain_walk(c, 0, note, &s);
	assert_string_equal(s.text, "4:/03/34 5:/03/35");
	s.text[0] = '\0';
	contain_walk(c, 1, note, &s);
	assert_string_equal(s.text, "4:/12/24");
	assert_int_equal(contain_worst(c, 0, rows, 8, &at, &bare), 3);
	assert_int_equal(at, 4);
	assert_false(bare);
	assert_int_equal(contain_worst(c, 0, rows, 2, &at, &bare), 2);
	assert_int_equal(contain_worst(c, 4, rows, 8, &at, &bare), 0);
	contain_free(c);
	/* an engine that looks into archives says it of the archive, too: the way goes on */
	c = graph("CMm", "01 12");
	assert_int_equal(contain_worst(c, 0, rows, 8, &at, &bare), 2);
	assert_int_equal(at, 2);
	contain_free(c);
	c = graph("CMc", "01 12");
	assert_int_equal(contain_worst(c, 0, rows, 8, &at, &bare), 1);
	assert_int_equal(at, 1);
	contain_free(c);
}

static void
walks_of_rings_end(void **state)
{
	(void)state;
	struct contain *c = graph("CCCm", "01 12 21 23");
	struct seen s = {c, ""};
	contain_walk(c, 0, note, &s);
	assert_string_equal(s.text, "1:/01 2:/01/12 3:/01/12/23");
	s.text[0] = '\0';
	contain_walk(c, 2, note, &s);
	assert_string_equal(s.text, "1:/21 3:/23");
	contain_free(c);
}

/* --- every small graph against the definition ------------------------------------------------
 */

enum { N = 4 };

/* Whether b is inside a at any depth, by places[a] (bits). */
static bool
reaches(const unsigned *places, unsigned a, unsigned b)
{
	unsigned seen = 0, next = places[a];
	while ((next & ~seen) != 0) {
		seen |= next;
		for (unsigned i = 0; i < N; i++)
			if ((seen >> i & 1) != 0)
				next |= places[i];
	}
	return (seen >> b & 1) != 0;
}

static uint64_t
count_inside(const unsigned *places, unsigned a)
{
	uint64_t n = 0;
	for (unsigned i = 0; i < N; i++)
		if ((places[a] >> i & 1) != 0)
			n += 1 + count_inside(places, i);
	return n;
}

static void
check_graph(const unsigned *places, unsigned bad)
{
	struct contain *c = contain_new(SCANNERS);
	for (unsigned i = 0; i < N; i++)
		add(c, i, i == bad ? 'M' : 'C');
	for (unsigned i = 0; i < N; i++)
		for (unsigned k = 0; k < N; k++)
			if ((places[i] >> k & 1) != 0)
				contain_put(c, i, k, i * 10 + k);
	contain_settle(c);
	for (unsigned i = 0; i < N; i++) {
		struct verdict_inside in;
		uint64_t parts[SCANNERS];
		bool ring = false;
		enum verdict worst = places[i] != 0 ? VERDICT_CLEAN : VERDICT_NA;
		for (unsigned k = 0; k < N; k++) {
			if (k != i && !reaches(places, i, k))
				continue;
			ring = ring || reaches(places, k, k);
			if (k == bad && (k != i || reaches(places, i, i)))
				worst = VERDICT_MALICIOUS;
		}
		if (ring && worst < VERDICT_INCOMPLETE)
			worst = VERDICT_INCOMPLETE;
		contain_inside(c, i, &in, parts);
		if (in.verdict != worst || in.whole == ring ||
		    contain_is_quine(c, i) != reaches(places, i, i) ||
		    (!ring && in.objects != count_inside(places, i)) ||
		    contain_verdict(c, i) != (i == bad                   ? VERDICT_MALICIOUS
						 : worst > VERDICT_CLEAN ? worst
									 : VERDICT_CLEAN))
			fail_msg("object %u of %x %x %x %x, %u bad: %s %s", i, places[0],
			    places[1], places[2], places[3], bad, verdict_print(in.verdict),
			    in.whole ? "whole" : "part");
	}
	contain_free(c);
}

static void
every_graph_of_four(void **state)
{
	(void)state;
	for (unsigned bits = 0; bits < 1u << (N * N); bits++) {
		unsigned places[N];
		for (unsigned i = 0; i < N; i++)
			places[i] = bits >> (i * N) & 15;
		check_graph(places, bits % (N + 1));
	}
}

/* --- size
 * -------------------------------------------------------------------------------------- */

/* A chain of containers as deep as there are objects: a stack of the machine would not hold it.
 */
static void
a_chain_of_a_million(void **state)
{
	enum { LONG = 1000000 };
	struct verdict_inside in;
	uint64_t parts[SCANNERS];
	(void)state;
	struct contain *c = contain_new(SCANNERS);
	for (size_t i = 0; i < LONG; i++)
		add(c, i, i == LONG - 1 ? 'm' : 'C');
	for (size_t i = 0; i + 1 < LONG; i++)
		contain_put(c, i, i + 1, i);
	contain_settle(c);
	contain_inside(c, 0, &in, parts);
	assert_int_equal(in.objects, LONG - 1);
	assert_int_equal(in.verdict, VERDICT_MALICIOUS);
	contain_free(c);
}

/* Sixteen copies in each of twenty: 16^20 places, more than can be counted. */
static void
a_bomb_of_copies_is_not_whole(void **state)
{
	enum { LEVELS = 20 };
	struct verdict_inside in;
	uint64_t parts[SCANNERS];
	(void)state;
	struct contain *c = contain_new(SCANNERS);
	for (size_t i = 0; i <= LEVELS; i++)
		add(c, i, i == LEVELS ? 'c' : 'C');
	for (size_t i = 0; i < LEVELS; i++)
		for (size_t k = 0; k < 16; k++)
			contain_put(c, i, i + 1, k);
	contain_settle(c);
	contain_inside(c, 10, &in, parts);
	assert_true(in.whole);
	assert_true(in.objects < CANON_UINT_MAX);
	contain_inside(c, 0, &in, parts);
	assert_int_equal(in.objects, CANON_UINT_MAX);
	assert_false(in.whole);
	contain_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sums),
	    cmocka_unit_test(members_without_bytes),
	    cmocka_unit_test(an_object_inside_itself),
	    cmocka_unit_test(ways),
	    cmocka_unit_test(walks_of_rings_end),
	    cmocka_unit_test(every_graph_of_four),
	    cmocka_unit_test(a_chain_of_a_million),
	    cmocka_unit_test(a_bomb_of_copies_is_not_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* links: src/core/verdict src/core/item */
/* SPDX-License-Identifier: ISC */
#include "src/core/item.h"
#include "src/core/verdict.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
/* What one scanner said, without anything inside. */
#define SAID(scanner, verdict, of, read)             \
	{                                            \
		scanner, verdict, of, read, false, 0 \
	}

static const struct verdict_need both[] = {{"av", false}, {"type", true}};

static void
words(void **state)
{
	(void)state;
	enum verdict v;
	enum item_kind kind;
	for (unsigned i = 0; i < VERDICT__MAX; i++) {
		assert_true(verdict_parse(verdict_print((enum verdict)i), &v));
		assert_int_equal(v, i);
	}
	assert_false(verdict_parse("Clean", &v));
	assert_false(verdict_parse("", &v));
	for (unsigned i = 0; i < ITEM_KIND__MAX; i++) {
		assert_true(item_kind_parse(item_kind_print((enum item_kind)i), &kind));
		assert_int_equal(kind, i);
	}
	assert_false(item_kind_parse("files", &kind));
	assert_int_equal((struct verdict_result){0}.verdict, VERDICT_NA);
}

static void
order_from_worst_to_best(void **state)
{
	(void)state;
	static const char *const order[] = {"malicious", "invalid", "error", "timeout",
	    "incomplete", "suspicious", "unscanned", "clean", "na"};
	for (size_t i = 0; i < COUNT(order); i++)
		for (size_t j = i; j < COUNT(order); j++) {
			enum verdict a = VERDICT_NA, b = VERDICT_NA;
			assert_true(verdict_parse(order[i], &a) && verdict_parse(order[j], &b));
			assert_int_equal(verdict_worst(a, b), a);
			assert_int_equal(verdict_worst(b, a), a);
		}
}

static void
unknown_word_from_a_scanner_is_error(void **state)
{
	(void)state;
	assert_int_equal(verdict_parse_scanner("clean"), VERDICT_CLEAN);
	assert_int_equal(verdict_parse_scanner("OK"), VERDICT_ERROR);
	assert_int_equal(verdict_parse_scanner(""), VERDICT_ERROR);
	assert_int_equal(verdict_parse_scanner(NULL), VERDICT_ERROR);
	assert_int_equal(verdict_parse_scanner("unscanned"), VERDICT_ERROR);
}

static void
objects(void **state)
{
	(void)state;
	static const struct {
		const char *what;
		uint64_t size;
		struct verdict_result results[3];
		size_t n;
		enum verdict want;
	} cases[] = {
	    {"clean", 10, {SAID("av", VERDICT_CLEAN, 10, 10), SAID("type", VERDICT_NA, 10, 4)},
		2, VERDICT_CLEAN},
	    {"empty object", 0,
		{SAID("av", VERDICT_CLEAN, 0, 0), SAID("type", VERDICT_NA, 0, 0)}, 2,
		VERDICT_CLEAN},
	    {"the part scanner alone proves nothing", 10,
		{SAID("av", VERDICT_NA, 10, 0), SAID("type", VERDICT_CLEAN, 10, 10)}, 2,
		VERDICT_UNSCANNED},
	    {"all na", 10, {SAID("av", VERDICT_NA, 10, 0), SAID("type", VERDICT_NA, 10, 0)}, 2,
		VERDICT_UNSCANNED},
	    {"no result at all", 10, {SAID("", VERDICT_NA, 0, 0)}, 0, VERDICT_ERROR},
	    {"other scanner is worse", 10,
		{SAID("av", VERDICT_CLEAN, 10, 10), SAID("type", VERDICT_NA, 10, 4),
		    SAID("yara", VERDICT_MALICIOUS, 10, 10)},
		3, VERDICT_MALICIOUS},
	    {"other scanner is no evidence", 10,
		{SAID("av", VERDICT_NA, 10, 0), SAID("type", VERDICT_NA, 10, 4),
		    SAID("yara", VERDICT_CLEAN, 10, 10)},
		3, VERDICT_UNSCANNED},
	    {"other scanner looked at a part", 10,
		{SAID("av", VERDICT_CLEAN, 10, 10), SAID("type", VERDICT_NA, 10, 4),
		    SAID("yara", VERDICT_CLEAN, 10, 3)},
		3, VERDICT_CLEAN},
	    {"OK after 0 bytes", 10,
		{SAID("av", VERDICT_CLEAN, 10, 0), SAID("type", VERDICT_NA, 10, 4)}, 2,
		VERDICT_ERROR},
	    {"another object", 10,
		{SAID("av", VERDICT_CLEAN, 9, 9), SAID("type", VERDICT_NA, 10, 4)}, 2,
		VERDICT_ERROR},
	    {"more than there is", 10,
		{SAID("av", VERDICT_CLEAN, 10, 11), SAID("type", VERDICT_NA, 10, 4)}, 2,
		VERDICT_ERROR},
	    {"scanner says unscanned", 10,
		{SAID("av", VERDICT_UNSCANNED, 10, 10), SAID("type", VERDICT_NA, 10, 4)}, 2,
		VERDICT_ERROR},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		enum verdict got = verdict_object(
		    cases[i].size, both, COUNT(both), cases[i].results, cases[i].n);
		if (got != cases[i].want)
			fail_msg("%s: %s", cases[i].what, verdict_print(got));
	}
}

static void
nothing_required_is_unscanned(void **state)
{
	(void)state;
	static const struct verdict_result r[] = {SAID("av", VERDICT_CLEAN, 10, 10)};
	assert_int_equal(verdict_object(10, NULL, 0, r, 1), VERDICT_UNSCANNED);
	assert_int_equal(verdict_object(10, NULL, 0, NULL, 0), VERDICT_UNSCANNED);
}

static void
R1_missing_scanner_is_not_clean(void **state)
{
	(void)state;
	static const struct verdict_result only_type[] = {SAID("type", VERDICT_CLEAN, 10, 10)};
	static const struct verdict_result only_av[] = {SAID("av", VERDICT_CLEAN, 10, 10)};
	assert_int_equal(verdict_object(10, both, 2, only_type, 1), VERDICT_ERROR);
	assert_int_equal(verdict_object(10, both, 2, only_av, 1), VERDICT_ERROR);
}

static void
R2_timeout_or_crash_is_not_clean(void **state)
{
	(void)state;
	static const enum verdict bad[] = {VERDICT_TIMEOUT, VERDICT_ERROR};
	for (size_t i = 0; i < COUNT(bad); i++) {
		const struct verdict_result r[] = {
		    SAID("av", bad[i], 10, 10), SAID("type", VERDICT_NA, 10, 4)};
		assert_int_equal(verdict_object(10, both, 2, r, 2), bad[i]);
	}
}

static void
R3_over_the_engine_limit_is_incomplete(void **state)
{
	(void)state;
	static const struct verdict_result r[] = {
	    SAID("av", VERDICT_CLEAN, 100, 99), SAID("type", VERDICT_NA, 100, 4)};
	assert_int_equal(verdict_object(100, both, 2, r, 2), VERDICT_INCOMPLETE);
}

/*
 * Every pair of results of two whole scanners (each missing, or one of nine
 * words with full, part or no coverage), said again in other words.
 */
struct said {
	bool missing;
	enum verdict verdict;
	uint64_t read;
};

static enum verdict
oracle_one(const struct said *s)
{
	if (s->missing)
		return VERDICT_ERROR;
	switch (s->verdict) {
	case VERDICT_CLEAN:
		return s->read == 2   ? VERDICT_CLEAN
		       : s->read == 1 ? VERDICT_INCOMPLETE
		                      : VERDICT_ERROR;
	case VERDICT_UNSCANNED:
		return VERDICT_ERROR;
	case VERDICT_NA:
	case VERDICT_SUSPICIOUS:
	case VERDICT_INCOMPLETE:
	case VERDICT_TIMEOUT:
	case VERDICT_ERROR:
	case VERDICT_INVALID:
	case VERDICT_MALICIOUS:
	case VERDICT__MAX:
		break;
	}
	return s->verdict;
}

static enum verdict
oracle(const struct said *a, const struct said *b)
{
	static const enum verdict worst_first[] = {VERDICT_MALICIOUS, VERDICT_INVALID,
	    VERDICT_ERROR, VERDICT_TIMEOUT, VERDICT_INCOMPLETE, VERDICT_SUSPICIOUS,
	    VERDICT_CLEAN};
	for (size_t i = 0; i < COUNT(worst_first); i++)
		if (oracle_one(a) == worst_first[i] || oracle_one(b) == worst_first[i])
			return worst_first[i];
	return VERDICT_UNSCANNED;
}

static void
every_pair_of_results(void **state)
{
	(void)state;
	static const struct verdict_need needs[] = {{"a", false}, {"b", false}};
	enum { SAYS = 1 + VERDICT__MAX * 3 };
	for (unsigned i = 0; i < SAYS * SAYS; i++) {
		const unsigned says[2] = {i / SAYS, i % SAYS};
		struct said s[2];
		struct verdict_result r[2];
		size_t n = 0;
		for (size_t k = 0; k < 2; k++) {
			unsigned word = says[k] == 0 ? 0 : says[k] - 1;
			s[k] = (struct said){says[k] == 0, (enum verdict)(word / 3), word % 3};
			if (!s[k].missing)
				r[n++] = (struct verdict_result)SAID(
				    needs[k].scanner, s[k].verdict, 2, s[k].read);
		}
		if (verdict_object(2, needs, 2, r, n) != oracle(&s[0], &s[1]))
			fail_msg("results %u and %u", says[0], says[1]);
	}
}

/* --- what is inside -------------------------------------------------------------------- */

static void
too_large_is_a_word(void **state)
{
	(void)state;
	static const struct {
		enum verdict verdict;
		const char *why;
		bool want;
	} cases[] = {
	    {VERDICT_INCOMPLETE, "size-limit", true},
	    {VERDICT_INCOMPLETE, "size-limit: larger than 2000 MiB", true},
	    {VERDICT_INCOMPLETE, "size-limits", false},
	    {VERDICT_INCOMPLETE, "size-limi", false},
	    {VERDICT_INCOMPLETE, "", false},
	    {VERDICT_INCOMPLETE, "encrypted, size-limit", false},
	    {VERDICT_CLEAN, "size-limit", false},
	    {VERDICT_ERROR, "size-limit", false},
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(
		    verdict_too_large(cases[i].verdict, cases[i].why), cases[i].want);
	/* an archive that another scanner opened with a password may be read in parts, too */
	assert_string_equal(verdict_parts_word(VERDICT_INCOMPLETE, "encrypted"), "encrypted");
	assert_string_equal(
	    verdict_parts_word(VERDICT_INCOMPLETE, "size-limit: of 1"), "size-limit");
	assert_null(verdict_parts_word(VERDICT_INCOMPLETE, "encrypted, or so"));
	assert_null(verdict_parts_word(VERDICT_ERROR, "encrypted"));
	assert_null(verdict_parts_word(VERDICT_INCOMPLETE, ""));
}

/* One antivirus result with every verdict, size limit, parts, and everything inside. */
struct inside_case {
	enum verdict verdict, inside;
	bool too_large, whole, required;
	uint64_t parts, objects;
};

/* What it has to be, said in another way. */
static enum verdict
inside_oracle(const struct inside_case *c)
{
	bool parts = c->too_large && c->verdict == VERDICT_INCOMPLETE && c->whole &&
	             c->objects == 2 && c->parts == 2;
	struct said s = {false, c->verdict, 2};
	enum verdict own = parts ? VERDICT_CLEAN : oracle_one(&s);
	if (!c->required)
		own = own == VERDICT_CLEAN      ? VERDICT_UNSCANNED
		      : own < VERDICT_UNSCANNED ? VERDICT_UNSCANNED
		                                : own;
	else if (own == VERDICT_NA)
		own = VERDICT_UNSCANNED;
	return own > c->inside ? own : c->inside;
}

static void
every_verdict_with_everything_inside(void **state)
{
	static const struct verdict_need need = {"av", false};
	unsigned n = 0;
	(void)state;
	for (unsigned bits = 0; bits < 8; bits++)
		for (unsigned v = 0; v < VERDICT__MAX; v++)
			for (unsigned in = 0; in < VERDICT__MAX; in++)
				for (uint64_t parts = 0; parts < 4; parts++)
					for (uint64_t objects = 0; objects < 3; objects += 2) {
						struct inside_case c = {(enum verdict)v,
						    (enum verdict)in, (bits & 1) != 0,
						    (bits & 2) != 0, (bits & 4) != 0, parts,
						    objects};
						struct verdict_inside inside = {
						    .members = objects,
						    .objects = objects,
						    .verdict = c.inside,
						    .whole = c.whole};
						struct verdict_result r = {.scanner = "av",
						    .verdict = c.verdict,
						    .of_bytes = 2,
						    .read_bytes = 2,
						    .too_large = c.too_large,
						    .parts = parts};
						enum verdict got = verdict_item(
						    2, &need, c.required, &r, 1, &inside);
						if (got != inside_oracle(&c))
							fail_msg("bits %u, %s, inside %s, %llu "
								 "of %llu: %s",
							    bits, verdict_print(c.verdict),
							    verdict_print(c.inside),
							    (unsigned long long)parts,
							    (unsigned long long)objects,
							    verdict_print(got));
						n++;
					}
	assert_int_equal(n, 8 * VERDICT__MAX * VERDICT__MAX * 4 * 2);
}

static void
read_in_parts_is_not_for_another_size_or_a_part_scanner(void **state)
{
	static const struct verdict_need whole = {"av", false}, part = {"av", true};
	static const struct verdict_inside inside = {2, 0, 2, VERDICT_CLEAN, true};
	struct verdict_result r = {.scanner = "av",
	    .verdict = VERDICT_INCOMPLETE,
	    .of_bytes = 100,
	    .too_large = true,
	    .parts = 2};
	(void)state;
	assert_int_equal(verdict_item(100, &whole, 1, &r, 1, &inside), VERDICT_CLEAN);
	assert_int_equal(verdict_item(101, &whole, 1, &r, 1, &inside), VERDICT_INCOMPLETE);
	assert_int_equal(verdict_item(100, &part, 1, &r, 1, &inside), VERDICT_UNSCANNED);
	assert_int_equal(verdict_item(100, &whole, 1, &r, 1, NULL), VERDICT_INCOMPLETE);
}

/* Two engines: one has read the parts, the other has not. */
static void
each_engine_reads_its_own_parts(void **state)
{
	static const struct verdict_need needs[] = {{"av", false}, {"yara", false}};
	static const struct verdict_inside inside = {3, 1, 2, VERDICT_CLEAN, true};
	struct verdict_result r[] = {{.scanner = "av",
					 .verdict = VERDICT_INCOMPLETE,
					 .of_bytes = 100,
					 .too_large = true,
					 .parts = 2},
	    {.scanner = "yara",
		.verdict = VERDICT_INCOMPLETE,
		.of_bytes = 100,
		.too_large = true,
		.parts = 1}};
	(void)state;
	assert_int_equal(verdict_item(100, needs, 2, r, 2, &inside), VERDICT_INCOMPLETE);
	r[1].parts = 2;
	assert_int_equal(verdict_item(100, needs, 2, r, 2, &inside), VERDICT_CLEAN);
}

static void
a_missing_scanner_is_an_error_whatever_is_inside(void **state)
{
	static const struct verdict_inside inside = {2, 0, 2, VERDICT_CLEAN, true};
	(void)state;
	assert_int_equal(verdict_item(10, both, 2, NULL, 0, &inside), VERDICT_ERROR);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(words),
	    cmocka_unit_test(order_from_worst_to_best),
	    cmocka_unit_test(unknown_word_from_a_scanner_is_error),
	    cmocka_unit_test(objects),
	    cmocka_unit_test(nothing_required_is_unscanned),
	    cmocka_unit_test(R1_missing_scanner_is_not_clean),
	    cmocka_unit_test(R2_timeout_or_crash_is_not_clean),
	    cmocka_unit_test(R3_over_the_engine_limit_is_incomplete),
	    cmocka_unit_test(every_pair_of_results),
	    cmocka_unit_test(too_large_is_a_word),
	    cmocka_unit_test(every_verdict_with_everything_inside),
	    cmocka_unit_test(read_in_parts_is_not_for_another_size_or_a_part_scanner),
	    cmocka_unit_test(each_engine_reads_its_own_parts),
	    cmocka_unit_test(a_missing_scanner_is_an_error_whatever_is_inside),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

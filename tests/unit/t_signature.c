/* links: src/core/signature src/base/clock */
/* SPDX-License-Identifier: ISC */
#include "src/base/clock.h"
#include "src/base/limits.h"
#include "src/core/signature.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define DAY      86400
#define NOW      "2026-06-15T12:00:00Z"

static const struct signature_set nothing = {"", ""};

static int64_t
seconds(const char *text)
{
	int64_t s = -1;
	assert_true(clock_parse(text, &s));
	return s;
}

static struct signature_rule
rule(void)
{
	return (struct signature_rule){.now_s = seconds(NOW), .warn_days = 7, .max_days = 30};
}

static void
age(void **state)
{
	static const struct {
		const char *date;
		enum signature_state state;
		unsigned days;
	} cases[] = {
	    {NOW, SIGNATURE_GOOD, 0},
	    {"2026-06-08T12:00:00Z", SIGNATURE_GOOD, 7},
	    {"2026-06-08T11:59:59Z", SIGNATURE_OLD, 7},
	    {"2026-05-16T12:00:00Z", SIGNATURE_OLD, 30},
	    {"2026-05-16T11:59:59Z", SIGNATURE_STALE, 30},
	    {"1970-01-01T00:00:00Z", SIGNATURE_STALE, 20619},
	};
	(void)state;
	struct signature_rule r = rule();
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct signature_set now = {"27000", cases[i].date};
		unsigned days = 99;
		assert_int_equal(signature_judge(&now, &nothing, &r, &days), cases[i].state);
		assert_int_equal(days, cases[i].days);
	}
}

/* LIM_SIGNATURE_AHEAD_S: time zones, and nothing beyond. */
static void
of_a_day_to_come(void **state)
{
	(void)state;
	struct signature_rule r = rule();
	char date[CLOCK_TEXT_SIZE];
	unsigned days;
	struct signature_set now = {"27000", date};
	clock_format(r.now_s + LIM_SIGNATURE_AHEAD_S, date);
	assert_int_equal(signature_judge(&now, &nothing, &r, &days), SIGNATURE_GOOD);
	clock_format(r.now_s + LIM_SIGNATURE_AHEAD_S + 1, date);
	assert_int_equal(signature_judge(&now, &nothing, &r, &days), SIGNATURE_AHEAD);
	assert_true(signature_unfit(SIGNATURE_AHEAD, &r));
}

static void
without_a_date(void **state)
{
	static const struct signature_set sets[] = {
	    {"", ""}, {"27000", ""}, {"x", "yesterday"}};
	static const enum signature_state states[] = {
	    SIGNATURE_NONE, SIGNATURE_UNDATED, SIGNATURE_UNDATED};
	(void)state;
	struct signature_rule r = rule();
	unsigned days;
	for (size_t i = 0; i < COUNT(sets); i++)
		assert_int_equal(signature_judge(&sets[i], &nothing, &r, &days), states[i]);
	assert_false(signature_unfit(SIGNATURE_UNDATED, &r));
	r.dated = true;
	assert_true(signature_unfit(SIGNATURE_UNDATED, &r));
	assert_false(signature_unfit(SIGNATURE_NONE, &r));
}

static void
going_back(void **state)
{
	static const struct {
		struct signature_set now, known;
		bool older;
	} cases[] = {
	    {{"27001", "2026-06-14T00:00:00Z"}, {"27000", "2026-06-13T00:00:00Z"}, false},
	    {{"27000", "2026-06-13T00:00:00Z"}, {"27000", "2026-06-13T00:00:00Z"}, false},
	    {{"27000", "2026-06-12T23:59:59Z"}, {"27000", "2026-06-13T00:00:00Z"}, true},
	    /* the same day: the number tells */
	    {{"26999", "2026-06-13T00:00:00Z"}, {"27000", "2026-06-13T00:00:00Z"}, true},
	    {{"9999", "2026-06-13T00:00:00Z"}, {"10000", "2026-06-13T00:00:00Z"}, true},
	    /* a later day counts more than a smaller number: another series */
	    {{"12", "2026-06-14T00:00:00Z"}, {"27000", "2026-06-13T00:00:00Z"}, false},
	    /* what was there has gone */
	    {{"", ""}, {"27000", "2026-06-13T00:00:00Z"}, true},
	    {{"27001", ""}, {"27000", "2026-06-13T00:00:00Z"}, true},
	    {{"", ""}, {"sha256:ab", ""}, true},
	    /* without dates */
	    {{"26999", ""}, {"27000", ""}, true},
	    {{"27001", ""}, {"27000", ""}, false},
	    /* digests have no order */
	    {{"sha256:aa", ""}, {"sha256:bb", ""}, false},
	    {{"1234567890123456789", ""}, {"2234567890123456789", ""}, false},
	    {{"123456789012345678", ""}, {"223456789012345678", ""}, true},
	    /* nothing was known */
	    {{"1", "1999-01-01T00:00:00Z"}, {"", ""}, false},
	    {{"", ""}, {"", ""}, false},
	};
	(void)state;
	struct signature_rule r = rule();
	unsigned days;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(
		    signature_older(&cases[i].now, &cases[i].known), cases[i].older);
		enum signature_state s =
		    signature_judge(&cases[i].now, &cases[i].known, &r, &days);
		assert_int_equal(s == SIGNATURE_BACK, cases[i].older);
		assert_int_equal(
		    s == SIGNATURE_BACK, signature_unfit(s, &r) && s != SIGNATURE_STALE);
	}
}

/* What two people brought in is as young as that day, but still called old. */
static void
brought_in_by_people(void **state)
{
	(void)state;
	struct signature_rule r = rule();
	struct signature_set now = {"26000", "2026-01-01T00:00:00Z"};
	unsigned days;
	assert_int_equal(signature_judge(&now, &nothing, &r, &days), SIGNATURE_STALE);
	r.imported_s = r.now_s - 30ll * DAY;
	assert_int_equal(signature_judge(&now, &nothing, &r, &days), SIGNATURE_OLD);
	assert_int_equal(days, 165);
	r.imported_s--;
	assert_int_equal(signature_judge(&now, &nothing, &r, &days), SIGNATURE_STALE);
}

static void
every_trouble_has_its_sentence(void **state)
{
	static const char *const words[SIGNATURE__MAX] = {
	    [SIGNATURE_UNDATED] = "no date",
	    [SIGNATURE_OLD] = "9 days old, policy warns after 7",
	    [SIGNATURE_STALE] = "9 days old, policy allows 30",
	    [SIGNATURE_AHEAD] = "it is 2026-06-15 here",
	    [SIGNATURE_BACK] = "26000 of 2026-01-01, and none was at work",
	};
	(void)state;
	struct signature_rule r = rule();
	struct signature_set now = {"26000", "2026-01-01T00:00:00Z"};
	char out[SIGNATURE_WHY_SIZE];
	/* a site's own rules have no date: nobody is told to do anything about it */
	signature_print(SIGNATURE_UNDATED, &now, &nothing, &r, 0, out);
	assert_string_equal(out, "");
	r.dated = true;
	for (unsigned s = 0; s < SIGNATURE__MAX; s++) {
		signature_print((enum signature_state)s, &now, &nothing, &r, 9, out);
		if (words[s] == NULL)
			assert_string_equal(out, "");
		else
			assert_non_null(strstr(out, words[s]));
		assert_true(strlen(out) < SIGNATURE_WHY_SIZE - 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(age),
	    cmocka_unit_test(of_a_day_to_come),
	    cmocka_unit_test(without_a_date),
	    cmocka_unit_test(going_back),
	    cmocka_unit_test(brought_in_by_people),
	    cmocka_unit_test(every_trouble_has_its_sentence),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* links: ui/scanner ui/row */
/* SPDX-License-Identifier: ISC */
#include "ui/scanner.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

typedef void words_fn(const json_t *row, char out[SCANNER_TEXT_SIZE]);

static void
what_is_said_of_a_scanner(void **state)
{
	static const struct {
		words_fn *fn;
		const char *row, *said;
	} cases[] = {
	    {scanner_signatures, "{}", ""},
	    {scanner_signatures,
		"{\"signatures\":\"27000\",\"date\":\"2026-11-20T10:00:00Z\","
		"\"age_days\":3}",
		"27000 of 2026-11-20, 3 days old"},
	    {scanner_signatures, "{\"date\":\"2026-11-20T10:00:00Z\",\"age_days\":1}",
		"2026-11-20, 1 day old"},
	    {scanner_signatures, "{\"signatures\":\"sha256:ab\",\"date\":\"\"}", "sha256:ab"},
	    {scanner_tested, "{}", ""},
	    {scanner_tested, "{\"tested\":\"yesterday\",\"passed\":true}", ""},
	    {scanner_tested, "{\"tested\":\"2026-11-23T08:00:59Z\",\"passed\":true}",
		"2026-11-23 08:00Z, passed"},
	    {scanner_tested, "{\"tested\":\"2026-11-23T08:00:59Z\",\"passed\":false}",
		"2026-11-23 08:00Z, FAILED"},
	    {scanner_pace, "{}", ""},
	    {scanner_pace, "{\"objects\":1,\"median_us\":812,\"p99_us\":812,\"per_s\":900}",
		"1 object, 900 a second, median 0.8 ms, 99 % within 0.8 ms"},
	    {scanner_pace,
		"{\"objects\":7,\"median_us\":9999,\"p99_us\":10000000,\"per_s\":1,"
		"\"strikes\":1,\"reused\":2}",
		"7 objects, 1 a second, median 9.9 ms, 99 % within 10 s; 1 process died over "
		"an "
		"object; 2 verdicts used again"},
	    {scanner_pace, "{\"reused\":1}", "1 verdict used again"},
	};
	char out[SCANNER_TEXT_SIZE];
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		json_t *row = json_loads(cases[i].row, 0, NULL);
		assert_non_null(row);
		cases[i].fn(row, out);
		assert_string_equal(out, cases[i].said);
		json_decref(row);
	}
}

static void
times(void **state)
{
	static const struct {
		uint64_t us;
		const char *said;
	} cases[] = {{0, "under 0.1 ms"}, {99, "under 0.1 ms"}, {100, "0.1 ms"},
	    {9999, "9.9 ms"}, {10000, "10 ms"}, {9999999, "9999 ms"}, {10000000, "10 s"}};
	char out[16];
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		scanner_time(cases[i].us, out);
		assert_string_equal(out, cases[i].said);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_said_of_a_scanner),
	    cmocka_unit_test(times),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

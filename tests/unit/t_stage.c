/* links: src/proc/desk/stage */
/* SPDX-License-Identifier: ISC */
/* Rows of desk.progress. */
#include "src/proc/desk/stage.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static json_int_t
number(const json_t *row, const char *key)
{
	return json_integer_value(json_object_get(row, key));
}

/* A person who reads 21 of 20 doubts everything else on the screen. */
static void
done_is_never_more_than_total(void **state)
{
	(void)state;
	static const struct {
		const char *what;
		uint64_t done, total, shown;
	} cases[] = {
	    {"less", 19, 20, 19},
	    {"all", 20, 20, 20},
	    {"more", 21, 20, 20},
	    {"total not known yet", 21, 0, 21},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		json_t *rows = json_array();
		const struct stage s = {"read", STAGE_RUNS, cases[i].done, cases[i].total,
		    cases[i].done, cases[i].total};
		stage_add(rows, &s);
		const json_t *row = json_array_get(rows, 0);
		if (number(row, "done") != (json_int_t)cases[i].shown ||
		    number(row, "bytes") != (json_int_t)cases[i].shown)
			fail_msg("%s", cases[i].what);
		json_decref(rows);
	}
}

static void
state_is_a_word(void **state)
{
	(void)state;
	static const char *const words[] = {"waiting", "running", "done", "paused", "failed"};
	for (size_t i = 0; i < COUNT(words); i++) {
		json_t *rows = json_array();
		const struct stage s = {.name = "keep", .state = (enum stage_state)i};
		stage_add(rows, &s);
		assert_string_equal(
		    json_string_value(json_object_get(json_array_get(rows, 0), "state")),
		    words[i]);
		json_decref(rows);
	}
}

static void
progress_is_what_the_protocol_says(void **state)
{
	(void)state;
	json_t *p = stage_progress("K1-000001", "READING", json_array(), 3, 1, "");
	assert_int_equal(json_object_size(p), 6);
	assert_int_equal(number(p, "errors"), 3);
	assert_true(json_is_true(json_object_get(p, "paused")));
	assert_true(json_is_array(json_object_get(p, "stages")));
	json_decref(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(done_is_never_more_than_total),
	    cmocka_unit_test(state_is_a_word),
	    cmocka_unit_test(progress_is_what_the_protocol_says),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

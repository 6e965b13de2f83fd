/* links: tests/ipc/quiet src/proc/desk/worker src/proc/desk/worker_parts src/proc/desk/worker_set scanners/manifest src/core/canon src/core/finding src/core/verdict src/ipc/msg src/base/buf src/base/err src/base/escape src/base/hex src/base/io src/base/log src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* A worker and single objects: deadlines, ends, what it says of them. */
#include "tests/ipc/played.h"

/* --- time
 * --------------------------------------------------------------------------------------- */

static void
only_the_oldest_object_has_its_time_running(void **state)
{
	(void)state;
	struct work_todo late;
	struct worker *w = start(false);
	manifest.stall_ms = 0;
	give(w, 1, 10 << 20); /* 2000 ms */
	give(w, 2, 0);        /* 1000 ms, from when the other is answered */
	world.now_ms += 1999;
	assert_null(worker_late(w, &late));
	result(1, 1, "clean", 10 << 20, 10 << 20);
	expect("result 1 clean \n");
	world.now_ms += 999;
	assert_null(worker_late(w, &late));
	world.now_ms += 1;
	assert_string_equal(worker_late(w, &late), "no answer within the time its size allows");
	assert_int_equal(late.sha256[0], 2);
	assert_int_equal(world.kills, 1);
	/* it is only told once, and gets nothing more */
	assert_null(worker_late(w, &late));
	assert_int_equal(worker_room(w), 0);
	worker_free(w);
}

/* What it had would wait for ever. */
static void
one_that_gives_up_in_the_middle_loses_what_it_had(void **state)
{
	(void)state;
	struct worker *w = start(false);
	give(w, 1, 0);
	give(w, 2, 0);
	hear(MSG_SCAN_UNFIT, json_pack("{s:s}", "why", "its engine has gone"));
	expect("lost 1 2: it gave up in the middle of its work\n");
}

static void
no_word_moves_the_deadline(void **state)
{
	(void)state;
	struct work_todo late;
	struct worker *w = start(false);
	give(w, 1, 0);
	for (unsigned i = 1; i < 10; i++) {
		world.now_ms += 100;
		progress(1, i);
		assert_null(worker_late(w, &late));
	}
	world.now_ms += 100;
	progress(1, 10);
	assert_string_equal(worker_late(w, &late), "no answer within the time its size allows");
	worker_free(w);
}

static void
only_getting_on_is_heard(void **state)
{
	(void)state;
	struct work_todo late;
	struct worker *w = start(false);
	give(w, 1, 0);
	world.now_ms += 300;
	progress(1, 5);
	world.now_ms += 300;
	progress(1, 5); /* no further than before */
	progress(9, 8); /* of nothing it has */
	assert_null(worker_late(w, &late));
	world.now_ms += 99;
	assert_null(worker_late(w, &late));
	world.now_ms += 1;
	assert_string_equal(worker_late(w, &late), "the scanner did not get on with it");
	worker_free(w);
}

static void
what_was_with_a_late_one_comes_back_without_blame(void **state)
{
	(void)state;
	struct work_todo late;
	struct worker *w = start(false);
	for (unsigned i = 1; i <= 3; i++)
		give(w, i, 0);
	world.now_ms += 1000;
	assert_non_null(worker_late(w, &late));
	/* how it ended is known from the parent */
	world.gone(world.arg, &world.scanner, ERR_CLOSED);
	assert_false(world.dead);
	world.tag->exited(world.arg, 5, 0, 9);
	expect("lost 2 3: \n");
	assert_true(world.dead);
}

static void
how_it_ended_is_told(void **state)
{
	(void)state;
	struct worker *w = start(false);
	give(w, 1, 0);
	world.gone(world.arg, &world.scanner, ERR_CLOSED);
	assert_int_equal(worker_room(w), 0);
	world.tag->exited(world.arg, 5, 0, 31);
	expect("lost 1: it ended with signal 31\n");
	w = start(false);
	give(w, 1, 0);
	world.tag->exited(world.arg, 5, 3, 0);
	result(1, 1, "clean", 0, 0); /* said before it ended */
	world.gone(world.arg, &world.scanner, ERR_CLOSED);
	expect("result 1 clean \nlost: it ended with status 3\n");
	w = start(false);
	give(w, 1, 0);
	world.gone(world.arg, &world.scanner, ERR_PROTO);
	expect("lost 1: it broke the scan protocol\n");
}

static void
what_waits_behind_a_slow_object_can_be_taken_back(void **state)
{
	(void)state;
	struct work_todo t;
	struct worker *w = start(false);
	for (unsigned i = 1; i <= 3; i++)
		give(w, i, 5);
	assert_false(worker_yield(w, &t));
	world.now_ms += 2000;
	assert_true(worker_yield(w, &t));
	assert_int_equal(t.sha256[0], 3);
	assert_true(worker_yield(w, &t));
	assert_int_equal(t.sha256[0], 2);
	assert_false(worker_yield(w, &t)); /* never the one it works on */
	assert_false(worker_has(w, t.sha256));
	/* what it says of them all the same counts nothing */
	result(1, 1, "clean", 5, 5);
	finding(2, NULL, NULL);
	result(2, 2, "malicious", 5, 5);
	expect("result 1 clean \n");
	world.gone(world.arg, &world.scanner, ERR_PROTO);
	expect("lost: it broke the scan protocol\n");
	(void)w;
}

/* --- words
 * ---------------------------------------------------------------------------------------- */

static void
facts_and_findings_about_what_it_was_given(void **state)
{
	(void)state;
	static const struct {
		const char *what, *key, *value, *want;
	} facts[] = {
	    {"a fact", "name", "v", "fact 1 name=v\n"},
	    {"a type, from its own place", "type", "zip", ""},
	    {"hostile value", "name", "\x1b", "fact 1 name=\\x1B\n"},
	    {"key with a capital", "Name", "v", "lost 1: it reported a fact that is none\n"},
	    {"no key", "", "v", "lost 1: it reported a fact that is none\n"},
	    {"longest key", "a123456789012345678901234567890123456789012345678901234567890123",
		"v",
		"fact 1 a123456789012345678901234567890123456789012345678901234567890123=v\n"},
	    {"key one longer",
		"a1234567890123456789012345678901234567890123456789012345678901234", "v",
		"lost 1: it reported a fact that is none\n"},
	};
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		struct worker *w = start(false);
		give(w, 1, 5);
		hear(MSG_SCAN_FACT, json_pack("{s:i,s:s,s:s}", "id", 1, "key", facts[i].key,
					"value", facts[i].value));
		if (strcmp(world.said, facts[i].want) != 0)
			fail_msg("%s: %s", facts[i].what, world.said);
		if (!world.dead)
			worker_free(w);
	}
	struct worker *w = start(false);
	give(w, 1, 5);
	finding(1, NULL, NULL);
	finding(9, NULL, NULL);
	expect("finding 1 0 policy t\n");
	finding(1, "sha256", hex(2));
	expect("lost 1: it reported a finding about something it was not given\n");
	(void)w;
}

static void
floods_end_it(void **state)
{
	(void)state;
	for (unsigned more = 0; more < 2; more++) {
		struct worker *w = start(false);
		give(w, 1, 5);
		for (unsigned i = 0; i < LIM_FINDINGS + more; i++) {
			world.said[0] = '\0';
			finding(1, NULL, NULL);
		}
		assert_int_equal(world.dead, more);
		if (!world.dead)
			worker_free(w);
		w = start(false);
		give(w, 1, 5);
		for (unsigned i = 0; i < LIM_SCAN_FACTS + more; i++) {
			world.said[0] = '\0';
			hear(MSG_SCAN_FACT,
			    json_pack("{s:i,s:s,s:s}", "id", 1, "key", "k", "value", "v"));
		}
		assert_int_equal(world.dead, more);
		if (!world.dead)
			worker_free(w);
		w = start(false);
		give(w, 1, 5);
		MEM_FREE char *value = mem_alloc(LIM_FACT_BYTES + 2);
		memset(value, 'v', LIM_FACT_BYTES + more);
		hear(MSG_SCAN_FACT,
		    json_pack("{s:i,s:s,s:s}", "id", 1, "key", "k", "value", value));
		assert_int_equal(world.dead, more);
		if (!world.dead)
			worker_free(w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(only_the_oldest_object_has_its_time_running),
	    cmocka_unit_test(one_that_gives_up_in_the_middle_loses_what_it_had),
	    cmocka_unit_test(no_word_moves_the_deadline),
	    cmocka_unit_test(only_getting_on_is_heard),
	    cmocka_unit_test(what_was_with_a_late_one_comes_back_without_blame),
	    cmocka_unit_test(how_it_ended_is_told),
	    cmocka_unit_test(what_waits_behind_a_slow_object_can_be_taken_back),
	    cmocka_unit_test(facts_and_findings_about_what_it_was_given),
	    cmocka_unit_test(floods_end_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* links: tests/ipc/quiet src/proc/desk/scan src/proc/desk/scan_feed src/proc/desk/scan_print src/proc/desk/scan_set src/proc/desk/scan_trust src/proc/desk/join src/core/split src/core/part src/core/digest db/work_split scanners/manifest db/work db/work_child db/work_draft db/work_facts db/work_item db/work_maker db/work_resume db/work_scan db/work_scope db/work_step db/sql src/core/where src/core/item src/core/verdict src/core/finding src/core/policy src/core/field src/core/fieldrule src/core/setting src/core/canon src/base/buf src/base/err src/base/escape src/base/hex src/base/log src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* How the desk deals objects out to the processes of a scanner, which are played. */
#include "tests/ipc/feed.h"

/* --- dealing
 * ------------------------------------------------------------------------------------- */

static void
objects_are_dealt_out_evenly(void **state)
{
	(void)state;
	struct rig r;
	begin(&r, policy_text);
	all_ready();
	add(&r, 1, 6, 10);
	assert_int_equal(process("code", 0)->njobs, 3);
	assert_int_equal(process("code", 1)->njobs, 3);
	/* the window holds; what does not fit waits */
	add(&r, 7, 4, 10);
	assert_int_equal(process("code", 0)->njobs, 4);
	assert_int_equal(process("code", 1)->njobs, 4);
	answer(process("code", 1), 0, VERDICT_CLEAN);
	assert_int_equal(process("code", 1)->njobs, 4);
	assert_int_equal(has(process("code", 1), 3), 9);
	assert_string_equal(verdict(&r, 2), "clean");
	finish(&r);
}

static void
one_that_has_nothing_to_do_helps_a_slow_one(void **state)
{
	(void)state;
	struct rig r;
	begin(&r, policy_text);
	all_ready();
	add(&r, 1, 8, 10);
	struct worker *slow = process("code", 0), *quick = process("code", 1);
	slow->slow = true;
	while (quick->njobs > 1)
		answer(quick, 0, VERDICT_CLEAN);
	assert_int_equal(slow->njobs, 4);
	/* an object that the vault has no room for stays where it is */
	world.vault_room = 0;
	answer(quick, 0, VERDICT_CLEAN);
	assert_int_equal(slow->njobs, 4);
	world.vault_room = 32;
	world.tick(world.tick_arg);
	assert_int_equal(slow->njobs, 3);
	assert_int_equal(has(quick, 0), 7);
	while (quick->njobs > 0)
		answer(quick, 0, VERDICT_CLEAN);
	assert_int_equal(slow->njobs, 1); /* the one it is slow with */
	assert_int_equal(has(slow, 0), 1);
	finish(&r);
}

static void
what_is_not_for_it_is_not_given(void **state)
{
	(void)state;
	struct rig r;
	begin(&r, policy_text);
	all_ready();
	add(&r, 1, 1, 1000);
	add(&r, 2, 1, 1001);
	assert_int_equal(process("code", 0)->njobs + process("code", 1)->njobs, 1);
	assert_string_equal(verdict(&r, 1), "");
	assert_string_equal(verdict(&r, 2), "incomplete: size-limit");
	finish(&r);
}

static void
processes_are_replaced_after_their_objects(void **state)
{
	(void)state;
	struct rig r;
	begin(&r, policy_text);
	r.desk.scanners[1].recycle_objects = 2;
	all_ready();
	unsigned before = world.started;
	add(&r, 1, 5, 10);
	struct worker *first = process("code", 0);
	assert_int_equal(first->njobs, 2);
	answer(first, 0, VERDICT_CLEAN);
	assert_int_equal(world.started, before);
	answer(first, 0, VERDICT_CLEAN);
	assert_int_equal(world.started, before + 1);
	all_ready();
	assert_int_equal(has(process("code", 1), 0), 5);
	finish(&r);
}

/* --- processes that end
 * ------------------------------------------------------------------------ */

static void
the_innocent_are_tried_again_alone(void **state)
{
	(void)state;
	struct rig r;
	begin(&r, policy_text);
	all_ready();
	add(&r, 1, 8, 10);
	struct worker *w = process("code", 0);
	assert_int_equal(has(w, 0), 1);
	assert_int_equal(has(w, 1), 3);
	lose(w, "crash");
	all_ready();
	/* the other one goes on; the new one gets the first of them and nothing else */
	w = process("code", 1);
	assert_int_equal(w->njobs, 1);
	assert_int_equal(has(w, 0), 1);
	lose(w, "crash");
	assert_string_equal(verdict(&r, 1), "error: crash");
	all_ready();
	for (unsigned i = 3; i <= 7; i += 2) {
		w = process("code", 1);
		assert_int_equal(w->njobs, 1);
		answer(w, 0, VERDICT_CLEAN);
	}
	assert_string_equal(verdict(&r, 3), "clean");
	assert_string_equal(verdict(&r, 7), "clean");
	unsigned times;
	uint8_t sha256[32];
	digest_of(1, sha256);
	assert_int_equal(work_strike_get(r.work, sha256, "code", &times), ERR_OK);
	assert_int_equal(times, 1);
	digest_of(3, sha256);
	assert_int_equal(work_strike_get(r.work, sha256, "code", &times), ERR_OK);
	assert_int_equal(times, 0);
	finish(&r);
}

static void
one_alone_gets_one_more_process(void **state)
{
	(void)state;
	struct rig r;
	begin(&r, policy_text);
	all_ready();
	add(&r, 1, 1, 10);
	lose(process("code", 0), "crash");
	assert_string_equal(verdict(&r, 1), "");
	all_ready();
	struct worker *w =
	    process("code", 0)->njobs > 0 ? process("code", 0) : process("code", 1);
	assert_int_equal(has(w, 0), 1);
	answer(w, 0, VERDICT_MALICIOUS);
	assert_string_equal(verdict(&r, 1), "malicious");
	finish(&r);
}

static void
what_is_late_is_given_once_more(void **state)
{
	(void)state;
	struct rig r;
	begin(&r, policy_text);
	all_ready();
	add(&r, 1, 4, 10);
	for (unsigned i = 0; i < 2; i++) {
		struct worker *w =
		    has(process("code", 0), 0) == 1 ? process("code", 0) : process("code", 1);
		assert_int_equal(has(w, 0), 1);
		w->late = "too slow";
		assert_string_equal(verdict(&r, 1), "");
		world.tick(world.tick_arg);
		assert_string_equal(verdict(&r, 1), i == 0 ? "" : "timeout: too slow");
		/* it was killed: what it had besides comes back without blame */
		unsigned others = (unsigned)w->njobs;
		lose(w, "");
		all_ready();
		assert_int_equal(others, i == 0 ? 1 : 0);
	}
	for (unsigned n = 0; n < 2; n++)
		while (process("code", n)->njobs > 0)
			answer(process("code", n), 0, VERDICT_CLEAN);
	for (unsigned i = 2; i <= 4; i++)
		assert_string_equal(verdict(&r, i), "clean");
	finish(&r);
}

/* Processes that end without any object to blame. */
static void
limit_of_unexplained_ends(void **state)
{
	(void)state;
	struct rig r;
	begin(&r, policy_text);
	all_ready();
	for (unsigned i = 0; i < LIM_SCAN_RESPAWNS; i++) {
		lose(process("code", 0), "it ended");
		all_ready();
	}
	assert_null(scan_unfit(r.scan));
	lose(process("code", 0), "it ended");
	assert_string_equal(scan_unfit(r.scan), "code: it ended");
	add(&r, 1, 1, 10);
	world.tick(world.tick_arg);
	assert_string_equal(verdict(&r, 1), "error: code: it ended");
	finish(&r);
}

/* Objects that end processes, one after the other: the scanner stays fit, up to a point. */
static void
limit_of_strikes(void **state)
{
	(void)state;
	struct rig r;
	begin(&r, policy_text);
	all_ready();
	for (unsigned i = 0; i < LIM_SCAN_STRIKES + 1; i++) {
		assert_null(scan_unfit(r.scan));
		if (i % 2 == 0)
			add(&r, 1 + i / 2, 1, 10);
		struct worker *w =
		    process("code", 0)->njobs > 0 ? process("code", 0) : process("code", 1);
		assert_int_equal(has(w, 0), 1 + i / 2);
		lose(w, "crash");
		all_ready();
		if (i % 2 == 1)
			assert_string_equal(verdict(&r, 1 + i / 2), "error: crash");
	}
	assert_non_null(scan_unfit(r.scan));
	finish(&r);
}

/* --- scanners that change their mind
 * --------------------------------------------------------- */

/* It said of a type that it is nothing for it: nobody may go by that when the type is another.
 */
static void
another_type_is_looked_at_anew(void **state)
{
	(void)state;
	struct rig r;
	begin(&r, policy_text);
	all_ready();
	add(&r, 1, 1, 10);
	answer(process("code", 0), 0, VERDICT_CLEAN);
	struct worker *type = process("type", 0);
	change(type, "2");
	all_ready();
	type = process("type", 0);
	assert_int_equal(has(type, 0), 1);
	answer_type(type, 0, VERDICT_CLEAN, "text");
	assert_string_equal(verdict(&r, 1), "na: it does not look at objects of this type");
	change(type, "3");
	all_ready();
	type = process("type", 0);
	assert_int_equal(has(type, 0), 1);
	answer(type, 0, VERDICT_CLEAN);
	assert_string_equal(verdict(&r, 1), "");
	assert_int_equal(process("code", 0)->njobs + process("code", 1)->njobs, 1);
	finish(&r);
}

/* Other signatures before anything was scanned: what is kept for later is kept for them. */
static void
verdicts_are_kept_under_the_signatures_they_are_from(void **state)
{
	(void)state;
	struct rig r;
	begin(&r, policy_text);
	all_ready();
	uint64_t run = r.scan->scanners[1].reuse.run;
	assert_int_not_equal(run, 0);
	change(process("code", 0), "2");
	all_ready();
	assert_int_not_equal(r.scan->scanners[1].reuse.run, 0);
	assert_int_not_equal(r.scan->scanners[1].reuse.run, run);
	finish(&r);
}

/* --- sets
 * ---------------------------------------------------------------------------------------- */

static void
all_tests_again(void)
{
	all_ready();
	world.tick(world.tick_arg);
}

static void
a_set_waits_for_all_objects(void **state)
{
	(void)state;
	struct rig r;
	begin(&r, policy_set);
	all_ready();
	add(&r, 1, 3, 10);
	struct worker *w = process("set", 0);
	assert_false(w->set);
	scan_finish(r.scan);
	assert_true(w->set);
	assert_string_equal(verdict(&r, 2), "");
	uint8_t sha256[32];
	digest_of(2, sha256);
	const struct worker_result own = {
	    .verdict = VERDICT_INVALID, .why = "own", .bytes = 10, .read_bytes = 0};
	const struct worker_result all = {.verdict = VERDICT_NA, .why = "all"};
	assert_true(w->events->object(w->arg, sha256, &own));
	assert_false(w->events->object(w->arg, sha256, &own)); /* said already */
	uint64_t bytes = 0;
	assert_true(w->events->has(w->arg, sha256, &bytes));
	assert_int_equal(bytes, 10);
	digest_of(9, sha256);
	assert_false(w->events->has(w->arg, sha256, &bytes));
	assert_true(w->events->has_path(w->arg, (const uint8_t *)"f2", 2, &bytes));
	assert_int_equal(bytes, 2);
	assert_false(w->events->has_path(w->arg, (const uint8_t *)"f9", 2, &bytes));
	w->set = false;
	w->events->set(w->arg, &all);
	assert_string_equal(verdict(&r, 2), "invalid: own");
	assert_string_equal(verdict(&r, 1), "na: all");
	all_tests_again();
	assert_int_equal(world.over, 1);
	finish(&r);
}

static void
a_set_is_given_once_more(void **state)
{
	(void)state;
	for (unsigned late = 0; late < 2; late++) {
		struct rig r;
		begin(&r, policy_set);
		all_ready();
		add(&r, 1, 2, 10);
		scan_finish(r.scan);
		for (unsigned i = 0; i < 2; i++) {
			struct worker *w = process("set", 0);
			assert_true(w->set);
			assert_string_equal(verdict(&r, 1), "");
			if (late) {
				w->late = "too slow";
				w->ready = false;
				world.tick(world.tick_arg);
			}
			lose(w, late ? "" : "crash");
			all_ready();
		}
		assert_string_equal(
		    verdict(&r, 1), late ? "timeout: too slow" : "error: crash");
		assert_string_equal(
		    verdict(&r, 2), late ? "timeout: too slow" : "error: crash");
		assert_false(process("set", 0)->set);
		assert_null(scan_unfit(r.scan));
		all_tests_again();
		assert_int_equal(world.over, 1);
		finish(&r);
	}
}

static void
a_set_whose_scanner_is_unfit_is_an_error(void **state)
{
	(void)state;
	struct rig r;
	begin(&r, policy_set);
	struct worker *w = process("set", 0);
	w->events->refused(w->arg, w, "not here");
	all_ready();
	add(&r, 1, 2, 10);
	scan_finish(r.scan);
	world.tick(world.tick_arg);
	assert_string_equal(verdict(&r, 1), "error: set: not here");
	all_tests_again();
	assert_int_equal(world.over, 1);
	finish(&r);
}

/* What it was given counts no more, and it is given the set again. */
static void
a_set_is_given_again_when_its_scanner_changes(void **state)
{
	(void)state;
	const struct worker_result all = {.verdict = VERDICT_NA, .why = "all"};
	for (unsigned answered = 0; answered < 2; answered++) {
		struct rig r;
		begin(&r, policy_set);
		all_ready();
		add(&r, 1, 2, 10);
		scan_finish(r.scan);
		struct worker *w = process("set", 0);
		assert_true(w->set);
		if (answered) {
			w->set = false;
			w->events->set(w->arg, &all);
			assert_string_equal(verdict(&r, 1), "na: all");
		}
		change(w, "2");
		all_ready();
		w = process("set", 0);
		assert_true(w->set);
		assert_string_equal(verdict(&r, 1), "");
		w->set = false;
		w->events->set(w->arg, &all);
		assert_string_equal(verdict(&r, 1), "na: all");
		all_tests_again();
		assert_int_equal(world.over, 1);
		finish(&r);
	}
}

/* The last test shows other signatures: what was made of the objects is made anew, too. */
static void
a_set_is_given_again_when_objects_were_scanned_again(void **state)
{
	(void)state;
	const struct worker_result all = {.verdict = VERDICT_NA, .why = "all"};
	struct rig r;
	begin(&r, policy_set);
	all_ready();
	add(&r, 1, 2, 10);
	scan_finish(r.scan);
	struct worker *w = process("set", 0);
	w->set = false;
	w->events->set(w->arg, &all);
	change(process("type", 0), "2");
	all_ready();
	struct worker *type = process("type", 0);
	assert_int_equal(type->njobs, 2);
	assert_int_equal(world.over, 0);
	while (type->njobs > 0)
		answer(type, 0, VERDICT_CLEAN);
	w = process("set", 0);
	assert_true(w->set);
	w->set = false;
	w->events->set(w->arg, &all);
	assert_string_equal(verdict(&r, 1), "na: all");
	all_tests_again();
	assert_int_equal(world.over, 1);
	finish(&r);
}

/* --- what is kept of one scanner's words ------------------------------------------------- */

/* So many bytes are left: a finding or a fact with 4 bytes of texts takes the row and those. */
static void
leave(struct rig *r, const char *scanner, uint64_t rows)
{
	for (size_t i = 0; i < r->scan->nscanners; i++)
		if (strcmp(r->scan->scanners[i].manifest->name, scanner) == 0)
			r->scan->scanners[i].kept_bytes =
			    LIM_SCAN_KEPT_BYTES - rows * (SCAN_ROW_BYTES + 4);
}

static void
tell(struct worker *w, const uint8_t sha256[32], bool fact)
{
	const struct work_finding finding = {.sha256 = sha256,
	    .scanner = w->manifest->name,
	    .rule = "a/b",
	    .class = "policy",
	    .severity = "low",
	    .title = "t",
	    .detail = ""};
	const struct work_scan_fact told = {sha256, w->manifest->name, "ke", "va"};
	if (fact)
		w->events->fact(w->arg, &told);
	else
		w->events->finding(w->arg, &finding);
}

static void
count_finding(void *arg, const struct work_finding *f)
{
	(void)f;
	++*(unsigned *)arg;
}

/* All of its room, and not a byte more: all of it is kept, and the next object is given. */
static void
as_much_as_is_kept_of_one_scanner(void **state)
{
	(void)state;
	for (unsigned fact = 0; fact < 2; fact++) {
		struct rig r;
		uint8_t sha256[32];
		begin(&r, policy_text);
		all_ready();
		add(&r, 1, 2, 10);
		leave(&r, "code", 3);
		struct worker *w = process("code", 0);
		digest_of(1, sha256);
		for (unsigned i = 0; i < 3; i++)
			tell(w, sha256, fact);
		answer(w, 0, VERDICT_CLEAN);
		assert_string_equal(verdict(&r, 1), "clean");
		add(&r, 3, 1, 10);
		assert_int_equal(process("code", 0)->njobs + process("code", 1)->njobs, 2);
		finish(&r);
	}
}

/*
 * One row more: it is not kept, the object is incomplete, what is with it now too, and it
 * gets nothing more: an error each.  What another scanner says counts as ever.
 */
static void
one_more_than_is_kept_of_one_scanner(void **state)
{
	(void)state;
	for (unsigned fact = 0; fact < 2; fact++) {
		struct rig r;
		uint8_t sha256[32];
		unsigned n = 0;
		begin(&r, policy_text);
		all_ready();
		add(&r, 1, 4, 10);
		leave(&r, "code", 3);
		struct worker *w = process("code", 0), *other = process("code", 1);
		digest_of(1, sha256);
		for (unsigned i = 0; i < 4; i++)
			tell(w, sha256, fact);
		assert_int_equal(work_findings(r.work, sha256, 0, count_finding, &n), ERR_OK);
		assert_int_equal(n, fact ? 0 : 3);
		answer(w, 0, VERDICT_CLEAN);
		assert_string_equal(verdict(&r, 1), "incomplete: " SCAN_FULL);
		answer(other, 0, VERDICT_SUSPICIOUS);
		assert_string_equal(verdict(&r, 2), "incomplete: " SCAN_FULL);
		answer(w, 0, VERDICT_MALICIOUS);
		assert_string_equal(verdict(&r, 3), "malicious");
		add(&r, 5, 1, 10);
		assert_string_equal(verdict(&r, 5), "error: " SCAN_FULL);
		answer(other, 0, VERDICT_CLEAN);
		scan_finish(r.scan);
		all_tests_again();
		assert_int_equal(world.over, 1);
		finish(&r);
	}
}

/*
 * What is inside is composed after the scan is over, for seconds: signatures that changed
 * then took all verdicts away, and nobody made new ones.
 */
static void
signatures_that_change_when_it_is_over_take_nothing_away(void **state)
{
	struct rig r;
	(void)state;
	begin(&r, policy_text);
	all_ready();
	add(&r, 1, 2, 10);
	while (process("code", 0)->njobs > 0)
		answer(process("code", 0), 0, VERDICT_CLEAN);
	while (process("code", 1)->njobs > 0)
		answer(process("code", 1), 0, VERDICT_CLEAN);
	scan_finish(r.scan);
	all_tests_again();
	assert_int_equal(world.over, 1);
	unsigned started = world.started;
	change(process("code", 0), "newer");
	r.desk.scanners[1].engine_socket = true;
	scan_renew(r.scan, "code");
	assert_string_equal(verdict(&r, 1), "clean");
	assert_string_equal(verdict(&r, 2), "clean");
	assert_int_equal(world.started, started);
	finish(&r);
}

/* The same of a set: nothing it says of it is better than incomplete. */
static void
one_more_than_is_kept_of_a_set(void **state)
{
	(void)state;
	const struct worker_result all = {.verdict = VERDICT_CLEAN, .why = ""};
	struct rig r;
	uint8_t sha256[32];
	begin(&r, policy_set);
	all_ready();
	add(&r, 1, 2, 10);
	scan_finish(r.scan);
	struct worker *w = process("set", 0);
	leave(&r, "set", 1);
	digest_of(1, sha256);
	tell(w, sha256, false);
	tell(w, sha256, false);
	w->set = false;
	w->events->set(w->arg, &all);
	assert_string_equal(verdict(&r, 1), "incomplete: " SCAN_FULL);
	assert_string_equal(verdict(&r, 2), "incomplete: " SCAN_FULL);
	finish(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(objects_are_dealt_out_evenly),
	    cmocka_unit_test(one_that_has_nothing_to_do_helps_a_slow_one),
	    cmocka_unit_test(what_is_not_for_it_is_not_given),
	    cmocka_unit_test(processes_are_replaced_after_their_objects),
	    cmocka_unit_test(the_innocent_are_tried_again_alone),
	    cmocka_unit_test(one_alone_gets_one_more_process),
	    cmocka_unit_test(what_is_late_is_given_once_more),
	    cmocka_unit_test(limit_of_unexplained_ends),
	    cmocka_unit_test(limit_of_strikes),
	    cmocka_unit_test(another_type_is_looked_at_anew),
	    cmocka_unit_test(verdicts_are_kept_under_the_signatures_they_are_from),
	    cmocka_unit_test(a_set_waits_for_all_objects),
	    cmocka_unit_test(a_set_is_given_once_more),
	    cmocka_unit_test(a_set_whose_scanner_is_unfit_is_an_error),
	    cmocka_unit_test(a_set_is_given_again_when_its_scanner_changes),
	    cmocka_unit_test(a_set_is_given_again_when_objects_were_scanned_again),
	    cmocka_unit_test(as_much_as_is_kept_of_one_scanner),
	    cmocka_unit_test(one_more_than_is_kept_of_one_scanner),
	    cmocka_unit_test(one_more_than_is_kept_of_a_set),
	    cmocka_unit_test(signatures_that_change_when_it_is_over_take_nothing_away),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

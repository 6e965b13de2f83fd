/* links: tests/ipc/quiet src/proc/desk/scan src/proc/desk/scan_feed src/proc/desk/scan_print src/proc/desk/scan_set src/proc/desk/scan_trust src/proc/desk/join src/core/split src/core/part src/core/digest db/work_split scanners/manifest db/work db/work_child db/work_draft db/work_facts db/work_item db/work_maker db/work_resume db/work_scan db/work_scope db/work_step db/sql src/core/where src/core/item src/core/verdict src/core/finding src/core/policy src/core/field src/core/fieldrule src/core/setting src/core/canon src/base/buf src/base/err src/base/escape src/base/hex src/base/log src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* When split sets are joined, and what becomes of their parts; scanners are played. */
#include "db/work_split.h"
#include "src/core/split.h"
#include "src/proc/desk/join.h"
#include "tests/ipc/feed.h"

/* A transfer whose scanner "code" joins. */
static void
begin_joining(struct rig *r, const char *policy)
{
	begin(r, policy);
	r->desk.scanners[1].children = r->desk.scanners[1].joins = true;
	r->desk.scanners[1].window = 1;
	all_ready();
}

/* Files called like this, each with bytes of its own, from object 1 on. */
static void
add_files(struct rig *r, const char *const *names, unsigned n)
{
	for (unsigned i = 1; i <= n; i++) {
		uint8_t sha256[32];
		bool is_new;
		const char *name = names[i - 1];
		const struct work_item it = {.id = i,
		    .volume = 1,
		    .path = (const uint8_t *)name,
		    .path_len = strlen(name),
		    .name = name,
		    .base = name,
		    .ext = "",
		    .kind = "file",
		    .state = "read",
		    .why = "",
		    .mtime = "",
		    .zone = "",
		    .link = (const uint8_t *)"",
		    .links = 1};
		digest_of(i, sha256);
		assert_int_equal(work_item_add(r->work, &it, name, strlen(name)), ERR_OK);
		assert_int_equal(work_item_kept(r->work, i, sha256, 10, &is_new), ERR_OK);
		scan_object(r->scan, sha256, 10);
		while (process("type", 0)->njobs > 0)
			answer(process("type", 0), 0, VERDICT_CLEAN);
	}
}

/* Everything that waits is answered, object by object; false: nothing did. */
static bool
answer_all(enum verdict v)
{
	bool any = false;
	for (unsigned i = 0; i < 2; i++)
		while (process("code", i) != NULL && process("code", i)->njobs > 0) {
			answer(process("code", i), 0, v);
			any = true;
		}
	return any;
}

static void
tick(void)
{
	world.tick(world.tick_arg);
}

/* The process that has an object now, or NULL. */
static struct worker *
holder(unsigned object)
{
	for (unsigned i = 0; i < 2; i++)
		if (process("code", i) != NULL && has(process("code", i), 0) == object)
			return process("code", i);
	return NULL;
}

static void
ask_all(void)
{
	assert_non_null(world.parts);
	for (size_t i = 0; i < world.parts->n; i++)
		world.parts->asked[i] = true;
}

static const char *const three[] = {"big.7z.001", "big.7z.002", "big.7z.003", "notes"};

/* The set is found, and waits as its first part. */
static void
begin_three(struct rig *r)
{
	begin_joining(r, policy_text);
	add_files(r, three, 4);
	answer_all(VERDICT_INCOMPLETE);
	scan_finish(r->scan);
	world.parts = NULL;
	tick();
	assert_non_null(holder(1));
	assert_non_null(world.parts);
}

static const char *
apart(struct rig *r, unsigned item)
{
	static char why[WORK_APART_SIZE];
	assert_int_equal(work_apart_get(r->work, item, why), ERR_OK);
	return why;
}

static void
a_whole_set_is_given_as_one(void **state)
{
	struct rig r;
	(void)state;
	begin_three(&r);
	assert_int_equal(world.parts->n, 3);
	assert_int_equal(world.parts->name_len, 6);
	assert_memory_equal(world.parts->name, "big.7z", 6);
	assert_false(world.parts->zip);
	ask_all();
	answer(holder(1), 0, VERDICT_CLEAN);
	for (unsigned i = 1; i <= 3; i++) {
		char word[64];
		snprintf(word, sizeof(word), "clean: joined: part %u of 3, ", i);
		assert_memory_equal(verdict(&r, i), word, strlen(word));
	}
	assert_string_equal(verdict(&r, 4), "incomplete");
	tick();
	all_ready();
	assert_false(answer_all(VERDICT_CLEAN));
	assert_int_equal(world.over, 1);
	finish(&r);
}

static void
clean_needs_all_parts(void **state)
{
	struct rig r;
	(void)state;
	begin_three(&r);
	ask_all();
	world.parts->asked[2] = false;
	answer(holder(1), 0, VERDICT_CLEAN);
	for (unsigned i = 1; i <= 3; i++)
		assert_string_equal(verdict(&r, i),
		    "incomplete: as a set: not all parts of the set were asked for");
	finish(&r);
}

static void
what_is_wrong_with_the_set_is_wrong_with_each_part(void **state)
{
	static const enum verdict worse[] = {
	    VERDICT_INVALID, VERDICT_SUSPICIOUS, VERDICT_MALICIOUS, VERDICT_INCOMPLETE};
	(void)state;
	for (size_t k = 0; k < sizeof(worse) / sizeof(worse[0]); k++) {
		struct rig r;
		begin_three(&r);
		ask_all();
		answer(holder(1), 0, worse[k]);
		for (unsigned i = 1; i <= 3; i++)
			assert_memory_equal(verdict(&r, i), verdict_print(worse[k]),
			    strlen(verdict_print(worse[k])));
		/* it is not tried for ever */
		tick();
		assert_null(holder(1));
		assert_string_equal(apart(&r, 1), "");
		finish(&r);
	}
}

/* Something that lies in an object; without a digest: a file that could not be had. */
static void
put_inside(struct rig *r, unsigned parent, const uint8_t *sha256)
{
	uint8_t holder[32];
	digest_of(parent, holder);
	const struct work_child c = {.parent = holder,
	    .scanner = "code",
	    .name = (const uint8_t *)"loose",
	    .name_len = 5,
	    .kind = "file",
	    .link = (const uint8_t *)"",
	    .why = "",
	    .sha256 = sha256};
	assert_int_equal(work_child_add(r->work, &c), ERR_OK);
}

/* Objects 1 to 3 are a set, and were looked at one by one. */
static void
begin_own(struct rig *r, const enum verdict own[3], unsigned holds)
{
	begin_joining(r, policy_text);
	add_files(r, three, 4);
	for (unsigned i = 1; i <= 4; i++) {
		assert_non_null(holder(i));
		if (i == holds)
			put_inside(r, i, NULL);
		answer(holder(i), 0, i <= 3 ? own[i - 1] : VERDICT_NA);
	}
	scan_finish(r->scan);
	world.parts = NULL;
	tick();
}

/*
 * What is in a container that lies behind something else was not looked at any more when
 * both were joined: "text" and "text.002", a whole archive, were clean.
 */
static void
a_part_that_is_a_container_by_itself_keeps_its_set_apart(void **state)
{
	static const struct {
		enum verdict own[3];
		unsigned holds;
		const char *why;
	} rows[] = {
	    {{VERDICT_NA, VERDICT_NA, VERDICT_NA}, 0, ""},
	    {{VERDICT_INVALID, VERDICT_NA, VERDICT_INVALID}, 0, ""},
	    {{VERDICT_INVALID, VERDICT_NA, VERDICT_NA}, 1, ""},
	    {{VERDICT_CLEAN, VERDICT_NA, VERDICT_NA}, 0,
		"number 1 of it is a container by itself"},
	    {{VERDICT_NA, VERDICT_CLEAN, VERDICT_NA}, 0,
		"number 2 of it is a container by itself"},
	    {{VERDICT_NA, VERDICT_NA, VERDICT_INVALID}, 0,
		"number 3 of it is a container by itself"},
	    {{VERDICT_INVALID, VERDICT_INVALID, VERDICT_NA}, 2,
		"number 2 of it is a container by itself"},
	    {{VERDICT_INVALID, VERDICT_ERROR, VERDICT_NA}, 0,
		"number 2 of it could not be looked at by itself"},
	    {{VERDICT_TIMEOUT, VERDICT_NA, VERDICT_NA}, 0,
		"number 1 of it could not be looked at by itself"},
	};
	(void)state;
	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		struct rig r;
		begin_own(&r, rows[k].own, rows[k].holds);
		assert_string_equal(apart(&r, 2), rows[k].why);
		assert_int_equal(world.parts != NULL, rows[k].why[0] == '\0');
		finish(&r);
	}
}

static void
a_scanner_that_does_not_join_says_so(void **state)
{
	struct rig r;
	(void)state;
	begin_three(&r);
	answer(holder(1), 0, VERDICT_NA);
	for (unsigned i = 1; i <= 3; i++)
		assert_string_equal(verdict(&r, i),
		    "incomplete: as a set: the scanner does not take split sets");
	finish(&r);
}

static void
a_set_that_ends_the_scanner_is_an_error_of_each_part(void **state)
{
	struct rig r;
	(void)state;
	begin_three(&r);
	lose(holder(1), "crash");
	all_ready();
	tick();
	/* once more, and it is told of its parts again */
	assert_non_null(holder(1));
	lose(holder(1), "crash");
	for (unsigned i = 1; i <= 3; i++)
		assert_string_equal(verdict(&r, i), "error: as a set: crash");
	finish(&r);
}

static void
a_set_with_a_gap_stays_apart_and_says_why(void **state)
{
	static const char *const files[] = {"a.001", "a.003", "b.zip", "c.001"};
	struct rig r;
	(void)state;
	begin_joining(&r, policy_text);
	add_files(&r, files, 4);
	answer_all(VERDICT_CLEAN);
	scan_finish(r.scan);
	tick();
	assert_false(answer_all(VERDICT_CLEAN));
	assert_string_equal(apart(&r, 1), "number 2 is missing");
	assert_string_equal(apart(&r, 2), "number 2 is missing");
	assert_string_equal(apart(&r, 3), "");
	assert_string_equal(apart(&r, 4), "number 2 is missing");
	assert_string_equal(verdict(&r, 1), "clean");
	finish(&r);
}

static void
other_signatures_look_at_the_set_again(void **state)
{
	struct rig r;
	(void)state;
	begin_three(&r);
	ask_all();
	answer(holder(1), 0, VERDICT_CLEAN);
	change(process("code", 0), "newer");
	all_ready();
	assert_true(answer_all(VERDICT_INCOMPLETE));
	world.parts = NULL;
	tick();
	assert_non_null(holder(1));
	ask_all();
	answer(holder(1), 0, VERDICT_INVALID);
	assert_string_equal(verdict(&r, 3), "invalid: as a set");
	finish(&r);
}

/* The bytes of a part turn up inside something else: what was said of them was of the set. */
static void
a_part_that_is_something_else_too_is_looked_at_by_itself(void **state)
{
	struct rig r;
	uint8_t part[32];
	(void)state;
	begin_three(&r);
	ask_all();
	digest_of(2, part);
	put_inside(&r, 4, part);
	answer(holder(1), 0, VERDICT_CLEAN);
	world.parts = NULL;
	tick();
	assert_true(answer_all(VERDICT_INCOMPLETE));
	assert_null(world.parts);
	for (unsigned i = 1; i <= 3; i++)
		assert_string_equal(verdict(&r, i), "incomplete");
	assert_string_equal(apart(&r, 3), "number 2 of it is there under another name, too");
	finish(&r);
}

static void
nobody_joins_without_a_scanner_for_it(void **state)
{
	struct rig r;
	(void)state;
	begin(&r, policy_set);
	all_ready();
	add_files(&r, three, 4);
	add(&r, 10, 1, 10);
	scan_finish(r.scan);
	tick();
	assert_true(process("set", 0)->set);
	assert_string_equal(apart(&r, 1), "");
	finish(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_whole_set_is_given_as_one),
	    cmocka_unit_test(clean_needs_all_parts),
	    cmocka_unit_test(what_is_wrong_with_the_set_is_wrong_with_each_part),
	    cmocka_unit_test(a_part_that_is_a_container_by_itself_keeps_its_set_apart),
	    cmocka_unit_test(a_scanner_that_does_not_join_says_so),
	    cmocka_unit_test(a_set_that_ends_the_scanner_is_an_error_of_each_part),
	    cmocka_unit_test(a_set_with_a_gap_stays_apart_and_says_why),
	    cmocka_unit_test(other_signatures_look_at_the_set_again),
	    cmocka_unit_test(a_part_that_is_something_else_too_is_looked_at_by_itself),
	    cmocka_unit_test(nobody_joins_without_a_scanner_for_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

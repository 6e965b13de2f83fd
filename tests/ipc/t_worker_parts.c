/* links: tests/ipc/quiet src/proc/desk/worker src/proc/desk/worker_parts src/proc/desk/worker_set scanners/manifest src/core/canon src/core/finding src/core/verdict src/ipc/msg src/base/buf src/base/err src/base/escape src/base/hex src/base/io src/base/log src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* A worker and split sets: it is told the parts, and gets those that it asks for. */
#include "src/core/split.h"
#include "tests/ipc/played.h"

/* Parts 2 and 3 have the same bytes. */
static const struct split_part parts[] = {
    {{10}, 1 << 20}, {{11}, 1 << 20}, {{11}, 1 << 20}, {{12}, 5}};
#define PARTS (sizeof(parts) / sizeof(parts[0]))
static bool asked[PARTS];
static const struct worker_parts set = {.name = (const uint8_t *)"big",
    .name_len = 3,
    .zip = true,
    .parts = parts,
    .n = PARTS,
    .asked = asked};

static struct worker *
start_parts(void)
{
	struct worker *w = start(false);
	assert_true(worker_give_parts(w, &set));
	give(w, 10, 1 << 20);
	return w;
}

static void
want(unsigned id, unsigned number, unsigned object)
{
	hear(MSG_SCAN_WANT,
	    json_pack("{s:i,s:i,s:s}", "id", id, "want", number, "sha256", hex(object)));
}

static void
missing(unsigned id, bool gone)
{
	struct msg m = {MSG_VAULT_MISSING,
	    json_pack("{s:i,s:i,s:s,s:s,s:b}", "tag", 5, "id", id, "sha256", hex(11), "why", "",
		"gone", (int)gone),
	    -1};
	world.tag->vault(world.arg, 5, &m);
	json_decref(m.body);
}

static void
a_set_is_told_before_its_first_part(void **state)
{
	struct worker *w = start_parts();
	char text[512];
	(void)state;
	snprintf(text, sizeof(text),
	    "%d {\"name\":\"Ymln\",\"sha256\":\"%s\",\"zip\":true}\n%d ", (int)MSG_SCAN_PARTS,
	    hex(10), (int)MSG_VAULT_GIVE);
	assert_memory_equal(world.sent, text, strlen(text));
	/* the next object is one as any */
	give(w, 20, 5);
	want(2, 1, 10);
	expect("lost 10 20: it speaks of a set it was not given\n");
}

static void
a_part_is_given_for_the_asking(void **state)
{
	struct worker *w = start_parts();
	char text[512];
	(void)state;
	world.sent[0] = '\0';
	want(1, 1, 11);
	snprintf(text, sizeof(text),
	    "%d {\"id\":1,\"mime\":\"\",\"sha256\":\"%s\",\"tag\":5,\"type\":\"\"}\n",
	    (int)MSG_VAULT_GIVE, hex(11));
	assert_string_equal(world.sent, text);
	/* both that have these bytes */
	assert_true(asked[1] && asked[2] && !asked[0] && !asked[3]);
	want(1, 2, 10);
	assert_true(asked[0]);
	want(1, 3, 12);
	assert_true(asked[3]);
	result(1, 10, "clean", 1 << 20, 1 << 20);
	expect("result 10 clean \n");
	worker_free(w);
}

/* It had asked for all parts and died: the next one was believed without asking. */
static void
what_a_dead_process_asked_for_the_next_has_not_seen(void **state)
{
	struct worker *w = start_parts();
	(void)state;
	want(1, 1, 11);
	assert_true(asked[1]);
	worker_free(w);
	w = start_parts();
	assert_false(asked[0] || asked[1] || asked[2] || asked[3]);
	worker_free(w);
}

static void
a_part_that_cannot_be_had_is_told_missing(void **state)
{
	struct worker *w = start_parts();
	(void)state;
	want(1, 1, 11);
	want(1, 2, 12);
	world.sent[0] = '\0';
	/* its own end is on the way */
	missing(2, true);
	assert_string_equal(world.sent, "");
	missing(2, false);
	assert_non_null(strstr(world.sent, "\"want\":2"));
	expect("");
	worker_free(w);
}

static void
the_vault_is_asked_for_a_part_when_it_has_room(void **state)
{
	struct worker *w = start_parts();
	struct work_todo late;
	(void)state;
	world.sent[0] = '\0';
	world.vault_room = 3;
	want(1, 1, 11);
	assert_null(worker_late(w, &late));
	assert_string_equal(world.sent, "");
	world.vault_room = 4;
	assert_null(worker_late(w, &late));
	assert_non_null(strstr(world.sent, hex(11)));
	worker_free(w);
}

/* 3 MiB and 5 bytes: four begun, of 100 ms, and 1000. */
static void
a_set_has_the_time_of_all_its_parts(void **state)
{
	struct worker *w = start_parts();
	struct work_todo late;
	(void)state;
	manifest.stall_ms = 0;
	world.now_ms += 1399;
	assert_null(worker_late(w, &late));
	world.now_ms += 1;
	assert_string_equal(worker_late(w, &late), "no answer within the time its size allows");
	worker_free(w);
}

static void
ways_to_break_a_split_set(void **state)
{
	static const struct {
		unsigned id, number, object;
		const char *why;
	} rows[] = {
	    {1, 2, 11, "it asked for two objects under one number"},
	    {1, 0, 11, "it asked for two objects under one number"},
	    {1, 1, 20, "it asked for an object that is no part of its set"},
	    {2, 1, 11, "it speaks of a set it was not given"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[128];
		(void)start_parts();
		want(rows[i].id, rows[i].number, rows[i].object);
		snprintf(text, sizeof(text), "lost 10: %s\n", rows[i].why);
		expect(text);
	}
}

static void
as_many_wants_as_allowed_and_one_more(void **state)
{
	(void)start_parts();
	(void)state;
	for (unsigned i = 1; i <= LIM_SCAN_WANTS; i++) {
		world.sent[0] = '\0';
		want(1, i, 11);
	}
	expect("");
	want(1, LIM_SCAN_WANTS + 1, 11);
	expect("lost 10: it asked for more objects than one set allows\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_set_is_told_before_its_first_part),
	    cmocka_unit_test(a_part_is_given_for_the_asking),
	    cmocka_unit_test(what_a_dead_process_asked_for_the_next_has_not_seen),
	    cmocka_unit_test(a_part_that_cannot_be_had_is_told_missing),
	    cmocka_unit_test(the_vault_is_asked_for_a_part_when_it_has_room),
	    cmocka_unit_test(a_set_has_the_time_of_all_its_parts),
	    cmocka_unit_test(ways_to_break_a_split_set),
	    cmocka_unit_test(as_many_wants_as_allowed_and_one_more),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

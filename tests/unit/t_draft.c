/* links: tests/unit/items db/work db/work_draft db/work_facts db/work_item db/work_pick db/work_step db/work_fit db/sql src/core/where src/core/item src/core/verdict src/core/finding src/core/policy src/core/field src/core/fieldrule src/core/digest src/core/setting src/base/buf src/base/mem src/base/escape src/base/utf8 src/base/err src/core/canon src/base/hex */
/* SPDX-License-Identifier: ISC */
/* What officers draft, take back and make again. */
#include "db/sql.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "tests/unit/items.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static void
approval_leaves_what_policy_blocks_or_wants_explained(void **state)
{
	struct work *w = items_fixture();
	struct work_counts c;
	uint64_t changed;
	(void)state;
	assert_int_equal(items_decide(w, NULL, ITEM_APPROVE, "otto", "", &changed), ERR_OK);
	assert_int_equal(changed, 2); /* one.txt and the link */
	assert_int_equal(items_decide(w, NULL, ITEM_APPROVE, "otto", "seen", &changed), ERR_OK);
	assert_int_equal(changed, 3); /* two.TXT with its reason, too */
	items_assert(w, 4, "none", "");
	assert_int_equal(work_counts(w, &c), ERR_OK);
	assert_int_equal(c.undecided, 0);
	work_close(w);
}

static void
proposals_touch_only_the_undecided(void **state)
{
	struct work *w = items_fixture();
	uint64_t changed, left;
	(void)state;
	assert_int_equal(items_decide(w, NULL, ITEM_HOLD, "paula", "wait", &changed), ERR_OK);
	assert_int_equal(work_decide_proposed(w, "otto", &changed, &left), ERR_OK);
	assert_int_equal(changed, 0);
	items_assert(w, 2, "hold", "paula");
	assert_int_equal(items_decide(w, NULL, ITEM_NONE, "otto", "", &changed), ERR_OK);
	assert_int_equal(work_decide_proposed(w, "otto", &changed, &left), ERR_OK);
	/* one.txt and the link; what is blocked needs no decision */
	assert_int_equal(changed, 2);
	assert_int_equal(left, 1); /* two.TXT wants a reason */
	work_close(w);
}

/* --- counts, bulk, undo ------------------------------------------------------------------ */

static void
counts_say_what_is_left_to_do(void **state)
{
	struct work *w = items_fixture();
	struct work_counts c;
	uint64_t changed;
	(void)state;
	assert_int_equal(items_decide(w, "id=2", ITEM_APPROVE, "otto", "", &changed), ERR_OK);
	assert_int_equal(items_decide(w, "id=4", ITEM_REJECT, "otto", "", &changed), ERR_OK);
	assert_int_equal(work_counts(w, &c), ERR_OK);
	assert_int_equal(c.items, 6);
	assert_int_equal(c.files, 5); /* and links, but no directory */
	assert_int_equal(c.approve, 1);
	assert_int_equal(c.reject, 1);
	assert_int_equal(c.hold, 0);
	assert_int_equal(c.none, 3);
	assert_int_equal(c.undecided, 2); /* two.TXT and the link */
	assert_int_equal(c.blocked, 1);
	assert_int_equal(c.unread, 1);
	assert_int_equal(c.undo, 2);
	work_close(w);
}

static void
a_bulk_decision_is_about_the_items_that_were_shown(void **state)
{
	static const uint32_t shown[] = {1, 2, 3, 4, 5, 6};
	struct work *w = items_fixture();
	struct work_weight weight;
	struct work_step step;
	uint32_t change[6];
	uint64_t changed;
	(void)state;
	assert_int_equal(items_decide(w, "id=6", ITEM_APPROVE, "otto", "", &changed), ERR_OK);
	assert_int_equal(items_decide(w, "id=3", ITEM_HOLD, "otto", "wait", &changed), ERR_OK);
	assert_int_equal(work_weigh(w, shown, 6, ITEM_APPROVE, &weight, change), ERR_OK);
	assert_int_equal(weight.change, 2); /* one.txt, two.TXT */
	assert_int_equal(weight.same, 1);   /* the link */
	assert_int_equal(weight.blocked, 1);
	assert_int_equal(weight.other, 2); /* the directory, what was not read */
	assert_int_equal(weight.reasons, 1);
	assert_int_equal(weight.before[ITEM_NONE], 1);
	assert_int_equal(weight.before[ITEM_HOLD], 1);
	/* drafts change behind its back: the same items get it, no others */
	assert_int_equal(items_decide(w, "id=6", ITEM_NONE, "otto", "", &changed), ERR_OK);
	assert_int_equal(
	    work_decide(w, change, weight.change, ITEM_APPROVE, "otto", "all", &changed),
	    ERR_OK);
	assert_int_equal(changed, 2);
	items_assert(w, 6, "none", "");
	items_assert(w, 3, "approve", "otto");
	/* one step back for all of them */
	assert_int_equal(work_undo(w, false, "otto", &step), ERR_OK);
	assert_int_equal(step.items, 2);
	assert_int_equal(step.item, 0);
	items_assert(w, 2, "none", "");
	items_assert(w, 3, "hold", "otto");
	work_close(w);
}

static void
what_cannot_be_rejected_is_not_counted_as_blocked(void **state)
{
	static const uint32_t shown[] = {4, 1, 99};
	struct work *w = items_fixture();
	struct work_weight weight;
	uint32_t change[3];
	(void)state;
	assert_int_equal(work_weigh(w, shown, 3, ITEM_REJECT, &weight, change), ERR_OK);
	assert_int_equal(weight.change, 1); /* policy blocks approval alone */
	assert_int_equal(weight.blocked, 0);
	assert_int_equal(weight.other, 2); /* an item that is not there is none */
	work_close(w);
}

/* Who took a transfer over must not make a decision stand that carries another name. */
static void
undo_brings_nothing_back_in_the_name_of_another_officer(void **state)
{
	struct work *w = items_fixture();
	struct work_step step;
	struct work_counts c;
	uint64_t changed;
	(void)state;
	assert_int_equal(items_decide(w, "id=2", ITEM_HOLD, "otto", "", &changed), ERR_OK);
	assert_int_equal(items_decide(w, "id=2", ITEM_REJECT, "otto", "", &changed), ERR_OK);
	/* he rejected it: that he held it before is not hers to say */
	assert_int_equal(work_undo(w, false, "paula", &step), ERR_DENIED);
	items_assert(w, 2, "reject", "otto");
	assert_int_equal(work_counts(w, &c), ERR_OK);
	assert_int_equal(c.undo, 2);
	assert_int_equal(c.redo, 0);
	assert_int_equal(c.reject, 1);
	assert_int_equal(work_undo(w, false, "otto", &step), ERR_OK);
	assert_int_equal(work_undo(w, true, "paula", &step), ERR_DENIED);
	items_assert(w, 2, "hold", "otto");
	/* her own step, and what stood before it */
	assert_int_equal(items_decide(w, "id=2", ITEM_REJECT, "paula", "", &changed), ERR_OK);
	assert_int_equal(work_undo(w, false, "otto", &step), ERR_OK);
	items_assert(w, 2, "hold", "otto");
	assert_int_equal(work_undo(w, true, "otto", &step), ERR_DENIED);
	assert_int_equal(work_undo(w, true, "paula", &step), ERR_OK);
	assert_int_equal(work_undo(w, false, "paula", &step), ERR_OK);
	items_assert(w, 2, "hold", "otto");
	/* without a decision it stands in nobody's name */
	assert_int_equal(work_undo(w, false, "paula", &step), ERR_OK);
	items_assert(w, 2, "none", "");
	assert_int_equal(work_undo(w, true, "paula", &step), ERR_DENIED);
	assert_int_equal(work_undo(w, true, "otto", &step), ERR_OK);
	work_close(w);
}

static void
undo_survives_a_crash_and_brings_back_who_decided(void **state)
{
	char path[32];
	struct work *w = items_file(path);
	struct work_counts c;
	struct work_step step;
	struct work_item it;
	uint64_t changed;
	(void)state;
	assert_int_equal(
	    items_decide(w, "id=2", ITEM_HOLD, "paula", "ask rita", &changed), ERR_OK);
	assert_int_equal(items_decide(w, NULL, ITEM_REJECT, "otto", "late", &changed), ERR_OK);
	assert_int_equal(changed, 4);
	w = items_reopen(w, path);
	items_assert(w, 4, "reject", "otto");
	assert_int_equal(work_undo(w, false, "otto", &step), ERR_OK);
	assert_int_equal(step.decision, ITEM_REJECT);
	assert_int_equal(step.items, 4);
	w = items_reopen(w, path);
	assert_int_equal(work_item_get(w, 2, &it), ERR_OK);
	assert_string_equal(it.decision, "hold");
	assert_string_equal(it.by, "paula");
	assert_string_equal(it.reason, "ask rita");
	items_assert(w, 4, "none", "");
	assert_int_equal(work_counts(w, &c), ERR_OK);
	assert_int_equal(c.undo, 1);
	assert_int_equal(c.redo, 1);
	assert_int_equal(work_undo(w, true, "otto", &step), ERR_OK);
	w = items_reopen(w, path);
	items_assert(w, 2, "reject", "otto");
	assert_int_equal(work_undo(w, true, "otto", &step), ERR_NOTFOUND);
	assert_int_equal(work_undo(w, false, "otto", &step), ERR_OK);
	assert_int_equal(work_undo(w, false, "paula", &step), ERR_OK);
	assert_int_equal(step.item, 2);
	assert_int_equal(work_undo(w, false, "otto", &step), ERR_NOTFOUND);
	items_assert(w, 2, "none", "");
	work_close(w);
	items_remove(path);
}

static void
a_new_decision_ends_what_could_be_made_again(void **state)
{
	struct work *w = items_fixture();
	struct work_step step;
	struct work_counts c;
	uint64_t changed;
	(void)state;
	assert_int_equal(items_decide(w, "id=2", ITEM_HOLD, "otto", "", &changed), ERR_OK);
	assert_int_equal(items_decide(w, "id=3", ITEM_HOLD, "otto", "", &changed), ERR_OK);
	assert_int_equal(work_undo(w, false, "otto", &step), ERR_OK);
	/* nothing new: what can be made again stays */
	assert_int_equal(items_decide(w, "id=2", ITEM_HOLD, "otto", "", &changed), ERR_OK);
	assert_int_equal(changed, 1);
	assert_int_equal(work_counts(w, &c), ERR_OK);
	assert_int_equal(c.redo, 1);
	assert_int_equal(items_decide(w, "id=2", ITEM_REJECT, "otto", "", &changed), ERR_OK);
	assert_int_equal(work_undo(w, true, "otto", &step), ERR_NOTFOUND);
	assert_int_equal(work_counts(w, &c), ERR_OK);
	assert_int_equal(c.undo, 2);
	assert_int_equal(c.redo, 0);
	work_close(w);
}

static void
what_was_submitted_is_not_taken_back(void **state)
{
	char path[32];
	struct work *w = items_file(path);
	struct work_step step;
	uint64_t changed;
	(void)state;
	assert_int_equal(items_decide(w, "id=2", ITEM_HOLD, "otto", "", &changed), ERR_OK);
	assert_int_equal(work_settle(w), ERR_OK);
	assert_int_equal(work_undo(w, false, "otto", &step), ERR_NOTFOUND);
	w = items_reopen(w, path);
	assert_int_equal(work_undo(w, false, "otto", &step), ERR_NOTFOUND);
	items_assert(w, 2, "hold", "otto");
	work_close(w);
	items_remove(path);
}

struct names {
	char text[64];
};

static void
add_name(void *arg, const char *by)
{
	struct names *n = arg;
	size_t len = strlen(n->text);
	snprintf(n->text + len, sizeof(n->text) - len, "%s ", by);
}

static void
deciders_are_those_whose_decisions_stand(void **state)
{
	struct work *w = items_fixture();
	struct names names = {""};
	struct work_step step;
	uint64_t changed;
	(void)state;
	assert_int_equal(items_decide(w, "id=2", ITEM_HOLD, "zoe", "a", &changed), ERR_OK);
	assert_int_equal(items_decide(w, "id=3", ITEM_HOLD, "otto", "b", &changed), ERR_OK);
	assert_int_equal(items_decide(w, "id=6", ITEM_HOLD, "otto", "c", &changed), ERR_OK);
	assert_int_equal(work_deciders(w, add_name, &names), ERR_OK);
	assert_string_equal(names.text, "otto zoe ");
	assert_int_equal(work_undo(w, false, "otto", &step), ERR_OK);
	assert_int_equal(work_undo(w, false, "otto", &step), ERR_OK);
	names.text[0] = '\0';
	assert_int_equal(work_deciders(w, add_name, &names), ERR_OK);
	assert_string_equal(names.text, "zoe ");
	work_close(w);
}

/* Decides, takes back and makes again at random; what is kept must be what a new start finds.
 */
static void
counts_that_are_kept_are_the_counts_that_are_read(void **state)
{
	char path[32];
	struct work *w = items_file(path);
	unsigned seed = 7;
	(void)state;
	for (unsigned i = 0; i < 120; i++) {
		struct work_counts kept, read;
		struct work_step step;
		uint64_t changed;
		unsigned r = (unsigned)rand_r(&seed);
		uint32_t ids[2] = {r % 6 + 1, r / 6 % 6 + 1};
		size_t n = ids[0] == ids[1] ? 1 : 2;
		if (r % 5 < 2)
			(void)work_undo(w, r % 5 == 0, r / 8 % 2 ? "otto" : "paula", &step);
		else
			assert_int_equal(work_decide(w, ids, n, r / 64 % ITEM_DECISION__MAX,
					     r / 8 % 2 ? "otto" : "paula",
					     r / 16 % 2 ? "why" : "", &changed),
			    ERR_OK);
		MEM_FREE char *before = items_listed(w, NULL, WORK_DECISION, false);
		assert_int_equal(work_counts(w, &kept), ERR_OK);
		w = items_reopen(w, path);
		assert_int_equal(work_counts(w, &read), ERR_OK);
		MEM_FREE char *after = items_listed(w, NULL, WORK_DECISION, false);
		assert_memory_equal(&kept, &read, sizeof(kept));
		assert_string_equal(before, after);
	}
	work_close(w);
	items_remove(path);
}

static void
judging_again_is_seen_at_once(void **state)
{
	struct work *w = items_fixture();
	struct work_judged j = {.item = 2,
	    .place = 1,
	    .kind = ITEM_FILE,
	    .state = ITEM_READ,
	    .gate = POLICY_BLOCK,
	    .verdict = VERDICT_MALICIOUS,
	    .severity = FINDING_HIGH,
	    .size_bytes = 10,
	    .type = "text",
	    .mime = ""};
	struct work_counts c;
	uint64_t changed, generation = work_generation(w);
	(void)state;
	assert_int_equal(work_counts(w, &c), ERR_OK);
	assert_int_equal(c.blocked, 1);
	assert_int_equal(work_judged_put(w, &j), ERR_OK);
	assert_int_equal(work_counts(w, &c), ERR_OK);
	assert_int_equal(c.blocked, 2);
	assert_true(work_generation(w) > generation);
	assert_int_equal(items_decide(w, "id=2", ITEM_APPROVE, "otto", "x", &changed), ERR_OK);
	assert_int_equal(changed, 0);
	work_close(w);
}

static void
more_items_than_a_medium_can_have_are_refused(void **state)
{
	static const struct {
		const char *what;
		uint64_t id;
		enum err e;
	} cases[] = {
	    {"the largest", LIM_ITEMS, ERR_OK},
	    {"one more", LIM_ITEMS + 1, ERR_LIMIT},
	};
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct work *w = items_fixture();
		struct work_counts c;
		items_add(w, cases[i].id, "zz", "file", "read", 1);
		if (work_counts(w, &c) != cases[i].e)
			fail_msg("%s", cases[i].what);
		work_close(w);
	}
}

/* A damaged or hostile file must not lead past the end of anything. */
static void
a_file_that_contradicts_itself_is_refused(void **state)
{
	static const struct {
		const char *what, *sql;
		enum err list, undo;
	} cases[] = {
	    {"a choice nobody made",
		"UPDATE draft SET choices = CAST(x'ff' || substr(choices, 2) AS BLOB)",
		ERR_SYNTAX, ERR_SYNTAX},
	    {"a chunk far away", "UPDATE draft SET chunk = 1 << 40", ERR_SYNTAX, ERR_SYNTAX},
	    {"a short chunk", "UPDATE draft SET choices = x'00'", ERR_SYNTAX, ERR_SYNTAX},
	    {"a decision that does not exist", "UPDATE choice SET decision = 9", ERR_SYNTAX,
		ERR_SYNTAX},
	    {"choices with a gap", "UPDATE choice SET n = 5", ERR_SYNTAX, ERR_SYNTAX},
	    {"two items in one place", "UPDATE judged SET place = 0", ERR_SYNTAX, ERR_SYNTAX},
	    {"a place behind the end", "UPDATE judged SET place = place + 1000", ERR_SYNTAX,
		ERR_SYNTAX},
	    {"a run behind the last item", "UPDATE step SET runs = x'ffffff7f0100000000000000'",
		ERR_OK, ERR_SYNTAX},
	    {"a run too long", "UPDATE step SET runs = x'01000000ffffffff00000000'", ERR_OK,
		ERR_SYNTAX},
	    {"a run of a choice nobody made",
		"UPDATE step SET runs = x'0100000001000000ff000000'", ERR_OK, ERR_SYNTAX},
	    {"half a run", "UPDATE step SET runs = x'010000000100'", ERR_OK, ERR_SYNTAX},
	    {"a step to a choice nobody made", "UPDATE step SET choice = 77", ERR_OK,
		ERR_SYNTAX},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char path[32];
		struct work *w = items_file(path);
		struct sql *sql;
		struct work_counts c;
		struct work_step step;
		uint64_t changed;
		assert_int_equal(
		    items_decide(w, "id=2", ITEM_HOLD, "otto", "", &changed), ERR_OK);
		work_close(w);
		assert_int_equal(sql_open(path, NULL, 0, &sql), ERR_OK);
		if (sql_exec(sql, cases[i].sql) != ERR_OK)
			fail_msg("%s: %s", cases[i].what, sql_why(sql));
		sql_close(sql);
		assert_int_equal(work_open(path, &w), ERR_OK);
		if (work_counts(w, &c) != cases[i].list ||
		    work_undo(w, false, "otto", &step) != cases[i].undo)
			fail_msg("%s", cases[i].what);
		work_close(w);
		items_remove(path);
	}
}

static void
a_file_of_another_version_is_left_alone(void **state)
{
	char path[32];
	struct work *w = items_file(path);
	struct sql *sql;
	(void)state;
	work_close(w);
	assert_int_equal(sql_open(path, NULL, 0, &sql), ERR_OK);
	assert_int_equal(sql_exec(sql, "PRAGMA user_version=1"), ERR_OK);
	sql_close(sql);
	assert_int_equal(work_open(path, &w), ERR_STATE);
	items_remove(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(approval_leaves_what_policy_blocks_or_wants_explained),
	    cmocka_unit_test(proposals_touch_only_the_undecided),
	    cmocka_unit_test(counts_say_what_is_left_to_do),
	    cmocka_unit_test(a_bulk_decision_is_about_the_items_that_were_shown),
	    cmocka_unit_test(what_cannot_be_rejected_is_not_counted_as_blocked),
	    cmocka_unit_test(undo_brings_nothing_back_in_the_name_of_another_officer),
	    cmocka_unit_test(undo_survives_a_crash_and_brings_back_who_decided),
	    cmocka_unit_test(a_new_decision_ends_what_could_be_made_again),
	    cmocka_unit_test(what_was_submitted_is_not_taken_back),
	    cmocka_unit_test(deciders_are_those_whose_decisions_stand),
	    cmocka_unit_test(counts_that_are_kept_are_the_counts_that_are_read),
	    cmocka_unit_test(judging_again_is_seen_at_once),
	    cmocka_unit_test(more_items_than_a_medium_can_have_are_refused),
	    cmocka_unit_test(a_file_that_contradicts_itself_is_refused),
	    cmocka_unit_test(a_file_of_another_version_is_left_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

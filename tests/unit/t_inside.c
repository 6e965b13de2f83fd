/* links: src/proc/desk/inside tests/unit/items db/work db/work_child db/work_split db/work_draft db/work_facts db/work_item db/work_pick db/work_step db/work_fit db/sql src/core/where src/core/item src/core/verdict src/core/finding src/core/policy src/core/field src/core/fieldrule src/core/digest src/core/setting src/core/canon src/base/clock src/base/io src/base/log src/base/buf src/base/mem src/base/escape src/base/utf8 src/base/err src/base/hex */
/* SPDX-License-Identifier: ISC */
/* The books of a scan about what is inside objects: what bounds it, and what a death undoes. */
#include "db/work_child.h"
#include "db/work_in.h"
#include "src/proc/desk/inside.h"
#include "src/proc/desk/worker.h"
#include "tests/unit/items.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define READ_BYTES 5020 /* of the six items: two files of 10, one of 5000 */

static unsigned let_go; /* messages to the vault */

enum err
channel_send(struct channel *c, enum msg_id id, json_t *body, int fd)
{
	(void)c;
	(void)id;
	(void)fd;
	json_decref(body);
	let_go++;
	return ERR_OK;
}

struct set {
	struct desk desk;
	struct work *work;
	struct inside *inside;
	struct work_todo zip;
};

static void
set_up(struct set *s)
{
	memset(s, 0, sizeof(*s));
	s->desk.lost = true; /* there is no vault to be told */
	s->work = items_fixture();
	s->inside = inside_new(&s->desk, s->work);
	assert_int_equal(work_object_get(s->work, items_digest_b, &s->zip), ERR_OK);
}

static void
tear_down(struct set *s)
{
	inside_free(s->inside);
	work_close(s->work);
}

static bool
member(struct set *s, uint8_t n, uint64_t bytes, const char *why)
{
	uint8_t sha256[32] = {n};
	struct work_child c = {.name = (const uint8_t *)"m",
	    .name_len = 1,
	    .kind = "file",
	    .size_bytes = bytes,
	    .link = (const uint8_t *)"",
	    .why = why,
	    .sha256 = why[0] == '\0' ? sha256 : NULL};
	return inside_member(s->inside, s->zip.sha256, "archive", &c);
}

static struct inside_room
open_it(struct set *s)
{
	struct inside_room room = {0, 0, 0};
	assert_null(inside_refuses(s->inside, &s->zip, "archive"));
	inside_open(s->inside, &s->zip, "archive", &room);
	return room;
}

static enum verdict
end(struct set *s, enum verdict verdict)
{
	struct worker_result r = {.verdict = verdict, .why = "", .type = "", .mime = ""};
	inside_end(s->inside, s->zip.sha256, "archive", &r);
	return r.verdict;
}

static uint64_t
children(struct set *s)
{
	uint64_t n = 99;
	assert_int_equal(work_child_count(s->work, &n), ERR_OK);
	return n;
}

static void
new_objects_are_to_be_scanned_once(void **state)
{
	struct set s;
	(void)state;
	set_up(&s);
	assert_int_equal(open_it(&s).depth, 0);
	assert_true(member(&s, 10, 7, ""));
	assert_false(member(&s, 10, 7, ""));
	assert_false(member(&s, 1, 10, "")); /* an item has it */
	assert_int_equal(children(&s), 3);
	assert_int_equal(end(&s, VERDICT_CLEAN), VERDICT_CLEAN);
	/* nothing comes of it any more */
	assert_false(member(&s, 11, 7, ""));
	assert_int_equal(children(&s), 3);
	tear_down(&s);
}

static void
a_member_that_did_not_arrive_is_not_clean(void **state)
{
	struct set s;
	(void)state;
	set_up(&s);
	open_it(&s);
	member(&s, 10, 7, "");
	member(&s, 0, 7, "its bytes did not arrive");
	assert_int_equal(end(&s, VERDICT_CLEAN), VERDICT_INCOMPLETE);
	open_it(&s);
	member(&s, 0, 7, "encrypted");
	assert_int_equal(end(&s, VERDICT_MALICIOUS), VERDICT_MALICIOUS);
	tear_down(&s);
}

/* The process died half through: the fresh one tells all of it again. */
static void
half_children_are_not_left_behind(void **state)
{
	struct set s;
	(void)state;
	set_up(&s);
	uint64_t room = open_it(&s).room_bytes;
	member(&s, 10, 700, "");
	member(&s, 11, 700, "");
	inside_cut(s.inside, s.zip.sha256, "archive");
	assert_int_equal(children(&s), 0);
	assert_int_equal(open_it(&s).room_bytes, room);
	assert_false(member(&s, 10, 700, "")); /* it waits for its scanners already */
	assert_int_equal(children(&s), 1);
	tear_down(&s);
}

static void
room_is_so_much_or_so_many_times_what_was_read(void **state)
{
	struct set s;
	const uint64_t much = LIM_INSIDE_LEAST / LIM_INSIDE_TIMES;
	(void)state;
	set_up(&s);
	assert_int_equal(open_it(&s).room_bytes, LIM_INSIDE_LEAST);
	end(&s, VERDICT_CLEAN);
	inside_read(s.inside, much - READ_BYTES);
	assert_int_equal(open_it(&s).room_bytes, LIM_INSIDE_LEAST);
	end(&s, VERDICT_CLEAN);
	inside_read(s.inside, 1000);
	assert_int_equal(open_it(&s).room_bytes, (much + 1000) * LIM_INSIDE_TIMES);
	tear_down(&s);
}

/* The last byte that is allowed, and one more. */
static void
limit_of_what_comes_out(void **state)
{
	struct set s;
	(void)state;
	set_up(&s);
	open_it(&s);
	assert_true(member(&s, 10, LIM_INSIDE_LEAST, ""));
	assert_int_equal(end(&s, VERDICT_CLEAN), VERDICT_CLEAN);
	assert_non_null(inside_refuses(s.inside, &s.zip, "archive"));
	inside_cut(s.inside, s.zip.sha256, "archive");
	tear_down(&s);
	set_up(&s);
	open_it(&s);
	assert_true(member(&s, 10, LIM_INSIDE_LEAST - 1, ""));
	assert_false(member(&s, 11, 2, ""));
	assert_int_equal(children(&s), 1);
	assert_int_equal(end(&s, VERDICT_CLEAN), VERDICT_INCOMPLETE);
	tear_down(&s);
}

/* What one archive has too much of is an object all the same where another one holds it. */
static void
what_was_not_kept_is_scanned_where_it_is(void **state)
{
	struct set s;
	bool is_new = false;
	uint8_t sha256[32] = {12};
	(void)state;
	set_up(&s);
	open_it(&s);
	assert_true(member(&s, 10, LIM_INSIDE_LEAST - 1, ""));
	assert_false(member(&s, 11, 2, ""));
	assert_false(member(&s, 12, 2, ""));
	inside_cut(s.inside, s.zip.sha256, "archive");
	open_it(&s);
	assert_true(member(&s, 11, 2, ""));
	assert_false(member(&s, 11, 2, ""));
	end(&s, VERDICT_CLEAN);
	assert_int_equal(work_item_kept(s.work, 2, sha256, 2, &is_new), ERR_OK);
	assert_true(is_new);
	assert_int_equal(work_item_kept(s.work, 3, sha256, 2, &is_new), ERR_OK);
	assert_false(is_new);
	tear_down(&s);
}

static void
limit_of_members(void **state)
{
	struct set s;
	char many[256];
	(void)state;
	memset(&s, 0, sizeof(s));
	s.desk.lost = true;
	s.work = items_fixture();
	snprintf(many, sizeof(many),
	    "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c WHERE n < %d)"
	    " INSERT INTO child(parent,scanner,name,kind,size,mode,link,why)"
	    " SELECT x'00','x',x'','link',0,0,x'','' FROM c",
	    LIM_INSIDE_MEMBERS - 1);
	assert_int_equal(sql_exec(s.work->sql, many), ERR_OK);
	s.inside = inside_new(&s.desk, s.work);
	assert_int_equal(work_object_get(s.work, items_digest_b, &s.zip), ERR_OK);
	open_it(&s);
	assert_true(member(&s, 10, 7, ""));
	assert_false(member(&s, 11, 7, ""));
	assert_int_equal(children(&s), LIM_INSIDE_MEMBERS);
	assert_int_equal(end(&s, VERDICT_CLEAN), VERDICT_INCOMPLETE);
	assert_non_null(inside_refuses(s.inside, &s.zip, "archive"));
	tear_down(&s);
}

static void
limit_of_depth(void **state)
{
	struct set s;
	struct inside_room room;
	bool is_new;
	uint8_t deep[32] = {20}, deeper[32] = {21};
	struct work_todo t;
	(void)state;
	set_up(&s);
	work_child_object(s.work, deep, 7, LIM_ARCHIVE_DEPTH, &is_new);
	work_child_object(s.work, deeper, 7, LIM_ARCHIVE_DEPTH + 1, &is_new);
	assert_int_equal(work_object_get(s.work, deep, &t), ERR_OK);
	assert_null(inside_refuses(s.inside, &t, "archive"));
	inside_open(s.inside, &t, "archive", &room);
	assert_int_equal(room.depth, LIM_ARCHIVE_DEPTH);
	assert_int_equal(work_object_get(s.work, deeper, &t), ERR_OK);
	assert_non_null(inside_refuses(s.inside, &t, "archive"));
	assert_false(inside_deeper(s.inside));
	tear_down(&s);
}

/* An archive beside its own contents: the vault has them twice, and no object is new. */
static void
what_items_have_as_well_is_let_go(void **state)
{
	struct set s;
	(void)state;
	set_up(&s);
	s.desk.lost = false;
	let_go = 0;
	open_it(&s);
	assert_false(member(&s, 1, 10, ""));
	end(&s, VERDICT_CLEAN);
	tear_down(&s);
	assert_int_equal(let_go, 1);
}

/* Nothing was told since: nothing lies nearer than before, and nobody counts again. */
static void
depths_are_counted_when_something_was_told(void **state)
{
	struct set s;
	bool is_new;
	uint8_t deeper[32] = {21};
	struct work_verdict v = {"archive", "incomplete", "", 7, 0};
	struct work_todo t;
	(void)state;
	set_up(&s);
	work_child_object(s.work, deeper, 7, LIM_ARCHIVE_DEPTH + 1, &is_new);
	assert_int_equal(work_object_get(s.work, deeper, &t), ERR_OK);
	v.why = inside_refuses(s.inside, &t, "archive");
	assert_int_equal(work_verdict_put(s.work, deeper, &v), ERR_OK);
	assert_false(inside_deeper(s.inside));
	assert_int_equal(work_child_object(s.work, deeper, 7, 1, &is_new), ERR_OK);
	assert_false(inside_deeper(s.inside));
	open_it(&s);
	assert_false(member(&s, 21, 7, ""));
	assert_true(inside_deeper(s.inside));
	assert_false(inside_deeper(s.inside));
	tear_down(&s);
}

/* Of a split set: all its parts hold the same, and nothing that they were thought to hold. */
static void
what_is_shared_is_in_both(void **state)
{
	struct set s;
	uint64_t n = 0;
	(void)state;
	set_up(&s);
	open_it(&s);
	member(&s, 10, 700, "");
	member(&s, 11, 700, "");
	const struct work_child old = {.parent = items_digest_a,
	    .scanner = "archive",
	    .name = (const uint8_t *)"old",
	    .name_len = 3,
	    .kind = "file",
	    .link = (const uint8_t *)"",
	    .why = "cut"};
	assert_int_equal(work_child_add(s.work, &old), ERR_OK);
	inside_share(s.inside, s.zip.sha256, items_digest_a, "archive");
	assert_int_equal(work_child_inside(s.work, items_digest_a, &n), ERR_OK);
	assert_int_equal(n, 2);
	assert_int_equal(children(&s), 4);
	assert_int_equal(inside_lost(s.inside), ERR_OK);
	tear_down(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_shared_is_in_both),
	    cmocka_unit_test(new_objects_are_to_be_scanned_once),
	    cmocka_unit_test(a_member_that_did_not_arrive_is_not_clean),
	    cmocka_unit_test(half_children_are_not_left_behind),
	    cmocka_unit_test(room_is_so_much_or_so_many_times_what_was_read),
	    cmocka_unit_test(limit_of_what_comes_out),
	    cmocka_unit_test(what_was_not_kept_is_scanned_where_it_is),
	    cmocka_unit_test(limit_of_members),
	    cmocka_unit_test(what_items_have_as_well_is_let_go),
	    cmocka_unit_test(limit_of_depth),
	    cmocka_unit_test(depths_are_counted_when_something_was_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* links: src/proc/desk/composing src/proc/desk/compose src/proc/desk/compose_item src/ipc/loop src/ipc/channel src/ipc/message src/ipc/msg tests/unit/items db/work db/work_child db/work_draft db/work_facts db/work_item db/work_pick db/work_step db/work_fit db/sql src/core/contain src/core/where src/core/item src/core/verdict src/core/finding src/core/policy src/core/field src/core/fieldrule src/core/setting src/core/release src/core/part src/core/release_weigh src/core/exception src/core/inventory src/core/inventory_check src/core/inventory_print src/core/tree src/core/canon src/core/digest src/base/clock src/base/buf src/base/mem src/base/io src/base/log src/base/escape src/base/utf8 src/base/err src/base/hex */
/* SPDX-License-Identifier: ISC */
/* Composing from the loop: others are served between its slices, and it ends with what holds.
 */
#include "db/work_child.h"
#include "src/base/mem.h"
#include "src/core/policy.h"
#include "src/proc/desk/compose.h"
#include "src/proc/desk/composing.h"
#include "src/proc/desk/excepted.h"
#include "tests/unit/items.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { MEMBERS = 20000 };

static const char policy_text[] = "name = \"test\"; approvals = 2;\n"
				  "required = ( { scanner = \"av\"; types = \"*\"; } );\n"
				  "rules = ( { verdict = \"clean\"; gate = \"pass\"; } );\n";

static struct exception in_force[1];
static size_t nin_force;

void
excepted_under(
    struct desk *d, const struct policy *policy, const json_t *scanners, struct excepted *ret)
{
	(void)d;
	memcpy(ret->list, in_force, sizeof(in_force));
	ret->under = (struct release_under){policy, ret->list, nin_force, scanners};
}

struct rig {
	struct desk desk;
	struct work *work;
	struct policy *policy;
	struct composing *composing;
	unsigned served, done;
	int pipe[2];
	bool change, end; /* at the third turn */
	char rule[16];
};

static void
set_up(struct rig *r)
{
	char why[POLICY_WHY_SIZE], name[16];
	uint8_t sha256[32] = {2};
	bool is_new;
	*r = (struct rig){.work = items_fixture(), .rule = "av/r"};
	r->desk.loop = loop_new();
	assert_int_equal(
	    policy_parse(policy_text, strlen(policy_text), &r->policy, why), ERR_OK);
	assert_int_equal(work_opener_add(r->work, "archive"), ERR_OK);
	for (unsigned i = 0; i < MEMBERS; i++) {
		memcpy(sha256 + 28, &i, sizeof(i));
		sha256[0] = 3;
		snprintf(name, sizeof(name), "m%u", i);
		const struct work_child c = {.parent = items_digest_b,
		    .scanner = "archive",
		    .name = (const uint8_t *)name,
		    .name_len = strlen(name),
		    .kind = "file",
		    .size_bytes = 7,
		    .link = (const uint8_t *)"",
		    .why = "",
		    .sha256 = sha256};
		const struct work_verdict v = {"av", "clean", "", 7, 7};
		assert_int_equal(work_child_add(r->work, &c), ERR_OK);
		assert_int_equal(work_child_object(r->work, sha256, 7, 1, &is_new), ERR_OK);
		assert_int_equal(work_verdict_put(r->work, sha256, &v), ERR_OK);
	}
	assert_int_equal(work_commit(r->work), ERR_OK);
	nin_force = 0;
	assert_int_equal(pipe(r->pipe), 0);
	assert_int_equal(write(r->pipe[1], "x", 1), 1);
}

static void
tear_down(struct rig *r)
{
	composing_end(r->composing);
	loop_free(r->desk.loop);
	policy_free(r->policy);
	work_close(r->work);
	close(r->pipe[0]);
	close(r->pipe[1]);
}

static void
on_done(void *arg, enum err e)
{
	struct rig *r = arg;
	assert_int_equal(e, ERR_OK);
	r->done++;
	loop_stop(r->desk.loop);
}

/* Somebody who always has a question. */
static void
on_question(void *arg, int fd, short revents)
{
	struct rig *r = arg;
	(void)fd;
	(void)revents;
	if (++r->served != 3)
		return;
	if (r->change) {
		in_force[0] = (struct exception){.leaf = "leaf",
		    .scanner = "av",
		    .sha256 = "",
		    .rule = r->rule,
		    .type = "text",
		    .reason = "ours",
		    .expires = "2030-01-01"};
		nin_force = 1;
	}
	if (r->end) {
		r->composing = composing_end(r->composing);
		loop_stop(r->desk.loop);
	}
}

static void
run(struct rig *r)
{
	r->composing = composing_start(&r->desk, r->work, r->policy, NULL, on_done, r);
	assert_int_equal(r->done, 0);
	loop_add_fd(r->desk.loop, r->pipe[0], POLLIN, on_question, r);
	assert_int_equal(loop_run(r->desk.loop), ERR_OK);
}

static void
others_are_served_meanwhile(void **state)
{
	struct rig r;
	(void)state;
	set_up(&r);
	run(&r);
	assert_int_equal(r.done, 1);
	assert_true(r.served >= 3);
	tear_down(&r);
}

/* An exception that comes meanwhile, and whose texts go: what holds at the end counts. */
static void
it_ends_with_what_holds(void **state)
{
	struct rig r;
	MEM_FREE struct excepted *now = mem_alloc(sizeof(*now));
	(void)state;
	set_up(&r);
	r.change = true;
	run(&r);
	assert_int_equal(r.done, 1);
	excepted_under(&r.desk, r.policy, NULL, now);
	assert_int_equal(now->under.nexceptions, 1);
	assert_true(compose_is_done(r.work, &now->under));
	tear_down(&r);
}

/* The transfer goes on, or is over: nothing comes of it. */
static void
it_can_be_ended_in_the_middle(void **state)
{
	struct rig r;
	(void)state;
	set_up(&r);
	r.end = true;
	run(&r);
	assert_int_equal(r.done, 0);
	tear_down(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(others_are_served_meanwhile),
	    cmocka_unit_test(it_ends_with_what_holds),
	    cmocka_unit_test(it_can_be_ended_in_the_middle),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

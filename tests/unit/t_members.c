/* links: src/proc/desk/members src/ipc/channel src/ipc/msg src/ipc/message src/core/item src/base/clock src/base/io src/base/escape src/base/utf8 src/base/hex src/base/mem src/base/err */
/* SPDX-License-Identifier: ISC */
/* What a scanner tells and what the vault keeps, brought together in every order. */
#include "src/base/mem.h"
#include "src/ipc/channel.h"
#include "src/proc/desk/members.h"
#include "src/proc/desk/tag.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

/* Nobody here asks the parent for anything. */
uint64_t
tag_new(struct desk *d, const struct tag_handler *handler, void *arg)
{
	(void)d;
	(void)handler;
	(void)arg;
	return 1;
}

void
tag_drop(struct desk *d, uint64_t tag)
{
	(void)d;
	(void)tag;
}

struct heard {
	char text[512];
	unsigned settled;
	bool broken;
};

static void
on_member(void *arg, uint64_t job, const struct work_child *c)
{
	struct heard *h = arg;
	size_t n = strlen(h->text);
	if (n > 400)
		return;
	snprintf(h->text + n, sizeof(h->text) - n, "%s%llu:%.*s=%s%s", n > 0 ? " " : "",
	    (unsigned long long)job, (int)c->name_len, (const char *)c->name,
	    c->sha256 != NULL ? "kept" : c->kind, c->why[0] != '\0' ? "!" : "");
}

static void
on_settled(void *arg)
{
	((struct heard *)arg)->settled++;
}

static void
on_broken(void *arg, const char *why)
{
	(void)why;
	((struct heard *)arg)->broken = true;
}

static const struct members_events events = {on_member, on_settled, on_broken};

static void
tell(struct members *m, uint64_t job, uint64_t child, const char *name, const char *kind,
    const char *why)
{
	char b64[64];
	hex_b64_encode((const uint8_t *)name, strlen(name), b64);
	struct msg msg = {.fd = -1,
	    .id = MSG_SCAN_CHILD,
	    .body = json_pack("{s:I,s:I,s:s,s:s,s:i,s:i,s:s,s:s}", "id", (json_int_t)job,
		"child", (json_int_t)child, "name", b64, "kind", kind, "size", 1, "mode", 420,
		"link", "", "why", why)};
	members_tell(m, &msg);
	json_decref(msg.body);
}

static void
keep(struct members *m, uint64_t child)
{
	static const uint8_t sha256[32] = {1};
	members_kept(m, child, sha256, 1, "");
}

static void
expect(const struct heard *h, const char *want)
{
	if (strcmp(h->text, want) != 0)
		fail_msg("\"%s\", not \"%s\"", h->text, want);
}

static void
told_then_kept(void **state)
{
	struct heard h = {0};
	(void)state;
	struct members *m = members_new(NULL, &events, &h);
	tell(m, 9, 1, "dir", "directory", "");
	expect(&h, "9:dir=directory");
	tell(m, 9, 2, "a", "file", "");
	tell(m, 9, 3, "secret", "file", "encrypted");
	tell(m, 9, 4, "l", "link", "");
	/* in the order in which they were told, however long the bytes take */
	expect(&h, "9:dir=directory");
	assert_false(members_settled(m, 9));
	assert_true(members_settled(m, 8));
	keep(m, 2);
	expect(&h, "9:dir=directory 9:a=kept 9:secret=file! 9:l=link");
	assert_true(members_settled(m, 9));
	assert_int_equal(h.settled, 2);
	assert_false(h.broken);
	members_free(m);
}

static void
kept_before_it_was_told(void **state)
{
	struct heard h = {0};
	(void)state;
	struct members *m = members_new(NULL, &events, &h);
	keep(m, 1);
	keep(m, 3);
	tell(m, 1, 1, "a", "file", "");
	tell(m, 1, 2, "d", "directory", "");
	tell(m, 1, 3, "b", "file", "");
	expect(&h, "1:a=kept 1:d=directory 1:b=kept");
	assert_true(members_settled(m, 1));
	members_free(m);
}

static void
bytes_that_break_off_or_never_come(void **state)
{
	struct heard h = {0};
	(void)state;
	struct members *m = members_new(NULL, &events, &h);
	tell(m, 1, 1, "a", "file", "");
	tell(m, 1, 2, "b", "file", "");
	members_kept(m, 1, NULL, 0, "cut");
	expect(&h, "1:a=file!");
	members_ended(m);
	expect(&h, "1:a=file! 1:b=file!");
	tell(m, 1, 3, "c", "file", "");
	expect(&h, "1:a=file! 1:b=file! 1:c=file!");
	assert_true(members_settled(m, 1));
	assert_false(h.broken);
	members_free(m);
}

static void
what_breaks_the_rules(void **state)
{
	static const struct {
		const char *what;
		int64_t acts[4]; /* a child that is told, or less than 0 one that is kept; 0:
		                    none */
		bool broken;
	} cases[] = {
	    {"in order", {1, -1, 2, -2}, false},
	    {"a number twice", {1, -1, 1, 0}, true},
	    {"a smaller number", {2, -2, 1, 0}, true},
	    {"bytes of another one first", {1, 2, -2, 0}, true},
	    {"bytes twice", {1, -1, -1, 0}, true},
	    {"bytes before a word", {-9, 0, 0, 0}, false},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct heard h = {0};
		struct members *m = members_new(NULL, &events, &h);
		for (size_t k = 0; k < 4 && cases[i].acts[k] != 0 && !h.broken; k++) {
			if (cases[i].acts[k] > 0)
				tell(m, 1, (uint64_t)cases[i].acts[k], "x", "file", "");
			else
				keep(m, (uint64_t)-cases[i].acts[k]);
		}
		if (h.broken != cases[i].broken)
			fail_msg("%s: %s", cases[i].what, h.broken ? "broken" : "fine");
		members_free(m);
	}
	struct heard h = {0};
	struct members *m = members_new(NULL, &events, &h);
	tell(m, 1, 1, "x", "door", "");
	assert_true(h.broken);
	members_free(m);
}

/* As many as can be awaited, and one more. */
static void
limit_of_what_is_awaited(void **state)
{
	struct heard h = {0};
	(void)state;
	struct members *m = members_new(NULL, &events, &h);
	for (uint64_t i = 1; i <= LIM_INSIDE_PENDING; i++)
		tell(m, 1, i, "x", "file", "");
	assert_false(h.broken);
	tell(m, 1, LIM_INSIDE_PENDING + 1, "x", "file", "");
	assert_true(h.broken);
	members_free(m);
}

/* A hundred thousand links behind one large file cost no memory each. */
static void
links_do_not_wait_for_ever(void **state)
{
	struct heard h = {0};
	(void)state;
	struct members *m = members_new(NULL, &events, &h);
	tell(m, 1, 1, "large", "file", "");
	for (uint64_t i = 2; i <= 100000; i++)
		tell(m, 1, i, "l", "link", "");
	assert_false(h.broken);
	assert_false(members_settled(m, 1));
	keep(m, 1);
	assert_true(members_settled(m, 1));
	members_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(told_then_kept),
	    cmocka_unit_test(kept_before_it_was_told),
	    cmocka_unit_test(bytes_that_break_off_or_never_come),
	    cmocka_unit_test(what_breaks_the_rules),
	    cmocka_unit_test(limit_of_what_is_awaited),
	    cmocka_unit_test(links_do_not_wait_for_ever),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

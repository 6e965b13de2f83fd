/* links: src/proc/desk/gather tests/unit/items db/work db/work_child db/work_draft db/work_facts db/work_item db/work_pick db/work_scan db/work_step db/work_fit db/sql src/core/digest src/core/where src/core/item src/core/verdict src/core/finding src/core/policy src/core/field src/core/fieldrule src/core/setting src/core/canon src/base/io src/base/buf src/base/mem src/base/escape src/base/utf8 src/base/err src/base/hex */
/* SPDX-License-Identifier: ISC */
/* The set of all objects, as scanners of scope "transfer" are given it. */
#include "src/proc/desk/gather.h"
#include "db/work_child.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "tests/unit/items.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const uint8_t *
object(uint8_t n)
{
	static uint8_t digests[8][32];
	static unsigned next;
	uint8_t *d = digests[next++ % 8];
	memset(d, 0, 32);
	d[0] = n;
	return d;
}

static void
put(struct work *w, uint8_t parent, uint8_t n, uint64_t depth)
{
	bool is_new;
	struct work_child c = {.parent = object(parent),
	    .scanner = "archive",
	    .name = (const uint8_t *)"m",
	    .name_len = 1,
	    .kind = "file",
	    .size_bytes = 7,
	    .link = (const uint8_t *)"",
	    .why = "",
	    .sha256 = object(n)};
	assert_int_equal(work_child_object(w, object(n), 7, depth, &is_new), ERR_OK);
	assert_int_equal(work_child_add(w, &c), ERR_OK);
}

/* The lines of the set; the caller frees. */
static char *
gather(struct work *w)
{
	struct gather_set set;
	assert_int_equal(gather_set(w, &set), ERR_OK);
	char *text = mem_alloc((size_t)set.bytes + 1);
	assert_int_equal(pread(set.fd, text, (size_t)set.bytes, 0), (ssize_t)set.bytes);
	close(set.fd);
	return text;
}

static unsigned
told(const char *text, uint8_t n)
{
	char hex[HEX_DIGEST_SIZE];
	unsigned times = 0;
	hex_encode(object(n), 32, hex);
	for (const char *at = text; (at = strstr(at, hex)) != NULL; at++)
		times++;
	return times;
}

static void
what_is_inside_is_told_with_its_way(void **state)
{
	(void)state;
	struct work *w = items_fixture();
	put(w, 2, 10, 1);
	put(w, 10, 11, 2);
	put(w, 10, 11, 2);
	MEM_FREE char *text = gather(w);
	assert_int_equal(told(text, 1), 2); /* two items */
	assert_int_equal(told(text, 2), 1);
	assert_int_equal(told(text, 10), 1);
	assert_int_equal(told(text, 11), 2); /* two places */
	assert_non_null(strstr(text, "\"inside\":[\"bQ==\",\"bQ==\"]"));
	work_close(w);
}

/*
 * The longest way is met first: it ends before the last objects, which lie nearer on
 * another.
 */
static void
nothing_is_left_out_that_lies_nearer_on_another_way(void **state)
{
	(void)state;
	struct work *w = items_fixture();
	const uint8_t last = 9 + LIM_ARCHIVE_DEPTH;
	put(w, 1, 10, 1);
	for (uint8_t n = 10; n < last; n++)
		put(w, n, (uint8_t)(n + 1), (uint64_t)n - 8);
	put(w, 2, last, 1); /* item 4 comes behind items 2 and 3 */
	put(w, last, 30, 2);
	put(w, 30, 31, 3);
	put(w, 31, 32, 4);
	MEM_FREE char *text = gather(w);
	for (uint8_t n = 10; n <= last; n++)
		assert_int_not_equal(told(text, n), 0);
	assert_int_not_equal(told(text, 30), 0);
	assert_int_not_equal(told(text, 31), 0);
	assert_int_not_equal(told(text, 32), 0);
	work_close(w);
}

/* It ends, and the set with it. */
static void
what_is_inside_itself_is_told_once(void **state)
{
	(void)state;
	struct work *w = items_fixture();
	put(w, 2, 10, 1);
	put(w, 10, 11, 2);
	put(w, 11, 10, 3);
	MEM_FREE char *text = gather(w);
	assert_int_equal(told(text, 10), 2);
	assert_int_equal(told(text, 11), 1);
	work_close(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_inside_is_told_with_its_way),
	    cmocka_unit_test(nothing_is_left_out_that_lies_nearer_on_another_way),
	    cmocka_unit_test(what_is_inside_itself_is_told_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

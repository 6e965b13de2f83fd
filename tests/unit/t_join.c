/* links: scanners/join scanners/object src/base/mem */
/* SPDX-License-Identifier: ISC */
/* Split sets as one object: as they are, and zips whose places count from their parts. */
#include "scanners/join.h"
#include "src/base/mem.h"
#include "tests/unit/zipset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define ROOM 70000

struct set {
	uint8_t bytes[ROOM], out[ROOM];
	size_t n, written, most;
	uint64_t starts[ZIPSET_MEMBERS + 1];
	char rule[64];
};

static bool
read_set(void *arg, uint64_t at, void *out, size_t n)
{
	const struct set *s = arg;
	assert_true(at <= s->n && n <= s->n - at);
	memcpy(out, s->bytes + at, n);
	return true;
}

static bool
read_nothing(void *arg, uint64_t at, void *out, size_t n)
{
	(void)arg;
	(void)at;
	(void)out;
	(void)n;
	return false;
}

static void
hear_finding(void *arg, const struct scan_finding *f)
{
	struct set *s = arg;
	snprintf(s->rule, sizeof(s->rule), "%s", f->rule);
}

static bool
take(void *arg, const void *bytes, size_t n)
{
	struct set *s = arg;
	if (n > s->most - s->written)
		return false;
	memcpy(s->out + s->written, bytes, n);
	s->written += n;
	return true;
}

static struct object *
object_of(struct set *s)
{
	struct object *o = mem_alloc(sizeof(*o));
	o->size_bytes = s->n;
	o->read = read_set;
	o->find = hear_finding;
	o->arg = s;
	return o;
}

static struct join
join_of_set(struct set *s)
{
	return (struct join){
	    .starts = s->starts, .n = ZIPSET_MEMBERS, .write = take, .arg = s, .why = ""};
}

static void
make(struct set *s)
{
	memset(s, 0, sizeof(*s));
	s->most = ROOM;
	s->n = zipset_make(s->bytes, 1, s->starts);
}

static void
a_zip_in_parts_is_the_one_it_was_cut_from(void **state)
{
	struct set s;
	uint8_t whole[ZIPSET_BYTES + 4];
	uint64_t starts[ZIPSET_MEMBERS + 1];
	size_t n = zipset_make(whole, 0, starts);
	(void)state;
	make(&s);
	struct join j = join_of_set(&s);
	MEM_FREE struct object *o = object_of(&s);
	assert_int_equal(join_look(o, &j), ERR_OK);
	assert_int_equal(j.verdict, SCAN_CLEAN);
	assert_int_equal(j.bytes, n);
	assert_int_equal(join_write(o, &j), ERR_OK);
	assert_int_equal(s.written, n);
	assert_memory_equal(s.out, whole, n);
}

static void
a_comment_goes_with_it(void **state)
{
	static const char comment[] = "a comment, and nothing else";
	struct set s;
	(void)state;
	make(&s);
	memcpy(s.bytes + s.n, comment, sizeof(comment));
	zipset_put(s.bytes + s.n - 2, 2, sizeof(comment));
	s.n += sizeof(comment);
	s.starts[ZIPSET_MEMBERS] = s.n;
	struct join j = join_of_set(&s);
	MEM_FREE struct object *o = object_of(&s);
	assert_int_equal(join_look(o, &j), ERR_OK);
	assert_int_equal(j.verdict, SCAN_CLEAN);
	assert_int_equal(join_write(o, &j), ERR_OK);
	assert_int_equal(s.written, s.n - 4);
	assert_memory_equal(s.out + s.written - sizeof(comment), comment, sizeof(comment));
}

#define END       (4 + ZIPSET_END)
#define LINE(i)   (4 + ZIPSET_DIRECTORY + (i)*ZIPSET_LINE)
#define SET_BYTES (4 + ZIPSET_BYTES)

/* One field of a good set is written over. */
static const struct {
	size_t at;
	unsigned n;
	uint64_t value;
	enum scan_verdict verdict;
	const char *what;
} spoilt[] = {
    {0, 4, 0x30304b50, SCAN_INVALID, "another mark"},
    {0, 4, 0x04034b50, SCAN_CLEAN, "a gap: for whoever opens it to see"},
    {END, 4, 0, SCAN_INVALID, "no end"},
    {END + 20, 2, 1, SCAN_INVALID, "a comment that is not there"},
    {END + 4, 2, 1, SCAN_INVALID, "the end is in another part"},
    {END + 4, 2, 3, SCAN_INVALID, "the end is in a part that is not there"},
    {END + 6, 2, 1, SCAN_INVALID, "the directory is in another part"},
    {END + 6, 2, 3, SCAN_INVALID, "the directory is in no part"},
    {END + 8, 2, 4, SCAN_INVALID, "more members in the last part than in all"},
    {END + 10, 2, 4, SCAN_INVALID, "a member too many"},
    {END + 12, 4, ZIPSET_LINE, SCAN_INVALID, "a directory too short"},
    {END + 16, 4, ZIPSET_LOCAL - 1, SCAN_INVALID, "a directory that begins before itself"},
    {END + 16, 4, 4096, SCAN_INVALID, "a directory behind its part"},
    {LINE(1), 4, 0, SCAN_INVALID, "a line that is none"},
    {LINE(1) + 28, 2, 2, SCAN_INVALID, "a name that reaches into the next line"},
    {LINE(2) + 32, 2, 1, SCAN_INVALID, "a comment that reaches into the end"},
    {LINE(1) + 34, 2, 3, SCAN_INVALID, "a member in no part"},
    {LINE(1) + 42, 4, ZIPSET_LOCAL, SCAN_INVALID, "a member behind its part"},
    {LINE(0) + 42, 4, 3, SCAN_INVALID, "a member in the mark"},
    {LINE(2) + 42, 4, ZIPSET_LOCAL - 29, SCAN_INVALID, "a member that ends in the directory"},
    {END + 4, 2, UINT16_MAX, SCAN_INCOMPLETE, "zip64: part"},
    {END + 6, 2, UINT16_MAX, SCAN_INCOMPLETE, "zip64: part of the directory"},
    {END + 10, 2, UINT16_MAX, SCAN_INCOMPLETE, "zip64: members"},
    {END + 12, 4, UINT32_MAX, SCAN_INCOMPLETE, "zip64: size of the directory"},
    {END + 16, 4, UINT32_MAX, SCAN_INCOMPLETE, "zip64: place of the directory"},
    {LINE(1) + 34, 2, UINT16_MAX, SCAN_INCOMPLETE, "zip64: part of a member"},
    {LINE(1) + 42, 4, UINT32_MAX, SCAN_INCOMPLETE, "zip64: place of a member"},
    {END - 20, 4, 0x07064b50, SCAN_INCOMPLETE, "zip64: another end"},
    {END + 18, 4, 0, SCAN_CLEAN, "nothing is written over"},
    {LINE(2) + 42, 4, 0, SCAN_CLEAN, "nothing again"},
};

static void
parts_that_do_not_fit_are_not_joined(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(spoilt) / sizeof(spoilt[0]); i++) {
		struct set s;
		make(&s);
		zipset_put(s.bytes + spoilt[i].at, spoilt[i].n, spoilt[i].value);
		struct join j = join_of_set(&s);
		MEM_FREE struct object *o = object_of(&s);
		assert_int_equal(join_look(o, &j), ERR_OK);
		if (j.verdict != spoilt[i].verdict)
			fail_msg("%s: %d", spoilt[i].what, (int)j.verdict);
		const char *rule = spoilt[i].verdict == SCAN_CLEAN     ? ""
		                   : spoilt[i].verdict == SCAN_INVALID ? "archive/set-broken"
		                                                       : "archive/set-large";
		assert_string_equal(s.rule, rule);
	}
}

/* Readers look for the end from behind, and would not agree on which it is. */
static void
two_ends_are_none(void **state)
{
	struct set s;
	(void)state;
	make(&s);
	memcpy(s.bytes + s.n, s.bytes + END, 22);
	zipset_put(s.bytes + END + 20, 2, 22);
	s.n += 22;
	s.starts[ZIPSET_MEMBERS] = s.n;
	struct join j = join_of_set(&s);
	MEM_FREE struct object *o = object_of(&s);
	assert_int_equal(join_look(o, &j), ERR_OK);
	assert_int_equal(j.verdict, SCAN_INVALID);
}

static void
the_end_lies_in_the_last_part(void **state)
{
	struct set s;
	(void)state;
	make(&s);
	s.starts[2] = END;
	zipset_put(s.bytes + END + 6, 2, 1);
	zipset_put(s.bytes + END + 16, 4, ZIPSET_DIRECTORY - ZIPSET_LOCAL);
	zipset_put(s.bytes + LINE(2) + 34, 2, 1);
	zipset_put(s.bytes + LINE(2) + 42, 4, ZIPSET_LOCAL);
	struct join j = join_of_set(&s);
	MEM_FREE struct object *o = object_of(&s);
	assert_int_equal(join_look(o, &j), ERR_OK);
	assert_int_equal(j.verdict, SCAN_CLEAN);
	s.starts[2] = END + 1;
	o = (free(o), object_of(&s));
	assert_int_equal(join_look(o, &j), ERR_OK);
	assert_int_equal(j.verdict, SCAN_INVALID);
}

static void
what_is_no_zip_is_written_as_it_is(void **state)
{
	struct set s;
	(void)state;
	memset(&s, 0, sizeof(s));
	for (size_t i = 0; i < ROOM; i++)
		s.bytes[i] = (uint8_t)(i * 7);
	s.n = s.most = ROOM;
	s.starts[1] = 3;
	s.starts[2] = ROOM - 1;
	s.starts[3] = ROOM;
	struct join j = join_of_set(&s);
	MEM_FREE struct object *o = object_of(&s);
	join_plain(o, &j);
	assert_int_equal(j.verdict, SCAN_CLEAN);
	assert_int_equal(join_write(o, &j), ERR_OK);
	assert_int_equal(s.written, ROOM);
	assert_memory_equal(s.out, s.bytes, ROOM);
	/* nobody takes the last byte */
	s.written = 0;
	s.most = ROOM - 1;
	assert_int_equal(join_write(o, &j), ERR_CLOSED);
}

static void
what_cannot_be_read_is_no_verdict(void **state)
{
	struct set s;
	(void)state;
	make(&s);
	struct join j = join_of_set(&s);
	MEM_FREE struct object *o = object_of(&s);
	o->read = read_nothing;
	assert_int_equal(join_look(o, &j), ERR_IO);
	assert_string_equal(s.rule, "");
	join_plain(o, &j);
	assert_int_equal(join_write(o, &j), ERR_IO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_zip_in_parts_is_the_one_it_was_cut_from),
	    cmocka_unit_test(a_comment_goes_with_it),
	    cmocka_unit_test(parts_that_do_not_fit_are_not_joined),
	    cmocka_unit_test(two_ends_are_none),
	    cmocka_unit_test(the_end_lies_in_the_last_part),
	    cmocka_unit_test(what_is_no_zip_is_written_as_it_is),
	    cmocka_unit_test(what_cannot_be_read_is_no_verdict),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* links: scanners/zipwalk scanners/object src/base/buf src/base/err src/base/mem */
/* SPDX-License-Identifier: ISC */
/* Zip archives that are read in one way only, and those that are not. */
#include "scanners/zipwalk.h"
#include "src/base/buf.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

/* --- an archive made piece by piece ---------------------------------------------- */

struct piece {
	const char *name, *data;
	uint16_t flags, method;
	const char *extra; /* both headers; NULL: none */
	size_t extra_len;
	uint32_t mode;
	/* what the directory says instead; 0: the truth */
	const char *other_name;
	uint32_t other_bytes, other_packed, other_crc;
	uint16_t other_flags;
	bool no_entry, no_local;
	const char *before; /* bytes between the member before and this one */
};

struct made {
	struct buf out;
	uint64_t directory_at, directory_bytes, end_at;
};

static void
put(struct buf *b, uint64_t v, size_t n)
{
	uint8_t bytes[8];
	for (size_t i = 0; i < n; i++, v >>= 8)
		bytes[i] = (uint8_t)v;
	(void)buf_add(b, bytes, n);
}

static uint32_t
sum_of(const char *data)
{
	return (uint32_t)crc32(0, (const Bytef *)data, (uInt)strlen(data));
}

static void
put_local(struct buf *b, const struct piece *p)
{
	bool behind = (p->flags & 8) != 0;
	size_t n = strlen(p->data);
	(void)buf_add(b, "PK\3\4\24\0", 6);
	put(b, p->flags, 2);
	put(b, p->method, 2);
	put(b, 0, 4);
	put(b, behind ? 0 : sum_of(p->data), 4);
	put(b, behind ? 0 : n, 4);
	put(b, behind ? 0 : n, 4);
	put(b, strlen(p->name), 2);
	put(b, p->extra_len, 2);
	(void)buf_add(b, p->name, strlen(p->name));
	(void)buf_add(b, p->extra, p->extra_len);
	(void)buf_add(b, p->data, n);
	if (behind) {
		(void)buf_add(b, "PK\7\10", 4);
		put(b, sum_of(p->data), 4);
		put(b, n, 4);
		put(b, n, 4);
	}
}

static void
put_entry(struct buf *b, const struct piece *p, uint64_t local_at)
{
	const char *name = p->other_name != NULL ? p->other_name : p->name;
	size_t n = strlen(p->data);
	(void)buf_add(b, "PK\1\2\24\3\24\0", 8);
	put(b, p->other_flags != 0 ? p->other_flags : p->flags, 2);
	put(b, p->method, 2);
	put(b, 0, 4);
	put(b, p->other_crc != 0 ? p->other_crc : sum_of(p->data), 4);
	put(b, p->other_packed != 0 ? p->other_packed : n, 4);
	put(b, p->other_bytes != 0 ? p->other_bytes : n, 4);
	put(b, strlen(name), 2);
	put(b, p->extra_len, 2);
	put(b, 0, 2 + 2 + 2);
	put(b, (uint64_t)p->mode << 16, 4);
	put(b, local_at, 4);
	(void)buf_add(b, name, strlen(name));
	(void)buf_add(b, p->extra, p->extra_len);
}

static void
put_end(struct buf *b, const struct made *m, size_t members)
{
	(void)buf_add(b, "PK\5\6\0\0\0\0", 8);
	put(b, members, 2);
	put(b, members, 2);
	put(b, m->directory_bytes, 4);
	put(b, m->directory_at, 4);
	put(b, 0, 2);
}

/* Up to the end record, which is put by the caller when there is something to change. */
static size_t
make_members(struct made *m, const struct piece *pieces, size_t n)
{
	uint64_t at[64];
	size_t members = 0;
	assert_true(n <= 64);
	for (size_t i = 0; i < n; i++) {
		if (pieces[i].before != NULL)
			(void)buf_add(&m->out, pieces[i].before, strlen(pieces[i].before));
		at[i] = m->out.len;
		if (!pieces[i].no_local)
			put_local(&m->out, &pieces[i]);
	}
	m->directory_at = m->out.len;
	for (size_t i = 0; i < n; i++)
		if (!pieces[i].no_entry) {
			put_entry(&m->out, &pieces[i], pieces[i].no_local ? at[0] : at[i]);
			members++;
		}
	m->directory_bytes = m->out.len - m->directory_at;
	m->end_at = m->out.len;
	return members;
}

static struct made
make(const struct piece *pieces, size_t n)
{
	struct made m = {0};
	buf_init(&m.out, 1 << 24);
	size_t members = make_members(&m, pieces, n);
	put_end(&m.out, &m, members);
	return m;
}

/* --- what the walk says ------------------------------------------------------------- */

struct heard {
	const uint8_t *bytes;
	uint64_t fail_at;
	char rules[1024], names[1024];
};

static bool
read_bytes(void *arg, uint64_t at, void *out, size_t n)
{
	const struct heard *h = arg;
	if (at + n > h->fail_at)
		return false;
	memcpy(out, h->bytes + at, n);
	return true;
}

static void
hear_finding(void *arg, const struct scan_finding *f)
{
	struct heard *h = arg;
	size_t n = strlen(h->rules);
	snprintf(h->rules + n, sizeof(h->rules) - n, "%s%s", n > 0 ? " " : "", f->rule);
}

static void
hear_member(void *arg, const struct zipwalk_member *m)
{
	struct heard *h = arg;
	size_t n = strlen(h->names);
	snprintf(h->names + n, sizeof(h->names) - n, "%s%.*s:%.*s", n > 0 ? " " : "",
	    (int)m->name_len, m->name, (int)m->packed_bytes, h->bytes + m->data_at);
}

static struct zipwalk
walk(const void *bytes, size_t n, struct heard *h)
{
	struct object *o = mem_alloc(sizeof(*o));
	struct zipwalk z = {
	    .member = hear_member, .arg = h, .members_max = LIM_ARCHIVE_MEMBERS};
	*h = (struct heard){.bytes = bytes, .fail_at = UINT64_MAX};
	o->size_bytes = n;
	o->read = read_bytes;
	o->find = hear_finding;
	o->arg = h;
	assert_int_equal(zipwalk(o, &z), ERR_OK);
	free(o);
	return z;
}

static void
assert_walk(const char *what, struct made *m, const char *rules, const char *names)
{
	struct heard h;
	struct zipwalk z = walk(m->out.data, m->out.len, &h);
	if (strcmp(h.rules, rules) != 0 || strcmp(h.names, names) != 0 ||
	    (z.verdict == SCAN_CLEAN) != (z.why[0] == '\0'))
		fail_msg("%s: %d \"%s\"; findings \"%s\", members \"%s\"", what, z.verdict,
		    z.why, h.rules, h.names);
	buf_done(&m->out);
}

/* --- archives that are sound --------------------------------------------------------- */

static void
sound_archives_are_walked(void **state)
{
	static const struct piece none[1];
	static const struct piece plain[] = {{.name = "a.txt", .data = "alpha"},
	    {.name = "d/", .data = ""}, {.name = "d/b", .data = "", .mode = 0100644},
	    {.name = "l", .data = "a.txt", .mode = 0120777}};
	static const struct piece behind[] = {{.name = "a", .data = "alpha", .flags = 8},
	    {.name = "b", .data = "beta", .flags = 8}};
	static const struct piece second_name[] = {{.name = "a",
	    .data = "x",
	    .extra = "\x75\x70\x06\0\1\x43\xbe\xb7\xe8"
		     "a",
	    .extra_len = 10}};
	struct made m;
	(void)state;
	m = make(none, 0);
	assert_walk("empty", &m, "", "");
	m = make(plain, 4);
	assert_walk("plain", &m, "", "a.txt:alpha d/: d/b: l:a.txt");
	m = make(behind, 2);
	assert_walk("sizes behind the data", &m, "", "a:alpha b:beta");
	m = make(second_name, 1);
	assert_walk("a second name that is the first", &m, "", "a:x");
}

static void
a_directory_in_another_order_is_walked(void **state)
{
	static const struct piece pieces[] = {
	    {.name = "a", .data = "1"}, {.name = "b", .data = "2"}};
	struct made m = {0};
	(void)state;
	buf_init(&m.out, 4096);
	put_local(&m.out, &pieces[0]);
	uint64_t second = m.out.len;
	put_local(&m.out, &pieces[1]);
	m.directory_at = m.out.len;
	put_entry(&m.out, &pieces[1], second);
	put_entry(&m.out, &pieces[0], 0);
	m.directory_bytes = m.out.len - m.directory_at;
	put_end(&m.out, &m, 2);
	assert_walk("reversed", &m, "", "a:1 b:2");
}

/* --- what is refused, by name -------------------------------------------------------- */

#define A                                    \
	{                                    \
		.name = "a", .data = "alpha" \
	}
#define B                                   \
	{                                   \
		.name = "b", .data = "beta" \
	}

static void
what_can_be_read_in_two_ways_is_refused(void **state)
{
	static const struct {
		const char *what;
		struct piece pieces[3];
		size_t n;
		const char *rules;
	} rows[] = {
	    {"a member that the directory lacks",
		{A, {.name = "h", .data = "x", .no_entry = true}, B}, 3, "archive/zip-gap"},
	    {"the last member that the directory lacks",
		{A, {.name = "h", .data = "x", .no_entry = true}}, 2, "archive/zip-gap"},
	    {"the first member that the directory lacks",
		{{.name = "h", .data = "x", .no_entry = true}, A}, 2, "archive/zip-gap"},
	    {"bytes before the first",
		{{.name = "a", .data = "alpha", .before = "#!/bin/sh\n"}}, 1,
		"archive/zip-gap"},
	    {"bytes between", {A, {.name = "b", .data = "beta", .before = "x"}}, 2,
		"archive/zip-gap"},
	    {"two entries of one header", {A, {.name = "b", .data = "beta", .no_local = true}},
		2, "archive/zip-overlap"},
	    {"another name in the directory", {{.name = "a", .data = "x", .other_name = "b"}},
		1, "archive/zip-differs"},
	    {"another size in the directory", {{.name = "a", .data = "x", .other_bytes = 9}}, 1,
		"archive/zip-differs archive/ratio"},
	    {"another packed size", {{.name = "a", .data = "xy", .other_packed = 1}, B}, 2,
		"archive/zip-differs archive/zip-gap archive/ratio"},
	    {"a packed size that reaches into the next",
		{{.name = "a", .data = "xy", .other_packed = 12, .other_bytes = 12}, B}, 2,
		"archive/zip-differs archive/zip-overlap"},
	    {"a packed size beyond everything",
		{{.name = "a",
		    .data = "xy",
		    .other_packed = 0xfffffff0,
		    .other_bytes = 0xfffffff0}},
		1, "archive/zip-differs archive/zip-overlap"},
	    {"another sum", {{.name = "a", .data = "x", .other_crc = 9}}, 1,
		"archive/zip-differs"},
	    {"other flags", {{.name = "a", .data = "x", .other_flags = 1}}, 1,
		"archive/zip-differs"},
	    {"another sum behind the data",
		{{.name = "a", .data = "x", .flags = 8, .other_crc = 9}}, 1,
		"archive/zip-descriptor"},
	    {"the same name twice", {A, A}, 2, "archive/same-name"},
	    {"a directory and a file of one name", {{.name = "a/", .data = ""}, A}, 2,
		"archive/same-name"},
	    {"a directory with contents", {{.name = "a/", .data = "x"}}, 1,
		"archive/directory-data"},
	    {"an extra field that runs over",
		{{.name = "a", .data = "x", .extra = "\7\0\7\0xx", .extra_len = 6}}, 1,
		"archive/zip-extra"},
	    {"an extra field without a length",
		{{.name = "a", .data = "x", .extra = "\7\0\0", .extra_len = 3}}, 1,
		"archive/zip-extra"},
	    {"zip64 fields nobody needs",
		{{.name = "a", .data = "x", .extra = "\1\0\10\0xxxxxxxx", .extra_len = 12}}, 1,
		"archive/zip-extra"},
	    {"a second name that is another",
		{{.name = "a",
		    .data = "x",
		    .extra = "\x75\x70\x06\0\1\x43\xbe\xb7\xe8"
			     "b",
		    .extra_len = 10}},
		1, "archive/zip-second-name"},
	    {"a second name with another sum",
		{{.name = "a",
		    .data = "x",
		    .extra = "\x75\x70\x06\0\1\x44\xbe\xb7\xe8"
			     "a",
		    .extra_len = 10}},
		1, "archive/zip-second-name"},
	    {"more than deflate can",
		{{.name = "a", .data = "x", .method = 8, .other_bytes = 1033}}, 1,
		"archive/zip-differs archive/ratio"},
	    {"a name with a NUL's neighbour", {{.name = "a\1", .data = "x"}}, 1,
		"archive/name"},
	    {"a name with a backslash", {{.name = "a\\b", .data = "x"}}, 1, "archive/name"},
	    {"no name", {{.name = "", .data = "x"}}, 1, "archive/name"},
	    {"the same name, said in two ways",
		{{.name = "d/a", .data = "x"}, {.name = "./d/./a", .data = "y"}}, 2,
		"archive/same-name"},
	    {"a name with an empty part", {{.name = "a//b", .data = "x"}}, 1, "archive/name"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct made m = make(rows[i].pieces, rows[i].n);
		assert_walk(rows[i].what, &m, rows[i].rules, "");
	}
}

static void
what_is_told_and_still_walked(void **state)
{
	static const struct {
		const char *what;
		struct piece piece;
		const char *rules, *names;
		enum scan_verdict verdict;
	} rows[] = {
	    {"up", {.name = "../a", .data = "x"}, "archive/leaves", "../a:x", SCAN_SUSPICIOUS},
	    {"up in the middle", {.name = "d/../../a", .data = "x"}, "archive/leaves",
		"d/../../a:x", SCAN_SUSPICIOUS},
	    {"absolute", {.name = "/a", .data = "x"}, "archive/leaves", "/a:x",
		SCAN_SUSPICIOUS},
	    {"a drive", {.name = "c:a", .data = "x"}, "archive/leaves", "c:a:x",
		SCAN_SUSPICIOUS},
	    {"two dots and more", {.name = "..a", .data = "x"}, "", "..a:x", SCAN_CLEAN},
	    {"a device", {.name = "a", .data = "", .mode = 0020644}, "archive/special",
		"a:", SCAN_SUSPICIOUS},
	    {"patched", {.name = "a", .data = "x", .flags = 0x20}, "archive/zip-flags", "a:x",
		SCAN_INCOMPLETE},
	    {"encrypted", {.name = "a", .data = "x", .flags = 1}, "", "a:x", SCAN_CLEAN},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct made m = make(&rows[i].piece, 1);
		struct heard h;
		struct zipwalk z = walk(m.out.data, m.out.len, &h);
		assert_int_equal(z.verdict, rows[i].verdict);
		assert_int_equal(z.encrypted, rows[i].piece.flags == 1);
		assert_walk(rows[i].what, &m, rows[i].rules, rows[i].names);
	}
}

/* --- ends ------------------------------------------------------------------------------- */

static struct made
two_members(void)
{
	static const struct piece pieces[] = {A, B};
	return make(pieces, 2);
}

static void
an_end_that_lies_is_refused(void **state)
{
	static const struct {
		const char *what;
		size_t at; /* in the end record */
		uint8_t value;
		const char *rules;
	} rows[] = {
	    {"one member less", 10, 1, "archive/zip-end"},
	    {"one member more", 10, 3, "archive/zip-end"},
	    {"one on this disk", 8, 1, "archive/zip-end"},
	    {"another disk", 4, 1, "archive/zip-disks"},
	    {"directory begins on another disk", 6, 1, "archive/zip-disks"},
	    {"a larger directory", 12, 200, "archive/zip-end"},
	    {"a directory elsewhere", 16, 1, "archive/zip-end"},
	    {"a comment that is not there", 20, 1, "archive/zip-end"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct made m = two_members();
		m.out.data[m.end_at + rows[i].at] = rows[i].value;
		assert_walk(rows[i].what, &m, rows[i].rules, "");
	}
	struct made m = two_members();
	(void)buf_add(&m.out, "x", 1);
	assert_walk("a byte behind it", &m, "archive/zip-end", "");
	m = two_members();
	m.out.len--;
	assert_walk("a byte less", &m, "archive/zip-end", "");
}

static void
a_comment_is_taken_and_an_end_in_it_is_not(void **state)
{
	struct made m = two_members();
	static char most[65535 + 1];
	(void)state;
	m.out.data[m.end_at + 20] = 3;
	(void)buf_add(&m.out, "abc", 3);
	assert_walk("a comment", &m, "", "a:alpha b:beta");
	m = two_members();
	memset(most, '.', sizeof(most) - 1);
	m.out.data[m.end_at + 20] = m.out.data[m.end_at + 21] = 0xff;
	(void)buf_add(&m.out, most, sizeof(most) - 1);
	assert_walk("the longest comment", &m, "", "a:alpha b:beta");
	m = two_members();
	m.out.data[m.end_at + 20] = 22;
	(void)buf_add(&m.out, "PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22);
	assert_walk(
	    "an empty archive in the comment", &m, "archive/zip-two-ends archive/zip-end", "");
}

/* Both records of zip64 before a plain end that says "later" where asked. */
static struct made
large(bool later, uint64_t locator_off, uint64_t end64_bytes, uint64_t more_members)
{
	static const struct piece pieces[] = {A, B};
	struct made m = {0};
	buf_init(&m.out, 4096);
	size_t members = make_members(&m, pieces, 2);
	uint64_t at = m.out.len;
	(void)buf_add(&m.out, "PK\6\6", 4);
	put(&m.out, end64_bytes, 8);
	put(&m.out, 45, 2);
	put(&m.out, 45, 2);
	put(&m.out, 0, 8);
	put(&m.out, members + more_members, 8);
	put(&m.out, members + more_members, 8);
	put(&m.out, m.directory_bytes, 8);
	put(&m.out, m.directory_at, 8);
	(void)buf_add(&m.out, "PK\6\7\0\0\0\0", 8);
	put(&m.out, at + locator_off, 8);
	put(&m.out, 1, 4);
	m.end_at = m.out.len;
	if (!later) {
		put_end(&m.out, &m, members);
		return m;
	}
	(void)buf_add(
	    &m.out, "PK\5\6\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0", 22);
	return m;
}

static void
large_ends_agree_with_small_ones(void **state)
{
	struct made m;
	(void)state;
	m = large(true, 0, 44, 0);
	assert_walk("later", &m, "", "a:alpha b:beta");
	m = large(false, 0, 44, 0);
	assert_walk("both", &m, "", "a:alpha b:beta");
	m = large(false, 0, 44, 1);
	assert_walk("another number", &m, "archive/zip-end archive/zip-end64", "");
	m = large(true, 1, 44, 0);
	assert_walk(
	    "a locator that points beside", &m, "archive/zip-end archive/zip-end64", "");
	m = large(true, 0, 45, 0);
	assert_walk("a longer record", &m, "archive/zip-end archive/zip-end64", "");
	m = large(true, 0, 44, UINT32_MAX);
	assert_walk("more members than bytes", &m, "archive/zip-end", "");
	m = two_members();
	memset(m.out.data + m.end_at + 16, 0xff, 4);
	assert_walk("later without a record", &m, "archive/zip-end archive/zip-end64", "");
}

/* --- bounds ------------------------------------------------------------------------------- */

static void
members_up_to_the_limit(void **state)
{
	struct made m = two_members();
	struct object *o = mem_alloc(sizeof(*o));
	struct heard h = {.bytes = m.out.data, .fail_at = UINT64_MAX};
	(void)state;
	for (uint64_t most = 1; most <= 2; most++) {
		struct zipwalk z = {.members_max = most};
		*o = (struct object){.size_bytes = m.out.len,
		    .read = read_bytes,
		    .find = hear_finding,
		    .arg = &h};
		assert_int_equal(zipwalk(o, &z), ERR_OK);
		assert_int_equal(z.verdict, most == 2 ? SCAN_CLEAN : SCAN_INCOMPLETE);
	}
	free(o);
	buf_done(&m.out);
}

static void
every_cut_is_refused_and_every_failure_is_one(void **state)
{
	struct made m = two_members();
	struct heard h;
	struct object *o = mem_alloc(sizeof(*o));
	(void)state;
	for (size_t n = 0; n < m.out.len; n++)
		assert_int_equal(walk(m.out.data, n, &h).verdict, SCAN_INVALID);
	h = (struct heard){.bytes = m.out.data, .fail_at = m.out.len - 1};
	struct zipwalk z = {.members_max = 9};
	*o = (struct object){
	    .size_bytes = m.out.len, .read = read_bytes, .find = hear_finding, .arg = &h};
	assert_int_equal(zipwalk(o, &z), ERR_IO);
	free(o);
	buf_done(&m.out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sound_archives_are_walked),
	    cmocka_unit_test(a_directory_in_another_order_is_walked),
	    cmocka_unit_test(what_can_be_read_in_two_ways_is_refused),
	    cmocka_unit_test(what_is_told_and_still_walked),
	    cmocka_unit_test(an_end_that_lies_is_refused),
	    cmocka_unit_test(a_comment_is_taken_and_an_end_in_it_is_not),
	    cmocka_unit_test(large_ends_agree_with_small_ones),
	    cmocka_unit_test(members_up_to_the_limit),
	    cmocka_unit_test(every_cut_is_refused_and_every_failure_is_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

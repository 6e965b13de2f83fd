/* links: scanners/unpack scanners/unpack_codec scanners/unpack_flow scanners/unpack_iso scanners/unpack_kind scanners/unpack_lib scanners/unpack_pax scanners/unpack_cpio scanners/unpack_rar scanners/unpack_stream scanners/unpack_tar scanners/unpack_tree scanners/unpack_lock scanners/unpack_zip scanners/zipcrypt scanners/zipwalk scanners/object src/core/name src/core/name_type src/core/digest src/base/buf src/base/err src/base/escape src/base/hex src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* The limits of limits.h as they are: tar archives too large to be kept, made while they are
 * read. */
#include "scanners/unpack.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

/* An archive of blocks: what block number n is. */
struct blocks {
	void (*block)(const struct blocks *, uint64_t n, uint8_t out[512]);
	uint64_t nblocks;       /* that are not zero */
	uint64_t members, last; /* last: something about the last member */
	uint64_t children, written;
	char rules[256];
	struct unpack u;
};

static void
header(uint8_t h[512], char type, const char *name, uint64_t size)
{
	unsigned sum = 0;
	memset(h, 0, 512);
	snprintf((char *)h, 100, "%s", name);
	memcpy(h + 100, "0000644", 7);
	if (size < 077777777777u)
		snprintf((char *)h + 124, 12, "%011llo", (unsigned long long)size);
	h[156] = (uint8_t)type;
	memcpy(h + 257, type == 'S' ? "ustar  " : "ustar\0", 7);
	memset(h + 148, ' ', 8);
	for (size_t i = 0; i < 512; i++)
		sum += h[i];
	snprintf((char *)h + 148, 8, "%06o", sum);
}

static bool
read_blocks(void *arg, uint64_t at, void *out, size_t n)
{
	const struct blocks *b = arg;
	uint8_t *to = out, block[512];
	while (n > 0) {
		if (at / 512 >= b->nblocks) {
			memset(to, 0, n);
			return true;
		}
		size_t from = (size_t)(at % 512), part = 512 - from < n ? 512 - from : n;
		b->block(b, at / 512, block);
		memcpy(to, block + from, part);
		to += part;
		at += part;
		n -= part;
	}
	return true;
}

static void
hear_finding(void *arg, const struct scan_finding *f)
{
	struct blocks *b = arg;
	size_t n = strlen(b->rules);
	snprintf(b->rules + n, sizeof(b->rules) - n, "%s%s", n > 0 ? " " : "", f->rule);
}

static bool
hear_child(void *arg, const struct scan_child *c)
{
	struct blocks *b = arg;
	(void)c;
	b->children++;
	return true;
}

static bool
hear_bytes(void *arg, const void *bytes, size_t n)
{
	struct blocks *b = arg;
	(void)bytes;
	b->written += n;
	return true;
}

static bool
hear_end(void *arg, bool whole)
{
	(void)arg;
	(void)whole;
	return true;
}

static bool
hear_stop(void *arg, uint64_t done_bytes)
{
	(void)arg;
	(void)done_bytes;
	return false;
}

static void
run(struct blocks *b, uint64_t nblocks, uint64_t size_bytes)
{
	MEM_FREE struct object *o = mem_alloc(sizeof(*o));
	b->u = (struct unpack){.child = hear_child,
	    .write = hear_bytes,
	    .end = hear_end,
	    .stop = hear_stop,
	    .arg = b,
	    .room_bytes = UINT64_MAX};
	b->nblocks = nblocks;
	o->size_bytes = size_bytes;
	o->read = read_blocks;
	o->find = hear_finding;
	o->arg = b;
	assert_int_equal(unpack(o, &b->u), ERR_OK);
}

static void
assert_ends(const struct blocks *b, bool over, const char *rule)
{
	assert_string_equal(b->rules, over ? rule : "");
	assert_int_equal(b->u.verdict, over ? SCAN_INCOMPLETE : SCAN_CLEAN);
}

/* --- members, and the folders their names tell of ---------------------------------- */

static void
empty_file(const struct blocks *b, uint64_t n, uint8_t out[512])
{
	char name[32];
	memset(out, 0, 512);
	snprintf(name, sizeof(name), "f%llu", (unsigned long long)n);
	if (n < b->members)
		header(out, '0', name, 0);
}

/* Each in a folder of its own, the last one in `last` more. */
static void
file_in_folder(const struct blocks *b, uint64_t n, uint8_t out[512])
{
	char name[64];
	memset(out, 0, 512);
	snprintf(name, sizeof(name), "d%llu/%sf", (unsigned long long)n,
	    n + 1 == b->members && b->last > 0 ? "e/" : "");
	if (n < b->members)
		header(out, '0', name, 0);
}

static void
members_and_nodes(void **state)
{
	static const struct {
		void (*block)(const struct blocks *, uint64_t n, uint8_t out[512]);
		uint64_t members, last;
		const char *rule; /* "": just as many as there may be of both */
	} rows[] = {
	    {file_in_folder, LIM_ARCHIVE_NODES / 2, 0, ""},
	    {file_in_folder, LIM_ARCHIVE_NODES / 2, 1, "archive/limit-nodes"},
	    {empty_file, LIM_ARCHIVE_MEMBERS + 1, 0, "archive/limit-members"},
	};
	(void)state;
	assert_int_equal(LIM_ARCHIVE_NODES / 2, LIM_ARCHIVE_MEMBERS);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct blocks b = {
		    .block = rows[i].block, .members = rows[i].members, .last = rows[i].last};
		run(&b, b.members, (b.members + 2) * 512);
		assert_ends(&b, rows[i].rule[0] != '\0', rows[i].rule);
		assert_int_equal(b.children, LIM_ARCHIVE_MEMBERS);
	}
}

/* --- long names and links: a header, eight blocks of text, a header ------------------ */

#define LONG_BLOCKS (1 + LIM_PATH_BYTES / 512 + 1)

/* Names of LIM_PATH_BYTES, all different; `last` is how long the one at the end is. */
static void
long_name(const struct blocks *b, uint64_t n, uint8_t out[512])
{
	uint64_t member = n / LONG_BLOCKS, part = n % LONG_BLOCKS;
	uint64_t len = member + 1 == b->members ? b->last : LIM_PATH_BYTES;
	memset(out, 0, 512);
	if (member >= b->members)
		return;
	if (part == 0)
		header(out, 'L', "L", LIM_PATH_BYTES);
	else if (part == LONG_BLOCKS - 1)
		header(out, '0', "f", 0);
	else {
		for (size_t i = 0; i < 512; i++)
			if ((part - 1) * 512 + i < len)
				out[i] = i % 128 == 127 ? '/' : 'n';
		/* all in the same folders */
		if (part == LONG_BLOCKS - 2 && len == LIM_PATH_BYTES)
			for (size_t i = 0; i < 8; i++)
				out[500 + i] = (uint8_t)('0' + (member >> (4 * i) & 15));
	}
}

static void
names(void **state)
{
	(void)state;
	/* the last one's slash at the end does not count for less */
	for (uint64_t over = 0; over < 2; over++) {
		struct blocks b = {.block = long_name,
		    .members = LIM_ARCHIVE_NAMES_BYTES / LIM_PATH_BYTES + over,
		    .last = over ? 1 : LIM_PATH_BYTES};
		run(&b, b.members * LONG_BLOCKS, (b.members * LONG_BLOCKS + 2) * 512);
		assert_ends(&b, over, "archive/limit-names");
	}
}

/* Links to "././ ... ./.": each point is a step; `last` are those of the one at the end. */
#define STEPS_EACH 2048u

static void
long_link(const struct blocks *b, uint64_t n, uint8_t out[512])
{
	uint64_t member = n / LONG_BLOCKS, part = n % LONG_BLOCKS;
	uint64_t steps = member + 1 == b->members ? b->last : STEPS_EACH;
	char name[32];
	memset(out, 0, 512);
	if (member >= b->members)
		return;
	snprintf(name, sizeof(name), "l%llu", (unsigned long long)member);
	if (part == 0)
		header(out, 'K', "K", LIM_PATH_BYTES);
	else if (part == LONG_BLOCKS - 1)
		header(out, '2', name, 0);
	else
		for (size_t i = 0; i < 512; i++)
			if ((part - 1) * 512 + i < 2 * steps - 1)
				out[i] = i % 2 == 0 ? '.' : '/';
}

static void
steps(void **state)
{
	(void)state;
	for (uint64_t over = 0; over < 2; over++) {
		struct blocks b = {.block = long_link,
		    .members = LIM_ARCHIVE_STEPS / STEPS_EACH + 1,
		    .last = LIM_ARCHIVE_STEPS % STEPS_EACH + over};
		run(&b, b.members * LONG_BLOCKS, (b.members * LONG_BLOCKS + 2) * 512);
		assert_ends(&b, over, "archive/limit-links");
	}
}

/* --- what may come out ------------------------------------------------------------------- */

/* One file that is a hole of `last` bytes. */
static void
hole(const struct blocks *b, uint64_t n, uint8_t out[512])
{
	unsigned sum = 0;
	memset(out, 0, 512);
	if (n != 0)
		return;
	header(out, 'S', "hole", 0);
	out[483] = 0x80;
	for (size_t i = 0; i < 8; i++)
		out[494 - i] = (uint8_t)(b->last >> (8 * i));
	memset(out + 148, ' ', 8);
	for (size_t i = 0; i < 512; i++)
		sum += out[i];
	snprintf((char *)out + 148, 8, "%06o", sum);
}

static void
check_bytes(uint64_t size_bytes, uint64_t most)
{
	for (uint64_t over = 0; over < 2; over++) {
		struct blocks b = {.block = hole, .last = most + over};
		run(&b, 1, size_bytes);
		assert_int_equal(b.written, over ? 0 : most);
		assert_int_equal(b.u.verdict, over ? SCAN_INCOMPLETE : SCAN_CLEAN);
		/* so much out of so little is worth a word, and no more than that */
		assert_string_equal(b.rules, over                      ? "archive/limit-bytes"
					     : most > 200 * size_bytes ? "archive/ratio-high"
								       : "");
	}
}

static void
bytes(void **state)
{
	(void)state;
	check_bytes(2048, LIM_ARCHIVE_BYTES);
	/* where 20 times the size begins to be more */
	uint64_t size = LIM_ARCHIVE_BYTES / LIM_ARCHIVE_TIMES / 512 * 512 + 512;
	check_bytes(size, size * LIM_ARCHIVE_TIMES);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(members_and_nodes),
	    cmocka_unit_test(names),
	    cmocka_unit_test(steps),
	    cmocka_unit_test(bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

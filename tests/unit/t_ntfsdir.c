/* links: src/media/ntfsdir src/media/wtf8 */
/* SPDX-License-Identifier: ISC */
#include "src/media/ntfsdir.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define RECORD 4096

struct got {
	uint8_t r[RECORD];
	size_t n;
	char names[8][800];
	struct entry entries[8];
	size_t found;
};

static enum err
collect(void *arg, const struct entry *e)
{
	struct got *g = arg;
	memcpy(g->names[g->found], e->name, e->name_len);
	g->names[g->found][e->name_len] = '\0';
	g->entries[g->found++] = *e;
	return ERR_OK;
}

static void
put(uint8_t *p, uint64_t v, int n)
{
	for (int i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

static void
key(struct got *g, uint64_t record, uint16_t sequence, const char *name, uint8_t space)
{
	uint8_t *e = g->r + g->n;
	size_t len = strlen(name), bytes = (16 + 66 + 2 * len + 7) / 8 * 8;
	put(e, record | (uint64_t)sequence << 48, 8);
	put(e + 8, bytes, 2);
	put(e + 10, 66 + 2 * len, 2);
	e[16 + 64] = (uint8_t)len;
	e[16 + 65] = space;
	for (size_t i = 0; i < len; i++)
		e[16 + 66 + 2 * i] = (uint8_t)name[i];
	g->n += bytes;
}

/* Ends the node that begins at `node` with its header. */
static void
finish(struct got *g, size_t node)
{
	uint8_t *e = g->r + g->n;
	put(e + 8, 16, 2);
	put(e + 12, 2, 2);
	g->n += 16;
	put(g->r + node, 64 - node, 4);
	put(g->r + node + 4, g->n - node, 4);
}

/* An index record with its fixups in place. */
static void
seal(struct got *g)
{
	memcpy(g->r, "INDX", 4);
	put(g->r + 4, 40, 2);
	put(g->r + 6, RECORD / 512 + 1, 2);
	put(g->r + 40, 0x5A5A, 2);
	for (int i = 1; i <= RECORD / 512; i++) {
		memcpy(g->r + 40 + 2 * i, g->r + 512 * i - 2, 2);
		put(g->r + 512 * i - 2, 0x5A5A, 2);
	}
}

static void
make(struct got *g)
{
	*g = (struct got){.n = 64};
	key(g, 40, 3, "esc\x1B[2J", 1);
	key(g, 41, 4, "LONGNA~1.TXT", 2);
	key(g, 41, 4,
	    "a name long enough to cross the end of a sector, which is where fixups are, "
	    "and then some more so that it does, and some more, and more",
	    1);
	key(g, 42, 5, "a/b", 0);
	finish(g, 24);
	seal(g);
}

static void
index_records_give_their_names(void **state)
{
	(void)state;
	struct got g;
	make(&g);
	assert_int_equal(ntfsdir_record(g.r, RECORD, collect, &g), ERR_OK);
	assert_int_equal(g.found, 4);
	assert_string_equal(g.names[0], "esc\x1B[2J");
	assert_int_equal(g.entries[0].record, 40);
	assert_int_equal(g.entries[0].sequence, 3);
	assert_true(g.entries[1].dos_name);
	assert_int_equal(strlen(g.names[2]), 135);
	assert_non_null(g.entries[3].bad);
}

static void
damaged_records_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *what;
		size_t at;
		uint64_t value;
		int n;
	} cases[] = {
	    {"magic", 0, 'X', 1},
	    {"torn sector", 1022, 0x1234, 2},
	    {"fixups outside", 4, 510, 2},
	    {"fixup count", 6, 8, 2},
	    {"used beyond the record", 28, RECORD, 4},
	    {"entries behind what is used", 24, 3000, 4},
	    {"entry of no length", 72, 0, 2},
	    {"entry longer than the node", 72, 4000, 2},
	    {"key longer than its entry", 74, 200, 2},
	    {"name longer than its key", 64 + 16 + 64, 200, 1},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct got g;
		make(&g);
		put(g.r + cases[i].at, cases[i].value, cases[i].n);
		if (ntfsdir_record(g.r, RECORD, collect, &g) != ERR_SYNTAX)
			fail_msg("%s", cases[i].what);
	}
}

static void
the_root_says_how_large_records_are(void **state)
{
	(void)state;
	struct got g = {.n = 64};
	uint32_t record = 0;
	key(&g, 40, 3, "x", 1);
	finish(&g, 48); /* entries begin at 64 */
	uint8_t *value = g.r + 32;
	put(value, 0x30, 4);
	put(value + 8, 4096, 4);
	size_t n = g.n - 32;
	assert_int_equal(ntfsdir_root(value, n, &record, collect, &g), ERR_OK);
	assert_int_equal(record, 4096);
	assert_string_equal(g.names[0], "x");
	assert_int_equal(ntfsdir_root(value, n - 1, &record, collect, &g), ERR_SYNTAX);
	for (size_t i = 0; i < 4; i++) {
		static const uint32_t sizes[] = {511, 65536 + 512, 256, 0};
		put(value + 8, sizes[i], 4);
		assert_int_equal(ntfsdir_root(value, n, &record, collect, &g), ERR_SYNTAX);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(index_records_give_their_names),
	    cmocka_unit_test(damaged_records_are_refused),
	    cmocka_unit_test(the_root_says_how_large_records_are),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

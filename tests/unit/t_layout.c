/* links: src/media/layout */
/* SPDX-License-Identifier: ISC */
#include "src/media/layout.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define PARTITION (1u << 20)

static const struct layout good = {.cipher = LAYOUT_AES_XTS,
    .iv = LAYOUT_PLAIN64,
    .key_bytes = 64,
    .sector_bytes = 512,
    .offset_bytes = 4096,
    .bytes = PARTITION - 4096,
    .moved = {{0, 8192, 65536}},
    .n_moved = 1,
    .zeros = {{65536, 8192, 0}, {131072, 65536, 0}},
    .n_zeros = 2};

static bool
passes(const struct layout *l)
{
	const char *why = NULL;
	bool ok = layout_check(l, PARTITION, &why) == ERR_OK;
	assert_true(ok == (why[0] == '\0'));
	return ok;
}

/* Each row: one field, the last value that passes, the first that does not. */
static void
numbers_have_their_bounds(void **state)
{
	const struct {
		size_t at, size;
		uint64_t ok, bad;
	} rows[] = {
#define ROW(field, ok, bad) {offsetof(struct layout, field), sizeof(good.field), ok, bad}
	    ROW(key_bytes, 32, 48),
	    ROW(key_bytes, 64, 72),
	    ROW(key_bytes, 32, 0),
	    ROW(key_bytes, 64, 63),
	    ROW(sector_bytes, 4096, 8192),
	    ROW(sector_bytes, 512, 256),
	    ROW(sector_bytes, 1024, 1536),
	    ROW(sector_bytes, 2048, 0),
	    ROW(offset_bytes, 4096, 4096 + 512),
	    ROW(offset_bytes, 512, 511),
	    ROW(offset_bytes, 0, UINT64_MAX - 511),
	    ROW(bytes, PARTITION - 4096, PARTITION - 4096 + 512),
	    ROW(bytes, 262144, 0),
	    ROW(bytes, 262144, 262144 + 1),
	    ROW(bytes, 262144, UINT64_MAX - 511),
	    ROW(iv_offset, (uint64_t)1 << 54, ((uint64_t)1 << 54) + 1),
	    ROW(moved[0].at, 8192, 131072 - 512), /* meets the second hidden part */
	    ROW(moved[0].at, 512, 65536),         /* hidden and moved at once */
	    ROW(moved[0].bytes, 65536, 65536 + 512),
	    ROW(moved[0].bytes, 512, 0),
	    ROW(moved[0].bytes, 512, 513),
	    ROW(moved[0].from, PARTITION - 4096 - 8192, PARTITION - 4096 - 8192 + 512),
	    ROW(moved[0].from, 512, 1),
	    ROW(zeros[0].bytes, 65536, 65536 + 512), /* into the next one */
	    ROW(zeros[1].at, 73728, 73728 - 512),    /* out of order */
	    ROW(zeros[1].bytes, PARTITION - 4096 - 131072, PARTITION - 131072),
	    ROW(zeros[1].bytes, 512, UINT64_MAX - 511),
#undef ROW
	};
	(void)state;
	assert_true(passes(&good));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct layout l = good;
		memcpy((char *)&l + rows[i].at, &rows[i].ok, rows[i].size);
		assert_true(passes(&l));
		memcpy((char *)&l + rows[i].at, &rows[i].bad, rows[i].size);
		assert_false(passes(&l));
	}
}

static void
parts_have_a_limit(void **state)
{
	struct layout l = good;
	(void)state;
	l.n_moved = 0;
	for (size_t i = 0; i < LIM_LAYOUT_PARTS; i++)
		l.zeros[i] = (struct layout_part){i * 1024, 512, 0};
	l.n_zeros = LIM_LAYOUT_PARTS;
	assert_true(passes(&l));
	l.n_zeros = LIM_LAYOUT_PARTS + 1;
	assert_false(passes(&l));
}

/* XTS has two keys: what encrypts the number with "the" key is CBC's. */
static void
ciphers_and_numbers_that_do_not_go_together(void **state)
{
	struct layout l = good;
	(void)state;
	l.iv = LAYOUT_EBOIV;
	assert_false(passes(&l));
	l.cipher = LAYOUT_AES_CBC;
	assert_false(passes(&l)); /* 64 bytes */
	l.key_bytes = 24;
	assert_true(passes(&l));
	l.iv = LAYOUT_ESSIV;
	assert_true(passes(&l));
	/* counted in large sectors: a whole number of them */
	l.iv = LAYOUT_PLAIN64_LARGE;
	l.sector_bytes = 4096;
	l.iv_offset = 8;
	assert_true(passes(&l));
	l.iv_offset = 9;
	assert_false(passes(&l));
}

static void
a_layout_survives_its_message(void **state)
{
	struct layout again;
	json_t *o = layout_print(&good);
	(void)state;
	assert_int_equal(layout_parse(o, &again), ERR_OK);
	assert_memory_equal(&again, &good, sizeof(good));
	json_decref(o);
}

static void
messages_that_are_no_layout(void **state)
{
	static const char *const fields[] = {"cipher", "iv", "key_bytes", "sector", "offset",
	    "bytes", "iv_offset", "moved", "zeros"};
	struct layout l;
	(void)state;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		json_t *o = layout_print(&good);
		json_object_del(o, fields[i]);
		assert_int_equal(layout_parse(o, &l), ERR_SYNTAX);
		json_object_set_new(o, "else", json_integer(1));
		assert_int_equal(layout_parse(o, &l), ERR_SYNTAX);
		json_object_del(o, "else");
		json_object_set_new(o, fields[i], json_integer(-1));
		assert_int_equal(layout_parse(o, &l), ERR_SYNTAX);
		json_object_set_new(o, fields[i], json_string("serpent-xts"));
		assert_int_equal(layout_parse(o, &l), ERR_SYNTAX);
		json_decref(o);
	}
	json_t *o = layout_print(&good);
	json_object_set_new(
	    json_array_get(json_object_get(o, "zeros"), 0), "from", json_integer(0));
	assert_int_equal(layout_parse(o, &l), ERR_SYNTAX);
	json_decref(o);
	o = layout_print(&good);
	for (int i = 0; i < LIM_LAYOUT_PARTS; i++)
		json_array_append_new(json_object_get(o, "zeros"), json_object());
	assert_int_equal(layout_parse(o, &l), ERR_SYNTAX);
	json_decref(o);
}

static void
every_byte_has_one_place(void **state)
{
	static const struct {
		uint64_t at, n, place, got;
		bool stored;
	} rows[] = {
	    {0, 512, 65536, 512, true},
	    {8191, 512, 65536 + 8191, 1, true},
	    {8192, 1 << 19, 8192, 65536 - 8192, true},
	    {65535, 2, 65535, 1, true},
	    {65536, 1 << 19, 65536, 8192, false},
	    {73727, 2, 73727, 1, false},
	    {73728, 512, 73728, 512, true},
	    {131072 + 65536, 512, 131072 + 65536, 512, true},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t place = 0, n = 0;
		assert_int_equal(
		    layout_find(&good, rows[i].at, rows[i].n, &place, &n), rows[i].stored);
		assert_int_equal(n, rows[i].got);
		if (rows[i].stored)
			assert_int_equal(place, rows[i].place);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(numbers_have_their_bounds),
	    cmocka_unit_test(parts_have_a_limit),
	    cmocka_unit_test(ciphers_and_numbers_that_do_not_go_together),
	    cmocka_unit_test(a_layout_survives_its_message),
	    cmocka_unit_test(messages_that_are_no_layout),
	    cmocka_unit_test(every_byte_has_one_place),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* links: @rules tests/ledger/maker db/ledger db/sql db/ledger_pool db/ledger_replay src/core/fold src/core/inventory_print src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/mem src/base/utf8 db/ledger_form db/ledger_schema db/ledger_copy */
/* SPDX-License-Identifier: ISC */
/* The copy of a log: what a cut write left is told from what somebody changed. */
#include "db/ledger.h"
#include "db/ledger_copy.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "tests/ledger/maker.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A record that is written to a file as it is made. */
struct pair {
	char dir[32], path[64];
	struct maker *maker;
	struct ledger *ledger;
	uint64_t sizes[2];
	enum err last;
};

static void
taken(void *arg, enum transfer_log log, const void *entry, size_t n, const void *note,
    size_t note_len)
{
	struct pair *p = arg;
	struct entry *e;
	char why[LEDGER_WHY_SIZE];
	assert_int_equal(entry_parse(entry, n, NULL, &e), ERR_OK);
	if (p->ledger == NULL) {
		const char *const origins[] = {
		    "site7.example/authority", "site7.example/K1/custody/1"};
		const char *const vkeys[] = {
		    json_string_value(json_object_get(e->data, "log_vkey")),
		    json_string_value(json_object_get(e->data, "custody_vkey"))};
		if (ledger_create(p->path, origins, vkeys, &p->ledger, why) != ERR_OK)
			fail_msg("%s", why);
	}
	p->last = ledger_append(p->ledger, log, p->sizes[log], e, note, note_len);
	if (p->last == ERR_OK)
		p->sizes[log]++;
	entry_free(e);
}

static int
set_up(void **state)
{
	struct pair *p = mem_alloc(sizeof(*p));
	char schema[HEX_DIGEST_SIZE];
	snprintf(p->dir, sizeof(p->dir), "/tmp/sp-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->path, sizeof(p->path), "%s/ledger.db", p->dir);
	ledger_init();
	ledger_schema(schema);
	p->maker = maker_new_with("site7.example", 1, 1, schema, taken, NULL, p);
	maker_settle(p->maker);
	*state = p;
	return 0;
}

static int
tear_down(void **state)
{
	struct pair *p = *state;
	ledger_close(p->ledger);
	maker_free(p->maker);
	unlink(p->path);
	rmdir(p->dir);
	free(p);
	return 0;
}

static enum err
copy_row(void *arg, const struct ledger_row *row)
{
	void **args = arg;
	struct pair *p = args[0];
	struct buf note;
	buf_init(&note, LIM_NOTE_BYTES);
	assert_int_equal(
	    ledger_checkpoint(p->ledger, LOG_CUSTODY, row->seq + 1, &note), ERR_OK);
	struct ledger_copy_row r = {row->seq, row->entry, note.data, row->entry_len, note.len};
	assert_int_equal(ledger_copy_print(&r, args[1]), ERR_OK);
	buf_done(&note);
	return ERR_OK;
}

/* The file as the station would write it; and where each record begins. */
static void
make_copy(struct pair *p, struct buf *out)
{
	void *args[] = {p, out};
	buf_init(out, 1 << 24);
	ledger_copy_print_head(
	    "site7.example/K1/custody/1", custody_genesis(p->maker->custody), out);
	assert_int_equal(ledger_each(p->ledger, LOG_CUSTODY, 0, copy_row, args), ERR_OK);
}

static struct ledger_copy_found
compared(struct pair *p, const void *bytes, size_t n)
{
	struct ledger_copy_found found;
	int fd;
	assert_int_equal(io_memfd("copy", bytes, n, &fd), ERR_OK);
	assert_int_equal(ledger_copy_compare(p->ledger, LOG_CUSTODY,
			     custody_genesis(p->maker->custody), fd, &found),
	    ERR_OK);
	close(fd);
	return found;
}

static void
names_are_of_logs(void **state)
{
	char name[LEDGER_COPY_NAME_SIZE];
	(void)state;
	assert_int_equal(ledger_copy_name("s/authority", name), ERR_OK);
	assert_string_equal(name, "authority");
	assert_int_equal(ledger_copy_name("s/K1/custody/12", name), ERR_OK);
	assert_string_equal(name, "custody-12");
	static const char *const bad[] = {"", "s", "s/custody", "s/K1/custody/",
	    "s/K1/custody/1a", "s/K1/custody/..", "/custody/1x",
	    "s/K1/custody/12345678901234567"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(ledger_copy_name(bad[i], name), ERR_RANGE);
}

static void
a_copy_that_is_cut_anywhere_is_known_to_be(void **state)
{
	struct pair *p = *state;
	struct buf all;
	make_copy(p, &all);
	uint64_t size = p->sizes[LOG_CUSTODY];
	struct ledger_copy_found whole = compared(p, all.data, all.len);
	assert_int_equal(whole.fit, LEDGER_COPY_FITS);
	assert_int_equal(whole.records, size);
	assert_int_equal(whole.bytes, all.len);
	for (size_t n = 0; n < all.len; n++) {
		struct ledger_copy_found f = compared(p, all.data, n);
		if (f.fit != LEDGER_COPY_ABSENT && f.fit != LEDGER_COPY_TORN &&
		    f.fit != LEDGER_COPY_FITS)
			fail_msg("cut at %zu: %d", n, (int)f.fit);
		/* what it keeps is whole, and what it gives up is less than a record */
		if (f.fit != LEDGER_COPY_ABSENT &&
		    (f.bytes > n || f.records >= size ||
			(f.fit == LEDGER_COPY_FITS) != (f.bytes == n)))
			fail_msg("cut at %zu: keeps %ju", n, (uintmax_t)f.bytes);
	}
	buf_done(&all);
}

static void
no_bit_can_be_turned(void **state)
{
	struct pair *p = *state;
	struct buf all;
	make_copy(p, &all);
	struct ledger_copy_found whole = compared(p, all.data, all.len);
	for (size_t i = 0; i < all.len; i++) {
		all.data[i] ^= (uint8_t)(1u << (i % 8));
		struct ledger_copy_found f = compared(p, all.data, all.len);
		/* the last record alone may be what a cut write left: it is written again */
		if (f.fit == LEDGER_COPY_FITS || f.fit == LEDGER_COPY_AHEAD ||
		    f.fit == LEDGER_COPY_ABSENT ||
		    (f.fit == LEDGER_COPY_TORN && f.records + 1 != whole.records))
			fail_msg("bit of byte %zu: %d", i, (int)f.fit);
		all.data[i] ^= (uint8_t)(1u << (i % 8));
		free(f.next);
	}
	buf_done(&all);
}

static void
more_than_the_log_is_more(void **state)
{
	struct pair *p = *state;
	struct buf all, entry;
	struct ledger_copy_row more = {.seq = p->sizes[LOG_CUSTODY]};
	make_copy(p, &all);
	buf_init(&entry, 100);
	buf_add_str(&entry, "{}\nAAAA\n");
	more.entry = entry.data;
	more.entry_len = entry.len;
	more.note = entry.data;
	more.note_len = entry.len;
	size_t n = all.len;
	ledger_copy_print(&more, &all);
	struct ledger_copy_found f = compared(p, all.data, all.len);
	assert_int_equal(f.fit, LEDGER_COPY_AHEAD);
	assert_int_equal(f.next_len, entry.len);
	assert_memory_equal(f.next, entry.data, entry.len);
	free(f.next);
	/* what is no record, or not the next, was put there */
	assert_int_equal(compared(p, all.data, all.len - 1).fit, LEDGER_COPY_CHANGED);
	all.len = n;
	more.seq++;
	ledger_copy_print(&more, &all);
	assert_int_equal(compared(p, all.data, all.len).fit, LEDGER_COPY_CHANGED);
	/* another entry in the place of ours */
	all.len = 0;
	ledger_copy_print_head(
	    "site7.example/K1/custody/1", custody_genesis(p->maker->custody), &all);
	more.seq = 0;
	ledger_copy_print(&more, &all);
	assert_int_equal(compared(p, all.data, all.len).fit, LEDGER_COPY_ANOTHER);
	all.data[20] ^= 1;
	assert_int_equal(compared(p, all.data, all.len).fit, LEDGER_COPY_ANOTHER);
	buf_done(&entry);
	buf_done(&all);
}

static void
a_record_is_as_long_as_an_entry_may_be(void **state)
{
	struct buf out;
	(void)state;
	uint8_t *bytes = mem_alloc(LIM_ENTRY_BYTES + LIM_NOTE_BYTES + 2);
	struct ledger_copy_row row = {0, bytes, bytes, LIM_ENTRY_BYTES, LIM_NOTE_BYTES};
	buf_init(&out, 1 << 20);
	assert_int_equal(ledger_copy_print(&row, &out), ERR_OK);
	row.entry_len++;
	assert_int_equal(ledger_copy_print(&row, &out), ERR_LIMIT);
	row.entry_len--;
	row.note_len++;
	assert_int_equal(ledger_copy_print(&row, &out), ERR_LIMIT);
	buf_done(&out);
	free(bytes);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_are_of_logs),
	    TEST(a_copy_that_is_cut_anywhere_is_known_to_be),
	    TEST(no_bit_can_be_turned),
	    TEST(more_than_the_log_is_more),
	    cmocka_unit_test(a_record_is_as_long_as_an_entry_may_be),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

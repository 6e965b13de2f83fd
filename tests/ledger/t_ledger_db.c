/* links: @rules tests/ledger/maker db/ledger db/sql db/ledger_pool db/ledger_replay src/core/fold src/core/inventory_print src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/mem src/base/utf8 db/ledger_form db/ledger_schema */
/* SPDX-License-Identifier: ISC */
/* ledger.db through its own door: what goes in comes out, and nothing else goes. */
#include "db/ledger.h"
#include "db/ledger_replay.h"
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
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
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

static void
replayed(struct pair *p, struct ledger *l)
{
	struct ledger_replay r;
	struct custody *c = custody_new();
	if (ledger_replay(l, c, true, &r) != ERR_OK)
		fail_msg("%s", r.why);
	for (unsigned log = 0; log < 2; log++) {
		uint64_t size = custody_size(p->maker->custody, (enum transfer_log)log);
		assert_int_equal(custody_size(c, (enum transfer_log)log), size);
		assert_memory_equal(custody_root(c, (enum transfer_log)log, size),
		    custody_root(p->maker->custody, (enum transfer_log)log, size), 32);
	}
	custody_free(c);
}

static void
what_goes_in_comes_out(void **state)
{
	struct pair *p = *state;
	char subj[80], why[LEDGER_WHY_SIZE];
	maker_transfer(p->maker, MAKER_CLOSED, 2, subj);
	replayed(p, p->ledger);
	p->ledger = ledger_close(p->ledger);
	assert_int_equal(ledger_open(p->path, &p->ledger, why), ERR_OK);
	replayed(p, p->ledger);
	maker_transfer(p->maker, MAKER_CLOSED, 2, subj);
	assert_int_equal(p->last, ERR_OK);
	replayed(p, p->ledger);
}

static void
bytes_are_read_as_a_ledger(void **state)
{
	struct pair *p = *state;
	struct ledger *l;
	uint8_t *bytes;
	size_t n;
	char why[LEDGER_WHY_SIZE];
	MEM_CLOSE int fd = open(p->path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(io_slurp(fd, 1 << 24, &bytes, &n), ERR_OK);
	assert_int_equal(ledger_load(bytes, n, &l, why), ERR_OK);
	replayed(p, l);
	ledger_close(l);
	assert_int_not_equal(ledger_load(bytes, n / 2, &l, why), ERR_OK);
	assert_int_not_equal(ledger_load(bytes, 0, &l, why), ERR_OK);
	memset(bytes, 0xff, n);
	assert_int_not_equal(ledger_load(bytes, n, &l, why), ERR_OK);
	free(bytes);
}

static enum err
refused_as_not_found(void *arg, const struct ledger_row *row)
{
	(void)arg;
	return row->seq == 1 ? ERR_NOTFOUND : ERR_OK;
}

static enum err
note_refused_as_not_found(
    void *arg, uint64_t log, uint64_t size, const void *note, size_t note_len)
{
	(void)arg;
	(void)log;
	(void)note;
	(void)note_len;
	return size == 1 ? ERR_NOTFOUND : ERR_OK;
}

/* Whoever replays would take a record that ends there for whole. */
static void
an_entry_that_is_refused_is_not_the_end_of_the_log(void **state)
{
	struct pair *p = *state;
	assert_int_equal(
	    ledger_each(p->ledger, LOG_AUTHORITY, 0, refused_as_not_found, NULL), ERR_NOTFOUND);
	assert_int_equal(
	    ledger_each_checkpoint(p->ledger, note_refused_as_not_found, NULL), ERR_NOTFOUND);
	assert_int_equal(
	    ledger_each(p->ledger, LOG_AUTHORITY, 100, refused_as_not_found, NULL), ERR_OK);
}

static void
ledger_is_made_once(void **state)
{
	struct pair *p = *state;
	struct ledger *l;
	char why[LEDGER_WHY_SIZE] = "";
	const char *const texts[] = {"a", "b"};
	assert_int_not_equal(ledger_create(p->path, texts, texts, &l, why), ERR_OK);
	assert_string_not_equal(why, "");
}

/* What another process appended meanwhile is noticed, and nothing is written. */
static void
second_writer_is_noticed(void **state)
{
	struct pair *p = *state;
	struct ledger *mine = p->ledger;
	char why[LEDGER_WHY_SIZE];
	assert_int_equal(ledger_open(p->path, &p->ledger, why), ERR_OK);
	json_t *d = json_pack("{s:s,s:s}", "source", "usb", "why", "no disk");
	maker_add(p->maker, LOG_CUSTODY, "device.refused", "station", &p->maker->station, d);
	assert_int_equal(p->last, ERR_OK);
	uint64_t size = p->sizes[LOG_CUSTODY];
	ledger_close(p->ledger);
	p->ledger = mine;
	p->sizes[LOG_CUSTODY] = size - 1;
	d = json_pack("{s:s,s:s}", "source", "usb", "why", "no disk");
	maker_add(p->maker, LOG_CUSTODY, "device.refused", "station", &p->maker->station, d);
	assert_int_equal(p->last, ERR_STATE);
	uint64_t count;
	assert_int_equal(ledger_count(p->ledger, LOG_CUSTODY, &count), ERR_OK);
	assert_int_equal(count, size);
}

/* A file that may not grow: the entry is refused, what was there stays, room lets it go on. */
static void
full_disk_loses_nothing(void **state)
{
	struct pair *p = *state;
	struct rlimit r, old;
	char big[4001];
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = 0;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	uint64_t before = p->sizes[LOG_CUSTODY];
	struct buf e;
	struct entry *parsed;
	json_t *b = maker_body(p->maker, LOG_CUSTODY, "device.refused", "station",
	    &p->maker->station, json_pack("{s:s,s:s}", "source", "usb", "why", big));
	maker_sign(b, &p->maker->station, &e);
	assert_int_equal(entry_parse(e.data, e.len, NULL, &parsed), ERR_OK);
	signal(SIGXFSZ, SIG_IGN);
	r = (struct rlimit){4096, old.rlim_max};
	setrlimit(RLIMIT_FSIZE, &r);
	enum err err = ledger_append(p->ledger, LOG_CUSTODY, before, parsed, "note\n", 5);
	setrlimit(RLIMIT_FSIZE, &old);
	assert_true(err == ERR_IO || err == ERR_NOSPACE);
	assert_string_not_equal(ledger_why(p->ledger), "");
	replayed(p, p->ledger);
	assert_int_equal(
	    ledger_append(p->ledger, LOG_CUSTODY, before, parsed, "note\n", 5), ERR_OK);
	entry_free(parsed);
	buf_done(&e);
}

static void
schema_digest_is_the_published_one(void **state)
{
	char schema[HEX_DIGEST_SIZE];
	(void)state;
	/* Ledgers in the field name it in their genesis: a change is a new format. */
	ledger_schema(schema);
	assert_string_equal(
	    schema, "c90c95b08d78d614b427f70ff117fc5eceeffede9cfbf6eea8a36809134eb0d7");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(what_goes_in_comes_out),
	    TEST(bytes_are_read_as_a_ledger),
	    TEST(an_entry_that_is_refused_is_not_the_end_of_the_log),
	    TEST(ledger_is_made_once),
	    TEST(second_writer_is_noticed),
	    TEST(full_disk_loses_nothing),
	    TEST(schema_digest_is_the_published_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

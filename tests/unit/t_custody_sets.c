/* links: @rules tests/ledger/maker src/core/inventory_print src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* Sets of signatures in the record: two people, one trial, and going back. */
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "tests/ledger/maker.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static struct maker *m;

static int
set_up(void **state)
{
	(void)state;
	m = maker_new("site7.example", 2, 1);
	maker_settle(m);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	m = maker_free(m);
	return 0;
}

/* 64 digits of one. */
static const char *
digest(char c)
{
	static char text[HEX_DIGEST_SIZE];
	memset(text, c, HEX_DIGEST_SIZE - 1);
	return text;
}

static enum err
offer(const char *type, const char *who, json_t *data)
{
	const struct maker_person *p = maker_find(m, who);
	return maker_put(
	    m, LOG_CUSTODY, maker_body(m, LOG_CUSTODY, type, "station", p, data), p);
}

static enum err
import(const char *who, const char *scanner, char set, bool back)
{
	return offer("signatures.import", who,
	    json_pack("{s:b,s:i,s:s,s:i,s:s,s:s,s:s,s:s,s:s}", "back", (int)back, "bytes", 10,
		"date", "2026-06-01T00:00:00Z", "files", 1, "scanner", scanner, "set",
		digest(set), "signer", "root1", "transfer", "", "version", "1"));
}

static enum err
confirm(const char *who, const char *scanner, char set)
{
	const struct custody_set *s = custody_set_find(m->custody, scanner, CUSTODY_SET_ANY);
	return offer("signatures.confirm", who,
	    json_pack("{s:s,s:s,s:s}", "leaf", s != NULL ? s->leaf : digest('0'), "scanner",
		scanner, "set", digest(set)));
}

static enum err
loaded(const char *scanner, char set, bool pass)
{
	json_t *data = json_pack("{s:b,s:s,s:s,s:s}", "pass", (int)pass, "scanner", scanner,
	    "set", digest(set), "why", pass ? "" : "it does not load");
	return maker_put(m, LOG_CUSTODY,
	    maker_body(m, LOG_CUSTODY, "signatures.loaded", "station", &m->station, data),
	    &m->station);
}

static unsigned
state_of(const char *scanner)
{
	const struct custody_set *s = custody_set_find(m->custody, scanner, CUSTODY_SET_ANY);
	return s != NULL ? (unsigned)s->state : 0;
}

static void
two_people_and_a_trial(void **state)
{
	(void)state;
	assert_null(custody_set_at(m->custody, 0));
	assert_int_equal(confirm("anna", "yara", 'a'), ERR_STATE);
	assert_int_equal(import("anna", "yara", 'a', false), ERR_DENIED);
	assert_int_equal(import("root1", "yara", 'a', false), ERR_OK);
	assert_int_equal(state_of("yara"), CUSTODY_SET_WAITS);
	assert_int_equal(loaded("yara", 'a', true), ERR_STATE);
	/* what is about something else goes by */
	maker_add(m, LOG_CUSTODY, "vault.purge", "station", &m->station,
	    json_pack("{s:i,s:s,s:i}", "bytes", 1, "list", digest('f'), "objects", 1));
	assert_int_equal(confirm("root1", "yara", 'a'), ERR_DENIED);
	assert_int_equal(confirm("anna", "yara", 'b'), ERR_STATE);
	assert_int_equal(confirm("anna", "yara", 'a'), ERR_OK);
	assert_int_equal(state_of("yara"), CUSTODY_SET_TRIED);
	assert_int_equal(confirm("ben", "yara", 'a'), ERR_STATE);
	assert_int_equal(import("root1", "yara", 'b', false), ERR_STATE);
	assert_int_equal(loaded("yara", 'b', true), ERR_STATE);
	assert_int_equal(loaded("yara", 'a', true), ERR_OK);
	assert_int_equal(state_of("yara"), CUSTODY_SET_USED);
	assert_int_equal(loaded("yara", 'a', true), ERR_STATE);
}

static void
use(const char *scanner, char set, bool pass)
{
	assert_int_equal(import("root1", scanner, set, false), ERR_OK);
	assert_int_equal(confirm("anna", scanner, set), ERR_OK);
	assert_int_equal(loaded(scanner, set, pass), ERR_OK);
}

static void
going_back_only_to_what_was_used(void **state)
{
	(void)state;
	use("yara", 'a', true);
	use("yara", 'b', false);
	assert_string_equal(custody_set_at(m->custody, 0)->why, "it does not load");
	assert_string_equal(
	    custody_set_find(m->custody, "yara", CUSTODY_SET_USED)->set, digest('a'));
	assert_int_equal(import("root1", "yara", 'b', true), ERR_NOTFOUND);
	assert_int_equal(import("root1", "av", 'a', true), ERR_NOTFOUND);
	use("yara", 'c', true);
	assert_int_equal(import("root1", "yara", 'a', true), ERR_OK);
	assert_true(custody_set_at(m->custody, 0)->back);
}

static void
newer_one_takes_the_place_of_what_waits(void **state)
{
	(void)state;
	use("av", 'd', true);
	assert_int_equal(import("root1", "yara", 'a', false), ERR_OK);
	assert_int_equal(import("root2", "yara", 'b', false), ERR_OK);
	assert_string_equal(custody_set_at(m->custody, 0)->set, digest('b'));
	assert_string_equal(custody_set_at(m->custody, 1)->scanner, "av");
	assert_null(custody_set_at(m->custody, 2));
	assert_int_equal(confirm("root1", "yara", 'b'), ERR_OK);
}

/* LIM_SIGSETS: the newest are known. */
static void
so_many_are_known(void **state)
{
	(void)state;
	for (int i = 0; i < LIM_SIGSETS + 1; i++)
		use("yara", (char)('a' + i % 6), true);
	assert_non_null(custody_set_at(m->custody, LIM_SIGSETS - 1));
	assert_null(custody_set_at(m->custody, LIM_SIGSETS));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(two_people_and_a_trial),
	    TEST(going_back_only_to_what_was_used),
	    TEST(newer_one_takes_the_place_of_what_waits),
	    TEST(so_many_are_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

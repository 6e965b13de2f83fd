/* links: @rules tests/ledger/maker src/core/inventory_print src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* Exceptions and addenda in the record: who may, where they hold, and what they are used for.
 */
#include "src/base/clock.h"
#include "src/base/mem.h"
#include "tests/ledger/maker.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define NOBODY   "00000000000000000000000000000000000000000000000000000000000000ff"

#define LAST "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"

static struct maker *m;
static char subj[80], day[16], yesterday[16];

/* The day so many days after today, as the clock has it. */
static const char *
in_days(int days, char out[16])
{
	char text[CLOCK_TEXT_SIZE];
	clock_format(clock_wall_s() + (int64_t)days * 86400, text);
	snprintf(out, 16, "%.10s", text);
	return out;
}

static int
set_up(void **state)
{
	(void)state;
	m = maker_new("site7.example", 1, 1);
	maker_settle(m);
	in_days(30, day);
	in_days(-1, yesterday);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	m = maker_free(m);
	return 0;
}

static void
assert_refused(enum err got, const char *words)
{
	if (got == ERR_OK || strstr(m->why, words) == NULL)
		fail_msg("expected \"%s\", got %s: \"%s\"", words, err_str(got), m->why);
}

/* Steals data. */
static enum err
try_as(
    enum transfer_log log, const char *type, const char *about, const char *who, json_t *data)
{
	const struct maker_person *p =
	    strcmp(who, "K1") == 0 ? &m->station : maker_find(m, who);
	return maker_try(m, log, maker_body(m, log, type, about, p, data), p);
}

static const struct custody_transfer *
transfer(void)
{
	return custody_transfer_find(m->custody, strchr(subj, ':') + 1);
}

/* From here on inventories are made with this exception. */
static void
use(const char *leaf)
{
	m->exceptions[0] = custody_exception_find(m->custody, leaf)->exception;
	m->nexceptions = 1;
}

static json_t *
approval(unsigned slot)
{
	return maker_approve_data(m, transfer()->id, 3, "anna", slot);
}

static void
approve(unsigned slot)
{
	maker_add(m, LOG_CUSTODY, "xfer.approve", subj,
	    maker_find(m, slot == 1 ? "anna" : "ben"), approval(slot));
}

/* A transfer in review whose first file is malicious for av, and an exception for that. */
static const char *
infected(void)
{
	m->infected = true;
	const char *leaf = maker_except(m, day);
	use(leaf);
	maker_transfer(m, MAKER_REVIEW, 3, subj);
	return leaf;
}

/* --- adding and ending ------------------------------------------------------------------- */

static void
an_admin_adds_what_is_narrow_and_ends(void **state)
{
	static const struct {
		const char *what, *field, *value, *words;
	} cases[] = {
	    {"a type as well", "type", "elf", "one of the two"},
	    {"no object", "sha256", NULL, "one of the two"},
	    {"a scanner that cannot be one", "scanner", "*", "names no scanner"},
	    {"no reason", "reason", "", "reason is missing"},
	    {"a day that does not exist", "expires", "2026-13-01", "not a date"},
	    {"a day that is over", "expires", yesterday, "is over already"},
	};
	char far[16], last[16];
	(void)state;
	assert_int_equal(try_as(LOG_AUTHORITY, "exception.add", "exception", "root1",
			     maker_except_data(day)),
	    ERR_OK);
	for (size_t i = 0; i < COUNT(cases); i++) {
		json_t *d = maker_except_data(day);
		json_object_del(d, cases[i].field);
		if (cases[i].value != NULL)
			json_object_set_new(d, cases[i].field, json_string(cases[i].value));
		print_message("%s\n", cases[i].what);
		assert_refused(try_as(LOG_AUTHORITY, "exception.add", "exception", "root1", d),
		    cases[i].words);
	}
	assert_int_equal(try_as(LOG_AUTHORITY, "exception.add", "exception", "root1",
			     maker_except_data(in_days(LIM_EXCEPTION_DAYS - 1, last))),
	    ERR_OK);
	assert_refused(try_as(LOG_AUTHORITY, "exception.add", "exception", "root1",
			   maker_except_data(in_days(LIM_EXCEPTION_DAYS, far))),
	    "at most 366 days");
	assert_refused(
	    try_as(LOG_AUTHORITY, "exception.add", "exception", "anna", maker_except_data(day)),
	    "cannot be signed in the role");
	assert_refused(
	    try_as(LOG_AUTHORITY, "exception.add", "policy", "root1", maker_except_data(day)),
	    "cannot be about");
}

static void
an_exception_ends_once(void **state)
{
	(void)state;
	const char *leaf = maker_except(m, day);
	const struct custody_exception *x = custody_exception_find(m->custody, leaf);
	uint64_t size = custody_size(m->custody, LOG_AUTHORITY);
	assert_true(custody_exception_holds(x, size, clock_wall_s()));
	assert_false(custody_exception_holds(x, size - 1, clock_wall_s()));
	assert_string_equal(x->by, "root1");
	assert_refused(try_as(LOG_AUTHORITY, "exception.end", "exception", "root1",
			   maker_except_end_data(NOBODY)),
	    "no exception with this leaf");
	json_t *d = maker_except_end_data(leaf);
	json_object_set_new(d, "reason", json_string(""));
	assert_refused(
	    try_as(LOG_AUTHORITY, "exception.end", "exception", "root1", d), "reason");
	maker_add(m, LOG_AUTHORITY, "exception.end", "exception", maker_find(m, "root1"),
	    maker_except_end_data(leaf));
	assert_refused(try_as(LOG_AUTHORITY, "exception.end", "exception", "root1",
			   maker_except_end_data(leaf)),
	    "ended already");
	x = custody_exception_find(m->custody, leaf);
	assert_true(custody_exception_holds(x, size, clock_wall_s())); /* as it was then */
	assert_false(custody_exception_holds(x, size + 1, clock_wall_s()));
	assert_string_equal(x->ended_by, "root1");
	struct exception now[4];
	assert_int_equal(custody_exceptions_now(m->custody, clock_wall_s(), now, 4), 0);
}

static void
an_exception_needs_as_many_admins_as_a_policy(void **state)
{
	(void)state;
	tear_down(NULL);
	m = maker_new("site7.example", 3, 2);
	for (unsigned i = 0; !custody_founded(m->custody); i++)
		maker_add(m, LOG_AUTHORITY, "authority.endorse", "station", &m->people[i],
		    json_pack("{s:s}", "leaf", custody_genesis(m->custody)));
	maker_add(m, LOG_AUTHORITY, "exception.add", "exception", &m->people[0],
	    maker_except_data(day));
	assert_int_equal(custody_exception_count(m->custody), 0);
	struct custody_proposal p;
	assert_true(custody_pending_at(m->custody, 0, &p));
	assert_string_equal(p.subj, "exception");
	MEM_FREE char *kept = mem_strdup(p.leaf);
	assert_refused(try_as(LOG_AUTHORITY, "authority.endorse", "exception", "root1",
			   json_pack("{s:s}", "leaf", kept)),
	    "stands behind");
	maker_add(m, LOG_AUTHORITY, "authority.endorse", "exception", &m->people[1],
	    json_pack("{s:s}", "leaf", kept));
	const struct custody_exception *x = custody_exception_find(m->custody, kept);
	assert_non_null(x);
	assert_string_equal(x->by, "root1");
	assert_string_equal(x->in_force_by, "root2");
	/* so does its end; the second of two that are proposed comes too late */
	maker_add(m, LOG_AUTHORITY, "exception.end", "exception", &m->people[0],
	    maker_except_end_data(kept));
	maker_add(m, LOG_AUTHORITY, "exception.end", "exception", &m->people[1],
	    maker_except_end_data(kept));
	x = custody_exception_find(m->custody, kept);
	assert_int_equal(x->until, CUSTODY_EXCEPTION_OPEN);
	assert_true(custody_pending_at(m->custody, 1, &p));
	MEM_FREE char *second = mem_strdup(p.leaf);
	assert_true(custody_pending_at(m->custody, 0, &p));
	maker_add(m, LOG_AUTHORITY, "authority.endorse", "exception", &m->people[2],
	    json_pack("{s:s}", "leaf", p.leaf));
	x = custody_exception_find(m->custody, kept);
	assert_int_not_equal(x->until, CUSTODY_EXCEPTION_OPEN);
	assert_refused(try_as(LOG_AUTHORITY, "authority.endorse", "exception", "root3",
			   json_pack("{s:s}", "leaf", second)),
	    "ended already");
}

static void
so_many_exceptions_are_kept_at_most(void **state)
{
	(void)state;
	const char *leaf = NULL;
	for (size_t i = 0; i < LIM_EXCEPTIONS_KEPT; i++)
		leaf = maker_except(m, day);
	assert_refused(try_as(LOG_AUTHORITY, "exception.add", "exception", "root1",
			   maker_except_data(day)),
	    "512 exceptions are kept already");
	maker_add(m, LOG_AUTHORITY, "exception.end", "exception", maker_find(m, "root1"),
	    maker_except_end_data(leaf));
	assert_int_equal(try_as(LOG_AUTHORITY, "exception.add", "exception", "root1",
			     maker_except_data(day)),
	    ERR_OK);
}

/* --- use --------------------------------------------------------------------------------- */

static void
a_false_positive_goes_by_its_exception(void **state)
{
	(void)state;
	const char *leaf = infected();
	approve(1);
	approve(2);
	assert_int_equal(json_array_size(transfer()->exceptions), 1);
	assert_string_equal(json_string_value(json_array_get(transfer()->exceptions, 0)), leaf);
	assert_int_equal(transfer()->files, 3);
	assert_int_equal(custody_check_documents(m->custody, transfer(), m->why), ERR_OK);
	assert_int_equal(try_as(LOG_CUSTODY, "xfer.release", subj, "K1",
			     maker_release_data(m, transfer()->id)),
	    ERR_OK);
}

static void
what_is_signed_is_what_was_sealed(void **state)
{
	(void)state;
	infected();
	json_t *d = approval(1);
	json_object_del(d, "exceptions");
	assert_refused(try_as(LOG_CUSTODY, "xfer.approve", subj, "anna", d),
	    "made with 1 exceptions, 0 were signed");
	d = approval(1);
	json_array_append_new(json_object_get(d, "exceptions"), json_string(LAST));
	assert_refused(try_as(LOG_CUSTODY, "xfer.approve", subj, "anna", d), "no exception");
	d = approval(1);
	json_object_set_new(d, "exceptions", json_pack("[s]", NOBODY));
	assert_refused(try_as(LOG_CUSTODY, "xfer.approve", subj, "anna", d), "no exception");
	/* two of the same, and others than the first signer's */
	d = approval(1);
	json_array_append(json_object_get(d, "exceptions"),
	    json_array_get(json_object_get(d, "exceptions"), 0));
	assert_refused(try_as(LOG_CUSTODY, "xfer.approve", subj, "anna", d), "comes twice");
	approve(1);
	d = approval(2);
	json_object_del(d, "exceptions");
	assert_refused(try_as(LOG_CUSTODY, "xfer.approve", subj, "ben", d), "other exceptions");
	/* a transfer that uses none names none */
	m->infected = false;
	m->nexceptions = 0;
	maker_transfer(m, MAKER_REVIEW, 3, subj);
	d = approval(1);
	json_object_set_new(
	    d, "exceptions", json_pack("[s]", custody_exception_at(m->custody, 0)->leaf));
	assert_refused(try_as(LOG_CUSTODY, "xfer.approve", subj, "anna", d),
	    "made with 0 exceptions, 1 were signed");
}

static void
the_inventory_tells_what_the_entry_says(void **state)
{
	static const struct {
		const char *what;
		size_t at; /* which text of the exception is another one */
		const char *text;
	} cases[] = {
	    {"another reason", offsetof(struct exception, reason), "no reason"},
	    {"another last day", offsetof(struct exception, expires), "2099-12-31"},
	    {"another leaf", offsetof(struct exception, leaf), NOBODY},
	};
	(void)state;
	infected();
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char **text =
		    (const char **)(void *)((char *)&m->exceptions[0] + cases[i].at);
		const char *was = *text;
		*text = cases[i].text;
		print_message("%s\n", cases[i].what);
		assert_refused(try_as(LOG_CUSTODY, "xfer.approve", subj, "anna", approval(1)),
		    i == 2 ? "no exception" : "what its entry does not say");
		*text = was;
	}
}

static void
an_exception_holds_by_position(void **state)
{
	(void)state;
	m->infected = true;
	maker_transfer(m, MAKER_REVIEW, 3, subj);
	json_t *before = custody_prepare(m->custody, LOG_CUSTODY, subj);
	const char *leaf = maker_except(m, day);
	use(leaf);
	/* a signer who was shown the log before it took force */
	json_t *b = maker_body(
	    m, LOG_CUSTODY, "xfer.approve", subj, maker_find(m, "anna"), approval(1));
	json_object_set(b, "auth", json_object_get(before, "auth"));
	assert_refused(maker_try(m, LOG_CUSTODY, b, maker_find(m, "anna")), "was in force");
	json_decref(before);
	approve(1);
	maker_add(m, LOG_AUTHORITY, "exception.end", "exception", maker_find(m, "root1"),
	    maker_except_end_data(leaf));
	assert_refused(
	    try_as(LOG_CUSTODY, "xfer.approve", subj, "ben", approval(2)), "was ended");
	char why[CUSTODY_WHY_SIZE] = "";
	assert_false(custody_may_approve(m->custody, transfer(), "ben", why));
	assert_non_null(strstr(why, "was ended"));
}

static void
an_exception_that_is_taken_back_stops_the_release(void **state)
{
	(void)state;
	const char *leaf = infected();
	approve(1);
	approve(2);
	maker_add(m, LOG_AUTHORITY, "exception.end", "exception", maker_find(m, "root1"),
	    maker_except_end_data(leaf));
	assert_refused(try_as(LOG_CUSTODY, "xfer.release", subj, "K1",
			   maker_release_data(m, transfer()->id)),
	    "was ended");
}

/* A clock that is set back does not make an exception last longer. */
static void
the_later_of_claimed_and_newest_time_counts(void **state)
{
	char late[CLOCK_TEXT_SIZE], soon[CLOCK_TEXT_SIZE];
	int64_t end_s;
	(void)state;
	infected();
	exception_day(day, &end_s);
	clock_format(end_s, late);
	clock_format(end_s - 1, soon);
	json_t *b = maker_body(
	    m, LOG_CUSTODY, "xfer.approve", subj, maker_find(m, "anna"), approval(1));
	json_object_set_new(b, "at", json_string(soon));
	assert_int_equal(
	    maker_try(m, LOG_CUSTODY, json_incref(b), maker_find(m, "anna")), ERR_OK);
	json_object_set_new(b, "at", json_string(late));
	assert_refused(maker_try(m, LOG_CUSTODY, b, maker_find(m, "anna")), "held until");
	/* somebody else's entry came later than its last day */
	b = maker_body(m, LOG_CUSTODY, "sess.login", "officer:ben", maker_find(m, "ben"),
	    json_pack("{s:s}", "nonce", NOBODY));
	json_object_set_new(b, "at", json_string(late));
	assert_int_equal(maker_put(m, LOG_CUSTODY, b, maker_find(m, "ben")), ERR_OK);
	assert_refused(
	    try_as(LOG_CUSTODY, "xfer.approve", subj, "anna", approval(1)), "held until");
}

/* --- addenda ------------------------------------------------------------------------------ */

static void
the_next_signer_signs_the_addendum(void **state)
{
	(void)state;
	maker_transfer(m, MAKER_SUBMITTED, 3, subj);
	MEM_FREE char *scan = mem_strdup(transfer()->scan);
	maker_add(m, LOG_CUSTODY, "xfer.addendum", subj, &m->station,
	    maker_addendum_data(m, transfer()->id, 0));
	assert_int_equal(transfer()->facts.state, TRANSFER_SUBMITTED);
	assert_string_equal(transfer()->scan, scan);
	json_t *d = approval(2);
	json_object_del(d, "addendum");
	assert_refused(
	    try_as(LOG_CUSTODY, "xfer.approve", subj, "ben", d), "scanned again since");
	d = approval(2);
	json_object_set_new(d, "addendum", json_string(NOBODY));
	assert_refused(
	    try_as(LOG_CUSTODY, "xfer.approve", subj, "ben", d), "scanned again since");
	approve(2);
	assert_int_equal(transfer()->facts.state, TRANSFER_APPROVED);
	/* and who has none names none */
	maker_transfer(m, MAKER_SUBMITTED, 3, subj);
	d = approval(2);
	json_object_set_new(d, "addendum", json_string(NOBODY));
	assert_refused(try_as(LOG_CUSTODY, "xfer.approve", subj, "ben", d), "does not have");
}

static void
only_what_is_worse_returns_a_transfer(void **state)
{
	(void)state;
	maker_transfer(m, MAKER_SUBMITTED, 3, subj);
	maker_add(m, LOG_CUSTODY, "xfer.addendum", subj, &m->station,
	    maker_addendum_data(m, transfer()->id, 0));
	maker_add(m, LOG_CUSTODY, "xfer.addendum", subj, &m->station,
	    maker_addendum_data(m, transfer()->id, 2));
	const struct custody_transfer *t = transfer();
	char leaf[HEX_DIGEST_SIZE];
	custody_prev(m->custody, LOG_CUSTODY, subj, leaf);
	assert_int_equal(t->facts.state, TRANSFER_REVIEW);
	assert_int_equal(t->approvals_count, 0);
	assert_string_equal(t->why, "1 item is worse");
	assert_string_equal(t->scan, leaf);
	assert_string_equal(t->addendum, "");
	approve(1); /* over the scan of the addendum */
	assert_int_equal(transfer()->facts.state, TRANSFER_SUBMITTED);
}

static void
what_was_scanned_last_is_sealed_after_a_return(void **state)
{
	char leaf[HEX_DIGEST_SIZE];
	(void)state;
	maker_transfer(m, MAKER_SUBMITTED, 3, subj);
	json_t *d = maker_addendum_data(m, transfer()->id, 0);
	json_t *scanner = json_array_get(json_object_get(d, "scanners"), 0);
	json_object_set_new(scanner, "signatures", json_string("27501"));
	maker_add(m, LOG_CUSTODY, "xfer.addendum", subj, &m->station, d);
	custody_prev(m->custody, LOG_CUSTODY, subj, leaf);
	maker_add(m, LOG_CUSTODY, "xfer.return", subj, maker_find(m, "ben"),
	    json_pack("{s:s}", "reason", "look again"));
	assert_string_equal(transfer()->scan, leaf);
	assert_string_equal(
	    json_string_value(json_object_get(
		json_array_get(json_object_get(transfer()->scan_data, "scanners"), 0),
		"signatures")),
	    "27501");
}

static void
an_addendum_is_about_what_was_submitted(void **state)
{
	static const struct {
		const char *what, *field, *json, *words;
	} cases[] = {
	    {"another document", "document", "\"" NOBODY "\"", "not among the documents"},
	    {"other objects", "objects", "7", "another one than the entry"},
	    {"fewer that are worse", "worse", "0", "if and only if"},
	    {"more than there are", "worse", "9", "count items"},
	    {"nobody's", "officer", "\"mallory\"", "not an officer"},
	    {"no reason", "why", NULL, "if and only if"},
	    {"a word that nobody knows", "scanners.0", "\"maybe\"", "pass or fail"},
	};
	(void)state;
	maker_transfer(m, MAKER_SUBMITTED, 3, subj);
	for (size_t i = 0; i < COUNT(cases); i++) {
		json_t *d = maker_addendum_data(m, transfer()->id, 1);
		print_message("%s\n", cases[i].what);
		if (strcmp(cases[i].field, "scanners.0") == 0)
			json_object_set_new(json_array_get(json_object_get(d, "scanners"), 0),
			    "after", json_string("maybe"));
		else if (cases[i].json != NULL)
			json_object_set_new(d, cases[i].field,
			    json_loads(cases[i].json, JSON_DECODE_ANY, NULL));
		else
			json_object_del(d, cases[i].field);
		assert_refused(
		    try_as(LOG_CUSTODY, "xfer.addendum", subj, "K1", d), cases[i].words);
	}
	/* of another transfer's inventory; without a sandbox; when nothing is submitted */
	json_t *d = maker_addendum_data(m, transfer()->id, 1);
	maker_transfer(m, MAKER_SUBMITTED, 2, subj);
	assert_refused(try_as(LOG_CUSTODY, "xfer.addendum", subj, "K1", d), "another one than");
	d = maker_addendum_data(m, transfer()->id, 0);
	json_object_set_new(
	    json_array_get(json_object_get(d, "scanners"), 0), "sandbox", json_false());
	maker_add(m, LOG_CUSTODY, "xfer.addendum", subj, &m->station, d);
	assert_true(transfer()->tainted);
	d = maker_addendum_data(m, transfer()->id, 0);
	maker_transfer(m, MAKER_REVIEW, 3, subj);
	assert_refused(try_as(LOG_CUSTODY, "xfer.addendum", subj, "K1", d), "cannot follow");
}

/* A document of the maker's as text; caller frees. */
static char *
document(const char *sha256)
{
	for (size_t i = 0; i < MAKER_DOCS; i++)
		if (strcmp(m->docs[i].sha256, sha256) == 0)
			return mem_printf(
			    "%.*s", (int)m->docs[i].len, (char *)m->docs[i].bytes);
	fail_msg("no document %s", sha256);
	return NULL;
}

/* Numbering, counts and items of the document itself. */
static void
an_addendum_counts_its_items_and_knows_the_inventory(void **state)
{
	static const struct {
		const char *what, *from, *to, *words;
	} cases[] = {
	    {"an item that is not there", "\"id\":1,", "\"id\":9,", "does not say"},
	    {"another name", "file-000000", "file-000009", "does not say"},
	    {"it was worse before", "\"was\":\"clean\"", "\"was\":\"na\"", "does not say"},
	    {"nothing changed", "\"proposed\":\"reason\",\"verdict\":\"malicious\"",
		"\"proposed\":\"approve\",\"verdict\":\"clean\"", "not an item"},
	    {"nothing worse", "\"proposed\":\"reason\",\"verdict\":\"malicious\"",
		"\"proposed\":\"approve\",\"verdict\":\"na\"", "does not count"},
	    {"one more is worse", "\"worse\":1}", "\"worse\":2}", "does not count"},
	    {"no header", "\"addendum\":1", "\"addendum\":2", "not the header"},
	    {"a blank", "\"id\":1", "\"id\": 1", "not an item"},
	};
	(void)state;
	maker_transfer(m, MAKER_SUBMITTED, 3, subj);
	for (size_t i = 0; i < COUNT(cases); i++) {
		json_t *d = maker_addendum_data(m, transfer()->id, 1);
		MEM_FREE char *text =
		    document(json_string_value(json_object_get(d, "document")));
		const char *at = strstr(text, cases[i].from);
		assert_non_null(at);
		MEM_FREE char *spoiled = mem_printf("%.*s%s%s", (int)(at - text), text,
		    cases[i].to, at + strlen(cases[i].from));
		json_object_set_new(
		    d, "document", json_string(maker_store(m, spoiled, strlen(spoiled))));
		print_message("%s\n", cases[i].what);
		enum err err = try_as(LOG_CUSTODY, "xfer.addendum", subj, "K1", d);
		assert_refused(err, cases[i].words);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(an_admin_adds_what_is_narrow_and_ends),
	    TEST(an_exception_ends_once),
	    TEST(an_exception_needs_as_many_admins_as_a_policy),
	    TEST(so_many_exceptions_are_kept_at_most),
	    TEST(a_false_positive_goes_by_its_exception),
	    TEST(what_is_signed_is_what_was_sealed),
	    TEST(the_inventory_tells_what_the_entry_says),
	    TEST(an_exception_holds_by_position),
	    TEST(an_exception_that_is_taken_back_stops_the_release),
	    TEST(the_later_of_claimed_and_newest_time_counts),
	    TEST(the_next_signer_signs_the_addendum),
	    TEST(only_what_is_worse_returns_a_transfer),
	    TEST(what_was_scanned_last_is_sealed_after_a_return),
	    TEST(an_addendum_is_about_what_was_submitted),
	    TEST(an_addendum_counts_its_items_and_knows_the_inventory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

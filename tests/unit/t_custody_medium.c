/* links: @rules tests/ledger/maker src/core/inventory_print src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* The medium register and requests, as part of the record. */
#include "src/base/hex.h"
#include "tests/unit/custody.h"

#include <stdio.h>
#include <string.h>

static char subj[80];

static enum err
try_xfer(const char *type, const char *who, json_t *data)
{
	struct maker_person *p = strcmp(who, "K1") == 0 ? &m->station : maker_find(m, who);
	return maker_try(m, LOG_CUSTODY, maker_body(m, LOG_CUSTODY, type, subj, p, data), p);
}

static const struct custody_transfer *
transfer(void)
{
	return custody_transfer_find(m->custody, subj + strlen("xfer:"));
}

/* --- the medium register ------------------------------------------------------------ */

static enum err
try_medium(const char *type, const char *who, json_t *data)
{
	struct maker_person *p = maker_find(m, who);
	return maker_try(
	    m, LOG_CUSTODY, maker_body(m, LOG_CUSTODY, type, "medium:M-1", p, data), p);
}

static json_t *
receipt(void)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:b}", "classification", "open", "from",
	    "K. Ode", "label", "blue", "owner", "", "seal", "", "sealed", 0);
}

static json_t *
open_of(const char *control)
{
	json_t *d = maker_open_data(m);
	json_object_set_new(d, "control", json_string(control));
	return d;
}

static void
register_is_part_of_the_record(void **state)
{
	(void)state;
	snprintf(subj, sizeof(subj), "xfer:K1-000001");
	assert_refused(try_xfer("xfer.open", "K1", open_of("M-1")), "no medium M-1");
	assert_refused(try_xfer("xfer.open", "K1", open_of("m 1")), "no control number");
	assert_refused(
	    try_medium("medium.return", "anna", json_pack("{s:s,s:s}", "seal", "", "to", "x")),
	    "no medium M-1");
	json_t *bare = receipt();
	json_object_del(bare, "from");
	assert_refused(try_medium("medium.register", "anna", bare), "the field from is wrong");
	assert_refused(try_medium("medium.register", "root1", receipt()), "role");
	maker_add(
	    m, LOG_CUSTODY, "medium.register", "medium:M-1", maker_find(m, "anna"), receipt());
	assert_refused(try_medium("medium.register", "ben", receipt()), "given once");
	maker_add(m, LOG_CUSTODY, "xfer.open", subj, &m->station, open_of("M-1"));
	const struct register_medium *r = register_find(custody_register(m->custody), "M-1");
	assert_string_equal(r->transfer, "K1-000001");
	assert_string_equal(transfer()->control, "M-1");
	maker_add(m, LOG_CUSTODY, "xfer.abort", subj, maker_find(m, "anna"),
	    json_pack("{s:s}", "reason", "no"));
	assert_refused(try_xfer("xfer.medium", "K1",
			   json_pack("{s:s,s:s}", "disposition", "lost", "officer", "ben")),
	    "begin with returned");
	maker_add(m, LOG_CUSTODY, "xfer.medium", subj, &m->station,
	    json_pack("{s:s,s:s}", "disposition", "destroyed by fire", "officer", "ben"));
	r = register_find(custody_register(m->custody), "M-1");
	assert_int_equal(r->state, REGISTER_ENDING);
	/* the officer it names did it, not the station that signs */
	assert_string_equal(r->officer, "ben");
	assert_refused(try_medium("medium.confirm", "ben", json_pack("{s:s}", "note", "")),
	    "another officer");
	assert_int_equal(
	    try_medium("medium.confirm", "anna", json_pack("{s:s}", "note", "")), ERR_OK);
}

static void
request_is_laid_to_what_is_blocked(void **state)
{
	(void)state;
	json_t *documents = json_pack("{s:s,s:s}", "document", ENTRY_ZEROS, "officer", "anna");
	maker_transfer(m, MAKER_REVIEW, 3, subj);
	assert_refused(try_xfer("xfer.request", "K1", json_incref(documents)), "cannot follow");
	maker_add(m, LOG_CUSTODY, "xfer.block", subj, &m->station,
	    json_pack("{s:s}", "why", "policy asks for a request"));
	assert_string_equal(transfer()->request, "");
	maker_add(m, LOG_CUSTODY, "xfer.request", subj, &m->station, documents);
	assert_string_equal(transfer()->request, ENTRY_ZEROS);
	assert_string_equal(transfer()->signature, "");
	assert_int_equal(transfer()->facts.state, TRANSFER_BLOCKED);
}

/* The one transfer was stopped, its medium destroyed: what is read again is not that. */
static void
what_was_destroyed_is_not_read_again(void **state)
{
	(void)state;
	snprintf(subj, sizeof(subj), "xfer:K1-000001");
	maker_add(
	    m, LOG_CUSTODY, "medium.register", "medium:M-1", maker_find(m, "anna"), receipt());
	maker_add(m, LOG_CUSTODY, "xfer.open", subj, &m->station, open_of("M-1"));
	assert_int_equal(try_xfer("xfer.start", "K1", maker_start_data(m)), ERR_OK);
	maker_add(m, LOG_CUSTODY, "xfer.fault", subj, &m->station,
	    json_pack("{s:s,s:s}", "step", "reading", "why", "stopped"));
	maker_add(m, LOG_CUSTODY, "medium.destroy", "medium:M-1", maker_find(m, "anna"),
	    json_pack("{s:s,s:s}", "certificate", "", "method", "fire"));
	assert_refused(try_xfer("xfer.start", "K1", maker_start_data(m)), "and cannot be read");
}

static json_t *
scan_with(const char *requester, const char *word)
{
	json_t *d = maker_scan_data(m);
	json_object_set_new(d, "request",
	    json_pack("{s:s,s:i,s:s,s:i,s:s,s:s,s:s,s:i,s:[],s:i,s:i,s:s,s:s,s:s,s:s,s:s,s:s}",
		"approval", "", "asked", 1, "classification", "", "differ", 0, "document",
		ENTRY_ZEROS, "id", "R-1", "key", "", "missing", 0, "missing_names", "names", 1,
		"other", 0, "purpose", "p", "requester", requester, "signed", word, "source",
		"medium", "target", "", "why", ""));
	return d;
}

/* The station was killed before it blocked them, or its desk lies: no approval counts. */
static void
a_transfer_without_the_request_that_policy_asks_for_is_not_approved(void **state)
{
	static const struct {
		const char *requester, *word; /* NULL: no request */
		const char *want;
	} cases[] = {{NULL, NULL, "there is none"}, {"otto", "signed", "another requester"},
	    {"rita", "no", "signed with"}, {"rita", "signed", NULL}};
	(void)state;
	maker_demand(m, "request_required = \"signed\";");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		maker_transfer(m, MAKER_SCANNING, 3, subj);
		maker_add(m, LOG_CUSTODY, "xfer.scan", subj, &m->station,
		    cases[i].word == NULL ? maker_scan_data(m)
					  : scan_with(cases[i].requester, cases[i].word));
		enum err e = try_xfer("xfer.approve", "anna",
		    maker_approve_data(m, transfer()->id, 3, "anna", 1));
		if (cases[i].want != NULL)
			assert_refused(e, cases[i].want);
		else
			assert_int_equal(e, ERR_OK);
	}
}

/* The station signs those, and may name nobody but an officer. */
static void
what_the_station_signs_names_an_officer(void **state)
{
	static const struct {
		const char *type;
		enum maker_until until;
	} cases[] = {{"xfer.unlock", MAKER_READING}, {"xfer.medium", MAKER_REVIEW},
	    {"xfer.start", MAKER_OPEN}};
	(void)state;
	for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
		const char *type = cases[i / 2].type, *officer = i % 2 == 0 ? "anna" : "rita";
		maker_transfer(m, cases[i / 2].until, 3, subj);
		json_t *d = json_pack("{s:s}", "officer", officer);
		if (strcmp(type, "xfer.unlock") == 0)
			json_object_update_new(
			    d, json_pack("{s:s,s:b,s:i,s:s}", "kind", "luks2", "ok", 0,
				   "volume", 1, "why", "x"));
		else if (strcmp(type, "xfer.medium") == 0)
			json_object_set_new(d, "disposition", json_string("returned"));
		else
			json_object_set_new(d, "sandbox", json_true());
		enum err e = try_xfer(type, "K1", d);
		if (i % 2 == 0)
			assert_int_equal(e, ERR_OK);
		else
			assert_refused(e, "is not an officer");
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(register_is_part_of_the_record),
	    TEST(request_is_laid_to_what_is_blocked),
	    TEST(what_was_destroyed_is_not_read_again),
	    TEST(what_the_station_signs_names_an_officer),
	    TEST(a_transfer_without_the_request_that_policy_asks_for_is_not_approved),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* links: @rules tests/ledger/maker src/core/inventory_print src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* Recall and retirement of a delivery: each rule once held, once broken. */
#include "tests/unit/custody.h"

static char subj[80];

static struct maker_person *
person(const char *who)
{
	return strcmp(who, "K1") == 0 ? &m->station : maker_find(m, who);
}

static enum err
try_xfer(const char *type, const char *who, json_t *data)
{
	return maker_try(m, LOG_CUSTODY,
	    maker_body(m, LOG_CUSTODY, type, subj, person(who), data), person(who));
}

static void
add_xfer(const char *type, const char *who, json_t *data)
{
	maker_add(m, LOG_CUSTODY, type, subj, person(who), data);
}

static const struct custody_transfer *
transfer(void)
{
	return custody_transfer_find(m->custody, subj + strlen("xfer:"));
}

static json_t *
reason(const char *text)
{
	return json_pack("{s:s}", "reason", text);
}

/* data of xfer.confirm, or with a reason of xfer.keep */
static json_t *
about(const char *leaf, const char *why)
{
	return json_pack("{s:s,s:s*}", "leaf", leaf, "reason", why);
}

static json_t *
moved(const char *confirm)
{
	return json_pack(
	    "{s:s,s:s,s:b}", "confirm", confirm, "dest", transfer()->dest, "found", 1);
}

static const struct kind {
	const char *ask, *done, *other;
	enum transfer_state asked, over;
} kinds[] = {
    {"xfer.recall", "xfer.recalled", "xfer.retired", TRANSFER_RECALL, TRANSFER_RECALLED},
    {"xfer.retire", "xfer.retired", "xfer.recalled", TRANSFER_RETIRE, TRANSFER_RETIRED},
};

static void
two_officers_move_a_delivery(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		const struct kind *k = &kinds[i % 2];
		maker_transfer(m, i < 2 ? MAKER_RELEASED : MAKER_CLOSED, 3, subj);
		add_xfer(k->ask, "anna", reason("wrong version"));
		assert_int_equal(transfer()->facts.state, k->asked);
		assert_string_equal(transfer()->recall.reason, "wrong version");
		assert_string_equal(transfer()->recall.proposal.officer, "anna");
		add_xfer("xfer.confirm", "ben", about(transfer()->recall.proposal.leaf, NULL));
		assert_int_equal(transfer()->facts.state, k->asked);
		assert_string_equal(transfer()->recall.agreement.officer, "ben");
		add_xfer(k->done, "K1", moved(transfer()->recall.agreement.leaf));
		assert_int_equal(transfer()->facts.state, k->over);
		assert_int_equal(transfer()->recall.retire, i % 2);
		assert_string_equal(transfer()->recall.reason, "wrong version");
	}
}

static void
only_a_delivery_can_be_recalled(void **state)
{
	static const enum maker_until untils[] = {MAKER_OPEN, MAKER_READING, MAKER_SCANNING,
	    MAKER_REVIEW, MAKER_SUBMITTED, MAKER_APPROVED};
	(void)state;
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < sizeof(untils) / sizeof(untils[0]); i++) {
			maker_transfer(m, untils[i], 3, subj);
			assert_refused(
			    try_xfer(kinds[k].ask, "anna", reason("x")), "cannot follow");
		}
	/* closed with two signatures, and nothing went */
	maker_transfer(m, MAKER_APPROVED, 0, subj);
	assert_int_equal(transfer()->facts.state, TRANSFER_CLOSED);
	assert_refused(try_xfer("xfer.recall", "anna", reason("x")), "cannot follow");
	assert_refused(try_xfer("xfer.retire", "anna", reason("x")), "cannot follow");
}

static void
proposal_is_an_officers_with_a_reason(void **state)
{
	(void)state;
	maker_transfer(m, MAKER_CLOSED, 3, subj);
	for (size_t k = 0; k < 2; k++) {
		assert_refused(try_xfer(kinds[k].ask, "anna", reason("")), "give a reason");
		assert_refused(try_xfer(kinds[k].ask, "K1", reason("x")), "cannot be signed");
		assert_refused(try_xfer(kinds[k].ask, "anna", NULL), "the field reason");
		char longest[LIM_RECALL_REASON_BYTES + 2];
		memset(longest, 'x', sizeof(longest));
		longest[LIM_RECALL_REASON_BYTES + 1] = '\0';
		assert_refused(
		    try_xfer(kinds[k].ask, "anna", reason(longest)), "more than 1000");
		longest[LIM_RECALL_REASON_BYTES] = '\0';
		assert_int_equal(try_xfer(kinds[k].ask, "anna", reason(longest)), ERR_OK);
	}
}

static void
second_signature_is_another_persons(void **state)
{
	(void)state;
	for (size_t k = 0; k < 2; k++) {
		maker_transfer(m, MAKER_RELEASED, 3, subj);
		add_xfer(kinds[k].ask, "anna", reason("x"));
		const char *leaf = transfer()->recall.proposal.leaf;
		assert_refused(
		    try_xfer("xfer.confirm", "anna", about(leaf, NULL)), "another officer");
		assert_refused(try_xfer("xfer.confirm", "ben", about(ENTRY_ZEROS, NULL)),
		    "leaf is not that");
		assert_refused(
		    try_xfer("xfer.confirm", "K1", about(leaf, NULL)), "cannot be signed");
		assert_refused(try_xfer(kinds[k].done, "K1", moved(leaf)), "cannot follow");
		add_xfer("xfer.confirm", "ben", about(leaf, NULL));
		assert_refused(
		    try_xfer("xfer.confirm", "cleo", about(leaf, NULL)), "cannot follow");
	}
}

static void
requester_decides_nothing_about_the_delivery(void **state)
{
	(void)state;
	struct maker_person *rita = maker_person(m, "rita", "Rita Voss", "officer");
	maker_add(m, LOG_AUTHORITY, "officer.enroll", "person:rita", maker_find(m, "root1"),
	    maker_enroll_data(m, rita, json_pack("[s]", "officer")));
	maker_transfer(m, MAKER_CLOSED, 3, subj);
	for (size_t k = 0; k < 2; k++)
		assert_refused(try_xfer(kinds[k].ask, "rita", reason("x")), "is the requester");
	add_xfer("xfer.recall", "anna", reason("x"));
	const char *leaf = transfer()->recall.proposal.leaf;
	assert_refused(try_xfer("xfer.confirm", "rita", about(leaf, NULL)), "is the requester");
	assert_refused(try_xfer("xfer.keep", "rita", about(leaf, "y")), "is the requester");
	assert_int_equal(try_xfer("xfer.confirm", "cleo", about(leaf, NULL)), ERR_OK);
}

static void
delivery_stays_when_it_is_taken_back(void **state)
{
	static const char *const who[] = {"anna", "ben"};
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		enum maker_until until = i < 2 ? MAKER_RELEASED : MAKER_CLOSED;
		maker_transfer(m, until, 3, subj);
		enum transfer_state before = transfer()->facts.state;
		add_xfer(kinds[i % 2].ask, "anna", reason("x"));
		MEM_FREE char *leaf = mem_strdup(transfer()->recall.proposal.leaf);
		assert_refused(try_xfer("xfer.keep", who[i % 2], about(leaf, "")), "a reason");
		assert_refused(try_xfer("xfer.keep", who[i % 2], about(ENTRY_ZEROS, "x")),
		    "leaf is not that");
		add_xfer("xfer.keep", who[i % 2], about(leaf, "it was another one"));
		assert_int_equal(transfer()->facts.state, before);
		assert_null(transfer()->recall.reason);
		assert_refused(
		    try_xfer("xfer.confirm", "ben", about(leaf, NULL)), "cannot follow");
		/* a new proposal is another leaf */
		add_xfer(kinds[i % 2].ask, "ben", reason("y"));
		assert_refused(
		    try_xfer("xfer.confirm", "anna", about(leaf, NULL)), "leaf is not that");
	}
}

static void
what_the_stager_says_is_what_was_signed(void **state)
{
	(void)state;
	for (size_t k = 0; k < 2; k++) {
		maker_transfer(m, MAKER_CLOSED, 3, subj);
		add_xfer(kinds[k].ask, "ben", reason("x"));
		const char *leaf = transfer()->recall.proposal.leaf;
		add_xfer("xfer.confirm", "anna", about(leaf, NULL));
		const char *confirm = transfer()->recall.agreement.leaf;
		json_t *d = moved(confirm);
		set(d, "dest", json_string("transfers/K1-000099"));
		assert_refused(try_xfer(kinds[k].done, "K1", d), "destination");
		assert_refused(try_xfer(kinds[k].done, "K1", moved(leaf)), "second signature");
		assert_refused(try_xfer(kinds[k].other, "K1", moved(confirm)), "cannot follow");
		assert_refused(
		    try_xfer(kinds[k].done, "anna", moved(confirm)), "cannot be signed");
		assert_refused(try_xfer("xfer.keep", "ben", about(leaf, "x")), "cannot follow");
		add_xfer(kinds[k].done, "K1", moved(confirm));
		assert_refused(try_xfer(kinds[k].ask, "anna", reason("x")), "cannot follow");
	}
}

/* What was recalled takes up room for ever, unless it is retired: the recall stays known. */
static void
a_recalled_delivery_can_be_retired(void **state)
{
	(void)state;
	maker_transfer(m, MAKER_CLOSED, 3, subj);
	add_xfer("xfer.recall", "anna", reason("wrong version"));
	add_xfer("xfer.confirm", "ben", about(transfer()->recall.proposal.leaf, NULL));
	add_xfer("xfer.recalled", "K1", moved(transfer()->recall.agreement.leaf));
	assert_true(transfer_moved(&transfer()->facts));
	assert_null(transfer()->recalled.reason);

	add_xfer("xfer.retire", "ben", reason("room"));
	assert_int_equal(transfer()->facts.state, TRANSFER_RETIRE);
	assert_false(transfer_delivered(&transfer()->facts));
	assert_true(transfer_moved(&transfer()->facts));
	assert_string_equal(transfer()->recall.reason, "room");
	assert_string_equal(transfer()->recalled.reason, "wrong version");
	MEM_FREE char *leaf = mem_strdup(transfer()->recall.proposal.leaf);
	assert_refused(try_xfer("xfer.confirm", "ben", about(leaf, NULL)), "another officer");
	add_xfer("xfer.keep", "cleo", about(leaf, "it is evidence"));
	assert_int_equal(transfer()->facts.state, TRANSFER_RECALLED);
	assert_string_equal(transfer()->recall.reason, "wrong version");
	assert_string_equal(transfer()->recall.agreement.officer, "ben");
	assert_false(transfer()->recall.retire);
	assert_null(transfer()->recalled.reason);
	assert_refused(try_xfer("xfer.recall", "anna", reason("x")), "cannot follow");

	add_xfer("xfer.retire", "ben", reason("room, again"));
	add_xfer("xfer.confirm", "anna", about(transfer()->recall.proposal.leaf, NULL));
	assert_refused(
	    try_xfer("xfer.recalled", "K1", moved(transfer()->recall.agreement.leaf)),
	    "cannot follow");
	add_xfer("xfer.retired", "K1", moved(transfer()->recall.agreement.leaf));
	assert_int_equal(transfer()->facts.state, TRANSFER_RETIRED);
	assert_true(transfer()->recall.retire);
	assert_string_equal(transfer()->recalled.reason, "wrong version");
	assert_string_equal(transfer()->recalled.proposal.officer, "anna");
	assert_refused(try_xfer("xfer.retire", "anna", reason("x")), "cannot follow");
}

static void
a_medium_can_leave_whatever_becomes_of_the_delivery(void **state)
{
	(void)state;
	maker_transfer(m, MAKER_RELEASED, 3, subj);
	add_xfer("xfer.recall", "anna", reason("x"));
	json_t *gone = json_pack("{s:s,s:s}", "disposition", "returned", "officer", "anna");
	assert_int_equal(try_xfer("xfer.medium", "K1", json_incref(gone)), ERR_OK);
	add_xfer("xfer.confirm", "ben", about(transfer()->recall.proposal.leaf, NULL));
	add_xfer("xfer.recalled", "K1", moved(transfer()->recall.agreement.leaf));
	add_xfer("xfer.medium", "K1", gone);
	assert_int_equal(transfer()->facts.state, TRANSFER_RECALLED);
	assert_string_equal(transfer()->recall.reason, "x");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(two_officers_move_a_delivery),
	    TEST(only_a_delivery_can_be_recalled),
	    TEST(proposal_is_an_officers_with_a_reason),
	    TEST(second_signature_is_another_persons),
	    TEST(requester_decides_nothing_about_the_delivery),
	    TEST(delivery_stays_when_it_is_taken_back),
	    TEST(what_the_stager_says_is_what_was_signed),
	    TEST(a_recalled_delivery_can_be_retired),
	    TEST(a_medium_can_leave_whatever_becomes_of_the_delivery),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

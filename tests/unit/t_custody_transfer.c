/* links: @rules tests/ledger/maker src/core/inventory_print src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* The rules of a transfer, from open to close: each once held, once broken. */
#include "tests/unit/custody.h"

/* --- transfers ------------------------------------------------------------------------- */

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

static json_t *
approval(const char *decider, unsigned slot)
{
	return maker_approve_data(m, transfer()->id, 3, decider, slot);
}

static void
whole_life_from_open_to_close(void **state)
{
	(void)state;
	maker_transfer(m, MAKER_CLOSED, 3, subj);
	assert_string_equal(subj, "xfer:K1-000001");
	const struct custody_transfer *t = transfer();
	assert_int_equal(t->facts.state, TRANSFER_CLOSED);
	assert_int_equal(t->approvals_count, 2);
	assert_string_equal(t->approvals[0].officer, "anna");
	assert_string_equal(t->approvals[1].officer, "ben");
	assert_int_equal(t->files, 3);
	assert_int_equal(t->seqs_count, 9);
	assert_false(t->tainted);
	assert_string_equal(t->disposition, "returned");
	char next[TRANSFER_ID_SIZE];
	custody_next_transfer(m->custody, next);
	assert_string_equal(next, "K1-000002");
	assert_int_equal(custody_check_documents(m->custody, t, m->why), ERR_OK);
}

static void
nothing_approved_still_takes_two_signatures(void **state)
{
	(void)state;
	maker_transfer(m, MAKER_SUBMITTED, 0, subj);
	assert_int_equal(transfer()->facts.state, TRANSFER_SUBMITTED);
	maker_transfer(m, MAKER_APPROVED, 0, subj);
	assert_int_equal(transfer()->facts.state, TRANSFER_CLOSED);
	assert_refused(try_xfer("xfer.release", "K1", maker_release_data(m, transfer()->id)),
	    "cannot follow");
}

static void
opening_is_judged(void **state)
{
	static const struct {
		const char *what, *field, *json, *words;
	} cases[] = {
	    {"officer unknown", "officer", "\"mallory\"", "not an officer"},
	    {"officer is a requester", "officer", "\"rita\"", "not an officer"},
	    {"requester not enrolled", "requester", "\"nobody\"", "not an enrolled requester"},
	    {"requester is only an officer", "requester", "\"ben\"",
		"not an enrolled requester"},
	    {"policy not in force", "policy",
		"\"0000000000000000000000000000000000000000000000000000000000000000\"",
		"not the one in force"},
	    {"escape sequence in the source", "medium.source", "\"\\u001b[2J\"",
		"medium.source"},
	    {"nested field missing", "medium", "{\"bytes\":1,\"kind\":\"image\"}",
		"medium.source is wrong"},
	};
	(void)state;
	char id[TRANSFER_ID_SIZE];
	custody_next_transfer(m->custody, id);
	snprintf(subj, sizeof(subj), "xfer:%s", id);
	assert_int_equal(try_xfer("xfer.open", "K1", maker_open_data(m)), ERR_OK);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *d = maker_open_data(m);
		print_message("%s\n", cases[i].what);
		set(d, cases[i].field, json_loads(cases[i].json, JSON_DECODE_ANY, NULL));
		assert_refused(try_xfer("xfer.open", "K1", d), cases[i].words);
	}
	snprintf(subj, sizeof(subj), "xfer:K1-000002");
	assert_refused(
	    try_xfer("xfer.open", "K1", maker_open_data(m)), "next transfer is K1-000001");
}

static void
approval_needs_another_person_with_another_key(void **state)
{
	(void)state;
	maker_transfer(m, MAKER_SUBMITTED, 3, subj);
	assert_refused(try_xfer("xfer.approve", "anna", approval("anna", 2)), "another person");
	assert_int_equal(try_xfer("xfer.approve", "ben", approval("anna", 2)), ERR_OK);
	assert_refused(try_xfer("xfer.approve", "ben", approval("anna", 1)), "is slot 2");
	assert_refused(try_xfer("xfer.approve", "ben", approval("anna", 3)), "is slot 2");
	/* The desk may ask beforehand. */
	assert_true(custody_may_approve(m->custody, transfer(), "ben", m->why));
	assert_false(custody_may_approve(m->custody, transfer(), "anna", m->why));
	assert_false(custody_may_approve(m->custody, transfer(), "rita", m->why));
	assert_false(custody_may_approve(m->custody, transfer(), "root1", m->why));
}

static void
decider_cannot_be_second_signer(void **state)
{
	(void)state;
	maker_transfer(m, MAKER_REVIEW, 3, subj);
	maker_add(
	    m, LOG_CUSTODY, "xfer.approve", subj, maker_find(m, "anna"), approval("ben", 1));
	assert_refused(try_xfer("xfer.approve", "ben", approval("ben", 2)), "decided items");
	assert_int_equal(try_xfer("xfer.approve", "cleo", approval("ben", 2)), ERR_OK);
}

static void
requester_cannot_approve(void **state)
{
	(void)state;
	struct maker_person *rita = maker_person(m, "rita", "Rita Voss", "officer");
	maker_add(m, LOG_AUTHORITY, "officer.enroll", "person:rita", maker_find(m, "root1"),
	    maker_enroll_data(m, rita, json_pack("[s]", "officer")));
	maker_transfer(m, MAKER_REVIEW, 3, subj);
	assert_refused(
	    try_xfer("xfer.approve", "rita", approval("anna", 1)), "is the requester");
	maker_add(
	    m, LOG_CUSTODY, "xfer.approve", subj, maker_find(m, "anna"), approval("anna", 1));
	assert_refused(
	    try_xfer("xfer.approve", "rita", approval("anna", 2)), "is the requester");
}

static void
officer_enrolled_after_auth_cannot_sign(void **state)
{
	(void)state;
	maker_transfer(m, MAKER_SUBMITTED, 3, subj);
	json_t *old = custody_prepare(m->custody, LOG_CUSTODY, subj);
	struct maker_person *dora = maker_person(m, "dora", "Dora Stein", "officer");
	maker_add(m, LOG_AUTHORITY, "officer.enroll", "person:dora", maker_find(m, "root1"),
	    maker_enroll_data(m, dora, json_pack("[s]", "officer")));
	json_t *b = maker_body(m, LOG_CUSTODY, "xfer.approve", subj, dora, approval("anna", 2));
	json_object_set(b, "auth", json_object_get(old, "auth"));
	assert_refused(maker_try(m, LOG_CUSTODY, b, dora), "not enrolled as officer at auth");
	assert_int_equal(try_xfer("xfer.approve", "dora", approval("anna", 2)), ERR_OK);
	json_decref(old);
}

static void
approvals_are_over_the_same_bytes(void **state)
{
	static const struct {
		const char *what, *field, *json, *words;
		bool first; /* also refused in the submission */
	} cases[] = {
	    {"other destination", "dest", "\"transfers/elsewhere\"", "another destination",
		false},
	    {"other inventory", "inventory.sha256", NULL, "another inventory", true},
	    {"other number of items", "inventory.items", "2", "another inventory", true},
	    {"other findings", "findings", NULL, "another inventory", true},
	    {"other manifest", "manifest.sha256", NULL, "another manifest", true},
	    {"other manifest root", "manifest.root", NULL, "another manifest", true},
	    {"other number of files", "manifest.files", "2", "another manifest", true},
	    {"other number of bytes", "manifest.bytes", "0", "another manifest", true},
	    {"other policy", "policy", NULL, "policy is not", true},
	    {"other scan", "scan", NULL, "leaf of the last scan", true},
	    {"outbound", "dir", "\"out\"", "dir must be", true},
	    {"expiry", "expires", "\"2030-01-01T00:00:00Z\"", "dir must be", true},
	};
	static const char *const other =
	    "\"00000000000000000000000000000000000000000000000000000000000000ff\"";
	(void)state;
	maker_transfer(m, MAKER_REVIEW, 3, subj);
	for (unsigned slot = 1; slot <= 2; slot++) {
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			const char *json = cases[i].json != NULL ? cases[i].json : other;
			json_t *d = approval("anna", slot);
			set(d, cases[i].field, json_loads(json, JSON_DECODE_ANY, NULL));
			print_message("%s in slot %u\n", cases[i].what, slot);
			enum err err = try_xfer("xfer.approve", slot == 1 ? "anna" : "ben", d);
			if (slot == 2)
				assert_refused(err, cases[i].words);
			else
				assert_int_equal(err != ERR_OK, cases[i].first);
		}
		if (slot == 1)
			maker_add(m, LOG_CUSTODY, "xfer.approve", subj, maker_find(m, "anna"),
			    approval("anna", 1));
	}
}

static void
sandbox_taint_never_washes_off(void **state)
{
	static const struct {
		const char *what;
		unsigned at; /* which entry says so */
	} cases[] = {{"at open", 0}, {"at start", 1}, {"a scanner", 2}};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct maker_person *k1 = &m->station;
		char id[TRANSFER_ID_SIZE];
		custody_next_transfer(m->custody, id);
		snprintf(subj, sizeof(subj), "xfer:%s", id);
		json_t *open = maker_open_data(m), *start = maker_start_data(m);
		json_t *scan = maker_scan_data(m);
		if (cases[i].at == 0)
			set(open, "sandbox", json_false());
		if (cases[i].at == 1)
			set(start, "sandbox", json_false());
		if (cases[i].at == 2)
			set(json_array_get(json_object_get(scan, "scanners"), 0), "sandbox",
			    json_false());
		maker_add(m, LOG_CUSTODY, "xfer.open", subj, k1, open);
		maker_add(m, LOG_CUSTODY, "xfer.start", subj, k1, start);
		maker_add(m, LOG_CUSTODY, "xfer.read", subj, k1, maker_read_data(m, 3));
		maker_add(m, LOG_CUSTODY, "xfer.scan", subj, k1, scan);
		assert_true(transfer()->tainted);
		assert_refused(
		    try_xfer("xfer.approve", "anna", approval("anna", 1)), "sandbox");
		/* Reading again, this time in a sandbox, does not help. */
		maker_add(m, LOG_CUSTODY, "xfer.fault", subj, k1,
		    json_pack("{s:s,s:s}", "step", "scanning", "why", "again"));
		maker_add(m, LOG_CUSTODY, "xfer.start", subj, k1, maker_start_data(m));
		maker_add(m, LOG_CUSTODY, "xfer.read", subj, k1, maker_read_data(m, 3));
		maker_add(m, LOG_CUSTODY, "xfer.scan", subj, k1, maker_scan_data(m));
		assert_refused(
		    try_xfer("xfer.approve", "anna", approval("anna", 1)), "sandbox");
	}
}

static void
ledger_without_sandbox_taints_what_is_open(void **state)
{
	(void)state;
	maker_transfer(m, MAKER_SUBMITTED, 3, subj);
	maker_add(m, LOG_CUSTODY, "station.stop", "station", &m->station, json_object());
	maker_add(m, LOG_CUSTODY, "station.start", "station", &m->station,
	    json_pack("{s:[],s:b,s:b,s:s}", "interrupted", "sandbox", 0, "unclean", 0,
		"version", "1"));
	assert_refused(try_xfer("xfer.approve", "ben", approval("anna", 2)), "sandbox");
}

static void
return_and_withdraw_are_for_the_right_person(void **state)
{
	(void)state;
	maker_transfer(m, MAKER_SUBMITTED, 3, subj);
	json_t *d = json_pack("{s:s}", "reason", "look again");
	assert_refused(try_xfer("xfer.return", "anna", json_incref(d)), "can withdraw it");
	assert_refused(try_xfer("xfer.withdraw", "ben", json_incref(d)), "others return it");
	assert_int_equal(try_xfer("xfer.withdraw", "anna", json_incref(d)), ERR_OK);
	maker_add(m, LOG_CUSTODY, "xfer.return", subj, maker_find(m, "ben"), d);
	const struct custody_transfer *t = transfer();
	assert_int_equal(t->facts.state, TRANSFER_REVIEW);
	assert_int_equal(t->approvals_count, 0);
	assert_string_equal(t->why, "look again");
	assert_string_equal(t->inventory, "");
	/* Ben may be first now: the old approval does not count any more. */
	assert_int_equal(try_xfer("xfer.approve", "ben", approval("anna", 1)), ERR_OK);
	assert_refused(try_xfer("xfer.approve", "ben", approval("anna", 2)), "is slot 1");
}

static void
take_over_changes_the_holder(void **state)
{
	(void)state;
	maker_transfer(m, MAKER_REVIEW, 3, subj);
	assert_string_equal(transfer()->holder, "anna");
	assert_refused(try_xfer("xfer.take", "anna", json_object()), "holds");
	maker_add(m, LOG_CUSTODY, "xfer.take", subj, maker_find(m, "ben"), json_object());
	assert_string_equal(transfer()->holder, "ben");
}

static void
release_and_delivery_are_what_was_approved(void **state)
{
	(void)state;
	maker_transfer(m, MAKER_APPROVED, 3, subj);
	const char *id = transfer()->id;
	json_t *d = maker_deliver_data(m, id);
	assert_refused(try_xfer("xfer.deliver", "K1", d), "cannot follow");
	d = maker_release_data(m, id);
	json_array_remove(json_object_get(d, "approvals"), 1);
	assert_refused(try_xfer("xfer.release", "K1", d), "approvals are not");
	d = maker_release_data(m, id);
	set(d, "manifest.files", json_integer(4));
	assert_refused(try_xfer("xfer.release", "K1", d), "not the approved one");
	assert_refused(
	    try_xfer("xfer.release", "anna", maker_release_data(m, id)), "cannot be signed");
	maker_add(m, LOG_CUSTODY, "xfer.release", subj, &m->station, maker_release_data(m, id));
	d = maker_deliver_data(m, id);
	set(d, "readback", json_string(ENTRY_ZEROS));
	assert_refused(try_xfer("xfer.deliver", "K1", d), "read back");
	d = maker_deliver_data(m, id);
	set(d, "dest", json_string("elsewhere"));
	assert_refused(try_xfer("xfer.deliver", "K1", d), "destination");
	/* After a fault the release is begun again before anything is delivered. */
	maker_add(m, LOG_CUSTODY, "xfer.fault", subj, &m->station,
	    json_pack("{s:s,s:s}", "step", "release", "why", "disk full"));
	assert_string_equal(transfer()->step, "release");
	assert_refused(try_xfer("xfer.start", "K1", maker_start_data(m)), "cannot follow");
	maker_add(m, LOG_CUSTODY, "xfer.release", subj, &m->station, maker_release_data(m, id));
	maker_add(m, LOG_CUSTODY, "xfer.deliver", subj, &m->station, maker_deliver_data(m, id));
	assert_int_equal(transfer()->facts.state, TRANSFER_RELEASED);
	assert_refused(
	    try_xfer("xfer.release", "K1", maker_release_data(m, id)), "cannot follow");
}

static void
delivery_under_a_policy_that_asks_tells_of_the_scan_at_release(void **state)
{
	static const struct {
		const char *field, *json, *why;
	} cases[] = {
	    {"rescan", NULL, "tells of no such scan"},
	    {"rescan.objects", "2", "not everything"},
	    {"rescan.bytes", "1", "not everything"},
	    {"rescan.scanners", "[]", "no scanner"},
	    {"rescan.scanners.0.before", "\"fail\"", "did not prove itself"},
	    {"rescan.scanners.0.after", "\"\"", "did not prove itself"},
	    {"rescan.scanners.0.sandbox", "false", "did not prove itself"},
	};
	(void)state;
	maker_demand(m, "rescan_at_release = true;");
	maker_transfer(m, MAKER_APPROVED, 3, subj);
	const char *id = transfer()->id;
	maker_add(m, LOG_CUSTODY, "xfer.release", subj, &m->station, maker_release_data(m, id));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *d = maker_deliver_data(m, id);
		json_t *rescan = json_object_get(d, "rescan");
		json_t *first = json_array_get(json_object_get(rescan, "scanners"), 0);
		json_t *value = cases[i].json != NULL
		                    ? json_loads(cases[i].json, JSON_DECODE_ANY, NULL)
		                    : NULL;
		if (value == NULL)
			json_object_del(d, "rescan");
		else if (strncmp(cases[i].field, "rescan.scanners.0.", 18) == 0)
			json_object_set_new(first, cases[i].field + 18, value);
		else
			json_object_set_new(rescan, cases[i].field + 7, value);
		assert_refused(try_xfer("xfer.deliver", "K1", d), cases[i].why);
	}
	maker_add(m, LOG_CUSTODY, "xfer.deliver", subj, &m->station, maker_deliver_data(m, id));
	assert_int_equal(transfer()->facts.state, TRANSFER_RELEASED);
}

static void
fault_names_the_step_under_way(void **state)
{
	(void)state;
	maker_transfer(m, MAKER_READING, 3, subj);
	const char *fmt = "{s:s,s:s}";
	assert_refused(
	    try_xfer("xfer.fault", "K1", json_pack(fmt, "step", "release", "why", "x")),
	    "was not under way");
	assert_refused(
	    try_xfer("xfer.fault", "K1", json_pack(fmt, "step", "lunch", "why", "x")),
	    "step is");
	maker_add(m, LOG_CUSTODY, "xfer.fault", subj, &m->station,
	    json_pack(fmt, "step", "reading", "why", "stick pulled"));
	assert_int_equal(transfer()->facts.fault_from, TRANSFER_READING);
	assert_refused(try_xfer("xfer.approve", "anna", json_object()), "is wrong");
	maker_add(m, LOG_CUSTODY, "xfer.start", subj, &m->station, maker_start_data(m));
}

static void
restart_tells_what_was_interrupted(void **state)
{
	(void)state;
	maker_transfer(m, MAKER_READING, 3, subj);
	const char *fmt = "{s:o,s:b,s:b,s:s}";
	json_t *none = json_pack(
	    fmt, "interrupted", json_array(), "sandbox", 1, "unclean", 1, "version", "1");
	json_t *clean = json_pack(fmt, "interrupted", json_pack("[s]", "K1-000001"), "sandbox",
	    1, "unclean", 0, "version", "1");
	json_t *good = json_pack(fmt, "interrupted", json_pack("[s]", "K1-000001"), "sandbox",
	    1, "unclean", 1, "version", "1");
	snprintf(subj, sizeof(subj), "station");
	assert_refused(try_xfer("station.start", "K1", none), "interrupted transfers are not");
	assert_refused(try_xfer("station.start", "K1", clean), "did not end with station.stop");
	assert_int_equal(try_xfer("station.start", "K1", good), ERR_OK);
	maker_add(m, LOG_CUSTODY, "station.stop", subj, &m->station, json_object());
	assert_true(custody_stopped(m->custody));
	assert_refused(try_xfer("station.stop", "K1", json_object()), "no station.start");
}

static void
roots_and_leaves_are_those_of_the_tree(void **state)
{
	uint8_t root[32];
	(void)state;
	maker_transfer(m, MAKER_CLOSED, 3, subj);
	uint64_t size = custody_size(m->custody, LOG_CUSTODY);
	for (uint64_t n = 1; n <= size; n++) {
		merkle_root_of(custody_leaf(m->custody, LOG_CUSTODY, 0), n, root);
		assert_memory_equal(custody_root(m->custody, LOG_CUSTODY, n), root, 32);
	}
	assert_null(custody_root(m->custody, LOG_CUSTODY, size + 1));
	assert_null(custody_leaf(m->custody, LOG_CUSTODY, size));
	struct custody *fresh = custody_new();
	assert_non_null(custody_root(fresh, LOG_CUSTODY, 0));
	assert_null(custody_leaf(fresh, LOG_CUSTODY, 0));
	custody_free(fresh);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(whole_life_from_open_to_close),
	    TEST(nothing_approved_still_takes_two_signatures),
	    TEST(opening_is_judged),
	    TEST(approval_needs_another_person_with_another_key),
	    TEST(decider_cannot_be_second_signer),
	    TEST(requester_cannot_approve),
	    TEST(officer_enrolled_after_auth_cannot_sign),
	    TEST(approvals_are_over_the_same_bytes),
	    TEST(sandbox_taint_never_washes_off),
	    TEST(ledger_without_sandbox_taints_what_is_open),
	    TEST(return_and_withdraw_are_for_the_right_person),
	    TEST(take_over_changes_the_holder),
	    TEST(release_and_delivery_are_what_was_approved),
	    TEST(delivery_under_a_policy_that_asks_tells_of_the_scan_at_release),
	    TEST(fault_names_the_step_under_way),
	    TEST(restart_tells_what_was_interrupted),
	    TEST(roots_and_leaves_are_those_of_the_tree),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* links: @rules tests/ledger/maker src/core/inventory_print src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* Officers and administrators whose keys are in tokens. */
#include "tests/unit/authority.h"
#include "tests/unit/softtoken.h"

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

static struct softtoken token;

/* From here on this person's key is in the token. */
static void
into_token(struct maker_person *p, uint8_t seed, uint32_t counter)
{
	sshsig_key_free(p->secret);
	assert_int_equal(softtoken_new(&token, seed, counter, &p->secret), ERR_OK);
	sshsig_fingerprint(sshsig_key_public(p->secret), p->key);
	sshsig_public_line(sshsig_key_public(p->secret), p->line);
}

static struct maker_person *
tess(uint32_t counter)
{
	struct maker_person *p = maker_person(m, "tess", "Tess Holm", "officer");
	into_token(p, 3, counter);
	return p;
}

static struct maker_person *
tess_enrolled(uint32_t counter)
{
	struct maker_person *p = tess(counter);
	act("officer.enroll", maker_enroll_data(m, p, json_pack("[s]", "officer")));
	return p;
}

static int
token_tear_down(void **state)
{
	sshsig_key_free(token.pair);
	token.pair = NULL;
	return tear_down(state);
}

/* The same person, and an administrator. */
static struct maker_person
tess_as_admin(const struct maker_person *p)
{
	struct maker_person admin = *p;
	json_t *data = same_admins(1), *row = admin_row(p, false);
	json_array_append_new(json_object_get(data, "admins"), row);
	act("admin.set", data);
	snprintf(admin.role, sizeof(admin.role), "admin");
	return admin;
}

static enum err
login(const struct maker_person *p)
{
	return maker_put(m, LOG_CUSTODY,
	    maker_body(m, LOG_CUSTODY, "sess.login", "officer:tess", p,
		json_pack("{s:s}", "nonce", ZEROS)),
	    p);
}

static void
a_token_is_enrolled_and_signs(void **state)
{
	(void)state;
	struct maker_person *p = tess_enrolled(5);
	assert_true(sshsig_is_token(person("tess")->public_key));
	assert_taken(login(p));
	assert_taken(login(p));
}

/* The proof is given with touch and PIN, whatever the policy asks of signatures. */
static void
an_enrolment_takes_the_pin(void **state)
{
	(void)state;
	maker_demand(m, "token_pin = false;\n");
	struct maker_person *p = tess(5);
	token.flags = SSHSIG_TOUCHED;
	assert_refused(put_act(root(1), "officer.enroll",
			   maker_enroll_data(m, p, json_pack("[s]", "officer"))),
	    "not asked for its PIN");
}

static void
the_policy_says_whether_the_pin_is_asked_for(void **state)
{
	(void)state;
	struct maker_person *p = tess_enrolled(5);
	token.flags = SSHSIG_TOUCHED;
	assert_refused(login(p), "not asked for its PIN");
	/* the document says no, and the entry does not say so: it is refused */
	MEM_FREE char *text = mem_printf("%stoken_pin = false;\n", m->policy_text);
	const char *sha256 = maker_store(m, text, strlen(text));
	json_t *data = json_pack("{s:i,s:I,s:s}", "approvals", 2, "bytes",
	    (json_int_t)strlen(text), "sha256", sha256);
	assert_refused(maker_try(m, LOG_AUTHORITY,
			   maker_body(m, LOG_AUTHORITY, "policy.set", "policy", root(1),
			       json_incref(data)),
			   root(1)),
	    "the PIN of tokens");
	json_object_set_new(data, "token_pin", json_false());
	maker_add(m, LOG_AUTHORITY, "policy.set", "policy", root(1), data);
	assert_taken(login(p));
	token.flags = SSHSIG_TOUCHED | SSHSIG_PIN;
	assert_taken(login(p));
	maker_demand(m, "");
	token.flags = SSHSIG_TOUCHED;
	assert_refused(login(p), "not asked for its PIN");
}

static void
a_counter_grows(void **state)
{
	static const struct {
		uint32_t counter;
		const char *why; /* NULL: taken */
	} rows[] = {
	    {5, NULL},
	    {5, "went from 5 to 5: the token may have been copied"},
	    {4, "went from 5 to 4"},
	    {0, "went from 5 to 0"},
	    {6, NULL},
	    {UINT32_MAX, NULL},
	    {1, "went from 4294967295 to 1"},
	};
	(void)state;
	struct maker_person *p = tess_enrolled(90);
	for (size_t i = 0; i < COUNT(rows); i++) {
		token.counter = rows[i].counter;
		enum err e = login(p);
		if (rows[i].why == NULL)
			assert_taken(e);
		else
			assert_refused(e, rows[i].why);
	}
}

static void
a_token_without_a_counter_says_zero_for_ever(void **state)
{
	(void)state;
	struct maker_person *p = tess_enrolled(0);
	assert_taken(login(p));
	assert_taken(login(p));
	token.counter = 1;
	assert_taken(login(p));
	token.counter = 0;
	assert_refused(login(p), "went from 1 to 0");
}

/* Which of two logs came first is known where one names the head of the other. */
static void
the_counter_goes_through_both_logs(void **state)
{
	(void)state;
	struct maker_person *p = tess_enrolled(5);
	const struct maker_person admin = tess_as_admin(p);
	token.counter = 5;
	assert_taken(login(p));
	token.counter = 40;
	assert_taken(put_act(&admin, "requester.enroll", a_requester("rob")));
	token.counter = 20;
	assert_refused(login(p), "went from 40 to 20");
	/* shown the head before it: nobody can say that it was signed later */
	token.counter = 20;
	json_t *body = maker_body(m, LOG_CUSTODY, "sess.login", "officer:tess", p,
	    json_pack("{s:s}", "nonce", ZEROS));
	uint64_t size = custody_size(m->custody, LOG_AUTHORITY) - 1;
	char hex[HEX_DIGEST_SIZE];
	hex_encode(custody_root(m->custody, LOG_AUTHORITY, size), 32, hex);
	json_object_set_new(
	    body, "auth", json_pack("{s:s,s:I}", "root", hex, "size", (json_int_t)size));
	assert_taken(maker_put(m, LOG_CUSTODY, body, p));
	token.counter = 41;
	assert_taken(login(p));
	token.counter = 39;
	assert_refused(
	    put_act(&admin, "requester.enroll", a_requester("rosa")), "went from 40 to 39");
}

/* A signature that does not fit is none, whatever it says of itself. */
static void
what_is_not_signed_is_not_believed(void **state)
{
	static const struct {
		const char *what;
		size_t from_end;
		uint8_t flip;
		const char *why;
	} rows[] = {
	    {"counter", 1, 0x40, "not one by tess"},
	    {"PIN", 5, SSHSIG_PIN, "not asked for its PIN"},
	    {"touch", 5, SSHSIG_TOUCHED, "was not touched"},
	    {"another flag", 5, 0x40, "not one by the token of tess"},
	};
	(void)state;
	struct maker_person *p = tess_enrolled(5);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf bytes;
		struct entry *e;
		maker_sign(maker_body(m, LOG_CUSTODY, "sess.login", "officer:tess", p,
			       json_pack("{s:s}", "nonce", ZEROS)),
		    p, &bytes);
		assert_int_equal(entry_parse(bytes.data, bytes.len, NULL, &e), ERR_OK);
		buf_done(&bytes);
		e->sig[e->sig_len - rows[i].from_end] ^= rows[i].flip;
		assert_int_equal(entry_print(e, &bytes), ERR_OK);
		entry_free(e);
		assert_refused(
		    custody_check(m->custody, LOG_CUSTODY, bytes.data, bytes.len, m->why),
		    rows[i].why);
		buf_done(&bytes);
	}
}

/* Who signs with the key of his token's point in a file signs with another key. */
static void
the_station_has_no_token(void **state)
{
	struct buf bytes;
	(void)state;
	into_token(&m->station, 4, 1);
	json_t *body =
	    maker_body(m, LOG_CUSTODY, "station.stop", "station", &m->station, json_object());
	maker_sign(body, &m->station, &bytes);
	assert_refused(custody_check(m->custody, LOG_CUSTODY, bytes.data, bytes.len, m->why),
	    "not this station");
	buf_done(&bytes);
}

/* Administrators of the founding, and newcomers, have tokens like everybody. */
static void
a_newcomer_endorses_with_a_token(void **state)
{
	(void)state;
	struct maker_person *p = tess(7);
	two_of_three();
	json_t *rows = json_array();
	json_array_append_new(rows, admin_row(root(1), false));
	json_array_append_new(rows, admin_row(p, true));
	snprintf(p->role, sizeof(p->role), "admin");
	act("admin.set", json_pack("{s:o,s:i}", "admins", rows, "threshold", 2));
	MEM_FREE char *leaf = last_pending();
	token.flags = SSHSIG_TOUCHED;
	assert_refused(put_endorse(p, leaf), "not asked for its PIN");
	token.flags = SSHSIG_TOUCHED | SSHSIG_PIN;
	token.counter = 20;
	assert_taken(put_endorse(p, leaf));
	assert_taken(put_endorse(root(2), leaf));
	token.counter = 19;
	assert_refused(
	    put_act(p, "requester.enroll", a_requester("rosa")), "went from 20 to 19");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		a_token_is_enrolled_and_signs, set_up, token_tear_down),
	    cmocka_unit_test_setup_teardown(
		an_enrolment_takes_the_pin, set_up, token_tear_down),
	    cmocka_unit_test_setup_teardown(
		the_policy_says_whether_the_pin_is_asked_for, set_up, token_tear_down),
	    cmocka_unit_test_setup_teardown(a_counter_grows, set_up, token_tear_down),
	    cmocka_unit_test_setup_teardown(
		a_token_without_a_counter_says_zero_for_ever, set_up, token_tear_down),
	    cmocka_unit_test_setup_teardown(
		the_counter_goes_through_both_logs, set_up, token_tear_down),
	    cmocka_unit_test_setup_teardown(
		what_is_not_signed_is_not_believed, set_up, token_tear_down),
	    cmocka_unit_test_setup_teardown(the_station_has_no_token, set_up, token_tear_down),
	    cmocka_unit_test_setup_teardown(
		a_newcomer_endorses_with_a_token, set_up, token_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

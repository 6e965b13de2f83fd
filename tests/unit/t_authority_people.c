/* links: @rules tests/ledger/maker src/core/inventory_print src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* People in the authority log: roles and their last days, suspension, retirement. */
#include "tests/unit/authority.h"

static char day[16], next[16];

static const char *
in_days(int days, char out[16])
{
	char text[CLOCK_TEXT_SIZE];
	clock_format(clock_wall_s() + (int64_t)days * 86400, text);
	snprintf(out, 16, "%.10s", text);
	return out;
}

static unsigned
roles(const char *id)
{
	return person(id)->roles;
}

static json_t *
grant(const char *id, const char *role, const char *expires)
{
	return json_pack("{s:s,s:s,s:s,s:[s]}", "basis", "trained on 2026-11-02", "expires",
	    expires, "id", id, "roles", role);
}

static json_t *
reason(const char *id)
{
	return json_pack("{s:s,s:s}", "id", id, "reason", "leave of absence");
}

/* A sign-in, the smallest thing an officer signs. */
static json_t *
sign_in(const char *id)
{
	char subj[80];
	snprintf(subj, sizeof(subj), "officer:%s", id);
	return maker_body(m, LOG_CUSTODY, "sess.login", subj, maker_find(m, id),
	    json_pack("{s:s}", "nonce", ENTRY_ZEROS));
}

static enum err
try_sign_in(const char *id)
{
	return maker_try(m, LOG_CUSTODY, sign_in(id), maker_find(m, id));
}

/* --- what is refused ------------------------------------------------------------------- */

static void
every_refusal_has_its_name(void **state)
{
	static const struct {
		const char *type, *data, *words;
	} cases[] = {
	    {"officer.suspend", "{'id':'nemo','reason':'x'}", "nemo is not enrolled"},
	    {"officer.suspend", "{'id':'anna','reason':''}", "reason has 1 to 256 bytes"},
	    {"officer.resume", "{'id':'anna','reason':'x'}", "anna is not suspended"},
	    {"officer.resume", "{'id':'nemo','reason':'x'}", "nemo is not enrolled"},
	    {"officer.retire", "{'id':'nemo','reason':'x'}", "nemo is not enrolled"},
	    {"officer.retire", "{'id':'anna','reason':''}", "reason has 1 to 256 bytes"},
	    {"officer.retire", "{'id':'root2','reason':'x'}",
		"root2 is an administrator; admin.set takes him out first"},
	    {"role.grant", "{'basis':'b','expires':'','id':'nemo','roles':['officer']}",
		"nemo is not enrolled"},
	    {"role.grant", "{'basis':'','expires':'','id':'rita','roles':['officer']}",
		"basis has 1 to 256 bytes"},
	    {"role.grant", "{'basis':'b','expires':'','id':'rita','roles':['officer']}",
		"rita has no key in force of which it is proved"},
	    {"role.grant", "{'basis':'b','expires':'','id':'anna','roles':['admin']}",
		"admin.set makes administrators"},
	    {"role.grant", "{'basis':'b','expires':'','id':'anna','roles':[]}", "each once"},
	    {"role.grant",
		"{'basis':'b','expires':'','id':'anna','roles':['auditor','auditor']}",
		"each once"},
	    {"role.grant", "{'basis':'b','expires':'','id':'anna','roles':['king']}",
		"each once"},
	    {"role.grant",
		"{'basis':'b','expires':'2027-02-30','id':'anna','roles':['auditor']}",
		"not a date such as"},
	    {"role.grant", "{'basis':'b','expires':'soon','id':'anna','roles':['auditor']}",
		"not a date such as"},
	    {"role.grant",
		"{'basis':'b','expires':'2020-01-01','id':'anna','roles':['auditor']}",
		"the last day, 2020-01-01, is over already"},
	    {"role.revoke", "{'id':'anna','reason':'x','roles':['auditor']}",
		"anna is not appointed as auditor"},
	    {"role.revoke", "{'id':'root2','reason':'x','roles':['admin']}",
		"admin.set makes administrators"},
	    {"role.revoke", "{'id':'anna','reason':'','roles':['officer']}",
		"reason has 1 to 256 bytes"},
	    {"role.revoke", "{'id':'anna','reason':'x','roles':[]}", "each once"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		print_message("%s %s\n", cases[i].type, cases[i].data);
		assert_refused(
		    try_act(maker_find(m, "root1"), cases[i].type, quoted(cases[i].data)),
		    cases[i].words);
	}
}

static void
an_act_is_about_its_subject(void **state)
{
	static const char *const types[] = {"officer.suspend", "officer.retire"};
	const struct maker_person *root1 = maker_find(m, "root1");
	(void)state;
	for (size_t i = 0; i < COUNT(types); i++)
		assert_refused(maker_try(m, LOG_AUTHORITY,
				   maker_body(m, LOG_AUTHORITY, types[i], "person:ben", root1,
				       reason("anna")),
				   root1),
		    "id is not the person it is about");
	assert_refused(
	    try_act(maker_find(m, "anna"), "officer.suspend", reason("ben")), "in the role");
}

static void
reasons_have_256_bytes_and_no_more(void **state)
{
	char text[LIM_PERSON_REASON_BYTES + 2];
	const struct maker_person *root1 = maker_find(m, "root1");
	(void)state;
	memset(text, 'x', sizeof(text));
	text[LIM_PERSON_REASON_BYTES + 1] = '\0';
	for (int over = 1; over >= 0; over--) {
		text[LIM_PERSON_REASON_BYTES + over] = '\0';
		enum err suspended = try_act(root1, "officer.suspend",
		    json_pack("{s:s,s:s}", "id", "anna", "reason", text));
		enum err granted = try_act(root1, "role.grant",
		    json_pack("{s:s,s:s,s:s,s:[s]}", "basis", text, "expires", "", "id", "anna",
			"roles", "auditor"));
		assert_true((suspended == ERR_OK) == !over);
		assert_true((granted == ERR_OK) == !over);
	}
}

static void
enrolling_makes_no_administrators(void **state)
{
	struct maker_person *dora = maker_person(m, "dora", "Dora Stein", "officer");
	(void)state;
	assert_refused(try_act(maker_find(m, "root1"), "officer.enroll",
			   maker_enroll_data(m, dora, json_pack("[s]", "admin"))),
	    "admin.set makes administrators");
	assert_refused(try_act(maker_find(m, "root1"), "officer.enroll",
			   maker_enroll_data(m, dora, json_pack("[s,s]", "officer", "admin"))),
	    "admin.set makes administrators");
}

/* --- roles ------------------------------------------------------------------------------ */

static void
an_admin_becomes_an_officer_by_grant(void **state)
{
	struct maker_person as_officer = *maker_find(m, "root1");
	(void)state;
	snprintf(as_officer.role, sizeof(as_officer.role), "officer");
	json_t *b = maker_body(m, LOG_CUSTODY, "sess.login", "officer:root1", &as_officer,
	    json_pack("{s:s}", "nonce", ENTRY_ZEROS));
	assert_refused(maker_try(m, LOG_CUSTODY, b, &as_officer), "is not enrolled as officer");
	act("role.grant", grant("root1", "officer", ""));
	assert_int_equal(roles("root1"), CUSTODY_ADMIN | CUSTODY_OFFICER);
	b = maker_body(m, LOG_CUSTODY, "sess.login", "officer:root1", &as_officer,
	    json_pack("{s:s}", "nonce", ENTRY_ZEROS));
	assert_taken(maker_try(m, LOG_CUSTODY, b, &as_officer));
}

static void
roles_are_judged_by_position(void **state)
{
	(void)state;
	json_t *before = sign_in("anna");
	act("role.revoke", quoted("{'id':'anna','reason':'moved','roles':['officer']}"));
	json_t *after = sign_in("anna");
	/* made before it ended: she was shown the authority as it was */
	assert_taken(maker_try(m, LOG_CUSTODY, before, maker_find(m, "anna")));
	assert_refused(maker_try(m, LOG_CUSTODY, after, maker_find(m, "anna")),
	    "is not enrolled as officer");
	assert_int_equal(roles("anna"), 0);
	act("role.grant", grant("anna", "officer", ""));
	assert_taken(try_sign_in("anna"));
	const struct custody_person *p = person("anna");
	assert_int_equal(p->held_count, 2);
	assert_string_equal(p->held[0].until.why, "moved");
	assert_string_equal(p->held[0].until.by, "root1");
	assert_string_equal(p->held[1].since.why, "trained on 2026-11-02");
	assert_true(p->held[0].until.size < p->held[1].since.size);
	/* as of then */
	struct custody_moment then = {p->held[0].until.size - 1, 0};
	assert_int_equal(custody_person_roles(p, then), CUSTODY_OFFICER);
	then.auth_size = p->held[0].until.size;
	assert_int_equal(custody_person_roles(p, then), 0);
	then.auth_size = p->held[1].since.size;
	assert_int_equal(custody_person_roles(p, then), CUSTODY_OFFICER);
}

static void
an_appointment_ends_with_its_last_day(void **state)
{
	(void)state;
	act("role.grant", grant("anna", "officer", in_days(30, day)));
	const struct custody_held *h = custody_person_held(
	    person("anna"), CUSTODY_OFFICER, custody_size(m->custody, LOG_AUTHORITY));
	assert_string_equal(h->expires, day);
	assert_int_equal(person("anna")->held_count, 2);
	assert_taken(try_sign_in("anna"));
	/* the claim of the entry counts, and it has to be later than every other */
	json_t *late = sign_in("anna"), *last = sign_in("anna");
	char at[CLOCK_TEXT_SIZE];
	snprintf(at, sizeof(at), "%.10sT23:59:59Z", day);
	json_object_set_new(last, "at", json_string(at));
	assert_taken(maker_try(m, LOG_CUSTODY, last, maker_find(m, "anna")));
	in_days(31, next);
	snprintf(at, sizeof(at), "%.10sT00:00:00Z", next);
	json_object_set_new(late, "at", json_string(at));
	assert_refused(maker_try(m, LOG_CUSTODY, late, maker_find(m, "anna")),
	    "the appointment of anna as officer was over after");
	/* and so does the newest claim before it */
	json_t *ben = sign_in("ben");
	json_object_set_new(ben, "at", json_string(at));
	assert_int_equal(roles("anna"), CUSTODY_OFFICER);
	assert_taken(maker_put(m, LOG_CUSTODY, ben, maker_find(m, "ben")));
	assert_refused(try_sign_in("anna"), "was over after");
	assert_int_equal(roles("anna"), 0);
	act("role.grant", grant("anna", "officer", ""));
	assert_taken(try_sign_in("anna"));
	assert_int_equal(roles("anna"), CUSTODY_OFFICER);
}

static void
who_is_no_officer_approves_nothing(void **state)
{
	static const struct {
		const char *type, *data, *words;
	} cases[] = {
	    {"officer.suspend", "{'id':'ben','reason':'x'}", "ben is suspended"},
	    {"officer.retire", "{'id':'ben','reason':'x'}", "ben is retired"},
	    {"role.revoke", "{'id':'ben','reason':'x','roles':['officer']}",
		"ben is not enrolled as officer"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char subj[80], why[CUSTODY_WHY_SIZE];
		const char *id = subj + strlen("xfer:");
		tear_down(NULL);
		set_up(NULL);
		maker_transfer(m, MAKER_SUBMITTED, 2, subj);
		const struct custody_transfer *t = custody_transfer_find(m->custody, id);
		assert_true(custody_may_approve(m->custody, t, "ben", why));
		act(cases[i].type, quoted(cases[i].data));
		struct maker_person *ben = maker_find(m, "ben");
		json_t *b = maker_body(m, LOG_CUSTODY, "xfer.approve", subj, ben,
		    maker_approve_data(m, id, 2, "anna", 2));
		assert_refused(maker_try(m, LOG_CUSTODY, b, ben), cases[i].words);
		assert_false(custody_may_approve(m->custody, t, "ben", why));
		assert_true(custody_may_approve(m->custody, t, "cleo", why));
	}
}

static void
approvals_stay_when_their_signer_goes(void **state)
{
	char subj[80];
	const char *id = subj + strlen("xfer:");
	(void)state;
	maker_transfer(m, MAKER_APPROVED, 2, subj);
	act("officer.retire", reason("anna"));
	act("officer.suspend", reason("ben"));
	maker_add(m, LOG_CUSTODY, "xfer.release", subj, &m->station, maker_release_data(m, id));
	maker_add(m, LOG_CUSTODY, "xfer.deliver", subj, &m->station, maker_deliver_data(m, id));
	assert_int_equal(custody_transfer_find(m->custody, id)->facts.state, TRANSFER_RELEASED);
}

static void
a_suspended_requester_gets_nothing(void **state)
{
	(void)state;
	act("officer.suspend", reason("rita"));
	json_t *b = maker_body(
	    m, LOG_CUSTODY, "xfer.open", "xfer:K1-000001", &m->station, maker_open_data(m));
	assert_refused(maker_try(m, LOG_CUSTODY, b, &m->station), "rita is suspended");
}

/* --- suspension and retirement ------------------------------------------------------------ */

static void
suspension_is_taken_back(void **state)
{
	(void)state;
	json_t *before = sign_in("anna");
	act("officer.suspend", reason("anna"));
	assert_refused(try_sign_in("anna"), "anna is suspended and may not act");
	assert_taken(maker_try(m, LOG_CUSTODY, before, maker_find(m, "anna")));
	assert_int_equal(person("anna")->standing, CUSTODY_SUSPENDED);
	assert_int_equal(roles("anna"), 0);
	assert_true(person("anna")->has_key);
	assert_refused(try_act(maker_find(m, "root1"), "officer.suspend", reason("anna")),
	    "anna is suspended already");
	act("officer.resume", quoted("{'id':'anna','reason':'back'}"));
	assert_taken(try_sign_in("anna"));
	const struct custody_person *p = person("anna");
	assert_int_equal(p->suspensions_count, 1);
	assert_string_equal(p->suspensions[0].since.why, "leave of absence");
	assert_string_equal(p->suspensions[0].until.why, "back");
	assert_int_equal(
	    custody_person_standing(p, p->suspensions[0].since.size - 1), CUSTODY_ACTIVE);
	assert_int_equal(
	    custody_person_standing(p, p->suspensions[0].since.size), CUSTODY_SUSPENDED);
	assert_int_equal(
	    custody_person_standing(p, p->suspensions[0].until.size), CUSTODY_ACTIVE);
	assert_int_equal(custody_person_standing(p, 1), CUSTODY_NOBODY);
}

static void
a_retired_id_never_comes_back(void **state)
{
	static const struct {
		const char *type, *data, *words;
	} cases[] = {
	    {"officer.suspend", "{'id':'anna','reason':'x'}", "anna is retired"},
	    {"officer.resume", "{'id':'anna','reason':'x'}", "anna is retired"},
	    {"officer.retire", "{'id':'anna','reason':'x'}", "anna is retired"},
	    {"role.grant", "{'basis':'b','expires':'','id':'anna','roles':['auditor']}",
		"anna is retired"},
	    {"role.revoke", "{'id':'anna','reason':'x','roles':['officer']}",
		"anna is retired"},
	    {"requester.enroll", "{'id':'anna','name':'Anna Berg'}", "anna is retired"},
	    {"requester.enroll", "{'id':'anna2','name':'anna BERG'}",
		"anna is enrolled with this name"},
	};
	const struct maker_person *root1 = maker_find(m, "root1");
	struct maker_person *anna = maker_find(m, "anna");
	(void)state;
	act("officer.retire", quoted("{'id':'anna','reason':'new post'}"));
	assert_refused(try_sign_in("anna"), "anna is retired");
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_refused(
		    try_act(root1, cases[i].type, quoted(cases[i].data)), cases[i].words);
	assert_refused(try_act(root1, "officer.enroll",
			   maker_enroll_data(m, anna, json_pack("[s]", "officer"))),
	    "anna is retired");
	struct maker_person alias = *anna;
	snprintf(alias.id, sizeof(alias.id), "alias");
	snprintf(alias.name, sizeof(alias.name), "Alias");
	assert_refused(try_act(root1, "officer.enroll",
			   maker_enroll_data(m, &alias, json_pack("[s]", "officer"))),
	    "a key never comes back");
	const struct custody_person *p = person("anna");
	assert_int_equal(p->standing, CUSTODY_RETIRED);
	assert_false(p->has_key);
	assert_string_equal(p->keys[0].until.why, "left");
	assert_string_equal(p->retired.why, "new post");
	assert_int_equal(custody_person_standing(p, p->retired.size - 1), CUSTODY_ACTIVE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(every_refusal_has_its_name),
	    TEST(an_act_is_about_its_subject),
	    TEST(reasons_have_256_bytes_and_no_more),
	    TEST(enrolling_makes_no_administrators),
	    TEST(an_admin_becomes_an_officer_by_grant),
	    TEST(roles_are_judged_by_position),
	    TEST(an_appointment_ends_with_its_last_day),
	    TEST(who_is_no_officer_approves_nothing),
	    TEST(approvals_stay_when_their_signer_goes),
	    TEST(a_suspended_requester_gets_nothing),
	    TEST(suspension_is_taken_back),
	    TEST(a_retired_id_never_comes_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

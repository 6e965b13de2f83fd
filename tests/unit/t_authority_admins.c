/* links: @rules tests/ledger/maker src/core/inventory_print src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* The administrators: who they are and how many it takes. */
#include "tests/unit/authority.h"

/* Steals the row. */
static json_t *
with(json_t *set, json_t *row)
{
	json_array_append_new(json_object_get(set, "admins"), row);
	return set;
}

static json_t *
without(json_t *set, size_t i)
{
	json_array_remove(json_object_get(set, "admins"), i);
	return set;
}

/* --- what is refused ------------------------------------------------------------------------
 */

static void
a_set_is_judged(void **state)
{
	const struct maker_person *anna = maker_find(m, "anna"), *rita;
	const struct maker_person *dora = maker_person(m, "dora", "Dora Stein", "admin");
	(void)state;
	assert_refused(
	    try_act(root(1), "admin.set", same_admins(0)), "between 1 and the number");
	assert_refused(
	    try_act(root(1), "admin.set", same_admins(4)), "between 1 and the number");
	assert_taken(try_act(root(1), "admin.set", same_admins(3)));
	assert_refused(
	    try_act(root(1), "admin.set", with(same_admins(1), admin_row(root(2), false))),
	    "two administrators have the same id, name or key");
	assert_refused(
	    try_act(root(1), "admin.set", with(same_admins(1), admin_row(dora, false))),
	    "the key of dora is new; a proof of possession is missing");
	assert_refused(
	    try_act(root(1), "admin.set", with(same_admins(1), admin_row(anna, true))),
	    "the key of anna is in force and needs no proof");
	json_t *row = admin_row(dora, true);
	json_object_set_new(row, "proof", proof("dora", anna));
	assert_refused(try_act(root(1), "admin.set", with(same_admins(1), row)),
	    "not a signature by the new key");
	row = admin_row(dora, true);
	json_object_set_new(row, "name", json_string("anna BERG"));
	assert_refused(try_act(root(1), "admin.set", with(same_admins(1), row)),
	    "anna is enrolled with this name");
	row = admin_row(anna, false);
	json_object_set_new(row, "name", json_string("Anna B."));
	assert_refused(try_act(root(1), "admin.set", with(same_admins(1), row)),
	    "anna is enrolled with another name");
	row = admin_row(dora, true);
	json_object_set_new(row, "id", json_string("anna"));
	json_object_set_new(row, "name", json_string(anna->name));
	assert_refused(try_act(root(1), "admin.set", with(same_admins(1), row)),
	    "anna has another key in force; key.enroll changes it");
	row = admin_row(dora, true);
	json_object_set_new(row, "key", json_string(m->station.line));
	assert_refused(try_act(root(1), "admin.set", with(same_admins(1), row)),
	    "the key is the station's");
	row = admin_row(dora, true);
	json_object_set_new(row, "key", json_string(anna->line));
	assert_refused(try_act(root(1), "admin.set", with(same_admins(1), row)),
	    "anna is enrolled with this key");
	/* a requester without a key comes with one */
	rita = maker_person(m, "rita", "Rita Voss", "admin");
	assert_taken(
	    try_act(root(1), "admin.set", with(same_admins(1), admin_row(rita, true))));
	act("officer.suspend", quoted("{'id':'anna','reason':'x'}"));
	assert_refused(
	    try_act(root(1), "admin.set", with(same_admins(1), admin_row(anna, false))),
	    "anna is suspended");
	act("officer.retire", quoted("{'id':'anna','reason':'x'}"));
	assert_refused(
	    try_act(root(1), "admin.set", with(same_admins(1), admin_row(anna, false))),
	    "anna is retired");
	assert_refused(try_act(anna, "admin.set", same_admins(1)), "in the role");
}

static void
sixteen_administrators_and_no_more(void **state)
{
	char id[33], name[129];
	struct maker_person *dora;
	(void)state;
	json_t *set = same_admins(1);
	for (int i = 4; i <= LIM_ADMINS; i++) {
		m->people_count = 10; /* they need not be kept */
		snprintf(id, sizeof(id), "extra%d", i);
		snprintf(name, sizeof(name), "Extra %d", i);
		dora = maker_person(m, id, name, "admin");
		set = with(set, admin_row(dora, true));
		sshsig_key_free(dora->secret);
		dora->secret = NULL;
	}
	m->people_count = 10;
	assert_int_equal(json_array_size(json_object_get(set, "admins")), LIM_ADMINS);
	assert_taken(try_act(root(1), "admin.set", json_deep_copy(set)));
	dora = maker_person(m, "dora", "Dora Stein", "admin");
	assert_refused(try_act(root(1), "admin.set", with(set, admin_row(dora, true))),
	    "a station has 1 to 16 administrators");
	assert_refused(
	    try_act(root(1), "admin.set", json_pack("{s:[],s:i}", "admins", "threshold", 1)),
	    "a station has 1 to 16 administrators");
}

/* --- the old threshold and the new ---------------------------------------------------------
 */

static void
it_takes_the_old_and_the_new_threshold(void **state)
{
	struct custody_proposal p;
	const struct maker_person *dora = maker_person(m, "dora", "Dora Stein", "admin");
	const struct maker_person *emil = maker_person(m, "emil", "Emil Roth", "admin");
	(void)state;
	two_of_three();
	/* root3 goes, dora and emil come, three of four */
	json_t *set = without(same_admins(3), 2);
	set = with(with(set, admin_row(dora, true)), admin_row(emil, true));
	act("admin.set", set);
	MEM_FREE char *leaf = last_pending();
	assert_true(custody_pending_find(m->custody, leaf, &p));
	assert_int_equal(p.has, 1);
	assert_int_equal(p.needs, 2);
	assert_int_equal(p.new_has, 1);
	assert_int_equal(p.new_needs, 3);
	/* root3 is of the old set alone: the old threshold is reached, the new is not */
	assert_taken(put_endorse(root(3), leaf));
	assert_true(custody_pending_find(m->custody, leaf, &p));
	assert_int_equal(p.has, 2);
	assert_int_equal(p.new_has, 1);
	assert_string_equal(custody_pending_signer(m->custody, leaf, 0), "root1");
	assert_string_equal(custody_pending_signer(m->custody, leaf, 1), "root3");
	assert_null(custody_pending_signer(m->custody, leaf, 2));
	assert_taken(put_endorse(dora, leaf));
	assert_refused(try_endorse(dora, leaf), "dora stands behind this act already");
	assert_int_equal(custody_threshold(m->custody), 2);
	assert_taken(put_endorse(emil, leaf));
	assert_int_equal(custody_threshold(m->custody), 3);
	assert_int_equal(person("root3")->roles, 0);
	assert_int_equal(person("dora")->roles, CUSTODY_ADMIN);
	assert_string_equal(person("dora")->held[0].since.in_force_by, "emil");
	assert_int_equal(person("root1")->held_count, 1);
	assert_refused(try_act(root(3), "requester.enroll", a_requester("zoe")),
	    "root3 is not enrolled as admin");
	act("requester.enroll", a_requester("zoe"));
	MEM_FREE char *zoe = last_pending();
	assert_taken(put_endorse(dora, zoe));
	assert_true(custody_pending_find(m->custody, zoe, &p));
	assert_taken(put_endorse(root(2), zoe));
	assert_non_null(custody_person_find(m->custody, "zoe"));
}

static void
the_new_alone_are_not_enough(void **state)
{
	struct custody_proposal p;
	const struct maker_person *dora = maker_person(m, "dora", "Dora Stein", "admin");
	const struct maker_person *emil = maker_person(m, "emil", "Emil Roth", "admin");
	(void)state;
	two_of_three();
	json_t *set = json_pack("{s:[o,o],s:i}", "admins", admin_row(dora, true),
	    admin_row(emil, true), "threshold", 2);
	act("admin.set", set);
	MEM_FREE char *leaf = last_pending();
	assert_taken(put_endorse(dora, leaf));
	assert_taken(put_endorse(emil, leaf));
	assert_true(custody_pending_find(m->custody, leaf, &p));
	assert_int_equal(p.has, 1);
	assert_int_equal(p.new_has, 2);
	assert_taken(put_endorse(root(2), leaf));
	assert_int_equal(person("root1")->roles, 0);
	assert_int_equal(person("emil")->roles, CUSTODY_ADMIN);
}

static void
a_newcomer_signs_by_the_key_that_the_act_names(void **state)
{
	char why[CUSTODY_WHY_SIZE];
	struct maker_person *dora = maker_person(m, "dora", "Dora Stein", "admin");
	const struct maker_person *emil = maker_person(m, "emil", "Emil Roth", "admin");
	(void)state;
	two_of_three();
	act("admin.set", with(same_admins(3), admin_row(dora, true)));
	MEM_FREE char *set = last_pending();
	act("requester.enroll", a_requester("zoe"));
	MEM_FREE char *zoe = last_pending();
	struct maker_person thief = *dora;
	thief.secret = emil->secret;
	assert_refused(try_endorse(&thief, set), "the signature is not one by dora");
	memcpy(thief.key, emil->key, sizeof(thief.key));
	assert_refused(try_endorse(&thief, set), "those that the act names for dora");
	thief = *dora;
	snprintf(thief.name, sizeof(thief.name), "Dora S.");
	assert_refused(try_endorse(&thief, set), "those that the act names for dora");
	thief = *dora;
	snprintf(thief.role, sizeof(thief.role), "officer");
	assert_refused(try_endorse(&thief, set), "in the role");
	assert_refused(try_endorse(emil, set), "emil is not enrolled as admin");
	/* of another act it is no business of hers yet */
	assert_refused(try_endorse(dora, zoe), "dora is not enrolled as admin");
	assert_true(custody_may_endorse(m->custody, set, "dora", why));
	assert_false(custody_may_endorse(m->custody, set, "emil", why));
	assert_non_null(strstr(why, "emil is not an administrator"));
	assert_false(custody_may_endorse(m->custody, zoe, "dora", why));
	assert_false(custody_may_endorse(m->custody, set, "root1", why));
	assert_non_null(strstr(why, "stands behind"));
	assert_taken(put_endorse(dora, set));
	assert_null(custody_person_find(m->custody, "dora"));
}

static void
an_officer_becomes_an_administrator(void **state)
{
	struct maker_person anna = *maker_find(m, "anna");
	(void)state;
	snprintf(anna.role, sizeof(anna.role), "admin");
	act("admin.set", json_pack("{s:[o,o],s:i}", "admins", admin_row(root(1), false),
			     admin_row(&anna, false), "threshold", 2));
	assert_int_equal(person("anna")->roles, CUSTODY_OFFICER);
	MEM_FREE char *leaf = last_pending();
	assert_taken(put_endorse(&anna, leaf));
	assert_int_equal(person("anna")->roles, CUSTODY_OFFICER | CUSTODY_ADMIN);
	assert_int_equal(person("anna")->keys_count, 1);
	assert_int_equal(person("root2")->roles, 0);
	/* and who was taken out can leave */
	act("officer.retire", quoted("{'id':'root2','reason':'x'}"));
	MEM_FREE char *leave = last_pending();
	assert_taken(put_endorse(&anna, leave));
	assert_int_equal(person("root2")->standing, CUSTODY_RETIRED);
}

static void
what_the_old_began_does_not_go_on(void **state)
{
	(void)state;
	two_of_three();
	act("requester.enroll", a_requester("zoe"));
	MEM_FREE char *zoe = last_pending();
	act("admin.set", same_admins(1));
	MEM_FREE char *set = last_pending();
	json_t *late = endorsement(root(3), zoe);
	assert_taken(put_endorse(root(2), set));
	assert_int_equal(custody_pending_count(m->custody), 0);
	assert_refused(
	    maker_try(m, LOG_AUTHORITY, late, root(3)), "no act with this leaf awaits");
	json_t *genesis = maker_body(m, LOG_AUTHORITY, "authority.endorse", "station", root(3),
	    json_pack("{s:s}", "leaf", custody_genesis(m->custody)));
	assert_refused(
	    maker_try(m, LOG_AUTHORITY, genesis, root(3)), "no act with this leaf awaits");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_set_is_judged),
	    TEST(sixteen_administrators_and_no_more),
	    TEST(it_takes_the_old_and_the_new_threshold),
	    TEST(the_new_alone_are_not_enough),
	    TEST(a_newcomer_signs_by_the_key_that_the_act_names),
	    TEST(an_officer_becomes_an_administrator),
	    TEST(what_the_old_began_does_not_go_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* links: src/core/register src/core/canon src/core/map src/core/transfer src/base/buf src/base/err src/base/escape src/base/hex src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* The medium register: every move in every state, and who stands behind it. */
#include "src/core/register.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static struct register_book *book;
static uint64_t seq;
static char why[REGISTER_WHY_SIZE];

static int
set_up(void **state)
{
	(void)state;
	book = register_new();
	seq = 10;
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	book = register_free(book);
	return 0;
}

/* Data with every field any move asks for. */
static json_t *
full(void)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:s, s:s, s:s}", "label", "blue",
	    "from", "K. Ode", "owner", "lab", "classification", "none", "seal", "S-1", "sealed",
	    1, "to", "K. Ode", "place", "safe 2", "method", "purge");
}

/* Tries a move and, when it is allowed, makes it. */
static enum err
move_as(const char *number, enum register_move move, const char *officer, json_t *data)
{
	struct register_act act = {number, officer, "2026-11-23T01:02:03Z", seq, data};
	why[0] = '\0';
	enum err e = register_check(book, move, &act, why);
	if (e == ERR_OK)
		register_apply(book, move, &act);
	seq++;
	json_decref(data);
	return e;
}

static enum err
move(const char *number, enum register_move m)
{
	return move_as(number, m, "otto", full());
}

/* Brings a medium into a state by legal moves. */
static void
bring(const char *number, enum register_state state)
{
	static const enum register_move ways[REGISTER__MAX][4] = {
	    [REGISTER_HELD] = {REGISTER_REGISTER, REGISTER_MOVE__MAX},
	    [REGISTER_RETAINED] = {REGISTER_REGISTER, REGISTER_RETAIN, REGISTER_MOVE__MAX},
	    [REGISTER_WIPED] = {REGISTER_REGISTER, REGISTER_SANITISE, REGISTER_MOVE__MAX},
	    [REGISTER_SANITISED] = {REGISTER_REGISTER, REGISTER_SANITISE, REGISTER_CONFIRM,
		REGISTER_MOVE__MAX},
	    [REGISTER_RETURNED] = {REGISTER_REGISTER, REGISTER_RETURN, REGISTER_MOVE__MAX},
	    [REGISTER_ENDING] = {REGISTER_REGISTER, REGISTER_DESTROY, REGISTER_MOVE__MAX},
	    [REGISTER_DESTROYED] = {REGISTER_REGISTER, REGISTER_DESTROY, REGISTER_CONFIRM,
		REGISTER_MOVE__MAX},
	};
	if (state == REGISTER_NONE)
		return;
	for (size_t i = 0; i < 4 && ways[state][i] != REGISTER_MOVE__MAX; i++)
		assert_int_equal(
		    move_as(number, ways[state][i],
			ways[state][i] == REGISTER_CONFIRM ? "paula" : "otto", full()),
		    ERR_OK);
	assert_int_equal(register_find(book, number)->state, state);
}

/* The whole table, written down once more: a row that is changed is changed twice. */
static void
every_move_in_every_state(void **state)
{
	static const enum register_state wanted[REGISTER__MAX][REGISTER_MOVE__MAX] = {
	    /*                      register       return             retain sanitise destroy
	       confirm */
	    [REGISTER_NONE] = {REGISTER_HELD, 0, 0, 0, 0, 0},
	    [REGISTER_HELD] = {0, REGISTER_RETURNED, REGISTER_RETAINED, REGISTER_WIPED,
		REGISTER_ENDING, 0},
	    [REGISTER_RETAINED] = {0, REGISTER_RETURNED, 0, REGISTER_WIPED, REGISTER_ENDING, 0},
	    [REGISTER_WIPED] = {0, 0, 0, 0, 0, REGISTER_SANITISED},
	    [REGISTER_SANITISED] = {0, REGISTER_RETURNED, REGISTER_RETAINED, 0, REGISTER_ENDING,
		0},
	    [REGISTER_RETURNED] = {REGISTER_HELD, 0, 0, 0, 0, 0},
	    [REGISTER_ENDING] = {0, 0, 0, 0, 0, REGISTER_DESTROYED},
	    [REGISTER_DESTROYED] = {0, 0, 0, 0, 0, 0},
	};
	(void)state;
	for (unsigned s = 0; s < REGISTER__MAX; s++)
		for (unsigned m = 0; m < REGISTER_MOVE__MAX; m++) {
			char number[16];
			snprintf(number, sizeof(number), "M-%u-%u", s, m);
			bring(number, (enum register_state)s);
			enum register_state next = wanted[s][m];
			assert_int_equal(
			    register_next((enum register_state)s, (enum register_move)m), next);
			enum err e = move_as(number, (enum register_move)m, "paula", full());
			assert_int_equal(e == ERR_OK, next != REGISTER_NONE);
			assert_int_equal(e == ERR_OK, why[0] == '\0');
			const struct register_medium *medium = register_find(book, number);
			if (medium != NULL)
				assert_int_equal(
				    medium->state, e == ERR_OK ? next : (enum register_state)s);
		}
}

static void
events_are_moves(void **state)
{
	unsigned moves = 0;
	(void)state;
	for (unsigned e = 0; e < EVENT__MAX; e++) {
		const struct transfer_event_row *r = transfer_event_row((enum transfer_event)e);
		bool is = r->subjects == SUBJ_MEDIUM;
		moves += is;
		assert_int_equal(
		    is, register_move_of((enum transfer_event)e) != REGISTER_MOVE__MAX);
		/* never the station alone */
		if (is)
			assert_int_equal(r->signers, SIGNER_OFFICER);
	}
	assert_int_equal(moves, REGISTER_MOVE__MAX);
}

static void
a_number_is_given_once(void **state)
{
	(void)state;
	assert_int_equal(move("M-1", REGISTER_REGISTER), ERR_OK);
	assert_int_equal(move("M-1", REGISTER_REGISTER), ERR_EXISTS);
	assert_non_null(strstr(why, "given once"));
	bring("M-2", REGISTER_DESTROYED);
	assert_int_equal(move("M-2", REGISTER_REGISTER), ERR_EXISTS);
	/* what comes again is the same device */
	json_t *data = full();
	json_object_set_new(data, "device",
	    json_pack("{s:s, s:s, s:s}", "model", "m", "serial", "A1", "vendor", "v"));
	assert_int_equal(move_as("M-3", REGISTER_REGISTER, "otto", json_incref(data)), ERR_OK);
	assert_int_equal(move("M-3", REGISTER_RETURN), ERR_OK);
	json_object_set_new(json_object_get(data, "device"), "serial", json_string("B2"));
	assert_int_equal(
	    move_as("M-3", REGISTER_REGISTER, "otto", json_incref(data)), ERR_EXISTS);
	json_object_set_new(json_object_get(data, "device"), "serial", json_string("A1"));
	assert_int_equal(move_as("M-3", REGISTER_REGISTER, "otto", json_incref(data)), ERR_OK);
	json_decref(data);
}

static json_t *
of_device(const char *vendor, const char *model, const char *serial)
{
	json_t *data = full();
	json_object_set_new(data, "device",
	    json_pack("{s:s, s:s, s:s}", "model", model, "serial", serial, "vendor", vendor));
	return data;
}

static void
one_device_that_is_here_does_not_get_two_numbers(void **state)
{
	(void)state;
	const enum register_move in = REGISTER_REGISTER;
	assert_int_equal(move_as("M-1", in, "otto", of_device("v", "m", "A1")), ERR_OK);
	assert_int_equal(move_as("M-2", in, "otto", of_device("v", "m", "A1")), ERR_EXISTS);
	assert_non_null(strstr(why, "here already, as M-1, which is HELD"));
	/* of another maker, or one that does not say which it is */
	assert_int_equal(move_as("M-3", in, "otto", of_device("w", "m", "A1")), ERR_OK);
	assert_int_equal(move_as("M-4", in, "otto", of_device("v", "m", "")), ERR_OK);
	assert_int_equal(move_as("M-5", in, "otto", of_device("v", "m", "")), ERR_OK);
	/* it went, and comes again as another medium */
	assert_int_equal(move("M-1", REGISTER_RETURN), ERR_OK);
	assert_int_equal(move_as("M-2", in, "otto", of_device("v", "m", "A1")), ERR_OK);
}

static void
who_did_it_and_how_stays_beside_who_saw_it(void **state)
{
	(void)state;
	bring("M-1", REGISTER_ENDING);
	assert_int_equal(move_as("M-1", REGISTER_CONFIRM, "paula", full()), ERR_OK);
	const struct register_medium *m = register_find(book, "M-1");
	assert_string_equal(m->officer, "otto");
	assert_string_equal(m->witness, "paula");
	assert_string_equal(m->words, "purge");
	json_t *row = register_row(m);
	assert_string_equal(json_string_value(json_object_get(row, "officer")), "otto");
	assert_string_equal(json_string_value(json_object_get(row, "witness")), "paula");
	json_decref(row);
}

static void
what_was_escaped_is_not_escaped_twice(void **state)
{
	(void)state;
	assert_int_equal(
	    move_as("M-1", REGISTER_REGISTER, "otto", of_device("v\\x1b", "m", "A1")), ERR_OK);
	json_t *row = register_row(register_find(book, "M-1"));
	assert_string_equal(json_string_value(json_object_get(row, "vendor")), "v\\x1b");
	json_decref(row);
}

static void
two_persons_stand_behind_a_move(void **state)
{
	static const struct {
		enum register_move move;
		const char *field;
	} cases[] = {
	    {REGISTER_REGISTER, "from"},
	    {REGISTER_REGISTER, "label"},
	    {REGISTER_RETURN, "to"},
	    {REGISTER_RETAIN, "place"},
	    {REGISTER_SANITISE, "method"},
	    {REGISTER_DESTROY, "method"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char number[16];
		snprintf(number, sizeof(number), "N-%zu", i);
		if (cases[i].move != REGISTER_REGISTER)
			bring(number, REGISTER_HELD);
		json_t *data = full();
		json_object_set_new(data, cases[i].field, json_string("  "));
		assert_int_equal(move_as(number, cases[i].move, "otto", data), ERR_DENIED);
		assert_non_null(strstr(why, cases[i].field));
	}
	bring("W-1", REGISTER_WIPED);
	assert_int_equal(move_as("W-1", REGISTER_CONFIRM, "otto", full()), ERR_DENIED);
	assert_non_null(strstr(why, "another officer"));
	assert_int_equal(move_as("W-1", REGISTER_CONFIRM, "paula", full()), ERR_OK);
}

static void
numbers_have_a_form(void **state)
{
	static const struct {
		const char *number;
		bool ok;
	} cases[] = {
	    {"M", true},
	    {"M-2026.0042_B", true},
	    {"0", true},
	    {"12345678901234567890123456789012", true}, /* LIM_CONTROL_BYTES */
	    {"123456789012345678901234567890123", false},
	    {"", false},
	    {"-M", false},
	    {"m-1", false},
	    {"M 1", false},
	    {"M/1", false},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(register_number_ok(cases[i].number), cases[i].ok);
}

static void
texts_fit_lists(void **state)
{
	char text[LIM_REGISTER_TEXT_BYTES + 2];
	(void)state;
	memset(text, 'a', sizeof(text));
	text[LIM_REGISTER_TEXT_BYTES] = '\0';
	json_t *data = full();
	json_object_set_new(data, "owner", json_string(text));
	assert_int_equal(move_as("M-1", REGISTER_REGISTER, "otto", data), ERR_OK);
	text[LIM_REGISTER_TEXT_BYTES] = 'a';
	text[LIM_REGISTER_TEXT_BYTES + 1] = '\0';
	data = full();
	json_object_set_new(data, "owner", json_string(text));
	assert_int_equal(move_as("M-2", REGISTER_REGISTER, "otto", data), ERR_LIMIT);
	data = full();
	json_object_set_new(data, "label", json_string("a\x1b[2J"));
	assert_int_equal(move_as("M-2", REGISTER_REGISTER, "otto", data), ERR_LIMIT);
}

static enum err
leave(const char *number, uint64_t opened, const char *disposition)
{
	struct register_act act = {number, "otto", "2026-11-23T01:02:03Z", seq++, NULL};
	why[0] = '\0';
	enum err e = register_check_leave(book, opened, disposition, &act, why);
	if (e == ERR_OK)
		register_leave(book, opened, disposition, &act);
	return e;
}

static void
a_transfer_moves_its_medium(void **state)
{
	static const struct {
		const char *disposition;
		enum err want;
		enum register_state next;
	} cases[] = {
	    {"returned to K. Ode", ERR_OK, REGISTER_RETURNED},
	    {"handed back to the requester", ERR_OK, REGISTER_RETURNED},
	    {"sent to be destroyed", ERR_OK, REGISTER_RETURNED},
	    {"kept at the station", ERR_OK, REGISTER_RETAINED},
	    {"retained in safe 2", ERR_OK, REGISTER_RETAINED},
	    {"sanitised by overwriting", ERR_OK, REGISTER_WIPED},
	    {"destroyed by shredding", ERR_OK, REGISTER_ENDING},
	    {"returned", ERR_DENIED, REGISTER_HELD},
	    {"returnedto K. Ode", ERR_DENIED, REGISTER_HELD},
	    {"lost", ERR_DENIED, REGISTER_HELD},
	    {"", ERR_DENIED, REGISTER_HELD},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char number[16];
		snprintf(number, sizeof(number), "T-%zu", i);
		bring(number, REGISTER_HELD);
		assert_int_equal(leave(number, seq, cases[i].disposition), cases[i].want);
		assert_int_equal(register_find(book, number)->state, cases[i].next);
	}
	assert_string_equal(register_find(book, "T-0")->words, "to K. Ode");
	/* what has left is not moved by another transfer of it, whatever that says */
	assert_int_equal(leave("T-0", seq, "lost"), ERR_OK);
	assert_int_equal(register_find(book, "T-0")->state, REGISTER_RETURNED);
	/* nor is what came again after that transfer began */
	uint64_t before = seq++;
	assert_int_equal(move("T-0", REGISTER_REGISTER), ERR_OK);
	assert_int_equal(leave("T-0", before, "destroyed by shredding"), ERR_OK);
	assert_int_equal(register_find(book, "T-0")->state, REGISTER_HELD);
	/* a row of it must fit lists, as every text of the register */
	char text[LIM_REGISTER_TEXT_BYTES + 16] = "sent ";
	bring("T-L", REGISTER_HELD);
	bring("T-M", REGISTER_HELD);
	memset(text + 5, 'a', LIM_REGISTER_TEXT_BYTES + 1);
	assert_int_equal(leave("T-L", seq, text), ERR_LIMIT);
	text[5 + LIM_REGISTER_TEXT_BYTES] = '\0';
	assert_int_equal(leave("T-L", seq, text), ERR_OK);
	assert_int_equal(leave("T-M", seq, "sent \x1b[2J"), ERR_LIMIT);
	/* said twice */
	assert_int_equal(leave("T-3", seq, "kept at the station"), ERR_OK);
	assert_int_equal(register_find(book, "T-3")->state, REGISTER_RETAINED);
}

static void
only_what_is_here_is_read(void **state)
{
	json_t *other = json_pack("{s:s}", "serial", "B2");
	(void)state;
	for (unsigned s = 0; s < REGISTER__MAX; s++) {
		char number[16];
		snprintf(number, sizeof(number), "R-%u", s);
		bring(number, (enum register_state)s);
		assert_int_equal(register_check_open(book, number, NULL, why) == ERR_OK,
		    s == REGISTER_HELD || s == REGISTER_RETAINED);
	}
	json_t *data = full();
	json_object_set_new(data, "device",
	    json_pack("{s:s, s:s, s:s}", "model", "m", "serial", "A1", "vendor", "v"));
	assert_int_equal(move_as("M-1", REGISTER_REGISTER, "otto", data), ERR_OK);
	/* nothing that does not say which it is stands for it, an image neither */
	json_t *mute = json_pack("{s:s}", "serial", "");
	json_t *same = json_pack("{s:s}", "serial", "A1");
	assert_int_equal(register_check_open(book, "M-1", NULL, why), ERR_DENIED);
	assert_int_equal(register_check_open(book, "M-1", mute, why), ERR_DENIED);
	assert_int_equal(register_check_open(book, "M-1", same, why), ERR_OK);
	json_decref(mute);
	json_decref(same);
	assert_int_equal(register_check_open(book, "M-1", other, why), ERR_DENIED);
	register_open(book, "M-1", "K1-000007");
	assert_string_equal(register_find(book, "M-1")->transfer, "K1-000007");
	json_decref(other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(every_move_in_every_state, set_up, tear_down),
	    cmocka_unit_test(events_are_moves),
	    cmocka_unit_test_setup_teardown(a_number_is_given_once, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		one_device_that_is_here_does_not_get_two_numbers, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		who_did_it_and_how_stays_beside_who_saw_it, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		what_was_escaped_is_not_escaped_twice, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(two_persons_stand_behind_a_move, set_up, tear_down),
	    cmocka_unit_test(numbers_have_a_form),
	    cmocka_unit_test_setup_teardown(texts_fit_lists, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_transfer_moves_its_medium, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(only_what_is_here_is_read, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* links: ui/app_form tests/unit/played ui/view ui/media ui/view/intake ui/view/intake_fill ui/fields src/core/field src/core/digest src/core/canon ui/form ui/line ui/grid ui/area ui/style ui/row ui/safe ui/print ui/key ui/dump src/core/seal src/core/sshsig src/core/digest src/base/arena src/base/buf src/base/err src/base/escape src/base/hex src/base/io src/base/mem src/base/utf8 src/ipc/msg */
/* SPDX-License-Identifier: ISC */
/* The form for a medium: whom it is for, what the policy asks, and what the desk is told. */
#include "src/base/mem.h"
#include "src/core/custody.h"
#include "tests/unit/played.h"
#include "tests/unit/screen.h"
#include "ui/desk.h"
#include "ui/key.h"
#include "ui/media.h"
#include "ui/views.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

/* --- the station that is not there ------------------------------------------------ */

static const struct {
	const char *id, *name;
	unsigned roles;
} people[] = {
    {"ann", "Ann Officer", CUSTODY_OFFICER | CUSTODY_REQUESTER},
    {"otto", "Otto Officer", CUSTODY_OFFICER},
    {"phys", "Phys \xe2\x80\xae Requester", CUSTODY_REQUESTER},
    {"rita", "Rita Requester", CUSTODY_REQUESTER},
};

struct view *
progress_view(struct app *app, const char *transfer)
{
	(void)app;
	snprintf(played.said, sizeof(played.said), "progress of %s", transfer);
	return NULL;
}

size_t
custody_person_count(const struct custody *c)
{
	(void)c;
	return sizeof(people) / sizeof(people[0]);
}

const struct custody_person *
custody_person_at(const struct custody *c, size_t i)
{
	static struct custody_person p;
	(void)c;
	snprintf(p.id, sizeof(p.id), "%s", people[i].id);
	snprintf(p.name, sizeof(p.name), "%s", people[i].name);
	p.roles = people[i].roles;
	return &p;
}

/* --- rig ------------------------------------------------------------------------------ */

struct rig {
	struct ui ui;
	struct app app;
	struct view *view;
	link_fn *book; /* who waits for the register */
	struct grid *grid;
};

static int
setup(void **state)
{
	struct rig *r = mem_alloc(sizeof(*r));
	played_begin();
	r->ui.as = "ann";
	/* any address: what is asked of it is answered above */
	r->ui.authority = (struct custody *)r;
	r->app = (struct app){.ui = &r->ui, .frame = arena_new()};
	r->app.site.fields = json_pack("[{s:s, s:s, s:b}, {s:s, s:s, s:b}]", "name", "request",
	    "title", "Request number", "required", 1, "name", "note", "title", "Note",
	    "required", 0);
	r->app.site.presets = json_pack("[{s:s, s:s, s:[{s:s, s:s}, {s:s, s:s}]}]", "name",
	    "weekly", "requester", "rita", "fields", "name", "note", "value", "mirror", "name",
	    "target", "value", "hpc");
	json_t *medium = json_pack("{s:s, s:s, s:s, s:i, s:s}", "port", "red", "source",
	    "L2Rldi9h", "name", "ACME\\u{202E}02", "bytes", 4096, "serial", "4C53");
	r->view = intake_view(&r->app, medium);
	json_decref(medium);
	/* of the register */
	assert_int_equal(played.ids[0], MSG_UI_REGISTER);
	r->book = played.fn;
	played_forget();
	r->grid = grid_new();
	*state = r;
	return 0;
}

static int
teardown(void **state)
{
	struct rig *r = *state;
	r->view->type->done(r->view);
	free(r->view);
	grid_free(r->grid);
	json_decref(r->app.site.fields);
	json_decref(r->app.site.presets);
	arena_free(r->app.frame);
	played_forget();
	free(r);
	return 0;
}

static void
keys(struct rig *r, const int *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		r->view->type->key(r->view, list[i]);
}
#define KEYS(r, ...) \
	keys(r, (const int[]){__VA_ARGS__}, sizeof((const int[]){__VA_ARGS__}) / sizeof(int))

/* Requester, control number, what it is filled from, the first field of the policy. */
#define TO_FIRST   K_DOWN, K_DOWN, K_DOWN
#define BACK       K_UP, K_UP, K_UP
#define TO_READ_UP K_UP, K_UP /* from the requester, past the last button */

static const char *
drawn(struct rig *r)
{
	static struct buf out;
	buf_done(&out);
	buf_init(&out, 1 << 20);
	grid_clear(r->grid, 19, 80);
	arena_reset(r->app.frame);
	struct area a = area_of(r->grid);
	r->view->type->draw(r->view, &a);
	dump_text(r->grid, &out);
	return buf_str(&out);
}

/* The focus is on the requester. */
static void
pick(struct rig *r)
{
	KEYS(r, K_RIGHT);
}

/* --- tests -------------------------------------------------------------------------------- */

static void
test_enter_alone_cancels(void **state)
{
	/* nine fields */
	for (int i = 0; i < 9; i++)
		KEYS(*state, K_ENTER);
	assert_int_equal(played.popped, 0);
	KEYS(*state, K_ENTER);
	assert_int_equal(played.popped, 1);
	assert_int_equal(played.asked, 0);
}

static void
test_nothing_is_read_without_a_requester(void **state)
{
	struct rig *r = *state;
	KEYS(r, TO_READ_UP, K_ENTER);
	assert_int_equal(played.asked, 0);
	assert_non_null(strstr(played.said, "Pick the requester first"));
	/* and the focus went there */
	KEYS(r, K_RIGHT);
	assert_non_null(strstr(drawn(r), "phys  Phys \\u{202E} Requester"));
}

static void
test_who_sits_here_is_no_requester_nor_is_an_officer_without_the_role(void **state)
{
	struct rig *r = *state;
	pick(r);
	for (int i = 0; i < 8; i++) {
		const char *text = drawn(r);
		assert_null(strstr(text, "Ann Officer"));
		assert_null(strstr(text, "Otto Officer"));
		KEYS(r, K_RIGHT);
	}
}

static void
test_a_field_the_policy_asks_for_is_not_left_empty(void **state)
{
	struct rig *r = *state;
	assert_non_null(strstr(drawn(r), "Request number (needed)"));
	pick(r);
	KEYS(r, TO_FIRST, ' ', ' ', BACK, TO_READ_UP, K_ENTER);
	assert_int_equal(played.asked, 0);
	assert_non_null(strstr(played.said, "Needed: Request number"));
	/* a request on the medium may say it: who goes on has been told */
	KEYS(r, BACK, TO_READ_UP, K_ENTER);
	assert_int_equal(played.asked, 1);
	assert_int_equal(json_array_size(json_object_get(played.body, "fields")), 0);
}

static void
test_what_the_desk_is_told(void **state)
{
	struct rig *r = *state;
	pick(r);
	KEYS(r, TO_FIRST, '4', '2', BACK, TO_READ_UP, K_ENTER);
	assert_int_equal(played.asked, 1);
	assert_int_equal(played.ids[0], MSG_UI_INTAKE_DEVICE);
	assert_int_equal(played.answers[0], MSG_DESK_DONE);
	assert_string_equal(row_text(played.body, "source"), "L2Rldi9h");
	assert_string_equal(row_text(played.body, "requester"), "phys");
	assert_null(json_object_get(played.body, "resume"));
	const json_t *fields = json_object_get(played.body, "fields");
	assert_int_equal(json_array_size(fields), 1);
	assert_string_equal(row_text(json_array_get(fields, 0), "name"), "request");
	assert_string_equal(row_text(json_array_get(fields, 0), "value"), "42");
	/* pressed once more before the answer came */
	KEYS(r, K_ENTER);
	assert_int_equal(played.asked, 1);
	struct msg m = {MSG_DESK_DONE, json_pack("{s:s}", "transfer", "K1-000042"), -1};
	played.fn(r->view, &m);
	json_decref(m.body);
	assert_int_equal(played.replaced, 1);
	assert_string_equal(played.said, "progress of K1-000042");
}

static void
test_a_refusal_leaves_the_form_as_it_was(void **state)
{
	struct rig *r = *state;
	struct msg m = {MSG_DESK_REFUSED, json_object(), -1};
	pick(r);
	KEYS(r, TO_FIRST, '4', '2', BACK, TO_READ_UP, K_ENTER);
	played.fn(r->view, &m);
	json_decref(m.body);
	assert_string_equal(played.said, "refused");
	assert_int_equal(played.replaced, 0);
	assert_non_null(strstr(drawn(r), "42"));
	KEYS(r, K_ENTER);
	assert_int_equal(played.asked, 2);
	played.fn(r->view, NULL);
	assert_string_equal(played.said, "gone");
}

static void
test_bytes_that_are_no_text_are_not_sent(void **state)
{
	struct rig *r = *state;
	pick(r);
	KEYS(r, TO_FIRST, 'a', 0xff, BACK, TO_READ_UP, K_ENTER);
	assert_int_equal(played.asked, 0);
	assert_non_null(strstr(played.said, "no text"));
}

static void
test_nothing_is_asked_while_the_desk_is_away(void **state)
{
	struct rig *r = *state;
	pick(r);
	played.gone = "the station has gone";
	KEYS(r, TO_FIRST, '4', BACK, TO_READ_UP, K_ENTER);
	assert_int_equal(played.asked, 0);
	assert_string_equal(played.said, played.gone);
}

static void
test_the_name_of_the_medium_is_shown_as_it_came_escaped(void **state)
{
	assert_non_null(strstr(drawn(*state), "ACME\\u{202E}02"));
}

static bool
hear(struct rig *r, enum media_event event, const char *source)
{
	json_t *said = json_pack("{s:s, s:s}", "source", source, "port", "red");
	const struct media_news n = {event, said, NULL};
	bool told = r->view->type->media(r->view, &n);
	json_decref(said);
	return told;
}

static void
test_only_news_of_its_own_medium_is_its_business(void **state)
{
	assert_true(hear(*state, MEDIA_REMOVED, "L2Rldi9h"));
	assert_true(hear(*state, MEDIA_INSERTED, "L2Rldi9h"));
	assert_false(hear(*state, MEDIA_REFUSED, "L2Rldi9h"));
	assert_false(hear(*state, MEDIA_REMOVED, "L2Rldi9i"));
	assert_false(hear(*state, MEDIA_INSERTED, ""));
}

/* --- what it is filled from ------------------------------------------------------------------
 */

static void
answer_book(struct rig *r, json_t *rows)
{
	struct msg m = {MSG_DESK_ROWS, json_pack("{s:o, s:b}", "rows", rows, "more", 0), -1};
	r->book(r->view, &m);
	json_decref(m.body);
}

static json_t *
medium_row(const char *number, const char *state, const char *serial)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s}", "number", number, "state", state, "label",
	    "stick", "serial", serial, "transfer", "K1-000007");
}

static void
test_a_medium_of_the_register_is_known_by_its_serial(void **state)
{
	struct rig *r = *state;
	answer_book(
	    r, json_pack("[o, o, o]", medium_row("M-1", "RETAINED", ""),
		   medium_row("M-2", "SANITISED", "4C53"), medium_row("M-3", "HELD", "4C53")));
	const char *text = drawn(r);
	assert_non_null(strstr(text, "M-3  stick  (known by its serial)"));
	pick(r);
	KEYS(r, TO_FIRST, '4', BACK, TO_READ_UP, K_ENTER);
	assert_string_equal(row_text(played.body, "control"), "M-3");
}

static void
test_what_cannot_be_read_is_no_choice(void **state)
{
	struct rig *r = *state;
	answer_book(r, json_pack("[o]", medium_row("M-2", "SANITISED", "4C53")));
	assert_non_null(strstr(drawn(r), "(no medium of the register is here)"));
	pick(r);
	KEYS(r, TO_FIRST, '4', BACK, TO_READ_UP, K_ENTER);
	assert_null(json_object_get(played.body, "control"));
}

static void
test_a_preset_fills_what_is_empty_and_says_what_stays(void **state)
{
	struct rig *r = *state;
	KEYS(r, TO_FIRST, K_DOWN, 'm', 'y', K_UP, K_UP, K_RIGHT);
	const char *text = drawn(r);
	assert_non_null(strstr(text, "rita  Rita Requester"));
	assert_non_null(strstr(text, "[my "));
	assert_non_null(strstr(text, "[hpc "));
	assert_non_null(strstr(played.said, "stays: Note"));
	/* taken out again: what was typed is still there */
	KEYS(r, K_LEFT);
	text = drawn(r);
	assert_non_null(strstr(text, "[my "));
	assert_null(strstr(text, "[hpc "));
	assert_non_null(strstr(text, "(nobody yet"));
}

static void
test_a_picked_requester_is_not_changed_by_a_preset(void **state)
{
	struct rig *r = *state;
	pick(r);
	KEYS(r, K_DOWN, K_DOWN, K_RIGHT);
	assert_non_null(strstr(drawn(r), "phys  Phys"));
	assert_non_null(strstr(played.said, "stays: Requester"));
}

static void
test_the_last_transfer_is_that_of_the_requester(void **state)
{
	struct rig *r = *state;
	pick(r);
	KEYS(r, K_DOWN, K_DOWN, K_LEFT);
	assert_int_equal(played.ids[0], MSG_UI_TRANSFERS);
	struct msg m = {MSG_DESK_ROWS,
	    json_pack("{s:[{s:s, s:s}, {s:s, s:s}, {s:s, s:s}], s:b}", "rows", "transfer",
		"K1-000001", "requester", "phys", "transfer", "K1-000002", "requester", "phys",
		"transfer", "K1-000003", "requester", "rita", "more", 0),
	    -1};
	played.fn(r->view, &m);
	json_decref(m.body);
	assert_int_equal(played.ids[1], MSG_UI_STATUS);
	assert_string_equal(row_text(played.body, "transfer"), "K1-000002");
	struct msg s = {MSG_DESK_STATUS,
	    json_pack("{s:{s:s, s:[{s:s, s:s}, {s:s, s:s}]}}", "status", "requester", "phys",
		"fields", "name", "request", "value", "REQ-1", "name", "note", "value",
		"caf\\u{E9}"),
	    -1};
	played.fn(r->view, &s);
	json_decref(s.body);
	const char *text = drawn(r);
	assert_non_null(strstr(text, "[REQ-1 "));
	/* what was escaped for the record is no text to type again */
	assert_null(strstr(text, "caf"));
	assert_string_equal(played.said, "Filled as in K1-000002.");
}

static void
test_nobodys_last_time_is_asked_for(void **state)
{
	struct rig *r = *state;
	KEYS(r, K_DOWN, K_DOWN, K_LEFT);
	assert_int_equal(played.asked, 0);
	assert_non_null(strstr(played.said, "Whose last time"));
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(test_enter_alone_cancels),
	    T(test_nothing_is_read_without_a_requester),
	    T(test_who_sits_here_is_no_requester_nor_is_an_officer_without_the_role),
	    T(test_a_field_the_policy_asks_for_is_not_left_empty),
	    T(test_what_the_desk_is_told),
	    T(test_a_refusal_leaves_the_form_as_it_was),
	    T(test_bytes_that_are_no_text_are_not_sent),
	    T(test_nothing_is_asked_while_the_desk_is_away),
	    T(test_the_name_of_the_medium_is_shown_as_it_came_escaped),
	    T(test_only_news_of_its_own_medium_is_its_business),
	    T(test_a_medium_of_the_register_is_known_by_its_serial),
	    T(test_what_cannot_be_read_is_no_choice),
	    T(test_a_preset_fills_what_is_empty_and_says_what_stays),
	    T(test_a_picked_requester_is_not_changed_by_a_preset),
	    T(test_the_last_transfer_is_that_of_the_requester),
	    T(test_nobodys_last_time_is_asked_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

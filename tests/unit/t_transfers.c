/* links: tests/unit/played ui/view ui/view/transfers ui/view/export ui/cursor ui/grid ui/area ui/style ui/row ui/safe ui/print ui/dump src/core/transfer src/base/arena src/base/buf src/base/err src/base/escape src/base/mem src/base/utf8 src/ipc/msg src/base/hex */
/* SPDX-License-Identifier: ISC */
/* The list of all transfers: pages, order, and which screen belongs to a state. */
#include "src/base/mem.h"
#include "src/core/transfer.h"
#include "tests/unit/played.h"
#include "ui/desk.h"
#include "ui/dump.h"
#include "ui/views.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

/* --- the station that is not there ------------------------------------------------ */

static char shown[64];

#define SCREEN(name)                                                      \
	struct view *name##_view(struct app *app, const char *transfer)   \
	{                                                                 \
		(void)app;                                                \
		snprintf(shown, sizeof(shown), #name " of %s", transfer); \
		return NULL;                                              \
	}
SCREEN(progress)
SCREEN(review)
SCREEN(signature)
SCREEN(timeline)
SCREEN(sending)

const char *
sending_why_not(const struct app *app)
{
	(void)app;
	return NULL;
}

struct view *
report_view(struct app *app)
{
	(void)app;
	snprintf(shown, sizeof(shown), "report");
	return NULL;
}

/* --- rig ------------------------------------------------------------------------------ */

struct rig {
	struct app app;
	struct view *view;
	struct grid *grid;
};

static int
setup(void **state)
{
	struct rig *r = mem_alloc(sizeof(*r));
	played_begin();
	shown[0] = '\0';
	r->app = (struct app){.frame = arena_new(), .now_ms = 1000};
	r->view = transfers_view(&r->app);
	r->app.top = r->view;
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
	arena_free(r->app.frame);
	played_forget();
	free(r);
	return 0;
}

/* A page with the transfers from..to-1 of `total`. */
static void
page(struct rig *r, int from, int to, int total, const char *state)
{
	json_t *rows = json_array();
	char id[16];
	for (int i = from; i < to; i++) {
		snprintf(id, sizeof(id), "K1-%06d", i + 1);
		json_array_append_new(
		    rows, json_pack("{s:s, s:s, s:s, s:s, s:s, s:i}", "transfer", id, "state",
			      state, "requester", "phys", "holder", "ann", "changed",
			      "2026-11-22T14:02:11Z", "files", 1204));
	}
	struct msg m = {MSG_DESK_ROWS,
	    json_pack("{s:o, s:b, s:i}", "rows", rows, "more", to < total, "total", total), -1};
	played.fn(r->view, &m);
	json_decref(m.body);
}

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

static const char *
under_cursor(struct rig *r)
{
	static char id[16];
	const char *mark = strstr(drawn(r), "\n> ");
	snprintf(id, sizeof(id), "%.9s", mark != NULL ? mark + 3 : "");
	return id;
}

/* --- tests -------------------------------------------------------------------------------- */

static void
test_every_state_has_its_screen(void **state)
{
	static const struct {
		const char *state, *shown;
	} cases[] = {
	    {"OPEN", "progress of K1-000001"},
	    {"READING", "progress of K1-000001"},
	    {"SCANNING", "progress of K1-000001"},
	    {"REVIEW", "review of K1-000001"},
	    {"SUBMITTED", "signature of K1-000001"},
	    {"APPROVED", "progress of K1-000001"},
	    {"RELEASED", "progress of K1-000001"},
	    {"CLOSED", "timeline of K1-000001"},
	    {"RECALL", "progress of K1-000001"},
	    {"RECALLED", "timeline of K1-000001"},
	    {"RETIRE", "progress of K1-000001"},
	    {"RETIRED", "timeline of K1-000001"},
	    {"BLOCKED", "progress of K1-000001"},
	    {"ABORTED", "timeline of K1-000001"},
	    {"FAULT", "progress of K1-000001"},
	    {"something new", "progress of K1-000001"},
	};
	struct rig *r = *state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		transfers_view_of(&r->app, "K1-000001", cases[i].state);
		assert_string_equal(shown, cases[i].shown);
	}
	/* every state but NONE is in the list above */
	assert_int_equal(sizeof(cases) / sizeof(cases[0]), TRANSFER__MAX);
}

static void
test_pages_follow_each_other_and_the_newest_is_first(void **state)
{
	struct rig *r = *state;
	assert_string_equal(row_text(played.body, "after"), "");
	page(r, 0, 64, 100, "CLOSED");
	assert_string_equal(row_text(played.body, "after"), "K1-000064");
	assert_non_null(strstr(r->view->type->status(r->view, r->app.frame).text, "64 of 100"));
	page(r, 64, 100, 100, "CLOSED");
	assert_int_equal(played.asked, 2);
	assert_string_equal(under_cursor(r), "K1-000100");
}

static void
test_the_cursor_stays_on_its_transfer_when_new_ones_come(void **state)
{
	struct rig *r = *state;
	page(r, 0, 10, 10, "REVIEW");
	drawn(r);
	cursor_to(r->view->cursor, 3);
	assert_string_equal(under_cursor(r), "K1-000007");
	r->app.now_ms += 5000;
	r->view->type->tick(r->view);
	page(r, 0, 12, 12, "REVIEW");
	assert_string_equal(under_cursor(r), "K1-000007");
	assert_int_equal(r->view->cursor->at, 5);
}

static void
test_the_list_stays_while_it_is_read_anew_or_refused(void **state)
{
	struct rig *r = *state;
	page(r, 0, 10, 10, "REVIEW");
	r->view->type->shown(r->view);
	r->view->type->shown(r->view);
	assert_int_equal(played.asked, 2);
	assert_string_equal(under_cursor(r), "K1-000010");
	played.fn(r->view, NULL);
	assert_string_equal(under_cursor(r), "K1-000010");
	assert_string_equal(played.said, "");
}

static void
test_an_empty_page_ends_the_asking(void **state)
{
	struct rig *r = *state;
	assert_non_null(transfers_may_open(r->view));
	page(r, 0, 0, 5, "REVIEW");
	assert_int_equal(played.asked, 1);
	assert_non_null(strstr(drawn(r), "There is no transfer yet"));
	assert_non_null(transfers_may_open(r->view));
}

static void
test_open_and_record(void **state)
{
	struct rig *r = *state;
	page(r, 0, 2, 2, "SUBMITTED");
	assert_null(transfers_may_open(r->view));
	transfers_act_open(r->view);
	assert_string_equal(shown, "signature of K1-000002");
	transfers_act_record(r->view);
	assert_string_equal(shown, "timeline of K1-000002");
	assert_int_equal(played.pushed, 2);
}

static void
test_a_row(void **state)
{
	struct rig *r = *state;
	page(r, 0, 1, 1, "SUBMITTED");
	assert_non_null(strstr(drawn(r), "> K1-000001     SUBMITTED phys        ann         "
					 "11-22 14:02   1,204 signature"));
}

static void
test_a_long_list_is_not_read_again_and_again(void **state)
{
	struct rig *r = *state;
	for (int i = 0; i < 320; i += 64)
		page(r, i, i + 64, 320, "CLOSED");
	size_t before = played.asked;
	r->app.now_ms += 60000;
	r->view->type->tick(r->view);
	assert_int_equal(played.asked, before);
	played.gone = "the station has gone";
	r->view->type->tick(r->view);
	assert_int_equal(played.asked, before);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(test_every_state_has_its_screen),
	    T(test_pages_follow_each_other_and_the_newest_is_first),
	    T(test_the_cursor_stays_on_its_transfer_when_new_ones_come),
	    T(test_the_list_stays_while_it_is_read_anew_or_refused),
	    T(test_an_empty_page_ends_the_asking),
	    T(test_open_and_record),
	    T(test_a_row),
	    T(test_a_long_list_is_not_read_again_and_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

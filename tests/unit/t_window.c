/* links: ui/window ui/link src/ipc/channel src/ipc/msg src/ipc/message src/base/hex src/base/mem src/base/clock */
/* SPDX-License-Identifier: ISC */
/* A window over a list of a desk that is played here, over a real channel. */
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "ui/window.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <sys/socket.h>

#define ROWS 12 /* of the screen */

/* The desk: a list whose row at pos has the item 1000000 + pos. */
struct desk {
	struct ui ui;
	struct channel *channel; /* its end */
	struct link *link;
	struct window *window;
	uint64_t list, total;
	uint64_t most;    /* rows it sends at once */
	uint64_t from, n; /* of the page asked for last */
	unsigned asked;   /* pages answered */
	unsigned changed; /* times that changed() ran */
	bool refuse, lie; /* answers with a refusal; with rows from elsewhere */
	const char *decision;
};

static void
desk_on_changed(void *arg)
{
	((struct desk *)arg)->changed++;
}

static struct desk *
desk_new(uint64_t total)
{
	int fds[2];
	struct desk *d = mem_alloc(sizeof(*d));
	assert_int_equal(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds));
	d->ui.desk = channel_new(fds[0], ROLE_UI, ROLE_DESK);
	d->channel = channel_new(fds[1], ROLE_DESK, ROLE_UI);
	channel_set_phase(d->ui.desk, PH_SIGNED);
	channel_set_phase(d->channel, PH_SIGNED);
	d->link = link_new(&d->ui);
	d->window = window_new(d->link, desk_on_changed, d);
	d->list = 7;
	d->total = total;
	d->most = LIM_PAGE_ITEMS;
	d->decision = "none";
	window_open(d->window, d->list, total);
	return d;
}

static void
desk_free(struct desk *d)
{
	window_free(d->window);
	link_free(d->link);
	channel_free(d->ui.desk);
	channel_free(d->channel);
	free(d);
}

static void
desk_send_page(struct desk *d)
{
	json_t *rows = json_array();
	for (uint64_t i = 0; i < d->n && i < d->most && d->from + i < d->total; i++) {
		uint64_t pos = d->from + i + (d->lie ? 5 : 0);
		json_array_append_new(rows,
		    json_pack("{s:I, s:I, s:s, s:s}", "pos", (json_int_t)pos, "id",
			(json_int_t)(1000000 + pos), "decision", d->decision, "name", "a"));
	}
	uint64_t next = d->from + json_array_size(rows);
	assert_int_equal(
	    ERR_OK, channel_send(d->channel, MSG_DESK_ROWS,
			json_pack("{s:o, s:b, s:I, s:I}", "rows", rows, "more", next < d->total,
			    "next", (json_int_t)next, "total", (json_int_t)d->total),
			-1));
}

/* Answers one page; false when none was asked for. */
static bool
desk_answer(struct desk *d)
{
	struct msg m;
	link_pump(d->link, 1);
	if (channel_recv(d->channel, &m) != ERR_OK)
		return false;
	assert_int_equal(MSG_UI_PAGE, m.id);
	assert_int_equal(d->list, msg_uint(&m, "list"));
	d->from = msg_uint(&m, "from");
	d->n = msg_uint(&m, "count");
	assert_true(d->n >= 1 && d->n <= LIM_PAGE_ITEMS);
	assert_true(d->from + d->n <= d->total);
	msg_done(&m);
	d->asked++;
	if (d->refuse)
		channel_send(d->channel, MSG_DESK_REFUSED,
		    json_pack(
			"{s:i, s:s, s:s}", "status", 1, "why", "no such list", "next", ""),
		    -1);
	else
		desk_send_page(d);
	channel_flush(d->channel);
	link_pump(d->link, 1);
	return true;
}

static void
desk_answer_all(struct desk *d)
{
	for (int i = 0; i < 1000; i++)
		if (!desk_answer(d))
			return;
	fail_msg("the window never has enough");
}

static void
assert_here(struct desk *d, uint64_t from, uint64_t to)
{
	for (uint64_t pos = from; pos < to; pos++) {
		const json_t *row = window_row(d->window, pos);
		assert_non_null(row);
		assert_int_equal(1000000 + pos, json_integer_value(json_object_get(row, "id")));
	}
}

static void
test_three_pages_around_the_screen(void **state)
{
	(void)state;
	static const struct {
		const char *what;
		uint64_t total, top, from, to;
	} rows[] = {
	    {"empty list", 0, 0, 0, 0},
	    {"one row", 1, 0, 0, 1},
	    {"shorter than the screen", 5, 0, 0, 5},
	    {"beginning", 1000000, 0, 0, 2 * ROWS},
	    {"middle", 1000000, 500000, 500000 - ROWS, 500000 + 2 * ROWS},
	    {"end", 1000000, 1000000 - ROWS, 1000000 - 2 * ROWS, 1000000},
	    {"largest list", LIM_ITEMS, LIM_ITEMS - 1, LIM_ITEMS - ROWS - 1, LIM_ITEMS},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct desk *d = desk_new(rows[i].total);
		print_message("%s\n", rows[i].what);
		window_show(d->window, rows[i].top, ROWS);
		desk_answer_all(d);
		assert_int_equal(WINDOW_FINE, window_state(d->window));
		assert_here(d, rows[i].from, rows[i].to);
		assert_null(window_row(d->window, rows[i].total));
		desk_free(d);
	}
}

static void
test_the_screen_comes_first_and_nothing_waits(void **state)
{
	(void)state;
	struct desk *d = desk_new(1000000);
	window_show(d->window, 300, ROWS);
	assert_null(window_row(d->window, 300));
	assert_int_equal(0, d->changed);
	assert_true(desk_answer(d));
	assert_int_equal(300, d->from);
	assert_int_equal(1, d->changed);
	assert_here(d, 300, 300 + ROWS);
	/* moved on before the rest came: what the screen shows now is asked for next */
	window_show(d->window, 900000, ROWS);
	assert_true(desk_answer(d)); /* that page was on its way */
	assert_true(desk_answer(d));
	assert_int_equal(900000, d->from);
	desk_answer_all(d);
	assert_here(d, 900000 - ROWS, 900000 + 2 * ROWS);
	desk_free(d);
}

static void
test_ahead_in_the_direction_of_the_movement(void **state)
{
	(void)state;
	struct desk *d = desk_new(1000000);
	window_show(d->window, 5000, ROWS);
	desk_answer_all(d);
	window_show(d->window, 4000, ROWS); /* upwards */
	assert_true(desk_answer(d));
	assert_int_equal(4000, d->from);
	assert_true(desk_answer(d));
	assert_true(d->from < 4000);
	desk_answer_all(d);
	/* scrolling by rows asks for whole pages, not for every row */
	unsigned before = d->asked;
	for (uint64_t top = 4000; top > 3900; top--) {
		window_show(d->window, top, ROWS);
		assert_here(d, top, top + ROWS);
		desk_answer_all(d);
	}
	assert_true(d->asked - before <= 4);
	desk_free(d);
}

static void
test_memory_is_bounded_whatever_is_scrolled(void **state)
{
	(void)state;
	struct desk *d = desk_new(1000000);
	for (uint64_t top = 0; top < 100000; top += 997) {
		window_show(d->window, top, ROWS);
		desk_answer_all(d);
		assert_here(d, top, top + ROWS);
		assert_true(window_count(d->window) <= LIM_WINDOW_ROWS);
	}
	window_show(
	    d->window, 5, LIM_SCREEN_CELLS); /* a screen that is larger than the window */
	desk_answer_all(d);
	assert_true(window_count(d->window) <= LIM_WINDOW_ROWS);
	assert_here(d, 5, 5 + LIM_WINDOW_ROWS / 3);
	desk_free(d);
}

static void
test_fewer_rows_than_asked_are_asked_for_again(void **state)
{
	(void)state;
	struct desk *d = desk_new(100);
	d->most = 5;
	window_show(d->window, 40, ROWS);
	desk_answer_all(d);
	assert_here(d, 40 - ROWS, 40 + 2 * ROWS);
	desk_free(d);
}

static void
test_a_decision_is_patched_and_expired(void **state)
{
	(void)state;
	uint64_t pos = 99;
	struct desk *d = desk_new(1000);
	window_show(d->window, 0, ROWS);
	desk_answer_all(d);
	unsigned before = d->asked;
	window_patch(d->window, 1000003, "reject", "why", "anna");
	assert_string_equal(
	    "reject", json_string_value(json_object_get(window_row(d->window, 3), "decision")));
	assert_string_equal(
	    "anna", json_string_value(json_object_get(window_row(d->window, 3), "by")));
	assert_false(window_stale(d->window, 3));
	window_patch(d->window, 1000900, "reject", "", "anna"); /* not here: nothing */
	assert_false(window_find(d->window, 1000900, &pos));
	assert_int_equal(99, pos);
	assert_true(window_find(d->window, 1000003, &pos));
	assert_int_equal(3, pos);
	assert_false(desk_answer(d)); /* nobody asked the desk */
	assert_int_equal(before, d->asked);

	/* one item: the old row stays until the new one is here */
	d->decision = "hold";
	window_expire(d->window, 1000003);
	assert_true(window_stale(d->window, 3));
	assert_false(window_stale(d->window, 4));
	assert_non_null(window_row(d->window, 3));
	desk_answer_all(d);
	assert_false(window_stale(d->window, 3));
	assert_string_equal(
	    "hold", json_string_value(json_object_get(window_row(d->window, 3), "decision")));
	assert_string_equal(
	    "none", json_string_value(json_object_get(window_row(d->window, 4), "decision")));
	/* all */
	window_expire(d->window, 0);
	assert_true(window_stale(d->window, 4));
	desk_answer_all(d);
	assert_string_equal(
	    "hold", json_string_value(json_object_get(window_row(d->window, 4), "decision")));
	desk_free(d);
}

static void
test_another_list_forgets_rows_and_questions(void **state)
{
	(void)state;
	struct msg m;
	struct desk *d = desk_new(1000);
	window_show(d->window, 0, ROWS);
	link_pump(d->link, 1);
	assert_int_equal(ERR_OK, channel_recv(d->channel, &m)); /* list 7 is asked for */
	d->from = 0;
	d->n = msg_uint(&m, "count");
	msg_done(&m);
	d->list = 8;
	window_open(d->window, 8, 1000);
	window_show(d->window, 500, ROWS);
	desk_send_page(d); /* the answer about list 7 comes late */
	link_pump(d->link, 1);
	assert_null(window_row(d->window, 0));
	desk_answer_all(d);
	assert_null(window_row(d->window, 0));
	assert_here(d, 500, 500 + ROWS);
	desk_free(d);
}

static void
test_a_refusal_and_nonsense_end_the_asking(void **state)
{
	(void)state;
	for (int lie = 0; lie < 2; lie++) {
		struct desk *d = desk_new(1000);
		d->refuse = lie == 0;
		d->lie = lie == 1;
		window_show(d->window, 0, ROWS);
		assert_true(desk_answer(d));
		assert_int_equal(WINDOW_REFUSED, window_state(d->window));
		assert_int_equal(1, d->changed);
		assert_null(window_row(d->window, 0));
		window_show(d->window, 10, ROWS);
		assert_false(desk_answer(d));
		d->refuse = d->lie = false;
		window_open(d->window, d->list, 1000);
		window_show(d->window, 10, ROWS);
		desk_answer_all(d);
		assert_int_equal(WINDOW_FINE, window_state(d->window));
		assert_here(d, 10, 10 + ROWS);
		desk_free(d);
	}
}

static void
test_a_desk_that_goes_leaves_the_rows(void **state)
{
	(void)state;
	struct desk *d = desk_new(1000);
	window_show(d->window, 0, ROWS);
	desk_answer_all(d);
	window_show(d->window, 500, ROWS);
	d->channel = channel_free(d->channel);
	link_pump(d->link, 1);
	assert_null(d->ui.desk);
	assert_int_equal(WINDOW_LOST, window_state(d->window));
	assert_here(d, 0, ROWS);
	window_show(d->window, 501, ROWS); /* asks nobody, and does not spin */
	assert_null(window_row(d->window, 501));
	desk_free(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_three_pages_around_the_screen),
	    cmocka_unit_test(test_the_screen_comes_first_and_nothing_waits),
	    cmocka_unit_test(test_ahead_in_the_direction_of_the_movement),
	    cmocka_unit_test(test_memory_is_bounded_whatever_is_scrolled),
	    cmocka_unit_test(test_fewer_rows_than_asked_are_asked_for_again),
	    cmocka_unit_test(test_a_decision_is_patched_and_expired),
	    cmocka_unit_test(test_another_list_forgets_rows_and_questions),
	    cmocka_unit_test(test_a_refusal_and_nonsense_end_the_asking),
	    cmocka_unit_test(test_a_desk_that_goes_leaves_the_rows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

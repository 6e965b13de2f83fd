/* links: ui/link src/ipc/channel src/ipc/msg src/ipc/message src/base/hex src/base/mem src/base/clock */
/* SPDX-License-Identifier: ISC */
/* Questions that are given up, held back, or buried under news. */
#include "ui/link.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/socket.h>

static struct ui ui;
static struct channel *desk; /* its end */
static struct link *link_;
static int told, news;

static int
setup(void **state)
{
	int fds[2];
	(void)state;
	assert_int_equal(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds));
	ui.desk = channel_new(fds[0], ROLE_UI, ROLE_DESK);
	desk = channel_new(fds[1], ROLE_DESK, ROLE_UI);
	channel_set_phase(ui.desk, PH_SIGNED);
	channel_set_phase(desk, PH_SIGNED);
	link_ = link_new(&ui);
	told = news = 0;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	link_free(link_);
	ui.desk = channel_free(ui.desk);
	desk = channel_free(desk);
	return 0;
}

static void
on_told(void *owner, struct msg *m)
{
	(void)m;
	++*(int *)owner;
}

/* As when a view closes another one. */
static void
on_told_ends_other(void *owner, struct msg *m)
{
	int **other = owner;
	(void)m;
	link_forget(link_, *other);
	free(*other);
	*other = NULL;
}

static void
on_news(void *arg, struct msg *m)
{
	(void)m;
	++*(int *)arg;
}

static void
ask(void *owner, link_fn *fn)
{
	link_ask(link_, owner, MSG_UI_MEDIA, json_object(), MSG_DESK_ROWS, fn);
}

/* Requests that have come to the desk. */
static int
desk_taken(void)
{
	struct msg m;
	int n = 0;
	while (channel_recv(desk, &m) == ERR_OK) {
		msg_done(&m);
		n++;
	}
	return n;
}

static void
an_owner_that_ends_while_all_is_cancelled_is_not_told(void **state)
{
	int *other = mem_alloc(sizeof(*other));
	(void)state;
	ask(&other, on_told_ends_other);
	ask(other, on_told);
	ask(&told, on_told);
	link_cancel(link_);
	assert_null(other);
	assert_int_equal(told, 1);
	assert_int_equal(link_pending(link_), 1); /* the one under way: its answer is dropped */
}

static void
nothing_is_sent_into_a_call_that_waits(void **state)
{
	(void)state;
	link_hold(link_, true);
	ask(&told, on_told);
	link_pump(link_, 1);
	assert_int_equal(desk_taken(), 0);
	link_hold(link_, false);
	link_pump(link_, 2);
	assert_int_equal(desk_taken(), 1);
}

static void
a_flood_of_news_lets_go_of_the_pump(void **state)
{
	int sent = 0, pumps = 0;
	(void)state;
	link_on_news(link_, &news, on_news);
	/* as many as the socket takes: more than one round */
	for (; sent < 10000; sent++) {
		json_t *body = json_pack("{s:s, s:s, s:[], s:i, s:b, s:s, s:b}", "transfer",
		    "K1-000042", "state", "READING", "stages", "errors", 0, "paused", 0, "why",
		    "", "last", 0);
		enum err e = channel_send(desk, MSG_DESK_PROGRESS, body, -1);
		if (e != ERR_OK || channel_wants_write(desk))
			break;
	}
	for (int before = -1; news != before; pumps++) {
		before = news;
		link_pump(link_, 1);
		assert_true(news - before <= LIM_LINK_MESSAGES + 1);
	}
	assert_true(sent > LIM_LINK_MESSAGES ? pumps > 2 : news >= sent);
	assert_non_null(ui.desk);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		an_owner_that_ends_while_all_is_cancelled_is_not_told, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		nothing_is_sent_into_a_call_that_waits, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		a_flood_of_news_lets_go_of_the_pump, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

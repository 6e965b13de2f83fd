/* links: ui/link src/ipc/channel src/ipc/msg src/ipc/message src/base/hex src/base/mem src/base/clock */
/* SPDX-License-Identifier: ISC */
#include "ui/link.h"
#include "src/base/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

/* The screens' end and the desk's, in one process: the desk is played by hand. */
struct pair {
	struct ui ui;
	struct link *link;
	struct channel *desk;
	int answers, nothing, refused, news;
};

static void
on_answer(void *owner, struct msg *m)
{
	struct pair *p = owner;
	if (m == NULL)
		p->nothing++;
	else if (m->id == MSG_DESK_REFUSED)
		p->refused++;
	else
		p->answers++;
}

static void
on_news(void *arg, struct msg *m)
{
	struct pair *p = arg;
	assert_int_equal(m->id, MSG_DESK_PROGRESS);
	p->news++;
}

static void
pair_open(struct pair *p)
{
	int fds[2];
	*p = (struct pair){.answers = 0};
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
	p->ui.desk = channel_new(fds[0], ROLE_UI, ROLE_DESK);
	p->desk = channel_new(fds[1], ROLE_DESK, ROLE_UI);
	channel_set_phase(p->ui.desk, PH_OPEN);
	channel_set_phase(p->desk, PH_OPEN);
	p->link = link_new(&p->ui);
	link_on_news(p->link, p, on_news);
}

static void
pair_close(struct pair *p)
{
	link_free(p->link);
	channel_free(p->ui.desk);
	channel_free(p->desk);
}

static void
ask(struct pair *p)
{
	link_ask(p->link, p, MSG_UI_MEDIA, json_object(), MSG_DESK_ROWS, on_answer);
}

/* The desk takes the next question, which must be there. */
static void
desk_takes(struct pair *p)
{
	struct msg m;
	assert_int_equal(channel_recv_wait(p->desk, &m, 5000), ERR_OK);
	assert_int_equal(m.id, MSG_UI_MEDIA);
	msg_done(&m);
}

static void
desk_answers(struct pair *p)
{
	assert_int_equal(channel_send(p->desk, MSG_DESK_ROWS,
			     json_pack("{s:[], s:b}", "rows", "more", 0), -1),
	    ERR_OK);
}

static void
one_question_is_under_way_at_a_time(void **state)
{
	struct pair p;
	struct msg m;
	(void)state;
	pair_open(&p);
	ask(&p);
	ask(&p);
	desk_takes(&p);
	assert_int_equal(channel_recv(p.desk, &m), ERR_AGAIN);
	desk_answers(&p);
	link_pump(p.link, 1);
	assert_int_equal(p.answers, 1);
	desk_takes(&p);
	desk_answers(&p);
	link_pump(p.link, 1);
	assert_int_equal(p.answers, 2);
	assert_int_equal(link_pending(p.link), 0);
	pair_close(&p);
}

static void
a_refusal_is_an_answer_and_progress_is_news(void **state)
{
	struct pair p;
	(void)state;
	pair_open(&p);
	ask(&p);
	desk_takes(&p);
	channel_send(p.desk, MSG_DESK_PROGRESS,
	    json_pack("{s:s, s:s, s:[], s:i, s:b, s:s, s:b}", "transfer", "K1-000001", "state",
		"READING", "stages", "errors", 0, "paused", 0, "why", "", "last", 0),
	    -1);
	channel_send(p.desk, MSG_DESK_REFUSED,
	    json_pack("{s:i, s:s, s:s}", "status", 1, "why", "no", "next", ""), -1);
	link_pump(p.link, 1);
	assert_int_equal(p.news, 1);
	assert_int_equal(p.refused, 1);
	pair_close(&p);
}

static void
a_desk_that_goes_leaves_no_question_without_a_word(void **state)
{
	struct pair p;
	(void)state;
	pair_open(&p);
	ask(&p);
	ask(&p);
	ask(&p);
	p.desk = channel_free(p.desk);
	link_pump(p.link, 1);
	assert_int_equal(p.nothing, 3);
	assert_int_equal(link_state(p.link, 1), LINK_DOWN);
	assert_int_equal(link_fd(p.link), -1);
	ask(&p);
	assert_int_equal(p.nothing, 4);
	pair_close(&p);
}

static void
what_needs_a_sign_in_is_not_sent_before_it(void **state)
{
	struct pair p;
	struct msg m;
	(void)state;
	pair_open(&p);
	link_ask(p.link, &p, MSG_UI_STATUS, json_pack("{s:s}", "transfer", "K1-000001"),
	    MSG_DESK_STATUS, on_answer);
	assert_int_equal(p.nothing, 1);
	assert_int_equal(channel_recv(p.desk, &m), ERR_AGAIN);
	pair_close(&p);
}

static void
the_answer_of_an_owner_that_left_is_dropped(void **state)
{
	struct pair p;
	(void)state;
	pair_open(&p);
	ask(&p);
	desk_takes(&p);
	link_forget(p.link, &p);
	desk_answers(&p);
	link_pump(p.link, 1);
	assert_int_equal(p.answers + p.nothing, 0);
	pair_close(&p);
}

static void
a_late_answer_to_what_was_cancelled_answers_nothing_else(void **state)
{
	struct pair p;
	(void)state;
	pair_open(&p);
	ask(&p);
	ask(&p);
	desk_takes(&p);
	link_cancel(p.link);
	assert_int_equal(p.nothing, 2);
	ask(&p);
	desk_answers(&p); /* to the first */
	link_pump(p.link, 1);
	assert_int_equal(p.answers, 0);
	desk_takes(&p);
	desk_answers(&p);
	link_pump(p.link, 1);
	assert_int_equal(p.answers, 1);
	pair_close(&p);
}

static void
silence_is_slow_after_two_seconds_and_not_before(void **state)
{
	struct pair p;
	(void)state;
	pair_open(&p);
	const int64_t now = 5000;
	link_pump(p.link, now);
	ask(&p);
	assert_int_equal(link_state(p.link, now), LINK_UP);
	assert_int_equal(link_state(p.link, now + LIM_SLOW_MS), LINK_UP);
	assert_int_equal(link_state(p.link, now + LIM_SLOW_MS + 1), LINK_SLOW);
	assert_false(link_settle(p.link, 10));
	desk_takes(&p);
	desk_answers(&p);
	assert_true(link_settle(p.link, 5000));
	assert_int_equal(link_state(p.link, now + 2 * LIM_SLOW_MS), LINK_UP);
	pair_close(&p);
}

static void
questions_are_bounded(void **state)
{
	struct pair p;
	(void)state;
	pair_open(&p);
	for (int i = 0; i < LIM_ASKS; i++)
		ask(&p);
	assert_int_equal(p.nothing, 0);
	ask(&p);
	assert_int_equal(p.nothing, 1);
	pair_close(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_question_is_under_way_at_a_time),
	    cmocka_unit_test(a_refusal_is_an_answer_and_progress_is_news),
	    cmocka_unit_test(a_desk_that_goes_leaves_no_question_without_a_word),
	    cmocka_unit_test(what_needs_a_sign_in_is_not_sent_before_it),
	    cmocka_unit_test(the_answer_of_an_owner_that_left_is_dropped),
	    cmocka_unit_test(a_late_answer_to_what_was_cancelled_answers_nothing_else),
	    cmocka_unit_test(silence_is_slow_after_two_seconds_and_not_before),
	    cmocka_unit_test(questions_are_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* links: src/ipc/loop src/ipc/channel src/ipc/msg src/ipc/message src/base/hex src/base/mem src/base/clock */
/* SPDX-License-Identifier: ISC */
#include "src/base/limits.h"
#include "src/ipc/channel.h"
#include "src/ipc/loop.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

/* What happened, one letter each. */
struct diary {
	struct loop *loop;
	char text[512];
	size_t len;
	int pipes[2][2];
	int timer;
	struct channel *a, *b;
	size_t until;
};

static void
note(struct diary *d, char letter)
{
	if (d->len < sizeof(d->text) - 1)
		d->text[d->len++] = letter;
}

static void
begin(struct diary *d)
{
	*d = (struct diary){.loop = loop_new()};
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(0, pipe(d->pipes[i]));
}

static void
end(struct diary *d)
{
	for (size_t i = 0; i < 2; i++) {
		close(d->pipes[i][0]);
		close(d->pipes[i][1]);
	}
	channel_free(d->a);
	channel_free(d->b);
	d->loop = loop_free(d->loop);
}

static void
make_ready(struct diary *d)
{
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(1, write(d->pipes[i][1], "x", 1));
}

/* --- timers --------------------------------------------------------------------- */

static void
on_a(void *arg)
{
	note(arg, 'a');
}

static void
on_b(void *arg)
{
	note(arg, 'b');
}

static void
on_stop(void *arg)
{
	struct diary *d = arg;
	note(d, '.');
	loop_stop(d->loop);
}

static void
on_again(void *arg)
{
	struct diary *d = arg;
	note(d, 'g');
	/* due at once, yet not in this same turn: descriptors get theirs first */
	loop_add_timer(d->loop, 0, d->len < 5 ? on_again : on_stop, d);
}

static void
on_delete_b(void *arg)
{
	struct diary *d = arg;
	note(d, 'x');
	loop_del_timer(d->loop, d->timer);
	loop_del_timer(d->loop, 9999);
}

static void
timers_fire_once_and_in_order(void **state)
{
	struct diary d;
	(void)state;
	begin(&d);
	loop_add_timer(d.loop, 30, on_stop, &d);
	loop_add_timer(d.loop, 20, on_b, &d);
	loop_add_timer(d.loop, 10, on_a, &d);
	loop_add_timer(d.loop, 20, on_a, &d);
	assert_int_equal(ERR_OK, loop_run(d.loop));
	assert_string_equal("aba.", d.text);
	end(&d);
}

static void
a_deleted_timer_does_not_fire(void **state)
{
	struct diary d;
	(void)state;
	begin(&d);
	loop_add_timer(d.loop, 1, on_delete_b, &d);
	d.timer = loop_add_timer(d.loop, 1, on_b, &d);
	assert_true(d.timer > 0);
	loop_add_timer(d.loop, 5, on_stop, &d);
	assert_int_equal(ERR_OK, loop_run(d.loop));
	assert_string_equal("x.", d.text);
	end(&d);
}

static void
a_timer_that_adds_timers_does_not_starve_the_rest(void **state)
{
	struct diary d;
	(void)state;
	begin(&d);
	loop_add_timer(d.loop, 0, on_again, &d);
	assert_int_equal(ERR_OK, loop_run(d.loop));
	assert_string_equal("ggggg.", d.text);
	end(&d);
}

/* --- descriptors ------------------------------------------------------------------ */

static void
drain(int fd)
{
	char c;
	assert_int_equal(1, read(fd, &c, 1));
}

static void
on_one(void *arg, int fd, short revents)
{
	note(arg, '1');
	assert_int_equal(POLLIN, revents & POLLIN);
	drain(fd);
}

static void
on_two(void *arg, int fd, short revents)
{
	note(arg, '2');
	assert_int_equal(POLLIN, revents & POLLIN);
	drain(fd);
}

static void
on_delete_both(void *arg, int fd, short revents)
{
	struct diary *d = arg;
	(void)fd;
	(void)revents;
	note(d, 'd');
	loop_del_fd(d->loop, d->pipes[0][0]);
	loop_del_fd(d->loop, d->pipes[1][0]);
	loop_add_timer(d->loop, 5, on_stop, d);
}

static void
on_replace_both(void *arg, int fd, short revents)
{
	struct diary *d = arg;
	(void)fd;
	(void)revents;
	note(d, 'r');
	loop_add_fd(d->loop, d->pipes[0][0], POLLIN, on_one, d);
	loop_add_fd(d->loop, d->pipes[1][0], POLLIN, on_two, d);
	loop_add_timer(d->loop, 5, on_stop, d);
}

static void
a_source_deleted_in_its_turn_is_not_called(void **state)
{
	struct diary d;
	(void)state;
	begin(&d);
	loop_add_fd(d.loop, d.pipes[0][0], POLLIN, on_delete_both, &d);
	loop_add_fd(d.loop, d.pipes[1][0], POLLIN, on_delete_both, &d);
	make_ready(&d);
	assert_int_equal(ERR_OK, loop_run(d.loop));
	assert_string_equal("d.", d.text);
	end(&d);
}

static void
adding_a_descriptor_again_replaces_its_callback(void **state)
{
	struct diary d;
	(void)state;
	begin(&d);
	loop_add_fd(d.loop, d.pipes[0][0], POLLIN, on_replace_both, &d);
	loop_add_fd(d.loop, d.pipes[1][0], POLLIN, on_replace_both, &d);
	make_ready(&d);
	assert_int_equal(ERR_OK, loop_run(d.loop));
	assert_string_equal("r12.", d.text);
	end(&d);
}

static void
on_signal(void *arg, int fd, short signum)
{
	struct diary *d = arg;
	(void)fd;
	note(d, signum == SIGUSR1 ? 'u' : signum == SIGTERM ? 't' : '?');
	if (signum == SIGTERM)
		loop_stop(d->loop);
}

static void
signals_arrive_as_callbacks(void **state)
{
	struct diary d;
	(void)state;
	begin(&d);
	assert_int_equal(ERR_OK, loop_add_signal(d.loop, SIGUSR1, on_signal, &d));
	assert_int_equal(ERR_OK, loop_add_signal(d.loop, SIGTERM, on_signal, &d));
	assert_int_equal(0, kill(getpid(), SIGUSR1));
	assert_int_equal(0, kill(getpid(), SIGTERM));
	assert_int_equal(ERR_OK, loop_run(d.loop));
	assert_string_equal("ut", d.text);
	end(&d);
}

/* --- channels ----------------------------------------------------------------------- */

static void
connect_ends(struct diary *d)
{
	int fds[2];
	assert_int_equal(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds));
	d->a = channel_new(fds[0], ROLE_DESK, ROLE_SCANNER);
	d->b = channel_new(fds[1], ROLE_SCANNER, ROLE_DESK);
	channel_set_phase(d->a, PH_OPEN);
	channel_set_phase(d->b, PH_OPEN);
}

static json_t *
progress(size_t id)
{
	return json_pack("{s:I,s:i}", "id", (json_int_t)id, "bytes", 0);
}

static void
on_message(void *arg, struct channel *c, struct msg *m)
{
	struct diary *d = arg;
	assert_ptr_equal(d->a, c);
	note(d, 'm');
	if (msg_uint(m, "id") == d->until)
		loop_stop(d->loop);
}

static void
on_gone(void *arg, struct channel *c, enum err why)
{
	struct diary *d = arg;
	note(d, why == ERR_CLOSED ? 'c' : why == ERR_PROTO ? 'p' : '?');
	assert_ptr_equal(d->a, c);
	d->a = channel_free(c);
	loop_stop(d->loop);
}

static void
on_message_free(void *arg, struct channel *c, struct msg *m)
{
	struct diary *d = arg;
	(void)m;
	note(d, 'f');
	loop_del_channel(d->loop, c);
	d->a = channel_free(c);
	loop_add_timer(d->loop, 5, on_stop, d);
}

static void
the_last_messages_come_before_the_end(void **state)
{
	struct diary d;
	(void)state;
	begin(&d);
	connect_ends(&d);
	d.until = SIZE_MAX;
	loop_add_channel(d.loop, d.a, on_message, on_gone, &d);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(ERR_OK, channel_send(d.b, MSG_SCAN_PROGRESS, progress(i), -1));
	d.b = channel_free(d.b);
	assert_int_equal(ERR_OK, loop_run(d.loop));
	assert_string_equal("mmmc", d.text);
	end(&d);
}

static void
a_channel_freed_by_its_handler_is_not_touched_again(void **state)
{
	struct diary d;
	(void)state;
	begin(&d);
	connect_ends(&d);
	loop_add_channel(d.loop, d.a, on_message_free, on_gone, &d);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(ERR_OK, channel_send(d.b, MSG_SCAN_PROGRESS, progress(i), -1));
	assert_int_equal(ERR_OK, loop_run(d.loop));
	assert_string_equal("f.", d.text);
	end(&d);
}

static void
a_peer_that_breaks_the_protocol_is_gone(void **state)
{
	struct diary d;
	(void)state;
	begin(&d);
	connect_ends(&d);
	d.until = SIZE_MAX;
	loop_add_channel(d.loop, d.a, on_message, on_gone, &d);
	assert_int_equal(ERR_OK, channel_send(d.b, MSG_SCAN_PROGRESS, progress(0), -1));
	assert_int_equal(4, send(channel_fd(d.b), "oops", 4, MSG_NOSIGNAL));
	assert_int_equal(ERR_OK, channel_send(d.b, MSG_SCAN_PROGRESS, progress(0), -1));
	assert_int_equal(ERR_OK, loop_run(d.loop));
	assert_string_equal("mp", d.text);
	end(&d);
}

static void
on_one_stop(void *arg, int fd, short revents)
{
	struct diary *d = arg;
	on_one(d, fd, revents);
	loop_stop(d->loop);
}

static void
a_flooding_peer_does_not_starve_another(void **state)
{
	struct diary d;
	(void)state;
	begin(&d);
	connect_ends(&d);
	d.until = SIZE_MAX;
	loop_add_channel(d.loop, d.a, on_message, on_gone, &d);
	loop_add_fd(d.loop, d.pipes[0][0], POLLIN, on_one_stop, &d);
	for (size_t i = 0; !channel_wants_write(d.b); i++)
		assert_int_equal(ERR_OK, channel_send(d.b, MSG_SCAN_PROGRESS, progress(i), -1));
	assert_int_equal(1, write(d.pipes[0][1], "x", 1));
	assert_int_equal(ERR_OK, loop_run(d.loop));
	assert_int_equal('1', d.text[d.len - 1]);
	assert_true(d.len <= 65);
	end(&d);
}

static void
stashed_messages_are_served_without_new_ones(void **state)
{
	static const enum msg_id answers[] = {MSG_SCAN_RESULT, MSG_NONE};
	struct diary d;
	struct msg m;
	(void)state;
	begin(&d);
	connect_ends(&d);
	d.until = 1;
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(ERR_OK, channel_send(d.b, MSG_SCAN_PROGRESS, progress(i), -1));
	assert_int_equal(ERR_OK,
	    channel_send(d.b, MSG_SCAN_RESULT,
		json_pack("{s:i,s:s,s:s,s:s,s:i,s:i,s:i}", "id", 1, "sha256",
		    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		    "verdict", "clean", "why", "", "bytes", 0, "read", 0, "elapsed_ms", 0),
		-1));
	assert_int_equal(ERR_OK,
	    channel_call(d.a, MSG_SCAN_CANCEL, json_pack("{s:i}", "id", 1), -1, answers, &m));
	msg_done(&m);
	loop_add_channel(d.loop, d.a, on_message, on_gone, &d);
	assert_int_equal(ERR_OK, loop_run(d.loop));
	assert_string_equal("mm", d.text);
	end(&d);
}

static void
an_end_met_during_a_call_is_told_by_the_loop(void **state)
{
	static const enum msg_id answers[] = {MSG_SCAN_RESULT, MSG_NONE};
	struct diary d;
	struct msg m;
	(void)state;
	begin(&d);
	connect_ends(&d);
	d.until = SIZE_MAX;
	assert_int_equal(ERR_OK, channel_send(d.b, MSG_SCAN_PROGRESS, progress(0), -1));
	assert_int_equal(4, send(channel_fd(d.b), "oops", 4, MSG_NOSIGNAL));
	assert_int_equal(ERR_PROTO,
	    channel_call(d.a, MSG_SCAN_CANCEL, json_pack("{s:i}", "id", 1), -1, answers, &m));
	loop_add_channel(d.loop, d.a, on_message, on_gone, &d);
	assert_int_equal(ERR_OK, loop_run(d.loop));
	assert_string_equal("mp", d.text);
	end(&d);
}

static void
on_read_some(void *arg, int fd, short revents)
{
	struct diary *d = arg;
	struct msg m;
	(void)fd;
	(void)revents;
	while (channel_recv(d->b, &m) == ERR_OK) {
		if (msg_uint(&m, "id") == d->until)
			loop_stop(d->loop);
		msg_done(&m);
	}
}

static void
what_was_queued_is_written_when_the_peer_reads(void **state)
{
	struct diary d;
	size_t sent = 0;
	(void)state;
	begin(&d);
	connect_ends(&d);
	while (channel_room(d.a) > 0) {
		assert_int_equal(ERR_OK, channel_send(d.a, MSG_SCAN_CANCEL,
					     json_pack("{s:I}", "id", (json_int_t)sent), -1));
		sent++;
	}
	d.until = sent - 1;
	loop_add_channel(d.loop, d.a, on_message, on_gone, &d);
	loop_add_fd(d.loop, channel_fd(d.b), POLLIN, on_read_some, &d);
	assert_int_equal(ERR_OK, loop_run(d.loop));
	assert_false(channel_wants_write(d.a));
	end(&d);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(timers_fire_once_and_in_order),
	    cmocka_unit_test(a_deleted_timer_does_not_fire),
	    cmocka_unit_test(a_timer_that_adds_timers_does_not_starve_the_rest),
	    cmocka_unit_test(a_source_deleted_in_its_turn_is_not_called),
	    cmocka_unit_test(adding_a_descriptor_again_replaces_its_callback),
	    cmocka_unit_test(signals_arrive_as_callbacks),
	    cmocka_unit_test(the_last_messages_come_before_the_end),
	    cmocka_unit_test(a_channel_freed_by_its_handler_is_not_touched_again),
	    cmocka_unit_test(a_peer_that_breaks_the_protocol_is_gone),
	    cmocka_unit_test(a_flooding_peer_does_not_starve_another),
	    cmocka_unit_test(stashed_messages_are_served_without_new_ones),
	    cmocka_unit_test(an_end_met_during_a_call_is_told_by_the_loop),
	    cmocka_unit_test(what_was_queued_is_written_when_the_peer_reads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

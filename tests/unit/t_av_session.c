/* links: scanners/av_session scanners/clamd src/base/clock src/base/escape src/base/utf8 src/base/mem */
/* SPDX-License-Identifier: ISC */
#include "scanners/av_session.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The other end, in the place of clamd. */
static int engine;

static void
begin(struct av_session *s)
{
	int pair[2];
	char said[16];
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	engine = pair[1];
	assert_int_equal(av_session_begin(s, pair[0]), ERR_OK);
	assert_int_equal(read(engine, said, sizeof(said)), 11);
	assert_memory_equal(said, "zIDSESSION", 11);
}

static void
end(struct av_session *s)
{
	close(s->fd);
	if (engine >= 0)
		close(engine);
}

static void
say(const char *bytes, size_t n)
{
	assert_int_equal(write(engine, bytes, n), (ssize_t)n);
}

/* Replies come in any order, in any pieces. */
static void
replies_in_pieces(void **state)
{
	(void)state;
	struct av_session s;
	struct clamd_reply r;
	char text[CLAMD_REPLY_BYTES];
	begin(&s);
	assert_int_equal(av_session_receive(&s, text, &r), ERR_AGAIN);
	assert_int_equal(av_session_send(&s, "zVERSION", -1), ERR_OK);
	assert_int_equal(av_session_send(&s, "zVERSION", -1), ERR_OK);
	assert_int_equal(s.last_id, 2);
	say("2: fd[7", 7);
	assert_int_equal(av_session_receive(&s, text, &r), ERR_AGAIN);
	say("]: OK\0001: PONG\0", 14);
	assert_int_equal(av_session_receive(&s, text, &r), ERR_OK);
	assert_int_equal(r.id, 2);
	assert_int_equal(r.kind, CLAMD_OK);
	assert_int_equal(av_session_receive(&s, text, &r), ERR_OK);
	assert_int_equal(r.id, 1);
	assert_int_equal(r.kind, CLAMD_TEXT);
	assert_int_equal(av_session_receive(&s, text, &r), ERR_AGAIN);
	end(&s);
}

static void
a_command_with_its_descriptor(void **state)
{
	(void)state;
	struct av_session s;
	char bytes[32], room[CMSG_SPACE(sizeof(int))];
	struct iovec iov = {bytes, sizeof(bytes)};
	struct msghdr h = {.msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = room,
	    .msg_controllen = sizeof(room)};
	begin(&s);
	assert_int_equal(av_session_send(&s, "zFILDES", STDIN_FILENO), ERR_OK);
	/* with the byte that carries it */
	assert_int_equal(recvmsg(engine, &h, 0), 9);
	assert_memory_equal(bytes, "zFILDES\0", 9);
	assert_non_null(CMSG_FIRSTHDR(&h));
	int fd;
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&h)), sizeof(fd));
	close(fd);
	end(&s);
}

static void
the_longest_reply(void **state)
{
	(void)state;
	struct av_session s;
	struct clamd_reply r;
	char text[CLAMD_REPLY_BYTES], out[CLAMD_REPLY_BYTES];
	begin(&s);
	memset(text, 'x', sizeof(text));
	memcpy(text, "1: ", 3);
	text[sizeof(text) - 1] = '\0';
	say(text, sizeof(text));
	assert_int_equal(av_session_receive(&s, out, &r), ERR_OK);
	assert_int_equal(r.len, CLAMD_REPLY_BYTES - 4);
	text[sizeof(text) - 1] = 'x';
	say(text, sizeof(text));
	assert_int_equal(av_session_receive(&s, out, &r), ERR_PROTO);
	end(&s);
}

static void
what_is_no_reply(void **state)
{
	(void)state;
	static const char *const cases[] = {
	    "", "OK", "COMMAND READ TIMED OUT", "1 OK", "x: OK"};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct av_session s;
		struct clamd_reply r;
		char text[CLAMD_REPLY_BYTES];
		begin(&s);
		say(cases[i], strlen(cases[i]) + 1);
		if (av_session_receive(&s, text, &r) != ERR_PROTO)
			fail_msg("%s", cases[i]);
		end(&s);
	}
}

static void
an_engine_that_ends(void **state)
{
	(void)state;
	struct av_session s;
	struct clamd_reply r;
	char text[CLAMD_REPLY_BYTES];
	begin(&s);
	say("1: fd[", 6);
	close(engine);
	engine = -1;
	assert_int_equal(av_session_receive(&s, text, &r), ERR_CLOSED);
	assert_int_equal(av_session_send(&s, "zVERSION", -1), ERR_CLOSED);
	end(&s);
}

/* A full socket is no error: the command goes later. */
static void
an_engine_that_does_not_read(void **state)
{
	(void)state;
	struct av_session s;
	enum err e = ERR_OK;
	begin(&s);
	for (int i = 0; i < 1000000 && e == ERR_OK; i++)
		e = av_session_send(&s, "zVERSION", -1);
	assert_int_equal(e, ERR_AGAIN);
	unsigned sent = s.last_id;
	char rest[4096];
	while (recv(engine, rest, sizeof(rest), MSG_DONTWAIT) > 0)
		;
	assert_int_equal(av_session_send(&s, "zVERSION", -1), ERR_OK);
	assert_int_equal(s.last_id, sent + 1);
	end(&s);
}

static void
an_answer_to_something_else(void **state)
{
	(void)state;
	struct av_session s;
	struct clamd_reply r;
	char text[CLAMD_REPLY_BYTES];
	begin(&s);
	say("9: PONG", 8);
	assert_int_equal(av_session_ask(&s, "zVERSION", -1, text, &r), ERR_PROTO);
	say("2: PONG", 8);
	assert_int_equal(av_session_ask(&s, "zVERSION", -1, text, &r), ERR_OK);
	end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(replies_in_pieces),
	    cmocka_unit_test(a_command_with_its_descriptor),
	    cmocka_unit_test(the_longest_reply),
	    cmocka_unit_test(what_is_no_reply),
	    cmocka_unit_test(an_engine_that_ends),
	    cmocka_unit_test(an_engine_that_does_not_read),
	    cmocka_unit_test(an_answer_to_something_else),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

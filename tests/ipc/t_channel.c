/* links: src/ipc/channel src/ipc/msg src/ipc/message src/base/hex src/base/mem src/base/clock */
/* SPDX-License-Identifier: ISC */
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/ipc/channel.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Both ends: the desk's as a channel, the other raw, to say wrong things. */
struct ends {
	struct channel *desk;
	int raw;
};

static struct ends
ends_new(enum role peer, enum phase phase)
{
	int fds[2];
	assert_int_equal(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds));
	struct ends e = {channel_new(fds[0], ROLE_DESK, peer), fds[1]};
	channel_set_phase(e.desk, phase);
	return e;
}

static void
ends_done(struct ends *e)
{
	e->desk = channel_free(e->desk);
	if (e->raw >= 0)
		close(e->raw);
}

/* Two channels that have greeted each other. */
static void
pair_new(struct channel **desk, struct channel **ledger)
{
	int fds[2];
	assert_int_equal(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds));
	*desk = channel_new(fds[0], ROLE_DESK, ROLE_LEDGER);
	*ledger = channel_new(fds[1], ROLE_LEDGER, ROLE_DESK);
	channel_set_phase(*desk, PH_OPEN);
	channel_set_phase(*ledger, PH_OPEN);
}

/* Sends text with `count` copies of a descriptor. */
static void
raw_send(int fd, const void *text, size_t n, int carried, size_t count)
{
	union {
		char room[CMSG_SPACE(8 * sizeof(int))];
		struct cmsghdr align;
	} control = {{0}};
	union {
		const void *in;
		void *out;
	} p = {.in = text};
	struct iovec iov = {p.out, n};
	struct msghdr h = {.msg_iov = &iov, .msg_iovlen = 1};
	if (count > 0) {
		h.msg_control = control.room;
		h.msg_controllen = CMSG_SPACE(count * sizeof(int));
		struct cmsghdr *cm = CMSG_FIRSTHDR(&h);
		cm->cmsg_level = SOL_SOCKET;
		cm->cmsg_type = SCM_RIGHTS;
		cm->cmsg_len = CMSG_LEN(count * sizeof(int));
		for (size_t i = 0; i < count; i++)
			memcpy(CMSG_DATA(cm) + i * sizeof(int), &carried, sizeof(int));
	}
	assert_int_equal(n, sendmsg(fd, &h, MSG_NOSIGNAL));
}

static size_t
open_fds(void)
{
	size_t n = 0;
	DIR *d = opendir("/proc/self/fd");
	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

static void
two_programs_greet_each_other(void **state)
{
	int fds[2];
	bool sandboxed = false;
	(void)state;
	assert_int_equal(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds));
	struct channel *a = channel_new(fds[0], ROLE_DESK, ROLE_UI);
	struct channel *b = channel_new(fds[1], ROLE_UI, ROLE_DESK);
	assert_int_equal(ERR_OK, channel_hello(a, "desk", true));
	assert_int_equal(ERR_OK, channel_hello(b, "sallyport", false));
	assert_int_equal(ERR_OK, channel_greet(a, 1000, &sandboxed));
	assert_false(sandboxed);
	assert_int_equal(ERR_OK, channel_greet(b, 1000, &sandboxed));
	assert_true(sandboxed);
	assert_int_equal(PH_OPEN, channel_phase(a));
	assert_int_equal(PH_OPEN, channel_phase(b));
	channel_free(a);
	channel_free(b);
}

static void
a_silent_peer_is_not_waited_for_for_ever(void **state)
{
	struct ends e = ends_new(ROLE_UI, PH_HELLO);
	(void)state;
	assert_int_equal(ERR_AGAIN, channel_greet(e.desk, 20, NULL));
	ends_done(&e);
}

static void
another_version_is_refused(void **state)
{
	static const char other[] =
	    "{\"m\":\"hello\",\"proto\":\"0123456789abcdef\",\"program\":"
	    "\"x\",\"version\":\"0\",\"sandbox\":true}";
	struct ends e = ends_new(ROLE_UI, PH_HELLO);
	(void)state;
	raw_send(e.raw, other, sizeof(other) - 1, -1, 0);
	assert_int_equal(ERR_PROTO, channel_greet(e.desk, 1000, NULL));
	assert_int_equal(PH_HELLO, channel_phase(e.desk));
	ends_done(&e);
}

static void
a_second_hello_cannot_change_what_the_first_said(void **state)
{
	MEM_FREE char *hello = mem_printf("{\"m\":\"hello\",\"proto\":\"%s\",\"program\":\"x\","
					  "\"version\":\"0\",\"sandbox\":%s}",
	    message_proto(), "true");
	struct ends e = ends_new(ROLE_UI, PH_HELLO);
	struct msg m;
	(void)state;
	raw_send(e.raw, hello, strlen(hello), -1, 0);
	raw_send(e.raw, hello, strlen(hello), -1, 0);
	assert_int_equal(ERR_OK, channel_greet(e.desk, 1000, NULL));
	assert_int_equal(ERR_PROTO, channel_recv(e.desk, &m));
	ends_done(&e);
}

/* Things that are wrong whatever the table says. */
static const struct {
	const char *what;
	const char *text;
	size_t fds;
} broken[] = {
    {"not JSON", "hello", 0},
    {"an array", "[1]", 0},
    {"a bare string", "\"m\"", 0},
    {"text after the object", "{\"m\":\"ui.nonce\"} {}", 0},
    {"no name", "{\"x\":1}", 0},
    {"a name that is no string", "{\"m\":7}", 0},
    {"a name that is not in the table", "{\"m\":\"ui.format_disk\"}", 0},
    {"the empty name", "{\"m\":\"\"}", 0},
    {"the name twice", "{\"m\":\"ui.nonce\",\"m\":\"ui.nonce\"}", 0},
    {"a key twice", "{\"m\":\"ui.get\",\"sha256\":\"a\",\"sha256\":\"b\"}", 0},
    {"a NUL inside", "{\"m\":\"ui.transfers\",\"after\":\"a\\u0000b\"}", 0},
    {"not UTF-8", "{\"m\":\"ui.transfers\",\"after\":\"\xff\"}", 0},
    {"a lone surrogate", "{\"m\":\"ui.transfers\",\"after\":\"\\ud800\"}", 0},
    {"two descriptors", "{\"m\":\"ui.nonce\"}", 2},
    {"two descriptors where one is due", "{\"m\":\"ui.signin\",\"officer\":\"ann\"}", 2},
    {"three descriptors", "{\"m\":\"ui.signin\",\"officer\":\"ann\"}", 3},
    {"eight descriptors", "{\"m\":\"ui.signin\",\"officer\":\"ann\"}", 8},
};

static void
broken_datagrams_end_the_peer_and_leak_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		struct ends e = ends_new(ROLE_UI, PH_SIGNED);
		size_t before = open_fds();
		struct msg m;
		raw_send(e.raw, broken[i].text, strlen(broken[i].text), e.raw, broken[i].fds);
		if (channel_recv(e.desk, &m) != ERR_PROTO)
			fail_msg("accepted: %s", broken[i].what);
		assert_int_equal(before, open_fds());
		/* and nothing of that peer is read again */
		raw_send(e.raw, "{\"m\":\"ui.nonce\"}", 16, -1, 0);
		assert_int_equal(ERR_PROTO, channel_recv(e.desk, &m));
		for (const char *p = channel_why(e.desk); *p != '\0'; p++)
			assert_true(*p >= 0x20 && *p < 0x7f);
		ends_done(&e);
	}
}

static void
a_datagram_longer_than_any_row_is_refused_not_cut(void **state)
{
	char text[LIM_MESSAGE_BYTES + 1];
	struct ends e = ends_new(ROLE_UI, PH_OPEN);
	struct msg m;
	(void)state;
	memset(text, ' ', sizeof(text));
	memcpy(text, "{\"m\":\"ui.nonce\"}", 16);
	raw_send(e.raw, text, sizeof(text), -1, 0);
	assert_int_equal(ERR_PROTO, channel_recv(e.desk, &m));
	ends_done(&e);
}

static void
nesting_is_allowed_to_the_limit_and_no_further(void **state)
{
	(void)state;
	for (int depth = LIM_MESSAGE_DEPTH; depth <= LIM_MESSAGE_DEPTH + 1; depth++) {
		struct ends e = ends_new(ROLE_LEDGER, PH_OPEN);
		char text[512] = "{\"m\":\"ledger.prepared\",\"origin\":\"o\",\"prev\":\"";
		size_t n = strlen(text);
		struct msg m;
		memset(text + n, 'a', 64);
		n += 64;
		n += (size_t)snprintf(text + n, 64, "\",\"auth\":{},\"head\":{\"x\":");
		/* the body is level 1, head is level 2 */
		for (int i = 3; i <= depth; i++)
			text[n++] = '[';
		for (int i = 3; i <= depth; i++)
			text[n++] = ']';
		text[n++] = '}';
		text[n++] = '}';
		raw_send(e.raw, text, n, -1, 0);
		if (depth == LIM_MESSAGE_DEPTH) {
			assert_int_equal(ERR_OK, channel_recv(e.desk, &m));
			msg_done(&m);
		} else {
			assert_int_equal(ERR_PROTO, channel_recv(e.desk, &m));
		}
		ends_done(&e);
	}
}

static void
last_words_of_a_peer_that_left_are_heard(void **state)
{
	struct channel *desk, *ledger;
	struct msg m;
	(void)state;
	pair_new(&desk, &ledger);
	/* unread by the ledger: the kernel reports a reset before the queued words */
	assert_int_equal(ERR_OK, channel_send(desk, MSG_LEDGER_READ,
				     json_pack("{s:s,s:i}", "log", "c", "from", 0), -1));
	assert_int_equal(ERR_OK, channel_send(ledger, MSG_LEDGER_REFUSED,
				     json_pack("{s:b,s:s}", "fault", 1, "why", "disk"), -1));
	channel_free(ledger);
	assert_int_equal(ERR_CLOSED, channel_send(desk, MSG_LEDGER_READ,
					 json_pack("{s:s,s:i}", "log", "c", "from", 0), -1));
	assert_int_equal(ERR_OK, channel_recv(desk, &m));
	assert_int_equal(MSG_LEDGER_REFUSED, m.id);
	assert_string_equal("disk", msg_str(&m, "why"));
	msg_done(&m);
	assert_int_equal(ERR_CLOSED, channel_recv(desk, &m));
	assert_int_equal(ERR_CLOSED, channel_recv(desk, &m));
	channel_free(desk);
}

static void
a_descriptor_travels_and_the_sender_keeps_its_own(void **state)
{
	struct channel *desk, *ledger;
	struct msg m;
	struct stat a, b;
	size_t before = open_fds();
	(void)state;
	pair_new(&desk, &ledger);
	int fd = memfd_create("x", MFD_CLOEXEC);
	assert_int_equal(ERR_OK,
	    channel_send(desk, MSG_LEDGER_APPEND, json_pack("{s:s}", "log", "custody"), fd));
	assert_int_equal(ERR_OK, channel_recv(ledger, &m));
	assert_int_equal(0, fstat(fd, &a));
	assert_int_equal(0, fstat(m.fd, &b));
	assert_int_equal(a.st_ino, b.st_ino);
	assert_int_equal(FD_CLOEXEC, fcntl(m.fd, F_GETFD));
	int taken = msg_take_fd(&m);
	assert_int_equal(-1, m.fd);
	msg_done(&m);
	assert_int_equal(0, fstat(taken, &b));
	close(taken);
	/* what is not taken is closed */
	assert_int_equal(ERR_OK,
	    channel_send(desk, MSG_LEDGER_APPEND, json_pack("{s:s}", "log", "custody"), fd));
	assert_int_equal(ERR_OK, channel_recv(ledger, &m));
	msg_done(&m);
	close(fd);
	channel_free(desk);
	channel_free(ledger);
	assert_int_equal(before, open_fds());
}

static json_t *
big_event(int i)
{
	char text[20001];
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	return json_pack(
	    "{s:s,s:s,s:{s:s,s:i}}", "type", "t", "subj", "s", "data", "x", text, "i", i);
}

static void
a_peer_that_does_not_read_costs_a_bounded_queue(void **state)
{
	struct channel *desk, *ledger;
	struct msg m;
	int sent = 0;
	size_t before = open_fds();
	(void)state;
	pair_new(&desk, &ledger);
	while (!channel_wants_write(desk))
		assert_int_equal(
		    ERR_OK, channel_send(desk, MSG_LEDGER_EVENT, big_event(sent++), -1));
	assert_int_equal(LIM_IN_FLIGHT - 1, channel_room(desk));
	while (channel_room(desk) > 0)
		assert_int_equal(
		    ERR_OK, channel_send(desk, MSG_LEDGER_EVENT, big_event(sent++), -1));
	assert_int_equal(ERR_AGAIN, channel_send(desk, MSG_LEDGER_EVENT, big_event(-1), -1));
	assert_int_equal(ERR_AGAIN, channel_flush(desk));
	for (int i = 0; i < sent; i++) {
		enum err e = channel_recv(ledger, &m);
		if (e == ERR_AGAIN) {
			channel_flush(desk);
			e = channel_recv(ledger, &m);
		}
		assert_int_equal(ERR_OK, e);
		assert_int_equal(i,
		    json_integer_value(json_object_get(json_object_get(m.body, "data"), "i")));
		msg_done(&m);
	}
	assert_int_equal(ERR_OK, channel_flush(desk));
	/* and what is still queued when the channel ends is freed */
	while (channel_room(desk) > 1)
		assert_int_equal(
		    ERR_OK, channel_send(desk, MSG_LEDGER_EVENT, big_event(0), -1));
	assert_int_equal(ERR_OK, channel_send(desk, MSG_LEDGER_APPEND,
				     json_pack("{s:s}", "log", "custody"), STDIN_FILENO));
	channel_free(desk);
	channel_free(ledger);
	assert_int_equal(before, open_fds());
}

static void
a_text_longer_than_its_row_is_not_sent(void **state)
{
	struct channel *desk, *ledger;
	struct msg m;
	char text[LIM_MESSAGE_BYTES];
	(void)state;
	pair_new(&desk, &ledger);
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(ERR_LIMIT, channel_send(desk, MSG_LEDGER_PREPARE,
					json_pack("{s:s,s:s}", "log", text, "subj", ""), -1));
	text[512 - strlen("{\"log\":\"\",\"subj\":\"\",\"m\":\"ledger.prepare\"}")] = '\0';
	assert_int_equal(ERR_OK, channel_send(desk, MSG_LEDGER_PREPARE,
				     json_pack("{s:s,s:s}", "log", text, "subj", ""), -1));
	assert_int_equal(ERR_LIMIT, channel_send(desk, MSG_LEDGER_PREPARE,
					json_pack("{s:s,s:s}", "log", text, "subj", "x"), -1));
	assert_int_equal(ERR_OK, channel_recv(ledger, &m));
	msg_done(&m);
	assert_int_equal(ERR_AGAIN, channel_recv(ledger, &m));
	channel_free(desk);
	channel_free(ledger);
}

/* The other side of a call, in a process: three events, then the answer. */
static void
serve_call(int fd, int events)
{
	struct channel *c = channel_new(fd, ROLE_LEDGER, ROLE_DESK);
	struct msg m;
	channel_set_phase(c, PH_OPEN);
	if (channel_recv_wait(c, &m, -1) != ERR_OK)
		_exit(1);
	msg_done(&m);
	for (int i = 0; i < events; i++)
		if (channel_send_wait(c, MSG_LEDGER_APPENDED,
			json_pack("{s:s,s:i,s:s}", "log", "custody", "seq", i, "leaf",
			    "00000000000000000000000000000000"
			    "00000000000000000000000000000000"),
			-1) != ERR_OK)
			_exit(2);
	if (channel_send_wait(c, MSG_LEDGER_STORED,
		json_pack("{s:s}", "sha256",
		    "11111111111111111111111111111111"
		    "11111111111111111111111111111111"),
		-1) != ERR_OK)
		_exit(3);
	_exit(0);
}

static const enum msg_id call_answers[] = {MSG_LEDGER_STORED, MSG_LEDGER_REFUSED, MSG_NONE};

static enum err
call(int events, struct channel **ret_desk, struct msg *ret_msg)
{
	int fds[2];
	assert_int_equal(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds));
	pid_t pid = fork();
	if (pid == 0) {
		close(fds[0]);
		serve_call(fds[1], events);
	}
	close(fds[1]);
	*ret_desk = channel_new(fds[0], ROLE_DESK, ROLE_LEDGER);
	channel_set_phase(*ret_desk, PH_OPEN);
	enum err e = channel_call(*ret_desk, MSG_LEDGER_PUT,
	    json_pack("{s:s}", "sha256",
		"2222222222222222222222222222222222222222222222222222222222222222"),
	    STDIN_FILENO, call_answers, ret_msg);
	return e;
}

static void
messages_that_arrive_during_a_call_keep_their_order(void **state)
{
	struct channel *desk;
	struct msg m;
	(void)state;
	assert_int_equal(ERR_OK, call(LIM_STASH, &desk, &m));
	assert_int_equal(MSG_LEDGER_STORED, m.id);
	msg_done(&m);
	for (uint64_t i = 0; i < LIM_STASH; i++) {
		assert_true(channel_has_stash(desk));
		assert_int_equal(ERR_OK, channel_recv_wait(desk, &m, 0));
		assert_int_equal(i, msg_uint(&m, "seq"));
		msg_done(&m);
	}
	assert_false(channel_has_stash(desk));
	channel_free(desk);
	while (wait(NULL) > 0)
		;
}

static void
a_flood_during_a_call_ends_the_peer(void **state)
{
	struct channel *desk;
	struct msg m;
	(void)state;
	assert_int_equal(ERR_PROTO, call(LIM_STASH + 1, &desk, &m));
	channel_free(desk);
	while (wait(NULL) > 0)
		;
}

static void
a_peer_that_dies_during_a_call_is_noticed(void **state)
{
	struct ends e = ends_new(ROLE_LEDGER, PH_OPEN);
	struct msg m;
	(void)state;
	close(e.raw);
	e.raw = -1;
	assert_int_equal(ERR_CLOSED,
	    channel_call(e.desk, MSG_LEDGER_GET,
		json_pack("{s:s}", "sha256",
		    "2222222222222222222222222222222222222222222222222222222222222222"),
		-1, call_answers, &m));
	ends_done(&e);
}

static void
accessors_answer_for_absent_fields(void **state)
{
	struct msg m = {
	    MSG_UI_ITEM, json_pack("{s:s,s:s,s:i}", "b", "AGE=", "bad", "A", "u", 7), -1};
	size_t n = 0;
	(void)state;
	assert_null(msg_str(&m, "nothing"));
	assert_int_equal(0, msg_uint(&m, "nothing"));
	assert_int_equal(7, msg_uint(&m, "u"));
	assert_false(msg_bool(&m, "nothing"));
	assert_null(msg_bytes(&m, "nothing", &n));
	assert_null(msg_bytes(&m, "bad", &n));
	uint8_t *bytes = msg_bytes(&m, "b", &n);
	assert_int_equal(2, n);
	assert_memory_equal("\0a", bytes, 3);
	free(bytes);
	msg_done(&m);
	assert_null(m.body);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(two_programs_greet_each_other),
	    cmocka_unit_test(a_silent_peer_is_not_waited_for_for_ever),
	    cmocka_unit_test(another_version_is_refused),
	    cmocka_unit_test(a_second_hello_cannot_change_what_the_first_said),
	    cmocka_unit_test(broken_datagrams_end_the_peer_and_leak_nothing),
	    cmocka_unit_test(a_datagram_longer_than_any_row_is_refused_not_cut),
	    cmocka_unit_test(nesting_is_allowed_to_the_limit_and_no_further),
	    cmocka_unit_test(last_words_of_a_peer_that_left_are_heard),
	    cmocka_unit_test(a_descriptor_travels_and_the_sender_keeps_its_own),
	    cmocka_unit_test(a_peer_that_does_not_read_costs_a_bounded_queue),
	    cmocka_unit_test(a_text_longer_than_its_row_is_not_sent),
	    cmocka_unit_test(messages_that_arrive_during_a_call_keep_their_order),
	    cmocka_unit_test(a_flood_during_a_call_ends_the_peer),
	    cmocka_unit_test(a_peer_that_dies_during_a_call_is_noticed),
	    cmocka_unit_test(accessors_answer_for_absent_fields),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

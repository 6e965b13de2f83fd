/* links: src/ipc/channel src/ipc/msg src/ipc/message src/ipc/spawn src/base/hex src/base/mem src/base/clock */
/* SPDX-License-Identifier: ISC */
/*
 * Messages between two processes: a result for each object, as a scanner says
 * it, one at a time and windowed, checked on both sides; and the same bytes by
 * bare send(2) and recv(2), which is the floor.
 */
#include "src/base/clock.h"
#include "src/base/limits.h"
#include "src/ipc/channel.h"
#include "src/ipc/spawn.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define WINDOW LIM_IN_FLIGHT

static json_t *
ask(size_t id)
{
	return json_pack("{s:I}", "id", (json_int_t)id);
}

static json_t *
answer(uint64_t id)
{
	return json_pack("{s:I,s:s,s:s,s:s,s:i,s:i,s:i}", "id", (json_int_t)id, "sha256",
	    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "verdict",
	    "clean", "why", "", "bytes", 123456, "read", 123456, "elapsed_ms", 3);
}

static void
must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "bench: %s\n", what);
	exit(1);
}

/* Answers until the other side ends. */
static void
serve(int fd)
{
	struct channel *c = channel_new(fd, ROLE_SCANNER, ROLE_DESK);
	struct msg m;
	channel_set_phase(c, PH_OPEN);
	while (channel_recv_wait(c, &m, -1) == ERR_OK) {
		must(channel_send_wait(c, MSG_SCAN_RESULT, answer(msg_uint(&m, "id")), -1) ==
			 ERR_OK,
		    "send");
		msg_done(&m);
	}
	_exit(0);
}

static void
serve_bare(int fd)
{
	char text[256];
	ssize_t n;
	while ((n = recv(fd, text, sizeof(text), 0)) > 0)
		must(send(fd, text, 190, MSG_NOSIGNAL) == 190, "bare send");
	_exit(0);
}

/* Microseconds for each exchange, `window` under way. */
static double
run(size_t count, size_t window)
{
	int fds[2];
	must(spawn_pair(fds) == ERR_OK, "pair");
	pid_t pid = fork();
	if (pid == 0) {
		close(fds[0]);
		serve(fds[1]);
	}
	close(fds[1]);
	struct channel *c = channel_new(fds[0], ROLE_DESK, ROLE_SCANNER);
	struct msg m;
	size_t sent = 0;
	channel_set_phase(c, PH_OPEN);
	uint64_t start = clock_mono_ns();
	for (size_t got = 0; got < count; got++) {
		for (; sent < count && sent - got < window; sent++)
			must(channel_send(c, MSG_SCAN_CANCEL, ask(sent), -1) == ERR_OK, "send");
		must(channel_recv_wait(c, &m, -1) == ERR_OK, "receive");
		must(msg_uint(&m, "id") == got, "order");
		msg_done(&m);
	}
	double us = (double)(clock_mono_ns() - start) / 1000.0 / (double)count;
	channel_free(c);
	waitpid(pid, NULL, 0);
	return us;
}

static double
run_bare(size_t count, size_t window)
{
	char text[256] = {0};
	int fds[2];
	size_t sent = 0;
	must(spawn_pair(fds) == ERR_OK, "pair");
	pid_t pid = fork();
	if (pid == 0) {
		close(fds[0]);
		serve_bare(fds[1]);
	}
	close(fds[1]);
	uint64_t start = clock_mono_ns();
	for (size_t got = 0; got < count; got++) {
		for (; sent < count && sent - got < window; sent++)
			must(send(fds[0], text, 30, MSG_NOSIGNAL) == 30, "bare send");
		must(recv(fds[0], text, sizeof(text), 0) == 190, "bare receive");
	}
	double us = (double)(clock_mono_ns() - start) / 1000.0 / (double)count;
	close(fds[0]);
	waitpid(pid, NULL, 0);
	return us;
}

static double
best(double (*measure)(size_t, size_t), size_t count, size_t window)
{
	double least = measure(count, window);
	for (int i = 1; i < 5; i++) {
		double us = measure(count, window);
		if (us < least)
			least = us;
	}
	return least;
}

int
main(void)
{
	static const size_t windows[] = {1, WINDOW};
	for (size_t i = 0; i < 2; i++) {
		double bare = best(run_bare, 20000, windows[i]),
		       ours = best(run, 20000, windows[i]);
		printf("messages, window %2zu: %6.1f us an exchange (%.0f/s), bare socket %.1f "
		       "us, "
		       "ratio %.1f\n",
		    windows[i], ours, 1e6 / ours, bare, ours / bare);
	}
	return 0;
}

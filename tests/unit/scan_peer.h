/* SPDX-License-Identifier: ISC */
/* The skeleton of scanners with a desk and a vault around it that the test plays. */
#ifndef TESTS_UNIT_SCAN_PEER_H
#define TESTS_UNIT_SCAN_PEER_H

#include "scanners/scan.h"
#include "src/base/buf.h"
#include "src/base/hex.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/ipc/channel.h"
#include "src/ipc/frame.h"
#include "src/ipc/spawn.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

/* The scanner: the test says what it does. */
extern const struct scan_ops fake_ops;

static inline enum err
fake_setup(struct scan *s, struct scan_about *about)
{
	(void)s;
	(void)about;
	return ERR_OK;
}

/* --- desk and vault ------------------------------------------------------------------- */

struct peer {
	struct channel *desk, *vault;
	int pipe;
	pid_t pid;
};

static const char digest[] = "00000000000000000000000000000000000000000000000000000000000000ff";

static inline void
start(struct peer *p)
{
	int desk[2], vault[2], ends[2];
	struct msg m;
	char *argv[] = {(char[]){"scan-fake"}, NULL};
	assert_int_equal(spawn_pair(desk), ERR_OK);
	assert_int_equal(spawn_pair(vault), ERR_OK);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	p->pid = fork();
	assert_true(p->pid >= 0);
	if (p->pid == 0) {
		int d = fcntl(desk[1], F_DUPFD, 20), v = fcntl(vault[1], F_DUPFD, 20);
		int e = fcntl(ends[1], F_DUPFD, 20), null = open("/dev/null", O_WRONLY);
		dup2(null, 2);
		dup2(d, SCAN_FD_DESK);
		dup2(v, SCAN_FD_VAULT);
		dup2(e, SCAN_FD_CHILDREN);
		close(SCAN_FD_ENGINE);
		for (int fd = SCAN_FD_CHILDREN + 1; fd < 64; fd++)
			close(fd);
		_exit(scan_main(1, argv, &fake_ops));
	}
	close(desk[1]);
	close(vault[1]);
	close(ends[1]);
	p->pipe = ends[0];
	p->desk = channel_new(desk[0], ROLE_DESK, ROLE_SCANNER);
	p->vault = channel_new(vault[0], ROLE_VAULT, ROLE_SCANNER);
	assert_int_equal(channel_hello(p->desk, "desk", false), ERR_OK);
	assert_int_equal(channel_hello(p->vault, "vault", false), ERR_OK);
	assert_int_equal(channel_greet(p->desk, 20000, NULL), ERR_OK);
	assert_int_equal(channel_greet(p->vault, 20000, NULL), ERR_OK);
	assert_int_equal(channel_recv_wait(p->desk, &m, 20000), ERR_OK);
	assert_int_equal(m.id, MSG_SCAN_READY);
	msg_done(&m);
}

static inline void
give(struct peer *p, unsigned id, const char *text, json_int_t room, json_int_t depth)
{
	int fd;
	json_t *body = json_pack("{s:i, s:s, s:I, s:s, s:s}", "id", (int)id, "sha256", digest,
	    "size", (json_int_t)strlen(text), "type", "", "mime", "");
	if (room >= 0)
		json_object_set_new(body, "room", json_integer(room));
	if (depth >= 0)
		json_object_set_new(body, "depth", json_integer(depth));
	assert_int_equal(io_memfd("object", text, strlen(text), &fd), ERR_OK);
	assert_int_equal(channel_send_wait(p->vault, MSG_SCAN_OBJECT, body, fd), ERR_OK);
	close(fd);
}

static inline struct msg
hear(struct peer *p, enum msg_id id)
{
	struct msg m;
	assert_int_equal(channel_recv_wait(p->desk, &m, 20000), ERR_OK);
	assert_int_equal(m.id, id);
	return m;
}

static inline int
close_peer(struct peer *p)
{
	int status;
	p->desk = channel_free(p->desk);
	p->vault = channel_free(p->vault);
	if (p->pipe >= 0)
		close(p->pipe);
	assert_int_equal(waitpid(p->pid, &status, 0), p->pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

#endif

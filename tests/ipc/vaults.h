/* SPDX-License-Identifier: ISC */
/* The vault program itself, with desk, stager, parent, reader and scanner played by a test. */
#ifndef TESTS_IPC_VAULTS_H
#define TESTS_IPC_VAULTS_H

#include "src/base/clock.h"
#include "src/base/hex.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/ipc/channel.h"
#include "src/ipc/frame.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT_MS 20000

struct station {
	char home[32];
	pid_t pid;
	struct channel *desk, *stager, *parent;
	bool sandboxed;
};

/* bin/ of the tree this test was built in. */
static inline char *
program_path(void)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	assert_true(n > 0);
	self[n] = '\0';
	return mem_printf("%s/bin/sallyport-vault", dirname(dirname(dirname(self))));
}

static inline struct channel *
greet(int fd, enum role self, bool *ret_sandboxed)
{
	struct channel *c = channel_new(fd, self, ROLE_VAULT);
	assert_int_equal(channel_hello(c, "test", true), ERR_OK);
	assert_int_equal(channel_greet(c, WAIT_MS, ret_sandboxed), ERR_OK);
	return c;
}

static inline void
start(struct station *s, const char *floor_bytes)
{
	int ours[3], theirs[3];
	MEM_FREE char *path = program_path();
	for (int i = 0; i < 3; i++) {
		int pair[2];
		assert_int_equal(
		    0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair));
		ours[i] = pair[0];
		theirs[i] = fcntl(pair[1], F_DUPFD_CLOEXEC, 100);
		close(pair[1]);
	}
	s->pid = fork();
	if (s->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (int i = 0; i < 3; i++)
			dup2(theirs[i], 3 + i);
		execl(path, path, "-d", s->home, "-f", floor_bytes, (char *)NULL);
		_exit(127);
	}
	for (int i = 0; i < 3; i++)
		close(theirs[i]);
	s->desk = greet(ours[0], ROLE_DESK, &s->sandboxed);
	s->stager = greet(ours[1], ROLE_STAGER, NULL);
	s->parent = greet(ours[2], ROLE_PARENT, NULL);
}

static inline void
station_open(struct station *s, const char *floor_bytes)
{
	*s = (struct station){.home = "/tmp/sp-XXXXXX"};
	assert_non_null(mkdtemp(s->home));
	start(s, floor_bytes);
}

/* Ends the vault by leaving it; it must end in peace. */
static inline void
stop(struct station *s)
{
	int status;
	s->desk = channel_free(s->desk);
	assert_int_equal(waitpid(s->pid, &status, 0), s->pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	s->stager = channel_free(s->stager);
	s->parent = channel_free(s->parent);
}

static inline void
station_close(struct station *s)
{
	stop(s);
	pid_t pid = fork();
	if (pid == 0) {
		execlp("rm", "rm", "-rf", s->home, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
}

/* The vault has ended by its own word, and what it kept can be served again. */
static inline void
ends_with_a_fault(struct station *s)
{
	int status;
	assert_int_equal(waitpid(s->pid, &status, 0), s->pid);
	assert_int_equal(WEXITSTATUS(status), 3);
	channel_free(s->desk);
	channel_free(s->stager);
	channel_free(s->parent);
	start(s, "0");
	station_close(s);
}

static inline struct msg
expect(struct channel *c, enum msg_id id)
{
	struct msg m;
	assert_int_equal(channel_recv_wait(c, &m, WAIT_MS), ERR_OK);
	if (m.id != id)
		fail_msg("%s instead of %s: %s", message_row(m.id)->name, message_row(id)->name,
		    msg_str(&m, "why") != NULL ? msg_str(&m, "why") : "");
	return m;
}

static inline void
say(struct channel *c, enum msg_id id, json_t *body, int fd)
{
	assert_int_equal(channel_send_wait(c, id, body, fd), ERR_OK);
}

/* Attaches the read end of a new pipe; returns the write end. */
static inline int
attach_kind(struct station *s, int tag, const char *kind)
{
	int fds[2];
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	say(s->parent, MSG_VAULT_ATTACH, json_pack("{s:i,s:s}", "tag", tag, "kind", kind),
	    fds[0]);
	close(fds[0]);
	struct msg m = expect(s->parent, MSG_VAULT_ATTACHED);
	assert_int_equal(msg_uint(&m, "tag"), tag);
	msg_done(&m);
	return fds[1];
}

static inline int
attach_pipe(struct station *s, int tag)
{
	return attach_kind(s, tag, "pipe");
}

static inline struct channel *
attach_scanner(struct station *s, int tag)
{
	int pair[2];
	assert_int_equal(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair));
	say(s->parent, MSG_VAULT_ATTACH, json_pack("{s:i,s:s}", "tag", tag, "kind", "scanner"),
	    pair[1]);
	close(pair[1]);
	struct msg m = expect(s->parent, MSG_VAULT_ATTACHED);
	msg_done(&m);
	return greet(pair[0], ROLE_SCANNER, NULL);
}

static inline void
put_frame(int fd, uint32_t kind, uint32_t len, uint64_t item, const void *bytes)
{
	uint8_t header[FRAME_HEADER_BYTES];
	struct frame f = {kind, len, item};
	frame_put(&f, header);
	assert_int_equal(io_write_all(fd, header, sizeof(header)), ERR_OK);
	if (len > 0)
		assert_int_equal(io_write_all(fd, bytes, len), ERR_OK);
}

static inline void
put_text(int fd, uint64_t item, const char *text, char out[HEX_DIGEST_SIZE])
{
	uint8_t digest[DIGEST_SIZE];
	put_frame(fd, FRAME_BEGIN, 0, item, NULL);
	put_frame(fd, FRAME_DATA, (uint32_t)strlen(text), item, text);
	put_frame(fd, FRAME_END, 0, item, NULL);
	digest_sha256(text, strlen(text), digest);
	hex_encode(digest, sizeof(digest), out);
}

/* Keeps one text through a pipe of its own. */
static inline void
keep_text(struct station *s, int tag, const char *text, char out[HEX_DIGEST_SIZE])
{
	int fd = attach_pipe(s, tag);
	put_text(fd, 5, text, out);
	close(fd);
	struct msg m = expect(s->desk, MSG_VAULT_KEPT);
	assert_int_equal(msg_uint(&m, "tag"), tag);
	assert_int_equal(msg_uint(&m, "item"), 5);
	assert_string_equal(msg_str(&m, "sha256"), out);
	assert_int_equal(msg_uint(&m, "bytes"), strlen(text));
	msg_done(&m);
	m = expect(s->desk, MSG_VAULT_ENDED);
	assert_int_equal(msg_uint(&m, "objects"), 1);
	msg_done(&m);
}

static inline void
give(struct station *s, int tag, int id, const char *sha256)
{
	say(s->desk, MSG_VAULT_GIVE,
	    json_pack("{s:i,s:i,s:s,s:s,s:s}", "tag", tag, "id", id, "sha256", sha256, "type",
		"text", "mime", "text/plain"),
	    -1);
}

#endif

/* SPDX-License-Identifier: ISC */
#include "scanners/adapter_run.h"
#include "src/base/log.h"
#include "src/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define RUN_FD      3 /* of the runner: its socket */
#define RUN_OBJECT  "/proc/self/fd/0"
#define RUN_ROUNDS  1000 /* of killing what goes on making children */
#define RUN_RELEASE "{}"

struct adapter_runner {
	char **argv, **other; /* other: for 'R'; NULL */
	bool copies;
	bool alone; /* in a PID namespace where all others are the command's, or its first
	               process */
	struct sandbox_filter *filter;
	pid_t pid; /* of the command, its own process group; 0 when none runs */
	int pidfd, out, err;
	struct adapter_ran ran;
};

/* What the speaker wants; the first descriptor is the object's. */
struct runner_order {
	char kind;
	int fds[ADAPTER_FDS];
	size_t n;
};

/* What a command gets of the world around it. */
static const char *const adapter_env[] = {"PATH=/usr/bin:/bin", "HOME=/nonexistent",
    "LANG=C.UTF-8", "LC_ALL=C.UTF-8", "TZ=UTC0", "PYTHONDONTWRITEBYTECODE=1", NULL};

static char **
adapter_copy_texts(const char *const *texts, size_t n)
{
	char **copy = mem_array(n + 1, sizeof(*copy));
	for (size_t i = 0; i < n; i++)
		copy[i] = mem_strdup(texts[i]);
	return copy;
}

/* The command's words; {} is the object.  limit, when there is one, comes behind -m. */
static char **
adapter_argv(const struct manifest_list *command, const char *limit)
{
	const char *words[LIM_MANIFEST_TEXTS + 2];
	size_t n = 0;
	for (unsigned i = 0; i < command->n; i++) {
		words[n] = manifest_text(command, i);
		if (strcmp(words[n], RUN_RELEASE) == 0)
			words[n] = RUN_OBJECT;
		n++;
	}
	if (limit != NULL) {
		words[n++] = "-m";
		words[n++] = limit;
	}
	return adapter_copy_texts(words, n);
}

bool
adapter_run_copies(const struct manifest_list *command)
{
	for (unsigned i = 0; i < command->n; i++)
		if (strcmp(manifest_text(command, i), RUN_RELEASE) == 0)
			return true;
	return false;
}

/* --- to the speaker ----------------------------------------------------------------- */

static void
runner_say(char kind, const void *bytes, size_t n)
{
	char text[1 + ADAPTER_CHUNK];
	text[0] = kind;
	memcpy(text + 1, bytes, n);
	if (send(RUN_FD, text, n + 1, MSG_NOSIGNAL) < 0)
		_exit(0); /* nobody is left: the kernel ends what is in our namespace */
}

/* --- the end of all that the command has started -------------------------------------- */

/* Children of ours, the adopted ones, too; each is killed and waited for. */
static bool
runner_kill_children(void)
{
	char path[64], text[4096];
	snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, text, sizeof(text) - 1) : 0;
	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	/* one that is cut off comes again */
	for (char *at = text, *end; n > 0; at = end) {
		long pid = strtol(at, &end, 10);
		if (end == at || *end != ' ')
			break;
		kill((pid_t)pid, SIGKILL);
		while (waitpid((pid_t)pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	return n > 0;
}

static void
runner_sweep(struct adapter_runner *r)
{
	if (r->pid > 0) {
		kill(-r->pid, SIGKILL);
		kill(r->pid, SIGKILL);
		while (waitpid(r->pid, &r->ran.wait_status, 0) < 0 && errno == EINTR)
			;
		r->pid = 0;
	}
	if (r->alone) {
		/* everybody but the first process and us */
		kill(-1, SIGKILL);
		while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
			;
		return;
	}
	for (int i = 0; i < RUN_ROUNDS && runner_kill_children(); i++)
		;
}

/* --- one object -------------------------------------------------------------------------- */

/* A copy that can be opened by name, by nobody written, by nobody run. */
static int
runner_copy(int fd)
{
	struct stat st;
	int copy = memfd_create("object", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	char bytes[ADAPTER_CHUNK];
	ssize_t n = -1;
	off_t at = 0;
	while (copy >= 0 && (n = pread(fd, bytes, sizeof(bytes), at)) > 0) {
		if (write(copy, bytes, (size_t)n) != n)
			break;
		at += n;
	}
	if (n != 0 || fstat(copy, &st) != 0 || fchmod(copy, 0444) != 0 ||
	    fcntl(copy, F_ADD_SEALS,
		F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0 ||
	    lseek(copy, 0, SEEK_SET) != 0) {
		int why = errno;
		if (copy >= 0)
			close(copy);
		errno = why != 0 ? why : EIO;
		return -1;
	}
	return copy;
}

/* What it gets besides its object, from 3 on; first out of the way of what is still needed. */
static bool
runner_place(const struct runner_order *o, int *report)
{
	const int beyond = RUN_FD + ADAPTER_FDS;
	int moved[ADAPTER_FDS];
	int kept = fcntl(*report, F_DUPFD_CLOEXEC, beyond);
	bool ok = kept >= 0;
	*report = ok ? kept : *report;
	for (size_t i = 1; i < o->n && ok; i++)
		ok = (moved[i] = fcntl(o->fds[i], F_DUPFD_CLOEXEC, beyond)) >= 0;
	for (size_t i = 1; i < o->n && ok; i++)
		ok = dup2(moved[i], RUN_FD + (int)i - 1) >= 0;
	return ok && close_range((unsigned)(RUN_FD + o->n - 1), ~0U, CLOSE_RANGE_CLOEXEC) == 0;
}

_Noreturn static void
runner_child(const struct adapter_runner *r, pid_t runner, const struct runner_order *o,
    const int *out, const int *err, int report)
{
	char **argv = o->kind == 'R' ? r->other : r->argv;
	char **env =
	    adapter_copy_texts(adapter_env, sizeof(adapter_env) / sizeof(adapter_env[0]) - 1);
	(void)setpgid(0, 0);
	/* without a namespace nobody else would end it with the runner */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == runner &&
	    dup2(o->fds[0], STDIN_FILENO) == 0 && dup2(out[1], STDOUT_FILENO) == 1 &&
	    dup2(err[1], STDERR_FILENO) == 2 && runner_place(o, &report) && chdir("/") == 0 &&
	    sandbox_filter_load(r->filter))
		execve(argv[0], argv, env);
	int why = errno;
	ssize_t ignored = write(report, &why, sizeof(why));
	(void)ignored;
	_exit(127);
}

/* Waits until it is the command, or tells why not. */
static int
runner_await(int report)
{
	int why = 0;
	ssize_t n;
	do
		n = read(report, &why, sizeof(why));
	while (n < 0 && errno == EINTR);
	return n == 0 ? 0 : why;
}

static void
runner_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Leaves r->pid; errno when it cannot be done. */
static int
runner_start(struct adapter_runner *r, const struct runner_order *o)
{
	int out[2] = {-1, -1}, err[2] = {-1, -1}, report[2] = {-1, -1}, why = 0;
	const pid_t runner = getpid();
	if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0 ||
	    pipe2(report, O_CLOEXEC) != 0 || (r->pid = fork()) < 0)
		why = errno;
	if (why == 0 && r->pid == 0)
		runner_child(r, runner, o, out, err, report[1]);
	runner_close(&out[1]);
	runner_close(&err[1]);
	runner_close(&report[1]);
	if (why == 0) {
		why = runner_await(report[0]);
		r->pidfd = pidfd_open(r->pid, 0);
		if (why == 0 && r->pidfd < 0)
			why = errno;
	} else {
		r->pid = 0;
	}
	runner_close(&report[0]);
	r->out = out[0];
	r->err = err[0];
	return why;
}

/* Passes on what one pipe holds; false at its end. */
static bool
runner_pass(char kind, int *fd)
{
	char bytes[ADAPTER_CHUNK];
	ssize_t n = read(*fd, bytes, sizeof(bytes));
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return errno == EINTR;
	if (n <= 0) {
		runner_close(fd);
		return false;
	}
	runner_say(kind, bytes, (size_t)n);
	return true;
}

/* What is left in the pipes when all who could write are dead. */
static void
runner_drain(struct adapter_runner *r)
{
	const struct {
		char kind;
		int *fd;
	} ends[] = {{'o', &r->out}, {'e', &r->err}};
	for (size_t i = 0; i < 2; i++) {
		if (*ends[i].fd >= 0)
			(void)fcntl(*ends[i].fd, F_SETFL, O_NONBLOCK);
		while (*ends[i].fd >= 0 && runner_pass(ends[i].kind, ends[i].fd))
			;
		runner_close(ends[i].fd);
	}
}

/* Until the command has ended, or nobody wants it any more. */
static void
runner_follow(struct adapter_runner *r)
{
	bool ended = false, stopped = false;
	while (!ended && !stopped) {
		struct pollfd p[] = {{RUN_FD, POLLIN, 0}, {r->pidfd, POLLIN, 0},
		    {r->out, POLLIN, 0}, {r->err, POLLIN, 0}};
		if (poll(p, 4, -1) < 0)
			continue;
		ended = p[1].revents != 0;
		if (p[2].revents != 0 && r->out >= 0)
			runner_pass('o', &r->out);
		if (p[3].revents != 0 && r->err >= 0)
			runner_pass('e', &r->err);
		if (p[0].revents != 0) {
			char kind = 0;
			ssize_t n = recv(RUN_FD, &kind, 1, MSG_PEEK);
			/* the next order waits until this one has ended */
			stopped = n <= 0 || kind == 's' || kind == 'r' || kind == 'R';
			if (n > 0 && kind == 's')
				(void)recv(RUN_FD, &kind, 1, 0);
		}
	}
	if (ended) {
		while (waitpid(r->pid, &r->ran.wait_status, 0) < 0 && errno == EINTR)
			;
		kill(-r->pid, SIGKILL);
		r->pid = 0;
	}
}

static void
runner_run(struct adapter_runner *r, const struct runner_order *order)
{
	struct runner_order o = *order;
	r->ran = (struct adapter_ran){0, 0};
	if (r->copies && (o.fds[0] = runner_copy(order->fds[0])) < 0)
		r->ran.start_error = errno;
	if (o.fds[0] >= 0)
		r->ran.start_error = runner_start(r, &o);
	if (o.fds[0] >= 0 && r->ran.start_error == 0)
		runner_follow(r);
	runner_sweep(r);
	runner_drain(r);
	runner_close(&r->pidfd);
	if (o.fds[0] >= 0 && o.fds[0] != order->fds[0])
		close(o.fds[0]);
	runner_say('x', &r->ran, sizeof(r->ran));
}

/* One order; false when the speaker has gone. */
static bool
runner_receive(struct runner_order *o)
{
	union {
		char room[CMSG_SPACE(ADAPTER_FDS * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec iov = {&o->kind, 1};
	struct msghdr h = {.msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = control.room,
	    .msg_controllen = CMSG_LEN(ADAPTER_FDS * sizeof(int))}; /* no room for one more */
	ssize_t n;
	o->n = 0;
	do
		n = recvmsg(RUN_FD, &h, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	struct cmsghdr *cm = n > 0 ? CMSG_FIRSTHDR(&h) : NULL;
	if (cm != NULL && cm->cmsg_type == SCM_RIGHTS) {
		o->n = (cm->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(o->fds, CMSG_DATA(cm), o->n * sizeof(int));
	}
	return n > 0;
}

/* --- life -----------------------------------------------------------------------------------
 */

_Noreturn static void
runner_fail(const char *why)
{
	runner_say('u', why, strlen(why));
	_exit(3);
}

_Noreturn static void
runner_main(const struct manifest_list *command, const struct manifest_list *other, bool alone)
{
	struct adapter_runner r = {.argv = adapter_argv(command, NULL),
	    .other = other != NULL ? adapter_argv(other, NULL) : NULL,
	    .copies = adapter_run_copies(command),
	    .alone = alone,
	    .filter = sandbox_filter_new(ROLE_COMMAND),
	    .pidfd = -1,
	    .out = -1,
	    .err = -1};
	struct adapter_box box;
	struct runner_order o;
	char box_why[MANIFEST_WHY_SIZE];
	const char *why = box_why;
	log_init("scan-runner");
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
		runner_fail("it cannot be told of the processes its command leaves behind");
	if (adapter_box_open(command, &box, box_why) != ERR_OK ||
	    (other != NULL && adapter_box_add(other, &box, box_why) != ERR_OK) ||
	    sandbox_enter(ROLE_RUNNER, box.paths, box.n, &why) != ERR_OK)
		runner_fail(why);
	runner_say('k', "", 0);
	while (runner_receive(&o)) {
		if (o.n > 0 && (o.kind == 'r' || (o.kind == 'R' && r.other != NULL)))
			runner_run(&r, &o);
		for (size_t i = 0; i < o.n; i++)
			close(o.fds[i]);
	}
	_exit(0);
}

/* Whether it is there, or why not. */
static enum err
adapter_await(int fd, char why[MANIFEST_WHY_SIZE])
{
	char text[1 + MANIFEST_WHY_SIZE];
	ssize_t n;
	do
		n = recv(fd, text, sizeof(text) - 1, 0);
	while (n < 0 && errno == EINTR);
	text[n > 0 ? n : 0] = '\0';
	if (text[0] == 'k')
		return ERR_OK;
	return err_say(ERR_DENIED, why, MANIFEST_WHY_SIZE, "%s",
	    text[0] == 'u' ? text + 1 : "its runner has ended");
}

enum err
adapter_run_start(const struct manifest_list *command, const struct manifest_list *other,
    int *ret_fd, char why[MANIFEST_WHY_SIZE])
{
	const unsigned long apart = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC;
	bool alone = getpid() == 1; /* as the parent starts us, where the kernel lets it */
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return err_say(ERR_IO, why, MANIFEST_WHY_SIZE, "its runner gets no socket: %s",
		    strerrordesc_np(errno));
	long pid = -1;
	if (!alone)
		pid = syscall(SYS_clone, apart | SIGCHLD, NULL, NULL, NULL, NULL);
	if (pid < 0)
		pid = fork();
	if (pid == 0) {
		if (dup2(pair[1], RUN_FD) != RUN_FD || close_range(RUN_FD + 1, ~0U, 0) != 0 ||
		    fcntl(RUN_FD, F_SETFD, FD_CLOEXEC) != 0)
			_exit(3);
		runner_main(command, other, alone || getpid() == 1);
	}
	close(pair[1]);
	enum err e = ERR_OK;
	if (pid < 0)
		e = err_say(ERR_IO, why, MANIFEST_WHY_SIZE, "its runner cannot be started: %s",
		    strerrordesc_np(errno));
	else
		e = adapter_await(pair[0], why);
	if (e == ERR_OK)
		*ret_fd = pair[0];
	else
		close(pair[0]);
	return e;
}

bool
adapter_run_order(int fd, char kind, const int *fds, size_t n)
{
	union {
		char room[CMSG_SPACE(ADAPTER_FDS * sizeof(int))];
		struct cmsghdr align;
	} control = {.room = {0}};
	struct iovec iov = {&kind, 1};
	struct msghdr h = {.msg_iov = &iov, .msg_iovlen = 1};
	if (n > 0) {
		h.msg_control = control.room;
		h.msg_controllen = CMSG_SPACE(n * sizeof(int));
		struct cmsghdr *cm = CMSG_FIRSTHDR(&h);
		cm->cmsg_level = SOL_SOCKET;
		cm->cmsg_type = SCM_RIGHTS;
		cm->cmsg_len = CMSG_LEN(n * sizeof(int));
		memcpy(CMSG_DATA(cm), fds, n * sizeof(int));
	}
	return sendmsg(fd, &h, MSG_NOSIGNAL) == 1;
}

enum err
adapter_run_become(const struct manifest *m, const char *limit, char why[MANIFEST_WHY_SIZE])
{
	struct adapter_box box;
	const char *box_why = "";
	enum err e = adapter_box_open(&m->command, &box, why);
	if (e != ERR_OK)
		return e;
	char **argv = adapter_argv(&m->command, limit);
	char **env =
	    adapter_copy_texts(adapter_env, sizeof(adapter_env) / sizeof(adapter_env[0]) - 1);
	if (chdir("/") != 0)
		return err_say(ERR_IO, why, MANIFEST_WHY_SIZE, "there is no /");
	e = sandbox_enter(ROLE_COMMAND, box.paths, box.n, &box_why);
	if (e != ERR_OK)
		return err_say(e, why, MANIFEST_WHY_SIZE, "no sandbox: %s", box_why);
	execve(argv[0], argv, env);
	return err_say(ERR_IO, why, MANIFEST_WHY_SIZE, "%.80s cannot be started: %s", argv[0],
	    strerrordesc_np(errno));
}

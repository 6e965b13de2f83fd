/* SPDX-License-Identifier: ISC */
#include "src/ipc/spawn.h"
#include "src/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SPAWN_FDS_MAX 64

/* All the child needs, made before fork: after it only system calls. */
struct spawn_plan {
	char *path;
	char **argv; /* strings are not owned */
	char *env[9];
	const int *fds;
	int nfds;
	struct spawn_walls walls;
	pid_t parent;
	bool apart;    /* it has namespaces */
	int read_fd;   /* the parent's end of the report, which the child closes */
	int report_fd; /* errno of a failed start; closed by a good one */
};

static bool
spawn_name_ok(const char *name)
{
	size_t n = strlen(name);
	return n > 0 && n < 64 && name[0] != '-' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") == n;
}

char *
spawn_path(const char *name)
{
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	self[n > 0 ? n : 0] = '\0';
	char *slash = strrchr(self, '/');
	if (slash != NULL)
		*slash = '\0';
	char *beside = mem_printf("%s/%s", self, name);
	if (access(beside, X_OK) == 0)
		return beside;
	free(beside);
	return mem_printf("%s/../libexec/sallyport/%s", self, name);
}

enum err
spawn_pair(int ret_fds[2])
{
	int fds[2];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) != 0)
		return ERR_IO;
	ret_fds[0] = fds[0];
	ret_fds[1] = fds[1];
	return ERR_OK;
}

static char **
spawn_argv(const char *name, const char *const *args)
{
	size_t n = 0;
	while (args != NULL && args[n] != NULL)
		n++;
	char **argv = mem_array(n + 2, sizeof(*argv));
	argv[0] = mem_strdup(name);
	for (size_t i = 0; i < n; i++)
		argv[i + 1] = mem_strdup(args[i]);
	return argv;
}

static void
spawn_environment(struct spawn_plan *p)
{
	/* what sanitizers want to know; nothing else comes through */
	static const char *const kept[] = {
	    "SALLYPORT_HOME",
	    "SALLYPORT_DISKS", /* what the unit lets the parent do with them */
#ifdef SALLYPORT_NO_SANDBOX
	    "ASAN_OPTIONS",
	    "UBSAN_OPTIONS",
	    "LSAN_OPTIONS",
#endif
	};
	size_t n = 0;
	p->env[n++] = mem_strdup("LANG=C.UTF-8");
	p->env[n++] = mem_strdup("TZ=UTC0");
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		const char *value = getenv(kept[i]);
		if (value != NULL)
			p->env[n++] = mem_printf("%s=%s", kept[i], value);
	}
	p->env[n] = NULL;
}

static void
spawn_plan_done(struct spawn_plan *p)
{
	for (char **s = p->argv; *s != NULL; s++)
		free(*s);
	for (char **s = p->env; *s != NULL; s++)
		free(*s);
	free(p->argv);
	free(p->path);
	close(p->report_fd);
}

/* --- in the child: system calls only -------------------------------------------- */

/* Moves the descriptors to 3, 4, ... and closes every other. */
static bool
spawn_place_fds(struct spawn_plan *p)
{
	int beyond = SPAWN_FD_FIRST + p->nfds, moved[SPAWN_FDS_MAX];

	/* first out of the way of the targets, or one could overwrite another */
	for (int i = 0; i < p->nfds; i++) {
		moved[i] = p->fds[i] < 0 ? -1 : fcntl(p->fds[i], F_DUPFD_CLOEXEC, beyond + 1);
		if (p->fds[i] >= 0 && moved[i] < 0)
			return false;
	}
	if (p->report_fd <= beyond) {
		int report = fcntl(p->report_fd, F_DUPFD_CLOEXEC, beyond + 1);
		if (report < 0)
			return false;
		p->report_fd = report;
	}
	for (int i = 0; i < p->nfds; i++) {
		int target = SPAWN_FD_FIRST + i;
		if (moved[i] < 0)
			close(target);
		else if (dup2(moved[i], target) < 0)
			return false;
	}
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0)
		return false;
	if (dup3(p->report_fd, beyond, O_CLOEXEC) < 0)
		return false;
	p->report_fd = beyond;
	return close_range((unsigned)beyond + 1, ~0U, 0) == 0;
}

static void
spawn_reset_signals(void)
{
	sigset_t none;
	for (int i = 1; i < NSIG; i++)
		(void)signal(i, SIG_DFL);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Nobody reads the report when the parent has ended before it could take us with it. */
static bool
spawn_has_parent(const struct spawn_plan *p)
{
	struct pollfd report = {p->report_fd, 0, 0};
	/* from inside a namespace the parent has no number */
	if (!p->apart)
		return getppid() == p->parent;
	close(p->read_fd);
	return poll(&report, 1, 0) == 0;
}

static bool
spawn_limit(const struct spawn_plan *p)
{
	const rlim_t most = (rlim_t)p->walls.memory_bytes;
	const struct rlimit r = {most, most};
	return most == 0 || setrlimit(RLIMIT_AS, &r) == 0;
}

_Noreturn static void
spawn_child_main(struct spawn_plan *p)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && spawn_has_parent(p) &&
	    spawn_place_fds(p) && spawn_limit(p)) {
		/* a terminal's signals are not for services, nor is the terminal */
		(void)setsid();
		spawn_reset_signals();
		execve(p->path, p->argv, p->env);
	}
	int why = errno;
	ssize_t ignored = write(p->report_fd, &why, sizeof(why));
	(void)ignored;
	_exit(127);
}

/* --- in the parent ----------------------------------------------------------------- */

/* Waits until the child is our program, or tells why it did not become it. */
static enum err
spawn_await(pid_t pid, int report_fd, struct spawn_child *ret_child)
{
	int why = 0;
	ssize_t n;

	do
		n = read(report_fd, &why, sizeof(why));
	while (n < 0 && errno == EINTR);
	int pidfd = n == 0 ? pidfd_open(pid, 0) : -1;
	if (pidfd >= 0) {
		*ret_child = (struct spawn_child){.pid = pid, .pidfd = pidfd};
		return ERR_OK;
	}
	if (n == 0) {
		why = errno;
		kill(pid, SIGKILL);
	}
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	errno = why;
	return why == ENOENT ? ERR_NOTFOUND : ERR_IO;
}

/* In namespaces of its own where they are asked for and can be had. */
static pid_t
spawn_fork(struct spawn_plan *p)
{
#ifndef SALLYPORT_NO_SANDBOX
	const unsigned long all = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC |
	                          CLONE_NEWUTS | CLONE_NEWNS;
	if (p->walls.apart) {
		/* as fork(2): the child goes on here, and makes system calls alone */
		p->apart = true;
		pid_t pid = (pid_t)syscall(SYS_clone, all | SIGCHLD, NULL, NULL, NULL, NULL);
		if (pid >= 0)
			return pid;
		p->apart = false;
	}
#else
	p->apart = false;
#endif
	return fork();
}

enum err
spawn_start_apart(const char *name, const char *const *args, const int *fds, size_t nfds,
    const struct spawn_walls *walls, struct spawn_child *ret_child)
{
	int report[2];

	if (!spawn_name_ok(name) || nfds > SPAWN_FDS_MAX)
		return ERR_RANGE;
	if (pipe2(report, O_CLOEXEC) != 0)
		return ERR_IO;
	struct spawn_plan p = {.path = spawn_path(name),
	    .argv = spawn_argv(name, args),
	    .fds = fds,
	    .nfds = (int)nfds,
	    .walls = *walls,
	    .parent = getpid(),
	    .read_fd = report[0],
	    .report_fd = report[1]};
#ifdef SALLYPORT_NO_SANDBOX
	p.walls = (struct spawn_walls){.apart = false};
#endif
	spawn_environment(&p);
	pid_t pid = spawn_fork(&p);
	if (pid == 0)
		spawn_child_main(&p);
	int why = errno;
	bool apart = p.apart;
	spawn_plan_done(&p);
	enum err e = ERR_IO;
	errno = why;
	if (pid > 0)
		e = spawn_await(pid, report[0], ret_child);
	if (e == ERR_OK)
		ret_child->apart = apart;
	why = errno;
	close(report[0]);
	errno = why;
	return e;
}

enum err
spawn_start(const char *name, const char *const *args, const int *fds, size_t nfds,
    struct spawn_child *ret_child)
{
	const struct spawn_walls none = {.apart = false};
	return spawn_start_apart(name, args, fds, nfds, &none, ret_child);
}

void
spawn_kill(const struct spawn_child *c)
{
	/* the first of its namespace takes all others with it */
	(void)kill(c->pid, SIGKILL);
	/* without one, at least those that stayed in its session's first group */
	if (!c->apart)
		(void)kill(-c->pid, SIGKILL);
}

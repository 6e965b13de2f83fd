/* SPDX-License-Identifier: ISC */
#include "src/ipc/spawn.h"
#include "src/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define SPAWN_FDS_MAX 16

/* All the child needs, made before fork: after it only system calls. */
struct spawn_plan {
	char *path;
	char **argv; /* strings are not owned */
	char *env[8];
	const int *fds;
	int nfds;
	pid_t parent;
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

_Noreturn static void
spawn_child_main(struct spawn_plan *p)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == p->parent &&
	    spawn_place_fds(p)) {
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
		*ret_child = (struct spawn_child){pid, pidfd};
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

enum err
spawn_start(const char *name, const char *const *args, const int *fds, size_t nfds,
    struct spawn_child *ret_child)
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
	    .parent = getpid(),
	    .report_fd = report[1]};
	spawn_environment(&p);
	pid_t pid = fork();
	if (pid == 0)
		spawn_child_main(&p);
	int why = errno;
	spawn_plan_done(&p);
	enum err e = ERR_IO;
	errno = why;
	if (pid > 0)
		e = spawn_await(pid, report[0], ret_child);
	why = errno;
	close(report[0]);
	errno = why;
	return e;
}

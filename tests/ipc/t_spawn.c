/* links: src/ipc/spawn src/base/mem */
/* SPDX-License-Identifier: ISC */
/* The test starts itself as a child; what the child finds, it says on its descriptor 3. */
#include "src/base/mem.h"
#include "src/ipc/spawn.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SELF "t_spawn"

extern char **environ;

/* --- the child --------------------------------------------------------------------- */

static void
child_say_descriptors(char *text, size_t size)
{
	size_t n = 0;
	for (int fd = 0; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			n += (size_t)snprintf(text + n, size - n, "%d ", fd);
}

static void
child_say_signals(char *text, size_t size)
{
	struct sigaction pipe_action;
	sigset_t blocked;
	int death = 0;
	prctl(PR_GET_PDEATHSIG, &death);
	sigaction(SIGPIPE, NULL, &pipe_action);
	sigprocmask(SIG_BLOCK, NULL, &blocked);
	snprintf(text, size, "pipe:%s term:%s death:%d leader:%d",
	    pipe_action.sa_handler == SIG_DFL ? "default" : "other",
	    sigismember(&blocked, SIGTERM) != 0 ? "blocked" : "open", death,
	    getsid(0) == getpid());
}

static void
child_say_numbers(void)
{
	for (int fd = 3; fd < 6; fd++) {
		char digit = (char)('0' + fd);
		ssize_t sent = write(fd, &digit, 1);
		(void)sent; /* a missing one is the case */
	}
}

static int
child_main(int argc, char **argv)
{
	char text[4096] = "";
	size_t n = 0;
	if (strcmp(argv[1], "sleep") == 0)
		return (int)sleep(60);
	/* somebody who has the descriptors, too, and does not die with us by himself */
	if (strcmp(argv[1], "breed") == 0) {
		char ready = 'r';
		if (fork() == 0)
			return write(SPAWN_FD_FIRST, &ready, 1) == 1 ? (int)sleep(60) : 1;
		return argc > 2 ? 7 : (int)sleep(60);
	}
	if (strcmp(argv[1], "walls") == 0) {
		struct rlimit r = {0, 0};
		getrlimit(RLIMIT_AS, &r);
		snprintf(text, sizeof(text), "pid %d memory %ju", (int)getpid() == 1,
		    r.rlim_max == RLIM_INFINITY ? 0 : (uintmax_t)r.rlim_max);
	}
	if (strcmp(argv[1], "descriptors") == 0)
		child_say_descriptors(text, sizeof(text));
	else if (strcmp(argv[1], "signals") == 0)
		child_say_signals(text, sizeof(text));
	else if (strcmp(argv[1], "environment") == 0)
		for (char **e = environ; *e != NULL; e++)
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s;", *e);
	else if (strcmp(argv[1], "arguments") == 0)
		for (int i = 0; i < argc; i++)
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s;", argv[i]);
	/* each of 3, 4, 5 says its own number */
	else if (strcmp(argv[1], "numbers") == 0)
		child_say_numbers();
	ssize_t sent = write(SPAWN_FD_FIRST, text, strlen(text));
	return sent < 0 ? 1 : 7;
}

/* --- the parent -------------------------------------------------------------------- */

static int
wait_for(struct spawn_child *c)
{
	struct pollfd p = {.fd = c->pidfd, .events = POLLIN};
	int status = 0;
	assert_int_equal(1, poll(&p, 1, 10000));
	assert_int_equal(c->pid, waitpid(c->pid, &status, WNOHANG));
	close(c->pidfd);
	return status;
}

/* Starts the child with a pipe at 3 and returns what it said. */
static void
ask(const char *what, const char *more, char *text, size_t size)
{
	const char *args[] = {what, more, NULL};
	struct spawn_child c;
	int p[2];
	assert_int_equal(0, pipe2(p, O_CLOEXEC));
	assert_int_equal(ERR_OK, spawn_start(SELF, args, &p[1], 1, &c));
	close(p[1]);
	size_t n = 0;
	ssize_t got;
	while ((got = read(p[0], text + n, size - 1 - n)) > 0)
		n += (size_t)got;
	text[n] = '\0';
	close(p[0]);
	int status = wait_for(&c);
	assert_true(WIFEXITED(status));
	assert_int_equal(7, WEXITSTATUS(status));
}

static void
a_child_has_its_descriptors_and_no_other(void **state)
{
	char text[4096];
	int leak = open("/dev/null", O_RDONLY); /* not close-on-exec, on purpose */
	(void)state;
	ask("descriptors", NULL, text, sizeof(text));
	assert_string_equal("0 1 2 3 ", text);
	close(leak);
}

static void
a_child_has_only_our_environment(void **state)
{
	char text[4096];
	(void)state;
	setenv("LD_PRELOAD", "", 1);
	setenv("SALLYPORT_HOME", "/nowhere", 1);
	setenv("SALLYPORT_DISKS", "read", 1);
	unsetenv("ASAN_OPTIONS");
	unsetenv("UBSAN_OPTIONS");
	unsetenv("LSAN_OPTIONS");
	ask("environment", NULL, text, sizeof(text));
	assert_string_equal(
	    "LANG=C.UTF-8;TZ=UTC0;SALLYPORT_HOME=/nowhere;SALLYPORT_DISKS=read;", text);
	unsetenv("SALLYPORT_HOME");
	unsetenv("SALLYPORT_DISKS");
	ask("environment", NULL, text, sizeof(text));
	assert_string_equal("LANG=C.UTF-8;TZ=UTC0;", text);
}

static void
arguments_arrive_as_they_were_given(void **state)
{
	char text[4096];
	(void)state;
	ask("arguments", "two words; $x", text, sizeof(text));
	assert_string_equal(SELF ";arguments;two words; $x;", text);
}

static void
a_child_starts_with_default_signals_and_without_our_terminal(void **state)
{
	char text[4096];
	sigset_t set, old;
	(void)state;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, &old);
	signal(SIGPIPE, SIG_IGN);
	ask("signals", NULL, text, sizeof(text));
	assert_string_equal("pipe:default term:open death:9 leader:1", text);
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, &old, NULL);
}

static const struct {
	const char *what;
	int at[3]; /* where the three descriptors are in the parent; -1: none given */
} placements[] = {
    {"in order", {3, 4, 5}},
    {"turned round", {5, 4, 3}},
    {"shifted up", {4, 5, 6}},
    {"a cycle", {4, 5, 3}},
    {"far away", {100, 101, 102}},
    {"the last one missing", {5, 3, -1}},
    {"the middle one missing", {5, -1, 4}},
    {"the same one three times", {7, 7, 7}},
};

static void
say_numbers(const int at[3])
{
	const char *args[] = {"numbers", NULL};
	int base[3], fds[3];
	struct spawn_child c;
	/* pipes' write ends beyond every place that a case uses */
	int ends[3];
	for (int i = 0; i < 3; i++) {
		int p[2];
		assert_int_equal(0, pipe2(p, O_CLOEXEC));
		base[i] = fcntl(p[0], F_DUPFD_CLOEXEC, 200);
		ends[i] = fcntl(p[1], F_DUPFD_CLOEXEC, 200);
		close(p[0]);
		close(p[1]);
	}
	for (int i = 0; i < 3; i++) {
		fds[i] = at[i];
		if (at[i] >= 0)
			assert_int_equal(at[i], dup2(ends[i], at[i]));
		close(ends[i]);
	}
	assert_int_equal(ERR_OK, spawn_start(SELF, args, fds, 3, &c));
	for (int i = 0; i < 3; i++)
		if (at[i] >= 0)
			close(at[i]);
	wait_for(&c);
	for (int i = 0; i < 3; i++) {
		char text[8] = "", want[8] = "";
		assert_true(read(base[i], text, sizeof(text) - 1) >= 0);
		if (at[0] == at[1])
			snprintf(want, sizeof(want), "%s", i == 2 ? "345" : "");
		else if (at[i] >= 0)
			snprintf(want, sizeof(want), "%d", 3 + i);
		assert_string_equal(want, text);
		close(base[i]);
	}
}

static void
descriptors_land_in_order_wherever_they_were(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(placements) / sizeof(placements[0]); i++) {
		/* in a process of its own: the places may be in use here */
		pid_t pid = fork();
		if (pid == 0) {
			close_range(3, ~0U, 0);
			say_numbers(placements[i].at);
			_exit(0);
		}
		int status = -1;
		assert_int_equal(pid, waitpid(pid, &status, 0));
		if (status != 0)
			fail_msg("wrong: %s", placements[i].what);
	}
}

static void
a_program_that_is_not_there_is_told_and_leaves_no_child(void **state)
{
	struct spawn_child c = {.pid = -7, .pidfd = -7};
	int before = dup(0);
	(void)state;
	close(before);
	assert_int_equal(ERR_NOTFOUND, spawn_start("no-such-program", NULL, NULL, 0, &c));
	assert_int_equal(ENOENT, errno);
	assert_int_equal(-7, c.pid);
	assert_int_equal(-1, waitpid(-1, NULL, WNOHANG));
	assert_int_equal(ECHILD, errno);
	int after = dup(0);
	assert_int_equal(before, after);
	close(after);
}

static void
names_that_are_paths_start_nothing(void **state)
{
	static const char *const names[] = {"", "/bin/sh", "../bin/sh", "a b", "-c", ".", "A"};
	struct spawn_child c;
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(ERR_RANGE, spawn_start(names[i], NULL, NULL, 0, &c));
}

static void
a_child_dies_with_its_parent(void **state)
{
	int p[2];
	char c;
	(void)state;
	assert_int_equal(0, pipe2(p, O_CLOEXEC));
	pid_t pid = fork();
	if (pid == 0) {
		const char *args[] = {"sleep", NULL};
		struct spawn_child child;
		_exit(spawn_start(SELF, args, &p[1], 1, &child) == ERR_OK ? 0 : 1);
	}
	close(p[1]);
	int status = -1;
	assert_int_equal(pid, waitpid(pid, &status, 0));
	assert_int_equal(0, status);
	/* the end comes when nobody holds the other end any more */
	struct pollfd wait = {.fd = p[0], .events = POLLIN};
	assert_int_equal(1, poll(&wait, 1, 10000));
	assert_int_equal(0, read(p[0], &c, 1));
	close(p[0]);
}

/* With and without namespaces: the child, and what it started. */
static void
what_a_child_started_ends_with_it(void **state)
{
	static const char *const more[] = {NULL, "ends"};
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		const char *args[] = {"breed", more[i / 2], NULL};
		const struct spawn_walls walls = {.apart = i % 2 == 0};
		struct spawn_child c;
		char ready;
		int p[2], status;
		assert_int_equal(0, pipe2(p, O_CLOEXEC));
		assert_int_equal(ERR_OK, spawn_start_apart(SELF, args, &p[1], 1, &walls, &c));
		close(p[1]);
		struct pollfd ended = {.fd = c.pidfd, .events = POLLIN};
		/* in a namespace nothing is left to wait for */
		if (!c.apart || more[i / 2] == NULL)
			assert_int_equal(1, read(p[0], &ready, 1));
		if (more[i / 2] != NULL)
			assert_int_equal(1, poll(&ended, 1, 10000));
		spawn_kill(&c);
		assert_int_equal(1, poll(&ended, 1, 10000));
		assert_int_equal(c.pid, waitpid(c.pid, &status, 0));
		close(c.pidfd);
		/* the end comes when nobody holds the other end any more */
		struct pollfd wait = {.fd = p[0], .events = POLLIN};
		assert_int_equal(1, poll(&wait, 1, 10000));
		while (read(p[0], &ready, 1) == 1)
			;
		assert_int_equal(0, read(p[0], &ready, 1));
		close(p[0]);
	}
}

static void
walls_are_what_was_asked_for(void **state)
{
	const char *args[] = {"walls", NULL};
	const struct spawn_walls walls = {.apart = true, .memory_bytes = 1ull << 33};
	struct spawn_child c;
	char text[64] = "", want[64];
	int p[2];
	(void)state;
	assert_int_equal(0, pipe2(p, O_CLOEXEC));
	assert_int_equal(ERR_OK, spawn_start_apart(SELF, args, &p[1], 1, &walls, &c));
	close(p[1]);
	bool apart = c.apart;
	assert_true(read(p[0], text, sizeof(text) - 1) > 0);
	close(p[0]);
	assert_int_equal(7, WEXITSTATUS(wait_for(&c)));
#ifdef SALLYPORT_NO_SANDBOX
	assert_false(apart);
	snprintf(want, sizeof(want), "pid 0 memory 0");
#else
	snprintf(want, sizeof(want), "pid %d memory %llu", apart, 1ull << 33);
#endif
	assert_string_equal(want, text);
}

static void
a_pair_is_connected_and_keeps_message_bounds(void **state)
{
	int fds[2];
	char text[8];
	(void)state;
	assert_int_equal(ERR_OK, spawn_pair(fds));
	assert_int_equal(2, write(fds[0], "ab", 2));
	assert_int_equal(1, write(fds[0], "c", 1));
	assert_int_equal(2, read(fds[1], text, sizeof(text)));
	assert_int_equal(FD_CLOEXEC, fcntl(fds[0], F_GETFD));
	assert_int_equal(FD_CLOEXEC, fcntl(fds[1], F_GETFD));
	close(fds[0]);
	close(fds[1]);
}

int
main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_child_has_its_descriptors_and_no_other),
	    cmocka_unit_test(a_child_has_only_our_environment),
	    cmocka_unit_test(arguments_arrive_as_they_were_given),
	    cmocka_unit_test(a_child_starts_with_default_signals_and_without_our_terminal),
	    cmocka_unit_test(descriptors_land_in_order_wherever_they_were),
	    cmocka_unit_test(a_program_that_is_not_there_is_told_and_leaves_no_child),
	    cmocka_unit_test(names_that_are_paths_start_nothing),
	    cmocka_unit_test(a_child_dies_with_its_parent),
	    cmocka_unit_test(what_a_child_started_ends_with_it),
	    cmocka_unit_test(walls_are_what_was_asked_for),
	    cmocka_unit_test(a_pair_is_connected_and_keeps_message_bounds),
	};
	if (argc > 1)
		return child_main(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

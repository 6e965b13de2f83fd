/* links: src/ipc/service src/base/mem src/base/clock src/base/err */
/* SPDX-License-Identifier: ISC */
/*
 * Each case is a service of its own: a child that finds listening sockets at
 * 3, 4, ... as a service manager passes them.  The test plays its peers.
 */
#include "src/base/mem.h"
#include "src/ipc/service.h"
#include "src/ipc/spawn.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT_MS   20000
#define HIGH      200 /* descriptors of the test are above this in the child */
#define FD_REPORT 190

static const struct service_peer ledger_peers[] = {{"desk", NULL}, {"stager", NULL}};
static const struct service_peer stager_peers[] = {
    {"desk", NULL}, {"ledger", "ledger-stager"}, {"vault", "vault-stager"}};

struct rig {
	char dir[32];
	int report;
	pid_t pid;
};

struct passed {
	const char *names; /* LISTEN_FDNAMES; NULL: not set */
	const char *paths[4];
	int type;
	bool silent;    /* bound, and not listening */
	bool other_pid; /* LISTEN_PID of somebody else */
};

/* --- the child --------------------------------------------------------------------------- */

/* Says the result, and on each connection its number. */
static _Noreturn void
child_begin(const struct service_peer *peers, size_t n, const char *dir)
{
	char why[SERVICE_WHY_SIZE] = "", text[512];
	enum err e = service_begin(peers, n, dir, why);
	for (int fd = SPAWN_FD_FIRST; e == ERR_OK && fd < SPAWN_FD_FIRST + (int)n; fd++) {
		snprintf(text, sizeof(text), "%d", fd);
		if (send(fd, text, strlen(text), MSG_NOSIGNAL) < 0)
			_exit(1);
	}
	int more = 0;
	for (int fd = SPAWN_FD_FIRST + (int)n; e == ERR_OK && fd < FD_REPORT; fd++)
		more += fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
	bool unset = getenv("LISTEN_PID") == NULL && getenv("LISTEN_FDS") == NULL &&
	             getenv("LISTEN_FDNAMES") == NULL;
	snprintf(text, sizeof(text), "%d %d %d %s", (int)e, (int)unset, more, why);
	if (send(FD_REPORT, text, strlen(text), 0) < 0)
		_exit(1);
	/* until the test has looked */
	char end;
	ssize_t ignored = recv(FD_REPORT, &end, 1, 0);
	(void)ignored;
	_exit(0);
}

static int
listener(const char *dir, const char *name, const struct passed *p)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s/%s", dir, name);
	int fd = socket(AF_UNIX, p->type, 0);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&sun, sizeof(sun)), 0);
	if (!p->silent)
		assert_int_equal(listen(fd, 16), 0);
	int high = fcntl(fd, F_DUPFD_CLOEXEC, HIGH);
	assert_true(high >= 0);
	close(fd);
	return high;
}

static void
child_environment(const struct passed *p, const int *fds, int n)
{
	char number[16];
	for (int i = 0; i < n; i++)
		dup2(fds[i], SPAWN_FD_FIRST + i);
	for (int fd = SPAWN_FD_FIRST + n; fd < FD_REPORT; fd++)
		close(fd);
	snprintf(number, sizeof(number), "%d", (int)getpid() + (p->other_pid ? 1 : 0));
	setenv("LISTEN_PID", number, 1);
	snprintf(number, sizeof(number), "%d", n);
	setenv("LISTEN_FDS", number, 1);
	if (p->names != NULL)
		setenv("LISTEN_FDNAMES", p->names, 1);
}

/* Starts a service that was passed these sockets. */
static void
start(struct rig *r, const struct passed *p, const struct service_peer *peers, size_t n)
{
	int fds[4], report[2], nfds = 0;
	for (; nfds < 4 && p->paths[nfds] != NULL; nfds++)
		fds[nfds] = listener(r->dir, p->paths[nfds], p);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, report), 0);
	r->pid = fork();
	assert_true(r->pid >= 0);
	if (r->pid == 0) {
		dup2(report[1], FD_REPORT);
		child_environment(p, fds, nfds);
		child_begin(peers, n, r->dir);
	}
	for (int i = 0; i < nfds; i++)
		close(fds[i]);
	close(report[1]);
	r->report = report[0];
}

/* --- the test ------------------------------------------------------------------------------
 */

static int
set_up(void **state)
{
	struct rig *r = mem_alloc(sizeof(*r));
	snprintf(r->dir, sizeof(r->dir), "/tmp/t_service.XXXXXX");
	if (mkdtemp(r->dir) == NULL)
		return -1;
	r->report = -1;
	*state = r;
	return 0;
}

static int
tear_down(void **state)
{
	static const char *const names[] = {
	    "desk", "stager", "parent", "ledger-stager", "vault-stager"};
	struct rig *r = *state;
	if (r->report >= 0)
		close(r->report);
	if (r->pid > 0)
		waitpid(r->pid, NULL, 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		MEM_FREE char *path = mem_printf("%s/%s", r->dir, names[i]);
		unlink(path);
	}
	rmdir(r->dir);
	free(r);
	return 0;
}

static int
call(const struct rig *r, const char *name)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s/%s", r->dir, name);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&sun, sizeof(sun)), 0);
	return fd;
}

static void
heard(int fd, char *text, size_t size)
{
	struct pollfd p = {fd, POLLIN, 0};
	assert_int_equal(poll(&p, 1, WAIT_MS), 1);
	ssize_t n = recv(fd, text, size - 1, 0);
	assert_true(n >= 0);
	text[n] = '\0';
}

static void
hears(int fd, const char *wanted)
{
	char text[512];
	heard(fd, text, sizeof(text));
	assert_string_equal(text, wanted);
}

/* The service's result: the error, its words, and that it left nothing behind. */
static void
reports(struct rig *r, enum err wanted, const char *words)
{
	char text[512];
	int e, unset, more, at;
	heard(r->report, text, sizeof(text));
	assert_int_equal(sscanf(text, "%d %d %d %n", &e, &unset, &more, &at), 3);
	if (e != (int)wanted || strstr(text + at, words) == NULL)
		fail_msg("wanted %d \"%s\": %s", (int)wanted, words, text);
	assert_true(unset);
	assert_int_equal(more, 0);
}

static bool
quiet(const struct rig *r)
{
	struct pollfd p = {r->report, POLLIN, 0};
	return poll(&p, 1, 50) == 0;
}

static const struct passed ledger_passed = {
    "desk:stager", {"desk", "stager"}, SOCK_SEQPACKET, false, false};

static void
peers_are_at_their_places_in_whatever_order_they_come(void **state)
{
	struct rig *r = *state;
	const struct passed turned = {
	    "stager:desk", {"stager", "desk"}, SOCK_SEQPACKET, false, false};
	start(r, &turned, ledger_peers, 2);
	int stager = call(r, "stager"), desk = call(r, "desk");
	hears(desk, "3");
	hears(stager, "4");
	reports(r, ERR_OK, "");
	close(desk);
	close(stager);
}

static void
other_sockets_than_needed_are_refused(void **state)
{
	static const struct {
		const char *what;
		struct passed passed;
		const char *words;
	} rows[] = {
	    {"one is missing", {"desk", {"desk"}, SOCK_SEQPACKET, false, false},
		"1 sockets were passed, and 2 are needed"},
	    {"one too many",
		{"desk:stager:parent", {"desk", "stager", "parent"}, SOCK_SEQPACKET, false,
		    false},
		"3 sockets were passed, and 2 are needed"},
	    {"none", {"", {NULL}, SOCK_SEQPACKET, false, false}, "0 sockets were passed"},
	    {"a name nobody has",
		{"desk:parent", {"desk", "parent"}, SOCK_SEQPACKET, false, false},
		"\"parent\""},
	    {"the same name twice",
		{"desk:desk", {"desk", "stager"}, SOCK_SEQPACKET, false, false},
		"two sockets were passed for desk"},
	    {"no names", {NULL, {"desk", "stager"}, SOCK_SEQPACKET, false, false},
		"without a name"},
	    {"one name for two", {"desk", {"desk", "stager"}, SOCK_SEQPACKET, false, false},
		"without a name"},
	    {"an empty name", {"desk:", {"desk", "stager"}, SOCK_SEQPACKET, false, false},
		"without a name"},
	    {"sockets of streams",
		{"desk:stager", {"desk", "stager"}, SOCK_STREAM, false, false},
		"no listening SEQPACKET socket"},
	    {"sockets that do not listen",
		{"desk:stager", {"desk", "stager"}, SOCK_SEQPACKET, true, false},
		"no listening SEQPACKET socket"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		void *own;
		assert_int_equal(set_up(&own), 0);
		start(own, &rows[i].passed, ledger_peers, 2);
		print_message("%s\n", rows[i].what);
		reports(own, ERR_SYNTAX, rows[i].words);
		tear_down(&own);
	}
}

static void
variables_of_another_process_are_not_ours(void **state)
{
	struct rig *r = *state;
	struct passed p = ledger_passed;
	p.other_pid = true;
	start(r, &p, ledger_peers, 2);
	reports(r, ERR_NOTFOUND, "no sockets were passed");
}

static void
a_desk_that_goes_ends_the_wait_for_a_stager(void **state)
{
	struct rig *r = *state;
	start(r, &ledger_passed, ledger_peers, 2);
	int desk = call(r, "desk");
	assert_true(quiet(r));
	close(desk);
	reports(r, ERR_CLOSED, "the desk has gone before the stager came");
}

static void
a_stager_alone_is_waited_with_and_may_go(void **state)
{
	struct rig *r = *state;
	start(r, &ledger_passed, ledger_peers, 2);
	int stager = call(r, "stager");
	assert_true(quiet(r));
	close(stager);
	int desk = call(r, "desk");
	assert_true(quiet(r));
	stager = call(r, "stager");
	hears(stager, "4");
	hears(desk, "3");
	reports(r, ERR_OK, "");
	close(desk);
	close(stager);
}

static void
callers_that_gave_up_before_they_were_taken_do_not_count(void **state)
{
	struct rig *r = *state;
	start(r, &ledger_passed, ledger_peers, 2);
	for (int i = 0; i < 5; i++)
		close(call(r, "desk"));
	int desk = call(r, "desk"), stager = call(r, "stager");
	/* the one before may have been taken in the moment in which it was alive */
	struct pollfd p[2] = {{desk, POLLIN, 0}, {r->report, POLLIN, 0}};
	assert_true(poll(p, 2, WAIT_MS) > 0);
	if ((p[0].revents & POLLIN) != 0) {
		hears(desk, "3");
		reports(r, ERR_OK, "");
	} else {
		reports(r, ERR_CLOSED, "the desk has gone");
	}
	close(desk);
	close(stager);
}

/* --- a stager, which goes to others
 * ------------------------------------------------------------ */

static const struct passed stager_passed = {"desk", {"desk"}, SOCK_SEQPACKET, false, false};

static void
take(int from, int *ret)
{
	struct pollfd p = {from, POLLIN, 0};
	assert_int_equal(poll(&p, 1, WAIT_MS), 1);
	*ret = accept4(from, NULL, NULL, SOCK_CLOEXEC);
	assert_true(*ret >= 0);
}

static void
it_goes_to_others_when_its_desk_has_come_and_waits_for_their_words(void **state)
{
	struct rig *r = *state;
	int ledger, vault;
	int at_ledger = listener(r->dir, "ledger-stager", &stager_passed);
	int at_vault = listener(r->dir, "vault-stager", &stager_passed);
	start(r, &stager_passed, stager_peers, 3);
	struct pollfd nobody = {at_ledger, POLLIN, 0};
	assert_int_equal(poll(&nobody, 1, 50), 0);
	int desk = call(r, "desk");
	take(at_ledger, &ledger);
	take(at_vault, &vault);
	assert_int_equal(send(vault, "I", 1, 0), 1);
	assert_true(quiet(r));
	assert_int_equal(send(ledger, "I", 1, 0), 1);
	hears(desk, "3");
	hears(ledger, "4");
	hears(vault, "5");
	reports(r, ERR_OK, "");
	close(desk);
	close(ledger);
	close(vault);
	close(at_ledger);
	close(at_vault);
}

static void
whoever_goes_ends_its_wait_for_words(void **state)
{
	static const char *const words[] = {"the desk", "the ledger", "the vault"};
	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		void *own;
		assert_int_equal(set_up(&own), 0);
		struct rig *r = own;
		int fds[3];
		int at_ledger = listener(r->dir, "ledger-stager", &stager_passed);
		int at_vault = listener(r->dir, "vault-stager", &stager_passed);
		start(r, &stager_passed, stager_peers, 3);
		fds[0] = call(r, "desk");
		take(at_ledger, &fds[1]);
		take(at_vault, &fds[2]);
		close(fds[i]);
		reports(r, ERR_CLOSED, words[i] + 4);
		for (size_t k = 0; k < 3; k++)
			if (k != i)
				close(fds[k]);
		close(at_ledger);
		close(at_vault);
		tear_down(&own);
	}
}

static void
nobody_to_go_to_is_said(void **state)
{
	struct rig *r = *state;
	start(r, &stager_passed, stager_peers, 3);
	int desk = call(r, "desk");
	reports(r, ERR_NOTFOUND, "cannot connect to /tmp/t_service.");
	close(desk);
}

/* --- the parent, which goes to all
 * --------------------------------------------------------------- */

static void
all_must_be_there_and_speak(void **state)
{
	struct rig *r = *state;
	static const char *const at[] = {"ledger-stager", "vault-stager"};
	char why[SERVICE_WHY_SIZE];
	int fds[2] = {-1, -1}, in;
	int at_ledger = listener(r->dir, at[0], &stager_passed);
	assert_int_equal(service_connect(r->dir, at, 2, fds, why), ERR_NOTFOUND);
	assert_non_null(strstr(why, "vault-stager: No such file"));
	assert_int_equal(fds[0], -1);
	/* what it left at the ledger's door has gone */
	take(at_ledger, &in);
	char c;
	assert_int_equal(recv(in, &c, 1, 0), 0);
	close(in);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		ssize_t sent = 0;
		take(at_ledger, &in);
		sent = send(in, "I", 1, 0);
		pause();
		_exit(sent == 1 ? 0 : 1);
	}
	assert_int_equal(service_connect(r->dir, at, 1, fds, why), ERR_OK);
	hears(fds[0], "I");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(fds[0]);
	/* a listener that closes instead of taking the connection */
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct pollfd p = {at_ledger, POLLIN, 0};
		_exit(poll(&p, 1, WAIT_MS) == 1 ? 0 : 1);
	}
	close(at_ledger);
	assert_int_equal(service_connect(r->dir, at, 1, fds, why), ERR_CLOSED);
	assert_non_null(strstr(why, "ledger-stager has gone"));
	waitpid(pid, NULL, 0);
}

static void
a_path_that_fits_is_tried_and_a_longer_one_is_not(void **state)
{
	static const char *const at[] = {"x"};
	char why[SERVICE_WHY_SIZE], dir[sizeof(((struct sockaddr_un *)0)->sun_path)];
	int fd;
	(void)state;
	memset(dir, '/', sizeof(dir));
	dir[sizeof(dir) - 3] = '\0'; /* and "/x" */
	assert_int_equal(service_connect(dir, at, 1, &fd, why), ERR_NOTFOUND);
	dir[sizeof(dir) - 3] = '/';
	dir[sizeof(dir) - 2] = '\0';
	assert_int_equal(service_connect(dir, at, 1, &fd, why), ERR_LIMIT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		peers_are_at_their_places_in_whatever_order_they_come, set_up, tear_down),
	    cmocka_unit_test(other_sockets_than_needed_are_refused),
	    cmocka_unit_test_setup_teardown(
		variables_of_another_process_are_not_ours, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		a_desk_that_goes_ends_the_wait_for_a_stager, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		a_stager_alone_is_waited_with_and_may_go, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		callers_that_gave_up_before_they_were_taken_do_not_count, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		it_goes_to_others_when_its_desk_has_come_and_waits_for_their_words, set_up,
		tear_down),
	    cmocka_unit_test(whoever_goes_ends_its_wait_for_words),
	    cmocka_unit_test_setup_teardown(nobody_to_go_to_is_said, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(all_must_be_there_and_speak, set_up, tear_down),
	    cmocka_unit_test(a_path_that_fits_is_tried_and_a_longer_one_is_not),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

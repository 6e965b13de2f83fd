/* links: scanners/scan scanners/scan_child scanners/scan_parts scanners/scan_set src/ipc/channel src/ipc/landlock src/ipc/message src/ipc/msg src/ipc/sandbox src/ipc/sandbox_probe src/ipc/spawn src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/log src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
#include "scanners/scan.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/ipc/channel.h"
#include "src/ipc/spawn.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- a scanner whose verdict is the object's first letter ------------------------ */

static enum err
fake_setup(struct scan *s, struct scan_about *about)
{
	(void)s;
	snprintf(about->engine, sizeof(about->engine), "fake 1");
	return ERR_OK;
}

static enum err
fake_setup_fails(struct scan *s, struct scan_about *about)
{
	(void)about;
	scan_unfit(s, "the engine is %s", "asleep");
	return ERR_IO;
}

static void
fake_flood(struct scan *s, struct scan_job *job, unsigned n, enum scan_verdict v)
{
	const struct scan_finding f = {
	    .rule = "fake/flood", .class = "policy", .severity = "low", .title = "again"};
	while (n-- > 0)
		scan_put_finding(s, job, &f);
	scan_result(s, job, v, "", job->size_bytes);
}

static void
fake_object(struct scan *s, struct scan_job *job)
{
	char c = '\0';
	char hostile[2000];
	memset(hostile, '\x1b', sizeof(hostile));
	const struct scan_finding f = {.rule = "fake/hostile",
	    .class = "policy",
	    .severity = "low",
	    .title = "said by an engine",
	    .detail = hostile,
	    .detail_len = sizeof(hostile),
	    .at = 7};
	assert_int_equal(pread(job->fd, &c, 1, 0), 1);
	if (c == 'f')
		fake_flood(s, job, LIM_FINDINGS, SCAN_CLEAN);
	else if (c == 'F')
		fake_flood(s, job, LIM_FINDINGS + 1, SCAN_CLEAN);
	else if (c == 'M')
		fake_flood(s, job, LIM_FINDINGS + 1, SCAN_MALICIOUS);
	else if (c == 'h') {
		scan_put_finding(s, job, &f);
		scan_put_fact(s, job, "label", "\xe2\x80\xae");
		scan_result(s, job, SCAN_SUSPICIOUS, "", 1);
	} else if (c == 'c')
		scan_result(s, job, SCAN_CLEAN, "", job->size_bytes);
	/* 'w' waits for ever */
}

static const struct scan_ops fake_ops = {
    .name = "fake", .window = 2, .max_bytes = 0, .setup = fake_setup, .object = fake_object};
static const struct scan_ops failing_ops = {
    .name = "fake", .window = 2, .setup = fake_setup_fails, .object = fake_object};

/* --- desk and vault -------------------------------------------------------------------- */

struct peer {
	struct channel *desk, *vault;
	pid_t pid;
};

static const char digest[] = "00000000000000000000000000000000000000000000000000000000000000ff";

static pid_t
start(struct peer *p, const struct scan_ops *ops, char **argv)
{
	int desk[2], vault[2], argc = 0;
	assert_int_equal(spawn_pair(desk), ERR_OK);
	assert_int_equal(spawn_pair(vault), ERR_OK);
	while (argv[argc] != NULL)
		argc++;
	p->pid = fork();
	assert_true(p->pid >= 0);
	if (p->pid == 0) {
		int d = fcntl(desk[1], F_DUPFD, 20), v = fcntl(vault[1], F_DUPFD, 20);
		int null = open("/dev/null", O_WRONLY);
		dup2(null, 2);
		dup2(d, SCAN_FD_DESK);
		dup2(v, SCAN_FD_VAULT);
		for (int fd = 5; fd < 64; fd++)
			close(fd);
		_exit(scan_main(argc, argv, ops));
	}
	close(desk[1]);
	close(vault[1]);
	p->desk = channel_new(desk[0], ROLE_DESK, ROLE_SCANNER);
	p->vault = channel_new(vault[0], ROLE_VAULT, ROLE_SCANNER);
	return p->pid;
}

static void
open_peer(struct peer *p, char *limit)
{
	struct msg m;
	char *argv[] = {
	    (char[]){"scan-fake"}, limit != NULL ? (char[]){"-m"} : NULL, limit, NULL};
	start(p, &fake_ops, argv);
	assert_int_equal(channel_hello(p->desk, "desk", false), ERR_OK);
	assert_int_equal(channel_hello(p->vault, "vault", false), ERR_OK);
	assert_int_equal(channel_greet(p->desk, 20000, NULL), ERR_OK);
	assert_int_equal(channel_greet(p->vault, 20000, NULL), ERR_OK);
	assert_int_equal(channel_recv_wait(p->desk, &m, 20000), ERR_OK);
	assert_int_equal(m.id, MSG_SCAN_READY);
	assert_string_equal(msg_str(&m, "engine"), "fake 1");
	assert_int_equal(msg_uint(&m, "window"), 2);
	msg_done(&m);
}

static void
give(struct peer *p, unsigned id, const char *text, size_t claimed)
{
	int fd;
	assert_int_equal(io_memfd("object", text, strlen(text), &fd), ERR_OK);
	assert_int_equal(channel_send_wait(p->vault, MSG_SCAN_OBJECT,
			     json_pack("{s:i, s:s, s:I, s:s, s:s}", "id", (int)id, "sha256",
				 digest, "size", (json_int_t)claimed, "type", "", "mime", ""),
			     fd),
	    ERR_OK);
	close(fd);
}

/* Reads up to the result, counting findings; its verdict. */
static const char *
result(struct peer *p, unsigned id, size_t *ret_findings)
{
	static char verdict[32];
	struct msg m;
	size_t n = 0;
	for (;;) {
		assert_int_equal(channel_recv_wait(p->desk, &m, 20000), ERR_OK);
		assert_int_equal(msg_uint(&m, "id"), id);
		if (m.id == MSG_SCAN_RESULT)
			break;
		n += m.id == MSG_SCAN_FINDING;
		msg_done(&m);
	}
	snprintf(verdict, sizeof(verdict), "%s", msg_str(&m, "verdict"));
	assert_string_equal(msg_str(&m, "sha256"), digest);
	msg_done(&m);
	if (ret_findings != NULL)
		*ret_findings = n;
	return verdict;
}

static int
close_peer(struct peer *p)
{
	int status;
	p->desk = channel_free(p->desk);
	p->vault = channel_free(p->vault);
	assert_int_equal(waitpid(p->pid, &status, 0), p->pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* --- tests ------------------------------------------------------------------------------- */

static void
every_object_is_answered(void **state)
{
	(void)state;
	struct peer p;
	open_peer(&p, NULL);
	for (unsigned i = 0; i < 200; i++) {
		give(&p, i, "clean", 5);
		assert_string_equal(result(&p, i, NULL), "clean");
	}
	assert_int_equal(close_peer(&p), 0);
}

static void
a_flood_of_findings_is_incomplete(void **state)
{
	(void)state;
	struct peer p;
	size_t n;
	open_peer(&p, NULL);
	give(&p, 1, "f", 1);
	assert_string_equal(result(&p, 1, &n), "clean");
	assert_int_equal(n, LIM_FINDINGS);
	give(&p, 2, "F", 1);
	assert_string_equal(result(&p, 2, &n), "incomplete");
	assert_int_equal(n, LIM_FINDINGS);
	give(&p, 3, "M", 1);
	assert_string_equal(result(&p, 3, &n), "malicious");
	assert_int_equal(close_peer(&p), 0);
}

static void
hostile_text_is_escaped_and_cut(void **state)
{
	(void)state;
	struct peer p;
	struct msg m;
	open_peer(&p, NULL);
	give(&p, 1, "hh", 2);
	assert_int_equal(channel_recv_wait(p.desk, &m, 20000), ERR_OK);
	assert_int_equal(m.id, MSG_SCAN_FINDING);
	const char *detail = msg_str(&m, "detail");
	assert_true(strlen(detail) <= LIM_FINDING_TEXT);
	assert_memory_equal(detail, "\\x1B\\x1B", 8);
	assert_non_null(strstr(detail, "\\..{"));
	assert_int_equal(msg_uint(&m, "at"), 7);
	msg_done(&m);
	assert_int_equal(channel_recv_wait(p.desk, &m, 20000), ERR_OK);
	assert_int_equal(m.id, MSG_SCAN_FACT);
	assert_string_equal(msg_str(&m, "value"), "\\u{202E}");
	msg_done(&m);
	assert_string_equal(result(&p, 1, NULL), "suspicious");
	assert_int_equal(close_peer(&p), 0);
}

static void
limits_of_size(void **state)
{
	(void)state;
	struct peer p;
	open_peer(&p, (char[]){"5"});
	give(&p, 1, "clean", 5);
	assert_string_equal(result(&p, 1, NULL), "clean");
	give(&p, 2, "clean!", 6);
	assert_string_equal(result(&p, 2, NULL), "incomplete");
	give(&p, 3, "clean", 4);
	assert_string_equal(result(&p, 3, NULL), "error");
	assert_int_equal(close_peer(&p), 0);
}

static void
cancelled_objects_are_answered_once(void **state)
{
	(void)state;
	struct peer p;
	open_peer(&p, NULL);
	give(&p, 1, "wait", 4);
	assert_int_equal(
	    channel_send_wait(p.desk, MSG_SCAN_CANCEL, json_pack("{s:i}", "id", 9), -1),
	    ERR_OK);
	/* both sockets are read in any order: the second object is given after the answer */
	struct msg m;
	while (channel_recv_wait(p.desk, &m, 50) == ERR_AGAIN)
		assert_int_equal(
		    channel_send_wait(p.desk, MSG_SCAN_CANCEL, json_pack("{s:i}", "id", 1), -1),
		    ERR_OK);
	assert_int_equal(m.id, MSG_SCAN_RESULT);
	assert_string_equal(msg_str(&m, "verdict"), "timeout");
	msg_done(&m);
	give(&p, 2, "clean", 5);
	assert_string_equal(result(&p, 2, NULL), "clean");
	assert_int_equal(close_peer(&p), 0);
}

static void
more_than_the_window_ends_it(void **state)
{
	(void)state;
	struct peer p;
	open_peer(&p, NULL);
	for (unsigned i = 1; i <= 3; i++)
		give(&p, i, "wait", 4);
	struct msg m;
	assert_int_equal(channel_recv_wait(p.desk, &m, 20000), ERR_CLOSED);
	assert_int_equal(close_peer(&p), 3);
}

static void
one_id_twice_ends_it(void **state)
{
	(void)state;
	struct peer p;
	open_peer(&p, NULL);
	give(&p, 1, "wait", 4);
	give(&p, 1, "wait", 4);
	struct msg m;
	assert_int_equal(channel_recv_wait(p.desk, &m, 20000), ERR_CLOSED);
	assert_int_equal(close_peer(&p), 3);
}

static void
without_the_vault_nothing_is_said_of_what_is_under_way(void **state)
{
	(void)state;
	struct peer p;
	open_peer(&p, NULL);
	give(&p, 1, "wait", 4);
	p.vault = channel_free(p.vault);
	struct msg m;
	/* whoever scans next reads it: a result would stand instead */
	assert_int_equal(channel_recv_wait(p.desk, &m, 20000), ERR_CLOSED);
	assert_int_equal(close_peer(&p), 3);
}

static void
bad_start(void **state)
{
	(void)state;
	static const struct {
		const char *what;
		const char *arg[2];
		int status;
	} cases[] = {
	    {"unknown option", {"-x", NULL}, 2},
	    {"limit that is no number", {"-m", "12x"}, 2},
	    {"negative limit", {"-m", "-1"}, 2},
	    {"argument", {"file", NULL}, 2},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct peer p;
		char a[2][16] = {"", ""};
		char *argv[4] = {(char[]){"scan-fake"}, NULL, NULL, NULL};
		for (int k = 0; k < 2 && cases[i].arg[k] != NULL; k++) {
			snprintf(a[k], sizeof(a[k]), "%s", cases[i].arg[k]);
			argv[k + 1] = a[k];
		}
		start(&p, &fake_ops, argv);
		int status;
		assert_int_equal(waitpid(p.pid, &status, 0), p.pid);
		if (!WIFEXITED(status) || WEXITSTATUS(status) != cases[i].status)
			fail_msg("%s: %x", cases[i].what, (unsigned)status);
		channel_free(p.desk);
		channel_free(p.vault);
	}
}

static void
scanner_that_cannot_begin_says_why(void **state)
{
	struct peer p;
	struct msg m;
	int status;
	char *argv[] = {(char[]){"scan-fake"}, NULL};
	(void)state;
	start(&p, &failing_ops, argv);
	assert_int_equal(channel_hello(p.desk, "desk", false), ERR_OK);
	assert_int_equal(channel_hello(p.vault, "vault", false), ERR_OK);
	assert_int_equal(channel_greet(p.desk, 20000, NULL), ERR_OK);
	assert_int_equal(channel_greet(p.vault, 20000, NULL), ERR_OK);
	assert_int_equal(channel_recv_wait(p.desk, &m, 20000), ERR_OK);
	assert_int_equal(m.id, MSG_SCAN_UNFIT);
	assert_string_equal(msg_str(&m, "why"), "the engine is asleep");
	msg_done(&m);
	assert_int_equal(channel_recv_wait(p.desk, &m, 20000), ERR_CLOSED);
	assert_int_equal(waitpid(p.pid, &status, 0), p.pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 3);
	channel_free(p.desk);
	channel_free(p.vault);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_object_is_answered),
	    cmocka_unit_test(scanner_that_cannot_begin_says_why),
	    cmocka_unit_test(a_flood_of_findings_is_incomplete),
	    cmocka_unit_test(hostile_text_is_escaped_and_cut),
	    cmocka_unit_test(limits_of_size),
	    cmocka_unit_test(cancelled_objects_are_answered_once),
	    cmocka_unit_test(more_than_the_window_ends_it),
	    cmocka_unit_test(one_id_twice_ends_it),
	    cmocka_unit_test(without_the_vault_nothing_is_said_of_what_is_under_way),
	    cmocka_unit_test(bad_start),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

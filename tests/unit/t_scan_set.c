/* links: scanners/scan scanners/scan_child scanners/scan_parts scanners/scan_set scanners/set src/ipc/channel src/ipc/landlock src/ipc/message src/ipc/msg src/ipc/sandbox src/ipc/sandbox_probe src/ipc/spawn src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/log src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* The skeleton with sets, facts and what is inside objects; and the reader of sets. */
#include "scanners/scan.h"
#include "scanners/set.h"
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
#include <poll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static const char digest[] = "00000000000000000000000000000000000000000000000000000000000000ff";
static const char other[] = "00000000000000000000000000000000000000000000000000000000000000fe";

/* --- two scanners -------------------------------------------------------------------- */

static enum err
fake_setup(struct scan *s, struct scan_about *about)
{
	(void)s;
	snprintf(about->engine, sizeof(about->engine), "fake 1");
	return ERR_OK;
}

/* The length of the set says what to do. */
static void
fake_set(struct scan *s, struct scan_job *job)
{
	int fd = -1;
	uint64_t bytes = 0;
	enum err e;
	const struct scan_finding about = {.rule = "fake/about",
	    .class = "policy",
	    .severity = "low",
	    .title = "about an object",
	    .sha256 = other};
	const struct scan_finding at = {.rule = "fake/at",
	    .class = "policy",
	    .severity = "low",
	    .title = "at a place",
	    .path = "a\0b",
	    .path_len = 3};
	switch (job->size_bytes) {
	case 1:
		scan_put_finding(s, job, &about);
		scan_put_finding(s, job, &at);
		scan_put_object_verdict(s, job, other, SCAN_INVALID, "\x1b", 0);
		scan_put_object_verdict(s, job, digest, SCAN_CLEAN, "", 5);
		break;
	case 2:
		e = scan_want(s, job, other, &fd, &bytes);
		scan_put_progress(s, job, e == ERR_OK ? bytes : 1000 + (uint64_t)e);
		if (e == ERR_OK)
			close(fd);
		break;
	case 3:
		while (!scan_cancelled(s, job))
			poll(NULL, 0, 1);
		break;
	default:
		break;
	}
	scan_result(s, job, SCAN_CLEAN, "", job->size_bytes);
}

/* The first letter of the object says what to do. */
static void
fake_object(struct scan *s, struct scan_job *job)
{
	static char value[LIM_FACT_BYTES + 2];
	char c = '\0';
	assert_int_equal(pread(job->fd, &c, 1, 0), 1);
	memset(value, 'x', sizeof(value) - 1);
	if (c == 'l')
		value[LIM_FACT_BYTES] = '\0';
	if (c == 'l' || c == 'L')
		scan_put_fact(s, job, "long", value);
	if (c == 'e')
		scan_put_fact_bytes(s, job, "raw", "\0\x1b\\", 3);
	/* escaped it is four times as long */
	if (c == 'E') {
		memset(value, '\x1b', LIM_FACT_BYTES / 4 + 1);
		scan_put_fact_bytes(s, job, "raw", value, LIM_FACT_BYTES / 4 + 1);
	}
	for (unsigned i = 0; i < (c == 'm' || c == 'M' ? LIM_SCAN_FACTS : 0u); i++)
		scan_put_fact(s, job, "n", "v");
	if (c == 'M')
		scan_put_fact(s, job, "n", "v");
	if (c == 'c') {
		const struct scan_child dir = {.name = "d\xff",
		    .name_len = 2,
		    .kind = "directory",
		    .mode = 0755,
		    .link = "",
		    .why = ""};
		const struct scan_child locked = {.name = "k",
		    .name_len = 1,
		    .kind = "file",
		    .size_bytes = 7,
		    .link = "",
		    .why = "encrypted"};
		const struct scan_child file = {.name = "f",
		    .name_len = 1,
		    .kind = "file",
		    .size_bytes = 5,
		    .link = "t",
		    .link_len = 1,
		    .why = ""};
		assert_int_equal(scan_put_child(s, job, &dir), 1);
		assert_int_equal(scan_put_child(s, job, &locked), 2);
		assert_int_equal(scan_put_child(s, job, &file), 3);
		assert_true(scan_child_write(s, 3, "hello", 5));
		assert_true(scan_child_write(s, 3, "", 0));
		assert_true(scan_child_end(s, 3, true));
		assert_int_equal(scan_put_child(s, job, &file), 4);
		assert_true(scan_child_end(s, 4, false));
	}
	if (c == 'r')
		scan_put_progress(s, job,
		    job->room_bytes == 77 && job->depth == 3 && strcmp(job->type, "zip") == 0 &&
			    strcmp(job->mime, "a/b") == 0
			? 1
			: 2);
	scan_result(s, job, SCAN_CLEAN, "", job->size_bytes);
}

static const struct scan_ops set_ops = {
    .name = "fake", .window = 1, .setup = fake_setup, .set = fake_set};
static const struct scan_ops object_ops = {
    .name = "fake", .window = 1, .children = true, .setup = fake_setup, .object = fake_object};

/* --- desk and vault -------------------------------------------------------------------- */

struct peer {
	struct channel *desk, *vault;
	int children;
	pid_t pid;
};

static void
start(struct peer *p, const struct scan_ops *ops)
{
	int desk[2], vault[2], pipes[2];
	struct msg m;
	char *argv[] = {(char[]){"scan-fake"}, NULL};
	assert_int_equal(spawn_pair(desk), ERR_OK);
	assert_int_equal(spawn_pair(vault), ERR_OK);
	assert_int_equal(pipe(pipes), 0);
	p->pid = fork();
	assert_true(p->pid >= 0);
	if (p->pid == 0) {
		int d = fcntl(desk[1], F_DUPFD, 20), v = fcntl(vault[1], F_DUPFD, 20);
		int c = fcntl(pipes[1], F_DUPFD, 20), null = open("/dev/null", O_WRONLY);
		dup2(null, 2);
		dup2(d, SCAN_FD_DESK);
		dup2(v, SCAN_FD_VAULT);
		dup2(c, SCAN_FD_CHILDREN);
		close(SCAN_FD_ENGINE);
		for (int fd = SCAN_FD_MANIFEST; fd < 64; fd++)
			close(fd);
		_exit(scan_main(1, argv, ops));
	}
	close(desk[1]);
	close(vault[1]);
	close(pipes[1]);
	p->children = pipes[0];
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

static int
end(struct peer *p)
{
	int status;
	p->desk = channel_free(p->desk);
	p->vault = channel_free(p->vault);
	close(p->children);
	assert_int_equal(waitpid(p->pid, &status, 0), p->pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
give(struct peer *p, unsigned id, const char *sha256, const char *text)
{
	int fd;
	assert_int_equal(io_memfd("object", text, strlen(text), &fd), ERR_OK);
	assert_int_equal(channel_send_wait(p->vault, MSG_SCAN_OBJECT,
			     json_pack("{s:i, s:s, s:I, s:s, s:s, s:i, s:i}", "id", (int)id,
				 "sha256", sha256, "size", (json_int_t)strlen(text), "type",
				 "zip", "mime", "a/b", "room", 77, "depth", 3),
			     fd),
	    ERR_OK);
	close(fd);
}

static void
give_set(struct peer *p, unsigned id, size_t n, size_t claimed, bool sealed)
{
	static const char text[] = "xxxxxxxx";
	int fd = memfd_create("set", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	assert_true(fd >= 0);
	assert_int_equal(io_write_all(fd, text, n), ERR_OK);
	if (sealed)
		assert_int_equal(io_memfd_seal(fd), ERR_OK);
	assert_int_equal(channel_send_wait(p->desk, MSG_SCAN_SET,
			     json_pack("{s:i, s:s, s:I}", "id", (int)id, "sha256", digest,
				 "bytes", (json_int_t)claimed),
			     fd),
	    ERR_OK);
	close(fd);
}

static struct msg
hear(struct peer *p, enum msg_id id)
{
	struct msg m;
	assert_int_equal(channel_recv_wait(p->desk, &m, 60000), ERR_OK);
	assert_int_equal(m.id, id);
	return m;
}

static void
hear_result(struct peer *p, unsigned id, const char *verdict)
{
	struct msg m = hear(p, MSG_SCAN_RESULT);
	assert_int_equal(msg_uint(&m, "id"), id);
	assert_string_equal(msg_str(&m, "sha256"), digest);
	assert_string_equal(msg_str(&m, "verdict"), verdict);
	msg_done(&m);
}

/* --- sets ------------------------------------------------------------------------------- */

static void
a_set_is_answered_for_each_and_for_all(void **state)
{
	(void)state;
	struct peer p;
	size_t n;
	start(&p, &set_ops);
	give_set(&p, 4, 1, 1, true);
	struct msg m = hear(&p, MSG_SCAN_FINDING);
	assert_int_equal(msg_uint(&m, "id"), 4);
	assert_string_equal(msg_str(&m, "sha256"), other);
	assert_null(msg_str(&m, "path"));
	msg_done(&m);
	m = hear(&p, MSG_SCAN_FINDING);
	assert_null(msg_str(&m, "sha256"));
	MEM_FREE uint8_t *path = msg_bytes(&m, "path", &n);
	assert_int_equal(n, 3);
	assert_memory_equal(path, "a\0b", 3);
	msg_done(&m);
	m = hear(&p, MSG_SCAN_OBJECT_VERDICT);
	assert_string_equal(msg_str(&m, "sha256"), other);
	assert_string_equal(msg_str(&m, "verdict"), "invalid");
	assert_string_equal(msg_str(&m, "why"), "\\x1B");
	assert_null(json_object_get(m.body, "read"));
	msg_done(&m);
	m = hear(&p, MSG_SCAN_OBJECT_VERDICT);
	assert_int_equal(msg_uint(&m, "read"), 5);
	msg_done(&m);
	hear_result(&p, 4, "clean");
	assert_int_equal(end(&p), 0);
}

static void
an_object_of_the_set_is_asked_for(void **state)
{
	(void)state;
	struct peer p;
	start(&p, &set_ops);
	for (unsigned want = 1; want <= 3; want++) {
		give_set(&p, want, 2, 2, true);
		struct msg m = hear(&p, MSG_SCAN_WANT);
		assert_int_equal(msg_uint(&m, "id"), want);
		assert_int_equal(msg_uint(&m, "want"), want);
		assert_string_equal(msg_str(&m, "sha256"), other);
		msg_done(&m);
		/* one the vault does not have */
		if (want == 2)
			assert_int_equal(
			    channel_send_wait(p.desk, MSG_SCAN_MISSING,
				json_pack("{s:i, s:i, s:s}", "id", 2, "want", 2, "why", "gone"),
				-1),
			    ERR_OK);
		else
			give(&p, want, other, "hello");
		m = hear(&p, MSG_SCAN_PROGRESS);
		assert_int_equal(msg_uint(&m, "bytes"), want == 2 ? 1000 + ERR_NOTFOUND : 5);
		msg_done(&m);
		hear_result(&p, want, "clean");
	}
	assert_int_equal(end(&p), 0);
}

static void
another_object_than_was_asked_for_ends_it(void **state)
{
	(void)state;
	struct peer p;
	struct msg m;
	start(&p, &set_ops);
	give_set(&p, 1, 2, 2, true);
	m = hear(&p, MSG_SCAN_WANT);
	msg_done(&m);
	give(&p, 1, digest, "hello");
	assert_int_equal(channel_recv_wait(p.desk, &m, 20000), ERR_CLOSED);
	assert_int_equal(end(&p), 3);
}

static void
a_set_nobody_wants_any_more_is_answered(void **state)
{
	(void)state;
	struct peer p;
	struct msg m;
	start(&p, &set_ops);
	/* before the object comes that it waits for */
	give_set(&p, 1, 2, 2, true);
	m = hear(&p, MSG_SCAN_WANT);
	msg_done(&m);
	assert_int_equal(
	    channel_send_wait(p.desk, MSG_SCAN_CANCEL, json_pack("{s:i}", "id", 1), -1),
	    ERR_OK);
	m = hear(&p, MSG_SCAN_PROGRESS);
	assert_int_equal(msg_uint(&m, "bytes"), 1000 + ERR_CLOSED);
	msg_done(&m);
	hear_result(&p, 1, "clean");
	give_set(&p, 2, 3, 3, true);
	assert_int_equal(
	    channel_send_wait(p.desk, MSG_SCAN_CANCEL, json_pack("{s:i}", "id", 2), -1),
	    ERR_OK);
	hear_result(&p, 2, "clean");
	assert_int_equal(end(&p), 0);
}

static void
a_set_that_could_be_changed_is_an_error(void **state)
{
	(void)state;
	struct peer p;
	start(&p, &set_ops);
	give_set(&p, 1, 4, 4, false);
	hear_result(&p, 1, "error");
	give_set(&p, 2, 4, 5, true);
	hear_result(&p, 2, "error");
	give_set(&p, 3, 4, 4, true);
	hear_result(&p, 3, "clean");
	assert_int_equal(end(&p), 0);
}

static void
nobody_gets_what_is_not_for_him(void **state)
{
	(void)state;
	struct peer p;
	struct msg m;
	start(&p, &object_ops);
	give_set(&p, 1, 1, 1, true);
	assert_int_equal(channel_recv_wait(p.desk, &m, 20000), ERR_CLOSED);
	assert_int_equal(end(&p), 3);
	start(&p, &set_ops);
	give(&p, 1, digest, "c");
	assert_int_equal(channel_recv_wait(p.desk, &m, 20000), ERR_CLOSED);
	assert_int_equal(end(&p), 3);
}

/* --- facts and children --------------------------------------------------------------------
 */

/* So many facts, then the verdict. */
static void
expect_facts(struct peer *p, unsigned id, const char *text, unsigned facts, const char *verdict)
{
	give(p, id, digest, text);
	for (unsigned i = 0; i < facts; i++) {
		struct msg m = hear(p, MSG_SCAN_FACT);
		msg_done(&m);
	}
	hear_result(p, id, verdict);
}

static void
facts_have_limits(void **state)
{
	(void)state;
	struct peer p;
	start(&p, &object_ops);
	expect_facts(&p, 1, "l", 1, "clean");      /* LIM_FACT_BYTES */
	expect_facts(&p, 2, "L", 0, "incomplete"); /* and one more */
	expect_facts(&p, 3, "E", 0, "incomplete");
	expect_facts(&p, 4, "m", LIM_SCAN_FACTS, "clean");
	expect_facts(&p, 5, "M", LIM_SCAN_FACTS, "incomplete");
	give(&p, 6, digest, "e");
	struct msg m = hear(&p, MSG_SCAN_FACT);
	assert_string_equal(msg_str(&m, "value"), "\\x00\\x1B\\\\");
	msg_done(&m);
	hear_result(&p, 6, "clean");
	assert_int_equal(end(&p), 0);
}

static void
hear_frame(struct peer *p, enum frame_kind kind, uint64_t child, const char *bytes)
{
	uint8_t head[FRAME_HEADER_BYTES], body[16];
	assert_int_equal(io_read_all(p->children, head, sizeof(head)), ERR_OK);
	struct frame f = frame_get(head);
	assert_int_equal(f.kind, kind);
	assert_int_equal(f.item, child);
	assert_int_equal(f.len_bytes, strlen(bytes));
	if (f.len_bytes > 0)
		assert_int_equal(io_read_all(p->children, body, f.len_bytes), ERR_OK);
	assert_memory_equal(body, bytes, strlen(bytes));
}

static void
children_are_told_and_their_bytes_follow(void **state)
{
	(void)state;
	static const struct {
		const char *name, *kind, *why;
		unsigned size, mode;
	} want[] = {{"ZP8=", "directory", "", 0, 0755}, {"aw==", "file", "encrypted", 7, 0},
	    {"Zg==", "file", "", 5, 0}, {"Zg==", "file", "", 5, 0}};
	struct peer p;
	start(&p, &object_ops);
	give(&p, 1, digest, "c");
	for (unsigned i = 0; i < 4; i++) {
		struct msg m = hear(&p, MSG_SCAN_CHILD);
		assert_int_equal(msg_uint(&m, "child"), i + 1);
		assert_string_equal(msg_str(&m, "name"), want[i].name);
		assert_string_equal(msg_str(&m, "kind"), want[i].kind);
		assert_string_equal(msg_str(&m, "why"), want[i].why);
		assert_int_equal(msg_uint(&m, "size"), want[i].size);
		assert_int_equal(msg_uint(&m, "mode"), want[i].mode);
		msg_done(&m);
	}
	hear_frame(&p, FRAME_BEGIN, 3, "");
	hear_frame(&p, FRAME_DATA, 3, "hello");
	hear_frame(&p, FRAME_END, 3, "");
	hear_frame(&p, FRAME_BEGIN, 4, "");
	hear_frame(&p, FRAME_ABORT, 4, "");
	hear_result(&p, 1, "clean");
	give(&p, 2, digest, "r");
	struct msg m = hear(&p, MSG_SCAN_PROGRESS);
	assert_int_equal(
	    msg_uint(&m, "bytes"), 1); /* room, depth, type and MIME came with it */
	msg_done(&m);
	hear_result(&p, 2, "clean");
	assert_int_equal(end(&p), 0);
}

/* --- reading a set
 * ---------------------------------------------------------------------------- */

#define HEX "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define FILE_LINE                                                             \
	"{\"path\":\"YQ==\",\"inside\":[\"Yg==\",\"/w==\"],\"sha256\":\"" HEX \
	"\",\"size\":7,\"type\":\"zip\"}\n"
#define FACT_LINE \
	"{\"sha256\":\"" HEX "\",\"scanner\":\"type\",\"key\":\"k\",\"value\":\"v\"}\n"

static struct set *
open_set(const char *text, size_t n, int *fd)
{
	assert_int_equal(io_memfd("set", text, n, fd), ERR_OK);
	return set_open(*fd, n);
}

static void
a_set_is_read_line_by_line(void **state)
{
	(void)state;
	static const char text[] = FILE_LINE FACT_LINE FILE_LINE;
	const struct set_row *row;
	int fd;
	struct set *set = open_set(text, sizeof(text) - 1, &fd);
	assert_int_equal(set_next(set, &row), ERR_OK);
	assert_false(row->is_fact);
	assert_string_equal(row->sha256, HEX);
	assert_int_equal(row->path.len, 1);
	assert_memory_equal(row->path.bytes, "a", 1);
	assert_int_equal(row->ninside, 2);
	assert_memory_equal(row->inside[1].bytes, "\xff", 1);
	assert_int_equal(row->size_bytes, 7);
	assert_string_equal(row->type, "zip");
	assert_int_equal(set_next(set, &row), ERR_OK);
	assert_true(row->is_fact);
	assert_string_equal(row->scanner, "type");
	assert_string_equal(row->key, "k");
	assert_string_equal(row->value, "v");
	assert_int_equal(set_next(set, &row), ERR_OK);
	assert_int_equal(set_next(set, &row), ERR_NOTFOUND);
	assert_int_equal(set_next(set, &row), ERR_NOTFOUND);
	set_free(set);
	close(fd);
}

static void
what_is_no_set(void **state)
{
	(void)state;
	static const struct {
		const char *what, *text;
	} cases[] = {
	    {"no line", "\n"},
	    {"no JSON", "{\n"},
	    {"a line without its end", "{}"},
	    {"no object", "[]\n"},
	    {"no digest", "{\"key\":\"k\",\"value\":\"v\",\"scanner\":\"s\",\"size\":1}\n"},
	    {"short digest",
		"{\"sha256\":\"00\",\"key\":\"k\",\"value\":\"v\",\"scanner\":\"s\"}\n"},
	    {"key twice", "{\"sha256\":\"" HEX "\",\"sha256\":\"" HEX
			  "\",\"key\":\"k\",\"value\":\"v\",\"scanner\":\"s\"}\n"},
	    {"a fact with more",
		"{\"sha256\":\"" HEX
		"\",\"key\":\"k\",\"value\":\"v\",\"scanner\":\"s\",\"x\":1}\n"},
	    {"a path that is no base64", "{\"path\":\"Y\",\"inside\":[],\"sha256\":\"" HEX
					 "\",\"size\":7,\"type\":\"zip\"}\n"},
	    {"inside is a text", "{\"path\":\"YQ==\",\"inside\":\"\",\"sha256\":\"" HEX
				 "\",\"size\":7,\"type\":\"zip\"}\n"},
	    {"inside is a number", "{\"path\":\"YQ==\",\"inside\":[1],\"sha256\":\"" HEX
				   "\",\"size\":7,\"type\":\"zip\"}\n"},
	    {"a negative size", "{\"path\":\"YQ==\",\"inside\":[],\"sha256\":\"" HEX
				"\",\"size\":-1,\"type\":\"zip\"}\n"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct set_row *row;
		int fd;
		struct set *set = open_set(cases[i].text, strlen(cases[i].text), &fd);
		if (set_next(set, &row) != ERR_SYNTAX)
			fail_msg("%s", cases[i].what);
		set_free(set);
		close(fd);
	}
}

static void
length_of_a_line(void **state)
{
	(void)state;
	for (size_t more = 0; more < 2; more++) {
		static const char end_of_it[] =
		    "\",\"scanner\":\"s\",\"key\":\"k\",\"sha256\":\"" HEX "\"}\n";
		static const char begin[] = "{\"value\":\"";
		const size_t n = LIM_SET_LINE_BYTES + 1 + more;
		MEM_FREE char *text = mem_alloc(n + 1);
		const struct set_row *row;
		int fd;
		memset(text, 'x', n);
		memcpy(text, begin, strlen(begin));
		memcpy(text + n - strlen(end_of_it), end_of_it, strlen(end_of_it));
		struct set *set = open_set(text, n, &fd);
		assert_int_equal(set_next(set, &row), more == 0 ? ERR_OK : ERR_LIMIT);
		set_free(set);
		/* it is shorter than was said */
		set = set_open(fd, n + 1);
		if (more == 0) {
			assert_int_equal(set_next(set, &row), ERR_OK);
			assert_int_equal(set_next(set, &row), ERR_IO);
		}
		set_free(set);
		close(fd);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_set_is_answered_for_each_and_for_all),
	    cmocka_unit_test(an_object_of_the_set_is_asked_for),
	    cmocka_unit_test(another_object_than_was_asked_for_ends_it),
	    cmocka_unit_test(a_set_nobody_wants_any_more_is_answered),
	    cmocka_unit_test(a_set_that_could_be_changed_is_an_error),
	    cmocka_unit_test(nobody_gets_what_is_not_for_him),
	    cmocka_unit_test(facts_have_limits),
	    cmocka_unit_test(children_are_told_and_their_bytes_follow),
	    cmocka_unit_test(a_set_is_read_line_by_line),
	    cmocka_unit_test(what_is_no_set),
	    cmocka_unit_test(length_of_a_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

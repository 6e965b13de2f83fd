/* links: src/proc/rescan/crew scanners/manifest src/core/canon src/core/digest src/core/finding src/core/item src/core/policy src/core/field src/core/fieldrule src/core/setting src/core/verdict src/ipc/channel src/ipc/loop src/ipc/msg src/ipc/message src/base/buf src/base/clock src/base/err src/base/escape src/base/hex src/base/io src/base/log src/base/mem src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* Scanners at release that break every rule: none of them is believed, none is waited for. */
#include "src/base/io.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/ipc/channel.h"
#include "src/proc/rescan/crew.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define FIRST_FD 200 /* of the crew's descriptors */

/* What a played scanner does with the object that is none of the self-test. */
enum trick {
	HONEST,
	FOUND,
	NEVER_READY,
	OTHER_NAME,
	UNFIT,
	BLIND,        /* calls the known bad clean */
	SUSPECTS_ALL, /* and the known good malicious */
	SILENT,
	DIES,
	TWICE,
	OTHER_ID,
	OTHER_SHA256,
	BEFORE_READY,
	CHANGES,
	CHILD,
	FLOOD,
	OTHERS_FINDING,
	ODD_VERDICT,
	ODD_FINDING,
	NOT_PROTOCOL,
	TRICK__MAX
};

static const char manifest_text_[] =
    "name = \"fake\"; version = \"1\"; program = \"scan-fake\"; kind = \"av\"; scope = "
    "\"object\";"
    "window = 1; slots = 1; engine_socket = false; max_bytes = 100L; timeout_base_ms = 1500;"
    "timeout_per_mib_ms = 0; stall_ms = 0; selftest = true;";

/* --- the scanner ---------------------------------------------------------------------------
 */

static void
say_result(struct channel *c, const struct msg *m, uint64_t id, const char *verdict, bool other)
{
	channel_send_wait(c, MSG_SCAN_RESULT,
	    json_pack("{s:I,s:s,s:s,s:s,s:I,s:I,s:I}", "id", (json_int_t)id, "sha256",
		other ? "00000000000000000000000000000000000000000000000000000000000000ff"
		      : msg_str(m, "sha256"),
		"verdict", verdict, "why", "", "bytes", (json_int_t)msg_uint(m, "size"), "read",
		(json_int_t)msg_uint(m, "size"), "elapsed_ms", (json_int_t)0),
	    -1);
}

static void
say_finding(struct channel *c, const struct msg *m, enum trick t)
{
	json_t *f = json_pack("{s:I,s:s,s:s,s:s,s:s,s:s}", "id", (json_int_t)msg_uint(m, "id"),
	    "rule", "fake/rule", "class", t == ODD_FINDING ? "harmless" : "malware", "severity",
	    t == ODD_FINDING ? "none" : "critical", "title", "Known malware", "detail",
	    "\033[2J");
	if (t == OTHERS_FINDING)
		json_object_set_new(f, "sha256", json_string(msg_str(m, "sha256")));
	channel_send_wait(c, MSG_SCAN_FINDING, f, -1);
}

static void
do_trick(struct channel *c, const struct msg *m, enum trick t)
{
	uint64_t id = msg_uint(m, "id");
	if (t == DIES)
		_exit(0);
	if (t == NOT_PROTOCOL)
		(void)send(channel_fd(c), "{\"m\":\"scan.nonsense\"}", 21, 0);
	if (t == CHANGES)
		channel_send_wait(c, MSG_SCAN_CHANGED,
		    json_pack("{s:s,s:s,s:s}", "engine", "e", "signatures", "2",
			"signature_date", ""),
		    -1);
	if (t == CHILD)
		channel_send_wait(c, MSG_SCAN_CHILD,
		    json_pack("{s:I,s:i,s:s,s:s,s:i,s:i,s:s,s:s}", "id", (json_int_t)id,
			"child", 1, "name", "", "kind", "file", "size", 0, "mode", 0, "link",
			"", "why", ""),
		    -1);
	if (t == FOUND || t == OTHERS_FINDING || t == ODD_FINDING)
		say_finding(c, m, t);
	for (int i = 0; t == FLOOD && i < LIM_FINDINGS + 1; i++)
		say_finding(c, m, t);
	if (t == SILENT)
		return;
	say_result(c, m, id + (t == OTHER_ID), t == ODD_VERDICT ? "cleanish" : "clean",
	    t == OTHER_SHA256);
	if (t == TWICE)
		say_result(c, m, id, "clean", false);
}

_Noreturn static void
scanner_main(enum trick t, int desk_fd, int vault_fd)
{
	struct channel *desk = channel_new(desk_fd, ROLE_SCANNER, ROLE_DESK);
	struct channel *vault = channel_new(vault_fd, ROLE_SCANNER, ROLE_VAULT);
	struct msg m;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	channel_hello(desk, "fake", true);
	channel_hello(vault, "fake", true);
	channel_greet(desk, 20000, NULL);
	channel_greet(vault, 20000, NULL);
	if (t == BEFORE_READY)
		channel_send_wait(
		    desk, MSG_SCAN_PROGRESS, json_pack("{s:i,s:i}", "id", 1, "bytes", 1), -1);
	if (t == UNFIT)
		channel_send_wait(
		    desk, MSG_SCAN_UNFIT, json_pack("{s:s}", "why", "no signatures"), -1);
	else if (t == NEVER_READY)
		_exit(0);
	else
		channel_send_wait(desk, MSG_SCAN_READY,
		    json_pack("{s:s,s:s,s:s,s:s,s:s,s:i,s:i}", "name",
			t == OTHER_NAME ? "other" : "fake", "version", "1", "engine", "Fake 1",
			"signatures", "1", "signature_date", "", "window", 1, "max_bytes", 0),
		    -1);
	for (; channel_recv_wait(vault, &m, -1) == ERR_OK; msg_done(&m)) {
		uint8_t *bytes;
		size_t n;
		if (io_slurp(m.fd, 1 << 20, &bytes, &n) != ERR_OK)
			_exit(1);
		bool bad = strstr((const char *)bytes, "EICAR") != NULL;
		bool good = strstr((const char *)bytes, "is fit") != NULL;
		free(bytes);
		if (bad)
			say_result(desk, &m, msg_uint(&m, "id"),
			    t == BLIND ? "clean" : "malicious", false);
		else if (good)
			say_result(desk, &m, msg_uint(&m, "id"),
			    t == SUSPECTS_ALL ? "malicious" : "clean", false);
		else
			do_trick(desk, &m, t);
	}
	_exit(0);
}

/* --- the crew
 * --------------------------------------------------------------------------------- */

struct heard {
	unsigned findings;
	struct finding last;
	char detail[64];
};

static void
on_finding(void *arg, const struct finding *f)
{
	struct heard *h = arg;
	h->findings++;
	h->last = *f;
	snprintf(h->detail, sizeof(h->detail), "%s", f->detail);
}

static void
on_waiting(void *arg)
{
	(void)arg;
}

static struct crew *
crew_of(enum trick t, struct heard *h)
{
	static const struct crew_events events = {on_finding, on_waiting};
	int desk[2], vault[2], manifest;
	char why[CREW_WHY_SIZE];
	assert_int_equal(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, desk));
	assert_int_equal(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, vault));
	if (fork() == 0) {
		close(desk[0]);
		close(vault[0]);
		scanner_main(t, desk[1], vault[1]);
	}
	close(desk[1]);
	close(vault[1]);
	assert_int_equal(
	    io_memfd("m", manifest_text_, strlen(manifest_text_), &manifest), ERR_OK);
	const int fds[] = {desk[0], vault[0], manifest};
	for (int i = 0; i < 3; i++) {
		assert_int_equal(dup2(fds[i], FIRST_FD + i), FIRST_FD + i);
		close(fds[i]);
	}
	*h = (struct heard){.findings = 0};
	struct crew *c = crew_new(FIRST_FD, 1, &events, h, why);
	assert_non_null(c);
	return c;
}

static bool
show(struct crew *c, size_t n, struct crew_said said[LIM_SCANNERS], char why[CREW_WHY_SIZE])
{
	char text[256] = "";
	struct crew_object o = {.size_bytes = n, .type = "text"};
	uint8_t digest[DIGEST_SIZE];
	int fd;
	assert_true(n < sizeof(text));
	memset(text, 'x', n);
	digest_sha256(text, n, digest);
	hex_encode(digest, sizeof(digest), o.sha256);
	assert_int_equal(io_memfd("o", text, n, &fd), ERR_OK);
	o.fds[0] = fd;
	memset(said, 0, LIM_SCANNERS * sizeof(said[0]));
	said[0].asked = true;
	bool ok = crew_show(c, &o, said, why);
	close(fd);
	return ok;
}

static void
who_keeps_the_rules_is_heard(void **state)
{
	struct crew_said said[LIM_SCANNERS];
	char why[CREW_WHY_SIZE] = "";
	struct heard h;
	(void)state;
	struct crew *c = crew_of(FOUND, &h);
	assert_true(crew_begin(c, why));
	assert_int_equal(h.findings, 0); /* what is found in a self-test is about nothing */
	assert_true(show(c, 5, said, why));
	assert_int_equal(said[0].verdict, VERDICT_CLEAN);
	assert_int_equal(said[0].read_bytes, 5);
	assert_int_equal(h.findings, 1);
	assert_int_equal(h.last.class, FINDING_MALWARE);
	assert_string_equal(h.detail, "\\x1B[2J");
	/* above its limit: it is not given it, and nobody has looked */
	assert_true(show(c, 100, said, why));
	assert_int_equal(said[0].verdict, VERDICT_CLEAN);
	assert_true(show(c, 101, said, why));
	assert_int_equal(said[0].verdict, VERDICT_INCOMPLETE);
	assert_string_equal(said[0].why, VERDICT_TOO_LARGE);
	assert_true(crew_end(c, why));
	json_t *rows = crew_rows(c);
	const json_t *row = json_array_get(rows, 0);
	assert_string_equal(json_string_value(json_object_get(row, "before")), "pass");
	assert_string_equal(json_string_value(json_object_get(row, "after")), "pass");
	assert_string_equal(json_string_value(json_object_get(row, "engine")), "Fake 1");
	assert_true(json_is_true(json_object_get(row, "sandbox")));
	json_decref(rows);
	crew_free(c);
}

static void
words_that_nobody_knows_count_as_the_worst(void **state)
{
	struct crew_said said[LIM_SCANNERS];
	char why[CREW_WHY_SIZE] = "";
	struct heard h;
	(void)state;
	struct crew *c = crew_of(ODD_VERDICT, &h);
	assert_true(crew_begin(c, why));
	assert_true(show(c, 5, said, why));
	assert_int_equal(said[0].verdict, VERDICT_ERROR);
	crew_free(c);
	c = crew_of(ODD_FINDING, &h);
	assert_true(crew_begin(c, why));
	assert_true(show(c, 5, said, why));
	assert_int_equal(h.last.class, FINDING_TAMPER);
	assert_int_equal(h.last.severity, FINDING_HIGH);
	crew_free(c);
}

static void
who_breaks_a_rule_ends_the_scan(void **state)
{
	static const struct {
		enum trick trick;
		bool begins; /* it is found out by an object only */
		const char *why;
	} cases[] = {
	    {NEVER_READY, false, "ended in the middle"},
	    {OTHER_NAME, false, "not the scanner its manifest names"},
	    {UNFIT, false, "no signatures"},
	    {BEFORE_READY, false, "does not have"},
	    {BLIND, false, "did not recognise the known-bad"},
	    {SUSPECTS_ALL, false, "did not pass the known-good"},
	    {SILENT, true, "no answer within the time"},
	    {DIES, true, "ended in the middle"},
	    {OTHER_ID, true, "does not have"},
	    {OTHER_SHA256, true, "it was not given"},
	    {CHANGES, true, "signatures changed"},
	    {CHILD, true, "no reason to say"},
	    {FLOOD, true, "more findings than"},
	    {OTHERS_FINDING, true, "it was not given"},
	    {NOT_PROTOCOL, true, "the scanner fake: "},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct crew_said said[LIM_SCANNERS];
		char why[CREW_WHY_SIZE] = "";
		struct heard h;
		struct crew *c = crew_of(cases[i].trick, &h);
		bool begun = crew_begin(c, why);
		if (begun != cases[i].begins)
			fail_msg("%d: begun %d: %s", (int)cases[i].trick, begun, why);
		if (begun && show(c, 5, said, why))
			fail_msg("%d: believed", (int)cases[i].trick);
		if (strstr(why, cases[i].why) == NULL || strstr(why, "fake") == NULL)
			fail_msg("%d: %s", (int)cases[i].trick, why);
		/* and nothing makes it good again */
		assert_false(crew_end(c, why));
		crew_free(c);
	}
}

/* A second answer comes when the object is another one, or none. */
static void
a_second_answer_ends_the_scan(void **state)
{
	struct crew_said said[LIM_SCANNERS];
	char why[CREW_WHY_SIZE] = "";
	struct heard h;
	(void)state;
	struct crew *c = crew_of(TWICE, &h);
	assert_true(crew_begin(c, why));
	if (show(c, 5, said, why))
		assert_false(show(c, 5, said, why) && crew_end(c, why));
	assert_non_null(strstr(why, "does not have"));
	crew_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(who_keeps_the_rules_is_heard),
	    cmocka_unit_test(words_that_nobody_knows_count_as_the_worst),
	    cmocka_unit_test(who_breaks_a_rule_ends_the_scan),
	    cmocka_unit_test(a_second_answer_ends_the_scan),
	};
	(void)signal(SIGPIPE, SIG_IGN);
	digest_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

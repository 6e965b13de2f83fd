/* links: scanners/adapter src/base/escape src/base/utf8 src/base/mem */
/* SPDX-License-Identifier: ISC */
/* What a command said, and what that is worth: nothing is clean without proof. */
#include "scanners/adapter.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define EXIT(n) ((n) << 8)

/* The adapter itself needs no skeleton. */
static struct {
	unsigned findings, facts;
	char rule[160], class[32], severity[32], title[600], detail[600], key[80], value[600];
} got;

static void
on_finding(void *arg, const struct scan_finding *f)
{
	(void)arg;
	got.findings++;
	snprintf(got.rule, sizeof(got.rule), "%s", f->rule);
	snprintf(got.class, sizeof(got.class), "%s", f->class);
	snprintf(got.severity, sizeof(got.severity), "%s", f->severity);
	snprintf(got.title, sizeof(got.title), "%s", f->title);
	snprintf(got.detail, sizeof(got.detail), "%.*s", (int)f->detail_len,
	    f->detail != NULL ? f->detail : "");
}

static void
on_fact(void *arg, const char *key, const char *value)
{
	(void)arg;
	got.facts++;
	snprintf(got.key, sizeof(got.key), "%s", key);
	snprintf(got.value, sizeof(got.value), "%s", value);
}

static const struct adapter_sink sink = {on_finding, on_fact, NULL};

static const struct adapter_exit exits[] = {
    {0, SCAN_CLEAN}, {1, SCAN_MALICIOUS}, {2, SCAN_ERROR}, {3, SCAN_NA}, {9, SCAN_INCOMPLETE}};

/* Of clamscan: the line that proves that something was looked at. */
static regex_t looked;
static const struct adapter_rules rules = {"site", exits, 5, &looked, true};

static int
set_up(void **state)
{
	(void)state;
	return regcomp(&looked, "^Scanned files: [1-9]", REG_EXTENDED | REG_NOSUB);
}

static int
tear_down(void **state)
{
	(void)state;
	regfree(&looked);
	return 0;
}

static struct adapter *
take(const char *out, size_t n, const char *err)
{
	static struct adapter a;
	memset(&got, 0, sizeof(got));
	adapter_begin(&a, &rules, &sink);
	adapter_take(&a, false, out, n);
	if (err != NULL)
		adapter_take(&a, true, err, strlen(err));
	return &a;
}

static enum scan_verdict
verdict(struct adapter *a, int wait_status, uint64_t read_bytes, char why[ADAPTER_WHY_SIZE])
{
	const struct adapter_end end = {wait_status, 0, 100, read_bytes};
	uint64_t ignored;
	return adapter_conclude(a, &end, why, &ignored);
}

static void
verdicts(void **state)
{
	static const struct {
		const char *what, *out;
		int wait_status;
		uint64_t read_bytes;
		enum scan_verdict v;
		const char *why;
	} cases[] = {
	    {"clean, and it says that it looked", "Scanned files: 1\n", EXIT(0), 100,
		SCAN_CLEAN, ""},
	    {"the proof is the last line, without an end", "x\nScanned files: 1", EXIT(0), 100,
		SCAN_CLEAN, ""},
	    {"exits 0 and prints OK", "OK\n", EXIT(0), 100, SCAN_ERROR,
		"the command ended as if all were well, and did not say what proves that it "
		"looked"},
	    {"exits 0 and prints nothing", "", EXIT(0), 100, SCAN_ERROR,
		"the command ended as if all were well, and did not say what proves that it "
		"looked"},
	    {"it looked at no file at all", "Scanned files: 0\n", EXIT(0), 100, SCAN_ERROR,
		"the command ended as if all were well, and did not say what proves that it "
		"looked"},
	    {"the proof is inside a line", "not Scanned files: 1\n", EXIT(0), 100, SCAN_ERROR,
		"the command ended as if all were well, and did not say what proves that it "
		"looked"},
	    {"clean, and it did not read its input", "Scanned files: 1\n", EXIT(0), 0,
		SCAN_INCOMPLETE, "the command read 0 of 100 bytes"},
	    {"clean, all but a byte", "Scanned files: 1\n", EXIT(0), 99, SCAN_INCOMPLETE,
		"the command read 99 of 100 bytes"},
	    {"what it found needs no proof", "", EXIT(1), 10, SCAN_MALICIOUS, ""},
	    {"its own error", "", EXIT(2), 100, SCAN_ERROR, "the command ended with status 2"},
	    {"na is what its table says", "", EXIT(3), 0, SCAN_NA, ""},
	    {"a status nobody explained", "Scanned files: 1\n", EXIT(4), 100, SCAN_ERROR,
		"the command ended with status 4, which its manifest does not know"},
	    {"not found, as shells say it", "Scanned files: 1\n", EXIT(127), 100, SCAN_ERROR,
		"the command ended with status 127, which its manifest does not know"},
	    {"a signal, whatever it had said", "Scanned files: 1\n", SIGSEGV, 100, SCAN_ERROR,
		"the command ended with signal 11"},
	    {"killed", "Scanned files: 1\n", SIGKILL, 100, SCAN_ERROR,
		"the command ended with signal 9"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char why[ADAPTER_WHY_SIZE];
		struct adapter *a = take(cases[i].out, strlen(cases[i].out), NULL);
		enum scan_verdict v =
		    verdict(a, cases[i].wait_status, cases[i].read_bytes, why);
		if (v != cases[i].v || strcmp(why, cases[i].why) != 0)
			fail_msg("%s: %d, \"%s\"", cases[i].what, v, why);
	}
}

static void
lines(void **state)
{
	static const struct {
		const char *what, *out;
		unsigned findings, facts;
		bool ok;
	} cases[] = {
	    {"a finding", "finding high malware eicar The test file\n", 1, 0, true},
	    {"with a detail", "finding low policy a/b T\td\n", 1, 0, true},
	    {"a fact", "fact media.codec h264\n", 0, 1, true},
	    {"others mean nothing", "Finding high\nfindings: 3\n\nfact\n", 0, 0, true},
	    {"no such severity", "finding awful malware r T\n", 0, 0, false},
	    {"no such class", "finding high badness r T\n", 0, 0, false},
	    {"no title", "finding high malware r\n", 0, 0, false},
	    {"no title, a blank", "finding high malware r \n", 0, 0, false},
	    {"a detail alone", "finding high malware r \td\n", 0, 0, false},
	    {"a rule with an escape", "finding high malware r\033[m T\n", 0, 0, false},
	    {"two blanks", "finding  high malware r T\n", 0, 0, false},
	    {"a fact without a value", "fact key\n", 0, 0, false},
	    {"a key in capitals", "fact KEY v\n", 0, 0, false},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char why[ADAPTER_WHY_SIZE];
		struct adapter *a = take(cases[i].out, strlen(cases[i].out), NULL);
		enum scan_verdict v = verdict(a, EXIT(1), 100, why);
		if (got.findings != cases[i].findings || got.facts != cases[i].facts ||
		    (v == SCAN_MALICIOUS) != cases[i].ok)
			fail_msg("%s: %u findings, %u facts, \"%s\"", cases[i].what,
			    got.findings, got.facts, why);
	}
	take("finding critical code-exec a.b A title of words\tand a detail\n", 62, NULL);
	assert_string_equal(got.rule, "site/a.b");
	assert_string_equal(got.severity, "critical");
	assert_string_equal(got.class, "code-exec");
	assert_string_equal(got.title, "A title of words");
	assert_string_equal(got.detail, "and a detail");
	take("fact a.key its value\n", 21, NULL);
	assert_string_equal(got.key, "a.key");
	assert_string_equal(got.value, "its value");
}

/* A NUL hides what stands behind it from every string function: such a line proves nothing. */
static void
nul(void **state)
{
	char why[ADAPTER_WHY_SIZE];
	(void)state;
	struct adapter *a = take("Scanned files: 1\0 no\n", 21, NULL);
	assert_int_equal(verdict(a, EXIT(0), 100, why), SCAN_ERROR);
	a = take("finding low policy r T\0\n", 24, NULL);
	assert_int_equal(verdict(a, EXIT(1), 100, why), SCAN_ERROR);
	assert_string_equal(why, "line 1 of its output has not the form it needs");
}

/* Output comes in pieces that end anywhere. */
static void
pieces(void **state)
{
	static const char text[] = "finding low policy r T\nfact k v\nScanned files: 1\n";
	struct adapter a;
	char why[ADAPTER_WHY_SIZE];
	(void)state;
	for (size_t step = 1; step < sizeof(text); step++) {
		memset(&got, 0, sizeof(got));
		adapter_begin(&a, &rules, &sink);
		for (size_t at = 0; at < sizeof(text) - 1; at += step)
			adapter_take(&a, false, text + at,
			    step < sizeof(text) - 1 - at ? step : sizeof(text) - 1 - at);
		assert_int_equal(got.findings, 1);
		assert_int_equal(got.facts, 1);
		assert_int_equal(verdict(&a, EXIT(0), 100, why), SCAN_CLEAN);
	}
}

static void
line_limit(void **state)
{
	char text[LIM_ADAPTER_LINE + 3], why[ADAPTER_WHY_SIZE];
	(void)state;
	for (size_t more = 0; more < 2; more++) {
		memset(text, 'x', sizeof(text));
		memcpy(text, "Scanned files: 1", 16);
		text[LIM_ADAPTER_LINE + more] = '\n';
		struct adapter *a = take(text, LIM_ADAPTER_LINE + more + 1, NULL);
		assert_int_equal(
		    verdict(a, EXIT(0), 100, why), more == 0 ? SCAN_CLEAN : SCAN_ERROR);
		memset(text, 'x', sizeof(text));
		memcpy(text, "finding low policy r ", 21);
		text[LIM_ADAPTER_LINE + more] = '\n';
		a = take(text, LIM_ADAPTER_LINE + more + 1, NULL);
		assert_int_equal(got.findings, more == 0);
		assert_int_equal(
		    verdict(a, EXIT(1), 100, why), more == 0 ? SCAN_MALICIOUS : SCAN_ERROR);
	}
}

static void
output_limit(void **state)
{
	char *text = malloc(LIM_ADAPTER_OUTPUT), why[ADAPTER_WHY_SIZE];
	(void)state;
	memset(text, '\n', LIM_ADAPTER_OUTPUT);
	memcpy(text, "Scanned files: 1", 16);
	struct adapter *a = take(text, LIM_ADAPTER_OUTPUT, NULL);
	assert_int_equal(verdict(a, EXIT(0), 100, why), SCAN_CLEAN);
	a = take(text, LIM_ADAPTER_OUTPUT, NULL);
	/* both streams count */
	assert_false(adapter_take(a, true, "x", 1));
	assert_int_equal(verdict(a, EXIT(0), 100, why), SCAN_ERROR);
	assert_non_null(strstr(why, "said more than 4194304 bytes"));
	free(text);
}

/* Its last words help who has to mend it; they are hostile. */
static void
last_words(void **state)
{
	char why[ADAPTER_WHY_SIZE];
	(void)state;
	struct adapter *a = take("", 0, "first\ncannot open \033[2Jrules\n");
	assert_int_equal(verdict(a, EXIT(2), 100, why), SCAN_ERROR);
	assert_string_equal(why, "the command ended with status 2: cannot open \\x1B[2Jrules");
	/* the proof may come on standard error */
	a = take("", 0, "Scanned files: 1\n");
	assert_int_equal(verdict(a, EXIT(0), 100, why), SCAN_CLEAN);
	/* findings may not */
	a = take("", 0, "finding high malware r T\nScanned files: 1\n");
	assert_int_equal(got.findings, 0);
}

static void
not_started(void **state)
{
	struct adapter *a = take("Scanned files: 1\n", 17, NULL);
	const struct adapter_end end = {EXIT(0), ENOENT, 100, 100};
	char why[ADAPTER_WHY_SIZE];
	uint64_t read_bytes;
	(void)state;
	assert_int_equal(adapter_conclude(a, &end, why, &read_bytes), SCAN_ERROR);
	assert_string_equal(why, "the command cannot be started: No such file or directory");
}

/* Coverage is never more than there is. */
static void
coverage(void **state)
{
	struct adapter *a = take("Scanned files: 1\n", 17, NULL);
	const struct adapter_end end = {EXIT(0), 0, 100, 4096};
	char why[ADAPTER_WHY_SIZE];
	uint64_t read_bytes = 0;
	(void)state;
	assert_int_equal(adapter_conclude(a, &end, why, &read_bytes), SCAN_CLEAN);
	assert_int_equal(read_bytes, 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(verdicts),
	    cmocka_unit_test(lines),
	    cmocka_unit_test(nul),
	    cmocka_unit_test(pieces),
	    cmocka_unit_test(line_limit),
	    cmocka_unit_test(output_limit),
	    cmocka_unit_test(last_words),
	    cmocka_unit_test(not_started),
	    cmocka_unit_test(coverage),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}

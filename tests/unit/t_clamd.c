/* links: scanners/clamd src/base/clock src/base/escape src/base/utf8 src/base/mem */
/* SPDX-License-Identifier: ISC */
#include "scanners/clamd.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static void
replies(void **state)
{
	(void)state;
	static const struct {
		const char *what, *in;
		enum err e;
		unsigned id;
		enum clamd_kind kind;
		const char *text;
	} cases[] = {
	    {"clean", "3: fd[11]: OK", ERR_OK, 3, CLAMD_OK, "OK"},
	    {"found", "12: fd[7]: Win.Test.EICAR_HDB-1 FOUND", ERR_OK, 12, CLAMD_FOUND,
		"Win.Test.EICAR_HDB-1"},
	    {"name with spaces and colons", "1: fd[7]: a: OK b FOUND", ERR_OK, 1, CLAMD_FOUND,
		"a: OK b"},
	    {"name that ends like clean", "1: fd[7]: x: OK FOUND", ERR_OK, 1, CLAMD_FOUND,
		"x: OK"},
	    {"error", "4: fd[9]: Can't allocate memory ERROR", ERR_OK, 4, CLAMD_ERROR,
		"Can't allocate memory"},
	    {"error without descriptor", "4: No file descriptor received. ERROR", ERR_OK, 4,
		CLAMD_ERROR, "No file descriptor received."},
	    {"clean without descriptor is no clean", "4: OK", ERR_OK, 4, CLAMD_TEXT, "OK"},
	    {"clean with more is no clean", "4: fd[9]: OK really", ERR_OK, 4, CLAMD_TEXT,
		"OK really"},
	    {"pong", "2: PONG", ERR_OK, 2, CLAMD_TEXT, "PONG"},
	    {"no number", "fd[9]: OK", ERR_SYNTAX, 0, CLAMD_OK, NULL},
	    {"empty", "", ERR_SYNTAX, 0, CLAMD_OK, NULL},
	    {"number too long", "1234567890: PONG", ERR_SYNTAX, 0, CLAMD_OK, NULL},
	    {"no space", "1:PONG", ERR_SYNTAX, 0, CLAMD_OK, NULL},
	    {"descriptor without end", "1: fd[9", ERR_SYNTAX, 0, CLAMD_OK, NULL},
	    {"time-out of the session", "COMMAND READ TIMED OUT", ERR_SYNTAX, 0, CLAMD_OK,
		NULL},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct clamd_reply r = {99, CLAMD_TEXT, NULL, 0};
		enum err e = clamd_parse(cases[i].in, strlen(cases[i].in), &r);
		if (e != cases[i].e)
			fail_msg("%s: %d", cases[i].what, e);
		if (e != ERR_OK)
			continue;
		if (r.id != cases[i].id || r.kind != cases[i].kind ||
		    r.len != strlen(cases[i].text) || memcmp(r.text, cases[i].text, r.len) != 0)
			fail_msg(
			    "%s: %u %d %.*s", cases[i].what, r.id, r.kind, (int)r.len, r.text);
	}
}

/* R3: what the engine did not read is never clean, and never called malware. */
static void
meanings(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		enum scan_verdict verdict;
	} cases[] = {
	    {"Heuristics.Limits.Exceeded.MaxFileSize", SCAN_INCOMPLETE},
	    {"Heuristics.Limits.Exceeded.MaxScanTime", SCAN_INCOMPLETE},
	    {"Heuristics.Encrypted.Zip", SCAN_INCOMPLETE},
	    {"Heuristics.Encrypted.PDF", SCAN_INCOMPLETE},
	    {"Heuristics.Broken.Executable", SCAN_INVALID},
	    {"Heuristics.OLE2.ContainsMacros.VBA", SCAN_SUSPICIOUS},
	    {"PUA.Win.Packer.Upx", SCAN_SUSPICIOUS},
	    {"Heuristics.Phishing.Email", SCAN_MALICIOUS},
	    {"Sallyport.Test.Eicar.UNOFFICIAL", SCAN_MALICIOUS},
	    {"", SCAN_MALICIOUS},
	    {"(null)", SCAN_MALICIOUS},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (clamd_meaning(cases[i].name, strlen(cases[i].name))->verdict !=
		    cases[i].verdict)
			fail_msg("%s", cases[i].name);
}

static void
versions(void **state)
{
	(void)state;
	static const struct {
		const char *in, *engine, *signatures, *date;
	} cases[] = {
	    {"ClamAV 1.4.6/27000/Thu Nov 21 09:31:02 2024", "ClamAV 1.4.6", "27000",
		"2024-11-21T09:31:02Z"},
	    {"ClamAV 1.4.6/27000/Thu Nov  1 09:31:02 2024", "ClamAV 1.4.6", "27000",
		"2024-11-01T09:31:02Z"},
	    {"ClamAV 1.4.6", "ClamAV 1.4.6", "", ""},
	    {"ClamAV 1.4.6/27000", "ClamAV 1.4.6", "27000", ""},
	    {"ClamAV 1.4.6/27000/yesterday", "ClamAV 1.4.6", "27000", ""},
	    {"ClamAV 1.4.6/27000/Thu Xyz 21 09:31:02 2024", "ClamAV 1.4.6", "27000", ""},
	    {"ClamAV 1.4.6/27000/Thu Feb 30 09:31:02 2024", "ClamAV 1.4.6", "27000", ""},
	    {"Clam\x1b[2J/1", "Clam\\x1B[2J", "1", ""},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scan_about a = {"", "", ""};
		clamd_version(cases[i].in, strlen(cases[i].in), &a);
		assert_string_equal(a.engine, cases[i].engine);
		assert_string_equal(a.signatures, cases[i].signatures);
		assert_string_equal(a.signature_date, cases[i].date);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(replies),
	    cmocka_unit_test(meanings),
	    cmocka_unit_test(versions),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

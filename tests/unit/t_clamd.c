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
	    {"only a number", "7", ERR_SYNTAX, 0, CLAMD_OK, NULL},
	    {"number and colon", "7:", ERR_SYNTAX, 0, CLAMD_OK, NULL},
	    {"nothing behind the number", "7: ", ERR_OK, 7, CLAMD_TEXT, ""},
	    {"number of nine digits", "999999999: PONG", ERR_OK, 999999999, CLAMD_TEXT, "PONG"},
	    {"negative number", "-1: fd[1]: OK", ERR_SYNTAX, 0, CLAMD_OK, NULL},
	    {"white space before the number", " 1: fd[1]: OK", ERR_SYNTAX, 0, CLAMD_OK, NULL},
	    {"line feed behind clean is no clean", "1: fd[1]: OK\n", ERR_OK, 1, CLAMD_TEXT,
		"OK\n"},
	    {"white space behind clean is no clean", "1: fd[1]: OK ", ERR_OK, 1, CLAMD_TEXT,
		"OK "},
	    {"small letters are no clean", "1: fd[1]: ok", ERR_OK, 1, CLAMD_TEXT, "ok"},
	    {"clean of a stream is no answer to a descriptor", "1: stream: OK", ERR_OK, 1,
		CLAMD_TEXT, "stream: OK"},
	    {"found of a path is no answer to a descriptor", "1: /etc/x: Y FOUND", ERR_OK, 1,
		CLAMD_TEXT, "/etc/x: Y FOUND"},
	    {"found without a name", "1: fd[1]:  FOUND", ERR_OK, 1, CLAMD_FOUND, ""},
	    {"only the word found", "1: fd[1]: FOUND", ERR_OK, 1, CLAMD_TEXT, "FOUND"},
	    {"found and clean", "1: fd[1]: A FOUND OK", ERR_OK, 1, CLAMD_TEXT, "A FOUND OK"},
	    {"clean and found", "1: fd[1]: OK FOUND", ERR_OK, 1, CLAMD_FOUND, "OK"},
	    {"error and found", "1: fd[1]: E ERROR FOUND", ERR_OK, 1, CLAMD_FOUND, "E ERROR"},
	    {"escape sequence in a name", "1: fd[1]: \x1b[2J FOUND", ERR_OK, 1, CLAMD_FOUND,
		"\x1b[2J"},
	    {"descriptor in a name", "1: fd[1]: fd[2]: OK", ERR_OK, 1, CLAMD_TEXT, "fd[2]: OK"},
	    {"the engine was given no memory", "1: fd[1]: Can't allocate memory ERROR", ERR_OK,
		1, CLAMD_ERROR, "Can't allocate memory"},
	    {"the engine was given a folder", "1: fd[1]: Not a regular file. ERROR", ERR_OK, 1,
		CLAMD_ERROR, "Not a regular file."},
	    {"nobody knows the command", "1: UNKNOWN COMMAND", ERR_OK, 1, CLAMD_TEXT,
		"UNKNOWN COMMAND"},
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
		const char *why;
	} cases[] = {
	    {"Heuristics.Limits.Exceeded.MaxFileSize", SCAN_INCOMPLETE, "size-limit"},
	    {"Heuristics.Limits.Exceeded.MaxScanSize", SCAN_INCOMPLETE, "size-limit"},
	    {"Heuristics.Limits.Exceeded.MaxFiles", SCAN_INCOMPLETE, "size-limit: MaxFiles"},
	    {"Heuristics.Limits.Exceeded.MaxRecursion", SCAN_INCOMPLETE,
		"size-limit: MaxRecursion"},
	    {"Heuristics.Limits.Exceeded.MaxScanTime", SCAN_INCOMPLETE,
		"size-limit: MaxScanTime"},
	    {"Heuristics.Limits.Exceeded.EmailHeaders", SCAN_INCOMPLETE,
		"a limit of the engine"},
	    {"Heuristics.Limits.Exceeded", SCAN_INCOMPLETE, "a limit of the engine"},
	    {"Heuristics.XZ.DicSizeLimit", SCAN_INCOMPLETE, "a limit of the engine"},
	    {"Heuristics.Encrypted.Zip", SCAN_INCOMPLETE, "encrypted"},
	    {"Heuristics.Encrypted.PDF", SCAN_INCOMPLETE, "encrypted"},
	    {"Heuristics.Broken.Executable", SCAN_INVALID, "broken"},
	    {"Heuristics.Broken.Media.GIF.TruncatedExtension", SCAN_INVALID, "broken"},
	    {"Heuristics.BoundsCheck", SCAN_INVALID, "broken"},
	    {"Heuristics.Zip.OverlappingFiles", SCAN_SUSPICIOUS, "overlapping files"},
	    {"Heuristics.MBRPartitionnIntersect", SCAN_SUSPICIOUS, "overlapping partitions"},
	    {"Heuristics.GPTPartitionIntersection", SCAN_SUSPICIOUS, "overlapping partitions"},
	    {"Heuristics.APMPartitionIntersection", SCAN_SUSPICIOUS, "overlapping partitions"},
	    {"Heuristics.OLE2.ContainsMacros.VBA", SCAN_SUSPICIOUS, "macros"},
	    {"Heuristics.PDF.ObfuscatedNameObject", SCAN_SUSPICIOUS, "obfuscated"},
	    {"Heuristics.Phishing.Email.SpoofedDomain", SCAN_SUSPICIOUS, "phishing"},
	    {"Heuristics.Structured.SSN", SCAN_SUSPICIOUS, "personal data"},
	    {"PUA.Win.Packer.Upx", SCAN_SUSPICIOUS, "unwanted"},
	    {"Heuristics.W32.Kriz", SCAN_MALICIOUS, ""},
	    {"Heuristics.Exploit.W32.MS05-002", SCAN_MALICIOUS, ""},
	    {"heuristics.limits.exceeded.maxfilesize", SCAN_MALICIOUS, ""},
	    {"BC.Heuristics.Encrypted", SCAN_MALICIOUS, ""},
	    {"Sallyport.Test.Eicar.UNOFFICIAL", SCAN_MALICIOUS, ""},
	    {"", SCAN_MALICIOUS, ""},
	    {"(null)", SCAN_MALICIOUS, ""},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct clamd_meaning *m =
		    clamd_meaning(cases[i].name, strlen(cases[i].name));
		if (m->verdict != cases[i].verdict || strcmp(m->why, cases[i].why) != 0)
			fail_msg("%s: %d %s", cases[i].name, m->verdict, m->why);
	}
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
	    /* new signatures could not be loaded */
	    {"ClamAV 1.4.6/4294967295/invalid timestam", "ClamAV 1.4.6", "", ""},
	    {"", "", "", ""},
	    {"/", "", "", ""},
	    {"///", "", "", ""},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scan_about a = {.engine = ""};
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

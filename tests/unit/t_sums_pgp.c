/* links: scanners/sums_pgp src/base/hex src/base/mem */
/* SPDX-License-Identifier: ISC */
/* What gpgv 2.2 says, what it never says, and what it is not shown. */
#include "scanners/sums_pgp.h"
#include "src/base/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define FPR   "FD3806A5D68914A839E3304CC577ACF701081454"
#define OTHER "AB3806A5D68914A839E3304CC577ACF7010814CD"
#define S     "[GNUPG:] "
#define NEW   S "NEWSIG site@example\n"
#define KNOWN S "KEY_CONSIDERED " FPR " 0\n"
#define GOOD  S "GOODSIG C577ACF701081454 Site <site@example>\n"
#define VALID_AS(hash, class) \
	S "VALIDSIG " FPR " 2026-11-23 1795435371 0 4 0 22 " hash " " class " " FPR "\n"
#define VALID VALID_AS("8", "00")
#define BAD   S "BADSIG C577ACF701081454 Site <site@example>\n"
#define LOST  S "ERRSIG C577ACF701081454 22 8 00 1795435371 9 " FPR "\n"

static const char not_enough[] = "OpenPGP, and what gpgv says of it is not enough";
static const char revoked[] = "OpenPGP, by a key that was revoked";
static const char expired[] = "OpenPGP, by a key that has expired";
static const char forged[] = "OpenPGP, by MD5 or SHA-1, which can be forged";
static const char only_text[] = "OpenPGP, of a text, whose line ends may have been changed";

static const struct {
	const char *what, *text;
	int exit;
	enum sums_signature is;
	const char *name, *kind;
} answers[] = {
    {"good", NEW KNOWN GOOD VALID, 0, SUMS_GOOD, FPR, "OpenPGP"},
    {"SHA-512", NEW GOOD VALID_AS("10", "00"), 0, SUMS_GOOD, FPR, "OpenPGP"},
    {"two that are good", NEW GOOD VALID NEW GOOD VALID, 0, SUMS_GOOD, FPR, "OpenPGP"},
    {"by a subkey: the primary key is named",
	NEW GOOD S "VALIDSIG " OTHER " 2026-11-23 1 0 4 0 22 8 00 " FPR "\n", 0, SUMS_GOOD, FPR,
	"OpenPGP"},
    {"words of a newer gpgv", S "FUTURE 1\n" NEW GOOD VALID S "ASSERT_SIGNER " FPR "\n", 0,
	SUMS_GOOD, FPR, "OpenPGP"},

    {"changed", NEW KNOWN BAD, 1, SUMS_BAD, "C577ACF701081454", "OpenPGP"},
    {"good, and another that is not", NEW GOOD VALID NEW BAD, 1, SUMS_BAD, "C577ACF701081454",
	"OpenPGP"},
    {"not, and another that is good", NEW BAD NEW GOOD VALID, 1, SUMS_BAD, "C577ACF701081454",
	"OpenPGP"},
    {"bad, whatever the exit status says", NEW BAD, 0, SUMS_BAD, "C577ACF701081454", "OpenPGP"},

    {"a key that is not there", NEW LOST S "NO_PUBKEY C577ACF701081454\n", 2, SUMS_UNKNOWN,
	"C577ACF701081454", "OpenPGP"},
    {"a number that is none", NEW LOST S "NO_PUBKEY C577ACF70108145x\n", 2, SUMS_UNKNOWN, "",
	"OpenPGP"},
    {"good, and one of a key that is not there",
	NEW GOOD VALID NEW LOST S "NO_PUBKEY ABCDACF701081454\n", 2, SUMS_UNKNOWN,
	"ABCDACF701081454", "OpenPGP"},

    {"an expired key", NEW S "KEYEXPIRED 1\n" S "EXPKEYSIG C577ACF701081454 x\n" VALID, 0,
	SUMS_DOUBTED, FPR, expired},
    {"an expired signature", NEW S "EXPSIG C577ACF701081454 x\n" VALID, 0, SUMS_DOUBTED, FPR,
	"OpenPGP, and it has expired"},
    {"a revoked key", NEW S "REVKEYSIG C577ACF701081454 x\n" VALID, 0, SUMS_DOUBTED, FPR,
	revoked},
    {"a revoked key that is called good", NEW GOOD VALID S "KEYREVOKED\n", 0, SUMS_DOUBTED, FPR,
	revoked},
    {"SHA-1", NEW GOOD VALID_AS("2", "00"), 0, SUMS_DOUBTED, FPR, forged},
    {"MD5", NEW GOOD VALID_AS("1", "00"), 0, SUMS_DOUBTED, FPR, forged},
    {"RIPEMD-160", NEW GOOD VALID_AS("3", "00"), 0, SUMS_DOUBTED, FPR, forged},
    {"one good one by SHA-1 among others", NEW GOOD VALID NEW GOOD VALID_AS("2", "00"), 0,
	SUMS_DOUBTED, FPR, forged},
    {"of a text", NEW GOOD VALID_AS("8", "01"), 0, SUMS_DOUBTED, FPR, only_text},
    {"of a key, not of a file", NEW GOOD VALID_AS("8", "13"), 0, SUMS_DOUBTED, FPR, not_enough},
    {"an algorithm that is not known", NEW S "ERRSIG C577ACF701081454 99 8 00 1 4 -\n", 2,
	SUMS_DOUBTED, "", "OpenPGP, of a kind that gpgv does not check"},
    {"nothing in it", S "NODATA 4\n", 2, SUMS_DOUBTED, "",
	"OpenPGP, and gpgv finds no signature in it"},
    {"something else in it", NEW GOOD VALID S "UNEXPECTED 0\n", 0, SUMS_DOUBTED, FPR,
	"OpenPGP, with something else in it"},
    {"gpgv failed", NEW GOOD VALID S "FAILURE gpg-exit 33554433\n", 0, SUMS_DOUBTED, FPR,
	"OpenPGP, and gpgv cannot check it"},

    {"it said nothing", "", 0, SUMS_DOUBTED, "", not_enough},
    {"good, and its status says no", NEW GOOD VALID, 1, SUMS_DOUBTED, FPR, not_enough},
    {"good, and a signal ended it", NEW GOOD VALID, -1, SUMS_DOUBTED, FPR, not_enough},
    {"good, and not valid", NEW GOOD, 0, SUMS_DOUBTED, "", not_enough},
    {"valid, and not good", NEW VALID, 0, SUMS_DOUBTED, FPR, not_enough},
    {"good, and nothing began", GOOD VALID, 0, SUMS_DOUBTED, FPR, not_enough},
    {"more began than ended well", NEW NEW GOOD VALID, 0, SUMS_DOUBTED, FPR, not_enough},
    {"one valid twice", NEW GOOD VALID VALID, 0, SUMS_DOUBTED, FPR, not_enough},
    {"without the prompt", NEW GOOD VALID "[GNUPG:]GOODSIG\n", 0, SUMS_DOUBTED, "", not_enough},
    {"another program speaks", "gpgv: Good signature\n" NEW GOOD VALID, 0, SUMS_DOUBTED, "",
	not_enough},
    {"a blank line", NEW "\n" GOOD VALID, 0, SUMS_DOUBTED, "", not_enough},
    {"the last line is cut off", NEW GOOD VALID S "BADS", 0, SUMS_DOUBTED, "", not_enough},
    {"too few fields", NEW GOOD S "VALIDSIG " FPR " d t 0 4 0 22 8 00\n", 0, SUMS_DOUBTED, "",
	not_enough},
    {"too many", NEW GOOD S "VALIDSIG " FPR " d t 0 4 0 22 8 00 " FPR " x\n", 0, SUMS_DOUBTED,
	"", not_enough},
    {"a short fingerprint",
	NEW GOOD S "VALIDSIG C577ACF701081454 d t 0 4 0 22 8 00 C577ACF701081454\n", 0,
	SUMS_DOUBTED, "", not_enough},
    {"blanks where a field should be",
	NEW GOOD S "VALIDSIG " FPR "  t 0 4 0 22 8 00 " FPR " x\n", 0, SUMS_DOUBTED, "",
	not_enough},
};

static enum sums_signature
judge(const char *text, size_t n, int exit, bool whole, bool clear, char name[SUMS_KEY_NAME],
    const char **kind)
{
	struct sums_pgp_said *said = mem_alloc(sizeof(*said));
	assert_true(n <= sizeof(said->text));
	memcpy(said->text, text, n);
	said->n = n;
	said->exit = exit;
	said->whole = whole;
	enum sums_signature is = sums_pgp_judge(said, clear, name, kind);
	said->cut = true;
	assert_int_equal(sums_pgp_judge(said, clear, name, kind), SUMS_DOUBTED);
	said->cut = false;
	assert_int_equal(sums_pgp_judge(said, clear, name, kind), is);
	free(said);
	return is;
}

static void
only_a_whole_good_answer_is_good(void **state)
{
	char name[SUMS_KEY_NAME];
	const char *kind;
	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		const char *text = answers[i].text;
		enum sums_signature is =
		    judge(text, strlen(text), answers[i].exit, true, false, name, &kind);
		if (is != answers[i].is || strcmp(name, answers[i].name) != 0 ||
		    strcmp(kind, answers[i].kind) != 0)
			fail_msg(
			    "%s: %d, key \"%s\", %s", answers[i].what, (int)is, name, kind);
		/* who did not read all of it knows nothing of it */
		assert_int_equal(
		    judge(text, strlen(text), answers[i].exit, false, false, name, &kind),
		    SUMS_DOUBTED);
	}
}

static void
a_text_may_be_signed_as_one(void **state)
{
	static const char text[] = NEW GOOD VALID_AS("8", "01"), file[] = NEW GOOD VALID,
			  odd[] = NEW GOOD VALID_AS("8", "02"), nul[] = NEW GOOD "\0" VALID;
	char name[SUMS_KEY_NAME];
	const char *kind;
	(void)state;
	assert_int_equal(judge(text, sizeof(text) - 1, 0, true, true, name, &kind), SUMS_GOOD);
	assert_int_equal(judge(file, sizeof(file) - 1, 0, true, true, name, &kind), SUMS_GOOD);
	assert_int_equal(judge(odd, sizeof(odd) - 1, 0, true, true, name, &kind), SUMS_DOUBTED);
	assert_int_equal(judge(nul, sizeof(nul) - 1, 0, true, true, name, &kind), SUMS_DOUBTED);
}

static void
answers_up_to_the_limit(void **state)
{
	char name[SUMS_KEY_NAME];
	const char *kind;
	(void)state;
	MEM_FREE char *text = mem_alloc(LIM_SUMS_PGP_BYTES + 1);
	size_t n = (size_t)snprintf(text, 64 + LIM_ADAPTER_LINE, "%s", NEW GOOD VALID);
	while (n + 32 <= LIM_SUMS_PGP_BYTES)
		n += (size_t)snprintf(text + n, 64, S "NOTATION_DATA %07zu\n", n);
	memset(text + n - 1, 'x', LIM_SUMS_PGP_BYTES - n + 1);
	text[LIM_SUMS_PGP_BYTES - 1] = '\n';
	assert_int_equal(
	    judge(text, LIM_SUMS_PGP_BYTES, 0, true, false, name, &kind), SUMS_GOOD);
	/* a line that is longer than any of gpgv's */
	n = (size_t)snprintf(text, LIM_ADAPTER_LINE, "%s" S "NOTATION_DATA ", NEW GOOD VALID);
	memset(text + n, 'x', LIM_ADAPTER_LINE);
	text[n + LIM_ADAPTER_LINE] = '\n';
	assert_int_equal(
	    judge(text, n + LIM_ADAPTER_LINE + 1, 0, true, false, name, &kind), SUMS_DOUBTED);
}

/* --- what is shown to it --------------------------------------------------------------------
 */

#define BEGIN "-----BEGIN PGP SIGNATURE-----\n"
#define END   "-----END PGP SIGNATURE-----\n"
#define ARMOR BEGIN "\niANhYmM=\n=AbCd\n" END /* a signature packet of 3 bytes */

static const struct {
	const char *what, *bytes;
	size_t n; /* 0: of a string */
	bool is;
} beside[] = {
    {"a packet",
	"\x88\x03"
	"abc",
	0, true},
    {"two",
	"\x88\x03"
	"abc"
	"\xc2\x01x",
	0, true},
    {"a length of two bytes",
	"\x89\x00\x03"
	"abc",
	6, true},
    {"of four",
	"\x8a\x00\x00\x00\x03"
	"abc",
	8, true},
    {"a new length of five", "\xc2\xff\x00\x00\x00\x01x", 7, true},
    {"to the end of the file",
	"\x8b"
	"abc",
	0, false},
    {"in parts",
	"\xc2\xe1"
	"abc",
	0, false},
    {"cut off",
	"\x88\x04"
	"abc",
	0, false},
    {"a length that is cut off", "\x89\x00", 2, false},
    {"longer than all there is",
	"\xc2\xff\xff\xff\xff\xff"
	"abc",
	9, false},
    {"with its own data",
	"\x90\x03"
	"abc"
	"\xac\x03"
	"abc"
	"\x88\x03"
	"abc",
	0, false},
    {"a signature, then data",
	"\x88\x03"
	"abc"
	"\xac\x03"
	"abc",
	0, false},
    {"packed", "\xa3\x01x", 0, false},
    {"nothing", "", 0, false},
    {"a byte", "\x88", 0, false},
    {"no packet", "hello", 0, false},
    {"text", ARMOR, 0, true},
    {"text with lines of Windows", "-----BEGIN PGP SIGNATURE-----\r\n\r\niANhYmM=\r\n" END, 0,
	true},
    {"with headers", BEGIN "Version: x\nComment: y z\n\niANhYmM=\n=AbCd\n" END "\n\n", 0, true},
    {"without its checksum", BEGIN "\niANhYmM=\n" END, 0, true},
    {"no blank line", BEGIN "iANhYmM=\n=AbCd\n" END, 0, false},
    {"not base64", BEGIN "\niANh mM=\n=AbCd\n" END, 0, false},
    {"base64 of something else", BEGIN "\nkANhYmM=\n=AbCd\n" END, 0, false},
    {"without an end", BEGIN "\niANhYmM=\n=AbCd\n", 0, false},
    {"without anything", BEGIN, 0, false},
    {"without packets", BEGIN "\n" END, 0, false},
    {"text before it", "x\n" ARMOR, 0, false},
    {"text behind it", ARMOR "x\n", 0, false},
    {"another behind it", ARMOR ARMOR, 0, false},
    {"a key", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\niANhYmM=\n=AbCd\n" END, 0, false},
};

#define CLEAR(text) "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n" text ARMOR

static const struct {
	const char *what, *text;
	bool is;
} clear[] = {
    {"a list", CLEAR("12  a\n34  b\n"), true},
    {"an empty one", CLEAR(""), true},
    {"two hashes",
	"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\nHash: SHA512\n\nx\n" ARMOR, true},
    {"none", "-----BEGIN PGP SIGNED MESSAGE-----\n\nx\n" ARMOR, true},
    {"a dash that is escaped", CLEAR("- -----BEGIN\n- x\n"), true},
    {"line ends of Windows", CLEAR("12  a\r\n"), true},
    {"blank lines", CLEAR("\n\n12  a\n\n"), true},
    {"text before it", "x\n" CLEAR("12  a\n"), false},
    {"text behind it", CLEAR("12  a\n") "34  b\n", false},
    {"another behind it", CLEAR("12  a\n") CLEAR("34  b\n"), false},
    {"another header", "-----BEGIN PGP SIGNED MESSAGE-----\nNotDashEscaped: x\n\nx\n" ARMOR,
	false},
    {"a header that is none", "-----BEGIN PGP SIGNED MESSAGE-----\n12  a\n\nx\n" ARMOR, false},
    {"no blank line", "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n" ARMOR, false},
    {"a blank line that is not",
	"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n \nx\n" ARMOR, false},
    {"a blank before the end", "-----BEGIN PGP SIGNED MESSAGE----- \n\nx\n" ARMOR, false},
    {"a blank at a line's end", CLEAR("12  a \n"), false},
    {"a tab", CLEAR("12  a\t\n"), false},
    {"two carriage returns", CLEAR("12  a\r\r\n"), false},
    {"a line of blanks", CLEAR("12  a\n  \n"), false},
    {"a dash that is not escaped", CLEAR("-12  a\n"), false},
    {"a dash alone", CLEAR("-\n"), false},
    {"another block in it", CLEAR("-----BEGIN PGP SIGNED MESSAGE-----\n"), false},
    {"without a signature", "-----BEGIN PGP SIGNED MESSAGE-----\n\n12  a\n", false},
    {"without a text", "-----BEGIN PGP SIGNED MESSAGE-----\n", false},
    {"a signature with data in it",
	"-----BEGIN PGP SIGNED MESSAGE-----\n\nx\n" BEGIN "\nrANhYmM=\n=AbCd\n" END, false},
    {"a signature alone", ARMOR, false},
};

static void
gpgv_is_shown_what_everybody_reads_alike(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++) {
		size_t n = beside[i].n > 0 ? beside[i].n : strlen(beside[i].bytes);
		if (sums_pgp_is_detached(beside[i].bytes, n) != beside[i].is)
			fail_msg("beside a file: %s", beside[i].what);
	}
	for (size_t i = 0; i < sizeof(clear) / sizeof(clear[0]); i++) {
		if (sums_pgp_is_clear(clear[i].text, strlen(clear[i].text)) != clear[i].is)
			fail_msg("around a text: %s", clear[i].what);
		assert_false(
		    sums_pgp_is_detached(clear[i].text, strlen(clear[i].text)) && clear[i].is);
	}
	assert_false(sums_pgp_is_clear(CLEAR("a\0b\n"), sizeof(CLEAR("a\0b\n")) - 1));
}

/* gpgv does not hash what is beyond 19,995 bytes of a line. */
static void
a_line_that_gpgv_cuts_is_not_shown(void **state)
{
	static const char head[] = "-----BEGIN PGP SIGNED MESSAGE-----\n\n";
	(void)state;
	for (size_t more = 0; more <= 1; more++) {
		MEM_FREE char *text = mem_alloc(20000);
		size_t n = sizeof(head) - 1;
		memcpy(text, head, n);
		memset(text + n, 'x', 16384 + more);
		n += 16384 + more;
		n += (size_t)snprintf(text + n, 200, "\n%s", ARMOR);
		assert_int_equal(sums_pgp_is_clear(text, n), more == 0);
	}
}

static void
a_keyring_is_of_public_keys(void **state)
{
#define KEY "\x98\x02kk\xb4\x02id\x88\x02ss"
	static const struct {
		const char *bytes;
		size_t keys;
		const char *why;
	} rows[] = {
	    {KEY, 1, ""},
	    {KEY KEY "\xb8\x01s\x88\x01x", 2, ""},
	    {KEY "\xd1\x01p\xb0\x01t", 1, ""},
	    {"-----BEGIN PGP PUBLIC KEY BLOCK-----\n", 0, "gpg --dearmor"},
	    {"\x94\x02kk", 0, "secret key"},
	    {KEY "\x94\x02kk", 0, "secret key"},
	    {KEY "\x9c\x02kk", 0, "secret key"},
	    {"\x88\x02ss" KEY, 0, "no file of public keys"},
	    {KEY "\xac\x02xx", 0, "no file of public keys"},
	    {KEY "x", 0, "no file of public keys"},
	    {KEY "\x98\x05kk", 0, "no file of public keys"},
	    {"KBXf", 0, "no file of public keys"},
	    {"", 0, "no file of public keys"},
	};
	const char *why;
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t keys = sums_pgp_keys(rows[i].bytes, strlen(rows[i].bytes), &why);
		if (keys != rows[i].keys || (keys == 0 && strstr(why, rows[i].why) == NULL))
			fail_msg("row %zu: %zu keys, %s", i, keys, why);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(only_a_whole_good_answer_is_good),
	    cmocka_unit_test(a_text_may_be_signed_as_one),
	    cmocka_unit_test(answers_up_to_the_limit),
	    cmocka_unit_test(gpgv_is_shown_what_everybody_reads_alike),
	    cmocka_unit_test(a_line_that_gpgv_cuts_is_not_shown),
	    cmocka_unit_test(a_keyring_is_of_public_keys),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

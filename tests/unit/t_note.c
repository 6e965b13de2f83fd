/* links: src/core/note src/core/sshsig src/core/digest src/core/seal src/base/buf src/base/io src/base/mem src/base/hex src/base/utf8 src/base/err src/core/note_why */
/* SPDX-License-Identifier: ISC */
#include "src/core/note.h"
#include "src/base/hex.h"
#include "src/base/mem.h"
#include "src/core/seal.h"
#include "tests/unit/shell.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#define DASH "\xe2\x80\x94 "

/* The note that Go's sumdb and its descendants test with. */
#define GO_VKEY "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
#define GO_SEED "gQoUAtUUbI2E8kQzMPVAgOv5juF9nHT2JS/F1ccoMXM="
#define GO_TEXT                                                      \
	"If you think cryptography is the answer to your problem,\n" \
	"then you don't know what your problem is.\n"
#define GO_SIG                                                                    \
	"x08go/ZJkuBS9UG/"                                                        \
	"SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBw" \
	"JnAM="
#define GO_LINE    DASH "PeterNeumann " GO_SIG "\n"
#define GO_NOTE    GO_TEXT "\n" GO_LINE
#define OTHER_LINE DASH "witness.example AAAAAAAA\n"
/* right name and id, another signature */
#define BAD_LINE                                                                 \
	DASH "PeterNeumann "                                                     \
	     "x08go/ZJkuBS9UG/"                                                  \
	     "SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE" \
	     "6RyyBwJnAQ=\n"

static struct note_vkey note_go;
static struct sshsig_key *note_key;

static int
note_setup(void **state)
{
	uint8_t seed[48];
	size_t len = 0;
	(void)state;
	return seal_init() == ERR_OK && note_vkey_parse(GO_VKEY, &note_go) == ERR_OK &&
	               hex_b64_decode(GO_SEED, strlen(GO_SEED), seed, &len) &&
	               len == SSHSIG_SEED_SIZE && sshsig_key_new(seed, &note_key) == ERR_OK
	           ? 0
	           : -1;
}

static int
note_teardown(void **state)
{
	(void)state;
	sshsig_key_free(note_key);
	return 0;
}

static void
note_is_signed_as_go_does(void **state)
{
	struct buf out;
	(void)state;
	buf_init(&out, LIM_NOTE_BYTES);
	assert_int_equal(
	    note_sign(GO_TEXT, strlen(GO_TEXT), "PeterNeumann", note_key, &out), ERR_OK);
	assert_string_equal(buf_str(&out), GO_NOTE);
	buf_done(&out);
}

static const struct {
	const char *what, *bytes;
	enum err parse, verify;
} note_cases[] = {
    {"as Go made it", GO_NOTE, ERR_OK, ERR_OK},
    {"further unknown line", GO_NOTE OTHER_LINE, ERR_OK, ERR_OK},
    {"unknown line first", GO_TEXT "\n" OTHER_LINE GO_LINE, ERR_OK, ERR_OK},
    {"same line twice", GO_NOTE GO_LINE, ERR_OK, ERR_EXISTS},
    {"unknown line alone", GO_TEXT "\n" OTHER_LINE, ERR_OK, ERR_NOTFOUND},
    {"known name, other id", GO_TEXT "\n" DASH "PeterNeumann AAAAAAAA\n", ERR_OK, ERR_NOTFOUND},
    {"known id, other name", GO_TEXT "\n" DASH "EnochRoot " GO_SIG "\n", ERR_OK, ERR_NOTFOUND},
    {"bad line of a known key", GO_TEXT "\n" BAD_LINE, ERR_OK, ERR_SIGNATURE},
    {"good line, then bad line of the same key", GO_NOTE BAD_LINE, ERR_OK, ERR_EXISTS},
    {"unknown line twice", GO_NOTE OTHER_LINE OTHER_LINE, ERR_OK, ERR_OK},
    {"short signature of a known key", GO_TEXT "\n" DASH "PeterNeumann x08go/Y=\n", ERR_OK,
	ERR_SIGNATURE},
    {"text changed", "x" GO_NOTE, ERR_OK, ERR_SIGNATURE},
    {"blank line added to the text", GO_TEXT "\n\n" GO_LINE, ERR_OK, ERR_SIGNATURE},
    {"nothing", "", ERR_SYNTAX, ERR_OK},
    {"no signature", GO_TEXT "\n", ERR_SYNTAX, ERR_OK},
    {"no blank line", GO_TEXT GO_LINE, ERR_SYNTAX, ERR_OK},
    {"text without LF", "text\n" GO_LINE, ERR_SYNTAX, ERR_OK},
    {"no text", "\n" GO_LINE, ERR_SYNTAX, ERR_OK},
    {"no LF at the end", GO_TEXT "\n" DASH "PeterNeumann " GO_SIG, ERR_SYNTAX, ERR_OK},
    {"blank line at the end", GO_NOTE "\n", ERR_SYNTAX, ERR_OK},
    {"text after signatures", GO_NOTE "more\n", ERR_SYNTAX, ERR_OK},
    {"CRLF", GO_TEXT "\n" DASH "PeterNeumann " GO_SIG "\r\n", ERR_SYNTAX, ERR_OK},
    {"tab in the text", "a\tb\n\n" GO_LINE, ERR_SYNTAX, ERR_OK},
    {"not UTF-8", "\xff\n\n" GO_LINE, ERR_SYNTAX, ERR_OK},
    {"hyphen for the dash", GO_TEXT "\n- PeterNeumann " GO_SIG "\n", ERR_SYNTAX, ERR_OK},
    {"no name", GO_TEXT "\n" DASH " " GO_SIG "\n", ERR_SYNTAX, ERR_OK},
    {"no signature after the name", GO_TEXT "\n" DASH "PeterNeumann\n", ERR_SYNTAX, ERR_OK},
    {"plus in a name", GO_TEXT "\n" DASH "Peter+Neumann " GO_SIG "\n", ERR_SYNTAX, ERR_OK},
    {"no-break space in a name", GO_TEXT "\n" DASH "Peter\xc2\xa0Neumann " GO_SIG "\n",
	ERR_SYNTAX, ERR_OK},
    {"space at the end", GO_TEXT "\n" DASH "PeterNeumann " GO_SIG " \n", ERR_SYNTAX, ERR_OK},
    {"id alone", GO_TEXT "\n" DASH "PeterNeumann x08gow==\n", ERR_SYNTAX, ERR_OK},
    {"base64 without padding", GO_TEXT "\n" DASH "PeterNeumann x08go/Y\n", ERR_SYNTAX, ERR_OK},
    {"base64 with bits left over", GO_TEXT "\n" DASH "PeterNeumann x08go/Z=\n", ERR_SYNTAX,
	ERR_OK},
};

static void
note_form_and_signatures_are_strict(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(note_cases) / sizeof(note_cases[0]); i++) {
		struct note *note = NULL;
		enum err e =
		    note_parse(note_cases[i].bytes, strlen(note_cases[i].bytes), &note);
		if (e != note_cases[i].parse)
			fail_msg("%s: parse: %s", note_cases[i].what, err_str(e));
		if (e != ERR_OK)
			continue;
		e = note_verify(note, &note_go, 1);
		if (e != note_cases[i].verify)
			fail_msg("%s: verify: %s", note_cases[i].what, err_str(e));
		note_free(note);
	}
	note_free(NULL);
}

static void
note_keeps_lines_as_they_came(void **state)
{
	struct note *note;
	(void)state;
	assert_int_equal(
	    note_parse(GO_NOTE OTHER_LINE, strlen(GO_NOTE OTHER_LINE), &note), ERR_OK);
	assert_int_equal(note->count, 2);
	assert_int_equal(note->text_len, strlen(GO_TEXT));
	assert_memory_equal(note->text, GO_TEXT, strlen(GO_TEXT));
	const struct note_signature *s = &note->signatures[1];
	assert_int_equal(s->line_len, strlen(OTHER_LINE));
	assert_memory_equal(s->line, OTHER_LINE, s->line_len);
	assert_int_equal(s->name_len, strlen("witness.example"));
	assert_int_equal(s->sig_len, 2);
	note_free(note);
}

static void
note_limits_are_exact(void **state)
{
	static const struct {
		const char *what;
		size_t lines, bytes;
		enum err want;
	} cases[] = {
	    {"most signatures", LIM_NOTE_SIGNATURES, 0, ERR_OK},
	    {"one signature more", LIM_NOTE_SIGNATURES + 1, 0, ERR_LIMIT},
	    {"largest", 1, LIM_NOTE_BYTES, ERR_OK},
	    {"one byte more", 1, LIM_NOTE_BYTES + 1, ERR_LIMIT},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b;
		struct note *note = NULL;
		buf_init(&b, 2 * LIM_NOTE_BYTES);
		while (b.len + strlen(OTHER_LINE) + 2 < cases[i].bytes)
			buf_add_byte(&b, 'x');
		buf_add_str(&b, cases[i].bytes == 0 ? "text\n\n" : "\n\n");
		for (size_t k = 0; k < cases[i].lines; k++)
			buf_add_str(&b, OTHER_LINE);
		if (note_parse(b.data, b.len, &note) != cases[i].want)
			fail_msg("%s", cases[i].what);
		note_free(note);
		buf_done(&b);
	}
}

static void
note_vkey_has_one_spelling(void **state)
{
	static const struct {
		const char *what, *text;
		enum err want;
	} cases[] = {
	    {"as Go made it", GO_VKEY, ERR_OK},
	    {"key too long, hash right",
		"PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
		ERR_SYNTAX},
	    {"other type, hash right",
		"PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		ERR_RANGE},
	    {"other name", "PeterNewmann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		ERR_SIGNATURE},
	    {"no name", "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", ERR_SYNTAX},
	    {"upper case hash",
		"PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		ERR_SYNTAX},
	    {"no key", "PeterNeumann+c74f20a3+", ERR_SYNTAX},
	    {"no hash", "PeterNeumann", ERR_SYNTAX},
	    {"LF at the end", GO_VKEY "\n", ERR_SYNTAX},
	    {"empty", "", ERR_SYNTAX},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct note_vkey vkey;
		char text[NOTE_VKEY_SIZE];
		enum err e = note_vkey_parse(cases[i].text, &vkey);
		if (e != cases[i].want)
			fail_msg("%s: %s", cases[i].what, err_str(e));
		if (e != ERR_OK)
			continue;
		note_vkey_print(&vkey, text);
		assert_string_equal(text, cases[i].text);
	}
}

static void
note_name_limit_is_exact(void **state)
{
	char name[LIM_NOTE_NAME_BYTES + 2], text[NOTE_VKEY_SIZE];
	struct note_vkey vkey, again;
	(void)state;
	memset(name, 'n', sizeof(name));
	name[LIM_NOTE_NAME_BYTES + 1] = '\0';
	assert_int_equal(note_vkey_new(name, note_go.public, &vkey), ERR_SYNTAX);
	name[LIM_NOTE_NAME_BYTES] = '\0';
	assert_int_equal(note_vkey_new(name, note_go.public, &vkey), ERR_OK);
	note_vkey_print(&vkey, text);
	assert_int_equal(strlen(text), NOTE_VKEY_SIZE - 1);
	assert_int_equal(note_vkey_parse(text, &again), ERR_OK);
	assert_string_equal(again.name, name);
}

#define ROOT "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

static void
note_checkpoint_has_three_lines(void **state)
{
	static const struct {
		const char *what, *text;
		enum err want;
	} cases[] = {
	    {"usual", "demo/K1/custody/1\n21\n" ROOT "\n", ERR_OK},
	    {"empty log", "demo/authority\n0\n" ROOT "\n", ERR_OK},
	    {"largest size", "o\n18446744073709551615\n" ROOT "\n", ERR_OK},
	    {"size one too large", "o\n18446744073709551616\n" ROOT "\n", ERR_SYNTAX},
	    {"leading zero", "o\n021\n" ROOT "\n", ERR_SYNTAX},
	    {"two zeros", "o\n00\n" ROOT "\n", ERR_SYNTAX},
	    {"sign", "o\n+1\n" ROOT "\n", ERR_SYNTAX},
	    {"no size", "o\n\n" ROOT "\n", ERR_SYNTAX},
	    {"extension line", "o\n1\n" ROOT "\nmore\n", ERR_SYNTAX},
	    {"blank extension line", "o\n1\n" ROOT "\n\n", ERR_SYNTAX},
	    {"two lines", "o\n1\n", ERR_SYNTAX},
	    {"no LF at the end", "o\n1\n" ROOT, ERR_SYNTAX},
	    {"no origin", "\n1\n" ROOT "\n", ERR_SYNTAX},
	    {"space in the origin", "a b\n1\n" ROOT "\n", ERR_SYNTAX},
	    {"root of 31 bytes", "o\n1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==\n",
		ERR_SYNTAX},
	    {"root of 33 bytes", "o\n1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g\n",
		ERR_SYNTAX},
	    {"root with bits left over", "o\n1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9=\n",
		ERR_SYNTAX},
	    {"empty", "", ERR_SYNTAX},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct note_checkpoint c;
		enum err e = note_checkpoint_parse(cases[i].text, strlen(cases[i].text), &c);
		if (e != cases[i].want)
			fail_msg("%s: %s", cases[i].what, err_str(e));
	}
}

static void
note_checkpoint_reads_back_and_names_its_log(void **state)
{
	struct note_vkey mine, same_key_other_log;
	struct note_checkpoint c;
	struct buf out, foreign;
	uint8_t root[NOTE_ROOT_SIZE];
	(void)state;
	memset(root, 7, sizeof(root));
	buf_init(&out, LIM_NOTE_BYTES);
	buf_init(&foreign, LIM_NOTE_BYTES);
	const uint8_t *public = sshsig_key_public(note_key);
	assert_int_equal(note_vkey_new("demo/K1/custody/1", public, &mine), ERR_OK);
	assert_int_equal(note_vkey_new("demo/authority", public, &same_key_other_log), ERR_OK);
	assert_int_equal(
	    note_checkpoint_print("demo/K1/custody/1", 42, root, note_key, &out), ERR_OK);
	assert_int_equal(note_checkpoint_open(out.data, out.len, &mine, &c), ERR_OK);
	assert_string_equal(c.origin, "demo/K1/custody/1");
	assert_int_equal(c.size, 42);
	assert_memory_equal(c.root, root, sizeof(root));
	assert_int_equal(
	    note_checkpoint_open(out.data, out.len, &same_key_other_log, &c), ERR_NOTFOUND);
	assert_int_equal(
	    note_checkpoint_print("has space", 1, root, note_key, &out), ERR_SYNTAX);
	/* the origin in the text is another than the name that signed */
	assert_int_equal(note_sign("other\n1\n" ROOT "\n", strlen("other\n1\n" ROOT "\n"),
			     mine.name, note_key, &foreign),
	    ERR_OK);
	assert_int_equal(note_checkpoint_open(foreign.data, foreign.len, &mine, &c), ERR_RANGE);
	buf_done(&out);
	buf_done(&foreign);
}

/* The auditor's recipe with openssl, cut and tail alone. */
static void
stock_openssl_verifies_our_checkpoint(void **state)
{
	static const char recipe[] = "{ printf 302a300506032b6570032100 | xxd -r -p; cut -d+ "
				     "-f3- log.vkey | base64 -d | "
				     "tail -c 32; } > k.der; sed -n 1,3p checkpoint > ck.txt; "
				     "sed -n 's/^\xe2\x80\x94 [^ ]* //p' checkpoint | head -1 "
				     "| base64 -d | tail -c 64 > "
				     "ck.sig; openssl pkeyutl -verify -pubin -keyform DER "
				     "-inkey k.der -rawin -in ck.txt "
				     "-sigfile ck.sig";
	struct shell s;
	struct note_vkey vkey;
	struct buf out;
	char text[NOTE_VKEY_SIZE];
	uint8_t root[NOTE_ROOT_SIZE] = {1, 2, 3};
	(void)state;
	buf_init(&out, LIM_NOTE_BYTES);
	assert_int_equal(shell_open(&s), 0);
	note_checkpoint_print("demo/K1/custody/1", 21, root, note_key, &out);
	note_vkey_new("demo/K1/custody/1", sshsig_key_public(note_key), &vkey);
	note_vkey_print(&vkey, text);
	shell_put(&s, "checkpoint", 0600, out.data, out.len);
	shell_put(&s, "log.vkey", 0600, text, strlen(text));
	assert_int_equal(shell_run(&s, recipe), 0);
	out.data[0] ^= 1;
	shell_put(&s, "checkpoint", 0600, out.data, out.len);
	assert_int_not_equal(shell_run(&s, recipe), 0);
	shell_close(&s);
	buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(note_is_signed_as_go_does),
	    cmocka_unit_test(note_form_and_signatures_are_strict),
	    cmocka_unit_test(note_keeps_lines_as_they_came),
	    cmocka_unit_test(note_limits_are_exact),
	    cmocka_unit_test(note_vkey_has_one_spelling),
	    cmocka_unit_test(note_name_limit_is_exact),
	    cmocka_unit_test(note_checkpoint_has_three_lines),
	    cmocka_unit_test(note_checkpoint_reads_back_and_names_its_log),
	    cmocka_unit_test(stock_openssl_verifies_our_checkpoint),
	};
	return cmocka_run_group_tests_name("note", tests, note_setup, note_teardown);
}

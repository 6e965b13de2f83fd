/* links: src/core/sigset src/core/sshsig src/core/digest src/core/seal src/base/buf src/base/clock src/base/err src/base/hex src/base/io src/base/mem */
/* SPDX-License-Identifier: ISC */
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/seal.h"
#include "src/core/sigset.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define ONE  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HEAD "sallyport-signatures-v1\nscanner yara\nversion 12\ndate 2026-11-20T00:00:00Z\n"
#define AV   "sallyport-signatures-v1\nscanner av\nversion 12\ndate 2026-11-20T00:00:00Z\n"

static enum err
parse(const char *text)
{
	char why[SIGSET_WHY_SIZE];
	struct sigset *s = NULL;
	enum err e = sigset_parse(text, strlen(text), &s, why);
	assert_int_equal(e == ERR_OK, why[0] == '\0');
	sigset_free(s);
	return e;
}

static void
what_a_list_must_be(void **state)
{
	static const struct {
		const char *what, *text;
		enum err err;
	} cases[] = {
	    {"one file", HEAD ONE "  a.yar\n", ERR_OK},
	    {"two, in order", HEAD ONE "  a.yar\n" ONE "  b.yara\n", ERR_OK},
	    {"text signatures", AV ONE "  site.ndb\n", ERR_OK},
	    {"a database", AV ONE "  daily.cvd\n", ERR_OK},
	    {"nothing", "", ERR_SYNTAX},
	    {"no file", HEAD, ERR_RANGE},
	    {"another form", "sallyport-signatures-v2\n", ERR_SYNTAX},
	    {"a line missing", "sallyport-signatures-v1\nscanner yara\nversion 1\n",
		ERR_SYNTAX},
	    {"no such day",
		"sallyport-signatures-v1\nscanner yara\nversion 1\ndate "
		"2026-02-30T00:00:00Z\n" ONE "  a.yar\n",
		ERR_SYNTAX},
	    {"a scanner that leads elsewhere",
		"sallyport-signatures-v1\nscanner ../x\nversion 1\ndate "
		"2026-02-03T00:00:00Z\n" ONE "  a.yar\n",
		ERR_SYNTAX},
	    {"not in order", HEAD ONE "  b.yar\n" ONE "  a.yar\n", ERR_SYNTAX},
	    {"twice", HEAD ONE "  a.yar\n" ONE "  a.yar\n", ERR_SYNTAX},
	    {"last line not ended", HEAD ONE "  a.yar", ERR_SYNTAX},
	    {"one blank", HEAD ONE " a.yar\n", ERR_SYNTAX},
	    {"capitals", HEAD "0123456789ABCDEF" ONE "  a.yar\n", ERR_SYNTAX},
	    {"empty line", HEAD "\n" ONE "  a.yar\n", ERR_SYNTAX},
	    {"a carriage return", HEAD ONE "  a.yar\r\n", ERR_RANGE},
	    {"of another scanner", AV ONE "  a.yar\n", ERR_RANGE},
	    {"what lets files pass", AV ONE "  site.fp\n", ERR_RANGE},
	    {"what ignores signatures", AV ONE "  site.ign2\n", ERR_RANGE},
	    {"bytecode", AV ONE "  site.cbc\n", ERR_RANGE},
	    {"a path", HEAD ONE "  ../a.yar\n", ERR_RANGE},
	    {"as the station's own", HEAD ONE "  sallyport-set.yar\n", ERR_RANGE},
	    {"hidden", HEAD ONE "  .a.yar\n", ERR_RANGE},
	    {"nothing before the dot", HEAD ONE "  .yar\n", ERR_RANGE},
	    {"a blank", HEAD ONE "  a b.yar\n", ERR_RANGE},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (parse(cases[i].text) != cases[i].err)
			fail_msg("%s", cases[i].what);
}

/* LIM_SIGSET_FILES and LIM_SIGSET_BYTES. */
static void
limits(void **state)
{
	struct buf text;
	(void)state;
	buf_init(&text, 1 << 20);
	buf_add_str(&text, HEAD);
	for (int i = 0; i < LIM_SIGSET_FILES; i++)
		buf_addf(&text, ONE "  %03d.yar\n", i);
	assert_int_equal(parse(buf_str(&text)), ERR_OK);
	buf_addf(&text, ONE "  %03d.yar\n", LIM_SIGSET_FILES);
	assert_int_equal(parse(buf_str(&text)), ERR_LIMIT);
	while (text.len <= LIM_SIGSET_BYTES)
		buf_add_byte(&text, 'x');
	assert_int_equal(parse(buf_str(&text)), ERR_LIMIT);
	buf_done(&text);
}

static void
longest_names(void **state)
{
	(void)state;
	for (int n = SIGSET_NAME_SIZE - 1; n <= SIGSET_NAME_SIZE; n++) {
		MEM_FREE char *text = mem_printf(HEAD ONE "  %0*d.yar\n", n - 4, 1);
		assert_int_equal(parse(text), n < SIGSET_NAME_SIZE ? ERR_OK : ERR_SYNTAX);
	}
}

static void
what_is_printed_is_read(void **state)
{
	char why[SIGSET_WHY_SIZE];
	struct sigset *s = NULL;
	struct buf out;
	const char *text = HEAD ONE "  a.yar\n" ONE "  b.yar\n";
	(void)state;
	assert_int_equal(sigset_parse(text, strlen(text), &s, why), ERR_OK);
	assert_string_equal(s->scanner, "yara");
	assert_string_equal(s->version, "12");
	assert_int_equal(s->nfiles, 2);
	assert_string_equal(s->files[1].name, "b.yar");
	buf_init(&out, 4096);
	assert_int_equal(sigset_print(s, &out), ERR_OK);
	assert_string_equal(buf_str(&out), text);
	buf_done(&out);
	sigset_free(s);
}

static void
signature_is_over_every_byte(void **state)
{
	static const uint8_t seed[SSHSIG_SEED_SIZE] = {7};
	uint8_t public[SSHSIG_PUBLIC_SIZE];
	struct sshsig_key *key;
	struct buf sig;
	char text[] = HEAD ONE "  a.yar\n";
	(void)state;
	assert_int_equal(seal_init(), ERR_OK);
	assert_int_equal(sshsig_key_new(seed, &key), ERR_OK);
	buf_init(&sig, 4096);
	assert_int_equal(sigset_sign(key, text, strlen(text), &sig), ERR_OK);
	assert_int_equal(sigset_verify(text, strlen(text), sig.data, sig.len, public), ERR_OK);
	assert_memory_equal(public, sshsig_key_public(key), sizeof(public));
	for (size_t i = 0; i < strlen(text); i++) {
		text[i] ^= 1;
		assert_int_equal(sigset_verify(text, strlen(text), sig.data, sig.len, public),
		    ERR_SIGNATURE);
		text[i] ^= 1;
	}
	for (size_t i = 0; i + 1 < sig.len; i++) {
		sig.data[i] ^= 1;
		assert_int_not_equal(
		    sigset_verify(text, strlen(text), sig.data, sig.len, public), ERR_OK);
		sig.data[i] ^= 1;
	}
	for (size_t n = 0; n + 1 < sig.len; n++)
		assert_int_not_equal(
		    sigset_verify(text, strlen(text), sig.data, n, public), ERR_OK);
	/* of the ledger: another namespace */
	struct buf blob;
	buf_init(&blob, 4096);
	assert_int_equal(sshsig_sign(key, text, strlen(text), &blob), ERR_OK);
	assert_int_not_equal(
	    sshsig_verify_as(SIGSET_NAMESPACE, blob.data, blob.len, text, strlen(text), public),
	    ERR_OK);
	buf_done(&blob);
	buf_done(&sig);
	sshsig_key_free(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_a_list_must_be),
	    cmocka_unit_test(limits),
	    cmocka_unit_test(longest_names),
	    cmocka_unit_test(what_is_printed_is_read),
	    cmocka_unit_test(signature_is_over_every_byte),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

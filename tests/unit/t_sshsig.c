/* links: src/core/sshsig src/core/digest src/core/seal src/base/buf src/base/io src/base/mem src/base/hex src/base/err */
/* SPDX-License-Identifier: ISC */
#include "src/core/sshsig.h"
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

/* Made by ssh-keygen 9.2 from the seed 00 01 ... 1f. */
#define MESSAGE "{\"v\":1}\n"
#define PUBLIC_LINE \
	"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
#define FINGERPRINT "SHA256:lbmsoA0yIEcEiVDRnMWuzm+nV+3ZEEpVIURqFoeSspg"
#define HEAD                                                                                 \
	"U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgA6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZB" \
	"JVMbgAAAA"
#define SIGNATURE                                                                              \
	HEAD "aY3VzdG9keS1ldmVudC12MUBzYWxseXBvcnQAAAAAAAAABnNoYTUxMgAAAFMAAAALc3NoLWVkMjU1MT" \
	     "kA"                                                                              \
	     "AABAkbUtJXS0eAFeNkRO7svLY0qPgAdT1l4NuMU/YJ2Q75cClxM4faCtGxONT4N/xVfO9t0/"        \
	     "5cJqihYR0"                                                                       \
	     "3vM90i6AA=="

/* Good signatures by ssh-keygen that this ledger does not take. */
static const struct {
	const char *what, *b64;
} sshsig_foreign[] = {
    {"namespace file",
	HEAD "EZmlsZQAAAAAAAAAGc2hhNTEyAAAAUwAAAAtzc2gtZWQyNTUxOQAAAEDh8EH+92IwEAu303gV0ep5t8d"
	     "p21329P4eTAC8/3vEowAj3qXPhXa8Jad5o/M6ADCQrvJmaTqgP7S5R/ThA/wG"},
    {"hash sha256",
	HEAD "aY3VzdG9keS1ldmVudC12MUBzYWxseXBvcnQAAAAAAAAABnNoYTI1NgAAAFMAAAALc3NoLWVkMjU1MTk"
	     "AAABA3w+5VhBKAFsD60pCXgivgpqOJH543Z/pzCbMW1LgZodX60nVRQau27ukrgLveFnqOOmZcdpe7vT"
	     "p2/zPnnegDA=="},
    {"ECDSA key", "U1NIU0lHAAAAAQAAAGgAAAATZWNkc2Etc2hhMi1uaXN0cDI1NgAAAAhuaXN0cDI1NgAAAEEEv4Fl"
		  "7ztujt64ufk"
		  "fevdrMaCsotJixRff4CQs7/"
		  "HWQDUmmUelZwuklO+RLVeCzpE5Q1Ut10JMfoUxPiTWgpOO7wAAABpjdXN0b2R5LW"
		  "V2ZW50LXYxQHNhbGx5cG9ydAAAAAAAAAAGc2hhNTEyAAAAZAAAABNlY2RzYS1zaGEyLW5pc3RwMj"
		  "U2AAAASQAAA"
		  "CBrEslicDRCcBe0Ct4GjVOjY30/"
		  "SlMT7cIyRrQExm2p5wAAACEAl9h21L47jfVaErWkacxsc759a36rCyiHzT2S"
		  "8VtvbBM="},
};

static struct sshsig_key *sshsig_key;

static int
sshsig_setup(void **state)
{
	uint8_t seed[SSHSIG_SEED_SIZE];
	(void)state;
	for (size_t i = 0; i < sizeof(seed); i++)
		seed[i] = (uint8_t)i;
	return seal_init() == ERR_OK && sshsig_key_new(seed, &sshsig_key) == ERR_OK ? 0 : -1;
}

static int
sshsig_teardown(void **state)
{
	(void)state;
	sshsig_key_free(sshsig_key);
	sshsig_key_free(NULL);
	return 0;
}

static size_t
unbase64(const char *text, uint8_t *out)
{
	size_t len = 0;
	assert_true(hex_b64_decode(text, strlen(text), out, &len));
	return len;
}

static void
sshsig_equals_that_of_ssh_keygen(void **state)
{
	uint8_t want[512], who[SSHSIG_PUBLIC_SIZE];
	char text[256];
	struct buf blob;
	(void)state;
	size_t n = unbase64(SIGNATURE, want);
	buf_init(&blob, 512);
	assert_int_equal(sshsig_sign(sshsig_key, MESSAGE, strlen(MESSAGE), &blob), ERR_OK);
	assert_int_equal(blob.len, n);
	assert_true(blob.len <= SSHSIG_BLOB_SIZE);
	assert_memory_equal(blob.data, want, n);
	buf_done(&blob);
	assert_int_equal(sshsig_verify(want, n, MESSAGE, strlen(MESSAGE), who), ERR_OK);
	assert_memory_equal(who, sshsig_key_public(sshsig_key), sizeof(who));
	sshsig_public_line(who, text);
	assert_string_equal(text, PUBLIC_LINE);
	sshsig_fingerprint(who, text);
	assert_string_equal(text, FINGERPRINT);
}

static void
sshsig_of_another_kind_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(sshsig_foreign) / sizeof(sshsig_foreign[0]); i++) {
		uint8_t blob[512], who[SSHSIG_PUBLIC_SIZE] = {42};
		size_t n = unbase64(sshsig_foreign[i].b64, blob);
		enum err e = sshsig_verify(blob, n, MESSAGE, strlen(MESSAGE), who);
		if (e != ERR_RANGE)
			fail_msg("%s: %s", sshsig_foreign[i].what, err_str(e));
		assert_int_equal(who[0], 42);
	}
}

/* No bit of a blob is free. */
static void
sshsig_with_any_bit_changed_is_refused(void **state)
{
	uint8_t blob[512], who[SSHSIG_PUBLIC_SIZE];
	size_t n = unbase64(SIGNATURE, blob);
	(void)state;
	for (size_t bit = 0; bit < 8 * n; bit++) {
		blob[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (sshsig_verify(blob, n, MESSAGE, strlen(MESSAGE), who) == ERR_OK)
			fail_msg("bit %zu", bit);
		blob[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

static void
sshsig_cut_or_longer_is_refused(void **state)
{
	uint8_t blob[512] = {0}, who[SSHSIG_PUBLIC_SIZE];
	size_t n = unbase64(SIGNATURE, blob);
	(void)state;
	for (size_t len = 0; len < n; len++) {
		/* a copy of its own, so that a sanitizer sees a byte read too far */
		MEM_FREE uint8_t *copy = mem_array(1, len);
		memcpy(copy, blob, len);
		assert_int_equal(
		    sshsig_verify(copy, len, MESSAGE, strlen(MESSAGE), who), ERR_SYNTAX);
	}
	blob[n] = 0;
	assert_int_equal(sshsig_verify(blob, n + 1, MESSAGE, strlen(MESSAGE), who), ERR_SYNTAX);
}

static void
sshsig_says_what_is_wrong(void **state)
{
	/* offsets in the blob */
	static const struct {
		const char *what;
		size_t at;
		uint8_t value;
		enum err want;
	} cases[] = {
	    {"magic", 0, 's', ERR_SYNTAX},
	    {"version 2", 9, 2, ERR_RANGE},
	    {"length of key over the end", 10, 0xff, ERR_SYNTAX},
	    {"other algorithm of key", 28, 'X', ERR_RANGE},
	    {"public key not on the curve", 33, 0x05, ERR_DENIED},
	    {"other namespace", 69, 'C', ERR_RANGE},
	    {"other hash", 107, '9', ERR_RANGE},
	    {"length of raw signature", 131, 0x41, ERR_SYNTAX},
	    {"signature", 140, 0x00, ERR_SIGNATURE},
	};
	uint8_t blob[512], who[SSHSIG_PUBLIC_SIZE];
	size_t n = unbase64(SIGNATURE, blob);
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t kept = blob[cases[i].at];
		blob[cases[i].at] = cases[i].value;
		enum err e = sshsig_verify(blob, n, MESSAGE, strlen(MESSAGE), who);
		if (e != cases[i].want)
			fail_msg("%s: %s", cases[i].what, err_str(e));
		blob[cases[i].at] = kept;
	}
	assert_int_equal(sshsig_verify(blob, n, "{\"v\":2}\n", 8, who), ERR_SIGNATURE);
	assert_int_equal(sshsig_verify(blob, n, MESSAGE, 7, who), ERR_SIGNATURE);
}

/* Points that verify more than their owner signed. */
static const struct {
	const char *what, *point;
} sshsig_bad_points[] = {
    {"neutral element", "0100000000000000000000000000000000000000000000000000000000000000"},
    {"zero", "0000000000000000000000000000000000000000000000000000000000000000"},
    {"order 2", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
    {"order 8", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"},
    {"neutral element, spelt as p + 1",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
    {"y over p", "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
};

static void
sshsig_degenerate_key_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(sshsig_bad_points) / sizeof(sshsig_bad_points[0]); i++) {
		uint8_t point[SSHSIG_PUBLIC_SIZE] = {0}, out[SSHSIG_PUBLIC_SIZE] = {42},
			sig[64] = {1};
		char line[SSHSIG_LINE_SIZE];
		assert_true(
		    hex_decode(sshsig_bad_points[i].point, 64, point, SSHSIG_POINT_SIZE));
		sshsig_public_line(point, line);
		if (sshsig_public_parse(line, out) != ERR_DENIED)
			fail_msg("%s", sshsig_bad_points[i].what);
		assert_int_equal(out[0], 42);
		assert_int_equal(sshsig_raw_verify(point, sig, "", 0), ERR_SIGNATURE);
	}
}

static void
sshsig_public_line_has_one_spelling(void **state)
{
	static const struct {
		const char *what, *line;
		enum err want;
	} cases[] = {
	    {"as printed", PUBLIC_LINE, ERR_OK},
	    {"with a comment", PUBLIC_LINE " ada", ERR_SYNTAX},
	    {"with LF", PUBLIC_LINE "\n", ERR_SYNTAX},
	    {"two spaces",
		"ssh-ed25519  "
		"AAAAC3NzaC1lZDI1NTE5AAAAIAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
		ERR_SYNTAX},
	    {"cut",
		"ssh-ed25519 "
		"AAAAC3NzaC1lZDI1NTE5AAAAIAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG",
		ERR_SYNTAX},
	    {"other type inside",
		"ssh-ed25519 "
		"AAAAC3NzaC1lZDI1NTE4AAAAIAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
		ERR_RANGE},
	    {"other type", "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIAOhB7/zzhC+HXDdGOdL", ERR_RANGE},
	    {"a word", "ssh-ed25519", ERR_SYNTAX},
	    {"empty", "", ERR_SYNTAX},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t out[SSHSIG_PUBLIC_SIZE];
		enum err e = sshsig_public_parse(cases[i].line, out);
		if (e != cases[i].want)
			fail_msg("%s: %s", cases[i].what, err_str(e));
	}
}

/* The pair as ssh-keygen keeps it: openssh-key-v1, not encrypted. */
static void
put_openssh_private(const struct shell *s, const uint8_t *seed, const uint8_t *public)
{
	struct buf key, inner;
	uint8_t pad = 1;
	buf_init(&key, 1024);
	buf_init(&inner, 512);
	buf_add(&inner, "\0\0\0\1\0\0\0\1\0\0\0\13ssh-ed25519\0\0\0\40", 27);
	buf_add(&inner, public, 32);
	buf_add(&inner, "\0\0\0\100", 4);
	buf_add(&inner, seed, 32);
	buf_add(&inner, public, 32);
	buf_add_u32be(&inner, 0);
	while (inner.len % 8 != 0)
		buf_add_byte(&inner, pad++);
	buf_add(&key, "openssh-key-v1\0\0\0\0\4none\0\0\0\4none\0\0\0\0\0\0\0\1", 39);
	buf_add(&key, "\0\0\0\63\0\0\0\13ssh-ed25519\0\0\0\40", 23);
	buf_add(&key, public, 32);
	buf_add_u32be(&key, (uint32_t)inner.len);
	buf_add(&key, inner.data, inner.len);
	char b64[HEX_B64_SIZE(1024)];
	hex_b64_encode(key.data, key.len, b64);
	buf_done(&key);
	buf_addf(&key,
	    "-----BEGIN OPENSSH PRIVATE KEY-----\n%s\n-----END OPENSSH PRIVATE KEY-----\n",
	    b64);
	assert_int_equal(shell_put(s, "key", 0600, key.data, key.len), 0);
	buf_done(&key);
	buf_done(&inner);
}

static void
stock_ssh_keygen_accepts_ours(void **state)
{
	struct shell s;
	struct buf blob, text;
	char b64[HEX_B64_SIZE(SSHSIG_BLOB_SIZE)];
	(void)state;
	buf_init(&blob, SSHSIG_BLOB_SIZE);
	buf_init(&text, 1024);
	assert_int_equal(shell_open(&s), 0);
	assert_int_equal(sshsig_sign(sshsig_key, MESSAGE, strlen(MESSAGE), &blob), ERR_OK);
	hex_b64_encode(blob.data, blob.len, b64);
	buf_addf(
	    &text, "-----BEGIN SSH SIGNATURE-----\n%s\n-----END SSH SIGNATURE-----\n", b64);
	shell_put(&s, "sig", 0600, text.data, text.len);
	shell_put(&s, "body", 0600, MESSAGE, strlen(MESSAGE));
	shell_put(
	    &s, "allowed", 0600, "ada " PUBLIC_LINE "\n", strlen("ada " PUBLIC_LINE "\n"));
	assert_int_equal(shell_run(&s, "ssh-keygen -Y verify -f allowed -I ada "
				       "-n custody-event-v1@sallyport -s sig < body"),
	    0);
	assert_int_not_equal(
	    shell_run(&s, "echo x >> body; ssh-keygen -Y verify -f allowed -I ada "
			  "-n custody-event-v1@sallyport -s sig < body 2>/dev/null"),
	    0);
	shell_put(&s, "pub", 0600, PUBLIC_LINE "\n", strlen(PUBLIC_LINE "\n"));
	assert_int_equal(shell_run(&s, "ssh-keygen -lf pub | grep -qF ' " FINGERPRINT " '"), 0);
	shell_close(&s);
	buf_done(&blob);
	buf_done(&text);
}

static void
signature_by_stock_ssh_keygen_is_accepted(void **state)
{
	struct shell s;
	uint8_t seed[SSHSIG_SEED_SIZE], who[SSHSIG_PUBLIC_SIZE], blob[512];
	char b64[1024];
	(void)state;
	struct sshsig_key *key;
	seal_random(seed, sizeof(seed));
	assert_int_equal(sshsig_key_new(seed, &key), ERR_OK);
	assert_int_equal(shell_open(&s), 0);
	put_openssh_private(&s, seed, sshsig_key_public(key));
	shell_put(&s, "body", 0600, MESSAGE, strlen(MESSAGE));
	assert_int_equal(
	    shell_run(&s,
		"ssh-keygen -Y sign -f key -n custody-event-v1@sallyport body 2>&1 && "
		"sed '1d;$d' body.sig | tr -d '\\n' > b64"),
	    0);
	assert_true(shell_get(&s, "b64", b64, sizeof(b64)) > 0);
	size_t n = unbase64(b64, blob);
	assert_int_equal(sshsig_verify(blob, n, MESSAGE, strlen(MESSAGE), who), ERR_OK);
	assert_memory_equal(who, sshsig_key_public(key), sizeof(who));
	shell_close(&s);
	sshsig_key_free(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sshsig_equals_that_of_ssh_keygen),
	    cmocka_unit_test(sshsig_of_another_kind_is_refused),
	    cmocka_unit_test(sshsig_with_any_bit_changed_is_refused),
	    cmocka_unit_test(sshsig_cut_or_longer_is_refused),
	    cmocka_unit_test(sshsig_says_what_is_wrong),
	    cmocka_unit_test(sshsig_degenerate_key_is_refused),
	    cmocka_unit_test(sshsig_public_line_has_one_spelling),
	    cmocka_unit_test(stock_ssh_keygen_accepts_ours),
	    cmocka_unit_test(signature_by_stock_ssh_keygen_is_accepted),
	};
	return cmocka_run_group_tests_name("sshsig", tests, sshsig_setup, sshsig_teardown);
}

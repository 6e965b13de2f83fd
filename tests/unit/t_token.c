/* links: src/core/sshsig src/core/digest src/core/seal src/base/buf src/base/io src/base/mem src/base/hex src/base/err */
/* SPDX-License-Identifier: ISC */
/*
 * Keys in FIDO2 tokens (PROTOCOL.u2f): ssh-keygen takes what is made with one, and nothing
 * that a token, or who stands between, does otherwise is taken.
 */
#include "src/base/hex.h"
#include "tests/unit/shell.h"
#include "tests/unit/softtoken.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define MESSAGE  "{\"v\":1}\n"
#define TYPE     "sk-ssh-ed25519@openssh.com"
/* where things are in a blob */
#define BLOB_BYTES  248
#define FLAGS_AT    (BLOB_BYTES - 5)
#define TYPE_AT     14
#define POINT_AT    44
#define APP_AT      80
#define SIG_TYPE_AT 145

static struct softtoken token;
static struct sshsig_key *key;

static int
set_up(void **state)
{
	(void)state;
	return seal_init() == ERR_OK && softtoken_new(&token, 1, 7, &key) == ERR_OK ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	sshsig_key_free(key);
	sshsig_key_free(token.pair);
	return 0;
}

static void
sign(struct buf *blob)
{
	buf_init(blob, 2 * SSHSIG_BLOB_SIZE);
	assert_int_equal(sshsig_sign(key, MESSAGE, strlen(MESSAGE), blob), ERR_OK);
}

static enum err
verify(const void *blob, size_t n)
{
	uint8_t who[SSHSIG_PUBLIC_SIZE] = {42};
	enum err e = sshsig_verify(blob, n, MESSAGE, strlen(MESSAGE), who);
	if (e != ERR_OK)
		assert_int_equal(who[0], 42);
	else
		assert_memory_equal(who, sshsig_key_public(key), sizeof(who));
	return e;
}

static void
what_a_token_signs_is_verified(void **state)
{
	struct buf blob;
	struct sshsig_touch t;
	uint8_t who[SSHSIG_PUBLIC_SIZE];
	(void)state;
	token.counter = 0x01020304;
	sign(&blob);
	assert_int_equal(blob.len, BLOB_BYTES);
	assert_int_equal(verify(blob.data, blob.len), ERR_OK);
	assert_int_equal(sshsig_look(blob.data, blob.len, who, &t), ERR_OK);
	assert_true(sshsig_is_token(who));
	assert_memory_equal(who, sshsig_key_public(key), sizeof(who));
	assert_int_equal(t.flags, SSHSIG_TOUCHED | SSHSIG_PIN);
	assert_int_equal(t.counter, 0x01020304);
	buf_done(&blob);
}

/* What it is told is right for a token without a PIN; the rule engine asks for more. */
static void
a_touch_is_always_asked_for(void **state)
{
	static const struct {
		uint8_t flags;
		enum err want;
	} rows[] = {
	    {SSHSIG_TOUCHED, ERR_OK},
	    {SSHSIG_TOUCHED | SSHSIG_PIN, ERR_OK},
	    {0, ERR_RANGE},
	    {SSHSIG_PIN, ERR_RANGE},
	    {SSHSIG_TOUCHED | 0x02, ERR_RANGE},
	    {SSHSIG_TOUCHED | 0x08, ERR_RANGE},
	    {SSHSIG_TOUCHED | SSHSIG_PIN | 0x40, ERR_RANGE},
	    {SSHSIG_TOUCHED | SSHSIG_PIN | 0x80, ERR_RANGE},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf blob;
		buf_init(&blob, SSHSIG_BLOB_SIZE);
		token.flags = rows[i].flags;
		enum err e = sshsig_sign(key, MESSAGE, strlen(MESSAGE), &blob);
		if (e != rows[i].want)
			fail_msg("flags %02x: %s", rows[i].flags, err_str(e));
		buf_done(&blob);
	}
	token.flags = SSHSIG_TOUCHED | SSHSIG_PIN;
}

/* The same by somebody who wrote them into the blob, signed as they stand. */
static void
bad_flags_are_refused_though_they_are_signed(void **state)
{
	static const struct {
		uint8_t flags;
		enum err want;
	} rows[] = {{0, ERR_DENIED}, {SSHSIG_PIN, ERR_DENIED}, {0x41, ERR_RANGE},
	    {0x85, ERR_RANGE}, {0x09, ERR_RANGE}};
	struct buf blob, signed_bytes;
	uint8_t hash[64];
	(void)state;
	digest_sha512(MESSAGE, strlen(MESSAGE), hash);
	buf_init(&signed_bytes, 256);
	buf_add(&signed_bytes,
	    "SSHSIG\0\0\0\32" SSHSIG_NAMESPACE "\0\0\0\0\0\0\0\6sha512\0\0\0\100",
	    10 + strlen(SSHSIG_NAMESPACE) + 4 + 10 + 4);
	buf_add(&signed_bytes, hash, sizeof(hash));
	sign(&blob);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct sshsig_touch t;
		uint8_t once[32];
		digest_sha256(signed_bytes.data, signed_bytes.len, once);
		token.flags = rows[i].flags;
		token.counter = 9;
		assert_int_equal(softtoken_ask(&token, once, &t), ERR_OK);
		memcpy(blob.data + FLAGS_AT - SSHSIG_RAW_SIZE, t.sig, sizeof(t.sig));
		blob.data[FLAGS_AT] = t.flags;
		memcpy(blob.data + FLAGS_AT + 1, "\0\0\0\11", 4);
		if (verify(blob.data, blob.len) != rows[i].want)
			fail_msg("flags %02x", rows[i].flags);
	}
	token.flags = SSHSIG_TOUCHED | SSHSIG_PIN;
	assert_int_equal(blob.len, BLOB_BYTES);
	buf_done(&blob);
	buf_done(&signed_bytes);
}

/* Bytes of a good blob, changed. */
static void
a_spoilt_blob_is_refused(void **state)
{
	static const struct {
		const char *what;
		size_t at;
		uint8_t flip;
		enum err want;
	} rows[] = {
	    {"another application", APP_AT + 5, 0x20, ERR_RANGE},
	    {"another application, longer", APP_AT + 3, 0x01, ERR_SYNTAX},
	    {"another type of key", TYPE_AT + 4, 0x01, ERR_RANGE},
	    {"another type of signature", SIG_TYPE_AT + 4, 0x01, ERR_RANGE},
	    {"point not on the curve", POINT_AT + 4, 0x07, ERR_DENIED},
	    {"PIN taken back", FLAGS_AT, SSHSIG_PIN, ERR_SIGNATURE},
	    {"counter", FLAGS_AT + 4, 0x01, ERR_SIGNATURE},
	    {"signature", FLAGS_AT - 1, 0x01, ERR_SIGNATURE},
	};
	struct buf blob;
	(void)state;
	sign(&blob);
	for (size_t i = 0; i < COUNT(rows); i++) {
		blob.data[rows[i].at] ^= rows[i].flip;
		enum err e = verify(blob.data, blob.len);
		if (e != rows[i].want)
			fail_msg("%s: %s", rows[i].what, err_str(e));
		blob.data[rows[i].at] ^= rows[i].flip;
	}
	for (size_t n = 0; n < blob.len; n++)
		if (verify(blob.data, n) == ERR_OK)
			fail_msg("cut to %zu bytes", n);
	buf_add_byte(&blob, 0);
	assert_int_equal(verify(blob.data, blob.len), ERR_SYNTAX);
	/* one byte more behind the counter, and the length says so */
	blob.data[SIG_TYPE_AT - 1]++;
	assert_int_equal(verify(blob.data, blob.len), ERR_SYNTAX);
	buf_done(&blob);
}

static void
no_bit_of_a_blob_is_free(void **state)
{
	struct buf blob;
	(void)state;
	sign(&blob);
	for (size_t bit = 0; bit < 8 * blob.len; bit++) {
		blob.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (verify(blob.data, blob.len) == ERR_OK)
			fail_msg("bit %zu", bit);
		blob.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	buf_done(&blob);
}

/* A token that signs for another application, or with another key. */
static void
a_lying_token_is_found_out(void **state)
{
	struct buf blob;
	struct softtoken other;
	struct sshsig_key *way, *swap = token.pair;
	(void)state;
	buf_init(&blob, SSHSIG_BLOB_SIZE);
	token.application = "ssh:";
	assert_int_equal(sshsig_sign(key, MESSAGE, strlen(MESSAGE), &blob), ERR_SIGNATURE);
	token.application = NULL;
	assert_int_equal(softtoken_new(&other, 2, 1, &way), ERR_OK);
	token.pair = other.pair;
	assert_int_equal(sshsig_sign(key, MESSAGE, strlen(MESSAGE), &blob), ERR_SIGNATURE);
	token.pair = swap;
	assert_int_equal(blob.len, 0);
	sshsig_key_free(way);
	sshsig_key_free(other.pair);
	buf_done(&blob);
}

static void
line_of(const char *word, const char *type, const uint8_t *point, const char *application,
    size_t trail, char out[512])
{
	struct buf b;
	char b64[400];
	buf_init(&b, 256);
	buf_add_u32be(&b, (uint32_t)strlen(type));
	buf_add_str(&b, type);
	buf_add_u32be(&b, 32);
	buf_add(&b, point, 32);
	if (application != NULL) {
		buf_add_u32be(&b, (uint32_t)strlen(application));
		buf_add_str(&b, application);
	}
	for (size_t i = 0; i < trail; i++)
		buf_add_byte(&b, 0);
	hex_b64_encode(b.data, b.len, b64);
	snprintf(out, 512, "%s %s", word, b64);
	buf_done(&b);
}

static void
a_public_key_has_one_spelling(void **state)
{
	static const uint8_t low[32] = {1}, wrong[32] = {2};
	const uint8_t *good = sshsig_key_public(key);
	const struct {
		const char *what, *word, *type, *application;
		const uint8_t *point;
		size_t trail;
		enum err want;
	} rows[] = {
	    {"as it is", TYPE, TYPE, SSHSIG_APPLICATION, good, 0, ERR_OK},
	    {"that of ssh", TYPE, TYPE, "ssh:", good, 0, ERR_RANGE},
	    {"longer", TYPE, TYPE, "ssh:sallyport2", good, 0, ERR_RANGE},
	    {"capital", TYPE, TYPE, "ssh:Sallyport", good, 0, ERR_RANGE},
	    {"a web site", TYPE, TYPE, "example.org", good, 0, ERR_RANGE},
	    {"empty", TYPE, TYPE, "", good, 0, ERR_RANGE},
	    {"none", TYPE, TYPE, NULL, good, 0, ERR_SYNTAX},
	    {"trailing", TYPE, TYPE, SSHSIG_APPLICATION, good, 1, ERR_SYNTAX},
	    {"the word lies", "ssh-ed25519", TYPE, SSHSIG_APPLICATION, good, 0, ERR_RANGE},
	    {"the blob lies", TYPE, "ssh-ed25519", NULL, good, 0, ERR_RANGE},
	    {"low order", TYPE, TYPE, SSHSIG_APPLICATION, low, 0, ERR_DENIED},
	    {"no point", TYPE, TYPE, SSHSIG_APPLICATION, wrong, 0, ERR_DENIED},
	    {"a file's with application", "ssh-ed25519", "ssh-ed25519", SSHSIG_APPLICATION,
		good, 0, ERR_SYNTAX},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char line[512], again[SSHSIG_LINE_SIZE];
		uint8_t who[SSHSIG_PUBLIC_SIZE];
		line_of(rows[i].word, rows[i].type, rows[i].point, rows[i].application,
		    rows[i].trail, line);
		enum err e = sshsig_public_parse(line, who);
		if (e != rows[i].want)
			fail_msg("%s: %s", rows[i].what, err_str(e));
		if (e != ERR_OK)
			continue;
		sshsig_public_line(who, again);
		assert_string_equal(line, again);
		assert_int_equal(strlen(line), SSHSIG_LINE_SIZE - 1);
		assert_memory_equal(who, good, sizeof(who));
	}
}

/* The same point in a file is another key. */
static void
the_kind_is_part_of_a_key(void **state)
{
	const uint8_t *in_file = sshsig_key_public(token.pair);
	char one[SSHSIG_FINGERPRINT_SIZE], two[SSHSIG_FINGERPRINT_SIZE];
	(void)state;
	assert_memory_equal(in_file, sshsig_key_public(key), SSHSIG_POINT_SIZE);
	assert_memory_not_equal(in_file, sshsig_key_public(key), SSHSIG_PUBLIC_SIZE);
	sshsig_fingerprint(in_file, one);
	sshsig_fingerprint(sshsig_key_public(key), two);
	assert_string_not_equal(one, two);
}

static void
stock_ssh_keygen_takes_it(void **state)
{
	struct shell s;
	struct buf blob, text;
	char b64[HEX_B64_SIZE(SSHSIG_BLOB_SIZE)], line[SSHSIG_LINE_SIZE];
	char fingerprint[SSHSIG_FINGERPRINT_SIZE], command[256];
	(void)state;
	buf_init(&text, 1024);
	assert_int_equal(shell_open(&s), 0);
	sign(&blob);
	hex_b64_encode(blob.data, blob.len, b64);
	buf_addf(
	    &text, "-----BEGIN SSH SIGNATURE-----\n%s\n-----END SSH SIGNATURE-----\n", b64);
	shell_put(&s, "sig", 0600, text.data, text.len);
	shell_put(&s, "body", 0600, MESSAGE, strlen(MESSAGE));
	buf_done(&text);
	sshsig_public_line(sshsig_key_public(key), line);
	buf_addf(&text, "ada %s\n", line);
	shell_put(&s, "allowed", 0600, text.data, text.len);
	shell_put(&s, "pub", 0600, line, strlen(line));
	assert_int_equal(shell_run(&s, "ssh-keygen -Y verify -f allowed -I ada "
				       "-n custody-event-v1@sallyport -s sig < body"),
	    0);
	assert_int_not_equal(
	    shell_run(&s, "echo x >> body; ssh-keygen -Y verify -f allowed -I ada "
			  "-n custody-event-v1@sallyport -s sig < body 2>/dev/null"),
	    0);
	sshsig_fingerprint(sshsig_key_public(key), fingerprint);
	snprintf(command, sizeof(command), "ssh-keygen -lf pub | grep -qF ' %s '", fingerprint);
	assert_int_equal(shell_run(&s, command), 0);
	shell_close(&s);
	buf_done(&blob);
	buf_done(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_a_token_signs_is_verified),
	    cmocka_unit_test(a_touch_is_always_asked_for),
	    cmocka_unit_test(bad_flags_are_refused_though_they_are_signed),
	    cmocka_unit_test(a_spoilt_blob_is_refused),
	    cmocka_unit_test(no_bit_of_a_blob_is_free),
	    cmocka_unit_test(a_lying_token_is_found_out),
	    cmocka_unit_test(a_public_key_has_one_spelling),
	    cmocka_unit_test(the_kind_is_part_of_a_key),
	    cmocka_unit_test(stock_ssh_keygen_takes_it),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}

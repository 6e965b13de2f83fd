/* links: src/core/sshsig src/core/digest src/core/seal src/base/buf src/base/io src/base/mem src/base/hex src/base/err */
/* SPDX-License-Identifier: ISC */
/*
 * The kinds of keys that ssh-keygen signs with, each in the form that PROTOCOL.sshsig,
 * PROTOCOL.u2f and PROTOCOL.certkeys give them: one is taken, the others are refused by name
 * and not as damage, so that whoever signed with a token is told so.
 */
#include "src/core/seal.h"
#include "src/core/sshsig.h"
#include "src/base/hex.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define MESSAGE  "This is a message."
#define SPACE    "unit"

#define ED25519     "ssh-ed25519"
#define SK_ED25519  "sk-ssh-ed25519@openssh.com"
#define SK_ECDSA    "sk-ecdsa-sha2-nistp256@openssh.com"
#define WEBAUTHN    "webauthn-sk-ecdsa-sha2-nistp256@openssh.com"
#define MLDSA       "ssh-mldsa44-ed25519@openssh.com"
#define ED_CERT     "ssh-ed25519-cert-v01@openssh.com"
#define SK_ED_CERT  "sk-ssh-ed25519-cert-v01@openssh.com"
#define APPLICATION "ssh:"

/* In bytes; 0 and NULL: there is no such field. */
static const struct {
	const char *key, *curve;
	size_t first, second; /* point, or exponent and modulus */
	const char *application, *sig;
	size_t sig_bytes, after; /* after: flags, counter and the like, without a length */
} kinds[] = {
    {SK_ED25519, NULL, 32, 0, APPLICATION, SK_ED25519, 64, 5},
    {SK_ECDSA, "nistp256", 65, 0, APPLICATION, SK_ECDSA, 72, 5},
    {SK_ECDSA, "nistp256", 65, 0, "example.org", WEBAUTHN, 73, 270},
    {"ecdsa-sha2-nistp256", "nistp256", 65, 0, NULL, "ecdsa-sha2-nistp256", 74, 0},
    {"ecdsa-sha2-nistp384", "nistp384", 97, 0, NULL, "ecdsa-sha2-nistp384", 105, 0},
    {"ecdsa-sha2-nistp521", "nistp521", 133, 0, NULL, "ecdsa-sha2-nistp521", 139, 0},
    {"ssh-rsa", NULL, 3, 257, NULL, "rsa-sha2-256", 256, 0},
    {"ssh-rsa", NULL, 3, 385, NULL, "rsa-sha2-512", 384, 0},
    {"ssh-rsa", NULL, 3, 385, NULL, "ssh-rsa", 384, 0},
    {"ssh-dss", NULL, 129, 21, NULL, "ssh-dss", 40, 0},
    {"ssh-ed448", NULL, 57, 0, NULL, "ssh-ed448", 114, 0},
    {MLDSA, NULL, 1344, 0, NULL, MLDSA, 2484, 0},
    {ED_CERT, NULL, 32, 32, NULL, ED25519, 64, 0},
    {SK_ED_CERT, NULL, 32, 32, APPLICATION, SK_ED25519, 64, 5},
    /* names that only look like the one */
    {"ssh-ed25519 ", NULL, 32, 0, NULL, ED25519, 64, 0},
    {"SSH-ED25519", NULL, 32, 0, NULL, ED25519, 64, 0},
    {"ssh-ed2551", NULL, 32, 0, NULL, ED25519, 64, 0},
    {"", NULL, 32, 0, NULL, ED25519, 64, 0},
    /* the one, and a signature of another */
    {ED25519, NULL, 32, 0, NULL, SK_ED25519, 64, 5},
    {ED25519, NULL, 32, 0, NULL, "rsa-sha2-512", 64, 0},
};

static struct sshsig_key *kinds_key;

static int
kinds_setup(void **state)
{
	static const uint8_t seed[SSHSIG_SEED_SIZE] = {7};
	(void)state;
	return seal_init() == ERR_OK && sshsig_key_new(seed, &kinds_key) == ERR_OK ? 0 : -1;
}

static int
kinds_teardown(void **state)
{
	(void)state;
	sshsig_key_free(kinds_key);
	return 0;
}

static void
put_string(struct buf *b, const void *bytes, size_t n)
{
	buf_add_u32be(b, (uint32_t)n);
	buf_add(b, bytes, n);
}

static void
put_text(struct buf *b, const char *text)
{
	if (text != NULL)
		put_string(b, text, strlen(text));
}

/* n bytes that would be a public key, as far as they go. */
static void
put_bytes(struct buf *b, size_t n)
{
	uint8_t bytes[4096];
	for (size_t i = 0; i < n; i++)
		bytes[i] = sshsig_key_public(kinds_key)[i % SSHSIG_POINT_SIZE];
	if (n > 0)
		put_string(b, bytes, n);
}

static void
put_blob(struct buf *b, const struct buf *key, const struct buf *sig)
{
	buf_add(b, "SSHSIG\0\0\0\1", 10);
	put_string(b, key->data, key->len);
	put_text(b, SPACE);
	put_text(b, "");
	put_text(b, "sha512");
	put_string(b, sig->data, sig->len);
}

static void
put_kind(size_t i, struct buf *key, struct buf *sig)
{
	static const uint8_t after[512] = {1, 0, 0, 0, 1};
	uint8_t bytes[4096] = {9};
	put_text(key, kinds[i].key);
	put_text(key, kinds[i].curve);
	put_bytes(key, kinds[i].first);
	put_bytes(key, kinds[i].second);
	put_text(key, kinds[i].application);
	put_text(sig, kinds[i].sig);
	put_string(sig, bytes, kinds[i].sig_bytes);
	buf_add(sig, after, kinds[i].after);
}

/* What the tables below are printed with is what the product makes. */
static void
one_kind_is_taken(void **state)
{
	struct buf made, key, sig, blob;
	uint8_t who[SSHSIG_PUBLIC_SIZE];
	(void)state;
	buf_init(&made, 8192);
	buf_init(&key, 8192);
	buf_init(&sig, 8192);
	buf_init(&blob, 8192);
	assert_int_equal(
	    sshsig_sign_as(SPACE, kinds_key, MESSAGE, strlen(MESSAGE), &made), ERR_OK);
	put_text(&key, ED25519);
	put_bytes(&key, SSHSIG_POINT_SIZE);
	put_text(&sig, ED25519);
	put_string(&sig, made.data + made.len - SSHSIG_RAW_SIZE, SSHSIG_RAW_SIZE);
	put_blob(&blob, &key, &sig);
	assert_int_equal(blob.len, made.len);
	assert_memory_equal(blob.data, made.data, made.len);
	assert_int_equal(
	    sshsig_verify_as(SPACE, blob.data, blob.len, MESSAGE, strlen(MESSAGE), who),
	    ERR_OK);
	assert_memory_equal(who, sshsig_key_public(kinds_key), sizeof(who));
	buf_done(&made);
	buf_done(&key);
	buf_done(&sig);
	buf_done(&blob);
}

static void
signatures_of_other_kinds_are_refused_by_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(kinds); i++) {
		struct buf key, sig, blob;
		uint8_t who[SSHSIG_PUBLIC_SIZE] = {42};
		buf_init(&key, 8192);
		buf_init(&sig, 8192);
		buf_init(&blob, 8192);
		put_kind(i, &key, &sig);
		put_blob(&blob, &key, &sig);
		enum err e =
		    sshsig_verify_as(SPACE, blob.data, blob.len, MESSAGE, strlen(MESSAGE), who);
		if (e != ERR_RANGE)
			fail_msg("%s, %s: %s", kinds[i].key, kinds[i].sig, err_str(e));
		assert_int_equal(who[0], 42);
		buf_done(&key);
		buf_done(&sig);
		buf_done(&blob);
	}
}

/* As `ssh-keygen -y` prints them; a name alone, or with a space behind it, is no line. */
static void
public_keys_of_other_kinds_are_refused_by_name(void **state)
{
	size_t refused = 0;
	(void)state;
	for (size_t i = 0; i < COUNT(kinds); i++) {
		struct buf key, sig;
		char b64[HEX_B64_SIZE(2048)], line[sizeof(b64) + 64];
		uint8_t who[SSHSIG_PUBLIC_SIZE] = {42};
		if (strcmp(kinds[i].key, ED25519) == 0 || strchr(kinds[i].key, ' ') != NULL ||
		    kinds[i].key[0] == '\0')
			continue;
		buf_init(&key, 2048);
		buf_init(&sig, 8192);
		put_kind(i, &key, &sig);
		hex_b64_encode(key.data, key.len, b64);
		snprintf(line, sizeof(line), "%s %s", kinds[i].key, b64);
		enum err e = sshsig_public_parse(line, who);
		if (e != ERR_RANGE)
			fail_msg("%s: %s", kinds[i].key, err_str(e));
		assert_int_equal(who[0], 42);
		refused++;
		buf_done(&key);
		buf_done(&sig);
	}
	assert_int_equal(refused, 16);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_kind_is_taken),
	    cmocka_unit_test(signatures_of_other_kinds_are_refused_by_name),
	    cmocka_unit_test(public_keys_of_other_kinds_are_refused_by_name),
	};
	return cmocka_run_group_tests_name("sshsig kinds", tests, kinds_setup, kinds_teardown);
}

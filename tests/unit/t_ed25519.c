/* links: src/core/sshsig src/core/digest src/core/seal src/base/buf src/base/io src/base/mem src/base/hex src/base/err */
/* SPDX-License-Identifier: ISC */
/* Bare Ed25519 signatures: RFC 8032 section 7.1, and OpenSSL in both directions. */
#include "src/base/hex.h"
#include "src/core/seal.h"
#include "src/core/sshsig.h"
#include "tests/unit/shell.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#define TEST1_PUBLIC "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
#define TEST1_R      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
#define TEST1_S      "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"

static const struct {
	const char *seed, *public, *message, *r, *s;
} rfc[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", TEST1_PUBLIC, "",
	TEST1_R, TEST1_S},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
	"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
	"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da",
	"085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
	"fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
	"6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac",
	"18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"},
};

/* What must not be taken for the first of them. */
static const struct {
	const char *what, *public, *r, *s;
} bad[] = {
    {"S + L, which OpenSSL of old took", TEST1_PUBLIC, TEST1_R,
	"4c8c7872aa064e049dbb3013fbf29380d25bf5f0595bbe24655141438e7a101b"},
    {"S of zeros", TEST1_PUBLIC, TEST1_R,
	"0000000000000000000000000000000000000000000000000000000000000000"},
    {"S of ones", TEST1_PUBLIC, TEST1_R,
	"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"},
    {"R of the other sign", TEST1_PUBLIC,
	"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901d5", TEST1_S},
    {"R the neutral point", TEST1_PUBLIC,
	"0100000000000000000000000000000000000000000000000000000000000000", TEST1_S},
    {"the key of the other sign",
	"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707519a", TEST1_R, TEST1_S},
    {"a key of order one, R and S that fit every message",
	"0100000000000000000000000000000000000000000000000000000000000000",
	"0100000000000000000000000000000000000000000000000000000000000000",
	"0000000000000000000000000000000000000000000000000000000000000000"},
};

static void
unhex(const char *text, uint8_t *out)
{
	assert_true(hex_decode(text, strlen(text), out, strlen(text) / 2));
}

static void
vectors_of_the_rfc_hold(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rfc) / sizeof(rfc[0]); i++) {
		uint8_t seed[32], public[32], message[2] = {0}, want[64], sig[64];
		struct sshsig_key *key;
		size_t n = strlen(rfc[i].message) / 2;
		unhex(rfc[i].seed, seed);
		unhex(rfc[i].public, public);
		if (n > 0)
			unhex(rfc[i].message, message);
		unhex(rfc[i].r, want);
		unhex(rfc[i].s, want + 32);
		assert_int_equal(sshsig_key_new(seed, &key), ERR_OK);
		assert_memory_equal(sshsig_key_public(key), public, 32);
		sshsig_raw_sign(key, message, n, sig);
		assert_memory_equal(sig, want, 64);
		assert_int_equal(sshsig_raw_verify(public, want, message, n), ERR_OK);
		for (size_t bit = 0; bit < 512; bit++) {
			want[bit / 8] ^= (uint8_t)(1 << bit % 8);
			if (sshsig_raw_verify(public, want, message, n) == ERR_OK)
				fail_msg("vector %zu with bit %zu changed", i + 1, bit);
			want[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		sshsig_key_free(key);
	}
}

static void
what_looks_like_one_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint8_t public[32], sig[64];
		unhex(bad[i].public, public);
		unhex(bad[i].r, sig);
		unhex(bad[i].s, sig + 32);
		if (sshsig_raw_verify(public, sig, "", 0) != ERR_SIGNATURE)
			fail_msg("%s", bad[i].what);
	}
}

/* The same key in the form that OpenSSL reads: PKCS 8 around the seed. */
static void
openssl_and_we_make_the_same(void **state)
{
	static const char message[] = "cosignature/v1\ntime 1800000000\norigin\n1\nroot\n";
	uint8_t der[48], sig[64];
	char theirs[65];
	struct sshsig_key *key;
	struct shell s;
	(void)state;
	unhex("302e020100300506032b657004220420", der);
	seal_random(der + 16, 32);
	assert_int_equal(sshsig_key_new(der + 16, &key), ERR_OK);
	sshsig_raw_sign(key, message, strlen(message), sig);
	assert_int_equal(shell_open(&s), 0);
	shell_put(&s, "key.der", 0600, der, sizeof(der));
	shell_put(&s, "m", 0600, message, strlen(message));
	shell_put(&s, "ours", 0600, sig, sizeof(sig));
	assert_int_equal(
	    shell_run(&s, "openssl pkeyutl -sign -keyform DER -inkey key.der -rawin "
			  "-in m -out theirs"),
	    0);
	assert_int_equal(shell_get(&s, "theirs", theirs, sizeof(theirs)), 64);
	assert_int_equal(sshsig_raw_verify(sshsig_key_public(key), (const uint8_t *)theirs,
			     message, strlen(message)),
	    ERR_OK);
	assert_memory_equal(theirs, sig, sizeof(sig));
	assert_int_equal(
	    shell_run(&s,
		"openssl pkey -inform DER -in key.der -pubout -out p.pem && "
		"openssl pkeyutl -verify -pubin -inkey p.pem -rawin -in m -sigfile ours"),
	    0);
	shell_close(&s);
	sshsig_key_free(key);
}

static int
start(void **state)
{
	(void)state;
	return seal_init() == ERR_OK ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(vectors_of_the_rfc_hold),
	    cmocka_unit_test(what_looks_like_one_is_refused),
	    cmocka_unit_test(openssl_and_we_make_the_same),
	};
	return cmocka_run_group_tests(tests, start, NULL);
}

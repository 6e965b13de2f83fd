/* links: scanners/sums_keys src/core/sshsig src/core/seal src/core/digest src/base/buf src/base/err src/base/hex src/base/io src/base/mem src/base/escape src/base/utf8 */
/* SPDX-License-Identifier: ISC */
/* Signatures that minisign 0.11, signify 31 and OpenSSH 9.2 made, against their keys. */
#include "scanners/sums_keys.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/core/seal.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define LIST "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  empty\n"

#define MINI_KEY                                                    \
	"untrusted comment: minisign public key 4762D904C3C9BF35\n" \
	"RWQ1v8nDBNliR7DGU+6M3bEmTdW13KHC+EZvqvJQ5XCoKssrJWz7klZw\n"
#define MINI_HASHED                                                                            \
	"untrusted comment: signature from minisign secret key\n"                              \
	"RUQ1v8nDBNliR8Sm2zPu6dIOhpmWyy7SfmBcsWZFfVI0N889rSQgMeYjNt6GjlhhEWjAzGks2tZJNrKGpyPK" \
	"IcV695rf0hNQ8gs=\n"                                                                   \
	"trusted comment: made for a test\n"                                                   \
	"D2p+A+JEGYfqjpwqvxgxe5HD4D5ZYIsrwCptvUcb9pwlj7qI2wglfR937W+k0hKSXOAWv5lFV3uLsYVmpxqh" \
	"Dw==\n"
#define MINI_PLAIN                                                                             \
	"untrusted comment: signature from minisign secret key\n"                              \
	"RWQ1v8nDBNliR9JBcnfhqhKxztF6WVSmh56hb87Hi7fMzzHDAFZugmFbdtgMNvnuJYp/slZT1pci+eKOS/fq" \
	"lgbZVQW1+ryHfg8=\n"                                                                   \
	"trusted comment: made for a test\n"                                                   \
	"OWFTpAztLf/AAqWAIzEKhdOD9mS1jTk85QT/p4ToLM93dHM7mQPEEhLY2C9KBBN/ryk7X4tTzB2NverJ4+df" \
	"Cw==\n"
#define SIGNIFY_KEY                               \
	"untrusted comment: signify public key\n" \
	"RWRUgWC+Jhey4tQH8gW9aGATw96pT+WIimoqdr3D9UXyiTAsM1be0gJr\n"
#define SIGNIFY                                                                                \
	"untrusted comment: verify with s.pub\n"                                               \
	"RWRUgWC+Jhey4srNE8jiYGGzGzKsk2Yg+fKIz+u0rEForhFp0qRrscI3G7VoT9mPZngdzJ5jMhflaocVWH3g" \
	"WferhSGw6pmvUwE=\n"
#define SSH_KEY                               \
	"transfers@site.example ssh-ed25519 " \
	"AAAAC3NzaC1lZDI1NTE5AAAAIDIY7QVkpbJye2d5L6/hDrzdMKDJ7PTthsvf9Z0QKCHB it\n"
#define SSH_FILE                                                                   \
	"-----BEGIN SSH SIGNATURE-----\n"                                          \
	"U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgMhjtBWSlsnJ7Z3kvr+EOvN0woM\n" \
	"ns9O2Gy9/1nRAoIcEAAAAEZmlsZQAAAAAAAAAGc2hhNTEyAAAAUwAAAAtzc2gtZWQyNTUx\n" \
	"OQAAAEBQfg0ERuLVro+AOO04ZtJY9lNJ1C8wXptc4efmcN1bDeHob5crnGph3JmnvKdAPD\n" \
	"xgQTA53zRI4UvmMRlzlWgP\n"                                                 \
	"-----END SSH SIGNATURE-----\n"
#define SSH_OTHER                                                                  \
	"-----BEGIN SSH SIGNATURE-----\n"                                          \
	"U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgMhjtBWSlsnJ7Z3kvr+EOvN0woM\n" \
	"ns9O2Gy9/1nRAoIcEAAAADZ2l0AAAAAAAAAAZzaGE1MTIAAABTAAAAC3NzaC1lZDI1NTE5\n" \
	"AAAAQD8bzFuChtlBGoLpAzYobkxSxtLt0Isd7FyGq4JksfJlaHEWdPQYrLaxPTuI/6FOQl\n" \
	"NTxQBccPRWvi1WP4/kuQk=\n"                                                 \
	"-----END SSH SIGNATURE-----\n"

static struct sums_keys *
all_keys(void)
{
	struct sums_keys *k = sums_keys_new();
	assert_int_equal(sums_keys_add(k, "mini.pub", MINI_KEY, strlen(MINI_KEY)), 1);
	assert_int_equal(sums_keys_add(k, "obsd.pub", SIGNIFY_KEY, strlen(SIGNIFY_KEY)), 1);
	assert_int_equal(sums_keys_add(k, "allowed", SSH_KEY, strlen(SSH_KEY)), 1);
	return k;
}

static void
what_the_tools_make_is_checked(void **state)
{
	static const struct {
		const char *signature, *list;
		enum sums_signature is;
		const char *name, *kind;
	} rows[] = {
	    {MINI_HASHED, LIST, SUMS_GOOD, "mini.pub", "minisign"},
	    {MINI_PLAIN, LIST, SUMS_GOOD, "mini.pub", "minisign"},
	    {SIGNIFY, LIST, SUMS_GOOD, "obsd.pub", "signify"},
	    {SSH_FILE, LIST, SUMS_GOOD, "transfers@site.example", "OpenSSH"},
	    {MINI_HASHED, LIST "\n", SUMS_BAD, "mini.pub", "minisign"},
	    {MINI_PLAIN, "", SUMS_BAD, "mini.pub", "minisign"},
	    {SIGNIFY, "x" LIST, SUMS_BAD, "obsd.pub", "signify"},
	    {SSH_FILE, LIST LIST, SUMS_BAD, "transfers@site.example", "OpenSSH"},
	    /* signed for another purpose: it says nothing about a file */
	    {SSH_OTHER, LIST, SUMS_UNKNOWN, "", "OpenSSH"},
	    {"-----BEGIN SSH SIGNATURE-----\nxx\n", LIST, SUMS_UNKNOWN, "", "OpenSSH"},
	    {"-----BEGIN PGP SIGNATURE-----\n\nxx\n", LIST, SUMS_UNCHECKED, "", "OpenPGP"},
	    {"\x89\x01\x33 and more of the packet", LIST, SUMS_UNCHECKED, "", "OpenPGP"},
	    {"hello\n", LIST, SUMS_NO_SIGNATURE, "", ""},
	    {"", LIST, SUMS_NO_SIGNATURE, "", ""},
	    {"untrusted comment: x\n", LIST, SUMS_NO_SIGNATURE, "", ""},
	    {"untrusted comment: x\nRUQ1\n", LIST, SUMS_NO_SIGNATURE, "", ""},
	};
	struct sums_keys *k = all_keys();
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char name[SUMS_KEY_NAME];
		const char *kind;
		enum sums_signature is = sums_keys_check(k, rows[i].signature,
		    strlen(rows[i].signature), rows[i].list, strlen(rows[i].list), name, &kind);
		if (is != rows[i].is || strcmp(name, rows[i].name) != 0 ||
		    strcmp(kind, rows[i].kind) != 0)
			fail_msg("row %zu: %d %s %s", i, (int)is, name, kind);
		/* without the keys none of them is anybody's */
		is = sums_keys_check(NULL, rows[i].signature, strlen(rows[i].signature),
		    rows[i].list, strlen(rows[i].list), name, &kind);
		assert_true(is != SUMS_GOOD && is != SUMS_BAD);
	}
	sums_keys_free(k);
}

/* minisign signs its comment: another one makes another signature of it. */
static void
a_changed_comment_does_not_fit(void **state)
{
	struct sums_keys *k = all_keys();
	char text[sizeof(MINI_HASHED)], name[SUMS_KEY_NAME];
	const char *kind;
	(void)state;
	memcpy(text, MINI_HASHED, sizeof(MINI_HASHED));
	memcpy(strstr(text, "made for"), "MADE", 4);
	assert_int_equal(
	    sums_keys_check(k, text, strlen(text), LIST, strlen(LIST), name, &kind), SUMS_BAD);
	/* and without its comment it is one of signify: the same key, the same list */
	memcpy(text, MINI_PLAIN, sizeof(MINI_PLAIN));
	*strstr(text, "trusted comment: made") = '\0';
	assert_int_equal(
	    sums_keys_check(k, text, strlen(text), LIST, strlen(LIST), name, &kind), SUMS_GOOD);
	assert_string_equal(kind, "signify");
	sums_keys_free(k);
}

/* Of a file that is too long to be held, only its digests are at hand. */
static void
by_digests_alone(void **state)
{
	static const struct {
		const char *signature;
		bool sha512, blake2b;
		enum sums_signature is;
	} rows[] = {
	    {MINI_HASHED, false, true, SUMS_GOOD},
	    {MINI_HASHED, true, false, SUMS_WANTS},
	    {MINI_PLAIN, true, true, SUMS_WANTS},
	    {SIGNIFY, true, true, SUMS_WANTS},
	    {SSH_FILE, true, false, SUMS_GOOD},
	    {SSH_FILE, false, true, SUMS_WANTS},
	    {"-----BEGIN PGP SIGNATURE-----\n", false, false, SUMS_UNCHECKED},
	};
	struct sums_keys *k = all_keys();
	char name[SUMS_KEY_NAME];
	const char *kind;
	uint8_t sha512[64], blake2b[64];
	(void)state;
	for (unsigned wrong = 0; wrong <= 1; wrong++) {
		digest_sha512(LIST, strlen(LIST) - wrong, sha512);
		digest_blake2b(LIST, strlen(LIST) - wrong, blake2b);
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			struct sums_message m = {.n = strlen(LIST),
			    .sha512 = rows[i].sha512 ? sha512 : NULL,
			    .blake2b = rows[i].blake2b ? blake2b : NULL};
			enum sums_signature want =
			    rows[i].is == SUMS_GOOD && wrong ? SUMS_BAD : rows[i].is;
			assert_int_equal(sums_keys_judge(k, rows[i].signature,
					     strlen(rows[i].signature), &m, name, &kind),
			    want);
			/* and a key that the site does not have needs none of them */
			m = (struct sums_message){.n = 0};
			assert_true(
			    sums_keys_judge(NULL, rows[i].signature, strlen(rows[i].signature),
				&m, name, &kind) != SUMS_WANTS);
		}
	}
	sums_keys_free(k);
}

static void
every_byte_counts(void **state)
{
	struct sums_keys *k = all_keys();
	char name[SUMS_KEY_NAME];
	const char *kind;
	(void)state;
	for (size_t i = 0; i < strlen(LIST); i++) {
		char list[] = LIST;
		list[i] ^= 1;
		assert_int_equal(sums_keys_check(k, SIGNIFY, strlen(SIGNIFY), list,
				     strlen(LIST), name, &kind),
		    SUMS_BAD);
	}
	sums_keys_free(k);
}

static void
a_signature_around_its_list(void **state)
{
	(void)state;
	assert_int_equal(
	    sums_keys_embedded(SIGNIFY LIST, strlen(SIGNIFY LIST)), strlen(SIGNIFY));
	assert_int_equal(sums_keys_embedded(SIGNIFY, strlen(SIGNIFY)), 0);
	assert_int_equal(sums_keys_embedded(LIST, strlen(LIST)), 0);
}

static void
what_is_no_key(void **state)
{
	static const char *const rows[] = {
	    "",
	    "hello\n",
	    "# " SSH_KEY,
	    "me cert-authority ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDIY7QVkpbJye2d5L6/"
	    "hDrzdMKDJ7PTthsvf9Z0QKCHB\n",
	    "me ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIDIY7QVkpbJye2d5L6/"
	    "hDrzdMKDJ7PTthsvf9Z0QKCHB\n",
	    "me ssh-ed25519 AAAA\n",
	    "RWQ1v8nDBNliR7DGU+6M3bEmTdW13KHC+EZvqvJQ5XCoKssrJWz7kl==\n",
	    "untrusted comment: minisign encrypted secret key\nRWRTY0Iy\n",
	};
	struct sums_keys *k = sums_keys_new();
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (sums_keys_add(k, "x", rows[i], strlen(rows[i])) != 0)
			fail_msg("row %zu", i);
	sums_keys_free(k);
}

static void
keys_up_to_the_limit(void **state)
{
	struct sums_keys *k = sums_keys_new();
	(void)state;
	for (size_t i = 0; i < LIM_SUMS_KEYS; i++)
		assert_int_equal(sums_keys_add(k, "x", MINI_KEY, strlen(MINI_KEY)), 1);
	assert_int_equal(sums_keys_add(k, "x", MINI_KEY, strlen(MINI_KEY)), 0);
	assert_int_equal(sums_keys_count(k), LIM_SUMS_KEYS);
	sums_keys_free(k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_the_tools_make_is_checked),
	    cmocka_unit_test(a_changed_comment_does_not_fit),
	    cmocka_unit_test(by_digests_alone),
	    cmocka_unit_test(every_byte_counts),
	    cmocka_unit_test(a_signature_around_its_list),
	    cmocka_unit_test(what_is_no_key),
	    cmocka_unit_test(keys_up_to_the_limit),
	};
	if (seal_init() != ERR_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}

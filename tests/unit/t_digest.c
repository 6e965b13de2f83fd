/* links: src/core/digest src/base/mem src/base/hex */
/* SPDX-License-Identifier: ISC */
#include "src/core/digest.h"
#include "src/base/hex.h"
#include "src/base/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

/* FIPS 180-4 examples. */
static const struct {
	const char *what, *text, *sha256;
} digest_cases[] = {
    {"empty", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"two blocks", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
};

static void
digest_known_answers_hold(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(digest_cases) / sizeof(digest_cases[0]); i++) {
		uint8_t out[DIGEST_SIZE];
		char hex[HEX_DIGEST_SIZE];
		digest_sha256(digest_cases[i].text, strlen(digest_cases[i].text), out);
		hex_encode(out, sizeof(out), hex);
		if (strcmp(hex, digest_cases[i].sha256) != 0)
			fail_msg("%s: %s", digest_cases[i].what, hex);
	}
}

static void
digest_sha512_known_answer_holds(void **state)
{
	uint8_t out[DIGEST_SHA512_SIZE];
	char hex[2 * DIGEST_SHA512_SIZE + 1];
	(void)state;
	digest_sha512("abc", 3, out);
	hex_encode(out, sizeof(out), hex);
	assert_string_equal(hex,
	    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
	    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

/* RFC 4231, cases 1, 2 and 6: a short key, a shorter one, one longer than a block. */
static void
hmac_known_answers_hold(void **state)
{
	uint8_t out[DIGEST_SIZE], key[131];
	char hex[HEX_DIGEST_SIZE];
	(void)state;
	memset(key, 0x0b, 20);
	digest_hmac(key, 20, "Hi There", 8, out);
	hex_encode(out, sizeof(out), hex);
	assert_string_equal(
	    hex, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	digest_hmac("Jefe", 4, "what do ya want for nothing?", 28, out);
	hex_encode(out, sizeof(out), hex);
	assert_string_equal(
	    hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, sizeof(key));
	digest_hmac(key, sizeof(key), "Test Using Larger Than Block-Size Key - Hash Key First",
	    54, out);
	hex_encode(out, sizeof(out), hex);
	assert_string_equal(
	    hex, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

/* A million times "a", in pieces of every size from 0 up. */
static void
digest_in_pieces_is_digest_of_whole(void **state)
{
	char text[1500];
	uint8_t out[DIGEST_SIZE];
	char hex[HEX_DIGEST_SIZE];
	size_t left = 1000000, piece = 0;
	struct digest *d = digest_new();
	(void)state;
	memset(text, 'a', sizeof(text));
	while (left > 0) {
		size_t n = piece < left ? piece : left;
		digest_add(d, text, n);
		left -= n;
		piece = piece + 1 < sizeof(text) ? piece + 1 : 0;
	}
	digest_final(d, out);
	hex_encode(out, sizeof(out), hex);
	assert_string_equal(
	    hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	digest_free(d);
}

static void
digest_after_final_starts_anew(void **state)
{
	uint8_t one[DIGEST_SIZE], two[DIGEST_SIZE];
	struct digest *d = digest_new();
	(void)state;
	digest_add(d, "abc", 3);
	digest_final(d, one);
	digest_add(d, "abc", 3);
	digest_final(d, two);
	assert_memory_equal(one, two, sizeof(one));
	digest_free(d);
	digest_free(NULL);
}

/* "abc", by Python's hashlib. */
static void
digests_by_name(void **state)
{
	static const struct {
		const char *name, *hex;
	} rows[] = {
	    {"md5", "900150983cd24fb0d6963f7d28e17f72"},
	    {"sha1", "a9993e364706816aba3e25717850c26c9cd0d89d"},
	    {"ripemd160", "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"},
	    {"sha224", "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"},
	    {"sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
	    {"sha384", "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
		       "8086072ba1e7cc2358baeca134c825a7"},
	    {"sha512", "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
		       "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
	    {"sha512-256", "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23"},
	    {"sha3-224", "e642824c3f8cf24ad09234ee7d3c766fc9a3a5168d0c94ad73b46fdf"},
	    {"sha3-256", "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"},
	    {"sha3-384", "ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c2596da7cf0e49be4b2"
			 "98d88cea927ac7f539f1edf228376d25"},
	    {"sha3-512", "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e"
			 "10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0"},
	    {"sm3", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"},
	    {"blake2b", "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
			"7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923"},
	    {"blake2s", "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t out[DIGEST_SHA512_SIZE];
		char hex[2 * DIGEST_SHA512_SIZE + 1];
		struct digest *d = digest_new_named(rows[i].name);
		assert_non_null(d);
		digest_add(d, "a", 1);
		digest_add(d, "bc", 2);
		hex_encode(out, digest_final_named(d, out), hex);
		assert_string_equal(hex, rows[i].hex);
		digest_free(d);
	}
	assert_null(digest_new_named("sha257"));
	assert_null(digest_new_named(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(digests_by_name),
	    cmocka_unit_test(digest_known_answers_hold),
	    cmocka_unit_test(digest_sha512_known_answer_holds),
	    cmocka_unit_test(hmac_known_answers_hold),
	    cmocka_unit_test(digest_in_pieces_is_digest_of_whole),
	    cmocka_unit_test(digest_after_final_starts_anew),
	};
	digest_init();
	return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}

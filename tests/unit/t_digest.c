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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(digest_known_answers_hold),
	    cmocka_unit_test(digest_sha512_known_answer_holds),
	    cmocka_unit_test(digest_in_pieces_is_digest_of_whole),
	    cmocka_unit_test(digest_after_final_starts_anew),
	};
	digest_init();
	return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}

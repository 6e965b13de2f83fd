/* links: src/core/sixwords src/core/digest src/base/mem src/base/hex */
/* SPDX-License-Identifier: ISC */
#include "src/core/sixwords.h"
#include "src/base/hex.h"
#include "src/core/digest.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>
#include <string.h>

#define SOFA                                                            \
	"example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/" \
	"Xajj7h2fB2MPA3j2jxq2I=\n"

/* Computed by other means: a few lines of Python over the same list. */
static const struct {
	const char *text, *words;
} sixwords_made[] = {
    {SOFA, "note duke hood char text became"},
    {"", "tiny mate basic critic series arise"},
    {"sallyport\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
	"coyote other rescue shape width snake"},
};

static void
sixwords_are_the_first_bits_of_the_digest(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(sixwords_made) / sizeof(sixwords_made[0]); i++) {
		char words[SIXWORDS_SIZE];
		sixwords_print(sixwords_made[i].text, strlen(sixwords_made[i].text), words);
		assert_string_equal(words, sixwords_made[i].words);
	}
}

/* Paper outlives programs. */
static void
sixwords_list_is_what_it_always_was(void **state)
{
	uint8_t digest[DIGEST_SIZE];
	char hex[HEX_DIGEST_SIZE];
	struct digest *d = digest_new();
	(void)state;
	for (size_t i = 0; i < SIXWORDS_COUNT; i++) {
		digest_add(d, sixwords_word(i), strlen(sixwords_word(i)));
		digest_add(d, "\n", 1);
	}
	digest_final(d, digest);
	digest_free(d);
	hex_encode(digest, sizeof(digest), hex);
	assert_string_equal(
	    hex, "33b438f3fee56bfb475a493a126e1060d543a22dedc675a6341dceb5ad327fd3");
}

static void
sixwords_four_letters_tell_each_word(void **state)
{
	(void)state;
	for (size_t i = 0; i < SIXWORDS_COUNT; i++) {
		const char *word = sixwords_word(i);
		assert_in_range(strlen(word), 4, SIXWORDS_LEN);
		assert_int_equal(strspn(word, "abcdefghijklmnopqrstuvwxyz"), strlen(word));
		assert_true(i == 0 || strncmp(sixwords_word(i - 1), word, 4) < 0);
	}
}

static const struct {
	const char *typed, *words; /* NULL: refused */
} sixwords_typed[] = {
    {"note duke hood char text became", "note duke hood char text became"},
    {"NOTE Duke hood-char text, became", "note duke hood char text became"},
    {"  note\tduke  hood char text beca ", "note duke hood char text became"},
    {"abide abide abide abide abide abide", "abide abide abide abide abide abide"},
    {"zoom llam llama zoom abid zoom", "zoom llama llama zoom abide zoom"},
    {"", NULL},
    {"   ", NULL},
    {"note duke hood char text", NULL},
    {"note duke hood char text became note", NULL},
    {"note duke hood char text becam", NULL},
    {"note duke hood char text becamee", NULL},
    {"note duke hood char text bec", NULL},
    {"note duke hood char text qqqq", NULL},
    {"note duke hood char text became.", NULL},
    {"note duke hood char text became7", NULL},
    {"note duke hood char te\x01xt became", NULL},
    {"not\xc3\xa9 duke hood char text became", NULL},
    {"notedukehoodchartextbecame", NULL},
};

static void
sixwords_are_read_as_people_type_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(sixwords_typed) / sizeof(sixwords_typed[0]); i++) {
		char words[SIXWORDS_SIZE] = "untouched";
		bool good = sixwords_parse(sixwords_typed[i].typed, words);
		if (good != (sixwords_typed[i].words != NULL))
			fail_msg("\"%s\" was %s", sixwords_typed[i].typed,
			    good ? "taken" : "refused");
		assert_string_equal(words, good ? sixwords_typed[i].words : "untouched");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sixwords_are_the_first_bits_of_the_digest),
	    cmocka_unit_test(sixwords_list_is_what_it_always_was),
	    cmocka_unit_test(sixwords_four_letters_tell_each_word),
	    cmocka_unit_test(sixwords_are_read_as_people_type_them),
	};
	return cmocka_run_group_tests_name("sixwords", tests, NULL, NULL);
}

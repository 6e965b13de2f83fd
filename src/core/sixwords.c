/* SPDX-License-Identifier: ISC */
#include "src/core/sixwords.h"
#include "src/core/digest.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#define SIXWORDS_WORDS  6
#define SIXWORDS_BITS   11
#define SIXWORDS_ENOUGH 4 /* letters that tell a word from all others */

static const char *const sixwords_list[] = {
#define WORD(text) text,
#include "src/core/sixwords.def"
#undef WORD
};

_Static_assert(
    sizeof(sixwords_list) / sizeof(sixwords_list[0]) == SIXWORDS_COUNT, "2048 words");

const char *
sixwords_word(size_t i)
{
	assert(i < SIXWORDS_COUNT);
	return sixwords_list[i];
}

static void
sixwords_add(char out[SIXWORDS_SIZE], size_t *at, const char *word)
{
	size_t n = strlen(word);
	if (*at > 0)
		out[(*at)++] = ' ';
	memcpy(out + *at, word, n + 1);
	*at += n;
}

void
sixwords_print(const void *text, size_t n, char out[SIXWORDS_SIZE])
{
	uint8_t digest[DIGEST_SIZE];
	size_t at = 0;
	digest_sha256(text, n, digest);
	for (size_t word = 0; word < SIXWORDS_WORDS; word++) {
		size_t number = 0;
		for (size_t bit = word * SIXWORDS_BITS; bit < (word + 1) * SIXWORDS_BITS; bit++)
			number = number << 1 | (digest[bit / 8] >> (7 - bit % 8) & 1u);
		sixwords_add(out, &at, sixwords_list[number]);
	}
}

/* The word that the letters stand for, or NULL. */
static const char *
sixwords_find(const char *letters, size_t n)
{
	size_t low = 0, high = SIXWORDS_COUNT;
	size_t few = n < SIXWORDS_ENOUGH ? n : SIXWORDS_ENOUGH;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strncmp(sixwords_list[middle], letters, few);
		if (order == 0) {
			const char *word = sixwords_list[middle];
			return few == SIXWORDS_ENOUGH &&
			               (n == few ||
					   (strlen(word) == n && memcmp(word, letters, n) == 0))
			           ? word
			           : NULL;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static bool
sixwords_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool
sixwords_parse(const char *typed, char out[SIXWORDS_SIZE])
{
	char words[SIXWORDS_SIZE];
	size_t at = 0, count = 0;
	while (*typed != '\0') {
		char letters[SIXWORDS_LEN + 1];
		size_t n = 0;
		typed += strspn(typed, " \t,-");
		if (*typed == '\0')
			break;
		for (; sixwords_is_letter(*typed) && n < SIXWORDS_LEN; typed++)
			letters[n++] = (char)(*typed | 0x20);
		letters[n] = '\0';
		const char *word = sixwords_find(letters, n);
		if (word == NULL || (*typed != '\0' && strchr(" \t,-", *typed) == NULL) ||
		    count++ == SIXWORDS_WORDS)
			return false;
		sixwords_add(words, &at, word);
	}
	if (count != SIXWORDS_WORDS)
		return false;
	memcpy(out, words, at + 1);
	return true;
}

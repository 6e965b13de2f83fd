/* links: src/core/sshsig src/core/digest src/core/seal src/base/buf src/base/io src/base/mem src/base/hex */
/* SPDX-License-Identifier: ISC */
/*
 * No blob but the two that were made, with a key and with a token, verifies, and a public key
 * line that is accepted is printed the same.
 */
#include "src/core/seal.h"
#include "src/core/sshsig.h"
#include "tests/unit/softtoken.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static const char fuzz_message[] = "{\"v\":1}\n";

/* The signature by the seed 00 01 ... 1f. */
static const struct buf *
fuzz_good(void)
{
	static struct buf blob;
	uint8_t seed[SSHSIG_SEED_SIZE];
	struct sshsig_key *key;
	if (blob.len > 0)
		return &blob;
	for (size_t i = 0; i < sizeof(seed); i++)
		seed[i] = (uint8_t)i;
	buf_init(&blob, SSHSIG_BLOB_SIZE);
	if (seal_init() != ERR_OK || sshsig_key_new(seed, &key) != ERR_OK ||
	    sshsig_sign(key, fuzz_message, strlen(fuzz_message), &blob) != ERR_OK)
		abort();
	sshsig_key_free(key);
	return &blob;
}

/* The same by the token of seed 01 't' 00 ..., its seventh. */
static const struct buf *
fuzz_good_token(void)
{
	static struct buf blob;
	struct softtoken token;
	struct sshsig_key *key;
	if (blob.len > 0)
		return &blob;
	buf_init(&blob, SSHSIG_BLOB_SIZE);
	if (softtoken_new(&token, 1, 7, &key) != ERR_OK ||
	    sshsig_sign(key, fuzz_message, strlen(fuzz_message), &blob) != ERR_OK)
		abort();
	sshsig_key_free(key);
	sshsig_key_free(token.pair);
	return &blob;
}

static bool
fuzz_is(const struct buf *b, const uint8_t *bytes, size_t n)
{
	return n == b->len && memcmp(bytes, b->data, n) == 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const struct buf *good = fuzz_good(), *token = fuzz_good_token();
	uint8_t who[SSHSIG_PUBLIC_SIZE];
	char text[256], again[SSHSIG_LINE_SIZE];
	if (sshsig_verify(bytes, n, fuzz_message, strlen(fuzz_message), who) == ERR_OK &&
	    !fuzz_is(good, bytes, n) && !fuzz_is(token, bytes, n))
		abort();
	if (n >= sizeof(text) || memchr(bytes, 0, n) != NULL)
		return 0;
	memcpy(text, bytes, n);
	text[n] = '\0';
	if (sshsig_public_parse(text, who) == ERR_OK) {
		sshsig_public_line(who, again);
		if (strcmp(text, again) != 0)
			abort();
	}
	return 0;
}

/* SPDX-License-Identifier: ISC */
#include "src/core/digest.h"
#include "src/base/mem.h"

#include <assert.h>
#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>
#include <string.h>

struct digest {
	EVP_MD_CTX *ctx;
};

static pthread_once_t digest_once = PTHREAD_ONCE_INIT;
static EVP_MD *digest_md256;
static EVP_MD *digest_md512;

/* Fails only when memory or the installation is gone: fatal like mem.h. */
static void
digest_check(int ok)
{
	if (ok != 1)
		abort();
}

static void
digest_fetch(void)
{
	uint8_t out[DIGEST_SHA512_SIZE];
	digest_md256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	digest_md512 = EVP_MD_fetch(NULL, "SHA512", NULL);
	digest_check(digest_md256 != NULL && digest_md512 != NULL);
	/* the first use sets up more than the fetch does */
	digest_check(EVP_Digest("", 0, out, NULL, digest_md256, NULL));
	digest_check(EVP_Digest("", 0, out, NULL, digest_md512, NULL));
}

void
digest_init(void)
{
	pthread_once(&digest_once, digest_fetch);
}

void
digest_sha256(const void *bytes, size_t n, uint8_t out[DIGEST_SIZE])
{
	digest_init();
	digest_check(EVP_Digest(bytes, n, out, NULL, digest_md256, NULL));
}

void
digest_sha512(const void *bytes, size_t n, uint8_t out[DIGEST_SHA512_SIZE])
{
	digest_init();
	digest_check(EVP_Digest(bytes, n, out, NULL, digest_md512, NULL));
}

void
digest_hmac(
    const void *key, size_t key_len, const void *bytes, size_t n, uint8_t out[DIGEST_SIZE])
{
	unsigned len = DIGEST_SIZE;
	digest_init();
	assert(key_len <= INT_MAX);
	digest_check(HMAC(digest_md256, key, (int)key_len, bytes, n, out, &len) != NULL);
}

struct digest *
digest_new(void)
{
	struct digest *d = mem_alloc(sizeof(*d));
	digest_init();
	d->ctx = EVP_MD_CTX_new();
	digest_check(d->ctx != NULL && EVP_DigestInit_ex2(d->ctx, digest_md256, NULL) == 1);
	return d;
}

void
digest_add(struct digest *d, const void *bytes, size_t n)
{
	digest_check(EVP_DigestUpdate(d->ctx, bytes, n));
}

void
digest_final(struct digest *d, uint8_t out[DIGEST_SIZE])
{
	digest_check(EVP_DigestFinal_ex(d->ctx, out, NULL));
	digest_check(EVP_DigestInit_ex2(d->ctx, digest_md256, NULL));
}

void
digest_free(struct digest *d)
{
	if (d == NULL)
		return;
	EVP_MD_CTX_free(d->ctx);
	free(d);
}

/* --- by name ------------------------------------------------------------------------ */

static const struct {
	const char *name, *fetched;
} digest_names[] = {
    {"md5", "MD5"},
    {"sha1", "SHA1"},
    {"ripemd160", "RIPEMD160"},
    {"sha224", "SHA224"},
    {"sha256", "SHA256"},
    {"sha384", "SHA384"},
    {"sha512", "SHA512"},
    {"sha512-256", "SHA512-256"},
    {"sha3-224", "SHA3-224"},
    {"sha3-256", "SHA3-256"},
    {"sha3-384", "SHA3-384"},
    {"sha3-512", "SHA3-512"},
    {"sm3", "SM3"},
    {"blake2b", "BLAKE2B-512"},
    {"blake2s", "BLAKE2S-256"},
};

#define DIGEST_NAMES (sizeof(digest_names) / sizeof(digest_names[0]))

static pthread_once_t digest_named_once = PTHREAD_ONCE_INIT;
static EVP_MD *digest_mds[DIGEST_NAMES]; /* NULL: a site's OpenSSL leaves it out */

static void
digest_fetch_named(void)
{
	uint8_t out[EVP_MAX_MD_SIZE];
	for (size_t i = 0; i < DIGEST_NAMES; i++) {
		EVP_MD *md = EVP_MD_fetch(NULL, digest_names[i].fetched, NULL);
		if (md != NULL && EVP_Digest("", 0, out, NULL, md, NULL) == 1)
			digest_mds[i] = md;
		else
			EVP_MD_free(md);
	}
}

void
digest_init_named(void)
{
	digest_init();
	pthread_once(&digest_named_once, digest_fetch_named);
}

static EVP_MD *
digest_find(const char *name)
{
	digest_init_named();
	for (size_t i = 0; i < DIGEST_NAMES; i++)
		if (strcmp(digest_names[i].name, name) == 0)
			return digest_mds[i];
	return NULL;
}

void
digest_blake2b(const void *bytes, size_t n, uint8_t out[DIGEST_SHA512_SIZE])
{
	digest_check(EVP_Digest(bytes, n, out, NULL, digest_find("blake2b"), NULL));
}

struct digest *
digest_new_named(const char *name)
{
	EVP_MD *md = digest_find(name);
	if (md == NULL)
		return NULL;
	struct digest *d = mem_alloc(sizeof(*d));
	d->ctx = EVP_MD_CTX_new();
	digest_check(d->ctx != NULL && EVP_DigestInit_ex2(d->ctx, md, NULL) == 1);
	return d;
}

size_t
digest_final_named(struct digest *d, uint8_t out[DIGEST_SHA512_SIZE])
{
	unsigned n = 0;
	digest_check(EVP_DigestFinal_ex(d->ctx, out, &n));
	return n;
}

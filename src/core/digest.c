/* SPDX-License-Identifier: ISC */
#include "src/core/digest.h"
#include "src/base/mem.h"

#include <openssl/evp.h>
#include <pthread.h>

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

/* SPDX-License-Identifier: ISC */
/* SHA-256 and SHA-512 (FIPS 180-4) by libcrypto, the fast ones. */
#ifndef CORE_DIGEST_H
#define CORE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define DIGEST_SIZE        32 /* SHA-256, bytes */
#define DIGEST_SHA512_SIZE 64

/*
 * Fetches the algorithms, which may read files: call it before the sandbox.
 * Safe to call again.  The first use does it where nobody did.
 */
void digest_init(void);

void digest_sha256(const void *bytes, size_t n, uint8_t out[DIGEST_SIZE]);
void digest_sha512(const void *bytes, size_t n, uint8_t out[DIGEST_SHA512_SIZE]);

/* Streaming SHA-256.  One struct belongs to one thread at a time. */
struct digest;
struct digest *digest_new(void);
void digest_add(struct digest *, const void *bytes, size_t n);
/* Writes the digest and starts a new, empty message. */
void digest_final(struct digest *, uint8_t out[DIGEST_SIZE]);
/* NULL is allowed. */
void digest_free(struct digest *);

#endif

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
/* BLAKE2b of 512 bits. */
void digest_blake2b(const void *bytes, size_t n, uint8_t out[DIGEST_SHA512_SIZE]);

/* HMAC-SHA-256 (RFC 2104): only who has the key can have made it. */
void digest_hmac(
    const void *key, size_t key_len, const void *bytes, size_t n, uint8_t out[DIGEST_SIZE]);

/* Streaming SHA-256.  One struct belongs to one thread at a time. */
struct digest;
struct digest *digest_new(void);
void digest_add(struct digest *, const void *bytes, size_t n);
/* Writes the digest and starts a new, empty message. */
void digest_final(struct digest *, uint8_t out[DIGEST_SIZE]);
/* NULL is allowed. */
void digest_free(struct digest *);

/*
 * The same with what lists of digests are made with: md5, sha1, ripemd160, sha224,
 * sha256, sha384, sha512, sha512-256, sha3-224, sha3-256, sha3-384, sha3-512, sm3,
 * blake2b, blake2s.  Never for anything of ours.
 */
/* Fetches them all: before the sandbox, by who will use them. */
void digest_init_named(void);
/* NULL when there is none of that name. */
struct digest *digest_new_named(const char *name);
/* Bytes written to out, at most DIGEST_SHA512_SIZE; then only digest_free. */
size_t digest_final_named(struct digest *, uint8_t out[DIGEST_SHA512_SIZE]);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * OpenSSH signatures (PROTOCOL.sshsig) by Ed25519, in the one namespace of
 * the ledger, with SHA-512 as message hash: what `ssh-keygen -Y verify`
 * checks.  Also the public keys in OpenSSH's text form.  Call seal_init()
 * first.
 */
#ifndef CORE_SSHSIG_H
#define CORE_SSHSIG_H

#include "src/base/buf.h"
#include "src/base/err.h"

#include <stddef.h>
#include <stdint.h>

#define SSHSIG_NAMESPACE        "custody-event-v1@sallyport"
#define SSHSIG_SEED_SIZE        32
#define SSHSIG_PUBLIC_SIZE      32
#define SSHSIG_RAW_SIZE         64  /* bare Ed25519 signature */
#define SSHSIG_LINE_SIZE        81  /* "ssh-ed25519 " and 68 base64 digits, NUL */
#define SSHSIG_FINGERPRINT_SIZE 51  /* "SHA256:" and 43 base64 digits, NUL */
#define SSHSIG_BLOB_SIZE        196 /* every signature blob, before base64 */

/* An Ed25519 key pair in locked memory. */
struct sshsig_key;

/* The seed is copied; the caller wipes its own.  ERR_IO: no locked memory. */
enum err sshsig_key_new(const uint8_t seed[SSHSIG_SEED_SIZE], struct sshsig_key **ret);
/* Wipes.  NULL is allowed. */
void sshsig_key_free(struct sshsig_key *);
/* Owned by the key. */
const uint8_t *sshsig_key_public(const struct sshsig_key *);

/* Appends the binary blob, SSHSIG_BLOB_SIZE bytes, over message[0..n). */
enum err sshsig_sign(
    const struct sshsig_key *, const void *message, size_t n, struct buf *ret_blob);
/* The same in another namespace: what is signed there is no entry. */
enum err sshsig_sign_as(const char *namespace, const struct sshsig_key *, const void *message,
    size_t n, struct buf *ret_blob);
/*
 * Checks a blob over the message and tells who signed.
 * ERR_SYNTAX     not one whole SSHSIG blob, or bytes after it
 * ERR_RANGE      well-formed, but another namespace, algorithm, hash or version
 * ERR_DENIED     a public key no honest signer has (low order, not canonical)
 * ERR_SIGNATURE  does not match the message
 */
enum err sshsig_verify(const void *blob, size_t blob_len, const void *message, size_t n,
    uint8_t ret_public[SSHSIG_PUBLIC_SIZE]);

/* The same in another namespace: what is signed there is no entry. */
enum err sshsig_verify_as(const char *namespace, const void *blob, size_t blob_len,
    const void *message, size_t n, uint8_t ret_public[SSHSIG_PUBLIC_SIZE]);
/* The same, of a message of which only the SHA-512 is at hand. */
enum err sshsig_verify_hash(const char *namespace, const void *blob, size_t blob_len,
    const uint8_t hash[64], uint8_t ret_public[SSHSIG_PUBLIC_SIZE]);

/* Bare Ed25519 over a message, for checkpoint notes. */
void sshsig_raw_sign(
    const struct sshsig_key *, const void *message, size_t n, uint8_t ret[SSHSIG_RAW_SIZE]);
/* ERR_SIGNATURE; keys of low order and other spellings verify nothing. */
enum err sshsig_raw_verify(const uint8_t public[SSHSIG_PUBLIC_SIZE],
    const uint8_t sig[SSHSIG_RAW_SIZE], const void *message, size_t n);

/* "ssh-ed25519 AAAA..." without comment or LF. */
void sshsig_public_line(const uint8_t public[SSHSIG_PUBLIC_SIZE], char out[SSHSIG_LINE_SIZE]);
/*
 * Exactly the form of sshsig_public_line.  ERR_SYNTAX; ERR_RANGE for another
 * key type; ERR_DENIED for points of low order, outside the prime-order group
 * or spelt in another way.
 */
enum err sshsig_public_parse(const char *line, uint8_t ret_public[SSHSIG_PUBLIC_SIZE]);
/* "SHA256:..." as ssh-keygen -l prints it. */
void sshsig_fingerprint(
    const uint8_t public[SSHSIG_PUBLIC_SIZE], char out[SSHSIG_FINGERPRINT_SIZE]);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * OpenSSH signatures (PROTOCOL.sshsig) by Ed25519, in the one namespace of
 * the ledger, with SHA-512 as message hash: what `ssh-keygen -Y verify`
 * checks.  Also the public keys in OpenSSH's text form.  Call seal_init()
 * first.
 *
 * A key is that of a file, or lives in a FIDO2 token (PROTOCOL.u2f), of the one
 * application SSHSIG_APPLICATION.  A token signs, with the message, what it
 * saw: a touch, a PIN or a finger, and the count of its signatures.  Without a
 * touch nothing verifies; the PIN and the counter are for the rule engine.
 */
#ifndef CORE_SSHSIG_H
#define CORE_SSHSIG_H

#include "src/base/buf.h"
#include "src/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SSHSIG_NAMESPACE        "custody-event-v1@sallyport"
#define SSHSIG_SEED_SIZE        32
#define SSHSIG_APPLICATION      "ssh:sallyport"
#define SSHSIG_POINT_SIZE       32
#define SSHSIG_PUBLIC_SIZE      33  /* the point, and an enum sshsig_kind */
#define SSHSIG_RAW_SIZE         64  /* bare Ed25519 signature */
#define SSHSIG_LINE_SIZE        140 /* type, blank and 112 base64 digits, NUL */
#define SSHSIG_FINGERPRINT_SIZE 51  /* "SHA256:" and 43 base64 digits, NUL */
#define SSHSIG_BLOB_SIZE        248 /* the largest signature blob, before base64 */

/* Where the secret of a key is: the last byte of a public key. */
enum sshsig_kind { SSHSIG_FILE, SSHSIG_TOKEN, SSHSIG_KIND__MAX };

/* What a token signs of itself. */
#define SSHSIG_TOUCHED 0x01
#define SSHSIG_PIN     0x04 /* or a finger */
struct sshsig_touch {
	uint8_t sig[SSHSIG_RAW_SIZE];
	uint8_t flags;
	uint32_t counter;
};

/* Asks a token to sign; the hash is the SHA-256 of what a file's key would sign. */
typedef enum err sshsig_ask_fn(void *arg, const uint8_t hash[32], struct sshsig_touch *ret);

/* An Ed25519 key pair in locked memory, or the way to a token. */
struct sshsig_key;

/* The seed is copied; the caller wipes its own.  ERR_IO: no locked memory. */
enum err sshsig_key_new(const uint8_t seed[SSHSIG_SEED_SIZE], struct sshsig_key **ret);
/*
 * A key in a token: sshsig_sign asks, and gives back what was answered when it is no
 * signature of this key.  arg stays the caller's and outlives the key.  ERR_IO.
 */
enum err sshsig_key_new_token(const uint8_t point[SSHSIG_POINT_SIZE], sshsig_ask_fn *,
    void *arg, struct sshsig_key **ret);
/* Wipes.  NULL is allowed. */
void sshsig_key_free(struct sshsig_key *);
/* Owned by the key. */
const uint8_t *sshsig_key_public(const struct sshsig_key *);

/* Appends the binary blob, at most SSHSIG_BLOB_SIZE bytes, over message[0..n). */
enum err sshsig_sign(
    const struct sshsig_key *, const void *message, size_t n, struct buf *ret_blob);
/* The same in another namespace: what is signed there is no entry. */
enum err sshsig_sign_as(const char *namespace, const struct sshsig_key *, const void *message,
    size_t n, struct buf *ret_blob);
/*
 * Checks a blob over the message and tells who signed.
 * ERR_SYNTAX     not one whole SSHSIG blob, or bytes after it
 * ERR_RANGE      well-formed, but another namespace, algorithm, hash or version
 * ERR_DENIED     a public key no honest signer has (low order, not canonical), or a
 *                token that was not touched
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

/*
 * Who says that he signed, and what his token saw (flags and counter are 0 when it is none):
 * the form alone, as sshsig_verify judges it.  Nothing of it is true before that was called.
 */
enum err sshsig_look(const void *blob, size_t blob_len, uint8_t ret_public[SSHSIG_PUBLIC_SIZE],
    struct sshsig_touch *ret);
bool sshsig_is_token(const uint8_t public[SSHSIG_PUBLIC_SIZE]);

/* Bare Ed25519 over a message, for checkpoint notes; never by a token. */
void sshsig_raw_sign(
    const struct sshsig_key *, const void *message, size_t n, uint8_t ret[SSHSIG_RAW_SIZE]);
/* ERR_SIGNATURE; keys of low order and other spellings verify nothing. */
enum err sshsig_raw_verify(const uint8_t point[SSHSIG_POINT_SIZE],
    const uint8_t sig[SSHSIG_RAW_SIZE], const void *message, size_t n);

/* "ssh-ed25519 AAAA..." or "sk-ssh-ed25519@openssh.com AAAA...", without comment or LF. */
void sshsig_public_line(const uint8_t public[SSHSIG_PUBLIC_SIZE], char out[SSHSIG_LINE_SIZE]);
/*
 * Exactly the form of sshsig_public_line.  ERR_SYNTAX; ERR_RANGE for another
 * key type or application; ERR_DENIED for points of low order, outside the prime-order group
 * or spelt in another way.
 */
enum err sshsig_public_parse(const char *line, uint8_t ret_public[SSHSIG_PUBLIC_SIZE]);
/* "SHA256:..." as ssh-keygen -l prints it. */
void sshsig_fingerprint(
    const uint8_t public[SSHSIG_PUBLIC_SIZE], char out[SSHSIG_FINGERPRINT_SIZE]);

#endif

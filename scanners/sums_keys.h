/* SPDX-License-Identifier: ISC */
/*
 * Signatures beside lists of digests, and the keys of a site that tell whose
 * they are: minisign, signify and OpenSSH (SSHSIG), all Ed25519.  A signature
 * of OpenPGP is only seen here: see sums_pgp.h.
 *
 * Keys are lines of text files: the second line of a public key of minisign or
 * signify, whose name is that of its file; and lines of OpenSSH's allowed
 * signers, "name ssh-ed25519 base64".
 */
#ifndef SCANNERS_SUMS_KEYS_H
#define SCANNERS_SUMS_KEYS_H

#include "src/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SUMS_KEY_NAME 64 /* of a key, NUL included */

struct sums_keys;

struct sums_keys *sums_keys_new(void);
void sums_keys_free(struct sums_keys *); /* NULL is allowed */
/*
 * The keys of one file, at most LIM_SUMS_KEYS in all; returns how many were
 * added.  name: that of the file, printable.
 */
size_t sums_keys_add(struct sums_keys *, const char *name, const void *text, size_t n);
size_t sums_keys_count(const struct sums_keys *);

enum sums_signature {
	SUMS_NO_SIGNATURE, /* this is none */
	SUMS_GOOD,         /* by a key of the site; ret_name says which */
	SUMS_UNKNOWN,      /* by a key the site does not have; or not one of its own */
	SUMS_BAD,          /* says it is by a key of the site, and does not fit */
	SUMS_UNCHECKED,    /* of a kind that is not checked here: OpenPGP */
	SUMS_DOUBTED,      /* one that shows nothing: expired, revoked, by SHA-1, ... */
	SUMS_WANTS,        /* more of the message must be at hand to check it */
};

/* What was signed, as much of it as is at hand. */
struct sums_message {
	const void *bytes; /* NULL: too many, or not read */
	size_t n;
	const uint8_t *sha512, *blake2b; /* 64 bytes each; NULL: by the bytes */
};

/*
 * A signature file against the bytes it stands beside.  keys may be NULL.  name
 * is set for SUMS_GOOD and SUMS_BAD; kind, static, for all that are signatures.
 */
enum sums_signature sums_keys_check(const struct sums_keys *, const void *signature,
    size_t signature_len, const void *bytes, size_t n, char ret_name[SUMS_KEY_NAME],
    const char **ret_kind);
/* The same; SUMS_WANTS when a key of the site may have made it, and it cannot be known. */
enum sums_signature sums_keys_judge(const struct sums_keys *, const void *signature,
    size_t signature_len, const struct sums_message *, char ret_name[SUMS_KEY_NAME],
    const char **ret_kind);
/*
 * signify -e: a signature with what it signs behind it.  Where that begins; 0
 * when it is none.
 */
size_t sums_keys_embedded(const void *bytes, size_t n);

#endif

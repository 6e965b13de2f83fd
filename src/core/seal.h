/* SPDX-License-Identifier: ISC */
/*
 * Secrets: random bytes, locked memory, and key files.
 *
 * A key file is the seed of an officer's Ed25519 key, sealed under a
 * passphrase: Argon2id (version 1.3) and XChaCha20-Poly1305, everything above
 * the box bound as additional data.  Lines, each "word value":
 *   sallyport-key-v1 / officer / public / kdf / ops / mem_bytes / salt /
 *   nonce / box / sum
 * sum is the SHA-256 of all bytes above it: it tells a damaged file from a
 * wrong passphrase and protects nothing.
 *
 * Locked memory needs mmap, mprotect, mlock, munlock, madvise and munmap in a
 * sandbox; random bytes need getrandom.
 */
#ifndef CORE_SEAL_H
#define CORE_SEAL_H

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/limits.h"
#include "src/core/sshsig.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Once in each process, before its sandbox and before any other call here. */
enum err seal_init(void);
void seal_random(void *out, size_t n);
/* Overwrites memory that held a secret; not optimised away. */
void seal_wipe(void *, size_t n);

/* Bytes in locked, guarded memory, wiped when freed. */
struct seal_secret;

/* n zero bytes, 1 to LIM_SECRET_BYTES.  ERR_IO: the system has no memory to lock. */
enum err seal_secret_new(size_t n, struct seal_secret **ret);
void seal_secret_free(struct seal_secret *); /* NULL is allowed */
/* For __attribute__((cleanup)). */
void seal_secret_cleanup(struct seal_secret **);
uint8_t *seal_secret_bytes(struct seal_secret *);
size_t seal_secret_len(const struct seal_secret *);
/*
 * A passphrase: one line from fd, up to LF or the end, without the LF; what
 * follows stays unread.  ERR_RANGE when empty, ERR_SYNTAX for a NUL byte,
 * ERR_LIMIT over LIM_PASSPHRASE_BYTES, ERR_IO.
 */
enum err seal_secret_read(int fd, struct seal_secret **ret);
/* Exactly n bytes and then the end (a raw key file); else ERR_SYNTAX, ERR_IO. */
enum err seal_secret_load(int fd, size_t n, struct seal_secret **ret);
/* SSHSIG_SEED_SIZE random bytes: a new key. */
enum err seal_seed_new(struct seal_secret **ret);
/* The key pair of a seed; it never leaves locked memory. */
enum err seal_seed_key(struct seal_secret *seed, struct sshsig_key **ret);

/* What guessing one passphrase costs.  Nothing below the floor is made or read. */
enum seal_cost {
	SEAL_COST_MODERATE, /* 3 passes, 256 MiB: officers' keys */
	SEAL_COST_FLOOR,    /* 2 passes, 64 MiB: demo stations and tests */
};

/* What a key file says about itself, readable without the passphrase. */
struct seal_header {
	char officer[LIM_PERSON_ID_BYTES + 1];
	uint8_t public[SSHSIG_PUBLIC_SIZE];
	uint64_t ops;
	uint64_t mem_bytes;
};

/* A key with this header costs at least so much. */
bool seal_header_meets(const struct seal_header *, enum seal_cost);

/*
 * Appends the key file for this seed.  ERR_RANGE for an officer id not of the
 * form [a-z][a-z0-9._-]*; ERR_IO with errno when memory for Argon2id is
 * missing (nothing is lowered).
 */
enum err seal_close(struct seal_secret *seed, struct seal_secret *passphrase,
    const char *officer, enum seal_cost, struct buf *ret_file);
/* ERR_SYNTAX: damaged or no key file; ERR_RANGE: cost below the floor or
 * above LIM_KEY_*; ERR_LIMIT: too long. */
enum err seal_header_parse(const void *file, size_t n, struct seal_header *ret);
/* As above, and ERR_DENIED: wrong passphrase; ERR_IO: no memory.  ret_header may be NULL. */
enum err seal_open(const void *file, size_t n, struct seal_secret *passphrase,
    struct seal_header *ret_header, struct seal_secret **ret_seed);
/*
 * The same seed under another passphrase.  It costs at least what the table
 * says, and never less than it did: a key that was sealed dearer stays so.
 * Errors of seal_open and seal_close.
 */
enum err seal_change(const void *file, size_t n, struct seal_secret *passphrase,
    struct seal_secret *new_passphrase, enum seal_cost least, struct buf *ret_file);

#endif

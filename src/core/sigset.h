/* SPDX-License-Identifier: ISC */
/*
 * A set of signatures or rules for a scanner, as it comes on a medium: the files,
 * and beside them SIGNATURES, which names them, with an administrator's signature:
 *
 *   sallyport-signatures-v1
 *   scanner yara
 *   version 12
 *   date 2026-11-20T00:00:00Z
 *   <SHA-256>  <name>            one line for each file, in the order of names
 *
 * SIGNATURES.sig is what ssh-keygen -Y sign makes of it, in SIGSET_NAMESPACE.
 * Printable ASCII, every line ended by LF, nothing else.
 */
#ifndef CORE_SIGSET_H
#define CORE_SIGSET_H

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/core/sshsig.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIGSET_FILE      "SIGNATURES"
#define SIGSET_SIGNATURE "SIGNATURES.sig"
#define SIGSET_NAMESPACE "signatures-v1@sallyport"
#define SIGSET_WHY_SIZE  160
#define SIGSET_NAME_SIZE 65 /* of a file, and of a version */

struct sigset_file {
	char name[SIGSET_NAME_SIZE];
	uint8_t sha256[32];
};

struct sigset {
	char scanner[33];
	char version[SIGSET_NAME_SIZE];
	char date[21];
	struct sigset_file *files;
	size_t nfiles;
};

/* ERR_SYNTAX, ERR_RANGE or ERR_LIMIT with a sentence. */
enum err sigset_parse(
    const void *text, size_t n, struct sigset **ret, char ret_why[SIGSET_WHY_SIZE]);
/* NULL is fine; always returns NULL. */
struct sigset *sigset_free(struct sigset *);
/* The text that sigset_parse takes; the files must be in order. */
enum err sigset_print(const struct sigset *, struct buf *out);
/* A file name this scanner's sets may have: nothing that weakens what is there. */
bool sigset_name_ok(const char *scanner, const char *name);
/* Its sets are loaded by an engine in its own time, and a mark goes with them (setmark.h).
 */
bool sigset_has_mark(const char *scanner);

/* The signature as text in SIGSET_SIGNATURE. */
enum err sigset_sign(
    const struct sshsig_key *, const void *text, size_t n, struct buf *ret_armoured);
/* ERR_SYNTAX when it is none, ERR_SIGNATURE when it does not fit, else who signed. */
enum err sigset_verify(const void *text, size_t n, const void *armoured, size_t armoured_len,
    uint8_t ret_public[SSHSIG_PUBLIC_SIZE]);

#endif

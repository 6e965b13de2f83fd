/* SPDX-License-Identifier: ISC */
/*
 * A key file of a person whose key is in a FIDO2 token: which key, and by what the token
 * finds it.  Nothing in it is secret.  Lines, each "word value":
 *   sallyport-token-v1 / officer / public / credential / sum
 * sum is the SHA-256 of all bytes above it: it tells a damaged file.
 */
#ifndef CORE_TOKENFILE_H
#define CORE_TOKENFILE_H

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/limits.h"
#include "src/core/sshsig.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tokenfile {
	char officer[LIM_PERSON_ID_BYTES + 1];
	uint8_t public[SSHSIG_PUBLIC_SIZE];
	uint8_t credential[LIM_TOKEN_CREDENTIAL_BYTES];
	size_t credential_len;
};

/* Whether it says that it is one, damaged or not. */
bool tokenfile_is(const void *file, size_t n);
/* Appends what tokenfile_parse takes. */
enum err tokenfile_print(const struct tokenfile *, struct buf *out);
/* ERR_SYNTAX: damaged, or none; ERR_LIMIT: too long. */
enum err tokenfile_parse(const void *file, size_t n, struct tokenfile *ret);

#endif

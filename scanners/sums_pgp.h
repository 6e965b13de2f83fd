/* SPDX-License-Identifier: ISC */
/*
 * Signatures of OpenPGP.  gpgv checks them, and this file decides what its
 * answer is worth: only one that says all that a good signature needs, about
 * bytes that gpgv and we read alike, makes anything authentic.  Pure.
 */
#ifndef SCANNERS_SUMS_PGP_H
#define SCANNERS_SUMS_PGP_H

#include "scanners/sums_keys.h"
#include "src/base/limits.h"

/* What gpgv said, and how it ended. */
struct sums_pgp_said {
	char text[LIM_SUMS_PGP_BYTES]; /* lines of --status-fd */
	size_t n;
	bool cut;   /* there was more */
	bool whole; /* it has read the signed bytes to their end */
	int exit;   /* -1: none, it was ended by a signal */
};

/*
 * Signature packets and nothing else, as they are or in text: what stands
 * beside a file.  A whole message, which brings its own data, is none.
 */
bool sums_pgp_is_detached(const void *bytes, size_t n);
/*
 * A text and its signature around it, in the one form in which everybody sees
 * the same lines: nothing before or behind, no line whose end is not signed.
 */
bool sums_pgp_is_clear(const void *bytes, size_t n);
/* The first line of such a text, whatever its form. */
bool sums_pgp_begins_clear(const void *bytes, size_t n);
/* Public keys in a file that `gpg --export` made; 0, and ret_why tells what it is else. */
size_t sums_pgp_keys(const void *bytes, size_t n, const char **ret_why);

/*
 * clear: the signature stands around what it signs, which is a text then.  name
 * is the primary key's fingerprint; of SUMS_BAD and SUMS_UNKNOWN the number of the key
 * that the signature names; or "".  kind, static, says what is wrong with SUMS_DOUBTED.
 */
enum sums_signature sums_pgp_judge(const struct sums_pgp_said *, bool clear,
    char ret_name[SUMS_KEY_NAME], const char **ret_kind);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * Lists of digests, whatever they are called: what sha256sum and its like
 * print (GNU: HEX, two characters, NAME; with a backslash before lines whose
 * names are escaped), what BSD and --tag print (ALGORITHM (NAME) = HEX), what
 * openssl dgst prints (ALGORITHM(NAME)= HEX), and a digest alone.  Lines may end
 * with NUL (--zero); around them may be a signature of OpenPGP or signify.
 *
 * A list says what files should be; whether they are, somebody else compares.
 * That they are what the list says does not make them genuine: the list came
 * on the same medium.
 */
#ifndef SCANNERS_DIGESTS_H
#define SCANNERS_DIGESTS_H

#include "scanners/object.h"

#define DIGESTS_MAX_BYTES 64 /* of one digest */

struct digests_line {
	uint64_t number, at; /* of the line, from 1; its offset */
	/*
	 * "sha256", "blake2b-256": by the word in the line, else by the length, and then
	 * 512 bits may be SHA-512 or BLAKE2b: "sha512|blake2b".
	 */
	const char *algorithm;
	uint8_t digest[DIGESTS_MAX_BYTES];
	size_t digest_len;
	const uint8_t *name; /* unescaped; lives for the call */
	size_t name_len;     /* 0: a digest alone */
};

struct digests {
	void (*line)(void *arg, const struct digests_line *);
	void *arg;
	/* What came of it. */
	enum scan_verdict verdict; /* na: this is no list */
	const char *why;
	uint64_t lines, broken; /* digests told; lines that are none, nor blank, nor comments */
	uint64_t read_bytes;
};

/*
 * Reads o as a list.  It is one when the first line that says anything is a
 * digest; from there on a line that is none is a finding, and the list is
 * invalid.  ERR_IO when it could not be read.
 */
enum err digests(struct object *o, struct digests *d);
/* These first bytes of an object may be those of a list: most are not. */
bool digests_may_begin(const uint8_t *p, size_t n);

#endif

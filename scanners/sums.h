/* SPDX-License-Identifier: ISC */
/*
 * The files of a transfer against the lists of digests that came with them:
 * which are what a list says, which are not, which are missing, which no list
 * speaks of; beside a list or inside of the same archive, at any depth.  And
 * who signed a list, or any file with a signature beside it, when a key of the
 * site's own says so.
 *
 * Two words are kept apart everywhere.  A list that came on the same medium
 * shows integrity: the file is whole, and whoever changed it could have changed
 * the list.  Only a signature by a key that the site has by itself shows
 * authenticity.
 *
 * Pure: objects, findings and verdicts go through callbacks.
 */
#ifndef SCANNERS_SUMS_H
#define SCANNERS_SUMS_H

#include "scanners/object.h"
#include "scanners/sums_keys.h"
#include "scanners/sums_pgp.h"

struct sums;

struct sums_ops {
	/*
	 * An object of the set, ready to be read; closed before the next one is opened.
	 * ERR_NOTFOUND: it cannot be had; ERR_CLOSED: nobody wants the answer any more.
	 */
	enum err (*open)(void *arg, const char *sha256, struct object *o);
	void (*close)(void *arg, struct object *o);
	/*
	 * What gpgv says of a signature of OpenPGP over an object, NULL: over the text that
	 * it stands around.  Objects by their digests, of this set; errors as open has them.
	 * NULL: the site has no such keys, and it is not asked.
	 */
	enum err (*openpgp)(
	    void *arg, const char *signature, const char *object, struct sums_pgp_said *ret);
	/* With sha256 or path: what it is about. */
	void (*find)(void *arg, const struct scan_finding *);
	/* At most one for each object; read_bytes of one that was opened. */
	void (*verdict)(void *arg, const char *sha256, enum scan_verdict, const char *why,
	    uint64_t read_bytes);
	void *arg;
};

/* Some name: raw bytes. */
struct sums_name {
	const uint8_t *bytes;
	size_t len;
};

/* keys may be NULL: then no signature is by a key that is known. */
struct sums *sums_new(const struct sums_ops *, const struct sums_keys *keys);
void sums_free(struct sums *); /* NULL is allowed */
/* First all files: path of the item, names from container to container. */
void sums_file(struct sums *, struct sums_name path, const struct sums_name *inside,
    size_t ninside, const char *sha256, uint64_t size_bytes);
/* Then each object that is a list of digests; one that is no file is nothing. */
void sums_list(struct sums *, const char *sha256);

/* By this name it may be a signature of another file: "x.tar.gz.minisig". */
bool sums_is_signature(const uint8_t *name, size_t n);

/* What holds for all objects without a verdict of their own. */
struct sums_result {
	enum scan_verdict verdict; /* na, or incomplete when a limit was hit */
	const char *why;
	uint64_t lists, lines, matched, mismatched, missing, extra;
};

/* ERR_CLOSED and ERR_IO as open says; *ret is filled otherwise. */
enum err sums_run(struct sums *, struct sums_result *ret);

#endif

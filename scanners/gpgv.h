/* SPDX-License-Identifier: ISC */
/*
 * gpgv, which checks signatures of OpenPGP: a process for each, started by a
 * runner (adapter_run.h) in a sandbox where it reads the system's libraries and
 * the descriptors it gets, and writes nothing.
 */
#ifndef SCANNERS_GPGV_H
#define SCANNERS_GPGV_H

#include "scanners/manifest.h"
#include "scanners/sums_pgp.h"

struct gpgv;

/*
 * Before the sandbox.  keys: public keys, as `gpg --export` writes them; they are
 * copied, and no other key counts.  ERR_DENIED or ERR_IO with a sentence in why.
 */
enum err gpgv_start(const char *program, const void *keys, size_t n, struct gpgv **ret,
    char why[MANIFEST_WHY_SIZE]);
/* Ends its runner, and what runs. */
void gpgv_free(struct gpgv *); /* NULL is allowed */

/* While gpgv works: a descriptor to be watched, and whether the work is still wanted. */
struct gpgv_wait {
	int fd;
	bool (*unwanted)(void *arg); /* asked when fd can be read, or has hung up */
	void *arg;
};

/*
 * What it says of a signature over an object, -1: over the text that it stands
 * around.  Both are read from their beginning; their positions move.  ERR_CLOSED
 * when nobody wants it any more; ERR_IO when gpgv cannot be run.
 */
enum err gpgv_ask(struct gpgv *, int signature, int object, const struct gpgv_wait *,
    struct sums_pgp_said *ret);

#endif

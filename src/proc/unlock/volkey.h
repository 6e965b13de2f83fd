/* SPDX-License-Identifier: ISC */
/* The key of an encrypted volume, by libcryptsetup: nothing else includes it. */
#ifndef UNLOCK_VOLKEY_H
#define UNLOCK_VOLKEY_H

#include "src/ipc/secret.h"
#include "src/proc/unlock/header.h"

#define VOLKEY_WHY_SIZE 320

struct volkey {
	struct layout layout; /* checked */
	uint8_t *key;         /* LIM_VOLUME_KEY_BYTES of locked memory */
	bool wrong;           /* when it failed: the secret does not fit */
	char why[VOLKEY_WHY_SIZE];
};

/*
 * What libraries would otherwise open at first use: random devices, the
 * providers of libcrypto, what ends a thread.  Before the sandbox.
 */
void volkey_init(void);
/*
 * Finds the key of the volume whose header was copied.  ERR_DENIED when the
 * secret does not fit, ERR_RANGE for a volume that is not read, ERR_SYNTAX for
 * a damaged one, ERR_LIMIT when trying would cost too much, ERR_IO; why is a
 * sentence or two.  In any case the caller calls volkey_done.
 */
enum err volkey_find(
    const struct header *, const struct secret *, unsigned pim, struct volkey *ret);
void volkey_done(struct volkey *);

/* What one try of a key slot may cost; the words are LUKS2's. */
bool volkey_kdf_fits(const char *type, uint32_t passes, uint32_t memory_kib);

#endif

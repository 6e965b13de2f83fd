/* SPDX-License-Identifier: ISC */
/* A token for tests: a key pair in memory that signs as PROTOCOL.u2f says, and lies when told.
 */
#ifndef TESTS_UNIT_SOFTTOKEN_H
#define TESTS_UNIT_SOFTTOKEN_H

#include "src/core/digest.h"
#include "src/core/seal.h"
#include "src/core/sshsig.h"

#include <string.h>

struct softtoken {
	struct sshsig_key *pair; /* the secret that is inside */
	uint8_t flags;
	uint32_t counter;        /* of the next signature */
	const char *application; /* NULL: the one it must be */
};

static inline enum err
softtoken_ask(void *arg, const uint8_t hash[32], struct sshsig_touch *ret)
{
	struct softtoken *t = arg;
	const char *application = t->application != NULL ? t->application : SSHSIG_APPLICATION;
	uint8_t seen[69], *p = seen;
	digest_sha256(application, strlen(application), p);
	p += 32;
	*p++ = ret->flags = t->flags;
	ret->counter = t->counter;
	for (int shift = 24; shift >= 0; shift -= 8)
		*p++ = (uint8_t)(t->counter >> shift);
	memcpy(p, hash, 32);
	sshsig_raw_sign(t->pair, seen, sizeof(seen), ret->sig);
	t->counter += t->counter != 0;
	return ERR_OK;
}

/* A token that is touched and asked for its PIN, and the way to it. */
static inline enum err
softtoken_new(struct softtoken *t, uint8_t seed_byte, uint32_t counter, struct sshsig_key **ret)
{
	uint8_t seed[SSHSIG_SEED_SIZE] = {seed_byte, 't'};
	*t = (struct softtoken){.flags = SSHSIG_TOUCHED | SSHSIG_PIN, .counter = counter};
	enum err e = sshsig_key_new(seed, &t->pair);
	return e != ERR_OK
	           ? e
	           : sshsig_key_new_token(sshsig_key_public(t->pair), softtoken_ask, t, ret);
}

#endif

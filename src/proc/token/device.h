/* SPDX-License-Identifier: ISC */
/*
 * One FIDO2 token behind a descriptor: a key made in it, and a signature by one.
 * The only user of libfido2.  What a token answers is hostile until it was checked:
 * lengths here, signatures by whoever asked for them.
 */
#ifndef TOKEN_DEVICE_H
#define TOKEN_DEVICE_H

#include "src/base/err.h"
#include "src/base/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DEVICE_WHY_SIZE 160

struct device;

struct device_key {
	uint8_t credential[LIM_TOKEN_CREDENTIAL_BYTES];
	size_t credential_len;
	uint8_t point[32];
};

struct device_signature {
	uint8_t sig[64];
	uint8_t flags;
	uint32_t counter;
};

/* What a person is told when it does not work. */
struct device_why {
	char why[DEVICE_WHY_SIZE], next[DEVICE_WHY_SIZE];
	bool wrong; /* the PIN was */
};

/* Before the sandbox: what the libraries read or open once. */
void device_init(void);
/*
 * Speaks to the token on fd, and stops when peer_fd is hung up.  Both stay the caller's.
 * ERR_IO: what is there does not answer as a token.
 */
enum err device_open(int fd, int peer_fd, struct device **ret, struct device_why *ret_why);
void device_close(struct device *); /* NULL is fine */
/*
 * pin is a text; both wait for a touch, LIM_TOKEN_MS at most.  ERR_DENIED with ret_why;
 * ERR_CLOSED: the peer hung up, and the token was told.  To sign with pin NULL is by a
 * touch alone.
 */
enum err device_make(struct device *, const char *person, const char *pin,
    struct device_key *ret, struct device_why *ret_why);
enum err device_sign(struct device *, const uint8_t *credential, size_t credential_len,
    const uint8_t hash[32], const char *pin, struct device_signature *ret,
    struct device_why *ret_why);
/* Whether it has this key, without a PIN or a touch; errors as above. */
enum err device_find(struct device *, const uint8_t *credential, size_t credential_len,
    bool *ret_held, struct device_why *ret_why);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * The key of a person at this station: keys/ID.key, sealed (seal.h), or a token that has
 * it (tokenfile.h).  While a new key
 * waits to take force, it lies beside it as keys/ID.key.next (no id ends so);
 * which of the two counts is what the record says.
 */
#ifndef UI_KEYSLOT_H
#define UI_KEYSLOT_H

#include "src/core/seal.h"
#include "src/core/tokenfile.h"

#include <stdbool.h>

#define KEYSLOT_NAME_SIZE (LIM_PERSON_ID_BYTES + 16)

struct keyslot {
	char name[KEYSLOT_NAME_SIZE]; /* in keys/ */
	uint8_t *file;
	size_t n;
};

/*
 * The file with this public key; when none has it, or public_key is NULL, ID.key,
 * whatever is in it.  keys_fd may be -1.  ERR_NOTFOUND: there is no file.
 */
enum err keyslot_read(
    int keys_fd, const char *id, const uint8_t *public_key, struct keyslot *ret);
/* Whether any key of this person here is in a token. */
bool keyslot_any_token(int keys_fd, const char *id);
/* The whole files of tokens among them; how many. */
#define KEYSLOT_TOKENS 2
size_t keyslot_tokens(int keys_fd, const char *id, struct tokenfile ret[KEYSLOT_TOKENS]);
void keyslot_done(struct keyslot *);
/* Where a new key goes, beside the one in force (NULL: there is none). */
void keyslot_free_name(
    int keys_fd, const char *id, const uint8_t *public_key, char ret_name[KEYSLOT_NAME_SIZE]);

#endif

/* SPDX-License-Identifier: ISC */
/* A sign-in holds as long as what it stands on: somebody who may act, and the key he signed
 * with. */
#ifndef CORE_SIGNIN_H
#define CORE_SIGNIN_H

#include "src/core/custody.h"

enum signin_end {
	SIGNIN_HOLDS,
	SIGNIN_SUSPENDED,
	SIGNIN_RETIRED,
	SIGNIN_NO_ROLE,
	SIGNIN_KEY,
	SIGNIN__MAX
};

/*
 * Whether who signed in with this key is to be sent away, as the record stands now, and why.
 * A key that a new one of the same person replaced is no reason.
 */
enum signin_end signin_end(const struct custody *, const char *id, const char *key);
/* One word for the record and for messages: "suspended", "retired", "role", "key"; "" holds. */
const char *signin_word(enum signin_end);
/* SIGNIN_HOLDS for anything else. */
enum signin_end signin_find(const char *word);
/* What happened, and what to do next, for the person's screen. */
const char *signin_why(enum signin_end);
const char *signin_next(enum signin_end);

#endif

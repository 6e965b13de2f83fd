/* SPDX-License-Identifier: ISC */
/*
 * Sign-in: an entry over the desk's nonce, signed with the person's key.  The
 * connection then belongs to that person.
 */
#ifndef UI_SIGNIN_H
#define UI_SIGNIN_H

#include "ui/ui.h"

/* Signs in unless that was done before.  Prints; an enum ui_status. */
int signin(struct ui *);
/* Who signed in, as enrolled; NULL before. */
const struct custody_person *signin_person(const struct ui *);
/*
 * Unseals the key for one signature; the caller frees it at once.  Asks for
 * the passphrase unless it is kept.  Prints what is wrong.
 */
int signin_key(struct ui *, struct sshsig_key **ret);
/* A sign-in that was refused becomes an entry. */
void signin_tell_failure(struct ui *, const char *why);
/*
 * A passphrase typed for the sign-in is not good for what comes: the next
 * signature asks for it again.  Nothing happens in a batch or with a descriptor.
 */
void signin_forget(struct ui *);

/* What opens the key of who sits here. */
enum signin_means {
	SIGNIN_PASSPHRASE,
	SIGNIN_PIN,   /* of a token, and a touch */
	SIGNIN_TOUCH, /* alone: the policy asks for no PIN */
};
enum signin_means signin_means(const struct ui *);
/*
 * That he is here: his key is unsealed, or his token signs something that is nobody's act.
 * Prints what is wrong; an enum ui_status.
 */
int signin_prove(struct ui *);

#endif

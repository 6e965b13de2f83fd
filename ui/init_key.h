/* SPDX-License-Identifier: ISC */
/* The key of one who founds a station: sealed in a file, or in his token. */
#ifndef UI_INIT_KEY_H
#define UI_INIT_KEY_H

#include "ui/args.h"
#include "ui/founding.h"

/*
 * Asks for a new passphrase, or for the PIN of the token of --token, and fills key, file
 * and names of the key; the token is touched once.  Prints what is wrong; an enum ui_status.
 */
int init_key(struct ui *, const struct args *, bool demo, struct founding_admin *);

#endif

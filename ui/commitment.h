/* SPDX-License-Identifier: ISC */
/* The key of a report that may be released: made here, given to nobody but who asked. */
#ifndef UI_COMMITMENT_H
#define UI_COMMITMENT_H

#include "src/base/hex.h"
#include "ui/args.h"
#include "ui/ui.h"

/*
 * A new key in hex: kept in a file of mode 0600 in the folder of --out, or else printed, once.
 * Prints what is wrong; an enum ui_status.
 */
int commitment_key(struct ui *, const struct args *, char key[HEX_DIGEST_SIZE]);
/* report --open NAME --key FILE: prints the commitment to a name.  Needs no station. */
int commitment_open(const struct args *);

#endif

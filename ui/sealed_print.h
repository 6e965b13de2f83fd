/* SPDX-License-Identifier: ISC */
/* What a signature covers, on the command line. */
#ifndef UI_SEALED_PRINT_H
#define UI_SEALED_PRINT_H

#include "ui/sealed.h"

/* Everything a signer should know, before the passphrase is asked for. */
void sealed_print(struct ui *, const char *transfer, const struct sealed *);

#endif

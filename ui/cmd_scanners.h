/* SPDX-License-Identifier: ISC */
/* scanners --check: sites try a scanner of their own. */
#ifndef UI_CMD_SCANNERS_H
#define UI_CMD_SCANNERS_H

#include "ui/args.h"

/* Becomes sallyport-check(8); an enum ui_status when that cannot be. */
int cmd_scanners_check(struct args *);

#endif

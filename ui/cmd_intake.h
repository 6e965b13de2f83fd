/* SPDX-License-Identifier: ISC */
#ifndef UI_CMD_INTAKE_H
#define UI_CMD_INTAKE_H

#include "ui/ui.h"

/* Follows the work on a transfer, and says where it ended; an enum ui_status. */
int cmd_intake_follow(struct ui *, const char *transfer);

#endif

/* SPDX-License-Identifier: ISC */
/* Where a transfer stands, as text: several commands end with it. */
#ifndef UI_CMD_STATUS_H
#define UI_CMD_STATUS_H

#include "ui/ui.h"

/* Asks the desk and prints; an enum ui_status. */
int cmd_status_print(struct ui *, const char *transfer);

/* Prints the fields of a status, and what the policy still asks for. */
void cmd_status_fields(const json_t *status);

#endif

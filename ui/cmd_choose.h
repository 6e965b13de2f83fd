/* SPDX-License-Identifier: ISC */
#ifndef UI_CMD_CHOOSE_H
#define UI_CMD_CHOOSE_H

#include <jansson.h>

/* What a reading that waits has to offer: `choosing` of a status, and what comes next. */
void cmd_choose_print(const json_t *choosing, const char *transfer);

#endif

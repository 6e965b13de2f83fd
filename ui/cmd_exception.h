/* SPDX-License-Identifier: ISC */
#ifndef UI_CMD_EXCEPTION_H
#define UI_CMD_EXCEPTION_H

#include <jansson.h>

/* What an act about an exception says, for one who is to stand behind it. */
void cmd_exception_show(const char *type, const json_t *data);

#endif

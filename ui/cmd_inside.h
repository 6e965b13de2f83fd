/* SPDX-License-Identifier: ISC */
/* What is inside an item, as lines. */
#ifndef UI_CMD_INSIDE_H
#define UI_CMD_INSIDE_H

#include "ui/ui.h"

#include <jansson.h>
#include <stdbool.h>

/* Everything inside the item, each thing with the way to it; an enum ui_status. */
int cmd_inside(struct ui *, const char *transfer, const json_t *item, bool json);

#endif

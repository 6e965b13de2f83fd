/* SPDX-License-Identifier: ISC */
/* The ready checks of the station (ui.doctor), each with its remedy. */
#ifndef UI_VIEW_CHECKS_H
#define UI_VIEW_CHECKS_H

#include "ui/app.h"

bool checks_is_ok(const json_t *check);
/*
 * Draws what is not right with its remedy, and with `all` what is right, too
 * (else only its names); rows NULL: being checked.  Returns the rows used.
 */
int checks_draw(struct app *, const json_t *rows, const struct area *, bool all);

#endif

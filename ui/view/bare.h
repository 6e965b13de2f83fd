/* SPDX-License-Identifier: ISC */
/* What sign-in and lock have on top: no officer, no transfer. */
#ifndef UI_VIEW_BARE_H
#define UI_VIEW_BARE_H

#include "ui/app.h"

/* Rows 0 and 1 of the screen: DEMO, station, title, clock. */
void bare_title(struct app *, const struct area *screen, struct safe title);

#endif

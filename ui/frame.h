/* SPDX-License-Identifier: ISC */
/* What all screens share: title, status, message line and key bar around the body. */
#ifndef UI_FRAME_H
#define UI_FRAME_H

#include "ui/app.h"

#define FRAME_TOP    3 /* rows above the body */
#define FRAME_BOTTOM 2 /* and below */

/* Draws the view, with what is around it; overlays above it come from app_draw. */
void frame_draw(struct app *, struct view *, const struct area *screen);
/* Message line and key bar of the view on top. */
void frame_draw_foot(struct app *, const struct area *screen);
/* The window is smaller than APP_ROWS x APP_COLS. */
void frame_draw_small(struct app *, const struct area *screen);

#endif

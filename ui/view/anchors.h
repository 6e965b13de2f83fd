/* SPDX-License-Identifier: ISC */
/* Anchors: what the screen and its page share. */
#ifndef UI_VIEW_ANCHORS_H
#define UI_VIEW_ANCHORS_H

#include "ui/app.h"

#define ANCHORS_TYPED_BYTES 80 /* six words, with commas and the like between */

/*
 * What a person writes on paper, of a desk.anchor; NULL: the checkpoint is not
 * one that the log of this station signed.
 */
struct view *anchor_page_view(struct app *, struct msg *);

#endif

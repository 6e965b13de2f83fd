/* SPDX-License-Identifier: ISC */
/* Deciding every item of the review's list at once. */
#ifndef UI_VIEW_BULK_H
#define UI_VIEW_BULK_H

#include "ui/app.h"

struct review;

/* The review stays the owner of the list and lies below. */
struct view *bulk_view(struct review *);
struct review *bulk_review(struct view *);

#endif

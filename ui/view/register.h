/* SPDX-License-Identifier: ISC */
/* The medium register: the list of it, and the form for what is signed about a medium. */
#ifndef UI_VIEW_REGISTER_H
#define UI_VIEW_REGISTER_H

#include "src/core/register.h"
#include "ui/app.h"

/*
 * What an officer signs about a medium: a row of ui.register, or NULL for one that
 * gets its number now.
 */
struct view *move_view(struct app *, enum register_move, const json_t *medium);
/* Why this person may sign nothing about media; NULL: he may. */
const char *move_why_not(const struct app *);

#endif

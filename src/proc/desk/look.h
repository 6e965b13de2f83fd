/* SPDX-License-Identifier: ISC */
/*
 * Windows into an item's object, for one terminal: a previewer that the parent
 * starts and the vault gives that object to.  It is asked again and again for
 * the same object; another object gets a process of its own.
 */
#ifndef DESK_LOOK_H
#define DESK_LOOK_H

#include "src/proc/desk/session.h"

struct look;

/* ui.preview: answers with desk.preview, or refuses. */
void look_answer(struct session *, struct msg *);
/* Kills the process; NULL is fine; always returns NULL. */
struct look *look_free(struct look *);

#endif

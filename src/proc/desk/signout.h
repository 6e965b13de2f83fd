/* SPDX-License-Identifier: ISC */
/* Sign-ins that end: by the terminal, or by the station because somebody may act no more. */
#ifndef DESK_SIGNOUT_H
#define DESK_SIGNOUT_H

#include "src/proc/desk/session.h"

/* Enters that the one who signed in here signed out (why NULL) or was sent away. */
void signout_record(struct session *, const char *why);
/*
 * Sends away, with a word to the terminal, whoever may act no more as the record stands.  What
 * was drafted or is being read goes on: other officers take it over.
 */
void signout_look(struct desk *);

#endif

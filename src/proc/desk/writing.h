/* SPDX-License-Identifier: ISC */
/* What was packed goes to a medium in a port for exports, by a sallyport-writer of its own. */
#ifndef DESK_WRITING_H
#define DESK_WRITING_H

#include "src/proc/desk/desk.h"

struct writing;

/* ui.write: the image is made and the medium looked at; nothing is written. */
void writing_ask(struct session *, struct msg *);
/* ui.write_do: every document is entered, then it is written. */
void writing_go(struct session *, struct msg *);
/* Ends the writer, in the middle too.  NULL is fine; always returns NULL. */
struct writing *writing_free(struct writing *);

#endif

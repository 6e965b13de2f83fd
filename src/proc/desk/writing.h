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
/* ui.write_stop: the officer has changed his mind, before or in the middle. */
void writing_stop(struct session *, struct msg *);
/* Whether this one (NULL: none) was entered, is for this port, and has not ended. */
bool writing_is_to(const struct writing *, const char *port);
/* Ends the writer, in the middle too.  NULL is fine; always returns NULL. */
struct writing *writing_free(struct writing *);

#endif

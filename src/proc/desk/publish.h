/* SPDX-License-Identifier: ISC */
/* Reports that go to the share: the desk has no access to it, the stager writes them. */
#ifndef DESK_PUBLISH_H
#define DESK_PUBLISH_H

#include "src/proc/desk/desk.h"

/*
 * Hands a finished report (a sealed memfd, borrowed) to the stager; the
 * session, if it is still there, hears when it is written, or why not.
 */
void publish(struct desk *, uint64_t session, const char *transfer, const char *name, int fd);
/* The stager's answer about a report. */
void publish_over(struct desk *, struct msg *, bool written);
void publish_end_all(struct desk *);

#endif

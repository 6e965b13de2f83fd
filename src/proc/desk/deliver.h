/* SPDX-License-Identifier: ISC */
/* Releases: what the desk asks of the stager and hears from it. */
#ifndef DESK_DELIVER_H
#define DESK_DELIVER_H

#include "src/proc/desk/desk.h"

#define DELIVER_WHY_SIZE 512

/* Asks for the release of an approved transfer; the stager decides by itself. */
enum err deliver_start(struct desk *, const char *transfer, char why[DELIVER_WHY_SIZE]);
/* Asks for the recall or retirement that has its second signature now. */
enum err deliver_recall(struct desk *, const char *transfer);
/* Asks for the custody folder to be written again. */
void deliver_custody(struct desk *, const char *transfer);
/* Whether the share has room for a release of this size; ERR_DENIED with a sentence. */
enum err deliver_check(struct desk *, uint64_t files, uint64_t bytes, uint64_t *ret_free,
    char why[DELIVER_WHY_SIZE]);
/* A message of the stager. */
void deliver_on_message(struct desk *, struct msg *);
/* Body of desk.progress for a release under way (without "last"), or NULL. */
json_t *deliver_progress(struct desk *, const char *transfer);

#endif

/* SPDX-License-Identifier: ISC */
/* What was made for a medium is written to it, after who asked has seen what that overwrites.
 */
#ifndef UI_WRITING_H
#define UI_WRITING_H

#include "ui/command.h"

/* To the medium in this port; --yes of the command stands for the answer.  An enum ui_status.
 */
int writing_run(struct ui *, const struct args *, const char *port);

#endif

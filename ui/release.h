/* SPDX-License-Identifier: ISC */
/* Following a release to its end: after the last signature, and when repeated. */
#ifndef UI_RELEASE_H
#define UI_RELEASE_H

#include "ui/ui.h"

/* Prints; UI_DONE when the files are on the share. */
int release_follow(struct ui *, const char *transfer);

#endif

/* SPDX-License-Identifier: ISC */
/* Following a transfer while it is read, scanned or released. */
#ifndef UI_WATCH_H
#define UI_WATCH_H

#include "ui/ui.h"

#define WATCH_WHY_SIZE 1024

struct watch {
	char state[16]; /* where it stood when it came to rest */
	char why[WATCH_WHY_SIZE];
	bool left; /* the person did not wait (Ctrl-C); the transfer goes on */
};

/* Shows progress until the transfer stands still.  Prints; an enum ui_status. */
int watch(struct ui *, const char *transfer, struct watch *ret);

#endif

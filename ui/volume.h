/* SPDX-License-Identifier: ISC */
/* Encrypted volumes: what the reader calls them, and what is tried to open them. */
#ifndef UI_VOLUME_H
#define UI_VOLUME_H

#include <stdbool.h>

/* The word of ui.unlock for a volume of this kind; backup: by the header at its end. */
const char *volume_kind(const char *kind, bool backup);
/* A PIM means something to it. */
bool volume_has_pim(const char *kind);

#endif

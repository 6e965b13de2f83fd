/* SPDX-License-Identifier: ISC */
#ifndef UI_CMD_MEDIA_H
#define UI_CMD_MEDIA_H

#include "ui/args.h"
#include "ui/ui.h"

/* The register, as media --register lists it; somebody is signed in. */
int cmd_media_list(struct ui *, const struct args *);

#endif

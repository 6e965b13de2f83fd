/* SPDX-License-Identifier: ISC */
/*
 * ISO 9660 with Joliet and Rock Ridge.  Ours, because a disc is read like a
 * disk here: any file by itself, names byte for byte, in the order of the
 * medium, damage costing one file.
 */
#ifndef MEDIA_ISO_H
#define MEDIA_ISO_H

#include "src/media/volume.h"

const struct family *iso_family(void);

#endif

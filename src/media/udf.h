/* SPDX-License-Identifier: ISC */
/*
 * UDF 1.02 to 2.60 on discs and disks.  Ours, because libudfread 1.1 takes
 * blocks of 2048 bytes only (sticks have 512), knows files by their paths, and
 * gives neither times nor links nor where a file lies.
 */
#ifndef MEDIA_UDF_H
#define MEDIA_UDF_H

#include "src/media/volume.h"

const struct family *udf_family(void);

#endif

/* SPDX-License-Identifier: ISC */
/* What the files of scan-archive share. */
#ifndef SCANNERS_ARCHIVE_IN_H
#define SCANNERS_ARCHIVE_IN_H

#include "scanners/scan.h"

/*
 * The job is the first part of a split set: hands on what all parts make together as the
 * one thing inside, and answers.
 */
void archive_join(struct scan *, struct scan_job *, const struct scan_parts *);

#endif

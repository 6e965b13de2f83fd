/* SPDX-License-Identifier: ISC */
/* NTFS.  The number of a file is its record, and above 48 bits its named stream. */
#ifndef MEDIA_NTFS_H
#define MEDIA_NTFS_H

const struct family *ntfs_family(void);

#endif

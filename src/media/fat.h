/* SPDX-License-Identifier: ISC */
/*
 * FAT12, FAT16, FAT32 and exFAT.  They have no numbers for files: one is made
 * of what their directory says.
 */
#ifndef MEDIA_FAT_H
#define MEDIA_FAT_H

const struct family *fat_family(void);

#endif

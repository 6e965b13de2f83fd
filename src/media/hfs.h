/* SPDX-License-Identifier: ISC */
/*
 * HFS+ and HFSX.  libtsk finds the bytes of files; names come from the catalog
 * itself.  The number of a file is its catalog id, with a bit above for its
 * resource fork.
 */
#ifndef MEDIA_HFS_H
#define MEDIA_HFS_H

const struct family *hfs_family(void);

#endif

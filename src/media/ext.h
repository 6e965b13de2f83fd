/* SPDX-License-Identifier: ISC */
/* ext2, ext3, ext4. */
#ifndef MEDIA_EXT_H
#define MEDIA_EXT_H

const struct family *ext_family(void);

#endif

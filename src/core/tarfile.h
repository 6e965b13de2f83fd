/* SPDX-License-Identifier: ISC */
/*
 * Archives of tar that are written here: ustar, regular files of our own names, read-only,
 * without a time or an owner, so that the same files give the same bytes.
 */
#ifndef CORE_TARFILE_H
#define CORE_TARFILE_H

#include "src/base/buf.h"

#include <stddef.h>
#include <stdint.h>

#define TARFILE_BLOCK 512

/*
 * The header of a file of n bytes; ERR_RANGE when ustar cannot say it: a path of more than
 * 99 bytes, or 8 GiB.  After the bytes come tarfile_padding(n) zero bytes.
 */
enum err tarfile_header(const char *path, uint64_t n, uint8_t ret[TARFILE_BLOCK]);
size_t tarfile_padding(uint64_t n);

/* A whole file; the end of the archive.  Errors as buf.h and tarfile_header. */
enum err tarfile_add(struct buf *, const char *path, const void *bytes, size_t n);
enum err tarfile_end(struct buf *);

#endif

/* SPDX-License-Identifier: ISC */
/* Whole reads and writes, and sealed memfds: how long texts travel. */
#ifndef BASE_IO_H
#define BASE_IO_H

#include "src/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stat;

/* Reads exactly n bytes or fails; an early end is ERR_SYNTAX. */
enum err io_read_all(int fd, void *out, size_t n);
enum err io_write_all(int fd, const void *bytes, size_t n);
/*
 * Reads a whole file from its beginning (the offset of fd is not used), at
 * most max_bytes; more is ERR_LIMIT.  Caller frees; a NUL follows, uncounted.
 */
enum err io_slurp(int fd, size_t max_bytes, uint8_t **ret_bytes, size_t *ret_len);
/* Creates dir/name with mode (O_EXCL), writes, fsyncs file and directory. */
enum err io_create_synced(
    int dirfd, const char *name, unsigned mode, const void *bytes, size_t n);
/* Replaces dir/name atomically: temporary file, fsync, rename, fsync. */
enum err io_replace_synced(
    int dirfd, const char *name, unsigned mode, const void *bytes, size_t n);

/* When the file, or what it says of itself, was changed last: since 1970, 0 to INT64_MAX. */
int64_t io_changed_ns(const struct stat *);

/* A new memfd with these bytes, sealed against every change; caller closes. */
enum err io_memfd(const char *label, const void *bytes, size_t n, int *ret_fd);
/* Seals a memfd that was written piece by piece. */
enum err io_memfd_seal(int fd);
/* Whether nobody can change it any more. */
bool io_memfd_is_sealed(int fd);
/*
 * Reads a memfd sent by a peer; refuses what is not fully sealed, because the
 * sender could change it between check and use.  Caller frees.
 */
enum err io_memfd_read(int fd, size_t max_bytes, uint8_t **ret_bytes, size_t *ret_len);
/* The same without a copy: read-only pages, given back with munmap.  Empty is ERR_SYNTAX. */
enum err io_memfd_map(int fd, size_t max_bytes, const uint8_t **ret_bytes, size_t *ret_len);

#endif

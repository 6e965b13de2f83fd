/* SPDX-License-Identifier: ISC */
/*
 * The image of a file system, made in a file without a name: ISO 9660 with Rock Ridge, which
 * libarchive writes without any other program, which no machine writes to by mounting it, and
 * which says nothing of the one who made it.
 */
#ifndef WRITER_IMAGE_H
#define WRITER_IMAGE_H

#include "src/base/err.h"
#include "src/base/hex.h"

#include <stddef.h>
#include <stdint.h>

#define IMAGE_WHY_SIZE 256

struct image;

/* Before the sandbox: makes its files in the temporary folder; NULL with errno. */
struct image *image_new(void);
/* NULL is fine; always returns NULL. */
struct image *image_free(struct image *);
/*
 * One file; path is "folder/file".  ERR_LIMIT for more than LIM_EXPORT_FILES files or
 * LIM_EXPORT_IMAGE_BYTES in all; ERR_NOSPACE, ERR_IO.
 */
enum err image_add(
    struct image *, const char *path, const void *bytes, size_t n, char why[IMAGE_WHY_SIZE]);
/* Ends it: the file (the image's own), how long it is, its SHA-256. */
enum err image_finish(struct image *, int *ret_fd, uint64_t *ret_bytes,
    char ret_sha256[HEX_DIGEST_SIZE], char why[IMAGE_WHY_SIZE]);

#endif

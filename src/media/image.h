/* SPDX-License-Identifier: ISC */
/*
 * The medium as bytes: one read-only descriptor, read with pread(2) and
 * nothing else.  libtsk gets its bytes from here, too.
 */
#ifndef MEDIA_IMAGE_H
#define MEDIA_IMAGE_H

#include "src/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct image;

/*
 * fd stays the caller's and must live as long as the image.  A regular file or
 * a block device; anything else is ERR_RANGE.  ret_why: a sentence part.
 */
enum err image_open(int fd, struct image **ret_image, const char **ret_why);
/* NULL is fine; always returns NULL. */
struct image *image_close(struct image *);

uint64_t image_bytes(const struct image *);
/* Logical sector: the device's own, 512 for a file. */
unsigned image_sector_bytes(const struct image *);
/* True when the kernel refuses writes to the device (never for a file). */
bool image_write_protected(const struct image *);

/* Exactly n bytes; ERR_RANGE behind the end, ERR_IO when the medium fails. */
enum err image_read(struct image *, uint64_t offset_bytes, void *out, size_t n);
/* The same with the signature that table.h and probe.h want; arg is the image. */
enum err image_read_fn(void *arg, uint64_t offset_bytes, void *out, size_t n);

/*
 * How many reads failed since image_open.  libtsk takes some failed reads for
 * good ones (tsk_img_read_no_cache), so whoever calls it compares this before
 * and after and believes nothing when it moved.
 */
uint64_t image_failures(const struct image *);
/*
 * True when not even the beginning can be read any more, past every cache: the
 * medium was pulled out or died.  A bad sector elsewhere leaves it readable.
 */
bool image_gone(struct image *);
/* The handle for libtsk (TSK_IMG_INFO *), owned by the image. */
void *image_tsk(struct image *);

#endif

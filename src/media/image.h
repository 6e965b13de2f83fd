/* SPDX-License-Identifier: ISC */
/*
 * The medium as bytes: one read-only descriptor, read with pread(2) and
 * nothing else.  libtsk gets its bytes from here, too.  An encrypted volume
 * that was opened is an image on the medium's image: its bytes are decrypted
 * as they are read.
 */
#ifndef MEDIA_IMAGE_H
#define MEDIA_IMAGE_H

#include "src/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct image;
struct layout;

/*
 * fd stays the caller's and must live as long as the image.  A regular file or
 * a block device; anything else is ERR_RANGE.  ret_why: a sentence part.
 */
enum err image_open(int fd, struct image **ret_image, const char **ret_why);
/*
 * The decrypted view of the partition at offset_bytes, which must outlive it;
 * byte 0 is the file system's.  The layout is checked here; key has its
 * key_bytes and may be wiped after.  ERR_RANGE with ret_why.
 */
enum err image_open_crypt(struct image *parent, uint64_t offset_bytes, uint64_t bytes,
    const struct layout *, const uint8_t *key, struct image **ret_image, const char **ret_why);
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

/* fn is called after every read that came back, good or bad: the medium answers. */
void image_watch(struct image *, void (*fn)(void *arg), void *arg);
/*
 * What the kernel remembers of these bytes goes, as far as it lets it go: the
 * next read asks the medium.
 */
void image_forget(struct image *, uint64_t offset_bytes, uint64_t bytes);

/*
 * Bytes that were given since image_open, and a bound to them for who reads lists:
 * structures that share what they lead to are larger than the medium, without an end.
 * image_allow: so many more than now; image_allow_more adds to that.
 */
uint64_t image_given(const struct image *);
void image_allow(struct image *, uint64_t bytes);
void image_allow_more(struct image *, uint64_t bytes);
/* True when more was given than image_allow allowed. */
bool image_spent(const struct image *);

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

/* SPDX-License-Identifier: ISC */
#include "src/media/image.h"
#include "src/base/mem.h"
#include "src/media/decrypt.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <tsk/libtsk.h>

#define IMAGE_PAGES_BYTES 65536 /* pages of any size that hold the beginning */
#define IMAGE_SECTOR_MAX  4096  /* of a layout */

struct image {
	TSK_IMG_INFO tsk; /* first: libtsk hands this pointer back */
	int fd;
	uint64_t bytes;
	unsigned sector_bytes;
	bool write_protected;
	uint64_t failures;
	uint64_t given, allowed;  /* bytes */
	void (*watch)(void *arg); /* told of every read, or NULL */
	void *watch_arg;

	/* a decrypted view: no descriptor of its own */
	struct image *parent;
	uint64_t offset_bytes; /* of the partition */
	struct layout layout;
	struct decrypt *decrypt;
};

/* As many bytes as the medium gives: short before a bad sector. */
static ssize_t
image_pread_fd(struct image *im, uint64_t offset, uint8_t *out, size_t n)
{
	size_t got = 0;

	while (got < n) {
		ssize_t r = pread(im->fd, out + got, n - got, (off_t)(offset + got));
		if (r < 0 && errno == EINTR)
			continue;
		if (im->watch != NULL)
			im->watch(im->watch_arg);
		if (r < 0 && got == 0)
			return -1;
		if (r <= 0)
			break;
		got += (size_t)r;
	}
	return (ssize_t)got;
}

static ssize_t image_pread(struct image *, uint64_t offset, uint8_t *out, size_t n);

/* Whole sectors that lie together; as many as the medium gives. */
static ssize_t
image_pread_sectors(struct image *im, uint64_t place, uint8_t *out, size_t n)
{
	unsigned sector = im->layout.sector_bytes;
	ssize_t r =
	    image_pread(im->parent, im->offset_bytes + im->layout.offset_bytes + place, out, n);

	if (r < (ssize_t)sector)
		return r < 0 ? r : 0;
	n = (size_t)r / sector * sector;
	return decrypt_sectors(im->decrypt, place, out, n) == ERR_OK ? (ssize_t)n : -1;
}

/* The next piece of the view: what lies together, or a part of one sector. */
static ssize_t
image_pread_piece(struct image *im, uint64_t at, uint8_t *out, size_t n)
{
	uint8_t whole[IMAGE_SECTOR_MAX];
	unsigned sector = im->layout.sector_bytes, in = (unsigned)(at % sector);
	uint64_t place, together;
	bool stored = layout_find(&im->layout, at - in, in + n, &place, &together);

	if (!stored) {
		n = together - in < n ? (size_t)(together - in) : n;
		memset(out, 0, n);
		return (ssize_t)n;
	}
	if (in == 0 && together >= sector)
		return image_pread_sectors(im, place, out, together / sector * sector);
	ssize_t r = image_pread_sectors(im, place, whole, sector);
	if (r <= 0)
		return r;
	n = sector - in < n ? sector - in : n;
	memcpy(out, whole + in, n);
	return (ssize_t)n;
}

static ssize_t
image_pread_crypt(struct image *im, uint64_t offset, uint8_t *out, size_t n)
{
	size_t got = 0;

	while (got < n) {
		ssize_t r = image_pread_piece(im, offset + got, out + got, n - got);
		if (r < 0 && got == 0)
			return -1;
		if (r <= 0)
			break;
		got += (size_t)r;
	}
	return (ssize_t)got;
}

/* Short at the image's end, too. */
static ssize_t
image_pread(struct image *im, uint64_t offset, uint8_t *out, size_t n)
{
	if (offset >= im->bytes)
		return 0;
	if (n > im->bytes - offset)
		n = (size_t)(im->bytes - offset);
	return im->parent != NULL ? image_pread_crypt(im, offset, out, n)
	                          : image_pread_fd(im, offset, out, n);
}

static ssize_t
image_tsk_read(TSK_IMG_INFO *tsk, TSK_OFF_T offset, char *buf, size_t n)
{
	struct image *im = (struct image *)(void *)tsk;
	ssize_t r = offset < 0 ? -1 : image_pread(im, (uint64_t)offset, (uint8_t *)buf, n);

	if (r <= 0) {
		im->failures++;
		return -1;
	}
	im->given += (uint64_t)r;
	return r;
}

static void
image_tsk_close(TSK_IMG_INFO *tsk)
{
	(void)tsk;
}

static void
image_tsk_stat(TSK_IMG_INFO *tsk, FILE *f)
{
	(void)tsk;
	(void)f;
}

static enum err
image_size(struct image *im, const char **ret_why)
{
	struct stat st;

	if (fstat(im->fd, &st) != 0) {
		*ret_why = "the descriptor cannot be examined";
		return ERR_IO;
	}
	if (S_ISREG(st.st_mode)) {
		im->bytes = (uint64_t)st.st_size;
		im->sector_bytes = 512;
		return ERR_OK;
	}
	if (!S_ISBLK(st.st_mode)) {
		*ret_why = "the source is neither a disk nor an image file";
		return ERR_RANGE;
	}
	int sector = 0, read_only = 0;
	if (ioctl(im->fd, BLKGETSIZE64, &im->bytes) != 0 ||
	    ioctl(im->fd, BLKSSZGET, &sector) != 0 ||
	    ioctl(im->fd, BLKROGET, &read_only) != 0) {
		*ret_why = "the device does not tell its size";
		return ERR_IO;
	}
	im->sector_bytes = sector < 512 ? 512 : (unsigned)sector;
	im->write_protected = read_only != 0;
	return ERR_OK;
}

static void
image_tsk_open(struct image *im)
{
	tsk_img_open_external(&im->tsk, (TSK_OFF_T)im->bytes, im->sector_bytes, image_tsk_read,
	    image_tsk_close, image_tsk_stat);
}

enum err
image_open(int fd, struct image **ret_image, const char **ret_why)
{
	struct image *im = mem_alloc(sizeof(*im));
	im->fd = fd;
	enum err e = image_size(im, ret_why);
	if (e == ERR_OK && im->bytes == 0) {
		*ret_why = "the medium is empty";
		e = ERR_RANGE;
	}
	if (e == ERR_OK && im->bytes > INT64_MAX) {
		*ret_why = "the medium is too large";
		e = ERR_RANGE;
	}
	if (e != ERR_OK) {
		free(im);
		return e;
	}
	image_tsk_open(im);
	*ret_image = im;
	return ERR_OK;
}

enum err
image_open_crypt(struct image *parent, uint64_t offset, uint64_t bytes, const struct layout *l,
    const uint8_t *key, struct image **ret_image, const char **ret_why)
{
	*ret_why = "it lies outside the medium";
	if (offset > parent->bytes || bytes > parent->bytes - offset)
		return ERR_RANGE;
	enum err e = layout_check(l, bytes, ret_why);
	if (e != ERR_OK)
		return e;
	struct image *im = mem_alloc(sizeof(*im));
	*im = (struct image){.fd = -1,
	    .bytes = l->bytes,
	    .sector_bytes = parent->sector_bytes,
	    .write_protected = parent->write_protected,
	    .parent = parent,
	    .offset_bytes = offset,
	    .layout = *l};
	e = decrypt_new(l, key, &im->decrypt);
	if (e != ERR_OK) {
		*ret_why = "its key is refused";
		free(im);
		return e;
	}
	image_tsk_open(im);
	*ret_image = im;
	return ERR_OK;
}

struct image *
image_close(struct image *im)
{
	if (im != NULL) {
		tsk_img_close(&im->tsk);
		decrypt_free(im->decrypt);
		free(im);
	}
	return NULL;
}

uint64_t
image_bytes(const struct image *im)
{
	return im->bytes;
}

unsigned
image_sector_bytes(const struct image *im)
{
	return im->sector_bytes;
}

bool
image_write_protected(const struct image *im)
{
	return im->write_protected;
}

enum err
image_read(struct image *im, uint64_t offset, void *out, size_t n)
{
	if (offset > im->bytes || n > im->bytes - offset)
		return ERR_RANGE;
	im->given += n;
	return image_pread(im, offset, out, n) == (ssize_t)n ? ERR_OK : ERR_IO;
}

enum err
image_read_fn(void *arg, uint64_t offset, void *out, size_t n)
{
	return image_read(arg, offset, out, n);
}

void
image_watch(struct image *im, void (*fn)(void *arg), void *arg)
{
	im->watch = fn;
	im->watch_arg = arg;
}

void
image_forget(struct image *im, uint64_t offset, uint64_t bytes)
{
	if (offset <= INT64_MAX && bytes <= INT64_MAX)
		(void)posix_fadvise(im->fd, (off_t)offset, (off_t)bytes, POSIX_FADV_DONTNEED);
}

uint64_t
image_given(const struct image *im)
{
	return im->given;
}

void
image_allow(struct image *im, uint64_t bytes)
{
	im->allowed = bytes < UINT64_MAX - im->given ? im->given + bytes : UINT64_MAX;
}

void
image_allow_more(struct image *im, uint64_t bytes)
{
	im->allowed = bytes < UINT64_MAX - im->allowed ? im->allowed + bytes : UINT64_MAX;
}

bool
image_spent(const struct image *im)
{
	return im->given > im->allowed;
}

uint64_t
image_failures(const struct image *im)
{
	return im->failures;
}

bool
image_gone(struct image *im)
{
	uint8_t first[512];

	if (im->parent != NULL)
		return image_gone(im->parent);
	size_t n = im->bytes < sizeof(first) ? (size_t)im->bytes : sizeof(first);
	/* what the kernel remembers of a medium outlives it; offset 0 was read at the start */
	(void)posix_fadvise(im->fd, 0, IMAGE_PAGES_BYTES, POSIX_FADV_DONTNEED);
	return image_pread(im, 0, first, n) != (ssize_t)n;
}

void *
image_tsk(struct image *im)
{
	return &im->tsk;
}

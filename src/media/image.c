/* SPDX-License-Identifier: ISC */
#include "src/media/image.h"
#include "src/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <tsk/libtsk.h>

#define IMAGE_PAGES_BYTES 65536 /* pages of any size that hold the beginning */

struct image {
	TSK_IMG_INFO tsk; /* first: libtsk hands this pointer back */
	int fd;
	uint64_t bytes;
	unsigned sector_bytes;
	bool write_protected;
	uint64_t failures;
};

/* As many bytes as the medium gives: short at its end or before a bad sector. */
static ssize_t
image_pread(struct image *im, uint64_t offset, uint8_t *out, size_t n)
{
	size_t got = 0;

	if (offset >= im->bytes)
		return 0;
	if (n > im->bytes - offset)
		n = (size_t)(im->bytes - offset);
	while (got < n) {
		ssize_t r = pread(im->fd, out + got, n - got, (off_t)(offset + got));
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0 && got == 0)
			return -1;
		if (r <= 0)
			break;
		got += (size_t)r;
	}
	return (ssize_t)got;
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
	tsk_img_open_external(&im->tsk, (TSK_OFF_T)im->bytes, im->sector_bytes, image_tsk_read,
	    image_tsk_close, image_tsk_stat);
	*ret_image = im;
	return ERR_OK;
}

struct image *
image_close(struct image *im)
{
	if (im != NULL) {
		tsk_img_close(&im->tsk);
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
	return image_pread(im, offset, out, n) == (ssize_t)n ? ERR_OK : ERR_IO;
}

enum err
image_read_fn(void *arg, uint64_t offset, void *out, size_t n)
{
	return image_read(arg, offset, out, n);
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

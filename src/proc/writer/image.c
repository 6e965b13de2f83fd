/* SPDX-License-Identifier: ISC */
#include "src/proc/writer/image.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/digest.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct image {
	struct archive *archive;
	struct digest *digest;
	int fd;
	size_t files;
	uint64_t in, out; /* bytes of the files, and of the image so far */
};

static const char image_readme[] =
    "Exported by a Sallyport station.  The folders are those of reports/ on the share:\n"
    "the id of a transfer, period, people, or record for the ledger itself.\n"
    "\n"
    "The station's record names each of these files with its SHA-256 (audit.export), and this\n"
    "medium by its serial number.  sallyport-verify(1) checks a bundle or a ledger; so does\n"
    "audit.py, with nothing of the station.\n";

/* --- the file ---------------------------------------------------------------------------- */

static la_ssize_t
image_write(struct archive *a, void *arg, const void *bytes, size_t n)
{
	struct image *im = arg;
	if (io_write_all(im->fd, bytes, n) != ERR_OK) {
		archive_set_error(a, errno != 0 ? errno : EIO, "no room");
		return -1;
	}
	digest_add(im->digest, bytes, n);
	im->out += n;
	return (la_ssize_t)n;
}

static int
image_temporary(void)
{
	const char *dir = getenv("TMPDIR");
	return open(dir != NULL ? dir : "/tmp", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
}

static enum err
image_fail(const struct image *im, char why[IMAGE_WHY_SIZE])
{
	const int error = archive_errno(im->archive);
	if (error == ENOSPC || error == EFBIG)
		return err_say(ERR_NOSPACE, why, IMAGE_WHY_SIZE,
		    "there is no room for the image in the station's temporary folder");
	return err_say(ERR_IO, why, IMAGE_WHY_SIZE, "the image cannot be made: %s",
	    strerrordesc_np(error != 0 ? error : EIO));
}

static enum err
image_put(
    struct image *im, const char *path, const void *bytes, size_t n, char why[IMAGE_WHY_SIZE])
{
	struct archive_entry *e = archive_entry_new();
	archive_entry_set_pathname(e, path);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0444);
	archive_entry_set_size(e, (la_int64_t)n);
	const bool good = archive_write_header(im->archive, e) == ARCHIVE_OK &&
	                  archive_write_data(im->archive, bytes, n) == (la_ssize_t)n;
	archive_entry_free(e);
	return good ? ERR_OK : image_fail(im, why);
}

/* The first file makes libarchive open the only file that it ever opens. */
static bool
image_begin(struct image *im)
{
	char unused[IMAGE_WHY_SIZE];
	return archive_write_set_format_iso9660(im->archive) == ARCHIVE_OK &&
	       archive_write_set_options(
		   im->archive, "iso9660:!joliet,iso9660:volume-id=SALLYPORT") == ARCHIVE_OK &&
	       archive_write_open(im->archive, im, NULL, image_write, NULL) == ARCHIVE_OK &&
	       image_put(im, "README.txt", image_readme, sizeof(image_readme) - 1, unused) ==
	           ERR_OK;
}

struct image *
image_new(void)
{
	struct image *im = mem_alloc(sizeof(*im));
	im->fd = image_temporary();
	im->archive = archive_write_new();
	im->digest = digest_new();
	if (im->fd < 0 || im->archive == NULL || !image_begin(im))
		return image_free(im);
	return im;
}

struct image *
image_free(struct image *im)
{
	if (im == NULL)
		return NULL;
	archive_write_free(im->archive);
	digest_free(im->digest);
	if (im->fd >= 0)
		close(im->fd);
	free(im);
	return NULL;
}

enum err
image_add(
    struct image *im, const char *path, const void *bytes, size_t n, char why[IMAGE_WHY_SIZE])
{
	if (im->files == LIM_EXPORT_FILES)
		return err_say(ERR_LIMIT, why, IMAGE_WHY_SIZE,
		    "at most %d files go to one medium at once", LIM_EXPORT_FILES);
	if (n > LIM_EXPORT_IMAGE_BYTES - im->in)
		return err_say(ERR_LIMIT, why, IMAGE_WHY_SIZE,
		    "more than 2 GiB do not go to one medium at once");
	im->files++;
	im->in += n;
	return image_put(im, path, bytes, n, why);
}

enum err
image_finish(struct image *im, int *ret_fd, uint64_t *ret_bytes,
    char ret_sha256[HEX_DIGEST_SIZE], char why[IMAGE_WHY_SIZE])
{
	uint8_t digest[DIGEST_SIZE];
	if (archive_write_close(im->archive) != ARCHIVE_OK)
		return image_fail(im, why);
	digest_final(im->digest, digest);
	hex_encode(digest, sizeof(digest), ret_sha256);
	*ret_fd = im->fd;
	*ret_bytes = im->out;
	return ERR_OK;
}

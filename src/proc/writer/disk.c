/* SPDX-License-Identifier: ISC */
#include "src/proc/writer/disk.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define DISK_BLOCK (1 << 20)
#define DISK_HEAD  (64 << 10) /* where every file system and partition table begins */

#define refuse(why, e, ...) err_say(e, why, DISK_WHY_SIZE, __VA_ARGS__)

enum err
disk_size(int fd, uint64_t *ret_bytes)
{
	struct stat st;
	if (fstat(fd, &st) != 0)
		return ERR_IO;
	if (!S_ISBLK(st.st_mode)) {
		*ret_bytes = (uint64_t)st.st_size;
		return ERR_OK;
	}
	return ioctl(fd, BLKGETSIZE64, ret_bytes) == 0 ? ERR_OK : ERR_IO;
}

static enum err
disk_fail(int error, const char *doing, char why[DISK_WHY_SIZE])
{
	if (error == ENODEV || error == ENXIO || error == ENOMEDIUM)
		return refuse(why, ERR_IO,
		    "the medium was taken out while it was %s: what is on it is not whole; put "
		    "it in again and repeat the export",
		    doing);
	if (error == EROFS || error == EPERM || error == EACCES)
		return refuse(why, ERR_IO,
		    "the medium is write-protected; move its switch, or take another one");
	return refuse(why, ERR_IO,
	    "the medium failed or was taken out while it was %s (%s): what is on it is not "
	    "whole; "
	    "put it in again, or take another one",
	    doing, strerrordesc_np(error != 0 ? error : EIO));
}

static bool
disk_put(int fd, const uint8_t *bytes, size_t n, uint64_t at)
{
	while (n > 0) {
		const ssize_t done = pwrite(fd, bytes, n, (off_t)at);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0) {
			errno = done == 0 ? ENOSPC : errno;
			return false;
		}
		bytes += done;
		n -= (size_t)done;
		at += (uint64_t)done;
	}
	return true;
}

/* False at an early end, too: then errno is ENXIO. */
static bool
disk_get(int fd, uint8_t *out, size_t n, uint64_t at)
{
	while (n > 0) {
		const ssize_t done = pread(fd, out, n, (off_t)at);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0) {
			errno = done == 0 ? ENXIO : errno;
			return false;
		}
		out += done;
		n -= (size_t)done;
		at += (uint64_t)done;
	}
	return true;
}

/* Nothing of the old contents is found again: not at the beginning, nor at the end. */
static enum err
disk_clear(const struct disk_job *j, uint64_t size, uint8_t *block, char why[DISK_WHY_SIZE])
{
	const uint64_t tail = size > DISK_HEAD ? size - DISK_HEAD : 0;
	memset(block, 0, DISK_HEAD);
	const uint64_t from = tail > j->bytes ? tail : j->bytes;
	if (!disk_put(
		j->medium, block, j->bytes < DISK_HEAD ? (size_t)j->bytes : DISK_HEAD, 0) ||
	    !disk_put(j->medium, block, (size_t)(size - from), from) || fsync(j->medium) != 0)
		return disk_fail(errno, "written to", why);
	return ERR_OK;
}

static enum err
disk_copy(const struct disk_job *j, uint8_t *block, uint64_t from, uint64_t to,
    char why[DISK_WHY_SIZE])
{
	for (uint64_t at = from; at < to;) {
		const size_t n = to - at < DISK_BLOCK ? (size_t)(to - at) : DISK_BLOCK;
		if (!disk_get(j->image, block, n, at))
			return refuse(why, ERR_IO, "the image cannot be read again");
		if (!disk_put(j->medium, block, n, at))
			return disk_fail(errno, "written to", why);
		at += n;
		/* what is only in memory is no progress */
		if (at % ((uint64_t)16 * DISK_BLOCK) < n && fdatasync(j->medium) != 0)
			return disk_fail(errno, "written to", why);
		j->progress(j->arg, "write", at, j->bytes);
	}
	return fsync(j->medium) == 0 ? ERR_OK : disk_fail(errno, "written to", why);
}

static enum err
disk_compare(const struct disk_job *j, uint8_t *block, char why[DISK_WHY_SIZE])
{
	uint8_t sha256[DIGEST_SIZE];
	char hex[HEX_DIGEST_SIZE];
	struct digest *d = digest_new();
	posix_fadvise(j->medium, 0, 0, POSIX_FADV_DONTNEED);
	for (uint64_t at = 0; at < j->bytes;) {
		const uint64_t left = j->bytes - at;
		const size_t n = left < DISK_BLOCK ? (size_t)left : DISK_BLOCK;
		if (!disk_get(j->medium, block, n, at)) {
			digest_free(d);
			return disk_fail(errno, "read back", why);
		}
		digest_add(d, block, n);
		at += n;
		j->progress(j->arg, "read back", at, j->bytes);
	}
	digest_final(d, sha256);
	digest_free(d);
	hex_encode(sha256, sizeof(sha256), hex);
	return strcmp(hex, j->sha256) == 0
	           ? ERR_OK
	           : refuse(why, ERR_SIGNATURE,
			 "the medium gives back other bytes than were written: do not use it "
			 "again; take another one");
}

enum err
disk_write(const struct disk_job *j, char why[DISK_WHY_SIZE])
{
	uint64_t size = 0;
	if (disk_size(j->medium, &size) != ERR_OK)
		return disk_fail(errno, "written to", why);
	if (size < j->bytes)
		return refuse(why, ERR_LIMIT,
		    "the medium has %ju bytes and %ju are needed; take a larger one",
		    (uintmax_t)size, (uintmax_t)j->bytes);
	MEM_FREE uint8_t *block = mem_array(DISK_BLOCK, 1);
	const uint64_t head = j->bytes < DISK_HEAD ? j->bytes : DISK_HEAD;
	enum err e = disk_clear(j, size, block, why);
	if (e == ERR_OK)
		e = disk_copy(j, block, head, j->bytes, why);
	if (e == ERR_OK)
		e = disk_copy(j, block, 0, head, why);
	return e == ERR_OK ? disk_compare(j, block, why) : e;
}

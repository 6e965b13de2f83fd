/* SPDX-License-Identifier: ISC */
#include "src/base/io.h"
#include "src/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define IO_SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

static enum err
io_errno(void)
{
	return errno == ENOSPC || errno == EDQUOT ? ERR_NOSPACE : ERR_IO;
}

enum err
io_read_all(int fd, void *out, size_t n)
{
	uint8_t *p = out;
	while (n > 0) {
		ssize_t r = read(fd, p, n);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return ERR_IO;
		if (r == 0)
			return ERR_SYNTAX;
		p += r;
		n -= (size_t)r;
	}
	return ERR_OK;
}

enum err
io_write_all(int fd, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;
	while (n > 0) {
		ssize_t w = write(fd, p, n);
		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return io_errno();
		p += w;
		n -= (size_t)w;
	}
	return ERR_OK;
}

enum err
io_slurp(int fd, size_t max_bytes, uint8_t **ret_bytes, size_t *ret_len)
{
	struct stat st;
	if (fstat(fd, &st) != 0)
		return ERR_IO;
	if (st.st_size < 0 || (uint64_t)st.st_size > max_bytes)
		return ERR_LIMIT;
	size_t size = (size_t)st.st_size, len = 0;
	uint8_t *bytes = mem_alloc(size + 1);
	while (len < size) {
		ssize_t r = pread(fd, bytes + len, size - len, (off_t)len);
		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0) {
			free(bytes);
			return r < 0 ? ERR_IO : ERR_SYNTAX;
		}
		len += (size_t)r;
	}
	*ret_bytes = bytes;
	*ret_len = len;
	return ERR_OK;
}

/* Writes and syncs; on failure the new file is removed again. */
static enum err
io_create(int dirfd, const char *name, unsigned mode, const void *bytes, size_t n)
{
	int fd =
	    openat(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0)
		return errno == EEXIST ? ERR_EXISTS : io_errno();
	enum err e = io_write_all(fd, bytes, n);
	if (e == ERR_OK && fsync(fd) != 0)
		e = io_errno();
	if (close(fd) != 0 && e == ERR_OK)
		e = io_errno();
	if (e != ERR_OK)
		unlinkat(dirfd, name, 0);
	return e;
}

enum err
io_create_synced(int dirfd, const char *name, unsigned mode, const void *bytes, size_t n)
{
	enum err e = io_create(dirfd, name, mode, bytes, n);
	if (e == ERR_OK && fsync(dirfd) != 0)
		e = io_errno();
	return e;
}

enum err
io_replace_synced(int dirfd, const char *name, unsigned mode, const void *bytes, size_t n)
{
	MEM_FREE char *temporary = mem_printf(".%s.new", name);
	if (unlinkat(dirfd, temporary, 0) != 0 && errno != ENOENT)
		return io_errno();
	enum err e = io_create(dirfd, temporary, mode, bytes, n);
	if (e != ERR_OK)
		return e;
	if (renameat(dirfd, temporary, dirfd, name) != 0 || fsync(dirfd) != 0)
		return io_errno();
	return ERR_OK;
}

enum err
io_memfd_seal(int fd)
{
	return fcntl(fd, F_ADD_SEALS, IO_SEALS) == 0 ? ERR_OK : ERR_IO;
}

bool
io_memfd_is_sealed(int fd)
{
	int seals = fcntl(fd, F_GET_SEALS);
	return seals >= 0 && (seals & IO_SEALS) == IO_SEALS;
}

enum err
io_memfd(const char *label, const void *bytes, size_t n, int *ret_fd)
{
	int fd = memfd_create(label, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return ERR_IO;
	enum err e = io_write_all(fd, bytes, n);
	if (e == ERR_OK)
		e = io_memfd_seal(fd);
	if (e != ERR_OK) {
		close(fd);
		return e;
	}
	*ret_fd = fd;
	return ERR_OK;
}

int64_t
io_changed_ns(const struct stat *st)
{
	const struct timespec *c = &st->st_ctim, *m = &st->st_mtim;
	bool later =
	    m->tv_sec > c->tv_sec || (m->tv_sec == c->tv_sec && m->tv_nsec > c->tv_nsec);
	const struct timespec *t = later ? m : c;
	int64_t ns;
	if (__builtin_mul_overflow((int64_t)t->tv_sec, (int64_t)1000000000, &ns) ||
	    __builtin_add_overflow(ns, (int64_t)t->tv_nsec, &ns))
		return t->tv_sec > 0 ? INT64_MAX : 0;
	return ns > 0 ? ns : 0;
}

enum err
io_memfd_read(int fd, size_t max_bytes, uint8_t **ret_bytes, size_t *ret_len)
{
	if (!io_memfd_is_sealed(fd))
		return ERR_PROTO;
	return io_slurp(fd, max_bytes, ret_bytes, ret_len);
}

enum err
io_memfd_map(int fd, size_t max_bytes, const uint8_t **ret_bytes, size_t *ret_len)
{
	struct stat st;
	if (!io_memfd_is_sealed(fd))
		return ERR_PROTO;
	if (fstat(fd, &st) != 0)
		return ERR_IO;
	if (st.st_size <= 0)
		return ERR_SYNTAX;
	if ((uint64_t)st.st_size > max_bytes)
		return ERR_LIMIT;
	/* shared pages of what is sealed cannot be had before Linux 6.7 */
	void *bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED)
		return ERR_IO;
	*ret_bytes = bytes;
	*ret_len = (size_t)st.st_size;
	return ERR_OK;
}

/* SPDX-License-Identifier: ISC */
#include "src/proc/stager/folder.h"

#include "src/base/hex.h"
#include "src/base/buf.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/digest.h"
#include "src/core/tarfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct folder_file {
	char *path;
	char sha256[HEX_DIGEST_SIZE];
};

struct folder {
	int dirfd;
	struct buf *packed; /* or NULL */
	struct folder_file *files;
	size_t count;
	enum err error;
	char why[SHARE_WHY_SIZE];
};

struct folder *
folder_new(int dirfd)
{
	struct folder *f = mem_alloc(sizeof(*f));
	f->dirfd = dirfd;
	return f;
}

struct folder *
folder_new_packed(struct buf *out)
{
	struct folder *f = folder_new(-1);
	f->packed = out;
	return f;
}

static void
folder_pack(struct folder *f, const char *path, const void *bytes, size_t n)
{
	f->error = tarfile_add(f->packed, path, bytes, n);
	if (f->error != ERR_OK)
		snprintf(f->why, sizeof(f->why),
		    "The bundle is too large to be packed; the custody folder on the share "
		    "has the same.");
}

static void
folder_fail(struct folder *f, const char *path)
{
	MEM_FREE char *what = mem_printf("The custody file %s cannot be written", path);
	f->error = share_errno(f->why, what);
}

/* The directory of path, made when it is missing; -1 with errno. */
static int
folder_dir(struct folder *f, const char *path, const char **ret_name)
{
	const char *slash = strchr(path, '/');
	if (slash == NULL) {
		*ret_name = path;
		return fcntl(f->dirfd, F_DUPFD_CLOEXEC, 0);
	}
	MEM_FREE char *dir = mem_dup(path, (size_t)(slash - path));
	*ret_name = slash + 1;
	if (mkdirat(f->dirfd, dir, 0700) != 0 && errno != EEXIST)
		return -1;
	return openat(f->dirfd, dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static bool
folder_write(struct folder *f, const char *path, const void *bytes, size_t n)
{
	const char *name;
	MEM_CLOSE int dir = folder_dir(f, path, &name);
	if (dir < 0)
		return false;
	MEM_CLOSE int fd =
	    openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd >= 0 && io_write_all(fd, bytes, n) == ERR_OK && fchmod(fd, 0444) == 0;
}

void
folder_put(struct folder *f, const char *path, const void *bytes, size_t n)
{
	uint8_t digest[DIGEST_SIZE];
	if (f->error != ERR_OK)
		return;
	if (f->packed != NULL)
		folder_pack(f, path, bytes, n);
	else if (!folder_write(f, path, bytes, n))
		folder_fail(f, path);
	if (f->error != ERR_OK)
		return;
	f->files = mem_resize(f->files, f->count + 1, sizeof(*f->files));
	struct folder_file *file = &f->files[f->count++];
	file->path = mem_strdup(path);
	digest_sha256(bytes, n, digest);
	hex_encode(digest, sizeof(digest), file->sha256);
}

static int
folder_compare(const void *a, const void *b)
{
	return strcmp(
	    ((const struct folder_file *)a)->path, ((const struct folder_file *)b)->path);
}

static void
folder_write_sums(struct folder *f)
{
	struct buf text;
	buf_init(&text, LIM_SEALED_BYTES);
	qsort(f->files, f->count, sizeof(*f->files), folder_compare);
	for (size_t i = 0; i < f->count; i++)
		buf_addf(&text, "%s  %s\n", f->files[i].sha256, f->files[i].path);
	folder_put(f, "SHA256SUMS", text.data, text.len);
	buf_done(&text);
}

/* Directories of the files, each once or more: shutting one twice does no harm. */
static void
folder_shut(struct folder *f)
{
	for (size_t i = 0; f->error == ERR_OK && i < f->count; i++) {
		const char *name;
		MEM_CLOSE int dir = folder_dir(f, f->files[i].path, &name);
		if (dir < 0 || fchmod(dir, 0555) != 0)
			folder_fail(f, f->files[i].path);
	}
	if (f->error == ERR_OK && syncfs(f->dirfd) != 0)
		f->error = share_errno(f->why, "The share cannot be synced");
}

enum err
folder_close(struct folder *f, char why[SHARE_WHY_SIZE])
{
	if (f->error == ERR_OK)
		folder_write_sums(f);
	if (f->packed == NULL)
		folder_shut(f);
	else if (f->error == ERR_OK)
		f->error = tarfile_end(f->packed);
	enum err e = f->error;
	if (e != ERR_OK)
		snprintf(why, SHARE_WHY_SIZE, "%s", f->why);
	for (size_t i = 0; i < f->count; i++)
		free(f->files[i].path);
	free(f->files);
	free(f);
	return e;
}

/* SPDX-License-Identifier: ISC */
#include "src/proc/verify/bundle.h"
#include "src/base/io.h"
#include "src/base/limits.h"
#include "src/base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum err
bundle_read(const struct bundle *b, const char *path, struct bundle_text *ret)
{
	if (b->tar != NULL) {
		const struct tar_file *f = tar_find(b->tar, path);
		if (f == NULL)
			return ERR_NOTFOUND;
		*ret = (struct bundle_text){mem_dup(f->bytes, f->len), f->len};
		return ERR_OK;
	}
	MEM_CLOSE int fd =
	    openat(b->dirfd, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return errno == EACCES || errno == EIO ? ERR_IO : ERR_NOTFOUND;
	return io_slurp(fd, LIM_SEALED_BYTES, &ret->bytes, &ret->len);
}

static enum err
each_packed(const struct tar *t, const char *folder, bundle_name_fn *fn, void *arg)
{
	const struct tar_file *f;
	size_t n = strlen(folder);
	bool any = false;
	for (size_t i = 0; (f = tar_at(t, i)) != NULL; i++) {
		if (strncmp(f->path, folder, n) != 0 || f->path[n] != '/')
			continue;
		any = true;
		if (f->path[n + 1] != '.' && !fn(arg, f->path + n + 1))
			return ERR_SYNTAX;
	}
	return any ? ERR_OK : ERR_NOTFOUND;
}

enum err
bundle_each(const struct bundle *b, const char *folder, bundle_name_fn *fn, void *arg)
{
	const struct dirent *d;
	bool good = true;
	if (b->tar != NULL)
		return each_packed(b->tar, folder, fn, arg);
	int fd = openat(b->dirfd, folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	if (dir == NULL)
		return ERR_NOTFOUND;
	while (good && (d = readdir(dir)) != NULL)
		good = d->d_name[0] == '.' || fn(arg, d->d_name);
	closedir(dir);
	return good ? ERR_OK : ERR_SYNTAX;
}

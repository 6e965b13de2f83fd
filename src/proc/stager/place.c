/* SPDX-License-Identifier: ISC */
#include "src/proc/stager/place.h"

#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

void
place_init(struct place *p, int root)
{
	*p = (struct place){.root = root, .dirfd = root};
}

void
place_done(struct place *p)
{
	if (p->dirfd != p->root)
		close(p->dirfd);
	p->dirfd = p->root;
	p->dir[0] = '\0';
}

/* The rule was applied when the manifest was made; here it guards the file system. */
static bool
place_path_ok(const uint8_t *path, size_t n)
{
	size_t start = 0, depth = 0;
	if (n == 0 || n > LIM_PATH_BYTES || memchr(path, '\0', n) != NULL)
		return false;
	for (size_t i = 0; i <= n; i++) {
		if (i < n && path[i] != '/')
			continue;
		size_t len = i - start;
		if (len == 0 || len > 255 || (len == 1 && path[start] == '.') ||
		    (len == 2 && path[start] == '.' && path[start + 1] == '.'))
			return false;
		start = i + 1;
		depth++;
	}
	return depth <= LIM_PATH_DEPTH + 2;
}

static enum err
place_walk(struct place *p, const char *dir)
{
	char copy[LIM_PATH_BYTES + 1], *rest = copy, *part;
	int at = p->root;
	memcpy(copy, dir, strlen(dir) + 1);
	while (rest != NULL && (part = strsep(&rest, "/")) != NULL) {
		int next = openat(at, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (at != p->root)
			close(at);
		if (next < 0)
			return ERR_IO;
		at = next;
	}
	p->dirfd = at;
	return ERR_OK;
}

enum err
place_set(struct place *p, const uint8_t *path, size_t n)
{
	if (!place_path_ok(path, n))
		return ERR_RANGE;
	const uint8_t *slash = memrchr(path, '/', n);
	size_t dir_len = slash != NULL ? (size_t)(slash - path) : 0;
	size_t name_at = slash != NULL ? dir_len + 1 : 0;
	memcpy(p->name, path + name_at, n - name_at);
	p->name[n - name_at] = '\0';
	if (strlen(p->dir) == dir_len && memcmp(p->dir, path, dir_len) == 0)
		return ERR_OK;
	place_done(p);
	char dir[LIM_PATH_BYTES + 1];
	memcpy(dir, path, dir_len);
	dir[dir_len] = '\0';
	enum err e = dir_len > 0 ? place_walk(p, dir) : ERR_OK;
	if (e == ERR_OK)
		memcpy(p->dir, dir, dir_len + 1);
	return e;
}

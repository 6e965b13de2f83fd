/* SPDX-License-Identifier: ISC */
#include "src/proc/signatures/shelf.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/digest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHELF_PIECE   65536
#define SHELF_CURRENT "current"
#define SHELF_NEXT    "current.part"

#define shelf_wrong(why, e, ...) err_say(e, why, SHELF_WHY_SIZE, __VA_ARGS__)

static enum err
shelf_failed(char why[SHELF_WHY_SIZE], const char *what)
{
	enum err e = errno == ENOSPC || errno == EDQUOT ? ERR_NOSPACE : ERR_IO;
	return shelf_wrong(why, e, "%s: %s", what, strerrordesc_np(errno));
}

/* [a-z0-9-]: a scanner's name, a digest in hex: nothing that leads elsewhere. */
static bool
shelf_is_word(const char *s)
{
	size_t n = strlen(s);
	return n > 0 && n < SHELF_NAME_SIZE &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

static int
shelf_folder(int dir, const char *name)
{
	if (mkdirat(dir, name, 0755) != 0 && errno != EEXIST)
		return -1;
	return openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

/* Removes a folder of files; it need not be there. */
static void
shelf_remove(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *e;
	while (d != NULL && (e = readdir(d)) != NULL)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			unlinkat(dirfd(d), e->d_name, 0);
	if (d != NULL)
		closedir(d);
	else if (fd >= 0)
		close(fd);
	unlinkat(dir, name, AT_REMOVEDIR);
}

static void
shelf_part(const struct shelf_copy *c, char out[SHELF_NAME_SIZE + 8])
{
	snprintf(out, SHELF_NAME_SIZE + 8, "%s.part", c->name);
}

enum err
shelf_begin(int dir, const char *scanner, const char *set, struct shelf_copy *ret_copy,
    char ret_why[SHELF_WHY_SIZE])
{
	struct shelf_copy c = {.scanner = -1, .set = -1};
	char part[SHELF_NAME_SIZE + 8];
	if (!shelf_is_word(scanner) || !shelf_is_word(set))
		return shelf_wrong(ret_why, ERR_RANGE, "that is no name of a set");
	snprintf(c.name, sizeof(c.name), "%s", set);
	shelf_part(&c, part);
	c.scanner = shelf_folder(dir, scanner);
	if (c.scanner < 0)
		return shelf_failed(ret_why, "the scanner's folder cannot be made");
	shelf_remove(c.scanner, part);
	c.set = shelf_folder(c.scanner, part);
	if (c.set < 0) {
		enum err e = shelf_failed(ret_why, "the set's folder cannot be made");
		close(c.scanner);
		return e;
	}
	*ret_copy = c;
	return ERR_OK;
}

/* One file of the set, written to its end and synced. */
static enum err
shelf_end_file(int fd, enum err e, char ret_why[SHELF_WHY_SIZE])
{
	if (e == ERR_OK && fsync(fd) != 0)
		e = shelf_failed(ret_why, "a file of the set cannot be written");
	if (close(fd) != 0 && e == ERR_OK)
		e = shelf_failed(ret_why, "a file of the set cannot be written");
	return e;
}

static enum err
shelf_put(int fd, const uint8_t *bytes, size_t n, char ret_why[SHELF_WHY_SIZE])
{
	while (n > 0) {
		ssize_t put = write(fd, bytes, n);
		if (put < 0 && errno != EINTR)
			return shelf_failed(ret_why, "a file of the set cannot be written");
		bytes += put > 0 ? put : 0;
		n -= put > 0 ? (size_t)put : 0;
	}
	return ERR_OK;
}

static int
shelf_open(struct shelf_copy *c, const char *name)
{
	return openat(c->set, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
}

enum err
shelf_add(struct shelf_copy *c, const char *name, int fd, const uint8_t sha256[32],
    char ret_why[SHELF_WHY_SIZE])
{
	MEM_FREE uint8_t *piece = mem_alloc(SHELF_PIECE);
	uint8_t digest[DIGEST_SIZE];
	int out = shelf_open(c, name);
	if (out < 0)
		return shelf_failed(ret_why, "a file of the set cannot be made");
	struct digest *d = digest_new();
	enum err e = ERR_OK;
	uint64_t at = 0;
	ssize_t n;
	while (e == ERR_OK && (n = pread(fd, piece, SHELF_PIECE, (off_t)at)) > 0) {
		digest_add(d, piece, (size_t)n);
		at += (uint64_t)n;
		c->bytes += (uint64_t)n;
		e = c->bytes > LIM_SIGSET_ALL
		        ? shelf_wrong(ret_why, ERR_LIMIT, "the set is longer than %u MiB",
			      LIM_SIGSET_ALL >> 20)
		        : shelf_put(out, piece, (size_t)n, ret_why);
	}
	digest_final(d, digest);
	digest_free(d);
	e = shelf_end_file(out, e, ret_why);
	if (e == ERR_OK && memcmp(digest, sha256, sizeof(digest)) != 0)
		e = shelf_wrong(ret_why, ERR_SIGNATURE, "a file is not what the list names");
	return e;
}

enum err
shelf_add_text(struct shelf_copy *c, const char *name, const void *text, size_t n,
    char ret_why[SHELF_WHY_SIZE])
{
	int out = shelf_open(c, name);
	if (out < 0)
		return shelf_failed(ret_why, "a file of the set cannot be made");
	return shelf_end_file(out, shelf_put(out, text, n, ret_why), ret_why);
}

static void
shelf_close(struct shelf_copy *c)
{
	close(c->set);
	close(c->scanner);
	c->name[0] = '\0';
}

enum err
shelf_end(struct shelf_copy *c, char ret_why[SHELF_WHY_SIZE])
{
	char part[SHELF_NAME_SIZE + 8];
	struct stat st;
	enum err e = ERR_OK;
	shelf_part(c, part);
	/* the same set once more: what is there is what its name says */
	bool there = fstatat(c->scanner, c->name, &st, AT_SYMLINK_NOFOLLOW) == 0;
	if (there)
		shelf_remove(c->scanner, part);
	else if (fsync(c->set) != 0 || renameat(c->scanner, part, c->scanner, c->name) != 0 ||
		 fsync(c->scanner) != 0)
		e = shelf_failed(ret_why, "the set cannot be put in its place");
	shelf_close(c);
	return e;
}

void
shelf_drop(struct shelf_copy *c)
{
	char part[SHELF_NAME_SIZE + 8];
	if (c->name[0] == '\0')
		return;
	shelf_part(c, part);
	shelf_remove(c->scanner, part);
	shelf_close(c);
}

enum err
shelf_swap(int dir, const char *scanner, const char *set, char ret_was[SHELF_NAME_SIZE],
    char ret_why[SHELF_WHY_SIZE])
{
	char was[SHELF_NAME_SIZE] = "";
	struct stat st;
	if (!shelf_is_word(scanner) || (set[0] != '\0' && !shelf_is_word(set)))
		return shelf_wrong(ret_why, ERR_RANGE, "that is no name of a set");
	MEM_CLOSE int fd =
	    openat(dir, scanner, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return shelf_failed(ret_why, "there is no set of this scanner");
	ssize_t n = readlinkat(fd, SHELF_CURRENT, was, sizeof(was) - 1);
	was[n > 0 ? n : 0] = '\0';
	if (set[0] == '\0') {
		if (unlinkat(fd, SHELF_CURRENT, 0) != 0 && errno != ENOENT)
			return shelf_failed(ret_why, "the set in use cannot be taken away");
	} else {
		if (fstatat(fd, set, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR(st.st_mode))
			return shelf_wrong(
			    ret_why, ERR_NOTFOUND, "the set is not at this station any more");
		unlinkat(fd, SHELF_NEXT, 0);
		if (symlinkat(set, fd, SHELF_NEXT) != 0 ||
		    renameat(fd, SHELF_NEXT, fd, SHELF_CURRENT) != 0)
			return shelf_failed(ret_why, "the set cannot be put in its place");
	}
	if (fsync(fd) != 0)
		return shelf_failed(ret_why, "the folder of sets cannot be written");
	snprintf(ret_was, SHELF_NAME_SIZE, "%s", was);
	return ERR_OK;
}

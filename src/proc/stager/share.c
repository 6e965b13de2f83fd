/* SPDX-License-Identifier: ISC */
#include "src/proc/stager/share.h"

#include "src/base/limits.h"
#include "src/base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define SHARE_PROBE     ".sallyport-probe"
#define SHARE_PROBE_UP  ".SALLYPORT-PROBE"
#define SHARE_FILE_COST 4096 /* a file takes at least a block */

enum err
share_errno(char why[SHARE_WHY_SIZE], const char *what)
{
	enum err e = errno == ENOSPC || errno == EDQUOT ? ERR_NOSPACE : ERR_IO;
	const char *text = strerrordesc_np(errno);
	snprintf(why, SHARE_WHY_SIZE, "%s: %s.", what, text != NULL ? text : "unknown error");
	return e;
}

static int
share_open_dir(int dir, const char *name)
{
	return openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static int
share_make_dir(int root, const char *name)
{
	if (mkdirat(root, name, 0755) != 0 && errno != EEXIST)
		return -1;
	return share_open_dir(root, name);
}

enum err
share_open(int rootfd, uint64_t floor_bytes, struct share *ret_share)
{
	struct share s = {
	    .transfers = -1, .custody = -1, .reports = -1, .floor_bytes = floor_bytes};
	s.root = fcntl(rootfd, F_DUPFD_CLOEXEC, 0);
	if (s.root >= 0)
		s.transfers = share_make_dir(s.root, "transfers");
	if (s.transfers >= 0)
		s.custody = share_make_dir(s.root, "custody");
	if (s.custody >= 0)
		s.reports = share_make_dir(s.root, "reports");
	if (s.reports < 0) {
		int saved = errno;
		share_close(&s);
		errno = saved;
		return ERR_IO;
	}
	*ret_share = s;
	return ERR_OK;
}

void
share_close(struct share *s)
{
	const int fds[] = {s->root, s->transfers, s->custody, s->reports};
	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	s->root = s->transfers = s->custody = s->reports = -1;
}

enum err
share_there(const struct share *s, char why[SHARE_WHY_SIZE])
{
	struct stat was, is;
	if (s->broken != 0) {
		snprintf(why, SHARE_WHY_SIZE,
		    "The share in %s cannot be used: %s. An administrator sees that it is "
		    "mounted and whose it is, then starts the station again.",
		    s->path, strerrordesc_np(s->broken));
		return ERR_STATE;
	}
	if (s->path == NULL)
		return ERR_OK;
	if (fstat(s->root, &was) == 0 && was.st_nlink > 0 && stat(s->path, &is) == 0 &&
	    was.st_dev == is.st_dev && was.st_ino == is.st_ino)
		return ERR_OK;
	snprintf(why, SHARE_WHY_SIZE,
	    "The share in %s is not what it was when the station started: it was unmounted, "
	    "moved or replaced. An administrator sees that it is mounted, then starts the "
	    "station again.",
	    s->path);
	return ERR_STATE;
}

/* What a file system that keeps neither modes nor the case of names would do to a release. */
static enum err
share_probe_file(const struct share *s, int fd, char why[SHARE_WHY_SIZE])
{
	struct stat st;
	if (write(fd, "", 1) != 1 || fsync(fd) != 0)
		return share_errno(why, "The share cannot be written");
	if (fchmod(fd, 0444) != 0 || fstat(fd, &st) != 0 || (st.st_mode & 07777) != 0444) {
		snprintf(why, SHARE_WHY_SIZE,
		    "The share's file system keeps no modes of files (FAT, exFAT or a mount "
		    "option); put the share on ext4, XFS, Btrfs or NFS.");
		return ERR_STATE;
	}
	if (faccessat(s->transfers, SHARE_PROBE_UP, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
		snprintf(why, SHARE_WHY_SIZE,
		    "The share's file system does not tell upper case from lower; put the "
		    "share on ext4, XFS, Btrfs or NFS.");
		return ERR_STATE;
	}
	return ERR_OK;
}

static enum err
share_probe(const struct share *s, char why[SHARE_WHY_SIZE])
{
	unlinkat(s->transfers, SHARE_PROBE, 0);
	MEM_CLOSE int fd =
	    openat(s->transfers, SHARE_PROBE, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return share_errno(why, "The share cannot be written");
	enum err e = share_probe_file(s, fd, why);
	if (unlinkat(s->transfers, SHARE_PROBE, 0) != 0 && e == ERR_OK)
		return share_errno(why, "The share cannot be written");
	return e;
}

enum err
share_ready(const struct share *s, uint64_t files, uint64_t bytes, uint64_t *ret_free_bytes,
    char why[SHARE_WHY_SIZE])
{
	struct statvfs v;
	enum err e = share_there(s, why);
	if (e == ERR_OK)
		e = share_probe(s, why);
	if (e != ERR_OK)
		return e;
	if (fstatvfs(s->transfers, &v) != 0)
		return share_errno(why, "The room on the share cannot be told");
	uint64_t free_bytes = (uint64_t)v.f_bavail * v.f_frsize;
	uint64_t above = free_bytes > s->floor_bytes ? free_bytes - s->floor_bytes : 0;
	*ret_free_bytes = free_bytes;
	if (above == 0 || files > above / SHARE_FILE_COST ||
	    bytes > above - files * SHARE_FILE_COST) {
		snprintf(why, SHARE_WHY_SIZE,
		    "The share has %ju MiB free, and %ju MiB have to stay free: %ju MiB in "
		    "%ju files do not fit.",
		    (uintmax_t)(free_bytes >> 20), (uintmax_t)(s->floor_bytes >> 20),
		    (uintmax_t)((bytes >> 20) + 1), (uintmax_t)files);
		return ERR_NOSPACE;
	}
	/* Some file systems have no such number and say 0. */
	if (v.f_files != 0 && files >= v.f_favail) {
		snprintf(why, SHARE_WHY_SIZE,
		    "The share's file system can hold only %ju more files; %ju are to go.",
		    (uintmax_t)v.f_favail, (uintmax_t)files);
		return ERR_NOSPACE;
	}
	return ERR_OK;
}

/* --- removing ------------------------------------------------------------------- */

static enum err share_remove_at(int dir, const char *name, unsigned depth);

static enum err
share_empty(int fd, unsigned depth)
{
	DIR *d = fdopendir(fd);
	if (d == NULL) {
		close(fd);
		return ERR_IO;
	}
	/* Names are put aside: removing while reading a directory may skip some. */
	char **names = NULL;
	size_t n = 0, cap = 0;
	struct dirent *entry;
	while ((entry = readdir(d)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (n == cap) {
			cap = cap != 0 ? cap * 2 : 64;
			names = mem_resize(names, cap, sizeof(*names));
		}
		names[n++] = mem_strdup(entry->d_name);
	}
	enum err e = ERR_OK;
	for (size_t i = 0; i < n; i++) {
		if (e == ERR_OK)
			e = share_remove_at(dirfd(d), names[i], depth + 1);
		free(names[i]);
	}
	free(names);
	closedir(d);
	return e;
}

static enum err
share_remove_at(int dir, const char *name, unsigned depth)
{
	if (depth > LIM_PATH_DEPTH + 8)
		return ERR_LIMIT;
	if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
		return ERR_OK;
	if (errno != EISDIR && errno != EPERM && errno != EACCES)
		return ERR_IO;
	int fd = share_open_dir(dir, name);
	if (fd < 0)
		return ERR_IO;
	/* Published directories are read-only. */
	if (fchmod(fd, 0700) != 0) {
		close(fd);
		return ERR_IO;
	}
	enum err e = share_empty(fd, depth);
	if (e == ERR_OK && unlinkat(dir, name, AT_REMOVEDIR) != 0)
		e = ERR_IO;
	return e;
}

enum err
share_remove(int dir, const char *name)
{
	return share_remove_at(dir, name, 0);
}

enum err
share_sweep_dir(int dir)
{
	int fd = share_open_dir(dir, ".");
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	if (d == NULL) {
		if (fd >= 0)
			close(fd);
		return ERR_IO;
	}
	enum err e = ERR_OK;
	struct dirent *entry;
	while ((entry = readdir(d)) != NULL) {
		size_t n = strlen(entry->d_name);
		bool part = entry->d_name[0] == '.' && n > strlen("..part") &&
		            strcmp(entry->d_name + n - strlen(".part"), ".part") == 0;
		if (part && share_remove(dir, entry->d_name) != ERR_OK)
			e = ERR_IO;
	}
	closedir(d);
	return e;
}

enum err
share_sweep(const struct share *s)
{
	if (s->broken != 0)
		return ERR_STATE;
	enum err e = share_sweep_dir(s->transfers);
	enum err e2 = share_sweep_dir(s->custody);
	return e != ERR_OK ? e : e2;
}

/* --- parts ------------------------------------------------------------------------- */

static char *
share_part_name(const char *name)
{
	return mem_printf(".%s.part", name);
}

enum err
share_part_new(int dir, const char *name, int *ret_fd, char why[SHARE_WHY_SIZE])
{
	MEM_FREE char *part = share_part_name(name);
	if (share_remove(dir, part) != ERR_OK)
		return share_errno(why, "What an interrupted run left cannot be removed");
	if (mkdirat(dir, part, 0700) != 0)
		return share_errno(why, "A new directory cannot be made on the share");
	int fd = share_open_dir(dir, part);
	if (fd < 0)
		return share_errno(why, "A new directory on the share cannot be opened");
	*ret_fd = fd;
	return ERR_OK;
}

enum err
share_part_del(int dir, const char *name)
{
	MEM_FREE char *part = share_part_name(name);
	return share_remove(dir, part);
}

/* The file system does not know what was asked of a rename. */
static bool
share_plain(void)
{
	return errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP;
}

/* A directory gets a name that must be free; 0, or -1 with errno. */
static int
share_rename(int dir, const char *from, const char *to)
{
	struct stat st;
	if (renameat2(dir, from, dir, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (!share_plain())
		return -1;
	if (fstatat(dir, to, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		errno = EEXIST;
		return -1;
	}
	return errno == ENOENT ? renameat(dir, from, dir, to) : -1;
}

/* Two directories change names; what was `to` is `from` then, or has gone. */
static int
share_exchange(int dir, const char *from, const char *to)
{
	MEM_FREE char *old = mem_printf(".%s.old.part", to);
	if (renameat2(dir, from, dir, to, RENAME_EXCHANGE) == 0)
		return 0;
	if (!share_plain() || share_remove(dir, old) != ERR_OK ||
	    renameat(dir, to, dir, old) != 0)
		return -1;
	if (renameat(dir, from, dir, to) != 0) {
		int saved = errno;
		(void)renameat(dir, old, dir, to);
		errno = saved;
		return -1;
	}
	return share_remove(dir, old) == ERR_OK ? 0 : -1;
}

enum err
share_publish(int dir, const char *name, char why[SHARE_WHY_SIZE])
{
	MEM_FREE char *part = share_part_name(name);
	if (share_rename(dir, part, name) != 0) {
		if (errno == EEXIST || errno == ENOTEMPTY) {
			snprintf(why, SHARE_WHY_SIZE,
			    "%s appeared on the share while it was being made.", name);
			return ERR_EXISTS;
		}
		return share_errno(why, "The transfer cannot be made visible");
	}
	if (fsync(dir) != 0)
		return share_errno(why, "The share's directory cannot be synced");
	return ERR_OK;
}

enum err
share_swap(int dir, const char *name, char why[SHARE_WHY_SIZE])
{
	MEM_FREE char *part = share_part_name(name);
	if (share_rename(dir, part, name) != 0) {
		if (errno != EEXIST && errno != ENOTEMPTY)
			return share_errno(why, "The custody folder cannot be made visible");
		if (share_exchange(dir, part, name) != 0)
			return share_errno(why, "The custody folder cannot be replaced");
	}
	if (fsync(dir) != 0)
		return share_errno(why, "The share's custody directory cannot be synced");
	if (share_remove(dir, part) != ERR_OK)
		return share_errno(why, "The earlier custody folder cannot be removed");
	return ERR_OK;
}

enum err
share_find(int dir, const char *name, int *ret_fd)
{
	int fd = share_open_dir(dir, name);
	if (fd < 0)
		return errno == ENOENT ? ERR_NOTFOUND : ERR_IO;
	*ret_fd = fd;
	return ERR_OK;
}

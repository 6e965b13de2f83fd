/* SPDX-License-Identifier: ISC */
#include "src/proc/vault/store.h"

#include "src/base/clock.h"
#include "src/base/limits.h"
#include "src/base/mem.h"
#include "src/core/digest.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define STORE_PREFIXES  256
#define STORE_PATH_SIZE (HEX_DIGEST_SIZE + 3) /* "ab/<sha256>" and NUL */
#define STORE_KEPT      1000000000 /* it goes into the part of a time below a second */
#define STORE_UNTOLD    INT32_MAX  /* every file system takes it for a time */
#define STORE_INSIDE    "inside/"  /* what was found inside objects */
#define STORE_IN_SIZE   (STORE_PATH_SIZE + sizeof(STORE_INSIDE))

struct store {
	int dirfd;
	uint64_t floor_bytes;
	_Atomic uint64_t spare_bytes; /* more than that, from what is inside objects */
	pthread_mutex_t lock;         /* names and counts change under it */
	bool counted;
	uint64_t objects, bytes;
	unsigned kept; /* in `inside`: below STORE_KEPT, then from 1 again */
	time_t
	    since_s; /* when this run began: what is older may not have outlived a power cut */
};

static enum err
store_errno(void)
{
	switch (errno) {
	case ENOSPC:
	case EDQUOT:
		return ERR_NOSPACE;
	case ENOENT:
		return ERR_NOTFOUND;
	default:
		return ERR_IO;
	}
}

static void
store_path(const char *sha256, char out[STORE_PATH_SIZE])
{
	snprintf(out, STORE_PATH_SIZE, "%.2s/%.64s", sha256, sha256);
}

static void
store_inside_path(const char *sha256, char out[STORE_IN_SIZE])
{
	snprintf(out, STORE_IN_SIZE, STORE_INSIDE "%.2s/%.64s", sha256, sha256);
}

static bool
store_name_ok(const char *sha256, size_t n)
{
	uint8_t digest[32];
	return hex_decode(sha256, n, digest, sizeof(digest));
}

/* Calls fn for each entry of a directory until it fails; "." and ".." are skipped. */
static enum err
store_each(int dirfd, const char *dir, enum err (*fn)(void *, int, const char *), void *arg)
{
	int fd = openat(dirfd, dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return store_errno();
	DIR *d = fdopendir(fd);
	if (d == NULL) {
		close(fd);
		return ERR_IO;
	}
	enum err e = ERR_OK;
	struct dirent *entry;
	while (e == ERR_OK && (entry = readdir(d)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			e = fn(arg, fd, entry->d_name);
	closedir(d);
	return e;
}

static enum err
store_remove(void *arg, int dirfd, const char *name)
{
	(void)arg;
	return unlinkat(dirfd, name, 0) == 0 ? ERR_OK : store_errno();
}

static enum err
store_make_dir(int dirfd, const char *name)
{
	return mkdirat(dirfd, name, 0700) == 0 || errno == EEXIST ? ERR_OK : store_errno();
}

/* The two directories of a prefix; what an earlier run left inside objects goes. */
static enum err
store_prepare(struct store *s, unsigned prefix)
{
	char name[3], inside[sizeof(STORE_INSIDE) + 2];
	snprintf(name, sizeof(name), "%02x", prefix & 0xff);
	snprintf(inside, sizeof(inside), STORE_INSIDE "%02x", prefix & 0xff);
	enum err e = store_make_dir(s->dirfd, name);
	if (e == ERR_OK)
		e = store_make_dir(s->dirfd, inside);
	return e == ERR_OK ? store_each(s->dirfd, inside, store_remove, NULL) : e;
}

enum err
store_open(int dirfd, uint64_t floor_bytes, struct store **ret_store)
{
	struct store *s = mem_alloc(sizeof(*s));
	pthread_mutex_init(&s->lock, NULL);
	s->floor_bytes = floor_bytes;
	s->since_s = (time_t)clock_wall_s();
	s->dirfd = fcntl(dirfd, F_DUPFD_CLOEXEC, 0);
	enum err e = s->dirfd >= 0 ? store_make_dir(s->dirfd, "tmp") : ERR_IO;
	if (e == ERR_OK)
		e = store_make_dir(s->dirfd, STORE_INSIDE);
	for (unsigned i = 0; e == ERR_OK && i < STORE_PREFIXES; i++)
		e = store_prepare(s, i);
	if (e == ERR_OK)
		e = store_each(s->dirfd, "tmp", store_remove, NULL);
	if (e != ERR_OK) {
		store_free(s);
		return e;
	}
	*ret_store = s;
	return ERR_OK;
}

struct store *
store_free(struct store *s)
{
	if (s == NULL)
		return NULL;
	if (s->dirfd >= 0)
		close(s->dirfd);
	pthread_mutex_destroy(&s->lock);
	free(s);
	return NULL;
}

enum err
store_room(struct store *s, uint64_t more_bytes, uint64_t *ret_free_bytes)
{
	struct statvfs v;
	if (fstatvfs(s->dirfd, &v) != 0)
		return ERR_IO;
	uint64_t free_bytes = (uint64_t)v.f_bavail * v.f_frsize;
	if (ret_free_bytes != NULL)
		*ret_free_bytes = free_bytes;
	if (free_bytes < s->floor_bytes || free_bytes - s->floor_bytes < more_bytes)
		return ERR_NOSPACE;
	return ERR_OK;
}

uint64_t
store_floor(const struct store *s)
{
	return s->floor_bytes;
}

void
store_spare(struct store *s, uint64_t bytes)
{
	s->spare_bytes = bytes;
}

uint64_t
store_room_inside(struct store *s)
{
	uint64_t free_bytes = 0, spare = s->spare_bytes;
	if (store_room(s, spare, &free_bytes) != ERR_OK)
		return 0;
	return free_bytes - s->floor_bytes - spare;
}

enum err
store_begin(struct store *s, uint64_t tag, uint64_t item, struct store_temp *ret_temp)
{
	struct store_temp t;
	snprintf(t.name, sizeof(t.name), "tmp/%ju-%ju", (uintmax_t)tag, (uintmax_t)item);
	t.fd = openat(
	    s->dirfd, t.name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0400);
	if (t.fd < 0)
		return store_errno();
	*ret_temp = t;
	return ERR_OK;
}

void
store_drop(struct store *s, struct store_temp *t)
{
	if (t->fd < 0)
		return;
	close(t->fd);
	t->fd = -1;
	unlinkat(s->dirfd, t->name, 0);
}

/* Every byte is 00, or every byte is FF. */
static bool
store_is_blank(const uint8_t *bytes, size_t n, uint8_t first)
{
	if (first != 0x00 && first != 0xFF)
		return false;
	return bytes[0] == first && memcmp(bytes, bytes + 1, n - 1) == 0;
}

static enum err
store_hash(int fd, char out[HEX_DIGEST_SIZE], bool *ret_blank)
{
	MEM_FREE uint8_t *buf = mem_alloc(LIM_FRAME_BYTES);
	struct digest *d = digest_new();
	uint8_t sum[DIGEST_SIZE], first = 0;
	bool blank = true, any = false;
	ssize_t n;
	while ((n = read(fd, buf, LIM_FRAME_BYTES)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		first = any ? first : buf[0];
		any = true;
		blank = blank && store_is_blank(buf, (size_t)n, first);
		digest_add(d, buf, (size_t)n);
	}
	digest_final(d, sum);
	digest_free(d);
	hex_encode(sum, sizeof(sum), out);
	*ret_blank = any && blank;
	return n == 0 ? ERR_OK : ERR_IO;
}

/* It is not what its name says: a power cut came before it was on the disk. */
static void
store_forget(struct store *s, const char *path)
{
	struct stat st;
	pthread_mutex_lock(&s->lock);
	if (fstatat(s->dirfd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    unlinkat(s->dirfd, path, 0) == 0 && s->counted) {
		s->objects--;
		s->bytes -= (uint64_t)st.st_size;
	}
	pthread_mutex_unlock(&s->lock);
}

/*
 * An object of an earlier run may be what a power cut left of it, of the right
 * size and with other bytes: it is hashed once in this run, before its name counts.
 */
static void
store_prove(struct store *s, const char *path, const char *sha256)
{
	char digest[HEX_DIGEST_SIZE];
	struct stat st;
	bool blank;
	MEM_CLOSE int fd = openat(s->dirfd, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0)
		return;
	if (st.st_mtime > s->since_s && st.st_mtime <= (time_t)clock_wall_s())
		return;
	if (store_hash(fd, digest, &blank) != ERR_OK || strcmp(digest, sha256) != 0)
		store_forget(s, path);
}

/* The name is taken: the same object, or the damaged remains of one. */
static enum err
store_again(struct store *s, const char *temporary, const char *path, uint64_t bytes)
{
	struct stat st;
	if (fstatat(s->dirfd, path, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return store_errno();
	if (S_ISREG(st.st_mode) && (uint64_t)st.st_size == bytes) {
		/* The new time says when it was last kept: see store_purge. */
		const struct timespec now[2] = {{0, UTIME_OMIT}, {0, UTIME_NOW}};
		if (utimensat(s->dirfd, path, now, AT_SYMLINK_NOFOLLOW) != 0)
			return store_errno();
		return unlinkat(s->dirfd, temporary, 0) == 0 ? ERR_OK : store_errno();
	}
	if (renameat(s->dirfd, temporary, s->dirfd, path) != 0)
		return store_errno();
	s->bytes += bytes - (uint64_t)st.st_size;
	return ERR_OK;
}

static enum err
store_publish(struct store *s, const char *temporary, const char *path, uint64_t bytes)
{
	if (renameat2(s->dirfd, temporary, s->dirfd, path, RENAME_NOREPLACE) == 0) {
		s->objects++;
		s->bytes += bytes;
		return ERR_OK;
	}
	return errno == EEXIST ? store_again(s, temporary, path, bytes) : store_errno();
}

enum err
store_keep(
    struct store *s, struct store_temp *t, const char sha256[HEX_DIGEST_SIZE], uint64_t bytes)
{
	char path[STORE_PATH_SIZE];
	assert(t->fd >= 0 && store_name_ok(sha256, strlen(sha256)));
	store_path(sha256, path);
	enum err e = close(t->fd) == 0 ? ERR_OK : store_errno();
	t->fd = -1;
	if (e == ERR_OK) {
		store_prove(s, path, sha256);
		pthread_mutex_lock(&s->lock);
		e = store_publish(s, t->name, path, bytes);
		pthread_mutex_unlock(&s->lock);
	}
	if (e != ERR_OK) {
		int saved = errno;
		unlinkat(s->dirfd, t->name, 0);
		errno = saved;
	}
	return e;
}

/*
 * Its time says what the desk knows of it: the seconds how many it was told of up to this
 * one, and nothing is let go at a word that was said before that; the rest, which of the
 * objects that were kept it is.  A clock would not do: that tells of the vault's side of
 * the line only, and somebody may set it back.
 */
static enum err
store_inside_time(struct store *s, const char *path, uint64_t told, unsigned kept)
{
	const struct timespec times[2] = {
	    {0, UTIME_OMIT}, {(time_t)(told < STORE_UNTOLD ? told : STORE_UNTOLD), (long)kept}};
	return utimensat(s->dirfd, path, times, AT_SYMLINK_NOFOLLOW) == 0 ? ERR_OK
	                                                                  : store_errno();
}

static enum err
store_inside_publish(struct store *s, const char *temporary, const char *path)
{
	s->kept = s->kept + 1 < STORE_KEPT ? s->kept + 1 : 1;
	enum err e = store_inside_time(s, temporary, STORE_UNTOLD, s->kept);
	/* one that is there already has the same bytes, of this run */
	if (e == ERR_OK && renameat(s->dirfd, temporary, s->dirfd, path) != 0)
		e = store_errno();
	return e;
}

void
store_told(struct store *s, const char sha256[HEX_DIGEST_SIZE], unsigned kept, uint64_t told)
{
	char path[STORE_IN_SIZE];
	struct stat st;
	store_inside_path(sha256, path);
	pthread_mutex_lock(&s->lock);
	/* at worst it stays until the vault starts again */
	if (fstatat(s->dirfd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    st.st_mtim.tv_nsec == (long)kept)
		(void)store_inside_time(s, path, told, kept);
	pthread_mutex_unlock(&s->lock);
}

enum err
store_keep_inside(struct store *s, struct store_temp *t, const char sha256[HEX_DIGEST_SIZE],
    unsigned *ret_kept)
{
	char path[STORE_IN_SIZE];
	assert(t->fd >= 0 && store_name_ok(sha256, strlen(sha256)));
	enum err e = close(t->fd) == 0 ? ERR_OK : store_errno();
	t->fd = -1;
	if (e == ERR_OK) {
		store_inside_path(sha256, path);
		pthread_mutex_lock(&s->lock);
		e = store_inside_publish(s, t->name, path);
		*ret_kept = s->kept;
		pthread_mutex_unlock(&s->lock);
	}
	if (e != ERR_OK) {
		int saved = errno;
		unlinkat(s->dirfd, t->name, 0);
		errno = saved;
	}
	return e;
}

/* Of the store, or of what is inside its objects. */
static int
store_open_object(struct store *s, const char *sha256)
{
	char path[STORE_PATH_SIZE], inside[STORE_IN_SIZE];
	store_path(sha256, path);
	int fd = openat(s->dirfd, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 || errno != ENOENT)
		return fd;
	store_inside_path(sha256, inside);
	return openat(s->dirfd, inside, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
}

enum err
store_get(struct store *s, const char *sha256, int *ret_fd, uint64_t *ret_bytes)
{
	if (!store_name_ok(sha256, strlen(sha256)))
		return ERR_SYNTAX;
	struct stat st;
	int fd = store_open_object(s, sha256);
	if (fd < 0)
		return store_errno();
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return ERR_IO;
	}
	*ret_fd = fd;
	*ret_bytes = (uint64_t)st.st_size;
	return ERR_OK;
}

enum err
store_check(struct store *s, const char *sha256, bool *ret_blank)
{
	static const struct timespec now[2] = {{0, UTIME_OMIT}, {0, UTIME_NOW}};
	char path[STORE_PATH_SIZE], digest[HEX_DIGEST_SIZE];
	uint64_t bytes;
	bool blank = false;
	MEM_CLOSE int fd = -1;
	enum err e = store_get(s, sha256, &fd, &bytes);
	if (e != ERR_OK)
		return e;
	store_path(sha256, path);
	/* first of all: from here on no purge takes it (store_purge) */
	if (utimensat(s->dirfd, path, now, AT_SYMLINK_NOFOLLOW) != 0)
		return store_errno();
	e = store_hash(fd, digest, &blank);
	if (e == ERR_OK && strcmp(digest, sha256) == 0) {
		*ret_blank = blank;
		return ERR_OK;
	}
	/* on a disk that cannot give it back, too, it is no object any more */
	store_forget(s, path);
	return ERR_SYNTAX;
}

enum err
store_sync(struct store *s)
{
	return syncfs(s->dirfd) == 0 ? ERR_OK : store_errno();
}

static enum err
store_sync_dir(struct store *s, const char *name)
{
	MEM_CLOSE int fd =
	    openat(s->dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fsync(fd) != 0)
		return store_errno();
	return ERR_OK;
}

static enum err
store_purge_one(
    struct store *s, const char *sha256, time_t before, struct store_purged *p, bool *ret_gone)
{
	char path[STORE_PATH_SIZE];
	struct stat st;
	store_path(sha256, path);
	if (fstatat(s->dirfd, path, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		p->missing += errno == ENOENT;
		return errno == ENOENT ? ERR_OK : store_errno();
	}
	if (st.st_mtime >= before) {
		p->in_use++;
		return ERR_OK;
	}
	if (unlinkat(s->dirfd, path, 0) != 0)
		return store_errno();
	p->objects++;
	p->bytes += (uint64_t)st.st_size;
	s->objects--;
	s->bytes -= (uint64_t)st.st_size;
	*ret_gone = true;
	return ERR_OK;
}

static bool
store_list_ok(const char *list, size_t len)
{
	if (len % HEX_DIGEST_SIZE != 0)
		return false;
	for (size_t i = 0; i < len; i += HEX_DIGEST_SIZE)
		if (list[i + HEX_DIGEST_SIZE - 1] != '\n' ||
		    !store_name_ok(list + i, HEX_DIGEST_SIZE - 1))
			return false;
	return true;
}

enum err
store_purge(struct store *s, const char *list, size_t list_len, time_t before,
    struct store_purged *ret_purged)
{
	if (!store_list_ok(list, list_len))
		return ERR_SYNTAX;
	struct store_purged p = {0};
	bool touched[STORE_PREFIXES] = {false};
	enum err e = ERR_OK;
	pthread_mutex_lock(&s->lock);
	for (size_t i = 0; e == ERR_OK && i < list_len; i += HEX_DIGEST_SIZE) {
		uint8_t prefix;
		hex_decode(list + i, 2, &prefix, 1);
		e = store_purge_one(s, list + i, before, &p, &touched[prefix]);
	}
	pthread_mutex_unlock(&s->lock);
	for (unsigned i = 0; e == ERR_OK && i < STORE_PREFIXES; i++) {
		char name[3];
		snprintf(name, sizeof(name), "%02x", i & 0xff);
		if (touched[i])
			e = store_sync_dir(s, name);
	}
	/* What is gone is gone: the counts are told also when a later one failed. */
	*ret_purged = p;
	return e;
}

/* Under the lock, so that nobody keeps it again at the same moment. */
static enum err
store_let_go_one(struct store *s, const char *sha256, uint64_t told)
{
	char path[STORE_IN_SIZE];
	struct stat st;
	enum err e = ERR_OK;
	store_inside_path(sha256, path);
	pthread_mutex_lock(&s->lock);
	if (fstatat(s->dirfd, path, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		const uint64_t then = (uint64_t)st.st_mtim.tv_sec;
		if (then <= told && then < STORE_UNTOLD && unlinkat(s->dirfd, path, 0) != 0)
			e = store_errno();
	} else if (errno != ENOENT) {
		e = store_errno();
	}
	pthread_mutex_unlock(&s->lock);
	return e;
}

struct store_goer {
	struct store *store;
	uint64_t told;
};

static enum err
store_let_go_named(void *arg, int dirfd, const char *name)
{
	struct store_goer *g = arg;
	(void)dirfd;
	return store_name_ok(name, strlen(name)) ? store_let_go_one(g->store, name, g->told)
	                                         : ERR_OK;
}

enum err
store_let_go(struct store *s, const char *list, size_t list_len, uint64_t told)
{
	struct store_goer g = {s, told};
	enum err e = ERR_OK;
	if (!store_list_ok(list, list_len))
		return ERR_SYNTAX;
	for (size_t i = 0; e == ERR_OK && i < list_len; i += HEX_DIGEST_SIZE) {
		char name[HEX_DIGEST_SIZE];
		memcpy(name, list + i, HEX_DIGEST_SIZE - 1);
		name[HEX_DIGEST_SIZE - 1] = '\0';
		e = store_let_go_one(s, name, told);
	}
	for (unsigned i = 0; list_len == 0 && e == ERR_OK && i < STORE_PREFIXES; i++) {
		char name[sizeof(STORE_INSIDE) + 2];
		snprintf(name, sizeof(name), STORE_INSIDE "%02x", i & 0xff);
		e = store_each(s->dirfd, name, store_let_go_named, &g);
	}
	return e;
}

static enum err
store_count_one(void *arg, int dirfd, const char *name)
{
	struct store *s = arg;
	struct stat st;
	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return store_errno();
	s->objects++;
	s->bytes += (uint64_t)st.st_size;
	return ERR_OK;
}

static enum err
store_count(struct store *s)
{
	enum err e = ERR_OK;
	s->objects = s->bytes = 0;
	for (unsigned i = 0; e == ERR_OK && i < STORE_PREFIXES; i++) {
		char name[3];
		snprintf(name, sizeof(name), "%02x", i & 0xff);
		e = store_each(s->dirfd, name, store_count_one, s);
	}
	s->counted = e == ERR_OK;
	return e;
}

enum err
store_space(struct store *s, struct store_space *ret_space)
{
	struct store_space space = {.floor_bytes = s->floor_bytes};
	enum err e = store_room(s, 0, &space.free_bytes);
	if (e != ERR_OK && e != ERR_NOSPACE)
		return e;
	pthread_mutex_lock(&s->lock);
	e = s->counted ? ERR_OK : store_count(s);
	space.objects = s->objects;
	space.bytes = s->bytes;
	pthread_mutex_unlock(&s->lock);
	if (e == ERR_OK)
		*ret_space = space;
	return e;
}
